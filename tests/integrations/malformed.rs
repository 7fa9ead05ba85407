//! A body that cannot be read, from a sender that we know, is an event of its own.

use super::{config, events, fetched, key_of, kinds, now, post, post_to, rejected};
use oncall::alert::{Action, DESCRIPTION_MAX, EVENTS_MAX};
use oncall::integration::{Received, Request, cut_off, push_webhook};
use proptest::prelude::*;

fn path(kind: &str) -> String {
    format!("/v1/webhooks/{kind}/{kind}-secret-0123")
}

#[test]
fn unreadable_bodies_page() {
    let (deep, deep_objects) = ("[".repeat(100_000), "{\"alerts\":".repeat(100_000));
    let many = format!("[{}0]", "0,".repeat(500_001));
    let bodies: [&[u8]; 10] = [
        b"",
        b" \n",
        b"{\"alerts\":[{\"status\":\"fir",
        b"\xff\xfe\x00\x01",
        b"null",
        b"42",
        b"{}",
        deep.as_bytes(),
        many.as_bytes(),
        deep_objects.as_bytes(),
    ];
    for kind in kinds() {
        for body in bodies {
            let Received::Events { events, answer } = post(&path(kind), &[], body) else { panic!("{kind}") };
            let [event] = events.as_slice() else { panic!("{kind} {events:?}") };
            assert_eq!(answer.status, 202, "{kind}");
            assert_eq!((event.action, event.severity, key_of(event)), (Action::Trigger, None, "unparsed"));
            assert_eq!(event.labels["oncall_unparsed"], "true");
            assert_eq!(&*event.integration, kind);
            assert!(event.summary.starts_with(&format!("unparsed payload from integration {kind}: ")));
            assert!(event.description.chars().count() <= DESCRIPTION_MAX);
        }
    }
}

/// A template that is broken must not hide one problem behind another: only the same bytes are the same problem.
#[test]
fn each_unreadable_body_is_a_problem_of_its_own() {
    for kind in kinds() {
        let key = |body: &[u8]| events(post(&path(kind), &[], body)).remove(0).dedup_key;
        let (disk, database) =
            (b"{\"summary\": \"disk \"/\" is full\"}", b"{\"summary\": \"\"db\" is down\"}");
        assert_eq!(key(disk), key(disk), "{kind}");
        assert_ne!(key(disk), key(database), "{kind}");
    }
}

/// As `docs/integrations.md` says, and wherever the nesting is: in what is read, beside it, or in a form.
#[test]
fn deep_json_is_refused_to_be_read() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let key = |body: &str| key_of(&events(post(&path("generic"), &[], body.as_bytes()))[0]).to_owned();
    let beside = |depth: usize| format!(r#"{{"dedup_key":"k","title":"x","more":{}}}"#, nested(depth - 1));
    assert_eq!((key(&beside(127)).as_str(), key(&beside(128)).as_str()), ("k", "unparsed"));
    let form = |depth: usize| format!("payload={}", beside(depth));
    assert_eq!((key(&form(127)).as_str(), key(&form(100_000)).as_str()), ("k", "unparsed"));
}

