//! Matchers: which takes all that another one takes, which takes everything, and values that are there twice.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Config, Matcher, Pattern, PatternTest};
use crate::language::words::Words;
use crate::place::Place;
use std::borrow::Cow;

/// How a pattern of nothing but `*` is compiled.
const ANYTHING: [&str; 2] = ["^(?:.*)$", "^(?:.*.*)$"];

/// Every matcher of rules, routes and silences, and where it is written.
pub(super) fn placed(config: &Config) -> Vec<(&Matcher, Place)> {
    let urgency = config.services.values().flat_map(|service| &service.urgency);
    let urgency = urgency.map(|rule| (rule.when.as_ref(), rule.place.clone()));
    let endpoints = config.endpoints.values();
    let rules = endpoints.clone().flat_map(|endpoint| &endpoint.rules);
    let rules = rules.map(|rule| (rule.when.as_ref(), rule.place.clone()));
    let severity = endpoints.clone().flat_map(|endpoint| &endpoint.severity);
    let severity = severity.map(|rule| (rule.when.as_ref(), rule.place.clone()));
    let routes = endpoints
        .flat_map(|endpoint| &endpoint.routes)
        .map(|route| (route.when.as_ref(), route.place.clone()));
    let silences = config.silences.iter().map(|silence| (silence.when.as_ref(), silence.place()));
    let inhibitions = config.inhibitions.iter().flat_map(|inhibition| {
        [
            (Some(&inhibition.source), inhibition.place.clone()),
            (Some(&inhibition.mutes), inhibition.place.clone()),
        ]
    });
    let all = urgency.chain(rules).chain(severity).chain(routes).chain(silences).chain(inhibitions);
    all.filter_map(|(when, place)| Some((when?, place))).collect()
}

pub(super) fn value_twice(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (when, place) in placed(subject.config) {
        for (key, patterns) in &when.fields {
            let mut pairs = patterns.iter().enumerate();
            if pairs.any(|(index, one)| patterns.iter().take(index).any(|other| is_same(one, other))) {
                let message = Words::new(
                    format!("`{key}` has the same value twice: was another one meant?"),
                    format!("`{key}` に同じ値が 2 回あります。別の値のつもりでしたか？"),
                );
                found.push(
                    Found::new(Spot::line(&place), message)
                        .help(Words::new("name each value once", "値は 1 回ずつ書いてください")),
                );
            }
        }
    }
    found.dedup_by(|a, b| a.spot == b.spot);
    found
}

/// Whether `first` matches whatever `later` does, so far as their texts tell.
pub(super) fn takes_all_of(first: &Matcher, later: &Matcher) -> bool {
    first.fields.iter().all(|(key, patterns)| {
        let narrower = later.fields.iter().find(|(other, _)| other == key);
        let is_taken = |narrow: &Pattern| patterns.iter().any(|wide| takes(key, wide, narrow));
        patterns.iter().any(is_all) || narrower.is_some_and(|(_, others)| others.iter().all(is_taken))
    })
}

/// Whether every alert matches.
pub(super) fn is_anything(when: &Matcher) -> bool {
    when.fields.iter().all(|(_, patterns)| patterns.iter().any(is_all))
}

fn is_all(pattern: &Pattern) -> bool {
    !pattern.negated
        && matches!(&pattern.test, PatternTest::Regex(regex) if ANYTHING.contains(&regex.as_str()))
}

fn takes(key: &str, wide: &Pattern, narrow: &Pattern) -> bool {
    let only = || Matcher { fields: vec![(key.to_owned(), vec![wide.clone()])] };
    match &narrow.test {
        _ if is_same(wide, narrow) => true,
        PatternTest::Exact(text) if !narrow.negated => only().matches(|_| Cow::Borrowed(text)),
        _ => false,
    }
}

fn is_same(one: &Pattern, other: &Pattern) -> bool {
    let texts = match (&one.test, &other.test) {
        (PatternTest::Exact(a), PatternTest::Exact(b)) => a == b,
        (PatternTest::Regex(a), PatternTest::Regex(b)) => a.as_str() == b.as_str(),
        _ => false,
    };
    texts && one.negated == other.negated
}
