//! What nothing refers to.

use super::people::reached;
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Id, Notify, Place, RouteTarget};
use crate::schedule::{OverrideAction, Schedule, Turn};
use std::collections::BTreeSet;

pub(super) fn policies(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut used: BTreeSet<&Id> = config.services.values().map(|service| &service.policy).collect();
    used.insert(&config.organisation.fallback);
    let unused = config.policies.values().filter(|policy| !used.contains(&policy.id));
    unused.map(|policy| at(&policy.place, format!("no service uses the policy `{}`", policy.id))).collect()
}

pub(super) fn schedules(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let steps = config.policies.values().flat_map(|policy| &policy.steps).flat_map(|step| &step.notify);
    let told = steps.filter_map(|notify| match notify {
        Notify::Schedule(id) => Some(id),
        Notify::User(_) => None,
    });
    let apart = config.schedules.schedules.values().flat_map(|schedule| &schedule.apart_from);
    let used: BTreeSet<&Id> = told.chain(apart).collect();
    let unused = config.schedule_names.iter().filter(|(id, _)| !used.contains(id));
    unused.map(|(id, (_, place))| at(place, format!("no policy tells the schedule `{id}`"))).collect()
}

pub(super) fn users(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut used = reached(config);
    for schedule in config.schedules.schedules.values() {
        used.extend(everybody_ever(schedule));
    }
    used.extend(
        config.services.values().flat_map(|service| &service.inform).map(|inform| inform.user.clone()),
    );
    let time_off = config.schedules.time_off.iter();
    used.extend(time_off.clone().flat_map(|(_, off)| off.iter().filter_map(|off| off.cover.clone())));
    used.extend(
        time_off.filter(|(_, off)| off.iter().any(|off| off.until.is_none())).map(|(id, _)| id.clone()),
    );
    let unused = config.users.values().filter(|user| !used.contains(&user.id));
    unused.map(|user| at(&user.place, format!("no schedule and no policy names `{}`", user.id))).collect()
}

pub(super) fn services(subject: &Subject<'_>) -> Vec<Found> {
    let routes = || subject.config.endpoints.values().flat_map(|endpoint| &endpoint.routes);
    if routes().any(|route| matches!(route.target, RouteTarget::ServiceFrom(_))) {
        return Vec::new();
    }
    let leads = |id: &Id| routes().any(|route| route.target == RouteTarget::Service(id.clone()));
    let unused = subject.config.services.values().filter(|service| !leads(&service.id));
    unused
        .map(|service| at(&service.place, format!("no route leads to the service `{}`", service.id)))
        .collect()
}

/// In any line-up, old ones too, and in any override.
pub(super) fn everybody_ever(schedule: &Schedule) -> Vec<Id> {
    let mut people = Vec::new();
    for layer in &schedule.layers {
        match &layer.turn {
            Turn::Always(set) => people.extend_from_slice(set),
            Turn::Rotation(rotation) => {
                let members = rotation.line_ups.iter().flat_map(|line_up| &line_up.members);
                people.extend(members.flat_map(|member| member.iter().cloned()));
            }
        }
    }
    for each in &schedule.overrides {
        match &each.action {
            OverrideAction::Set(set) | OverrideAction::Add(set) => people.extend_from_slice(set),
            OverrideAction::Replace { with, .. } => people.extend_from_slice(with),
        }
    }
    people
}

fn at(place: &Place, message: String) -> Found {
    Found::new(Spot::root(&place.file).on(Part::FirstLine), message)
}
