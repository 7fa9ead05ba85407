//! What depends on the date: the past, and what ends soon.

use super::people::newest;
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Id, Notify, SilencePeriod};
use crate::place::Place;
use crate::schedule::{OverrideAction, Turn};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::collections::BTreeSet;

/// How long before their end a list of holidays is warned about.
const HOLIDAYS_LEFT_MIN: SignedDuration = SignedDuration::from_hours(60 * 24);

pub(super) fn past_override(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let schedules = subject.config.schedules.schedules.values();
    schedules
        .flat_map(|schedule| &schedule.overrides)
        .filter(|each| each.until <= today)
        .filter_map(|each| Some(Found::new(Spot::line(each.origin.place()?), "this override is past")))
        .map(|found| found.help("it can go; git remembers it"))
        .collect()
}

pub(super) fn past_silence(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let past = subject.config.silences.iter().filter(|silence| match &silence.period {
        SilencePeriod::Once { until, .. } | SilencePeriod::Every { until, .. } => *until <= today,
    });
    past.map(|silence| Found::new(Spot::line(&silence.place()), "this silence is past").help("it can go"))
        .collect()
}

/// An override wins over time off; whoever wrote it may not have known.
pub(super) fn override_of_absent(subject: &Subject<'_>) -> Vec<Found> {
    let schedules = &subject.config.schedules;
    let mut found = Vec::new();
    for each in schedules.schedules.values().flat_map(|schedule| &schedule.overrides) {
        let people = match &each.action {
            OverrideAction::Set(people) | OverrideAction::Add(people) => people,
            OverrideAction::Replace { with, .. } => with,
        };
        for id in people {
            let off = schedules.time_off.get(id).into_iter().flatten();
            let absent = off
                .into_iter()
                .any(|off| off.from < each.until && off.until.is_none_or(|until| until > each.from));
            if let Some(place) = each.origin.place().filter(|_| absent) {
                let message = format!("`{id}` is off for some of this time, and is on call all the same");
                found.push(Found::new(Spot::line(place), message));
            }
        }
    }
    found
}

pub(super) fn holidays_end(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let zone = &subject.config.organisation.time_zone;
    let Ok(soon) = today.checked_add(HOLIDAYS_LEFT_MIN) else { return Vec::new() };
    let soon = soon.to_zoned(zone.clone()).date();
    let files = subject.compiled.sources.files.iter().filter(|(file, _)| file.starts_with("holidays/"));
    let mut found = Vec::new();
    for (file, source) in files {
        let dates: Vec<Date> = source.scalars("date").filter_map(|text| text.parse().ok()).collect();
        if let Some(last) = dates.iter().max().filter(|last| **last < soon) {
            let message = format!("the last holiday here is {last}: after it, every day is a working day");
            found.push(
                Found::new(Spot::root(file).on(Part::FirstLine), message)
                    .help("add the next years")
                    .needs(file),
            );
        }
    }
    found
}

pub(super) fn has_left(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let gone = gone(subject, today);
    let config = subject.config;
    let mut found = Vec::new();
    let message = |id: &Id| format!("`{id}` has left");
    for (id, schedule) in &config.schedules.schedules {
        let Some((_, place)) = config.schedule_names.get(id) else { continue };
        for (index, layer) in schedule.layers.iter().enumerate() {
            let spot = Spot::root(&place.file).key("layers").index(index).on(Part::FirstLine);
            let members: BTreeSet<Id> = newest(layer).into_iter().filter(|id| gone.contains(id)).collect();
            let still = members.iter().map(|id| Found::new(spot.clone(), message(id)));
            found.extend(still.map(|found| found.help("add a line-up without them")));
        }
    }
    for step in config.policies.values().flat_map(|policy| &policy.steps) {
        for notify in &step.notify {
            if let Notify::User(id) = notify
                && gone.contains(id)
            {
                found.push(Found::new(Spot::line(&step.place), message(id)).help("name somebody else"));
            }
        }
    }
    found
}

fn gone(subject: &Subject<'_>, today: Timestamp) -> BTreeSet<Id> {
    let everybody = subject.config.schedules.time_off.iter();
    let gone = everybody.filter(|(_, off)| off.iter().any(|off| off.until.is_none() && off.from <= today));
    gone.map(|(id, _)| id.clone()).collect()
}

/// Whatever is dated later than this has, most likely, a wrong year.
const AWAY_MAX: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

pub(super) fn far_away(subject: &Subject<'_>) -> Vec<Found> {
    let Some(far) = subject.today.and_then(|today| today.checked_add(AWAY_MAX).ok()) else {
        return Vec::new();
    };
    let config = subject.config;
    let mut places: Vec<Place> = Vec::new();
    for schedule in config.schedules.schedules.values() {
        let overrides = schedule.overrides.iter().filter(|each| each.until > far);
        places.extend(overrides.filter_map(|each| each.origin.place().cloned()));
        let zone = &schedule.time_zone;
        let rotations = schedule.layers.iter().filter_map(|layer| match &layer.turn {
            Turn::Rotation(rotation) => Some(rotation),
            Turn::Always(_) => None,
        });
        let line_ups = rotations.flat_map(|rotation| &rotation.line_ups);
        let late = line_ups.filter(|line_up| line_up.from > far.to_zoned(zone.clone()).date());
        places.extend(late.filter_map(|line_up| Place::read(&line_up.place)));
    }
    let time_off = config.schedules.time_off.values().flatten();
    let late = time_off.filter(|off| off.until.unwrap_or(off.from) > far);
    places.extend(late.filter_map(|off| Place::read(&off.place)));
    places.extend(config.silences.iter().filter_map(|silence| match &silence.period {
        SilencePeriod::Once { until, .. } | SilencePeriod::Every { until, .. } => {
            (*until > far).then(|| silence.place())
        }
    }));
    let message = "this is more than two years away: is the year right?";
    places.iter().map(|place| Found::new(Spot::line(place), message)).collect()
}
