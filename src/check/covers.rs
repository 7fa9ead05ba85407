//! Covers of absences: those who are away themselves, kept apart, or never asked.
//!
//! Only an absence whose cover is written is looked at: without one, the next in line stands in.

use super::unused::everybody_ever;
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::Id;
use crate::language::words::{Words, moment};
use crate::place::Place;
use crate::schedule::{Schedules, TimeOff, UserId};
use jiff::{SignedDuration, Timestamp};

/// How much of an absence is looked at.
const ABSENCE_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A cover that does not stand in for some or all of the time.
pub(super) fn without_effect(subject: &Subject<'_>) -> Vec<Found> {
    let all = subject.config.schedules.time_off.iter();
    let covered = all.flat_map(|(user, list)| list.iter().map(move |off| (user, off)));
    let covered = covered.filter_map(|(user, off)| Some((user, off, off.cover.as_ref()?)));
    covered
        .filter_map(|(user, off, cover)| {
            never_asked(subject, user, off, cover)
                .or_else(|| away(subject, off, cover))
                .or_else(|| kept_apart(subject, user, off, cover))
        })
        .collect()
}

/// Another absence of the same person names a cover for all of the time.
fn never_asked(subject: &Subject<'_>, user: &Id, off: &TimeOff, cover: &Id) -> Option<Found> {
    let schedules = &subject.config.schedules;
    let list = schedules.time_off.get(user)?;
    let far = off.from.checked_add(ABSENCE_MAX).unwrap_or(Timestamp::MAX);
    let (first, _) = off.spans_within(off.from, off.until.unwrap_or(far)).into_iter().next()?;
    let edges = list.iter().flat_map(|it| [Some(it.from), it.until]).flatten();
    let mut looked_at = edges.chain([first]).filter(|at| off.contains(*at));
    if looked_at.any(|at| schedules.cover(user, at) == Some(cover)) {
        return None;
    }
    let other = list.iter().find(|it| it.place != off.place && it.cover.is_some() && it.contains(first))?;
    let message = Words::new(
        format!("`{cover}` never stands in: another absence of `{user}` names a cover for all of this time"),
        format!(
            "`{cover}` が代わることはありません。`{user}` の別の休みが、この期間すべての代理を決めています"
        ),
    );
    let one = Found::new(Spot::line(&Place::read(&off.place)?), message);
    Some(
        one.label(Spot::line(&Place::read(&other.place)?), Words::new("the other one", "もう一方"))
            .help(Words::new("leave one of the two out", "どちらかを消してください")),
    )
}

fn away(subject: &Subject<'_>, off: &TimeOff, cover: &Id) -> Option<Found> {
    let all = subject.config.schedules.time_off.get(cover)?;
    let far = off.from.checked_add(ABSENCE_MAX).unwrap_or(Timestamp::MAX);
    let spans = off.spans_within(off.from, off.until.unwrap_or(far));
    let both =
        |theirs: &&TimeOff| spans.iter().any(|(from, until)| !theirs.spans_within(*from, *until).is_empty());
    let theirs = all.iter().find(both)?;
    let message = Words::new(
        format!("`{cover}` is away for some of this time, too, and cannot cover it"),
        format!("`{cover}` もこの期間の一部は休みなので、代われません"),
    );
    let one = Found::new(Spot::line(&Place::read(&off.place)?), message);
    let one = one.help(Words::new(
        "name somebody else, or split the time in two",
        "別の人にするか、期間を 2 つに分けてください",
    ));
    Some(one.label(
        Spot::line(&Place::read(&theirs.place)?),
        Words::new(format!("`{cover}` is away here"), format!("`{cover}` はここで休みです")),
    ))
}

/// On call on a schedule that the absent person's is kept apart from.
fn kept_apart(subject: &Subject<'_>, user: &Id, off: &TimeOff, cover: &Id) -> Option<Found> {
    let today = subject.today?;
    let config = &subject.config.schedules;
    let from = off.from.max(today);
    let until = off.until.unwrap_or(Timestamp::MAX).min(from.checked_add(ABSENCE_MAX).ok()?);
    let mut there = config.clone();
    there.time_off.remove(user);
    let apart = config.schedules.iter().filter(|(_, it)| !it.apart_from.is_empty());
    for (id, schedule) in apart.filter(|(_, it)| everybody_ever(it).contains(user)) {
        let spans = off.spans_within(from, until).into_iter();
        let turns = spans.flat_map(|(from, until)| there.shifts(id, from, until));
        for turn in turns.filter(|it| it.on_call.users.contains(user)) {
            let clash = schedule
                .apart_from
                .iter()
                .find_map(|other| Some((other, missing(config, (id, other), cover, turn.start, turn.end)?)));
            let Some((other, at)) = clash else { continue };
            let from = moment(at.to_zoned(subject.config.organisation.time_zone.clone()).datetime());
            let message = Words::new(
                format!(
                    "`{cover}` does not stand in on `{id}` from {}: they are on call on `{other}` then, and the two are kept apart",
                    from.en
                ),
                format!(
                    "`{cover}` は {} から `{id}` を代われません。その間 `{other}` の当番で、2 つのスケジュールは重ならないようにされています",
                    from.ja
                ),
            );
            let one = Found::new(Spot::line(&Place::read(&off.place)?), message);
            return Some(
                one.help(Words::new(
                    "name somebody else for these hours",
                    "この時間には別の人を書いてください",
                ))
                .needs(&subject.schedule_file(id)?),
            );
        }
    }
    None
}

/// When somebody is first on call on the other schedule, and not on this one.
fn missing(
    schedules: &Schedules,
    (id, other): (&Id, &Id),
    cover: &UserId,
    from: Timestamp,
    until: Timestamp,
) -> Option<Timestamp> {
    let elsewhere = schedules.shifts(other, from, until);
    let mut elsewhere = elsewhere.into_iter().filter(|it| it.on_call.users.contains(cover));
    elsewhere.find_map(|it| (!schedules.on_call(id, it.start).users.contains(cover)).then_some(it.start))
}
