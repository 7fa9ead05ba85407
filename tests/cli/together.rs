//! `oncall dry-run --alert` with several alerts, and beside what is open: they group, hold back, storm and join as on the server.

use super::{fine, refused, words};
use oncall::cli::{self, Arguments, Exit, Output};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

use clap::Parser;

/// An alert as Alertmanager posts it.
fn alert(key: &str, labels: &[(&str, &str)]) -> Value {
    let labels: serde_json::Map<String, Value> =
        labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "status": "firing", "labels": labels, "annotations": { "summary": format!("{key} fails") },
        "startsAt": "2026-12-07T16:58:00Z", "fingerprint": key,
    })
}

/// `dry-run` of the example with these alerts in one body, on Tuesday at this time.
fn played(alerts: &[Value], at: &str, rest: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alerts.json");
    fs::write(&file, json!({ "version": "4", "alerts": alerts }).to_string()).unwrap();
    let mut line = words("oncall dry-run --integration prometheus --alert");
    line.extend([file.display().to_string(), "--at".into(), format!("2026-12-08 {at}")]);
    line.extend(rest.iter().map(|word| (*word).to_owned()));
    line.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("example-config").display().to_string());
    cli::run(Arguments::try_parse_from(line).unwrap().command)
}

#[track_caller]
fn text(alerts: &[Value], at: &str, rest: &[&str]) -> String {
    let rest: Vec<&str> = rest.iter().copied().chain(["--language", "en"]).collect();
    fine(played(alerts, at, &rest))
}

/// On one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn json_of(alerts: &[Value], at: &str, rest: &[&str]) -> Value {
    let rest: Vec<&str> = rest.iter().copied().chain(["--format", "json"]).collect();
    serde_json::from_str(&fine(played(alerts, at, &rest))).unwrap()
}

const NODE: [(&str, &str); 4] =
    [("alertname", "NodeDown"), ("severity", "critical"), ("cluster", "a"), ("node", "n1")];
const POD: [(&str, &str); 4] =
    [("alertname", "PodDown"), ("severity", "critical"), ("cluster", "a"), ("node", "n1")];

/// A node that is down explains its pods also where both come in one body: one call, about the node.
#[test]
fn an_alert_mutes_another_of_its_body() {
    let alerts = [alert("node", &NODE), alert("pod", &POD)];
    let said = text(&alerts, "02:00", &["--acknowledge-after", "1m"]);
    let beginning = "2 alerts are in it. They make 2 incidents. 1 node fails (from prometheus) opens 1-1 of platform: \
        critical, urgency high 2 pod fails (from prometheus) opens 1-2 of platform: critical, urgency high; muted by 1-1 \
        (\"node fails\"), at most until Wed 2026-12-09 02:00 (a node that is down explains its pods, inhibitions/nodes.yaml:4) \
        smith is called at once; smith acknowledges after 1 min.";
    assert!(joined(&said).starts_with(beginning), "{said}");
    let calls: Vec<&str> = said.lines().filter(|line| line.contains("CALL")).collect();
    assert!(matches!(calls[..], [one] if one.contains("about 1-1")), "{calls:?}");
    // Each line names its incident.
    assert!(said.contains("  1-1: step 1 of platform: "), "{said}");
}

/// The example's search groups by cluster for ten minutes: the second alert joins the first one's incident.
#[test]
fn an_alert_joins_the_group_of_another() {
    let of = |key| alert(key, &[("service", "search"), ("severity", "critical"), ("cluster", "a")]);
    let said = text(&[of("one"), of("two")], "11:00", &["--acknowledge-after", "1m"]);
    assert!(said.starts_with("2 alerts are in it. They make 1 incident.\n"), "{said}");
    assert!(said.contains(" 2  two fails (from prometheus)\n    joins 1-1, one of 2\n"), "{said}");
    let json = json_of(&[of("one"), of("two")], "11:00", &[]);
    let words: Vec<&str> =
        json["alerts"].as_array().unwrap().iter().map(|it| it["becomes"].as_str().unwrap()).collect();
    assert_eq!(words, ["opens", "joins"]);
    assert_eq!((&json["alerts"][1]["incident"], &json["alerts"][1]["alerts"]), (&json!("1-1"), &json!(2)));
}

/// In office hours an error is held for a minute (`oncall.yaml`): until when, by which line, and that it is told then.
#[test]
fn what_is_held_says_until_when_and_by_which_line() {
    let alerts = [alert("slow", &[("service", "checkout"), ("severity", "error")])];
    let said = text(&alerts, "11:00", &["--acknowledge-after", "5m"]);
    let first = said.split("\n\n").next().unwrap().replace('\n', " ");
    assert!(first.contains("called after 1 min"), "{first}");
    assert!(first.contains("held until Tue 2026-12-08 11:01 (oncall.yaml:80)"), "{first}");
    let held = &json_of(&alerts, "11:00", &[])["alerts"][0]["held_back"];
    assert_eq!((&held["by"], &held["rule"]), (&json!("wait"), &json!("oncall.yaml:80")));
}

/// Where the repository is Japanese, so is the answer; `--language en` asks for English.
#[test]
fn it_is_said_in_japanese() {
    let alerts = [alert("node", &NODE), alert("pod", &POD)];
    let said = fine(played(&alerts, "02:00", &["--acknowledge-after", "1m"]));
    let beginning = "アラート 2 件。インシデントは 2 件になります。

 1  node fails（prometheus）
    1-1 を新規作成（platform、critical、緊急度 高）
 2  pod fails（prometheus）
    1-2 を新規作成（platform、critical、緊急度 高）。1-1「node fails」により抑
    止中、最長 2026-12-09（水）02:00 まで（";
    assert!(said.starts_with(beginning), "{said}");
    for words in [
        "電話: smith（直ちに）",
        "1 分後に smith が対応を開始",
        "アラート  node fails",
        "重大度    critical",
        "対応開始  ",
        "に Slack メッセージ（1-1）",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    let english = ["urgency", "is called", "CALL", "at once", "one column"];
    assert!(english.iter().all(|word| !said.contains(word)), "{said}");
    let wide = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) > 82;
    assert_eq!(said.lines().find(wide), None);
}

