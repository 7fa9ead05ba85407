//! The rules of integrations: what is dropped although it is critical, and rules that never match.

use super::matchers::takes_all_of;
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Endpoint, EventRule, Matcher, RuleEffect};
use crate::integration::Monitor;
use crate::language::words::Words;

const SEVERITY: &str = "severity";

/// At this point an alert has the severity that its monitor says, and is critical where it says none.
pub(super) fn drops_critical(subject: &Subject<'_>) -> Vec<Found> {
    let rules = subject.config.endpoints.values().flat_map(|endpoint| &endpoint.rules);
    let drops =
        rules.filter(|rule| rule.drops().is_some() && rule.when.as_ref().is_some_and(may_be_critical));
    drops
        .map(|rule| {
            let message = Words::new("this drops what is critical too, and nobody will hear of it", "深刻度が critical のものも捨てるので、誰も気づけません");
            let help = Words::new("add `severity: [error, warning, info]` to `when`, or allow it here if that is meant", "`when` に `severity: [error, warning, info]` を加えるか、意図したものならここで許可してください");
            Found::new(Spot::line(&rule.place), message).help(help)
        })
        .collect()
}

fn may_be_critical(when: &Matcher) -> bool {
    let severity = when.fields.iter().find(|(key, _)| key == SEVERITY);
    severity.is_none_or(|(key, patterns)| {
        Matcher { fields: vec![(key.clone(), patterns.clone())] }.mutes(|_| "critical".into())
    })
}

/// Behind one that drops all that it matches; or it asks for a severity that its monitor never says.
pub(super) fn never_matches(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values() {
        for (index, rule) in endpoint.rules.iter().enumerate() {
            let Some(when) = &rule.when else { continue };
            let before = endpoint.rules.get(..index).unwrap_or_default();
            if let Some(first) = before.iter().find(|first| drops_all_of(first, rule, when)) {
                let message = Words::new(
                    "this rule never matches: an earlier one drops all that it would",
                    "このルールは当てはまることがありません。前のルールがすべて捨てています",
                );
                let one = Found::new(Spot::line(&rule.place), message)
                    .help(Words::new("put it first, or leave it out", "先に置くか、消してください"));
                found.push(one.label(
                    Spot::line(&first.place),
                    Words::new("this one drops them", "このルールが捨てています"),
                ));
            } else if asks_in_vain(endpoint, before, when) {
                let title = Monitor::of(endpoint).title;
                let message = Words::new(
                    format!(
                        "this rule never matches: {title} says no severity, so that every alert is critical here"
                    ),
                    format!(
                        "このルールは当てはまることがありません。{title} は深刻度を送らないので、ここではすべて critical です"
                    ),
                );
                let help = Words::new(
                    "`rules` come before `severity`: match on a label, or set `severity` in a rule above",
                    "`rules` は `severity` より先に処理されます。ラベルで書くか、前のルールで `severity` を設定してください",
                );
                found.push(Found::new(Spot::line(&rule.place), message).help(help));
            }
        }
    }
    found
}

/// A negation drops only where there is something to negate, and sets where there is nothing, too.
fn drops_all_of(first: &EventRule, later: &EventRule, when: &Matcher) -> bool {
    let Some(dropped) = first.when.as_ref().filter(|_| first.drops().is_some()) else { return false };
    let negated = dropped.fields.iter().flat_map(|(_, patterns)| patterns).any(|pattern| pattern.negated);
    takes_all_of(dropped, when) && (!negated || later.drops().is_some())
}

fn asks_in_vain(endpoint: &Endpoint, before: &[EventRule], when: &Matcher) -> bool {
    let set = |rule: &EventRule| match &rule.effect {
        RuleEffect::Set(fields) => fields.iter().any(|(name, _)| name == SEVERITY),
        RuleEffect::Drop(_) => false,
    };
    !Monitor::of(endpoint).sends_severity && !may_be_critical(when) && !before.iter().any(set)
}
