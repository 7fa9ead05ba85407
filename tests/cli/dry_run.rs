//! `oncall dry-run`: a monitor's body -> who would be told. Expected from the files of `example-config/`.

use super::{fine, refused, words};
use oncall::cli::{self, Arguments, Exit, Output};
use serde_json::Value;
use std::path::{Path, PathBuf};
use unicode_width::UnicodeWidthStr;

use clap::Parser;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `dry-run --alert FILE <rest> example-config`.
fn dry_run(alert: &str, rest: &str) -> Output {
    let english = if rest.contains("--language") { "" } else { "--language en" };
    let mut line = words(&format!("oncall dry-run {rest} {english}"));
    line.extend(["--alert".to_owned(), here(alert).display().to_string()]);
    line.push(here("example-config").display().to_string());
    cli::run(Arguments::try_parse_from(line).unwrap().command)
}

const GRAFANA: &str = "example-config/samples/grafana-alert.json";
const ALERTMANAGER: &str = "tests/cli/alerts/alertmanager.json";

#[track_caller]
fn text(alert: &str, rest: &str) -> String {
    let text = fine(dry_run(alert, rest));
    assert!(text.lines().all(|line| line.width() <= 80), "wider than a terminal:\n{text}");
    text
}

/// (after seconds, user, by), of the JSON.
fn contacts(alert: &str, rest: &str) -> Vec<(i64, String, String)> {
    let text = fine(dry_run(alert, &format!("{rest} --format json")));
    let json: Value = serde_json::from_str(&text).unwrap();
    let json = json["contacts"].as_array().unwrap();
    let field = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    json.iter()
        .map(|one| {
            assert_eq!(one.as_object().unwrap().len(), 6, "{one}");
            assert!(!field(one, "words").is_empty(), "{one}");
            (one["after_seconds"].as_i64().unwrap(), field(one, "user"), field(one, "by"))
        })
        .collect()
}

#[test]
fn a_night_of_the_example_company() {
    insta::assert_snapshot!(text(
        GRAFANA,
        "--integration grafana --at '2026-12-08 02:00' --acknowledge-after 7m"
    ));
}

#[test]
fn nobody_reacts_for_two_hours() {
    let text = text(GRAFANA, "--integration grafana --at '2026-12-08 02:00'");
    assert!(text.contains("+2h00m00s  04:00:00  nobody has acknowledged"), "{text}");
    // All of the policy twice (2 x 30 min), then the fallback: kimura, and ten minutes later yamada.
    assert!(text.contains("step 1 of last-resort") && text.contains("step 2 of last-resort"), "{text}");
}

/// The part between the header and the lines.
fn picture(alert: &str, rest: &str) -> String {
    let text = text(alert, &format!("--integration grafana --at '2026-12-08 02:00' {rest}"));
    text.split("\n\n").nth(2).unwrap().to_owned()
}

/// Written by hand from `example-config/`: web steps at 0, 5 and 15 min; everybody by Slack and call at once, and a call
/// after 3 min.
#[test]
fn a_picture_until_somebody_acknowledges() {
    let expected = "              0m   5m
step          1    2
tanaka        B  C .
sato          .    B
acknowledged  .    . ^
C call, B call and Slack message, one column is 1m";
    assert_eq!(picture(GRAFANA, "--acknowledge-after 7m"), expected);
}

/// A round of web is 30 min, with kimura called at once, after 2 and after 4 min; then the fallback at 60, 70, 85, 100
/// and 115 min. Yamada is informed after 30 min. Odd minutes are in the column of the even minute before.
#[test]
fn a_picture_of_two_hours() {
    let expected = "          0m   10m  20m  30m  40m  50m  1h   1h10 1h20 1h30 1h40 1h50
step      1 2  . 3  .    1 2  . 3  .    F    F    . F  .    F    . F
tanaka    BC   .    .    BC   .    .    .    .    .    .    .    .
sato      . B C.    .    . B C.    .    .    .    .    .    .    .
kimura    .    . BCC.    .    . BCC.    BCC  .    .    .    .    .
nakamura  .    . B C.    .    . B C.    .    .    .    .    .    .
yamada    .    .    .    S    .    .    .    BC   . B C.    BC   . B C
C call, S Slack message, B call and Slack message, F step of the fallback, one
column is 2m";
    assert_eq!(picture(GRAFANA, ""), expected);
}

