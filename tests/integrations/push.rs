//! The push webhook of the config repository.

use jiff::Timestamp;
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::integration::{Push, Request, push_webhook};

fn push(secret: &str, headers: &[(&str, &str)], body: &[u8], at: i64) -> Result<Option<String>, u16> {
    let old = SecretSource::Env("OLD".into());
    let new = SecretSource::Env("NEW".into());
    let mut secrets = Secrets::default();
    secrets.insert(old.clone(), Secret::new("another"));
    secrets.insert(new.clone(), Secret::new(secret));
    let headers: Vec<(String, String)> =
        headers.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let request = Request { path: "/v1/push", query: "", headers: &headers, body };
    let now = Timestamp::from_second(at).unwrap();
    push_webhook(&secrets, &[old, new], &request, now)
        .map(|Push { branch }| branch)
        .map_err(|reject| reject.answer.status)
}

/// The vector of GitHub's documentation.
#[test]
fn github_signs_the_body() {
    let secret = "It's a Secret to Everybody";
    let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let header = |value| [("x-hub-signature-256", value)];
    assert_eq!(push(secret, &header(good), b"Hello, World!", 0), Ok(None));
    assert_eq!(push(secret, &header(good), b"Hello, World?", 0), Err(401));
    assert_eq!(push("It's another", &header(good), b"Hello, World!", 0), Err(401));
    assert_eq!(push(secret, &header(&good[7..]), b"Hello, World!", 0), Err(401));
    assert_eq!(push(secret, &header("sha256="), b"Hello, World!", 0), Err(401));
    assert_eq!(push(secret, &[], b"Hello, World!", 0), Err(401));
    assert_eq!(push("", &[("x-gitlab-token", "")], b"Hello, World!", 0), Err(401));
}

/// Made with `openssl dgst -sha256 -hmac key`, over `<id>.<timestamp>.<body>`.
#[test]
fn gitlab_signs_id_time_and_body() {
    let signed = |signature: &'static str| {
        [("webhook-id", "msg_1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", signature)]
    };
    let good = signed("v1,KSgv0SSgWzG5LPnm9tfWJRfBlWqAqHz+OlObgspQi/g=");
    let rotated = signed("v1,AAAA v1,KSgv0SSgWzG5LPnm9tfWJRfBlWqAqHz+OlObgspQi/g=");
    let body = br#"{"a":1}"#;
    assert_eq!(push("key", &good, body, 1_700_000_000), Ok(None));
    assert_eq!(push("key", &rotated, body, 1_700_000_300), Ok(None));
    // `a2V5` is `key` in base64.
    assert_eq!(push("whsec_a2V5", &good, body, 1_700_000_000), Ok(None));
    assert_eq!(push("key", &good, body, 1_700_000_301), Err(401));
    assert_eq!(push("key", &good, br#"{"a":2}"#, 1_700_000_000), Err(401));
    assert_eq!(push("key", &good[..2], body, 1_700_000_000), Err(401));
}

#[test]
fn the_branch_is_read_from_the_ref() {
    let branch = |body: &str| push("token", &[("x-gitlab-token", "token")], body.as_bytes(), 0);
    assert_eq!(branch(r#"{"ref":"refs/heads/main","after":"da15"}"#), Ok(Some("main".into())));
    assert_eq!(branch(r#"{"ref":"refs/heads/team/web"}"#), Ok(Some("team/web".into())));
    assert_eq!(branch(r#"{"ref":"refs/tags/v1"}"#), Ok(None));
    assert_eq!(branch(r#"{"zen":"Design for failure."}"#), Ok(None));
    assert_eq!(branch("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fa+b%22%7D&x=1"), Ok(Some("a b".into())));
    assert_eq!(branch(""), Ok(None));
    assert_eq!(push("token", &[("x-gitlab-token", "toke")], b"{}", 0), Err(401));
}
