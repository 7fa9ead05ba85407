//! A success never pages; a failure and its end share a key; two senders at one door do not.
//!
//! That holds over all fixtures that carry a state: `<name>-fails`, `<name>-over` and, of another sender or another thing,
//! `<name>-other`. The pairs that were there before have names of their own.

use super::{config, config_of, endpoint, events, fetched, now, post_to};
use oncall::alert::{Action, Event, Severity};
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::integration::{MONITORS, read_trusted};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pairs under other names: the folder, what fails, what is over.
const PAIRS: [(&str, &str, &str); 27] = [
    ("azure", "metric-fired.json", "metric-resolved.json"),
    ("azure", "resource-health-unavailable.json", "resource-health-available.json"),
    ("azure", "service-health-active.json", "service-health-resolved.json"),
    ("azure", "service-health-active.json", "service-health-rca.json"),
    ("cloudwatch", "eventbridge-health.json", "eventbridge-health-closed.json"),
    ("cloudwatch", "sns-alarm.json", "sns-ok.json"),
    ("datadog", "triggered.json", "recovered.json"),
    ("datadog", "default-triggered.json", "default-recovered.json"),
    ("email", "problem.eml", "resolved.eml"),
    ("gcp", "open.json", "closed.json"),
    ("generic", "guessed.json", "guessed-resolved.json"),
    ("github", "run-failed.json", "run-succeeded.json"),
    ("github", "deployment-failed.json", "deployed.json"),
    ("grafana", "legacy-alerting.json", "legacy-ok.json"),
    ("healthchecks", "down.json", "up.json"),
    ("mackerel", "critical.json", "ok.json"),
    ("nagios", "service-problem.form", "recovery.form"),
    ("newrelic", "activated.json", "closed.json"),
    ("pagerduty", "trigger.json", "resolve.json"),
    ("pagerduty", "v1-trigger.json", "v1-resolve.json"),
    ("pingdom", "down.json", "up.json"),
    ("sentry", "issue-regressed.json", "issue-resolved.json"),
    ("sentry", "metric-alert-critical.json", "metric-alert-resolved.json"),
    ("uptime_kuma", "down.json", "up.json"),
    ("zabbix", "problem.json", "recovery.json"),
    ("zabbix", "problem.json", "closed-by-hand.json"),
    ("opensearch", "bucket-level.txt", "bucket-level-completed-only.txt"),
];

fn folder(kind: &str) -> PathBuf {
    Path::new("tests/integrations").join(kind)
}

/// What the door of this kind makes of a file; a message of SNS is believed as it is.
fn read(kind: &str, file: &Path) -> Vec<Event> {
    let door = &config().0.endpoints[kind];
    let body = std::fs::read(file).unwrap();
    if let Some(events) = ended_by_path(kind, file) {
        return events;
    }
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("message") => message(kind, &body),
        _ => read_trusted(door, &body, now()),
    }
}

/// A raw delivery.
fn message(kind: &str, body: &[u8]) -> Vec<Event> {
    let headers = [
        ("x-amz-sns-rawdelivery", "true"),
        ("x-amz-sns-topic-arn", super::TOPIC),
        ("x-amz-sns-message-id", "00000000-0000-4000-8000-000000000778"),
    ];
    let mut door = endpoint(kind, kind);
    door.topics = vec![super::TOPIC.to_owned()];
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env(kind.into()), Secret::new("s"));
    let path = format!("/v1/webhooks/{kind}/s");
    events(post_to(&config_of(vec![door]), &secrets, &path, &headers, body, now(), &fetched()))
}

/// Opsgenie's end of an alert is in the path, and its body only says who asked.
fn ended_by_path(kind: &str, file: &Path) -> Option<Vec<Event>> {
    let over = kind == "opsgenie" && file.file_stem()?.to_str()?.ends_with("-over");
    let key = format!("GenieKey {kind}-secret-0123");
    let path = "/v2/alerts/queue%2Forders/close?identifierType=alias";
    over.then(|| events(super::post(path, &[("authorization", &key)], &std::fs::read(file).unwrap())))
}