/// A list of incidents as the API gives it: what is open there mutes, and takes in, as on the server.
#[test]
fn a_list_of_incidents_is_what_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("open.json");
    let open = |key: &str| {
        json!({
            "id": "7-3", "status": "acknowledged", "service": "checkout", "integration": "prometheus",
            "summary": "orders hang", "severity": "critical", "urgency": "high", "opened_at": "2026-12-07T16:00:00Z",
            "acknowledged_by": "田中 太郎", "acknowledged_at": "2026-12-07T16:02:00Z",
            "alerts": [{ "integration": "prometheus", "dedup_key": key, "firing": true, "severity": "critical" }],
        })
    };
    let list =
        |incident: Value| json!({ "incidents": [incident], "counts": {}, "next_before": null }).to_string();
    fs::write(&file, list(open("hang"))).unwrap();
    let alerts = [alert("hang", &[("service", "checkout"), ("severity", "critical")])];
    let said = text(&alerts, "02:00", &["--open", &file.display().to_string()]);
    assert!(said.starts_with("Nobody is told; is open already: 7-3 hears of it anew."), "{said}");
    assert!(said.contains("The list does not say the labels of 1 of the open incidents"), "{said}");
    // Another alert opens an incident of its own, whose number is new.
    let other = [alert("other", &[("service", "checkout"), ("severity", "critical")])];
    let json = json_of(&other, "02:00", &["--open", &file.display().to_string()]);
    assert_eq!(
        (&json["alerts"][0]["becomes"], &json["alerts"][0]["incident"]),
        (&json!("opens"), &json!("8-1"))
    );
    assert!(!json["contacts"].as_array().unwrap().is_empty(), "{json}");
}

/// What a list says of labels is enough: a node explains a pod, also where it was not the alert that opened the incident.
#[test]
fn a_list_of_incidents_with_labels_mutes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("open.json");
    let labels = |of: &[(&str, &str)]| {
        json!(
            of.iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect::<serde_json::Map<String, Value>>()
        )
    };
    let node = |own: Value| json!({ "integration": "prometheus", "dedup_key": "node", "firing": true, "severity": "critical", "own": own });
    let list = |labels: Value, alerts: Value| {
        let open = json!({
            "id": "7-3", "status": "acknowledged", "service": "platform", "integration": "prometheus", "labels": labels,
            "summary": "node fails", "severity": "critical", "urgency": "high", "opened_at": "2026-12-07T16:00:00Z",
            "acknowledged_by": "Emma Smith", "acknowledged_by_user": "smith", "acknowledged_at": "2026-12-07T16:02:00Z",
            "alerts": alerts,
        });
        json!({ "incidents": [open], "counts": {}, "next_before": null }).to_string()
    };
    let first = json!({ "integration": "prometheus", "dedup_key": "disk", "firing": true, "severity": "error", "own": null });
    let own = json!({ "summary": "node fails", "labels": labels(&NODE) });
    for text in [list(labels(&NODE), json!([node(Value::Null)])), list(json!({}), json!([first, node(own)]))]
    {
        fs::write(&file, text).unwrap();
        let json = json_of(&[alert("pod", &POD)], "02:00", &["--open", &file.display().to_string()]);
        let held = &json["alerts"][0]["held_back"];
        assert_eq!((&held["by"], &held["source"]), (&json!("inhibition"), &json!("7-3")), "{json}");
    }
}

/// One incident with its timeline, as `/v1/incidents/ID` gives it, has the labels: its node explains a pod.
#[test]
fn an_incident_with_its_timeline_mutes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("open.json");
    let at = "2026-12-07T16:00:00Z";
    let labels: serde_json::Map<String, Value> =
        NODE.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let event = json!({ "integration": "prometheus", "action": "trigger", "dedup_key": "node", "severity": "critical",
        "summary": "node fails", "labels": labels });
    let place = json!({ "place": "oncall.yaml:79" });
    let opened = json!({ "alert": { "opened": { "event": event, "service": "platform", "severity": "critical",
        "urgency": "high", "route_rule": place, "urgency_rule": place } } });
    let taken = json!({ "response": { "acknowledged": { "by": { "user": "smith" }, "via": "slack" } } });
    let line = |seq, change: &Value| json!({ "seq": seq, "at": at, "revision": 1, "change": change });
    let incident = json!({ "id": "7-3", "status": "acknowledged", "alerts": [],
        "timeline": [line(41, &opened), line(42, &taken)] });
    fs::write(&file, incident.to_string()).unwrap();
    let json = json_of(&[alert("pod", &POD)], "02:00", &["--open", &file.display().to_string()]);
    let held = &json["alerts"][0]["held_back"];
    assert_eq!((&held["by"], &held["source"]), (&json!("inhibition"), &json!("7-3")), "{json}");
    assert_eq!(json["contacts"], json!([]));
}

/// What is no state directory, and two of them, are refused with the way out.
#[test]
fn mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let alerts = [alert("node", &NODE)];
    let open = folder.path().display().to_string();
    refused(
        &played(&alerts, "02:00", &["--open", &open, "--language", "en"]),
        Exit::Usage,
        &["this is no state directory", "oncall serve --state"],
    );
}
