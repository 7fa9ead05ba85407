//! What a release accepted, every later one of the same major version accepts, and it pages as it did: the trees of
//! `tests/configs/accepted/<release>/`. They are added to and never changed; a new check may warn about them and no more.

use crate::case::tree_on;
use jiff::{SignedDuration, Timestamp};
use oncall::alert::{Action, Event, Severity};
use oncall::check;
use oncall::compile::{self, Tree};
use oncall::config::Config;
use oncall::incident::{Incidents, Input, Task};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// A Tuesday night in Tokyo.
const NIGHT: &str = "2026-12-08T02:00:00+09:00";

#[test]
fn what_was_accepted_is_accepted_and_pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/accepted");
    let mut releases = 0;
    for release in fs::read_dir(root).unwrap() {
        let release = release.unwrap().path();
        releases += 1;
        let read = |name: &str| fs::read_to_string(release.join(name)).unwrap();
        check_tree("the example company", &tree_on("", &read("example.txt")));
        let base = read("base.txt");
        check_tree("the base", &tree_on(&base, ""));
        let examples = read("examples-of-the-checks.txt");
        let examples: Vec<(&str, &str)> =
            examples.split("=== ").skip(1).filter_map(|part| part.split_once('\n')).collect();
        assert!(examples.len() > 100, "the examples were not read");
        for (code, patch) in examples {
            check_tree(code, &tree_on(&base, patch));
        }
    }
    assert!(releases > 0, "no release was found");
}

/// It has no error, and somebody is told of a critical alert of each integration.
fn check_tree(name: &str, tree: &Tree) {
    let compiled = compile::compile(tree);
    let found = check::run(&compiled, Some(NIGHT.parse().unwrap()));
    let all: Vec<compile::Diagnostic> = compiled.diagnostics.iter().cloned().chain(found).collect();
    let errors = all.iter().filter(|each| each.severity == compile::Severity::Error);
    assert_eq!(
        errors.count(),
        0,
        "{name} was accepted once:\n{}",
        compile::render_human(tree, &all, oncall::language::Language::En, false)
    );
    let config = Arc::new(compiled.config.unwrap());
    for integration in config.endpoints.keys() {
        assert!(pages(&config, integration), "{name}: nobody is told of a critical alert by {integration}");
    }
}

/// Whether somebody is told, at the latest when a silence is over.
fn pages(config: &Arc<Config>, integration: &str) -> bool {
    let night: Timestamp = NIGHT.parse().unwrap();
    let mut incidents = Incidents::default();
    incidents.handle(config, night, Input::Started { epoch: 1, gap_seconds: None });
    let opened = incidents.handle(config, night, Input::Alerts(vec![critical(integration)]));
    let told = |turn: &oncall::incident::Turn| {
        turn.deliveries.iter().any(|delivery| matches!(delivery.task, Task::Page { .. }))
    };
    let mut now = night;
    let mut any = told(&opened);
    while !any && let Some(next) = incidents.next_deadline(now).filter(|at| *at < night + LONGEST_SILENCE) {
        now = next.max(now + SignedDuration::from_millis(1));
        any = told(&incidents.handle(config, now, Input::Tick));
    }
    any
}

/// More than this is a finding.
const LONGEST_SILENCE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An alert whose labels the routes of the examples ask for.
fn critical(integration: &str) -> Event {
    let labels = [("service", "checkout"), ("team", "web"), ("env", "prod"), ("severity", "critical")];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Event {
        integration: integration.to_owned(),
        dedup_key: "down".to_owned(),
        action: Action::Trigger,
        severity: Some(Severity::Critical),
        summary: "it is down".to_owned(),
        description: String::new(),
        source: String::new(),
        labels: labels.into(),
        links: Vec::new(),
        images: Vec::new(),
        runbook: None,
        started_at: None,
        changed_at: None,
        message_id: None,
        by_rules: None,
    }
}