/// The fixtures with a state, by folder and name: which part they play, and the file.
fn played() -> BTreeMap<(&'static str, String), BTreeMap<String, PathBuf>> {
    let mut found: BTreeMap<_, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for monitor in MONITORS {
        for entry in std::fs::read_dir(folder(monitor.name)).into_iter().flatten() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let part =
                ["fails", "over", "other"].into_iter().find(|part| stem.ends_with(&format!("-{part}")));
            let Some(part) = part else { continue };
            let name = stem.trim_end_matches(part).trim_end_matches('-').to_owned();
            found.entry((monitor.name, name)).or_default().insert(part.to_owned(), path);
        }
    }
    found
}

fn is_a_problem_and_its_end(about: &str, fails: &[Event], over: &[Event]) {
    let news = |event: &&Event| !matches!(event.action, Action::Change | Action::Note);
    let (fails, over): (Vec<_>, Vec<_>) =
        (fails.iter().filter(news).collect(), over.iter().filter(news).collect());
    assert!(!fails.is_empty() && !over.is_empty(), "{about}");
    assert!(fails.iter().any(|event| event.action == Action::Trigger), "{about}: {fails:#?}");
    for event in over {
        assert_eq!(event.action, Action::Resolve, "{about}: a success pages: {event:#?}");
        let keys: Vec<&str> = fails.iter().map(|event| event.dedup_key.as_str()).collect();
        assert!(keys.contains(&event.dedup_key.as_str()), "{about}: {keys:?} {}", event.dedup_key);
        assert!(
            event.changed_at.is_none() || fails.iter().all(|it| it.changed_at <= event.changed_at),
            "{about}"
        );
    }
}

/// Every door has a failure, its end, and the same failure of another sender or thing.
#[test]
fn every_door_has_a_failure_its_end_and_a_second_sender() {
    let played = played();
    for monitor in MONITORS {
        let whole = |parts: &BTreeMap<String, PathBuf>| {
            ["fails", "over", "other"].iter().all(|it| parts.contains_key(*it))
        };
        let mut of_door = played.iter().filter(|((kind, _), _)| *kind == monitor.name);
        assert!(of_door.any(|(_, parts)| whole(parts)), "{}", monitor.name);
    }
}

#[test]
fn a_success_never_pages_and_ends_what_failed() {
    let mut seen = 0;
    for ((kind, name), parts) in played() {
        let about = format!("{kind}/{name}");
        let fails = read(kind, &parts["fails"]);
        is_a_problem_and_its_end(&about, &fails, &read(kind, &parts["over"]));
        if let Some(other) = parts.get("other") {
            let other = read(kind, other);
            assert!(other.iter().any(|event| event.action == Action::Trigger), "{about}: {other:#?}");
            for event in &other {
                assert!(
                    fails.iter().all(|it| it.dedup_key != event.dedup_key),
                    "{about}: {}",
                    event.dedup_key
                );
            }
        }
        seen += 1;
    }
    assert!(seen > 40, "the fixtures were not found");
    for (kind, fails, over) in PAIRS {
        let read = |file: &str| read(kind, &folder(kind).join(file));
        is_a_problem_and_its_end(&format!("{kind}/{over}"), &read(fails), &read(over));
    }
}

/// What is on its way, or was meant, is neither.
#[test]
fn what_is_on_its_way_is_a_note() {
    for file in ["codepipeline-started.json", "codepipeline-stopped.json"] {
        let events = read("cloudwatch", &folder("cloudwatch").join(file));
        assert_eq!(events[0].action, Action::Note, "{file}");
    }
    let unknown = read("cloudwatch", &folder("cloudwatch").join("own-event-in-no-known-state.json"));
    assert_eq!(unknown[0].action, Action::Trigger, "what cannot be told from a failure pages");
}

