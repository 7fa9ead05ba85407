//! Pointers into any JSON.

use super::{config_of, endpoint, events, fetched, now, post_to};
use oncall::alert::{Action, Event, Severity};
use oncall::config::{Endpoint, GenericFields, Secret, SecretSource, Secrets};

fn read(fields: GenericFields, body: &str) -> Event {
    let config = config_of(vec![Endpoint { fields, ..endpoint("own", "generic") }]);
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("own".into()), Secret::new("s"));
    let received = post_to(&config, &secrets, "/v1/webhooks/own/s", &[], body.as_bytes(), now(), &fetched());
    events(received).remove(0)
}

fn pointers() -> GenericFields {
    GenericFields {
        dedup_key: Some("/check/id".into()),
        summary: Some("/check/words/0".into()),
        description: Some("/long".into()),
        severity: Some("/check/how~1bad".into()),
        source: Some("/check/on".into()),
        status: Some("/open".into()),
        resolved: vec!["FALSE".into()],
        labels: vec![("zone".into(), "/check/zone".into()), ("none".into(), "/no/where".into())],
        link: Some("/href".into()),
    }
}

#[test]
fn pointers_lead_to_the_fields() {
    let body = r#"{"check":{"id":7,"words":["too slow","x"],"how/bad":"WARN","on":"db-1","zone":3},"long":"a\nb","open":true,
        "href":"https://checks.shop.example/7","labels":{"team":"web"}}"#;
    let event = read(pointers(), body);
    assert_eq!(
        (event.dedup_key.as_str(), event.summary.as_str(), event.description.as_str(), event.source.as_str()),
        ("7", "too slow", "a\nb", "db-1")
    );
    assert_eq!((event.severity, event.action), (Some(Severity::Warning), Action::Trigger));
    assert_eq!(event.links[0].href, "https://checks.shop.example/7");
    let labels: Vec<_> = event.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(labels, ["team=web", "zone=3"]);
}

#[test]
fn the_configured_words_mean_resolved_and_no_others() {
    let action = |status: &str| {
        read(pointers(), &format!(r#"{{"check":{{"id":7,"words":["x"]}},"open":{status}}}"#)).action
    };
    assert_eq!(action("false"), Action::Resolve);
    assert_eq!(action(r#""False""#), Action::Resolve);
    assert_eq!(action("true"), Action::Trigger);
    assert_eq!(action(r#""ok""#), Action::Trigger);
    assert_eq!(action("null"), Action::Trigger);
}

/// A firing and a resolving body without a key find each other by summary and source.
#[test]
fn without_a_key_summary_and_source_are_the_key() {
    let key = |body: &str| read(GenericFields::default(), body).dedup_key;
    let firing = key(r#"{"summary":"disk full","host":"a","status":"down","description":"95 %"}"#);
    assert_eq!(firing, key(r#"{"summary":"disk full","host":"a","status":"up"}"#));
    assert_ne!(firing, key(r#"{"summary":"disk full","host":"b","status":"up"}"#));
    assert_ne!(key(r#"{"summary":"ab","host":"c"}"#), key(r#"{"summary":"a","host":"bc"}"#));
}
