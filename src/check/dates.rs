//! What depends on the date: the past, and what ends soon.

use super::members::newest;
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Id, Notify, SilencePeriod};
use crate::language::words::{Words, moment};
use crate::place::Place;
use crate::schedule::{OverrideAction, TimeOff, Turn};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::collections::{BTreeMap, BTreeSet};

/// How long before their end a list of holidays is warned about.
const HOLIDAYS_LEFT_MIN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// How long before somebody leaves it is said where they will be missing.
const LEAVES_SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn past_override(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let schedules = subject.config.schedules.schedules.values();
    schedules
        .flat_map(|schedule| &schedule.overrides)
        .filter(|each| each.until <= today)
        .filter_map(|each| {
            Some(Found::new(
                Spot::line(each.origin.place()?),
                Words::new("this override is past", "このオーバーライドは過ぎています"),
            ))
        })
        .map(|found| {
            found.help(Words::new("it can go; git remembers it", "消してかまいません。履歴は git に残ります"))
        })
        .collect()
}

pub(super) fn past_silence(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let past = subject.config.silences.iter().filter(|silence| match &silence.period {
        SilencePeriod::Once { until, .. } => *until <= today,
        SilencePeriod::Every { hours, until, .. } => hours.last_end(*until) <= today,
    });
    past.map(|silence| {
        Found::new(
            Spot::line(&silence.place()),
            Words::new("this silence is past", "このサイレンスは過ぎています"),
        )
        .help(Words::new("it can go", "消してかまいません"))
    })
    .collect()
}

/// An override wins over time off; whoever wrote it may not have known. Only hours in which the person is on call count.
pub(super) fn override_of_absent(subject: &Subject<'_>) -> Vec<Found> {
    let schedules = &subject.config.schedules;
    let mut found = Vec::new();
    for (schedule, each) in
        schedules.schedules.iter().flat_map(|(id, it)| it.overrides.iter().map(move |each| (id, each)))
    {
        let people = match &each.action {
            OverrideAction::Set(people) | OverrideAction::Add(people) => people,
            OverrideAction::Replace { with, .. } => with,
        };
        for id in people {
            let away = schedules.time_off.get(id).into_iter().flatten().find_map(|off| {
                let spans = off.spans_within(each.from, each.until).into_iter();
                let mut shifts = spans.flat_map(|(from, until)| schedules.shifts(schedule, from, until));
                let on_call = shifts.find(|shift| shift.on_call.users.contains(id))?;
                Some((on_call, off))
            });
            if let (Some(place), Some((shift, off))) = (each.origin.place(), away) {
                let zone = &subject.config.organisation.time_zone;
                let local = |at: Timestamp| moment(at.to_zoned(zone.clone()).datetime());
                let (from, until) = (local(shift.start), local(shift.end));
                let message = Words::new(
                    format!(
                        "`{id}` is away, and this override puts them on call all the same: from {} until {}",
                        from.en, until.en
                    ),
                    format!(
                        "`{id}` は休みですが、このオーバーライドで {} から {} まで当番になっています",
                        from.ja, until.ja
                    ),
                );
                let one = Found::new(Spot::line(place), message).help(Words::new(
                    "name somebody else for these hours",
                    "この時間には別の人を書いてください",
                ));
                found.push(match Place::read(&off.place) {
                    Some(off) => one.label(Spot::line(&off), Words::new("away by this", "この休みです")),
                    None => one,
                });
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
            let message = Words::new(
                format!("the last holiday here is {last}: after it, every day is a working day"),
                format!("最後の休日は {last} です。それより後は、すべての日が平日として扱われます"),
            );
            found.push(
                Found::new(Spot::root(file).on(Part::FirstLine), message)
                    .help(Words::new("add the next years", "翌年以降の分を加えてください"))
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
    let said = |spot: Spot, id: &Id, help: Words| {
        let off = gone.get(id)?;
        let date = off.from.to_zoned(config.users.get(id)?.time_zone.clone()).date();
        let message = if off.from <= today {
            Words::new(format!("`{id}` has left"), format!("`{id}` はもういません"))
        } else {
            Words::new(
                format!("`{id}` leaves on {date}, and is missing here from then on"),
                format!("`{id}` は {date} でいなくなり、それ以降ここが空きます"),
            )
        };
        let one = Found::new(spot, message).help(help);
        Some(match Place::read(&off.place) {
            Some(place) if off.from > today => {
                one.label(Spot::line(&place), Words::new("the date", "その日付"))
            }
            _ => one,
        })
    };
    for (id, schedule) in &config.schedules.schedules {
        let Some((_, place)) = config.schedule_names.get(id) else { continue };
        for (index, layer) in schedule.layers.iter().enumerate() {
            let spot = Spot::root(&place.file).key("layers").index(index).on(Part::FirstLine);
            let members: BTreeSet<Id> = newest(layer).into_iter().collect();
            found.extend(members.iter().filter_map(|id| {
                said(
                    spot.clone(),
                    id,
                    Words::new("add a line-up without them", "この人のいない当番順を加えてください"),
                )
            }));
        }
    }
    for step in config.policies.values().flat_map(|policy| &policy.steps) {
        for notify in &step.notify {
            if let Notify::User(id) = notify {
                found.extend(said(
                    Spot::line(&step.place),
                    id,
                    Words::new("name somebody else", "別の人を書いてください"),
                ));
            }
        }
    }
    found
}

/// Who has left, or leaves within [`LEAVES_SOON`].
fn gone<'s>(subject: &'s Subject<'_>, today: Timestamp) -> BTreeMap<&'s Id, &'s TimeOff> {
    let soon = today.checked_add(LEAVES_SOON).unwrap_or(Timestamp::MAX);
    let everybody = subject.config.schedules.time_off.iter();
    let left =
        everybody.map(|(id, off)| (id, off.iter().find(|off| off.until.is_none() && off.from <= soon)));
    left.filter_map(|(id, off)| Some((id, off?))).collect()
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
        let late = line_ups.filter(|line_up| line_up.rhythm.from > far.to_zoned(zone.clone()).date());
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
    let message = Words::new(
        "this is more than two years away: is the year right?",
        "2 年以上先の日付です。年は合っていますか？",
    );
    places.iter().map(|place| Found::new(Spot::line(place), message.clone())).collect()
}