/// The line that somebody hears on the telephone has the state and the part that failed, and no JSON.
#[test]
fn a_summary_can_be_said() {
    let cases = [
        (
            "cloudwatch",
            "codepipeline-fails.json",
            "CodePipeline Pipeline Execution State Change: web-release FAILED",
        ),
        (
            "cloudwatch",
            "codepipeline-action-fails.json",
            "CodePipeline Action Execution State Change: web-release/Deploy/ecs FAILED: the service did not become stable",
        ),
        (
            "cloudwatch",
            "codebuild-fails.json",
            "CodeBuild Build State Change: web FAILED: BUILD COMMAND_EXECUTION_ERROR: make test",
        ),
        (
            "cloudwatch",
            "codestar-fails.json",
            "CodePipeline Pipeline Execution State Change: web-release FAILED in Deploy",
        ),
        (
            "cloudwatch",
            "ecs-task-fails.json",
            "ECS Task State Change: settle app STOPPED: Essential container in task exited",
        ),
        ("cloudwatch", "securityhub-fails.json", "Finding a says what is wrong"),
        ("sns", "devops-guru-fails.message", "DevOps Guru: Lambda Errors Anomalous In Stack web"),
        ("sns", "config-fails.message", "AWS Config: s3-no-public-read is NON_COMPLIANT: assets"),
        ("sns", "cloudformation-fails.message", "CloudFormation: web UPDATE_FAILED: no such role"),
        ("sns", "backup-fails.message", "AWS Backup: vol-1 FAILED"),
        ("sns", "alertmanager-fails.message", "load of db-1"),
        ("azure", "defender-fails.json", "defender: Malware on vm-1"),
    ];
    for (kind, file, summary) in cases {
        assert_eq!(read(kind, &folder(kind).join(file))[0].summary, summary, "{file}");
    }
}

/// As bad as the vendor's own scale says.
#[test]
fn findings_have_the_severity_of_their_vendor() {
    let cases = [
        ("cloudwatch", "guardduty-fails.json", vec![Severity::Warning]),
        ("cloudwatch", "guardduty-other.json", vec![Severity::Critical]),
        ("cloudwatch", "securityhub-fails.json", vec![Severity::Critical]),
        ("cloudwatch", "securityhub-other.json", vec![Severity::Info, Severity::Warning]),
        ("cloudwatch", "inspector-fails.json", vec![Severity::Error]),
        ("azure", "defender-fails.json", vec![Severity::Critical]),
        ("azure", "defender-other.json", vec![Severity::Info]),
        ("sns", "alertmanager-fails.message", vec![Severity::Warning]),
    ];
    for (kind, file, expected) in cases {
        let found: Vec<Severity> =
            read(kind, &folder(kind).join(file)).iter().filter_map(|event| event.severity).collect();
        assert_eq!(found, expected, "{file}");
    }
}

/// SNS is a way: the same text is read at every door that knows it, and by its own.
#[test]
fn a_list_of_alerts_in_words_is_read_at_every_door_it_may_come_to() {
    let file = |name: &str| std::fs::read(folder("sns").join(name)).unwrap();
    for kind in ["alertmanager", "grafana", "sns", "cloudwatch"] {
        for name in ["alertmanager", "grafana"] {
            let fails = message(kind, &file(&format!("{name}-fails.message")));
            let over = message(kind, &file(&format!("{name}-over.message")));
            is_a_problem_and_its_end(&format!("{name} at {kind}"), &fails, &over);
            assert_eq!(fails[0].labels["alertname"], "HighLoad");
        }
    }
    let [event] = &message("alertmanager", &file("alertmanager-fails.message"))[..] else { panic!() };
    assert_eq!(event.description, "load is high\nfor ten minutes");
    assert_eq!(event.links[0].href, "https://prometheus.example.com/graph?g0.expr=load");
    // The JSON template of Amazon Managed Prometheus, and words of one's own.
    let json = r#"{"receiver":"oncall","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Full","severity":"error"},
        "annotations":{"summary":"disk is full"},"startsAt":"2026-12-01T02:10:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"a1"}]}"#;
    for kind in ["alertmanager", "sns"] {
        let [event] = &message(kind, json.as_bytes())[..] else { panic!() };
        assert_eq!(
            (event.summary.as_str(), event.severity),
            ("disk is full", Some(Severity::Error)),
            "{kind}"
        );
        let over = message(kind, json.replace("firing", "resolved").as_bytes());
        assert_eq!((over[0].action, &over[0].dedup_key), (Action::Resolve, &event.dedup_key), "{kind}");
    }
    let words = message("alertmanager", b"[RESOLVED] own words\nof a template");
    assert_eq!((words[0].action, words[0].summary.as_str()), (Action::Resolve, "[RESOLVED] own words"));
}

