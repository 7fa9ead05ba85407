//! One instant: layers, absences and overrides put together, each schedule once.

use super::absence::Absence;
use super::{Layer, OnCall, Schedule, ScheduleId, Schedules, Source, UserId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How long a chain of `apart_from` is followed. `compile` refuses cycles; here they end.
const APART_FROM_DEPTH_MAX: usize = 64;

/// What is known about an instant so far.
pub(super) struct Instant<'a> {
    schedules: &'a Schedules,
    at: Timestamp,
    known: BTreeMap<&'a ScheduleId, OnCall>,
}

impl<'a> Instant<'a> {
    pub fn new(schedules: &'a Schedules, at: Timestamp) -> Instant<'a> {
        Instant { schedules, at, known: BTreeMap::new() }
    }

    /// Who is on call; nobody on an unknown schedule.
    pub fn on_call(&mut self, id: &str) -> OnCall {
        self.resolve(id, 0)
    }

    fn resolve(&mut self, id: &str, depth: usize) -> OnCall {
        let Some((id, schedule)) = self.schedules.schedules.get_key_value(id) else {
            return OnCall::nobody();
        };
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        if depth > APART_FROM_DEPTH_MAX {
            return OnCall::nobody();
        }
        self.known.insert(id, OnCall::nobody());
        let elsewhere =
            schedule.apart_from.iter().flat_map(|other| self.resolve(other, depth + 1).users).collect();
        let absence = Absence { schedules: self.schedules, at: self.at, elsewhere };
        let on_call = put_together(schedule, self.at, &absence);
        self.known.insert(id, on_call.clone());
        on_call
    }
}

fn put_together(schedule: &Schedule, at: Timestamp, absence: &Absence<'_>) -> OnCall {
    let (mut users, mut source) = winning_layer(&schedule.layers, at, absence);
    for change in schedule.overrides.iter().filter(|change| change.contains(at)) {
        if change.apply(&mut users) {
            source = Source::Override(change.place.clone());
        }
    }
    let shadows =
        schedule.layers.iter().filter(|layer| layer.shadow).flat_map(|layer| layer.people(at, absence));
    let shadows: BTreeSet<UserId> = shadows.filter(|user| !users.contains(user)).collect();
    OnCall { users: users.into_iter().collect(), shadows: shadows.into_iter().collect(), source }
}

/// The people of the last layer that has somebody.
fn winning_layer(layers: &[Layer], at: Timestamp, absence: &Absence<'_>) -> (BTreeSet<UserId>, Source) {
    let filled = layers.iter().rev().filter(|layer| !layer.shadow).find_map(|layer| {
        let people: BTreeSet<UserId> = layer.people(at, absence).into_iter().collect();
        (!people.is_empty()).then(|| (people, Source::Layer(layer.name.clone())))
    });
    filled.unwrap_or((BTreeSet::new(), Source::Nobody))
}
