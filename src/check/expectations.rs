//! Expectations: each alert played through the production state machine, and who was told compared with who should be.

use super::beside;
pub use super::beside::CODE;
use super::side_by_side::{Row, method, short, side_by_side};
use crate::alert::{Action, Event};
use crate::compile::{Compiled, Diagnostic, Expectation, Expected, ExpectedAlert, Finding, Never};
use crate::config::{Config, Notify};
use crate::language::Language;
use crate::language::words::{Words, in_japanese};
use crate::preview::together::{Before, simulate_together};
use crate::preview::{Script, Told, told};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// What it means, in one line.
pub const DOC: &str = "an expectation does not hold";

/// How far a contact may be from where it is expected: deliveries that wait for another leave a moment later.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(1);
/// An expectation that does not hold.
#[derive(Clone, Debug)]
pub struct Failed<'e> {
    pub expectation: &'e Expectation,
    /// What is missing or unwanted, at its place; the first has both sides beside each other.
    pub findings: Vec<Finding>,
}

/// Plays every expectation; those that hold are not among the result.
pub fn run<'e>(config: &Arc<Config>, expectations: &'e [Expectation]) -> Vec<Failed<'e>> {
    expectations.iter().filter_map(|expectation| failed(config, expectation)).collect()
}

/// The expectations that do not hold, as findings at their places. Without a config, there is nothing to play.
pub fn unmet(compiled: &Compiled) -> Vec<Diagnostic> {
    let Some(config) = &compiled.config else { return Vec::new() };
    let mut failed = run(&Arc::new(config.clone()), &compiled.expectations);
    for it in &mut failed {
        // What names nothing is found as such.
        if beside::names_nothing(config, it.expectation) {
            let spot = it.expectation.spot.key("muted_by");
            it.findings.retain(|finding| finding.spot != spot);
        }
    }
    located(compiled, failed)
}

/// What is wrong with expectations that failed, sorted by file and position.
pub fn located(compiled: &Compiled, failed: Vec<Failed<'_>>) -> Vec<Diagnostic> {
    compiled.sources.locate(failed.into_iter().flat_map(|failed| failed.findings).collect())
}

fn failed<'e>(config: &Arc<Config>, expectation: &'e Expectation) -> Option<Failed<'e>> {
    let last = expectation.expect.iter().map(|expected| expected.after).max().unwrap_or(SignedDuration::ZERO);
    let script = Script { acknowledge_after: None, horizon: expectation.until.max(last) };
    let before = Before { state: None, alerts: keyed("open", &expectation.open) };
    let mut body = keyed("together", &expectation.together);
    body.push(event(&expectation.alert));
    let simulated = simulate_together(config, before, &body, expectation.at, &script);
    let told = told(&simulated);
    let expected: Vec<Row<'_>> =
        expectation.expect.iter().map(|it| wanted(config, expectation, it, &told)).collect();
    let never: Vec<Row<'_>> =
        expectation.never.iter().map(|it| unwanted(config, expectation, it, &told)).collect();
    let missing = expected.iter().zip(&expectation.expect).filter(|(row, _)| !row.holds);
    let missing = missing.map(|(_, expected)| missed(expectation, expected));
    let told_all_the_same = never.iter().zip(&expectation.never).filter_map(|(row, never)| {
        let told = told.get(row.told?)?;
        Some(breach(expectation, never, told))
    });
    let decided = beside::breaches(expectation, &simulated);
    let mut findings: Vec<Finding> = decided.into_iter().chain(missing).chain(told_all_the_same).collect();
    let rows: Vec<Row<'_>> = expected.into_iter().chain(never).collect();
    let first = findings.first_mut()?;
    first.help = Some(side_by_side(config, expectation.at, &rows, &told, &simulated));
    Some(Failed { expectation, findings })
}

/// Alerts beside the one that is looked at, each a problem of its own.
fn keyed(name: &str, alerts: &[ExpectedAlert]) -> Vec<Event> {
    let numbered = alerts.iter().zip(1..);
    numbered.map(|(alert, number)| Event { dedup_key: format!("{name} {number}"), ..event(alert) }).collect()
}

/// The event of an expectation's alert.
pub fn event(alert: &ExpectedAlert) -> Event {
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

/// Somebody who is to be told, and the contact that does.
fn wanted<'e>(config: &Config, expectation: &Expectation, expected: &'e Expected, told: &[Told]) -> Row<'e> {
    let at = expectation.at.checked_add(expected.after).unwrap_or(Timestamp::MAX);
    let found = told.iter().position(|one| {
        one.by == expected.by
            && one.at.duration_since(at).abs() <= TOLERANCE
            && is(config, &expected.who, one)
    });
    let Expected { after, who, by, .. } = expected;
    Row { after: Some(*after), who, by: Some(*by), told: found, holds: found.is_some() }
}

/// A schedule stands for whoever is on call at the instant of the contact.
fn is(config: &Config, who: &Notify, told: &Told) -> bool {
    match who {
        Notify::User(user) => *user == told.user,
        Notify::Schedule(schedule) => config.schedules.on_call(schedule, told.at).users.contains(&told.user),
    }
}

/// Somebody who is not to be told, and the contact that does all the same.
fn unwanted<'e>(config: &Config, expectation: &Expectation, never: &'e Never, told: &[Told]) -> Row<'e> {
    let end = expectation.at.checked_add(expectation.until).unwrap_or(Timestamp::MAX);
    let found = told.iter().position(|one| {
        one.at <= end && never.by.is_none_or(|by| by == one.by) && is(config, &never.who, one)
    });
    Row { after: None, who: &never.who, by: never.by, told: found, holds: found.is_none() }
}

fn breach(expectation: &Expectation, never: &Never, told: &Told) -> Finding {
    let after = later(told.at.duration_since(expectation.at));
    let (name, user) = (&expectation.name, &told.user);
    let text = Words::new(
        format!("`{name}`: {user} is told by {} {}", method(told.by, Language::En), after.en),
        format!(
            "`{name}`: {user} に{}{}で連絡されます",
            after.ja,
            in_japanese(method(told.by, Language::Ja))
        ),
    );
    Finding::error(CODE, never.spot.clone(), text)
}

fn missed(expectation: &Expectation, expected: &Expected) -> Finding {
    let who = match &expected.who {
        Notify::User(user) => Words::new(user.to_string(), format!("{user} ")),
        Notify::Schedule(schedule) => {
            Words::new(format!("whoever is on call on {schedule}"), format!("{schedule} の当番"))
        }
    };
    let (name, after) = (&expectation.name, later(expected.after));
    let text = Words::new(
        format!("`{name}`: {} is not told by {} {}", who.en, method(expected.by, Language::En), after.en),
        format!(
            "`{name}`: {}に{}{}で連絡されません",
            who.ja,
            after.ja,
            in_japanese(method(expected.by, Language::Ja))
        ),
    );
    Finding::error(CODE, expected.spot.clone(), text)
}

/// `at once`, `after 5m`
fn later(after: SignedDuration) -> Words {
    match after.is_zero() {
        true => Words::new(short(after, Language::En), short(after, Language::Ja)),
        false => Words::new(
            format!("after {}", short(after, Language::En)),
            format!(" {} 後に", short(after, Language::Ja)),
        ),
    }
}