/// What a Lambda function hands on: messages of SNS and of a queue.
#[test]
fn records_of_a_function_are_messages() {
    let topic = super::TOPIC;
    let sns = |topic: &str, state: &str| {
        serde_json::json!({ "EventSource": "aws:sns", "Sns": {
            "Type": "Notification", "MessageId": "m-1", "TopicArn": topic, "Subject": format!("[{state}] queue"),
            "Message": "of shop", "Timestamp": "2026-12-01T02:10:00Z" } })
    };
    let queue = serde_json::json!({ "messageId": "q-1", "eventSource": "aws:sqs",
        "body": r#"{"dedup_key":"k","summary":"batch","status":"failed"}"# });
    let records = |list: Vec<serde_json::Value>| serde_json::json!({ "Records": list }).to_string();
    for kind in ["sns", "cloudwatch"] {
        let door = endpoint(kind, kind);
        let read = |body: String| read_trusted(&door, body.as_bytes(), now());
        let events = read(records(vec![sns(topic, "FIRING:1"), queue.clone()]));
        assert_eq!(events.len(), 2);
        assert_eq!((events[0].action, events[0].message_id.as_deref()), (Action::Trigger, Some("m-1")));
        assert_eq!((events[1].dedup_key.as_str(), events[1].message_id.as_deref()), ("k", Some("q-1")));
        let over = read(records(vec![sns(topic, "RESOLVED")]));
        assert_eq!((over[0].action, &over[0].dedup_key), (Action::Resolve, &events[0].dedup_key));
        assert!(read(records(vec![sns("arn:aws:sns:eu-west-1:1:foreign", "RESOLVED")])).is_empty());
    }
}

/// `fields` say what JSON of one's own says, also where it comes by SNS.
#[test]
fn fields_are_for_messages_too() {
    let field = |text: &str| Some(oncall::config::Field::read(text).unwrap());
    for kind in ["sns", "generic"] {
        let mut door = endpoint(kind, kind);
        door.topics = vec![super::TOPIC.to_owned()];
        door.fields = oncall::config::GenericFields {
            dedup_key: field("/job"),
            summary: field("{{ job }} ended with {{ code }}"),
            resolve_when: field("{{ code == 0 }}"),
            ..Default::default()
        };
        let mut secrets = Secrets::default();
        secrets.insert(SecretSource::Env(kind.into()), Secret::new("s"));
        let headers = [("x-amz-sns-rawdelivery", "true"), ("x-amz-sns-topic-arn", super::TOPIC)];
        let config = config_of(vec![door]);
        let path = format!("/v1/webhooks/{kind}/s");
        let read = |body: &str| {
            events(post_to(&config, &secrets, &path, &headers, body.as_bytes(), now(), &fetched())).remove(0)
        };
        let (fails, over) = (read(r#"{"job":"settle","code":3}"#), read(r#"{"job":"settle","code":0}"#));
        assert_eq!((fails.summary.as_str(), fails.action), ("settle ended with 3", Action::Trigger));
        assert_eq!((over.dedup_key.as_str(), over.action), ("settle", Action::Resolve));
    }
}

/// The members of a pair are one sender; clusters are not.
#[test]
fn a_pair_of_alertmanagers_is_one_sender() {
    let key = |url: &str| {
        let body = format!(
            r#"{{"externalURL":"{url}","alerts":[{{"labels":{{"alertname":"x"}},"fingerprint":"f"}}]}}"#
        );
        read_trusted(&endpoint("alertmanager", "alertmanager"), body.as_bytes(), now()).remove(0).dedup_key
    };
    let same = [
        ("http://alertmanager-0:9093", "http://alertmanager-1:9093"),
        ("http://am1.example.com:9093", "http://am2.example.com:9093/"),
        ("http://alertmanager-tokyo-0:9093", "http://alertmanager-tokyo-1:9093"),
        ("http://alertmanager-7d9c8b6f5d-x2kqz:9093", "http://alertmanager-7d9c8b6f5d-m8lvt:9093"),
        ("http://3f2a9c41d0be:9093", "http://9be0d14c3a2f:9093"),
    ];
    for (one, other) in same {
        assert_eq!(key(one), key(other), "{one} {other}");
    }
    let two = [
        ("https://am-0.tokyo.example.com", "https://am-0.osaka.example.com"),
        ("https://alertmanager-tokyo.example.com", "https://alertmanager-osaka.example.com"),
        ("http://alertmanager-tokyo:9093", "http://alertmanager-osaka:9093"),
        ("https://example.com/tokyo", "https://example.com/osaka"),
        ("http://10.0.0.1:9093", "http://10.0.0.2:9093"),
    ];
    for (one, other) in two {
        assert_ne!(key(one), key(other), "{one} {other}");
    }
    // A machine's own name is no address that somebody gave.
    assert_eq!(key("http://alertmanager:9093"), "f");
}
