//! What comes by an SNS subscription that is no CloudWatch alarm: words, JSON of one's own, OpenSearch's text, a mail.

use super::{config_of, endpoint, events, fetched, key_of, now, post_to};
use oncall::alert::{Action, Event, Severity};
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::integration::{Received, read_trusted};

const TOPIC: &str = super::TOPIC;
const RAW: [(&str, &str); 3] = [
    ("x-amz-sns-rawdelivery", "true"),
    ("x-amz-sns-topic-arn", TOPIC),
    ("x-amz-sns-message-id", "00000000-0000-4000-8000-000000000777"),
];

/// A raw delivery to a door of `kind` that has the topic.
fn raw(kind: &str, body: &str) -> Vec<Event> {
    let mut door = endpoint(kind, kind);
    door.topics = vec![TOPIC.to_owned()];
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env(kind.into()), Secret::new("s"));
    let path = format!("/v1/webhooks/{kind}/s");
    events(post_to(&config_of(vec![door]), &secrets, &path, &RAW, body.as_bytes(), now(), &fetched()))
}

#[test]
fn words_are_a_problem_of_their_own() {
    let [event] = &raw("sns", "\n  Budget 100 % used\nin account 1")[..] else { panic!() };
    assert_eq!(event.summary, "Budget 100 % used");
    assert_eq!((event.action, event.severity), (Action::Trigger, None));
    assert_eq!(event.dedup_key, "00000000-0000-4000-8000-000000000777");
    assert_eq!((event.labels["region"].as_str(), event.labels["topic"].as_str()), ("eu-west-1", TOPIC));
}

#[test]
fn json_of_ones_own_may_resolve() {
    let body = r#"{"dedup_key":"batch/7","summary":"batch 7","severity":"warning","status":"ok","labels":{"team":"db"}}"#;
    let [event] = &raw("sns", body)[..] else { panic!() };
    assert_eq!((event.dedup_key.as_str(), event.action), ("batch/7", Action::Resolve));
    assert_eq!((event.severity, event.labels["team"].as_str()), (Some(Severity::Warning), "db"));
    assert_eq!(event.message_id.as_deref(), Some("00000000-0000-4000-8000-000000000777"));
}

#[test]
fn an_alarm_is_an_alarm_at_either_door() {
    let alarm =
        r#"{"AlarmName":"cpu","NewStateValue":"OK","AlarmArn":"arn:aws:cloudwatch:eu-west-1:1:alarm:cpu"}"#;
    let own = |kind| Event { integration: String::new(), ..raw(kind, alarm).remove(0) };
    assert_eq!(own("sns"), own("cloudwatch"));
    assert_eq!(own("sns").action, Action::Resolve);
}

/// The message's id is each event's: delivered twice, it is one.
#[test]
fn opensearch_comes_by_its_sns_channel() {
    let text = "Monitor errors just entered alert status.\n- Trigger: many\n- Severity: 2\n- New Alerts:\n* 1 : a\n* 2 : b";
    let events = raw("opensearch", text);
    let keys: Vec<&str> = events.iter().map(|event| event.dedup_key.as_str()).collect();
    assert_eq!(keys, ["errors/many/a", "errors/many/b"]);
    assert!(events.iter().all(|event| event.message_id.as_deref() == Some(RAW[2].1)));
}

#[test]
fn a_mail_keeps_its_own_id() {
    let [event] = &raw("email", include_str!("email/ses-content.json"))[..] else { panic!() };
    assert_eq!(event.message_id.as_deref(), Some("1.batch@example.net"));
    assert_eq!(event.summary, "[PROBLEM] 夜間バッチ failed");
}

/// A door without topics takes no envelope apart: it would be believed unverified.
#[test]
fn without_topics_an_envelope_is_only_a_body() {
    let mut door = endpoint("opensearch", "opensearch");
    door.topics = Vec::new();
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("opensearch".into()), Secret::new("s"));
    let body = include_bytes!("cloudwatch/sns-alarm.json");
    let received =
        post_to(&config_of(vec![door]), &secrets, "/v1/webhooks/opensearch/s", &[], body, now(), &fetched());
    let Received::Events { events, .. } = received else { panic!() };
    assert_eq!(key_of(&events[0]), "unparsed");
}

/// Metric math over an anomaly band, as CloudWatch sends it.
#[test]
fn an_anomaly_alarm_has_the_metric_of_its_band() {
    let body = include_str!("cloudwatch/anomaly.message");
    let [event] = &read_trusted(&endpoint("cloudwatch", "cloudwatch"), body.as_bytes(), now())[..] else {
        panic!()
    };
    assert_eq!(event.dedup_key, "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-anomaly");
    assert_eq!((event.labels["metric"].as_str(), event.source.as_str()), ("Orders", "Shop Store=Tokyo"));
    assert_eq!(event.description, "Orders are unusual");
}

