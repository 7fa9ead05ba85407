//! Rules and routes: those that are never reached, always match, or never open.

use super::matchers::{placed, takes_all_of};
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Matcher, RouteTarget};
use crate::integration::Monitor;
use crate::language::words::Words;
use crate::place::Place;
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
    let found =
        Found::new(Spot::line(next), Words::new("this rule is never reached", "このルールには届きません"));
    Some(
        found.label(
            Spot::line(all),
            Words::new("this one matches everything", "これがすべてに当てはまります"),
        ),
    )
}

/// An earlier route to one service takes all; one by a label may let an alert go on.
pub(super) fn shadowed_route(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values() {
        for (index, route) in endpoint.routes.iter().enumerate() {
            let Some(when) = &route.when else { continue };
            let first = endpoint.routes.iter().take(index).find(|first| {
                matches!(first.target, RouteTarget::Service(_))
                    && (first.during.is_none() || first.during == route.during)
                    && first.when.as_ref().is_some_and(|first| takes_all_of(first, when))
            });
            if let Some(first) = first {
                let message = Words::new(
                    "this route is never taken: an earlier one takes all that it matches",
                    "このルートが使われることはありません。前のルートがすべて受け取ります",
                );
                let one = Found::new(Spot::line(&route.place), message)
                    .help(Words::new("put the narrower route first", "条件の狭いルートを先に置いてください"));
                found.push(one.label(
                    Spot::line(&first.place),
                    Words::new("this one takes them", "このルートが受け取ります"),
                ));
            }
        }
    }
    found
}

/// A rule after one without any condition is another check's.
pub(super) fn shadowed_rule(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for service in subject.config.services.values() {
        let rules =
            service.urgency.iter().map(|rule| (rule.when.as_ref(), rule.during.as_ref(), &rule.place));
        found.extend(shadowed(&rules.collect::<Vec<_>>()));
    }
    for endpoint in subject.config.endpoints.values() {
        let rules = endpoint.severity.iter().map(|rule| (rule.when.as_ref(), None, &rule.place));
        found.extend(shadowed(&rules.collect::<Vec<_>>()));
    }
    found
}

/// What a rule asks for, when, and where it is written.
type Condition<'c> = (Option<&'c Matcher>, Option<&'c Vec<Hours>>, &'c Place);

fn shadowed(rules: &[Condition<'_>]) -> Vec<Found> {
    let takes = |first: &Condition<'_>, later: &Condition<'_>| {
        let when = first.0.is_none_or(|first| later.0.is_some_and(|later| takes_all_of(first, later)));
        (first.0.is_some() || first.1.is_some()) && when && (first.1.is_none() || first.1 == later.1)
    };
    let reached = rules.iter().position(|rule| rule.0.is_none() && rule.1.is_none());
    let mut found = Vec::new();
    for (index, later) in rules.iter().enumerate().take(reached.map_or(rules.len(), |last| last + 1)) {
        if let Some(first) = rules.iter().take(index).find(|first| takes(first, later)) {
            let message = Words::new(
                "this rule never decides: an earlier one takes all that it matches",
                "このルールが使われることはありません。前のルールがすべて受け取ります",
            );
            let one = Found::new(Spot::line(later.2), message)
                .help(Words::new("put the narrower rule first", "条件の狭いルールを先に置いてください"));
            found.push(
                one.label(Spot::line(first.2), Words::new("this one takes them", "このルールが受け取ります")),
            );
        }
    }
    found
}

/// What fires within the hours is raised at once: `low` has no effect.
pub(super) fn waits_for_itself(subject: &Subject<'_>) -> Vec<Found> {
    let rules = subject.config.services.values().flat_map(|service| &service.urgency);
    let waiting = rules.filter(|rule| rule.during.is_some() && rule.during == rule.raise_when);
    waiting
        .map(|rule| {
            let message = Words::new("this holds nothing: `raise_when` raises it at once, because its hours already run", "保留されません。`raise_when` の時間帯がもう始まっているので、すぐに緊急度が上がります");
            let help = Words::new("write `urgency: high` for these hours, and a rule without `during` that holds what fires outside of them: `{ urgency: low, raise_when: … }`", "この時間帯には `urgency: high` と書き、時間外を保留する `during` のないルールを加えてください: `{ urgency: low, raise_when: … }`");
            Found::new(Spot::line(&rule.place), message).help(help)
        })
        .collect()
}

pub(super) fn no_runbook(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for service in subject.config.services.values() {
        let Some(runbook) = service.runbook.as_ref().filter(|it| !it.contains("://")) else { continue };
        if !subject.config.runbooks.contains(runbook) {
            let spot = Spot::root(&service.place.file).key("runbook");
            let help = Words::new(
                "the path is below `runbooks/`, and ends in `.md`",
                "パスは `runbooks/` からで、末尾は `.md` です",
            );
            found.push(
                Found::new(
                    spot,
                    Words::new(
                        format!("there is no `runbooks/{runbook}`"),
                        format!("`runbooks/{runbook}` がありません"),
                    ),
                )
                .help(help),
            );
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
        let message = Words::new(
            format!("{title} says an alert once when it changes, and not again: its heartbeats would stop"),
            format!(
                "{title} はアラートが変わったときに一度しか送らないので、ハートビートが途絶えてしまいます"
            ),
        );
        let spot = Spot::root(&endpoint.place.file).key("heartbeat");
        Found::new(spot, message).help(Words::new(
            "leave `when` out if something else calls the URL regularly",
            "別のものが定期的に URL を呼ぶなら、`when` を消してください",
        ))
    });
    found.collect()
}

/// `[!a, !b]` means "not a, or not b", which is everything.
pub(super) fn matches_everything(subject: &Subject<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = placed(subject.config)
        .into_iter()
        .filter(|(when, _)| only_negations(when))
        .map(|(_, place)| {
            let message = Words::new(
                "a list means any of, and several `!` in one list match everything",
                "リストは「どれか」を表すので、1 つのリストに複数の `!` を書くとすべてに当てはまります",
            );
            Found::new(Spot::line(&place), message).help(Words::new(
                "use one regular expression: `!~(a|b)`",
                "1 つの正規表現で書いてください: `!~(a|b)`",
            ))
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
    let message = Words::new(
        "a window on holidays only never opens, because no holidays are known here",
        "休日だけの時間帯ですが、ここには休日が設定されていないので、一度も始まりません",
    );
    let help = Words::new(
        "name them: `holidays: [japan]`, here or in `oncall.yaml`",
        "休日を指定してください: ここか `oncall.yaml` に `holidays: [japan]`",
    );
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        let Some((_, place)) = subject.config.schedule_names.get(id) else { continue };
        for (index, layer) in schedule.layers.iter().enumerate() {
            if layer.during.iter().flatten().any(closed) {
                let spot = Spot::root(&place.file).key("layers").index(index).key("during");
                found
                    .push(Found::new(spot, message.clone()).help(help.clone()).unless_said(None, "holidays"));
            }
        }
    }
    for route in subject.config.endpoints.values().flat_map(|endpoint| &endpoint.routes) {
        if route.during.iter().flatten().any(closed) {
            let found_here = Found::new(Spot::line(&route.place), message.clone()).help(help.clone());
            found.push(found_here.unless_said(None, "holidays"));
        }
    }
    for rule in subject.config.services.values().flat_map(|service| &service.urgency) {
        if rule.during.iter().chain(&rule.raise_when).flatten().any(closed) {
            let one = Found::new(Spot::line(&rule.place), message.clone()).help(help.clone());
            found.push(one.unless_said(None, "holidays"));
        }
    }
    found
}
