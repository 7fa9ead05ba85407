//! People: whether each can be reached in the way the rules say.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Config, Contact, Id, Notify, Step, User};
use crate::schedule::{Layer, OverrideAction, Turn};
use std::collections::BTreeSet;

pub(super) fn no_phone(subject: &Subject<'_>) -> Vec<Found> {
    let called = |user: &User| user.high.iter().any(|rule| rule.by == Contact::Call) && user.phone.is_none();
    without(subject, called, "is called at high urgency, but has no `phone`")
}

pub(super) fn no_slack(subject: &Subject<'_>) -> Vec<Found> {
    let told = |user: &User| {
        user.high.iter().chain(&user.low).any(|rule| rule.by == Contact::Slack) && user.slack.is_none()
    };
    without(subject, told, "is told by Slack, but has no `slack` id")
}

fn without(subject: &Subject<'_>, lacks: impl Fn(&User) -> bool, what: &str) -> Vec<Found> {
    let reached = reached(subject.config);
    let lacking = subject.config.users.values().filter(|user| reached.contains(&user.id) && lacks(user));
    lacking
        .map(|user| {
            let spot = Spot::root(&user.place.file).key("name").on(Part::Value);
            Found::new(spot, format!("`{}` {what}", user.id))
        })
        .collect()
}

/// Rules run on after escalation, but whoever is first called after the step's wait is called too late to matter.
pub(super) fn late_call(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for step in subject.config.policies.values().flat_map(|policy| &policy.steps) {
        for user in people_of(subject.config, step).iter().filter_map(|id| subject.config.users.get(id)) {
            let first = user.high.iter().find(|rule| rule.by == Contact::Call);
            let Some(rule) = first.filter(|rule| rule.after >= step.wait) else { continue };
            if seen.insert(rule.place.clone()) {
                let message =
                    format!("`{}` is first called when the step that told them is already over", user.id);
                found.push(
                    Found::new(Spot::line(&rule.place), message).label(Spot::line(&step.place), "this step"),
                );
            }
        }
    }
    found
}

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
