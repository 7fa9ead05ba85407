//! A body that cannot be read, from a sender that we know, is an event of its own.

use super::{config, events, fetched, kinds, now, post, post_to};
use oncall::alert::{Action, DESCRIPTION_MAX, EVENTS_MAX};
use oncall::integration::{Received, Request, push_webhook};
use proptest::prelude::*;

fn path(kind: &str) -> String {
    format!("/v1/webhooks/{kind}/{kind}-secret-0123")
}

#[test]
fn unreadable_bodies_page() {
    let deep = "[".repeat(100_000);
    let many = format!("[{}0]", "0,".repeat(500_001));
    let bodies: [&[u8]; 9] = [
        b"",
        b" \n",
        b"{\"alerts\":[{\"status\":\"fir",
        b"\xff\xfe\x00\x01",
        b"null",
        b"42",
        b"{}",
        deep.as_bytes(),
        many.as_bytes(),
    ];
    for kind in kinds() {
        for body in bodies {
            let Received::Events { events, answer } = post(&path(kind), &[], body) else { panic!("{kind}") };
            let [event] = events.as_slice() else { panic!("{kind} {events:?}") };
            assert_eq!(answer.status, 202, "{kind}");
            assert_eq!(
                (event.action, event.severity, event.dedup_key.as_str()),
                (Action::Trigger, None, "unparsed")
            );
            assert_eq!(event.labels["oncall_unparsed"], "true");
            assert_eq!(&*event.integration, kind);
            assert!(event.summary.starts_with(&format!("unparsed payload from integration {kind}: ")));
            assert!(event.description.chars().count() <= DESCRIPTION_MAX);
        }
    }
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
            r#""event_action":"close""#,
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
        assert_eq!(events[0].dedup_key, "unparsed");
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
