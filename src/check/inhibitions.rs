//! Inhibitions: those that never mute, mute everything, or mute each other.

use super::matchers::{is_anything, takes_all_of};
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Inhibition, Matcher};

/// A field that both must share, of which they cannot have the same value; or `across` with nothing beside.
pub(super) fn never_mutes(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for inhibition in subject.config.inhibitions.iter() {
        let spot = Spot::line(&inhibition.place);
        if let Some(key) = inhibition.equal.iter().find(|key| cannot_share(inhibition, key)) {
            let message = format!("this mutes nothing: `while` and `mutes` never have the same `{key}`");
            let help = format!("take `{key}` out of `equal`, or out of one of the two");
            found.push(Found::new(spot, message).help(help));
        } else if inhibition.across && subject.config.endpoints.len() < 2 {
            let message = "`across` looks for nothing: there is only one integration";
            found.push(Found::new(spot, message).help("leave it out").unless_lost("integration"));
        }
    }
    found
}

fn cannot_share(inhibition: &Inhibition, key: &str) -> bool {
    let only = |when: &Matcher| {
        let field = when.fields.iter().find(|(known, _)| known == key);
        Matcher { fields: field.cloned().into_iter().collect() }
    };
    !only(&inhibition.source).may_overlap(&only(&inhibition.mutes))
}

pub(super) fn mutes_everything(subject: &Subject<'_>) -> Vec<Found> {
    let all = subject.config.inhibitions.iter();
    let wide = all.filter(|inhibition| inhibition.equal.is_empty() && is_anything(&inhibition.mutes));
    wide.map(|inhibition| {
        let whose = if inhibition.across { "of every integration" } else { "of its integration" };
        let message = format!("while one of these fires, this mutes every other alert {whose}");
        let help = "say in `equal` what both must share, as `[labels.cluster]`, or say more in `mutes`";
        Found::new(Spot::line(&inhibition.place), message).help(help)
    })
    .collect()
}

pub(super) fn mute_each_other(subject: &Subject<'_>) -> Vec<Found> {
    let all = &subject.config.inhibitions;
    let mutes = |one: &Inhibition, other: &Inhibition| takes_all_of(&one.mutes, &other.source);
    let mut found = Vec::new();
    for (index, later) in all.iter().enumerate() {
        let mut before = all.iter().take(index);
        if let Some(first) =
            before.find(|first| first.source != later.source && mutes(first, later) && mutes(later, first))
        {
            let message = "these two mute each other: whichever comes first mutes the other";
            let one = Found::new(Spot::line(&later.place), message).help("keep the one that is the cause");
            found.push(one.label(Spot::line(&first.place), "the other one"));
        }
    }
    found
}