/// Low urgency until the office opens after 8 h, then web twice in an hour: its steps at 480, 485 and 495 min, and after
/// 30 min again. Of a column with several contacts, their number is shown.
#[test]
fn a_picture_of_a_morning_has_coarser_columns() {
    let error = "tests/cli/alerts/error.json";
    let picture = picture(error, "--acknowledge-after 9h");
    let mut lines = picture.lines();
    assert_eq!(lines.next(), Some("              0m    1h    2h    3h    4h    5h    6h    7h    8h    9h"));
    assert_eq!(lines.next(), Some("step          .     .     .     .     .     .     .     .     #3 #3 ."));
    assert_eq!(lines.next(), Some("tanaka        S     .     .     .     .     .     .     .     .     ."));
    assert_eq!(lines.next(), Some("yamada        .  S  .     .     .     .     .     .     .     .     ."));
    assert!(picture.contains("2-9 so many of them, # more (see below), one column is 10m"), "{picture}");
}

/// Seconds or days: all of it is shown, with every line in 80 columns.
#[test]
fn a_picture_of_any_length() {
    for after in ["1s", "62m", "63m", "26h", "40h", "100h"] {
        let picture = picture(GRAFANA, &format!("--acknowledge-after {after}"));
        assert!(
            picture.lines().any(|line| line.starts_with("acknowledged") && line.ends_with('^')),
            "{picture}"
        );
    }
}

#[test]
fn what_is_told_as_json() {
    // Monday 2026-12-07 begins week 9 since 2026-10-05: turn 9 mod 3 is tanaka's, 9 mod 4 sato's. At one instant, calls
    // leave first.
    let told = contacts(GRAFANA, "--integration grafana --at '2026-12-08 02:00' --acknowledge-after 7m");
    let expected = [
        (0, "tanaka", "call"),
        (0, "tanaka", "slack"),
        (180, "tanaka", "call"),
        (300, "sato", "call"),
        (300, "sato", "slack"),
    ];
    let expected: Vec<_> = expected.map(|(at, user, by)| (at, user.to_owned(), by.to_owned())).to_vec();
    assert_eq!(told, expected);
}

#[test]
fn an_error_at_night_waits_for_the_office() {
    let text = text("tests/cli/alerts/error.json", "--integration grafana --at '2026-12-08 02:00'");
    // Yamada is informed after 30 min by services/checkout.yaml.
    let summary = "tanaka gets a Slack message at once, yamada after 30 min; nobody is called;\n";
    assert!(text.starts_with(summary), "{text}");
    assert!(text.contains("Tue 2026-12-08 10:00"), "{text}");
    assert!(!text.contains("CALL"), "{text}");
}

#[test]
fn several_alerts_are_played_together_and_what_is_over_tells_nobody() {
    let text = text(ALERTMANAGER, "--integration prometheus --at '2026-12-08 02:00' --acknowledge-after 1m");
    let beginning = "2 alerts are in it. They make 1 incident.

 1  node-7 does not answer (from prometheus)
    opens 1-1 of platform: critical, urgency high
 2  node-3 does not answer (from prometheus)
    tells nobody: no open incident has this key

smith is called at once; smith acknowledges after 1 min.
";
    assert!(text.starts_with(beginning), "{text}");
}

