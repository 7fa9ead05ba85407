//! Who is on call in the days to come: gaps, steps that reach the same people, and runs that are too long.
//!
//! Only schedules that a policy tells are looked at, and nothing that was left open on purpose counts as a gap.

use super::policies::{has_nobody, same_targets};
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Config, Id, Notify, Step};
use crate::language::words::{Words, moment};
use crate::preview::load::{Calendar, loads};
use crate::schedule::{Every, Schedule, Shift, Source, Turn, WhenOff};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The days in which every gap is told.
pub(super) const SOON_DAYS: i64 = 28;
/// The days in which gaps that come again are told.
const LATER_DAYS: i64 = 400;
/// The most days in a row that somebody should be on call: two weeks, from a Monday's handoff to a Monday's.
const RUN_DAYS_MAX: usize = 15;

/// From when until when.
pub type Span = (Timestamp, Timestamp);

/// The shifts of the next [`SOON_DAYS`] of every schedule that a policy tells.
pub(super) fn shifts(config: &Config, today: Option<Timestamp>) -> BTreeMap<Id, Vec<Shift>> {
    let Some(today) = today else { return BTreeMap::new() };
    let until = later(today, SOON_DAYS);
    let steps = config.policies.values().flat_map(|policy| &policy.steps);
    let used: BTreeSet<&Id> = steps.flat_map(schedules_of).collect();
    used.into_iter().map(|id| (id.clone(), config.schedules.shifts(id, today, until))).collect()
}

pub(super) fn gaps_soon(subject: &Subject<'_>) -> Vec<Found> {
    uncovered(subject, |id| subject.shifts.get(id).map(|shifts| gaps(shifts)).unwrap_or_default())
        .into_iter()
        .map(|(spot, step, gaps)| gap_found(subject, spot, step, &gaps, SOON_DAYS))
        .collect()
}

/// A follow-the-sun that leaves an hour open when one zone changes its clock, and the like. Where a gap is near, that is
/// said already.
pub(super) fn gaps_that_come_again(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let schedules = &subject.config.schedules;
    let far = |id: &Id| {
        let near = subject.shifts.get(id).is_some_and(|shifts| !gaps(shifts).is_empty());
        let filled = schedules.schedules.get(id).is_none_or(is_always_filled);
        if near || filled {
            return Vec::new();
        }
        gaps(&schedules.shifts(id, later(today, SOON_DAYS), later(today, LATER_DAYS)))
    };
    let uncovered = uncovered(subject, far).into_iter().filter(|(_, _, gaps)| gaps.len() > 1);
    uncovered.map(|(spot, step, gaps)| gap_found(subject, spot, step, &gaps, LATER_DAYS)).collect()
}

/// Later than soon, as far as overrides and time off are written. Those that are near, or come again, are said already.
pub(super) fn gaps_as_written(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let schedules = &subject.config.schedules;
    let until = schedules.written_until(today);
    let far = |id: &Id| {
        let near = subject.shifts.get(id).is_some_and(|shifts| !gaps(shifts).is_empty());
        if near { Vec::new() } else { gaps(&schedules.shifts(id, later(today, SOON_DAYS), until)) }
    };
    let again: Vec<Spot> = gaps_that_come_again(subject).into_iter().map(|found| found.spot).collect();
    let days = until.duration_since(today).as_hours() / 24;
    let uncovered = uncovered(subject, far).into_iter();
    let found = uncovered.map(|(spot, step, gaps)| gap_found(subject, spot, step, &gaps, days));
    found.filter(|found| !again.contains(&found.spot)).collect()
}

/// At some time, not always: that is another check's.
pub(super) fn same_people_at_times(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for policy in subject.config.policies.values() {
        for (before, step) in policy.steps.iter().zip(policy.steps.iter().skip(1)) {
            // In turn, the next one is told.
            if same_targets(before, step) || step.round_robin {
                continue;
            }
            let Some((at, people)) = first_the_same(subject, before, step) else { continue };
            let names: Vec<String> = people.iter().map(|id| format!("`{id}`")).collect();
            let at = local(subject, at);
            let message = Words::new(
                format!(
                    "at times, first on {}, this step reaches the same people as the step before: {}",
                    at.en,
                    names.join(" and ")
                ),
                format!(
                    "このステップが前のステップと同じ人に届く時間があります（最初は {}）: {}",
                    at.ja,
                    names.join("、")
                ),
            );
            let help = Words::new(
                "keep the schedules apart with `apart_from`, or name somebody else",
                "`apart_from` でスケジュールを分けるか、別の人を書いてください",
            );
            let one = Found::new(Spot::line(&step.place), message).help(help);
            let one = one.label(Spot::line(&before.place), Words::new("the step before", "前のステップ"));
            found.push(needing_files(subject, one, schedules_of(before).chain(schedules_of(step))));
        }
    }
    found
}

