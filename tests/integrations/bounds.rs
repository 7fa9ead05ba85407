//! What is too long or too much is cut with a mark, never refused.

use super::{events, post};
use oncall::alert::{
    Action, DEDUP_KEY_MAX, DESCRIPTION_MAX, EVENTS_MAX, Event, LABEL_MAX, LABELS_MAX, LINKS_MAX, SUMMARY_MAX,
};
use serde_json::{Value, json};

const GENERIC: &str = "/v1/webhooks/generic/generic-secret-0123";
const PAGERDUTY: &str = "/v1/webhooks/pagerduty/pagerduty-secret-0123";
const ALERTMANAGER: &str = "/v1/webhooks/alertmanager/alertmanager-secret-0123";

fn sent(path: &str, body: &Value) -> Vec<Event> {
    events(post(path, &[], body.to_string().as_bytes()))
}

#[test]
fn texts_are_cut_at_characters() {
    let long = "障".repeat(20_000);
    let event =
        sent(GENERIC, &json!({ "title": long, "description": long, "host": long, "tags": { "t": long } }))
            .remove(0);
    let cut = |max: usize| format!("{}…", "障".repeat(max - 1));
    assert_eq!(event.summary, cut(SUMMARY_MAX));
    assert_eq!(event.description, cut(DESCRIPTION_MAX));
    assert_eq!(event.labels["t"], cut(LABEL_MAX));
    let fits = "障".repeat(SUMMARY_MAX);
    assert_eq!(sent(GENERIC, &json!({ "title": fits })).remove(0).summary, fits);
}

#[test]
fn a_long_key_becomes_its_digest() {
    let key = |key: &str| sent(GENERIC, &json!({ "title": "x", "dedup_key": key })).remove(0).dedup_key;
    let fits = "k".repeat(DEDUP_KEY_MAX);
    assert_eq!(key(&fits), fits);
    // printf 'k%.0s' $(seq 513) | sha256sum
    assert_eq!(key(&format!("{fits}k")), "45a7c7ef95c3417e800362f5672aba16da807261fe7121f3a81b0a0fb6b9a05c");
}

#[test]
fn a_summary_is_one_line() {
    assert_eq!(sent(GENERIC, &json!({ "title": " a\r\n b\t c " })).remove(0).summary, "a b c");
}

#[test]
fn of_too_many_labels_the_short_ones_stay() {
    let mut labels: serde_json::Map<String, Value> =
        (0..200).map(|n| (format!("a-rather-long-name-{n}"), json!("a rather long value"))).collect();
    labels.insert("team".into(), json!("web"));
    let event = sent(GENERIC, &json!({ "title": "x", "labels": labels })).remove(0);
    assert_eq!(event.labels.len(), LABELS_MAX);
    assert_eq!(event.labels["team"], "web");
}

#[test]
fn links_are_of_the_web_and_few() {
    let links: Vec<Value> =
        ["javascript:alert(1)", "ftp://a.example", "https://a.example/ b", "http://a.example"]
            .iter()
            .chain(&["https://b.example"; 40])
            .map(|href| json!({ "href": href }))
            .collect();
    let body = json!({ "event_action": "trigger", "payload": { "summary": "x" }, "links": links });
    let event = sent(PAGERDUTY, &body).remove(0);
    assert_eq!(event.links.len(), LINKS_MAX);
    assert_eq!(event.links[0].href, "http://a.example");
}

/// What is left out is said by an event that pages.
#[test]
fn too_many_alerts_are_one_more_event() {
    let alert = |n: usize| json!({ "status": "resolved", "fingerprint": n.to_string(), "labels": {} });
    let group = |count: usize| json!({ "alerts": (0..count).map(alert).collect::<Vec<_>>() });
    assert!(sent(ALERTMANAGER, &group(EVENTS_MAX)).iter().all(|event| event.action == Action::Resolve));
    let events = sent(ALERTMANAGER, &group(EVENTS_MAX + 5));
    assert_eq!(events.len(), EVENTS_MAX);
    let last = events.last().unwrap();
    assert_eq!(last.action, Action::Trigger);
    assert_eq!(last.summary, "6 more alerts in one request were left out");
}

/// Where people put a runbook that the monitor has no field for.
#[test]
fn a_runbook_is_found() {
    let of = |members: &str| {
        let body = format!(r#"{{"title":"x",{members}}}"#);
        events(post("/v1/webhooks/generic/generic-secret-0123", &[], body.as_bytes())).remove(0).runbook
    };
    let url = Some("https://wiki.example.com/disk?a=1".to_owned());
    assert_eq!(of(r#""labels":{"runbook_url":"https://wiki.example.com/disk?a=1"}"#), url);
    assert_eq!(of(r#""labels":{"runbook":"https://wiki.example.com/disk?a=1"}"#), url);
    assert_eq!(
        of(r#""description":"Full.\nRunbook: https://wiki.example.com/disk?a=1.\nhttps://x.example.com""#),
        url
    );
    assert_eq!(of(r#""description":"see the [runbook](https://wiki.example.com/disk?a=1), please""#), url);
    let own = Some("https://runbooks.example.com/9".to_owned());
    assert_eq!(of(r#""description":"See https://runbooks.example.com/9""#), own);
    // What the text calls so, not the first address of a line.
    for line in [
        "Dashboard: https://x.example.com Runbook: https://wiki.example.com/disk?a=1",
        "see https://x.example.com, runbook https://wiki.example.com/disk?a=1 and https://y.example.com",
        "https://wiki.example.com/disk?a=1 is the runbook; graph https://x.example.com",
        "https://x.example.com, https://wiki.example.com/disk?a=1 (runbook), https://y.example.com",
        "手順書はこちら：https://wiki.example.com/disk?a=1 グラフ https://x.example.com",
    ] {
        assert_eq!(of(&format!(r#""description":"{line}""#)), url, "{line}");
    }
    for line in [
        "https://x.example.com",
        "No runbook yet, graph https://x.example.com",
        "runbook. https://x.example.com",
    ] {
        assert_eq!(of(&format!(r#""description":"{line}""#)), None, "{line}");
    }
    // A name, a scheme that is no web page, a URL that is something else.
    assert_eq!(of(r#""labels":{"runbook":"disk"},"description":"https://x.example.com""#), None);
    assert_eq!(
        of(r#""labels":{"runbook_url":"javascript:alert(1)"},"description":"no runbook: ftp://x""#),
        None
    );
}