/// More of one service than it opens one by one are one incident for many, as on the server: one call, with the number.
#[test]
fn a_body_that_would_be_a_storm_is_called_one() {
    let alert = |n: usize| {
        let labels = format!(r#"{{ "alertname": "A{n}", "service": "checkout", "severity": "critical" }}"#);
        format!(r#"{{ "status": "firing", "labels": {labels}, "startsAt": "2026-12-08T00:00:00Z" }}"#)
    };
    let body = |count: usize| {
        let alerts: Vec<String> = (0..count).map(alert).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!(r#"{{ "version": "4", "alerts": [{}] }}"#, alerts.join(",")))
            .unwrap();
        let at = "--integration prometheus --at '2026-12-08 02:00' --acknowledge-after 1m";
        text(file.path().to_str().unwrap(), at)
    };
    let said = body(52);
    assert!(said.starts_with("52 alerts are in it. They make 51 incidents."), "{said}");
    assert!(said.contains("    and 32 more\n") && said.contains("... and 41 more incidents\n"), "{said}");
    let many: Vec<&str> = said.lines().filter(|line| line.contains("CALL to ")).collect();
    assert!(matches!(many[..], [one] if one.contains("about 1-51, ") && one.ends_with("and 48")), "{many:?}");
    assert!(body(50).starts_with("50 alerts are in it. They make 50 incidents."));
}

#[test]
fn a_silence_and_its_rule_are_named() {
    let text = text("tests/cli/alerts/silenced.json", "--integration opensearch --at '2026-12-05 03:00'");
    assert!(text.starts_with("Nobody is told; silenced until Sat 2026-12-05 04:00"), "{text}");
    assert!(text.contains("silences/maintenance.yaml:5"), "{text}");
}

#[test]
fn cloudwatch_is_read_without_a_signature() {
    let rest = "--integration cloudwatch --at '2026-12-08 14:00' --acknowledge-after 1m";
    let (raw, envelope) =
        ("tests/cli/alerts/cloudwatch-raw.json", "tests/cli/alerts/cloudwatch-envelope.json");
    for alert in [raw, envelope] {
        let text = text(alert, rest);
        assert!(text.contains("checkout-5xx") && text.contains("critical"), "{text}");
        assert!(text.contains("[integrations/cloudwatch.yaml:11]"), "{text}");
    }
    assert_eq!(contacts(raw, rest), contacts(envelope, rest));
}

#[test]
fn a_body_that_cannot_be_read_is_said_loudly_and_pages() {
    for integration in ["grafana", "prometheus", "cloudwatch", "opensearch", "pagerduty", "batch"] {
        let rest = format!("--integration {integration} --at '2026-12-08 02:00' --acknowledge-after 1m");
        let text = text("tests/cli/alerts/broken.json", &rest);
        assert!(text.starts_with("!! THIS BODY COULD NOT BE READ"), "{integration}: {text}");
        assert!(
            text.contains("is called at once") || integration == "opensearch" || integration == "cloudwatch",
            "{integration}: {text}"
        );
    }
}

#[test]
fn mistakes() {
    refused(
        &dry_run(GRAFANA, "--language en --integration grafanna --at '2026-12-08 02:00'"),
        Exit::Usage,
        &["there is no integration `grafanna`", "did you mean `grafana`?", "prometheus"],
    );
    refused(&dry_run("nothing.json", "--integration grafana"), Exit::Usage, &["cannot read", "nothing.json"]);
    refused(
        &dry_run(GRAFANA, "--language en --integration grafana --at yesterday"),
        Exit::Usage,
        &["is not a time"],
    );
}

/// A rule drops it: why, and which.
#[test]
fn what_a_rule_drops_tells_nobody() {
    let text = text("tests/cli/alerts/dev.json", "--integration prometheus --at '2026-12-08 02:00'");
    let sentence = "Nobody is told; dropped by integrations/prometheus.yaml:8: nobody is paged for\ndev.\n";
    assert!(text.starts_with(sentence), "{text}");
    assert!(text.contains("set       labels.host [integrations/prometheus.yaml:7]"), "{text}");
}

/// Beside an alert that is open and taken: what mutes it, until when, and that it is told if it outlives that.
#[test]
fn what_another_alert_explains() {
    let open = format!("--open {}", here("tests/cli/alerts/node.json").display());
    let pod = "tests/cli/alerts/pod.json";
    let text = text(pod, &format!("--integration prometheus --at '2026-12-08 02:00' {open}"));
    let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // The node says nothing more for a day, so that what it explains is told then.
    let sentence = "Nobody is told; muted by 1-1 (\"n1 does not answer\"), at most until Wed 2026-12-09 01:59 (a node that is \
        down explains its pods, inhibitions/nodes.yaml:4).";
    assert!(said.starts_with(sentence), "{said}");
    assert!(!said.contains("n1 does not answer (from prometheus)"), "{said}");
    let alone = contacts(pod, "--integration prometheus --at '2026-12-08 02:00'");
    assert!(alone.iter().any(|(_, _, by)| by == "call"), "{alone:?}");
    assert_eq!(contacts(pod, &format!("--integration prometheus --at '2026-12-08 02:00' {open}")), []);
}
