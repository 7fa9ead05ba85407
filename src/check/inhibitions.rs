//! Inhibitions: those that never mute, mute everything, or mute each other.

use super::matchers::{is_anything, takes_all_of};
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Inhibition, Matcher};
use crate::language::words::Words;

/// A field that both must share, of which they cannot have the same value; or `across` with nothing beside.
pub(super) fn never_mutes(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for inhibition in subject.config.inhibitions.iter() {
        let spot = Spot::line(&inhibition.place);
        if let Some(key) = inhibition.equal.iter().find(|key| cannot_share(inhibition, key)) {
            let message = Words::new(
                format!("this mutes nothing: `while` and `mutes` never have the same `{key}`"),
                format!("何も抑止しません。`while` と `mutes` の `{key}` が同じ値になることがありません"),
            );
            let help = Words::new(
                format!("take `{key}` out of `equal`, or out of one of the two"),
                format!("`{key}` を `equal` から外すか、どちらか一方から消してください"),
            );
            found.push(Found::new(spot, message).help(help));
        } else if inhibition.across && subject.config.endpoints.len() < 2 {
            let message = Words::new(
                "`across` looks for nothing: there is only one integration",
                "`across` の対象がありません。インテグレーションは 1 つだけです",
            );
            found.push(
                Found::new(spot, message)
                    .help(Words::new("leave it out", "消してください"))
                    .unless_lost("integration"),
            );
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
        let (whose, whose_ja) = match inhibition.across {
            true => ("of every integration", "すべてのインテグレーション"),
            false => ("of its integration", "同じインテグレーション"),
        };
        let message = Words::new(
            format!("while one of these fires, this mutes every other alert {whose}"),
            format!("これが 1 つ発生している間、{whose_ja}のほかのアラートがすべて抑止されます"),
        );
        let help = Words::new("say in `equal` what both must share, as `[labels.cluster]`, or say more in `mutes`", "両方で同じ値になるものを `equal` に `[labels.cluster]` のように書くか、`mutes` の条件を増やしてください");
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
            let message = Words::new(
                "these two mute each other: whichever comes first mutes the other",
                "この 2 つは互いに抑止し合います。先に発生したほうが、もう一方を抑止します",
            );
            let one = Found::new(Spot::line(&later.place), message)
                .help(Words::new("keep the one that is the cause", "原因であるほうだけを残してください"));
            found.push(one.label(Spot::line(&first.place), Words::new("the other one", "もう一方")));
        }
    }
    found
}
