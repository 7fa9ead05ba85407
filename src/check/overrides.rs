//! Overrides that do not do what whoever wrote them meant.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::Id;
use crate::language::words::Words;
use crate::place::Place;
use crate::schedule::{Override, OverrideAction, Schedule, Schedules, Shift};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

/// Each override, applied in order with those that overlap it, and without it. One over several schedules may change
/// nothing on some of them.
pub(super) fn without_effect(subject: &Subject<'_>) -> Vec<Found> {
    let mut changed: BTreeSet<Place> = BTreeSet::new();
    let found = each(subject, |change, around| {
        if !same_people(&around.with, &around.without) {
            changed.extend(change.origin.place().cloned());
            return None;
        }
        let undone = !same_people(&around.until_here, &around.before);
        let why = match &change.action {
            _ if undone => Words::new("a later one takes it back", "後のオーバーライドが元に戻しています"),
            OverrideAction::Replace { who, .. } => Words::new(
                format!("`{who}` is not on call then"),
                format!("`{who}` はその間の当番ではありません"),
            ),
            OverrideAction::Set(_) | OverrideAction::Add(_) => {
                Words::new("the same people are on call without it", "これがなくても同じ人が当番です")
            }
        };
        let later = around.later.clone().filter(|_| undone);
        Some((
            Words::new(
                format!("this override changes nothing: {}", why.en),
                format!("このオーバーライドは何も変えません。{}", why.ja),
            ),
            later,
        ))
    });
    let mut said: Vec<Spot> = changed.iter().map(Spot::line).collect();
    let mut once = Vec::new();
    for each in found {
        if !said.contains(&each.spot) {
            said.push(each.spot.clone());
            // It may change something on a schedule that does not load.
            once.push(each.needs_all("schedules/"));
        }
    }
    once
}

/// One of a pair is replaced by the other, or by nobody.
pub(super) fn pair_into_one(subject: &Subject<'_>) -> Vec<Found> {
    each(subject, |change, schedules| {
        let OverrideAction::Replace { who, with } = &change.action else { return None };
        let at = |shifts: &[Shift], shift: &Shift| {
            let found = shifts.iter().find(|it| it.start <= shift.start && shift.start < it.end);
            found.map_or(0, |it| it.on_call.users.len())
        };
        let Around { with: after, without, .. } = schedules;
        let shrinks = after.iter().any(|shift| shift.on_call.users.len() == 1 && at(without, shift) > 1);
        let why = match with.as_slice() {
            [] => Words::new(
                format!("nobody comes in for `{who}`"),
                format!("`{who}` の代わりに入る人がいません"),
            ),
            [only] => Words::new(
                format!("`{only}`, who comes in for `{who}`, is on call already"),
                format!("`{who}` の代わりに入る `{only}` は、すでに当番です"),
            ),
            several => {
                let names: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
                Words::new(
                    format!("{}, who come in for `{who}`, are on call already", names.join(" and ")),
                    format!("`{who}` の代わりに入る {} は、すでに当番です", names.join("、")),
                )
            }
        };
        shrinks.then(|| {
            (
                Words::new(
                    format!("this override makes one person of a pair: {}", why.en),
                    format!("このオーバーライドで、2 人の当番が 1 人になります。{}", why.ja),
                ),
                None,
            )
        })
    })
}

/// The shifts of an override's time: with it, without it, and those of the overrides up to it and before it alone.
struct Around {
    with: Vec<Shift>,
    without: Vec<Shift>,
    until_here: Vec<Shift>,
    before: Vec<Shift>,
    /// The last override of the same time that is written after it.
    later: Option<Place>,
}

/// The same people at each instant, whatever they owe it to.
fn same_people(one: &[Shift], other: &[Shift]) -> bool {
    people(one) == people(other)
}

/// When who begins, neighbours with the same people made one.
fn people(shifts: &[Shift]) -> Vec<(Timestamp, &[Id])> {
    let mut people: Vec<(Timestamp, &[Id])> =
        shifts.iter().map(|it| (it.start, &*it.on_call.users)).collect();
    people.dedup_by(|next, before| next.1 == before.1);
    people
}

/// What there is to say about each override that is not past, given the shifts of its time with and without it.
fn each(
    subject: &Subject<'_>,
    mut said: impl FnMut(&Override, &Around) -> Option<(Words, Option<Place>)>,
) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let config = &subject.config.schedules;
    let mut alone = Schedules { schedules: BTreeMap::new(), time_off: config.time_off.clone() };
    let mut found = Vec::new();
    for (id, schedule) in &config.schedules {
        let to_come = schedule.overrides.iter().enumerate().filter(|(_, change)| change.until > today);
        for (index, change) in to_come {
            let last = change.until.checked_sub(NANOSECOND).unwrap_or(change.from);
            let touching = schedule.overrides.touching(change.from, last);
            let mut of = |chosen: Vec<usize>| shifts(&mut alone, id, schedule, change, &chosen);
            let others = touching.iter().copied().filter(|it| *it != index).collect();
            let until_here = touching.iter().copied().filter(|it| *it <= index).collect();
            let before = touching.iter().copied().filter(|it| *it < index).collect();
            let later = touching.last().filter(|last| **last > index);
            let later = later.and_then(|last| schedule.overrides.get(*last)?.origin.place().cloned());
            let around = Around {
                with: of(touching.clone()),
                without: of(others),
                until_here: of(until_here),
                before: of(before),
                later,
            };
            if let (Some((message, later)), Some(place)) = (said(change, &around), change.origin.place()) {
                let mut found_here = Found::new(Spot::line(place), message);
                if let Some(later) = later {
                    let help = Words::new(
                        "of two people who swap, each line covers the turn of one: give each its own dates",
                        "2 人が入れ替わるときは、1 行ごとに 1 人分のシフトを書きます。それぞれの日付を書いてください",
                    );
                    found_here =
                        found_here.help(help).label(Spot::line(&later), Words::new("this one", "こちらです"));
                }
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
