//! Monitors that sign, and what a `signing_secret` asks for.

use super::{config_of, endpoint, events, fetched, key_of, now, post_to, rejected};
use data_encoding::HEXLOWER;
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::integration::{MONITORS, Received};
use ring::hmac;

const BODY: &[u8] = br#"{"zen":"x","data":{},"id":"5","repository":{}}"#;

/// Computed by another library call than the one under test verifies with: sign, not update and compare.
fn hex(key: &str, text: &[u8]) -> String {
    HEXLOWER.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text).as_ref())
}

/// What a door of `kind` says; its `secret` is `in-the-url`, and `signs` its signing secret, if it is not empty.
fn verdict(kind: &str, path: &str, headers: &[(&str, &str)], signs: &str) -> String {
    let mut door = endpoint(kind, kind);
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env(kind.into()), Secret::new("in-the-url"));
    if !signs.is_empty() {
        door.signing_secret = vec![SecretSource::Env("SIGNS".into())];
        secrets.insert(SecretSource::Env("SIGNS".into()), Secret::new(signs));
    }
    let path = format!("/v1/webhooks/{kind}{path}");
    match post_to(&config_of(vec![door]), &secrets, &path, headers, BODY, now(), &fetched()) {
        Received::Events { .. } => "let in".to_owned(),
        other => rejected(other).code.to_owned(),
    }
}

#[test]
fn every_monitor_that_signs_is_held_to_it() {
    for monitor in MONITORS {
        let (kind, Some(signature)) = (monitor.name, monitor.signature) else { continue };
        let signed = |key: &str| format!("{}{}", signature.prefix, hex(key, BODY));
        let right = signed("signs");
        let header = |value: &str| [(signature.header, value.to_owned())];
        let check = |path: &str, value: Option<&str>, signs: &str| {
            let headers: Vec<_> = value.map(header).into_iter().flatten().collect();
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            verdict(kind, path, &headers, signs)
        };
        // With a signing secret nothing else will do, and nothing else is needed.
        assert_eq!(check("", Some(&right), "signs"), "let in", "{kind}");
        assert_eq!(check("/in-the-url", Some(&right), "signs"), "let in", "{kind}");
        assert_eq!(check("/in-the-url", None, "signs"), "signature", "{kind}");
        assert_eq!(check("/in-the-url", Some(&signed("in-the-url")), "signs"), "signature", "{kind}");
        assert_eq!(check("/in-the-url", Some(""), "signs"), "signature", "{kind}");
        assert_eq!(check("", Some(&signed("other")), "signs"), "unauthorized", "{kind}");
        assert_eq!(check("", None, "signs"), "unauthorized", "{kind}");
        // Without one, the secret itself signs, and an unsigned request is let in by the URL.
        assert_eq!(check("", Some(&signed("in-the-url")), ""), "let in", "{kind}");
        assert_eq!(check("/in-the-url", None, ""), "let in", "{kind}");
        assert_eq!(check("/in-the-url", Some(&right), ""), "signature", "{kind}");
        // Cut short, or of another body.
        assert_eq!(check("/in-the-url", Some(&right[..right.len() - 2]), "signs"), "signature", "{kind}");
        let other = format!("{}{}", signature.prefix, hex("signs", b"{}"));
        assert_eq!(check("/in-the-url", Some(&other), "signs"), "signature", "{kind}");
    }
}

/// The vector of GitHub's documentation.
#[test]
fn githubs_vector_is_let_in() {
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("github".into()), Secret::new("It's a Secret to Everybody"));
    let config = config_of(vec![endpoint("github", "github")]);
    let value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let headers = [("x-hub-signature-256", value)];
    let received =
        post_to(&config, &secrets, "/v1/webhooks/github", &headers, b"Hello, World!", now(), &fetched());
    // No JSON: let in, and kept.
    assert_eq!(key_of(&events(received)[0]), "unparsed");
}

/// A signing secret that is not set here closes the door, rather than leaving it to the URL.
#[test]
fn an_unset_signing_secret_lets_nobody_in() {
    let mut door = endpoint("sentry", "sentry");
    door.signing_secret = vec![SecretSource::Env("UNSET".into())];
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("sentry".into()), Secret::new("in-the-url"));
    let config = config_of(vec![door]);
    for signature in [hex("", BODY), hex("in-the-url", BODY)] {
        let headers = [("sentry-hook-signature", signature.as_str())];
        let received =
            post_to(&config, &secrets, "/v1/webhooks/sentry/in-the-url", &headers, BODY, now(), &fetched());
        assert_eq!(rejected(received).code, "signature");
    }
}