pub(super) fn long_runs(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let calendar = |id: &Id| Calendar {
        zone: config.users.get(id).map_or(&config.organisation.time_zone, |user| &user.time_zone),
        holidays: &config.organisation.holidays,
    };
    let first: BTreeSet<&Id> =
        config.policies.values().filter_map(|policy| policy.steps.first()).flat_map(schedules_of).collect();
    let shifts = subject.shifts.iter().filter(|(id, _)| first.contains(id));
    let loads = loads(shifts.flat_map(|(_, shifts)| shifts), calendar);
    let turn = first.iter().filter_map(|id| config.schedules.schedules.get(*id)).map(longest_turn).max();
    let most = turn.unwrap_or_default().max(RUN_DAYS_MAX);
    let long = loads.iter().filter(move |(_, load)| load.longest_run > most);
    long.filter_map(|(id, load)| {
        let user = config.users.get(id)?;
        let message = Words::new(format!("`{id}` is on call on {} dates in a row in the next {SOON_DAYS} days",
            load.longest_run.min(SOON_DAYS as usize)), format!("`{id}` は、これから {SOON_DAYS} 日のうち {} 日続けて当番です",
            load.longest_run.min(SOON_DAYS as usize)));
        let help = Words::new(format!("`oncall shifts --user {id}` shows them; every date counts that a shift touches; share them out, or add an override"), format!("`oncall shifts --user {id}` で確認できます。シフトが少しでもかかる日を数えています。分担するか、オーバーライドを加えてください"));
        let found = Found::new(Spot::root(&user.place.file).key("name").on(Part::Value), message).help(help);
        Some(needing_files(subject, found, subject.shifts.keys()))
    })
    .collect()
}

/// The dates that the longest turn of a schedule touches: as long as that, somebody is on call as it was meant.
fn longest_turn(schedule: &Schedule) -> usize {
    let rotations =
        schedule.layers.iter().filter(|layer| !layer.shadow).filter_map(|layer| match &layer.turn {
            Turn::Rotation(rotation) => rotation.line_ups.last(),
            Turn::Always(_) => None,
        });
    let days = rotations.map(|line_up| match line_up.rhythm.every {
        Every::Hours(hours) => hours / 24,
        Every::Days(days) => days,
        Every::Weeks(weeks) => 7 * weeks,
        Every::Months(months) => 31 * months,
    });
    days.max().and_then(|days| usize::try_from(days).ok()).map_or(0, |days| days + 1)
}

/// A step that tells only schedules, and when none of them has anybody, though not on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    pub schedules: Vec<Id>,
    /// In order; empty if somebody is always on call.
    pub gaps: Vec<Span>,
}

/// Every step that tells only schedules, each combination once, over `[from, until)`.
pub fn uncovered_by_step(config: &Config, from: Timestamp, until: Timestamp) -> Vec<Uncovered> {
    let gaps_of = |id: &Id| gaps(&config.schedules.shifts(id, from, until));
    let mut found: Vec<Uncovered> = Vec::new();
    for (step, gaps) in open_steps(config, gaps_of) {
        let schedules: Vec<Id> = schedules_of(step).cloned().collect();
        if !found.iter().any(|it| it.schedules == schedules) {
            found.push(Uncovered { schedules, gaps });
        }
    }
    found
}

/// Each step that tells only schedules, with the time that their gaps have in common.
fn open_steps(config: &Config, gaps_of: impl Fn(&Id) -> Vec<Span>) -> Vec<(&Step, Vec<Span>)> {
    let mut known: BTreeMap<&Id, Vec<Span>> = BTreeMap::new();
    let mut found = Vec::new();
    for step in config.policies.values().flat_map(|policy| &policy.steps) {
        let schedules: Vec<&Id> = schedules_of(step).collect();
        if schedules.len() < step.notify.len() || schedules.iter().any(|id| has_nobody(config, id)) {
            continue;
        }
        for id in &schedules {
            known.entry(id).or_insert_with(|| gaps_of(id));
        }
        let mut open = schedules.iter().filter_map(|id| known.get(id).cloned());
        let Some(first) = open.next() else { continue };
        found.push((step, open.fold(first, |all, other| overlap(&all, &other))));
    }
    found
}

/// Where a step reaches nobody: the schedule, or the step where it tells several; and the gaps.
fn uncovered<'c>(
    subject: &Subject<'c>,
    gaps_of: impl Fn(&Id) -> Vec<Span>,
) -> Vec<(Spot, &'c Step, Vec<Span>)> {
    let mut told: BTreeSet<Id> = BTreeSet::new();
    let mut found = Vec::new();
    for (step, gaps) in open_steps(subject.config, gaps_of) {
        if gaps.is_empty() {
            continue;
        }
        let schedules: Vec<&Id> = schedules_of(step).collect();
        match schedules.as_slice() {
            [only] if told.insert((*only).clone()) => {
                let place = subject.config.schedule_names.get(*only).map(|(_, place)| place);
                found.extend(place.map(|place| (Spot::root(&place.file).key("name"), step, gaps)));
            }
            [_] => {}
            _ => found.push((Spot::line(&step.place), step, gaps)),
        }
    }
    found
}

