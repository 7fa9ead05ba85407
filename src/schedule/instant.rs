//! One instant: combines layers, absences and overrides, computing each schedule once.

use super::absence::Absence;
use super::overrides::sorted;
use super::turns::Counted;
use super::{
    HiddenBy, Layer, OnCall, Override, OverrideAction, Reason, Rule, Schedule, ScheduleId, Schedules, Source,
    UserId,
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
    /// The layers that have a say, in order: one that replaces those below it, and those that add to it.
    layers: Vec<&'a Layer>,
    /// The last of them that brought in somebody.
    last: Option<&'a Layer>,
    /// The overrides that changed something, in order: first those of layers.
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
        let Decided { users, layers, mut overrides, .. } = self.decide(schedule, &absence);
        let mut reason = Reason::default();
        let sets =
            |change: &&Override| change.layer.is_none() && matches!(change.action, OverrideAction::Set(_));
        match overrides.iter().rposition(sets) {
            Some(set) => drop(overrides.drain(..set)),
            None => {
                let mut rules = Vec::new();
                for layer in layers {
                    let (holder, place) = layer.holder(self.at, &mut self.counted);
                    let away = holder.iter().filter(|user| !absence.is_present(user));
                    reason.away.extend(away.cloned());
                    rules.push(Rule { layer: &layer.name, place });
                }
                reason.away = in_order(reason.away);
                let mut rules = rules.into_iter();
                reason.layer = rules.next();
                reason.beside = rules.collect();
            }
        }
        reason.overrides = overrides;
        for layer in schedule.layers.iter().filter(|layer| layer.shadow) {
            let rule = Rule { layer: &layer.name, place: layer.holder(self.at, &mut self.counted).1 };
            let people = layer.people(&absence, &in_force(schedule, self.at), &mut self.counted).into_iter();
            for user in people.filter(|user| !users.contains(user)) {
                reason.shadows.entry(user).or_insert(rule);
            }
        }
        reason
    }

    /// Each layer on its own, from the lowest: who has it, and what above it hides it. None if the schedule is unknown.
    pub fn layers(&mut self, id: &str) -> Vec<(Vec<UserId>, Option<HiddenBy>)> {
        let Some(schedule) = self.schedules.schedules.get(id) else { return Vec::new() };
        let (absence, all) = (self.absence(schedule, 0), in_force(schedule, self.at));
        let layers = &schedule.layers;
        let mut people: Vec<Vec<UserId>> =
            layers.iter().map(|layer| layer.people(&absence, &all, &mut self.counted)).collect();
        let wins =
            |(layer, people): &(&Layer, &Vec<UserId>)| !layer.shadow && !layer.adds && !people.is_empty();
        let winner = layers.iter().zip(&people).rposition(|row| wins(&row));
        let counts = |at: &usize, people: &[Vec<UserId>]| {
            let has = |layer: &Layer| !layer.shadow && people.get(*at).is_some_and(|them| !them.is_empty());
            layers.get(*at).is_some_and(has) && winner.is_none_or(|winner| winner <= *at)
        };
        // Where several count together, somebody of one stands in for nobody of another.
        let together: Vec<usize> = (0..layers.len()).filter(|at| counts(at, &people)).collect();
        if together.len() > 1 {
            let counting: Vec<&Layer> = together.iter().filter_map(|at| layers.get(*at)).collect();
            for (at, share) in together.iter().zip(self.shares(&counting, &absence, &all)) {
                people.get_mut(*at).into_iter().for_each(|people| people.clone_from(&share));
            }
        }
        let sets =
            |change: &&&Override| change.layer.is_none() && matches!(change.action, OverrideAction::Set(_));
        let set = all.iter().rfind(sets).map(|change| HiddenBy::Override(change.origin.clone()));
        let above =
            winner.and_then(|winner| layers.get(winner)).map(|layer| HiddenBy::Layer(layer.name.clone()));
        let hidden = |at: usize, layer: &Layer| match &set {
            _ if layer.shadow => None,
            Some(set) => Some(set.clone()),
            None => above.clone().filter(|_| winner.is_some_and(|winner| at < winner)),
        };
        let rows = layers.iter().zip(people).enumerate();
        rows.map(|(at, (layer, people))| (sorted(people), hidden(at, layer))).collect()
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
        Absence { schedules: self.schedules, at: self.at, elsewhere, taken: Vec::new() }
    }

    fn put_together(&mut self, schedule: &'a Schedule, absence: &Absence<'_>) -> OnCall {
        let Decided { users, last, overrides, .. } = self.decide(schedule, absence);
        let source = match (overrides.last(), last) {
            (Some(change), _) => Source::Override(change.origin.clone()),
            (None, Some(layer)) => Source::Layer(layer.name.clone()),
            (None, None) => Source::Nobody,
        };
        let mut shadows = Vec::new();
        for layer in schedule.layers.iter().filter(|layer| layer.shadow) {
            shadows.extend(layer.people(absence, &in_force(schedule, self.at), &mut self.counted));
        }
        shadows.retain(|user| !users.contains(user));
        OnCall { users, shadows: sorted(shadows), source }
    }

    /// The people of the last layer that has anybody, with those of the layers above it that add, after overrides.
    fn decide(&mut self, schedule: &'a Schedule, absence: &Absence<'_>) -> Decided<'a> {
        let all = in_force(schedule, self.at);
        let (mut looked_at, mut layers, mut users) = (Vec::new(), Vec::new(), Vec::new());
        for layer in schedule.layers.iter().rev().filter(|layer| !layer.shadow) {
            looked_at.push(layer);
            let people = layer.people(absence, &all, &mut self.counted);
            if people.is_empty() {
                continue;
            }
            layers.push(layer);
            users = people;
            if !layer.adds {
                break;
            }
        }
        layers.reverse();
        let mut last = layers.first().copied();
        if layers.len() > 1 {
            (users, last) = self.together(&layers, absence, &all);
        }
        let mut overrides = self.of_layers(&looked_at, absence, &all);
        let of_schedule = all.iter().copied().filter(|change| change.layer.is_none());
        overrides.extend(of_schedule.filter(|change| change.apply(&mut users)));
        Decided { users, layers, last, overrides }
    }

    /// The overrides of these layers that change something in their layer, from the lowest layer on.
    fn of_layers(
        &mut self,
        layers: &[&'a Layer],
        absence: &Absence<'_>,
        in_force: &[&'a Override],
    ) -> Vec<&'a Override> {
        let mut changed = Vec::new();
        if in_force.iter().all(|change| change.layer.is_none()) {
            return changed;
        }
        for layer in layers.iter().rev().filter(|layer| layer.is_open(absence.at)) {
            let mut people = sorted(layer.people(absence, &[], &mut self.counted));
            changed.extend(layer.overridden_by(in_force).filter(|change| change.apply(&mut people)));
        }
        changed
    }

    /// The people of several layers. Whoever is on call by right in one of them stands in for nobody in another, unless
    /// there is nobody else.
    fn together(
        &mut self,
        layers: &[&'a Layer],
        absence: &Absence<'_>,
        overrides: &[&Override],
    ) -> (Vec<UserId>, Option<&'a Layer>) {
        let (mut users, mut last) = (Vec::new(), None);
        for (layer, people) in layers.iter().zip(self.shares(layers, absence, overrides)) {
            if people.iter().any(|user| !users.contains(user)) {
                last = Some(*layer);
            }
            users.extend(people);
        }
        (sorted(users), last)
    }

    /// The people whom each of these layers puts on call, in the order of the layers.
    fn shares(
        &mut self,
        layers: &[&'a Layer],
        absence: &Absence<'_>,
        overrides: &[&Override],
    ) -> Vec<Vec<UserId>> {
        let mut taken = Vec::new();
        for layer in layers {
            taken.extend(layer.by_right(absence, overrides, &mut self.counted));
        }
        let (schedules, at, elsewhere) = (absence.schedules, absence.at, absence.elsewhere.clone());
        let mut apart = Absence { schedules, at, elsewhere, taken };
        let mut shares = Vec::new();
        for layer in layers {
            let mut people = layer.people(&apart, overrides, &mut self.counted);
            if people.is_empty() {
                people = layer.people(absence, overrides, &mut self.counted);
            }
            apart.taken.extend_from_slice(&people);
            shares.push(people);
        }
        shares
    }
}

fn in_force(schedule: &Schedule, at: Timestamp) -> Vec<&Override> {
    schedule.overrides.in_force(at).collect()
}

/// Each once, where it is first.
fn in_order(people: Vec<UserId>) -> Vec<UserId> {
    let mut seen = Vec::new();
    for user in people {
        if !seen.contains(&user) {
            seen.push(user);
        }
    }
    seen
}
