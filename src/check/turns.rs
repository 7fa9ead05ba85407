//! Turns: those that never come, those cut in two by a handoff, and those that somebody's absence gives away.

use super::unused::everybody_ever;
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::Id;
use crate::language::words::{Words, moment};
use crate::place::Place;
use crate::schedule::{Layer, Schedules};
use jiff::{SignedDuration, Timestamp};

/// How much of an absence is looked at.
const ABSENCE_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);

/// With `turns: calendar`, a member whose shifts always fall outside of the windows.
pub(super) fn that_never_come(subject: &Subject<'_>) -> Vec<Found> {
    let found = |layer: &Layer, spot: &Spot| {
        let idle = layer.idle_members();
        let mut names: Vec<String> =
            idle.iter().map(|member| member.join(" and ")).map(|name| format!("`{name}`")).collect();
        names.dedup();
        let message = Words::new(
            format!(
                "the turns of {} never come: their shifts all fall outside of the windows",
                names.join(", ")
            ),
            format!("{} のシフトはすべて時間帯の外に当たり、当番が回ってきません", names.join("、")),
        );
        let help = Words::new(
            "`turns: active` counts only shifts with some time in a window",
            "`turns: active` にすると、時間帯にかかるシフトだけを数えます",
        );
        (!idle.is_empty()).then(|| Found::new(spot.key("rotation"), message).help(help))
    };
    layers(subject).filter_map(|(layer, spot)| found(layer, &spot)).collect()
}

pub(super) fn cut_by_a_handoff(subject: &Subject<'_>) -> Vec<Found> {
    let found = |layer: &Layer, spot: &Spot| {
        let handoff = layer.handoff_within_window()?;
        let message = Words::new(
            format!(
                "shifts change hands inside a window, such as on {}: two people have a part of it each",
                handoff.strftime("%a %Y-%m-%d at %H:%M")
            ),
            format!(
                "時間帯の途中で交代します（たとえば {}）。1 つの時間帯を 2 人で分けることになります",
                moment(handoff).ja
            ),
        );
        let help = Words::new(
            "let the handoff fall on the beginning of the window, or between two",
            "時間帯の始まりか、時間帯と時間帯の間に交代するようにしてください",
        );
        let one = Found::new(spot.key("rotation").key("handoff"), message).help(help);
        Some(one.label(spot.key("during"), Words::new("these are the windows", "この時間帯です")))
    };
    layers(subject).filter_map(|(layer, spot)| found(layer, &spot)).collect()
}

/// Whoever stands in for one turn stands in for the next one, too.
pub(super) fn given_away_twice(subject: &Subject<'_>) -> Vec<Found> {
    let Some(today) = subject.today else { return Vec::new() };
    let present = Schedules { time_off: Default::default(), ..subject.config.schedules.clone() };
    let mut found = Vec::new();
    for (user, time_off) in &subject.config.schedules.time_off {
        for off in time_off.iter().filter(|off| off.cover.is_none() && off.every.is_none()) {
            let Some(until) = off.until.filter(|until| *until > today) else { continue };
            let until = until.min(off.from.checked_add(ABSENCE_MAX).unwrap_or(Timestamp::MAX));
            for id in subject.shifts.keys().filter(|id| takes_turns(&present, id, user)) {
                let Some(file) = subject.schedule_file(id) else { continue };
                let turns = turns(&present, id, user, off.from, until);
                if turns > 1 {
                    let message = Words::new(
                        format!(
                            "`{user}` is off for {turns} turns on `{id}`: the next in line stands in for all of them"
                        ),
                        format!(
                            "`{user}` は `{id}` の当番 {turns} 回分を休むので、次の人がそのすべてを代わることになります"
                        ),
                    );
                    let help = Words::new(
                        "name a `cover`, or share them out by overrides",
                        "`cover` で代わる人を決めるか、オーバーライドで分担してください",
                    );
                    found.extend(
                        Place::read(&off.place)
                            .map(|place| Found::new(Spot::line(&place), message).help(help).needs(&file)),
                    );
                }
            }
        }
    }
    found
}

fn takes_turns(schedules: &Schedules, id: &Id, user: &Id) -> bool {
    schedules.schedules.get(id).is_some_and(|schedule| everybody_ever(schedule).contains(user))
}

/// The separate stretches of a range in which somebody is on call.
fn turns(schedules: &Schedules, id: &Id, user: &Id, from: Timestamp, until: Timestamp) -> usize {
    let shifts = schedules.shifts(id, from, until);
    let on_call: Vec<bool> = shifts.iter().map(|shift| shift.on_call.users.contains(user)).collect();
    let begins = on_call.iter().enumerate().filter(|(at, is)| **is && (*at == 0 || !on_call[at - 1]));
    begins.count()
}

pub(super) fn layers<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s Layer, Spot)> {
    let named = subject.config.schedules.schedules.iter();
    let placed =
        named.filter_map(|(id, schedule)| Some((schedule, &subject.config.schedule_names.get(id)?.1)));
    placed.flat_map(|(schedule, place)| {
        let layers = Spot::root(&place.file).key("layers");
        schedule.layers.iter().enumerate().map(move |(index, layer)| (layer, layers.index(index)))
    })
}