fn gap_found(subject: &Subject<'_>, spot: Spot, step: &Step, gaps: &[Span], days: i64) -> Found {
    let first = gaps.first().map_or_else(Words::default, |(start, end)| {
        let (start, end) = (local(subject, *start), local(subject, *end));
        Words::new(
            format!("from {} until {}", start.en, end.en),
            format!("{} から {} まで", start.ja, end.ja),
        )
    });
    let more = match gaps.len() - 1 {
        0 => Words::default(),
        1 => Words::new(", and once more", "（ほか 1 回）"),
        more => Words::new(format!(", and {more} more times"), format!("（ほか {more} 回）")),
    };
    let message = Words::new(
        format!("nobody is on call {}{} in the next {days} days", first.en, more.en),
        format!("これから {days} 日の間、{}当番がいません{}", first.ja, more.ja),
    );
    let help = Words::new(
        "the step is passed at once then: fill the hours with a layer, or say why they are open with `with: nobody`",
        "この間ステップはすぐに飛ばされます。レイヤーで埋めるか、意図したものなら `with: nobody` で理由を書いてください",
    );
    let found = Found::new(spot, message).help(help);
    let found = found.label(
        Spot::line(&step.place),
        Words::new("this step then reaches nobody", "この間、このステップは誰にも届きません"),
    );
    needing_files(subject, found, schedules_of(step))
}

fn needing_files<'i>(subject: &Subject<'_>, found: Found, ids: impl Iterator<Item = &'i Id>) -> Found {
    ids.filter_map(|id| subject.schedule_file(id)).fold(found, |found, file| found.needs(&file))
}

fn schedules_of(step: &Step) -> impl Iterator<Item = &Id> {
    step.notify.iter().filter_map(|notify| match notify {
        Notify::Schedule(id) => Some(id),
        Notify::User(_) => None,
    })
}

/// Stretches of nobody, joined, less those that an override asks for.
fn gaps(shifts: &[Shift]) -> Vec<Span> {
    let open = shifts.iter().filter(|shift| {
        shift.on_call.users.is_empty() && !matches!(shift.on_call.source, Source::Override(_))
    });
    let mut gaps: Vec<Span> = Vec::new();
    for shift in open {
        match gaps.last_mut() {
            Some(last) if last.1 == shift.start => last.1 = shift.end,
            _ => gaps.push((shift.start, shift.end)),
        }
    }
    gaps
}

/// The time that two sorted lists have in common.
fn overlap(one: &[Span], other: &[Span]) -> Vec<Span> {
    let both = one.iter().flat_map(|a| other.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
    both.filter(|(start, end)| start < end).collect()
}

/// Some layer has somebody at every instant, absences aside.
fn is_always_filled(schedule: &Schedule) -> bool {
    schedule.layers.iter().any(|layer| {
        let somebody = match &layer.turn {
            Turn::Always(people) => !people.is_empty(),
            Turn::Rotation(rotation) => {
                let last = rotation.line_ups.last();
                rotation.when_off == WhenOff::Next
                    && last.is_some_and(|it| it.members.iter().all(|member| !member.is_empty()))
            }
        };
        let always = layer.during.is_none() && layer.from.is_none() && layer.until.is_none();
        somebody && !layer.shadow && always
    })
}

/// The first instant of the days to come at which both steps reach the same people, and who that is.
fn first_the_same(subject: &Subject<'_>, before: &Step, step: &Step) -> Option<(Timestamp, BTreeSet<Id>)> {
    let schedules = schedules_of(before).chain(schedules_of(step));
    let edges: BTreeSet<Timestamp> =
        schedules.filter_map(|id| subject.shifts.get(id)).flatten().map(|shift| shift.start).collect();
    edges.into_iter().find_map(|at| {
        let people = reached(subject, step, at);
        (!people.is_empty() && people == reached(subject, before, at)).then_some((at, people))
    })
}

fn reached(subject: &Subject<'_>, step: &Step, at: Timestamp) -> BTreeSet<Id> {
    let mut people = BTreeSet::new();
    for notify in &step.notify {
        match notify {
            Notify::User(id) => {
                let present = subject.config.schedules.is_off(id, at).is_none();
                people.extend(present.then(|| id.clone()));
            }
            Notify::Schedule(id) => {
                let shifts = subject.shifts.get(id).map_or(&[][..], Vec::as_slice);
                let after = shifts.partition_point(|shift| shift.start <= at);
                let shift = after.checked_sub(1).and_then(|last| shifts.get(last));
                people.extend(shift.into_iter().flat_map(|shift| shift.on_call.users.iter().cloned()));
            }
        }
    }
    people
}

/// `Fri 2026-11-27 19:00`, in the organisation's zone.
fn local(subject: &Subject<'_>, at: Timestamp) -> Words {
    moment(at.to_zoned(subject.config.organisation.time_zone.clone()).datetime())
}

fn later(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}
