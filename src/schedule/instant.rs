//! One instant: combines layers, absences and overrides, computing each schedule once.

use super::absence::Absence;
use super::overrides::sorted;
use super::turns::Counted;
use super::{
    Layer, OnCall, Override, OverrideAction, Reason, Rule, Schedule, ScheduleId, Schedules, Source, UserId,
};
use jiff::Timestamp;

/// How far a chain of `apart_from` is followed. `compile` refuses cycles; here they just end.
const APART_FROM_DEPTH_MAX: usize = 64;

/// What is known about an instant so far.
pub(super) struct Cursor<'a> {
    schedules: &'a Schedules,
    at: Timestamp,
    /// Schedules that others are kept apart from. Their chains may meet or form a cycle. The list is short, so it is
    /// searched linearly.
    known: Vec<(&'a ScheduleId, OnCall)>,
    counted: Counted<'a>,
}

/// Who is on call, and what decided it.
struct Decided<'a> {
    /// Sorted by id, each once.
    users: Vec<UserId>,
    layer: Option<&'a Layer>,
    /// The overrides that changed something, in order.
    overrides: Vec<&'a Override>,
}

impl<'a> Cursor<'a> {
    pub fn new(schedules: &'a Schedules, at: Timestamp) -> Cursor<'a> {
        Cursor { schedules, at, known: Vec::new(), counted: Counted::default() }
    }

    /// Moves to another instant. Fast if it is soon after the current one.
    pub fn move_to(&mut self, at: Timestamp) {
        if at != self.at {
            self.known.clear();
            self.at = at;
        }
    }

    /// Who is on call; nobody if the schedule is unknown.
    pub fn on_call(&mut self, id: &str) -> OnCall {
        self.resolve(id, 0)
    }

    /// Why these people are on call; empty if the schedule is unknown.
    pub fn reason(&mut self, id: &str) -> Reason<'a> {
        let Some(schedule) = self.schedules.schedules.get(id) else { return Reason::default() };
        let absence = self.absence(schedule, 0);
        let Decided { users, layer, mut overrides } = self.decide(schedule, &absence);
        let mut reason = Reason::default();
        let set = overrides.iter().rposition(|change| matches!(change.action, OverrideAction::Set(_)));
        match (layer, set) {
            (_, Some(set)) => drop(overrides.drain(..set)),
            (Some(layer), None) => {
                let (holder, place) = layer.holder(self.at, &mut self.counted);
                reason.away = holder.iter().filter(|user| !absence.is_present(user)).cloned().collect();
                reason.layer = Some(Rule { layer: &layer.name, place });
            }
            (None, None) => {}
        }
        reason.overrides = overrides;
        for layer in schedule.layers.iter().filter(|layer| layer.shadow) {
            let rule = Rule { layer: &layer.name, place: layer.holder(self.at, &mut self.counted).1 };
            let people = layer.people(&absence, &mut self.counted).into_iter();
            for user in people.filter(|user| !users.contains(user)) {
                reason.shadows.entry(user).or_insert(rule);
            }
        }
        reason
    }

    fn resolve(&mut self, id: &str, depth: usize) -> OnCall {
        let Some((id, schedule)) = self.schedules.schedules.get_key_value(id) else {
            return OnCall::nobody();
        };
        if schedule.apart_from.is_empty() {
            let absence = self.absence(schedule, depth);
            return self.put_together(schedule, &absence);
        }
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == id) {
            return known.clone();
        }
        if depth > APART_FROM_DEPTH_MAX {
            return OnCall::nobody();
        }
        let place = self.known.len();
        self.known.push((id, OnCall::nobody()));
        let absence = self.absence(schedule, depth);
        let on_call = self.put_together(schedule, &absence);
        if let Some((_, known)) = self.known.get_mut(place) {
            known.clone_from(&on_call);
        }
        on_call
    }

    fn absence(&mut self, schedule: &'a Schedule, depth: usize) -> Absence<'a> {
        let elsewhere =
            schedule.apart_from.iter().flat_map(|other| self.resolve(other, depth + 1).users).collect();
        Absence { schedules: self.schedules, at: self.at, elsewhere }
    }

    fn put_together(&mut self, schedule: &'a Schedule, absence: &Absence<'_>) -> OnCall {
        let Decided { users, layer, overrides } = self.decide(schedule, absence);
        let source = match (overrides.last(), layer) {
            (Some(change), _) => Source::Override(change.origin.clone()),
            (None, Some(layer)) => Source::Layer(layer.name.clone()),
            (None, None) => Source::Nobody,
        };
        let shadows = schedule.layers.iter().filter(|layer| layer.shadow);
        let shadows = shadows.flat_map(|layer| layer.people(absence, &mut self.counted));
        let shadows = sorted(shadows.filter(|user| !users.contains(user)).collect());
        OnCall { users, shadows, source }
    }

    /// The people of the last layer that has anybody, after overrides.
    fn decide(&mut self, schedule: &'a Schedule, absence: &Absence<'_>) -> Decided<'a> {
        let layers = schedule.layers.iter().rev().filter(|layer| !layer.shadow);
        let mut filled = layers.map(|layer| (layer, layer.people(absence, &mut self.counted)));
        let filled = filled.find(|(_, people)| !people.is_empty());
        let (layer, people) = filled.map_or((None, Vec::new()), |(layer, people)| (Some(layer), people));
        let mut users = sorted(people);
        let in_force = schedule.overrides.in_force(absence.at);
        let overrides = in_force.filter(|change| change.apply(&mut users)).collect();
        Decided { users, layer, overrides }
    }
}
