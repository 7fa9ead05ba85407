//! `oncall parse`: a monitor's body -> how it is understood.

use super::{fine, words};
use clap::Parser;
use oncall::cli::{self, Arguments, Exit, Output};
use serde_json::Value;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// `parse --at … <rest> FILE example-config`.
fn parse(file: &str, rest: &str) -> Output {
    let here = |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string();
    let language = if rest.contains("--language") { "" } else { "--language en" };
    let mut line = words(&format!("oncall parse --at '2026-12-08 02:00' {language} {rest}"));
    line.extend([here(file), here("example-config")]);
    cli::run(Arguments::try_parse_from(line).unwrap().command)
}

#[track_caller]
fn narrow(text: &str) {
    assert!(text.lines().all(|line| line.width() <= 80), "wider than a terminal:\n{text}");
}

#[test]
fn an_alert_with_the_rules_that_decide_on_it() {
    let text = fine(parse("example-config/samples/batch.json", "--integration batch"));
    narrow(&text);
    insta::assert_snapshot!(text);
}

/// A Japanese summary, a severity that a rule corrects, two events of which one is over.
#[test]
fn several_alerts() {
    let text = fine(parse("tests/cli/alerts/alertmanager.json", "--integration prometheus"));
    narrow(&text);
    insta::assert_snapshot!(text);
    let text = fine(parse("tests/cli/alerts/cloudwatch-raw.json", "--integration cloudwatch"));
    narrow(&text);
    assert!(text.contains("critical (the monitor says none)  [integrations/cloudwatch.yaml:"), "{text}");
}

/// The same in the language of the repository.
#[test]
fn an_alert_in_japanese() {
    let text = fine(parse("example-config/samples/batch.json", "--integration batch --language ja"));
    narrow(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn as_json() {
    let text = fine(parse("example-config/samples/batch.json", "--integration batch --format json"));
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json[0]["event"]["dedup_key"], "settlement-tokyo");
    assert_eq!((&json[0]["service"], &json[0]["severity"]), (&"checkout".into(), &"error".into()));
    assert_eq!(json.as_array().unwrap().len(), 1);
}

#[test]
fn a_body_that_cannot_be_read_says_why_and_fails() {
    let output = parse("tests/cli/alerts/broken.json", "--integration batch");
    assert_eq!((output.err.as_str(), output.exit), ("", Exit::Config));
    assert!(output.out.starts_with("!! THIS BODY COULD NOT BE READ: "), "{}", output.out);
    narrow(&output.out);
    let output = parse("example-config/samples/grafana-alert.json", "--integration batch");
    assert!(output.out.contains("the template of"), "{}", output.out);
    assert_eq!(output.exit, Exit::Config);
}

/// What a rule set, what it drops and why; in the terminal and as JSON.
#[test]
fn the_rules_of_the_integration() {
    let text = fine(parse("tests/cli/alerts/dev.json", "--integration prometheus"));
    narrow(&text);
    let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert_eq!(row("by rules"), "by rules    labels.host (the monitor says none)");
    assert_eq!(row("dropped"), "dropped     nobody is paged for dev  [integrations/prometheus.yaml:8]");
    assert!(
        text.contains("            [integrations/prometheus.yaml:7]\n") && text.contains("host=db-3"),
        "{text}"
    );
    assert!(!text.contains("urgency"), "{text}");
    let text = fine(parse("tests/cli/alerts/dev.json", "--integration prometheus --format json"));
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json[0]["dropped"]["reason"], "nobody is paged for dev");
    assert_eq!(json[0]["dropped"]["rule"], "integrations/prometheus.yaml:8");
    assert_eq!(json[0]["event"]["by_rules"]["was"]["labels.host"], "");
}
