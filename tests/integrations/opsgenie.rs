//! Opsgenie's API: an alert that is created is found again, by its alias and by its id.

use super::{events, post, rejected};
use oncall::alert::{Action, Event};
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
    ];
    for (word, action) in cases {
        let paths = [
            format!("/v2/alerts/disk%2Fdb%202/{word}?identifierType=alias"),
            format!("/v2/alerts/{id}/{word}"),
            format!("/v2/alerts/{}/{word}?identifierType=id", id.to_uppercase()),
        ];
        for path in paths {
            let (events, status, _) = sent(&path, r#"{"note":"looking","user":"sato"}"#);
            assert_eq!((events.len(), status, events[0].action), (1, 202, action), "{path}");
            assert_eq!(events[0].dedup_key, created[0].dedup_key, "{path}");
            assert_eq!((events[0].summary.as_str(), events[0].source.as_str()), ("looking", "sato"));
        }
    }
    let updates = [
        ("message", r#"{"message":"fuller"}"#, "fuller", ""),
        ("description", r#"{"description":"/var:\n98 %"}"#, "/var: 98 %", "/var:\n98 %"),
        ("priority", r#"{"priority":"P1"}"#, "P1", ""),
        ("snooze", r#"{"endTime":"2026-12-01T00:00:00Z"}"#, "snooze", ""),
    ];
    for (word, body, summary, description) in updates {
        let (events, ..) = sent(&format!("/v2/alerts/disk%2Fdb%202/{word}?identifierType=alias"), body);
        assert_eq!((events[0].action, &events[0].dedup_key), (Action::Note, &created[0].dedup_key), "{word}");
        assert_eq!((events[0].summary.as_str(), events[0].description.as_str()), (summary, description));
    }
    let (other, ..) = sent("/v2/alerts/disk%2Fdb%202/close", "{}");
    assert_ne!(other[0].dedup_key, created[0].dedup_key, "an alias is no id");
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

/// What cannot be read is answered as clients expect, and recorded.
#[test]
fn an_unreadable_alert_pages() {
    for body in ["", "{", r#"{"alias":"x"}"#] {
        let received = events(post("/v2/alerts", &KEY, body.as_bytes()));
        assert_eq!(received[0].dedup_key, "unparsed", "{body}");
    }
}
