//! `oncall expect`: promises kept and broken, and one recorded. Who is on call when follows from the files of
//! `example-config/`: on 2026-12-01 Sato is primary, Suzuki secondary; `users/*.yaml` call at once and after 3 minutes.

use super::{fine, refused, words, write};
use clap::Parser;
use oncall::cli::{self, Arguments, Exit, Output};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

const GRAFANA: &str = "example-config/samples/grafana-alert.json";

fn example() -> TempDir {
    let folder = TempDir::new().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("example-config"), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn oncall(line: &str, folder: &Path) -> Output {
    let mut words = words(&format!("oncall {line}"));
    words.push(folder.to_str().unwrap().to_owned());
    cli::run(Arguments::try_parse_from(words).unwrap().command)
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// `expect --record` of a body, at night on 2026-12-01.
fn record(body: &Path, integration: &str, rest: &str, folder: &Path) -> Output {
    let line = format!(
        "expect --record --language en --name 'a promise' --integration {integration} --at '2026-12-01 02:00' {rest} --alert '{}'",
        body.display()
    );
    oncall(&line, folder)
}

fn lines(diff: &str) -> Vec<String> {
    plain(diff).lines().filter_map(|line| line.strip_prefix('+')).skip(1).map(str::to_owned).collect()
}

#[test]
fn those_that_hold_are_listed() {
    let out = fine(oncall("expect", example().path()));
    assert_eq!(out.lines().filter(|line| line.starts_with("OK    ")).count(), 11, "{out}");
    assert!(out.lines().all(|line| line.width() <= 80), "{out}");
}

#[test]
fn one_that_fails_is_beside_what_happens() {
    let folder = example();
    let night = "- name: night
  at: 2026-12-01 02:00
  alert: { integration: grafana, severity: critical, summary: 5xx, labels: { service: checkout } }
  expect:
    - { schedule: web-primary, by: call }
    - { after: 6m, schedule: web-secondary, by: slack }
  never:
    - { user: sato }
    - { user: yamada }
- name: dropped
  at: 2026-12-01 02:00
  alert: { integration: grafana, severity: error, summary: slow, labels: { service: checkout } }
  expect: [{ user: tanaka, by: call }]
";
    write(folder.path(), "expectations/night.yaml", night);
    let output = oncall("expect", folder.path());
    assert_eq!(output.exit, Exit::Config);
    let out = plain(&output.out);
    let table = out.lines().filter(|line| !line.starts_with("エラー["));
    assert!(table.clone().all(|line| line.width() <= 80), "{out}");
    insta::assert_snapshot!(out);
}

#[test]
fn what_happens_at_night_is_recorded() {
    let folder = example();
    let body = Path::new(env!("CARGO_MANIFEST_DIR")).join(GRAFANA);
    let shown = fine(record(&body, "grafana", "--until 6m", folder.path()));
    assert_eq!(
        lines(&shown)[1..],
        [
            "- name: a promise",
            "  at: 2026-12-01 02:00",
            "  alert: { integration: grafana, severity: critical, summary: \"決済APIの5xxが5%を超えています\", \
             description: \"直近5分間で8.2%のリクエストが失敗しています。\", \
             labels: { alertname: Checkout 5xx, service: checkout, severity: critical } }",
            "  expect:",
            "    - { schedule: web-primary, by: call }",
            "    - { schedule: web-primary, by: slack }",
            "    - { after: 5m, schedule: web-secondary, by: call }",
            "    - { after: 5m, schedule: web-secondary, by: slack }",
        ]
    );
    assert!(shown.ends_with("Nothing was written; add --write.\n"), "{shown}");
    fine(record(&body, "grafana", "--until 6m --write", folder.path()));
    let listed = fine(oncall("expect", folder.path()));
    assert!(listed.contains("OK    a promise (expectations/recorded.yaml:2)"), "{listed}");

    let policy = folder.path().join("escalation-policies/web.yaml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replacen("wait: 5m", "wait: 7m", 1)).unwrap();
    let broken = oncall("expect", folder.path());
    assert_eq!(broken.exit, Exit::Config);
    assert!(broken.out.contains("NG    a promise"), "{}", broken.out);
}

/// An error at night waits for the office: the primary gets a message, and nobody is called.
#[test]
fn that_nobody_is_called_is_recorded_too() {
    let folder = example();
    let body = folder.path().join("body.json");
    let alert = r#"{ "alerts": [{ "status": "firing", "fingerprint": "f1", "labels": { "alertname": "Slow: #1", "service": "checkout", "severity": "error", "port": "8080" } }] }"#;
    fs::write(&body, alert).unwrap();
    let shown = fine(record(&body, "grafana", "--file expectations/night.yaml", folder.path()));
    let lines = lines(&shown);
    let from = lines.iter().position(|line| line == "- name: a promise").unwrap();
    assert!(lines[from + 2].contains("port: \"8080\""), "{lines:?}");
    assert_eq!(
        lines[from + 3..],
        [
            "  expect:",
            "    - { schedule: web-primary, by: slack }",
            "  never:",
            "    - { schedule: web-primary, by: call }",
            "  until: 15m",
        ]
    );
}

#[test]
fn what_cannot_be_recorded_says_why() {
    let folder = example();
    let body = folder.path().join("body.json");
    let two = r#"{ "alerts": [
        { "status": "firing", "fingerprint": "1", "labels": { "alertname": "a" } },
        { "status": "firing", "fingerprint": "2", "labels": { "alertname": "b" } } ] }"#;
    fs::write(&body, two).unwrap();
    refused(
        &record(&body, "grafana", "", folder.path()),
        Exit::Usage,
        &["there are 2 alerts in", "keep only one"],
    );
    fs::write(&body, two.replace("firing", "resolved")).unwrap();
    refused(&record(&body, "grafana", "", folder.path()), Exit::Usage, &["triggers nothing"]);
    let body_of_one = Path::new(env!("CARGO_MANIFEST_DIR")).join(GRAFANA);
    let elsewhere = record(&body_of_one, "grafana", "--file users/x.yaml", folder.path());
    refused(&elsewhere, Exit::Usage, &["--file users/x.yaml", "expectations/<any>.yaml"]);
    refused(&record(&body_of_one, "grafna", "", folder.path()), Exit::Usage, &["did you mean `grafana`?"]);
    refused(&oncall("expect --write", folder.path()), Exit::Usage, &["--write goes with --record"]);
}

/// That a rule drops an alert is a promise like any other, kept, broken and recorded.
#[test]
fn what_a_rule_drops() {
    let folder = example();
    let body = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/alerts/dev.json");
    let shown = fine(record(&body, "prometheus", "", folder.path()));
    assert_eq!(lines(&shown).last().map(String::as_str), Some("  dropped: true"), "{shown}");
    let broken = "- name: dev
  at: 2026-12-01 02:00
  alert: { integration: prometheus, severity: warning, summary: slow, labels: { env: dev } }
  dropped: false
- name: prod
  at: 2026-12-01 02:00
  alert: { integration: prometheus, severity: warning, summary: slow, labels: { env: prod } }
  dropped: true
";
    write(folder.path(), "expectations/noise.yaml", broken);
    let output = oncall("expect", folder.path());
    let out = plain(&output.out);
    assert_eq!(output.exit, Exit::Config);
    assert!(
        out.contains(
            "`dev`: アラートは破棄されます（ルール integrations/prometheus.yaml:8 により破棄しました（nobody is paged for dev））"
        ),
        "{out}"
    );
    assert!(
        out.contains("expectations/noise.yaml:4:12") && out.contains("expectations/noise.yaml:8:12"),
        "{out}"
    );
    assert!(out.contains("`prod`: アラートを捨てるルールがありません"), "{out}");
}

/// That another alert explains one is a promise, kept and broken.
#[test]
fn what_an_inhibition_mutes() {
    let folder = example();
    let broken = "- name: another node
  at: 2026-12-01 02:00
  open: [{ integration: prometheus, severity: critical, summary: x, labels: { alertname: NodeDown, cluster: a, node: n2 } }]
  alert: { integration: prometheus, severity: critical, summary: y, labels: { alertname: PodDown, cluster: a, node: n1 } }
  muted: true
- name: its own node
  at: 2026-12-01 02:00
  open: [{ integration: prometheus, severity: critical, summary: x, labels: { alertname: NodeDown, cluster: a, node: n1 } }]
  alert: { integration: prometheus, severity: critical, summary: y, labels: { alertname: PodDown, cluster: a, node: n1 } }
  muted: false
";
    write(folder.path(), "expectations/noise.yaml", broken);
    let output = oncall("expect", folder.path());
    let out = plain(&output.out);
    assert_eq!(output.exit, Exit::Config);
    assert!(out.contains("`another node`: アラートを抑止するルールがありません"), "{out}");
    assert!(out.contains("expectations/noise.yaml:5:10"), "{out}");
    let muted = "`its own node`: アラートは inhibitions/nodes.yaml:4 により抑止されます（a node that is down explains its pods）";
    assert!(out.contains(muted) && out.contains("expectations/noise.yaml:10:10"), "{out}");
}

/// What holds an alert back, what mutes it and whether it joins another are promises, each broken at its key.
#[test]
fn what_becomes_of_an_alert_beside_others() {
    let folder = example();
    let broken = "- name: at night nothing is held
  at: 2026-12-01 02:00
  alert: { integration: prometheus, severity: error, summary: x, labels: { service: checkout } }
  held: true
- name: it has an incident of its own
  at: 2026-12-01 11:00
  together: [{ integration: prometheus, severity: critical, summary: x, labels: { service: search, cluster: a } }]
  alert: { integration: prometheus, severity: critical, summary: y, labels: { service: search, cluster: a } }
  joins: false
- name: another cluster is another incident
  at: 2026-12-01 11:00
  together: [{ integration: prometheus, severity: critical, summary: x, labels: { service: search, cluster: a } }]
  alert: { integration: prometheus, severity: critical, summary: y, labels: { service: search, cluster: b } }
  joins: true
- name: a silence of the other file
  at: 2026-12-05 03:00
  alert: { integration: opensearch, severity: critical, summary: x }
  muted_by: inhibitions/nodes.yaml
";
    write(folder.path(), "expectations/noise.yaml", broken);
    let output = oncall("expect", folder.path());
    let out = plain(&output.out);
    assert_eq!(output.exit, Exit::Config);
    for (words, place) in [
        ("`at night nothing is held`: アラートを保留するルールがありません", "expectations/noise.yaml:4:9"),
        (
            "`it has an incident of its own`: アラートは既存のインシデントにまとめられます",
            "expectations/noise.yaml:9:10",
        ),
        (
            "`another cluster is another incident`: アラートは独立したインシデントになります",
            "expectations/noise.yaml:14:10",
        ),
        ("ではなく silences/maintenance.yaml:5 です", "expectations/noise.yaml:18:13"),
    ] {
        assert!(out.contains(words) && out.contains(place), "{words} at {place} is not in\n{out}");
    }
}
