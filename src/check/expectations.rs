//! Expectations: each alert played through the production state machine, and who was told compared with who should be.

use crate::alert::{Action, Event};
use crate::compile::{Compiled, Diagnostic, Expectation, Expected, Finding, Never};
use crate::config::{Config, Contact, Notify};
use crate::preview::{Script, Simulated, Told, simulate, timeline, told};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// The code of an expectation that does not hold.
pub const CODE: &str = "OC090";
/// What it means, in one line.
pub const DOC: &str = "an expectation does not hold";

/// How far a contact may be from where it is expected: deliveries that wait for another leave a moment later.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(1);
/// How many lines of the simulated timeline a finding shows.
const LINES_MAX: usize = 40;

/// An expectation that does not hold.
#[derive(Clone, Debug)]
pub struct Failed<'e> {
    pub expectation: &'e Expectation,
    /// What is missing or unwanted, at its place.
    pub findings: Vec<Finding>,
    /// What happens instead, as lines.
    pub happened: Vec<String>,
}

/// Plays every expectation; those that hold are not among the result.
pub fn run<'e>(config: &Arc<Config>, expectations: &'e [Expectation]) -> Vec<Failed<'e>> {
    expectations.iter().filter_map(|expectation| failed(config, expectation)).collect()
}

/// The expectations that do not hold, as findings at their places. Without a config, there is nothing to play.
pub fn unmet(compiled: &Compiled) -> Vec<Diagnostic> {
    let Some(config) = &compiled.config else { return Vec::new() };
    let failed = run(&Arc::new(config.clone()), &compiled.expectations);
    let findings = failed.into_iter().flat_map(|failed| {
        let happened = format!("what happens:\n{}", failed.happened.join("\n"));
        failed
            .findings
            .into_iter()
            .map(move |finding| if finding.help.is_none() { finding.help(&happened) } else { finding })
    });
    compiled.sources.locate(findings.collect())
}

fn failed<'e>(config: &Arc<Config>, expectation: &'e Expectation) -> Option<Failed<'e>> {
    let last = expectation.expect.iter().map(|expected| expected.after).max().unwrap_or(SignedDuration::ZERO);
    let script = Script { acknowledge_after: None, horizon: expectation.until.max(last) };
    let simulated = simulate(config, event(expectation), expectation.at, &script);
    let told = told(&simulated.sent);
    let missing = expectation.expect.iter().filter(|expected| !holds(config, expectation, expected, &told));
    let unwanted = expectation.never.iter().filter_map(|never| breach(config, expectation, never, &told));
    let findings: Vec<Finding> =
        missing.map(|expected| missed(expectation, expected)).chain(unwanted).collect();
    let happened = lines(config, &simulated);
    (!findings.is_empty()).then_some(Failed { expectation, findings, happened })
}

fn event(expectation: &Expectation) -> Event {
    let alert = &expectation.alert;
    Event {
        integration: alert.integration.to_string(),
        dedup_key: "expectation".to_owned(),
        severity: alert.severity,
        summary: alert.summary.clone(),
        description: alert.description.clone(),
        source: alert.source.clone(),
        labels: alert.labels.clone(),
        ..Event::blank(Action::Trigger)
    }
}

fn holds(config: &Config, expectation: &Expectation, expected: &Expected, told: &[Told]) -> bool {
    let at = expectation.at.checked_add(expected.after).unwrap_or(Timestamp::MAX);
    told.iter().any(|one| {
        one.by == expected.by
            && one.at.duration_since(at).abs() <= TOLERANCE
            && is(config, &expected.who, one)
    })
}

/// A schedule stands for whoever is on call at the instant of the contact.
fn is(config: &Config, who: &Notify, told: &Told) -> bool {
    match who {
        Notify::User(user) => *user == told.user,
        Notify::Schedule(schedule) => config.schedules.on_call(schedule, told.at).users.contains(&told.user),
    }
}

fn breach(config: &Config, expectation: &Expectation, never: &Never, told: &[Told]) -> Option<Finding> {
    let end = expectation.at.checked_add(expectation.until).unwrap_or(Timestamp::MAX);
    let told = told
        .iter()
        .find(|one| one.at <= end && never.by.is_none_or(|by| by == one.by) && is(config, &never.who, one))?;
    let after = told.at.duration_since(expectation.at);
    let text =
        format!("`{}`: {} is told by {} after {after:#}", expectation.name, told.user, method(told.by));
    Some(Finding::error(CODE, never.spot.clone(), text))
}

fn missed(expectation: &Expectation, expected: &Expected) -> Finding {
    let who = match &expected.who {
        Notify::User(user) => format!("{user}"),
        Notify::Schedule(schedule) => format!("whoever is on call on {schedule}"),
    };
    let (by, after) = (method(expected.by), expected.after);
    let text = format!("`{}`: {who} is not told by {by} after {after:#}", expectation.name);
    Finding::error(CODE, expected.spot.clone(), text)
}

fn method(by: Contact) -> &'static str {
    match by {
        Contact::Slack => "Slack",
        Contact::Call => "call",
    }
}

fn lines(config: &Config, simulated: &Simulated) -> Vec<String> {
    let zone = &config.organisation.time_zone;
    let about = simulated.entries.iter().filter(|entry| entry.incident.is_some());
    let lines = about.map(|entry| timeline::line(entry, zone));
    let shown = lines.map(|line| match line.rule.is_empty() {
        true => format!("{}  {}", line.time, line.text),
        false => format!("{}  {}  [{}]", line.time, line.text, line.rule),
    });
    shown.take(LINES_MAX).collect()
}