/// What an operator writes is said again at each run, with other numbers.
#[test]
fn own_words_are_one_problem_however_often_they_are_said() {
    let key = |text: &str| key_of(&raw("opensearch", text)[0]).to_owned();
    let said = "Disk of db-2 is 97 % full at 2026-12-01T02:59:00Z";
    assert_eq!(key(said), key("Disk of db-2 is 98 % full at 2026-12-01T03:04:00Z"));
    assert_ne!(key(said), key("Disk of db-3 is 97 % full at 2026-12-01T02:59:00Z"));
    assert_ne!(key(said), "unparsed");
    let json = |text: &str| key(&format!(r#"{{"text":"{text}"}}"#));
    assert_eq!(json("12 failed builds"), json("13 failed builds"));
    assert_ne!(json("failed builds"), json("failed deploys"));
    // What is no words at all cannot be read.
    for body in ["ok", "4711", "{\"text", "<html>an error page</html>", "[1, 2"] {
        assert_eq!(key(body), "unparsed", "{body}");
    }
}

/// The same key from the default text while a monitor fires and when its bucket is over, whatever is in its name.
#[test]
fn a_bucket_is_over_under_the_key_under_which_it_fired() {
    let text = |list: &str| {
        format!(
            "Monitor a &quot;b&quot; \\\\ c just entered alert status. Please investigate the issue.\n  - Trigger: x &gt; 1\n  \
             - Severity: 2\n  - Period start: 2026-12-01T02:58:00Z UTC\n  - Period end: 2026-12-01T02:59:00Z UTC\n\n  \
             - Deduped Alerts:\n{}\n  - New Alerts:\n{}\n  - Completed Alerts:\n{}\n",
            if list == "deduped" { "    * 1 : a &amp; b,c" } else { "" },
            if list == "new" { "    * 1 : a &amp; b,c" } else { "" },
            if list == "completed" { "    * 1 : a &amp; b,c" } else { "" },
        )
    };
    let event = |list: &str| raw("opensearch", &text(list)).remove(0);
    for (list, action) in
        [("new", Action::Trigger), ("deduped", Action::Trigger), ("completed", Action::Resolve)]
    {
        let event = event(list);
        assert_eq!(
            (event.action, event.dedup_key.as_str()),
            (action, "a \"b\" \\ c/x > 1/a & b,c"),
            "{list}"
        );
        assert_eq!(event.summary, "a \"b\" \\ c: x > 1: a & b,c");
    }
}

/// EventBridge may publish an event twice: its own id stays.
#[test]
fn an_event_keeps_its_id_in_whatever_message_it_comes() {
    let body = include_str!("cloudwatch/eventbridge-alarm.json");
    let [event] = &raw("cloudwatch", body)[..] else { panic!() };
    assert_eq!(event.message_id.as_deref(), Some("c4c1c1c9-6542-4e61-8ef0-8c4d36933a92"));
}

/// JSON that is neither an alarm nor an event: its own words are read where it has some, and else its names, never its text.
#[test]
fn json_that_says_no_state_is_read_for_its_words() {
    let chat = r#"{"version":"1.0","source":"custom","content":{"title":"Nightly job failed","description":"step 3"}}"#;
    for door in ["cloudwatch", "sns"] {
        assert_eq!(raw(door, chat)[0].summary, "Nightly job failed");
        for unknown in [r#"{ "a" : 1, "b" : {"c": 2} }"#, r#"[{"a":"{\"x\":1}","b":1}]"#] {
            let [event] = &raw(door, unknown)[..] else { panic!() };
            assert_eq!(event.summary, "alarms: a JSON message (a, b)");
            assert_eq!((event.action, event.dedup_key.as_str()), (Action::Trigger, RAW[2].1));
            assert!(event.description.contains("\"a\":"), "{}", event.description);
        }
        assert_eq!(raw(door, r#"{"broken": "json "that" ends"#)[0].summary, "alarms: a JSON message");
        assert_eq!(raw(door, r#"{"x":1,"status":"SUCCEEDED"}"#)[0].action, Action::Resolve);
    }
}

/// People put the address of the runbook into an alarm's description, and other addresses.
#[test]
fn an_alarms_description_names_its_runbook() {
    let runbook = |description: &str| {
        let alarm = serde_json::json!({ "AlarmName": "cpu", "NewStateValue": "ALARM", "AlarmArn": "arn:x", "AlarmDescription": description });
        let event = raw("cloudwatch", &alarm.to_string()).remove(0);
        let links: Vec<String> = event.links.into_iter().skip(1).map(|link| link.href).collect();
        (event.runbook.unwrap_or_default(), links)
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(
        runbook("CPU. Runbook: https://wiki.example/cpu."),
        ("https://wiki.example/cpu".to_owned(), none.clone())
    );
    assert_eq!(
        runbook("手順は「http://wiki.example/a?b=1」。"),
        ("http://wiki.example/a?b=1".to_owned(), none.clone())
    );
    // An address that nothing calls a runbook is a link.
    let links = vec!["https://wiki.example/x".to_owned()];
    assert_eq!(runbook("see (https://wiki.example/x)"), (String::new(), links));
    assert_eq!(runbook("httpd is down"), (String::new(), none));
}
