//! Rules: those that are never reached, always match, or never open.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Matcher, Place};
use crate::integration::Monitor;
use crate::schedule::{Hours, WindowHolidays};

pub(super) fn never_reached(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for service in subject.config.services.values() {
        let rules = service.urgency.iter();
        let lines = rules.map(|rule| (&rule.place, rule.when.is_none() && rule.during.is_none()));
        found.extend(after_the_last(lines));
    }
    for endpoint in subject.config.endpoints.values() {
        found.extend(after_the_last(endpoint.severity.iter().map(|rule| (&rule.place, rule.when.is_none()))));
    }
    found.dedup_by(|a, b| a.spot == b.spot);
    found
}

/// What follows a line that matches everything.
fn after_the_last<'p>(lines: impl Iterator<Item = (&'p Place, bool)>) -> Option<Found> {
    let lines: Vec<_> = lines.collect();
    let (index, (all, _)) = lines.iter().enumerate().find(|(_, (_, matches_all))| *matches_all)?;
    let (next, _) = lines.get(index + 1)?;
    let found = Found::new(Spot::line(next), "this rule is never reached");
    Some(found.label(Spot::line(all), "this one matches everything"))
}

pub(super) fn no_runbook(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for service in subject.config.services.values() {
        let Some(runbook) = &service.runbook else { continue };
        if !subject.config.runbooks.contains(runbook) {
            let spot = Spot::root(&service.place.file).key("runbook");
            let help = "the path is below `runbooks/`, and ends in `.md`";
            found.push(Found::new(spot, format!("there is no `runbooks/{runbook}`")).help(help));
        }
    }
    found
}

/// A monitor that says each change once never says the same alert again and again.
pub(super) fn heartbeat_of_changes(subject: &Subject<'_>) -> Vec<Found> {
    let endpoints = subject.config.endpoints.values();
    let silent = endpoints.filter(|endpoint| {
        let heartbeat = endpoint.heartbeat.as_ref();
        heartbeat.is_some_and(|heartbeat| heartbeat.when.is_some()) && !Monitor::of(endpoint).repeats
    });
    let found = silent.map(|endpoint| {
        let title = Monitor::of(endpoint).title;
        let message =
            format!("{title} says an alert once when it changes, and not again: its heartbeats would stop");
        let spot = Spot::root(&endpoint.place.file).key("heartbeat");
        Found::new(spot, message).help("leave `when` out if something else calls the URL regularly")
    });
    found.collect()
}

/// `[!a, !b]` means "not a, or not b", which is everything.
pub(super) fn matches_everything(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let urgency = config.services.values().flat_map(|service| &service.urgency);
    let urgency = urgency.map(|rule| (rule.when.as_ref(), &rule.place));
    let endpoints = config.endpoints.values();
    let severity = endpoints.clone().flat_map(|endpoint| &endpoint.severity);
    let severity = severity.map(|rule| (rule.when.as_ref(), &rule.place));
    let routes =
        endpoints.flat_map(|endpoint| &endpoint.routes).map(|route| (route.when.as_ref(), &route.place));
    let silences = config.silences.iter().map(|silence| (silence.when.as_ref(), &silence.place));
    let mut found: Vec<Found> = urgency
        .chain(severity)
        .chain(routes)
        .chain(silences)
        .filter(|(when, _)| when.is_some_and(only_negations))
        .map(|(_, place)| {
            let message = "a list means any of, and several `!` in one list match everything";
            Found::new(Spot::line(place), message).help("use one regular expression: `!~(a|b)`")
        })
        .collect();
    found.dedup_by(|a, b| a.spot == b.spot);
    found
}

fn only_negations(when: &Matcher) -> bool {
    when.fields
        .iter()
        .any(|(_, patterns)| patterns.len() > 1 && patterns.iter().all(|pattern| pattern.negated))
}

/// `holidays: only` where no holidays are known.
pub(super) fn never_open(subject: &Subject<'_>) -> Vec<Found> {
    let closed = |hours: &Hours| {
        hours.holidays.is_empty()
            && hours.windows.iter().any(|window| window.holidays == WindowHolidays::Only)
    };
    let message = "a window on holidays only never opens, because no holidays are known here";
    let help = "name them: `holidays: [japan]`, here or in `oncall.yaml`";
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        let Some((_, place)) = subject.config.schedule_names.get(id) else { continue };
        for (index, layer) in schedule.layers.iter().enumerate() {
            if layer.during.iter().flatten().any(closed) {
                let spot = Spot::root(&place.file).key("layers").index(index).key("during");
                found.push(Found::new(spot, message).help(help));
            }
        }
    }
    for rule in subject.config.services.values().flat_map(|service| &service.urgency) {
        if rule.during.iter().chain(&rule.raise_when).flatten().any(closed) {
            found.push(Found::new(Spot::line(&rule.place), message).help(help));
        }
    }
    found
}
