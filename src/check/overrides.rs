//! Overrides that do not do what whoever wrote them meant.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::Id;
use crate::schedule::{Override, OverrideAction, Schedule, Schedules, Shift};
use jiff::SignedDuration;
use std::collections::BTreeMap;

const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

/// Each override, applied in order with those that overlap it, and without it.
pub(super) fn without_effect(subject: &Subject<'_>) -> Vec<Found> {
    each(subject, |change, with, without| {
        let same = with.len() == without.len()
            && with
                .iter()
                .zip(without)
                .all(|(a, b)| (a.start, &a.on_call.users) == (b.start, &b.on_call.users));
        let why = match &change.action {
            OverrideAction::Replace { who, .. } => format!("`{who}` is not on call then"),
            OverrideAction::Set(_) | OverrideAction::Add(_) => {
                "the same people are on call without it".to_owned()
            }
        };
        same.then(|| format!("this override changes nothing: {why}"))
    })
}

/// One of a pair is replaced by the other.
pub(super) fn pair_into_one(subject: &Subject<'_>) -> Vec<Found> {
    each(subject, |change, with, without| {
        let OverrideAction::Replace { .. } = &change.action else { return None };
        let at = |shifts: &[Shift], shift: &Shift| {
            let found = shifts.iter().find(|it| it.start <= shift.start && shift.start < it.end);
            found.map_or(0, |it| it.on_call.users.len())
        };
        let shrinks = with.iter().any(|shift| shift.on_call.users.len() == 1 && at(without, shift) > 1);
        shrinks
            .then(|| "this override makes one person of a pair: who comes in is on call already".to_owned())
    })
}

/// What there is to say about each override that is not past, given the shifts of its time with and without it.
fn each(subject: &Subject<'_>, said: impl Fn(&Override, &[Shift], &[Shift]) -> Option<String>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let config = &subject.config.schedules;
    let mut alone = Schedules { schedules: BTreeMap::new(), time_off: config.time_off.clone() };
    let mut found = Vec::new();
    for (id, schedule) in &config.schedules {
        let to_come = schedule.overrides.iter().enumerate().filter(|(_, change)| change.until > today);
        for (index, change) in to_come {
            let last = change.until.checked_sub(NANOSECOND).unwrap_or(change.from);
            let mut touching = schedule.overrides.touching(change.from, last);
            let with = shifts(&mut alone, id, schedule, change, &touching);
            touching.retain(|other| *other != index);
            let without = shifts(&mut alone, id, schedule, change, &touching);
            if let (Some(message), Some(place)) = (said(change, &with, &without), change.origin.place()) {
                let found_here = Found::new(Spot::line(place), message);
                found.push(match subject.schedule_file(id) {
                    Some(file) => found_here.needs(&file),
                    None => found_here,
                });
            }
        }
    }
    found
}

/// The shifts of an override's time, by the layers of its schedule and these of its overrides.
fn shifts(
    alone: &mut Schedules,
    id: &Id,
    schedule: &Schedule,
    change: &Override,
    indices: &[usize],
) -> Vec<Shift> {
    let overrides: Vec<Override> =
        indices.iter().filter_map(|index| schedule.overrides.get(*index)).cloned().collect();
    let layers = schedule.layers.clone();
    let schedule = Schedule {
        time_zone: schedule.time_zone.clone(),
        layers,
        overrides: overrides.into(),
        apart_from: Vec::new(),
    };
    alone.schedules = [(id.clone(), schedule)].into();
    alone.shifts(id, change.from, change.until)
}
