//! Who is meant: the people of a layer, of a schedule, of a step, and everybody whom the config may tell.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Config, Id, Need, Notify, Step};
use crate::language::Language;
use crate::language::words::{Words, in_japanese};
use crate::schedule::{Layer, OverrideAction, Turn};
use std::collections::BTreeSet;

/// Everybody whom some policy may tell.
pub(super) fn reached(config: &Config) -> BTreeSet<Id> {
    let steps = config.policies.values().flat_map(|policy| &policy.steps);
    steps.flat_map(|step| people_of(config, step)).collect()
}

/// Everybody whom a step may tell, now or later.
pub(super) fn people_of(config: &Config, step: &Step) -> BTreeSet<Id> {
    let mut people = BTreeSet::new();
    for notify in &step.notify {
        match notify {
            Notify::User(id) => drop(people.insert(id.clone())),
            Notify::Schedule(id) => people.extend(members_of(config, id)),
        }
    }
    people
}

/// Everybody who may be on call on a schedule: the newest line-ups, and the overrides.
fn members_of(config: &Config, schedule: &Id) -> BTreeSet<Id> {
    let Some(schedule) = config.schedules.schedules.get(schedule) else { return BTreeSet::new() };
    let layers = schedule.layers.iter().filter(|layer| !layer.shadow).flat_map(newest);
    let overrides = schedule.overrides.iter().flat_map(|each| match &each.action {
        OverrideAction::Set(people) | OverrideAction::Add(people) => people,
        OverrideAction::Replace { with, .. } => with,
    });
    layers.chain(overrides.cloned()).collect()
}

/// The people of a layer's newest line-up.
pub(super) fn newest(layer: &Layer) -> Vec<Id> {
    match &layer.turn {
        Turn::Always(people) => people.to_vec(),
        Turn::Rotation(rotation) => {
            let members = rotation.line_ups.last().map(|line_up| line_up.members.iter());
            members.into_iter().flatten().flat_map(|member| member.iter().cloned()).collect()
        }
    }
}

/// Those who are reached by a method that needs this, and lack it.
pub(super) fn without(subject: &Subject<'_>, need: Need) -> Vec<Found> {
    let reached = reached(subject.config);
    let mut found = Vec::new();
    for user in subject.config.users.values().filter(|user| reached.contains(&user.id)) {
        let low = user.low.iter().filter(|rule| !rule.by.method().rings);
        let mut rules = user.high.iter().chain(low).filter(|rule| rule.by.method().need == need);
        let Some(method) = rules.next().map(|rule| rule.by.method()).filter(|_| !user.has(need)) else {
            continue;
        };
        let (when, when_ja) =
            if method.rings { (" at high urgency", "緊急度が高いとき") } else { ("", "") };
        let spot = Spot::root(&user.place.file).key("name").on(Part::Value);
        let by = in_japanese(Language::Ja.contact(method.way));
        let message = Words::new(
            format!("`{}` {}{when}, but has no `{}`", user.id, method.verb.0, need.key()),
            format!("`{}` には{when_ja}{by}で連絡しますが、`{}` がありません", user.id, need.key()),
        );
        let one = Found::new(spot, message);
        found.push(one.help(need.example()).unless_said(Some(&user.place.file), need.key()));
    }
    found
}
