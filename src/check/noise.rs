//! One alert's noise: what is critical and held for long, limits with which flapping does not help, or goes on for hours, and
//! incidents that are opened again late.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Matcher, Service, UrgencyRule};
use crate::language::words::Words;
use jiff::SignedDuration;
use std::borrow::Cow;

/// Longer than this nobody should be kept from something critical.
const CRITICAL_HOLD_MAX: SignedDuration = SignedDuration::from_mins(2);

/// For longer than this nobody wants to be called about what is over.
const QUIET_MAX: SignedDuration = SignedDuration::from_hours(2);
/// After more than this an alert is another problem.
const REOPEN_MAX: SignedDuration = SignedDuration::from_hours(2);

pub(super) fn critical_held(subject: &Subject<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for service in subject.config.services.values() {
        for (index, rule) in service.urgency.iter().enumerate() {
            let long = rule.hold.is_some_and(|hold| hold > CRITICAL_HOLD_MAX);
            if long && may_be_critical(service, index, rule) {
                let message = Words::new(
                    "what is critical is held for more than 2 minutes before anybody is told",
                    "critical なものが、誰にも連絡されないまま 2 分より長く保留されます",
                );
                let help = Words::new(
                    "hold for at most 2m, or put a rule for `severity: critical` before this one",
                    "保留を 2m 以内にするか、`severity: critical` のルールをこの前に置いてください",
                );
                found.push(Found::new(Spot::line(&rule.place), message).help(help));
            }
        }
    }
    found.dedup_by(|a, b| a.spot == b.spot);
    found
}

/// Whether something critical comes to this rule, by the severities that it and the rules before it name.
fn may_be_critical(service: &Service, index: usize, rule: &UrgencyRule) -> bool {
    let takes = |when: &Matcher| {
        let fields = when.fields.iter().filter(|(key, _)| key == "severity").cloned().collect();
        Matcher { fields }.matches(|_| Cow::Borrowed("critical"))
    };
    let only_severity = |when: &Matcher| when.fields.iter().all(|(key, _)| key == "severity");
    let takes_all = |earlier: &UrgencyRule| {
        let when = earlier.when.as_ref();
        earlier.during.is_none() && when.is_none_or(|when| only_severity(when) && takes(when))
    };
    let before = service.urgency.iter().take(index);
    rule.when.as_ref().is_none_or(takes) && !before.into_iter().any(takes_all)
}

pub(super) fn flapping_unlikely(subject: &Subject<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for rule in subject.config.services.values().filter_map(|service| service.flapping.as_ref()) {
        let gaps = i32::try_from(rule.fires.saturating_sub(1).max(1)).unwrap_or(i32::MAX);
        let gap = rule.within / gaps;
        let spot = Spot::line(&rule.place);
        if rule.quiet < gap {
            let (fires, within) = (rule.fires, rule.within);
            let message = Words::new(
                format!(
                    "an alert that fires {fires} times in {within:#} may be quiet for {gap:#} in between: it is over then, and pages again"
                ),
                format!(
                    "{within:#} に {fires} 回発生するアラートは、間に {gap:#} 静かなことがあります。その間に終わったことになり、また呼び出します"
                ),
            );
            let help = Words::new(
                format!("let `quiet` be at least {gap:#}, or `within` shorter"),
                format!("`quiet` を {gap:#} 以上にするか、`within` を短くしてください"),
            );
            found.push(Found::new(spot.clone(), message).help(help));
        }
        if rule.quiet > QUIET_MAX {
            let message = Words::new(
                "what flaps stays open, and its steps go on, for more than two hours after it is over",
                "フラッピング中のものは、終わってから 2 時間より長く開いたままになり、ステップも進みます",
            );
            found.push(
                Found::new(spot, message)
                    .help(Words::new("let `quiet` be some minutes", "`quiet` を数分にしてください")),
            );
        }
    }
    found.dedup_by(|a, b| a.spot == b.spot && a.message == b.message);
    found
}

pub(super) fn reopened_late(subject: &Subject<'_>) -> Vec<Found> {
    let rules = subject.config.services.values().filter_map(|service| service.reopen.as_ref());
    let late = rules.filter(|rule| rule.within > REOPEN_MAX);
    let mut found: Vec<Found> = late
        .map(|rule| {
            let message = Words::new(
                "an alert that comes back after hours is another problem: it would go on in the old thread and \
                 ticket, from the step that was reached then",
                "数時間後に再発したアラートは別の問題です。古いスレッドとチケットで、そのとき進んでいたステップから続くことになります",
            );
            Found::new(Spot::line(&rule.place), message).help(Words::new("let it be some minutes", "数分にしてください"))
        })
        .collect();
    found.dedup_by(|a, b| a.spot == b.spot);
    found
}
