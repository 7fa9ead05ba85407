//! Opsgenie's API: an alert that is created is found again, by its alias and by its id.

use super::{key_of, post, rejected};
use oncall::alert::{Action, Event, Severity};
use oncall::integration::Received;
use serde_json::Value;

const KEY: [(&str, &str); 1] = [("authorization", "GenieKey opsgenie-secret-0123")];

fn sent(path: &str, body: &str) -> (Vec<Event>, u16, Value) {
    match post(path, &KEY, body.as_bytes()) {
        Received::Events { events, answer } => {
            (events, answer.status, serde_json::from_str(&answer.body).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_alert_is_found_by_alias_and_by_id() {
    let (created, status, answer) = sent("/v2/alerts", r#"{"alias":"disk/db 2","message":"full"}"#);
    assert_eq!((status, answer["result"].as_str()), (202, Some("Request will be processed")));
    // As clients do: ask for the request, take the alert's id from it.
    let request = answer["requestId"].as_str().unwrap();
    let (none, status, answer) = sent(&format!("/v2/alerts/requests/{request}"), "");
    assert_eq!((none.len(), status, answer["data"]["isSuccess"].as_bool()), (0, 200, Some(true)));
    let id = answer["data"]["alertId"].as_str().unwrap();
    let cases = [
        ("close", Action::Resolve),
        ("acknowledge", Action::Acknowledge),
        ("notes", Action::Note),
        ("snooze", Action::Note),
        ("unacknowledge", Action::Note),
    ];
    for (word, action) in cases {
        let paths = [
            format!("/v2/alerts/disk%2Fdb%202/{word}?identifierType=alias"),
            // As the SDK for Node.js writes it.
            format!("/v2/alerts/disk/db%202/{word}/?identifierType=alias"),
            format!("/v2/alerts/{id}/{word}"),
            format!("/v2/alerts/{}/{word}?identifierType=id", id.to_uppercase()),
        ];
        for path in paths {
            let (events, status, _) = sent(&path, r#"{"note":"looking","user":"sato"}"#);
            // What has the form of an id may be an alias as well.
            let keys = if path.contains(id) && !path.contains("identifierType") { 2 } else { 1 };
            assert_eq!((events.len(), status, events[0].action), (keys, 202, action), "{path}");
            assert_eq!(events[0].dedup_key, created[0].dedup_key, "{path}");
            assert_eq!((events[0].summary.as_str(), events[0].source.as_str()), ("looking", "sato"));
        }
    }
    let (action, ..) = sent(&format!("/v2/alerts/{id}/actions/Restart"), "");
    assert_eq!((action[0].action, action[0].summary.as_str()), (Action::Note, "actions Restart"));
    let (other, ..) = sent("/v2/alerts/disk%2Fdb%202/close?identifierType=id", "{}");
    assert_ne!(other[0].dedup_key, created[0].dedup_key, "an alias is no id");
}

/// Many clients leave `identifierType` out, whatever they name.
#[test]
fn without_a_type_of_identifier_id_tiny_id_and_alias_are_found() {
    let uuid = "6F9619FF-8B86-D011-B42D-00CF4FC964FF";
    for alias in ["disk", uuid] {
        let (created, _, answer) = sent("/v2/alerts", &format!(r#"{{"alias":"{alias}","message":"full"}}"#));
        let id = answer["requestId"].as_str().unwrap();
        for named in [alias, id, &id.to_uppercase()] {
            let (closed, status, _) = sent(&format!("/v2/alerts/{named}/close"), "{}");
            let found = |event: &Event| event.dedup_key == created[0].dedup_key;
            assert!(closed.iter().any(found) && status == 202, "{named} of {alias}");
            assert!(closed.iter().all(|event| event.action == Action::Resolve));
        }
        let (tiny, ..) = sent(&format!("/v2/alerts/{id}/close?identifierType=tiny"), "{}");
        assert_eq!(tiny[0].dedup_key, created[0].dedup_key);
        let (other, ..) = sent("/v2/alerts/another/close", "{}");
        assert!(other.iter().all(|event| event.dedup_key != created[0].dedup_key));
    }
}

/// As the contact point of Grafana and of Amazon Managed Grafana sends it: the address has a slash at its end, or none.
#[test]
fn grafanas_contact_point_fires_and_is_over() {
    let alias = "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b";
    for base in ["/v2/alerts", "/v2/alerts/"] {
        let body = format!(
            r#"{{"message":"[FIRING:1] HighCPU (shop)","source":"Grafana","alias":"{alias}","priority":"P2",
            "description":"CPU is high","details":{{"url":"https://g-0123.grafana-workspace.eu-west-1.amazonaws.com/alerting/list",
            "alertname":"HighCPU","severity":"critical"}},"tags":["alertname:HighCPU"]}}"#
        );
        let (created, status, _) = sent(base, &body);
        assert_eq!(
            (created[0].action, created[0].severity, status),
            (Action::Trigger, Some(Severity::Error), 202)
        );
        assert_eq!(created[0].labels["alertname"], "HighCPU");
        let (over, status, _) =
            sent(&format!("{base}/{alias}/close?identifierType=alias"), r#"{"source":"Grafana"}"#);
        assert_eq!(
            (over[0].action, &over[0].dedup_key, status),
            (Action::Resolve, &created[0].dedup_key, 202)
        );
    }
}

/// As Alertmanager's `update_alerts` sends them, and other clients: an open alert is changed, none is opened.
#[test]
fn an_update_says_only_what_is_new() {
    let (created, ..) = sent("/v2/alerts", r#"{"alias":"disk","message":"full"}"#);
    let updated = |word: &str, body: &str| {
        let (events, status, _) = sent(&format!("/v2/alerts/disk/{word}?identifierType=alias"), body);
        assert_eq!((status, events.len(), &events[0].dedup_key), (202, 1, &created[0].dedup_key), "{word}");
        events.into_iter().next().unwrap()
    };
    let blank = Event {
        integration: "opsgenie".into(),
        dedup_key: created[0].dedup_key.clone(),
        ..Event::blank(Action::Update)
    };
    let expected = Event { summary: "fuller".into(), ..blank.clone() };
    assert_eq!(updated("message", r#"{"message":"fuller"}"#), expected);
    let expected = Event { description: "99 %".into(), ..blank.clone() };
    assert_eq!(updated("description", r#"{"description":"99 %","source":"x"}"#), expected);
    let expected = Event { severity: Some(Severity::Critical), ..blank.clone() };
    assert_eq!(updated("priority", r#"{"priority":"P1"}"#), expected);
    let labels = [("team", "db"), ("tags", "now")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(
        updated("tags", r#"{"tags":["team:db","now"]}"#),
        Event { labels: labels.into(), ..blank.clone() }
    );
    let labels = [("volume".to_owned(), "sda1".to_owned())];
    assert_eq!(updated("details", r#"{"details":{"volume":"sda1"}}"#).labels, labels.into());
    // With the method DELETE, which says in the query what is to be removed.
    let removed = updated("tags", "");
    assert_eq!((removed.action, removed.summary.as_str()), (Action::Note, "tags"));
    assert_eq!(updated("priority", "{"), blank, "what cannot be read changes nothing");
}

/// The method DELETE on the alert itself, which nothing else is ever sent to.
#[test]
fn a_deleted_alert_is_over() {
    let (created, ..) = sent("/v2/alerts", r#"{"alias":"disk","message":"full"}"#);
    let (deleted, status, _) = sent("/v2/alerts/disk?identifierType=alias&user=sato", "");
    assert_eq!((deleted[0].action, status), (Action::Resolve, 202));
    assert_eq!((&deleted[0].dedup_key, deleted[0].summary.as_str()), (&created[0].dedup_key, "deleted"));
    let (none, status, _) = sent("/v2/alerts/saved-searches/5", "{}");
    assert_eq!((none.len(), status), (0, 202));
}

#[test]
fn a_foreign_key_is_refused_in_opsgenies_words() {
    for key in ["GenieKey generic-secret-0123", "GenieKey ", "Bearer x", ""] {
        let reject = rejected(post("/v2/alerts", &[("authorization", key)], b"{}"));
        assert_eq!((reject.code, reject.answer.status), ("unauthorized", 401));
        let answer: Value = serde_json::from_str(&reject.answer.body).unwrap();
        assert_eq!(answer["message"], "Could not authenticate");
    }
}

/// What cannot be read is refused as Opsgenie refuses it, with a body that clients decode, and recorded all the same.
#[test]
fn an_unreadable_alert_pages() {
    let cases = [("", 400), ("{", 400), (r#"{"alias":"x"}"#, 422)];
    for (body, status) in cases {
        let (received, answered, answer) = sent("/v2/alerts", body);
        assert_eq!((key_of(&received[0]), answered), ("unparsed", status), "{body}");
        assert!(answer["message"].is_string() && answer["requestId"].is_string(), "{answer}");
    }
    let (lost, ..) = sent("/v2/alerts/web", "{");
    assert_eq!(key_of(&lost[0]), "unparsed", "an alert at a wrong path");
}