/// What is not whole is what cannot be read, unless somebody must have signed the whole of it.
#[test]
fn a_body_that_was_cut_off_pages() {
    let (mut config, secrets) = config();
    let cut = |config: &oncall::config::Config, kind: &str| {
        let body = format!("{{\"key\": \"{kind}-secret-0123\", \"first\"");
        cut_off(&config.endpoints[kind], body.as_bytes(), "it is too large", &secrets)
    };
    for kind in kinds() {
        let [event] = &events(cut(&config, kind))[..] else { panic!("{kind}") };
        assert_eq!((event.action, key_of(event)), (Action::Trigger, "unparsed"), "{kind}");
        assert_eq!(event.summary, format!("unparsed payload from integration {kind}: it is too large"));
        assert_eq!(event.description, r#"{"key": "…", "first""#);
    }
    let mut signed = config.endpoints["github"].clone();
    signed.signing_secret = signed.secret.clone();
    config.endpoints.insert("github".into(), signed);
    assert_eq!(rejected(cut(&config, "github")).code, "signature");
}

#[test]
fn the_body_is_kept_without_the_secret() {
    let body =
        br#"{"routing_key":"pagerduty-secret-0123","event_action":"trigger","payload":{"note":"caf\u00e9 "#;
    let event = events(post(&path("pagerduty"), &[], body)).remove(0);
    assert!(event.description.contains(r#""event_action":"trigger""#));
    assert!(!format!("{event:?}").contains("pagerduty-secret-0123"));
}

/// Refused in PagerDuty's words, and recorded all the same.
#[test]
fn an_invalid_pagerduty_event_is_refused_and_pages() {
    let cases = [
        (r#""event_action":"trigger""#, "'payload.summary' is missing or blank"),
        (r#""event_action":"trigger","payload":{"summary":" "}"#, "'payload.summary' is missing or blank"),
        (r#""event_action":"resolve""#, "'dedup_key' is missing or blank"),
        (r#""dedup_key":"k""#, "'event_action' is missing or blank"),
        (
            r#""event_action":"firing""#,
            "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
        ),
    ];
    for (members, error) in cases {
        let body = format!(r#"{{"routing_key":"pagerduty-secret-0123",{members}}}"#);
        let Received::Events { events, answer } = post("/v2/enqueue", &[], body.as_bytes()) else { panic!() };
        let expected = serde_json::json!({
            "status": "invalid event", "message": "Event object is invalid", "errors": [error],
        });
        assert_eq!((answer.status, answer.body), (400, expected.to_string()));
        assert_eq!(key_of(&events[0]), "unparsed");
        assert_eq!(events[0].summary, format!("unparsed payload from integration pagerduty: {error}"));
    }
}

#[test]
fn broken_templates_are_forgiven() {
    let body = b"\xef\xbb\xbf{\"title\": \"a \\\"b\\\",]\nc\", \"labels\": {\"t\": \"x,}\",},\n}";
    let event = events(post(&path("generic"), &[], body)).remove(0);
    assert_eq!(event.summary, r#"a "b",] c"#);
    assert_eq!(event.labels["t"], "x,}");
    let latin1 = b"{\"title\": \"caf\xe9\"}";
    assert_eq!(events(post(&path("generic"), &[], latin1)).remove(0).summary, "caf\u{fffd}");
}

/// Texts that look like what a monitor sends, with anything in between.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "1e999",
        "\"alerts\"",
        "\"labels\"",
        "\"Type\":\"Notification\"",
        "\"TopicArn\":\"arn:aws:sns:eu-west-1:123456789012:alarms\"",
        "\"MessageId\":\"m\"",
        "\"Message\":\"\"",
        "\"Timestamp\":\"2026-12-01T02:53:45Z\"",
        "\"SigningCertURL\":\"https://sns.eu-west-1.amazonaws.com/a.pem\"",
        "\"AlarmName\":\"\"",
        "\"NewStateValue\":\"ALARM\"",
        "\"AlarmArn\":\":\"",
        "\"detail-type\":0",
        "\"detail\"",
        "Monitor ",
        " just entered alert status",
        "- Trigger:",
        "- Severity:",
        "- New Alerts:",
        "* a : b",
        "\n",
        "\"routing_key\":\"pagerduty-secret-0123\"",
        "\"event_action\":\"trigger\"",
        "\"payload\"",
        "\"summary\":\"s\"",
        "\"custom_details\"",
        "\"firing\"",
        "Labels:",
        " - a = b",
        "\"startsAt\":\"9999999999999999\"",
        "障",
        "\u{0}",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(body in prop_oneof![prop::collection::vec(any::<u8>(), 0..300), likely()], raw in any::<bool>()) {
        let (config, secrets) = config();
        let headers: &[(&str, &str)] = if raw { &[("x-amz-sns-rawdelivery", "true")] } else { &[] };
        let paths = kinds().map(path).chain(["/v2/enqueue".to_owned()]);
        for path in paths {
            if let Received::Events { events, .. } =
                post_to(&config, &secrets, &path, headers, &body, now(), &fetched())
            {
                prop_assert!(events.len() <= EVENTS_MAX);
                prop_assert!(events.iter().all(|event| !event.integration.is_empty() && !event.dedup_key.is_empty()));
            }
        }
    }

    #[test]
    fn no_path_or_header_panics(path in "(/v1/webhooks/)?\\PC{0,40}", value in "(Basic |Bearer )?\\PC{0,40}") {
        let (config, secrets) = config();
        let headers = [("authorization", value.as_str()), ("x-hub-signature-256", value.as_str())];
        post_to(&config, &secrets, &path, &headers, b"", now(), &fetched());
        let headers: Vec<(String, String)> = headers.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let request = Request { path: &path, query: "", headers: &headers, body: value.as_bytes() };
        prop_assert!(push_webhook(&secrets, &[], &request, now()).is_err());
    }
}
