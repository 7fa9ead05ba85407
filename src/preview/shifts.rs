//! Shifts as people have them: neighbours that differ only in what somebody does not ask about are one stretch.
//!
//! A schedule's own shifts change with every shadow and every rule. A calendar asks for the same people, a person for
//! the own part. What is asked decides where a stretch begins and ends; who is on call is decided in `schedule`.

use crate::config::Config;
use crate::schedule::{
    OnCall, OverrideAction, Reason, Schedule, ScheduleId, Shift, Turn, UserId, first_instant,
};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// A stretch that lasts longer is cut at the first of a month, so that one without an end begins at some time.
pub const WHOLE_MAX: SignedDuration = SignedDuration::from_hours(92 * 24);
/// How far around a range shifts must be known, so that a stretch's own beginning and end are: [`WHOLE_MAX`] and two
/// months.
pub const LEAD_IN: SignedDuration = SignedDuration::from_hours((92 + 2 * 32) * 24);

/// Touching shifts that are the same to whoever asks.
#[derive(Clone, Debug)]
pub struct Stretch<'s, 'c, K> {
    /// What they have in common.
    pub of: K,
    pub start: Timestamp,
    pub end: Timestamp,
    /// Those it was made of before it was cut.
    shifts: &'s [(Shift, Reason<'c>)],
    /// Who is on call then; `None` where it is not known.
    pub next: Option<&'s OnCall>,
    /// It was cut here, and nothing changes.
    pub goes_on: bool,
}

impl<'s, 'c, K> Stretch<'s, 'c, K> {
    /// The shifts it is made of; the first and the last may reach beyond it.
    pub fn parts(&self) -> impl Iterator<Item = &'s (Shift, Reason<'c>)> {
        let (start, end) = (self.start, self.end);
        self.shifts.iter().filter(move |(shift, _)| shift.start < end && shift.end > start)
    }
}

/// What a person does on a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    OnCall,
    Shadow,
}

/// The role of a person, if they have one.
pub fn role(on_call: &OnCall, user: &str) -> Option<Role> {
    let among = |people: &[UserId]| people.iter().any(|id| **id == *user);
    if among(&on_call.users) { Some(Role::OnCall) } else { among(&on_call.shadows).then_some(Role::Shadow) }
}

/// The stretches of touching shifts of which `of` says the same. Those of which it says `None` are left out.
pub fn stretches<'s, 'c, K: PartialEq>(
    shifts: &'s [(Shift, Reason<'c>)],
    of: impl Fn(&(Shift, Reason<'c>)) -> Option<K>,
) -> Vec<Stretch<'s, 'c, K>> {
    let mut stretches = Vec::new();
    let mut seen = 0;
    for same in shifts.chunk_by(|a, b| of(a) == of(b)) {
        seen += same.len();
        let next = shifts.get(seen).map(|(shift, _)| &shift.on_call);
        if let [(first, _), ..] = same
            && let [.., (last, _)] = same
            && let Some(of) = same.first().and_then(&of)
        {
            let (start, end, goes_on) = (first.start, last.end, false);
            stretches.push(Stretch { of, start, end, shifts: same, next, goes_on });
        }
    }
    stretches
}

/// The stretches that touch `[from, until)`, whole and not clipped to it, and none much longer than [`WHOLE_MAX`]. Each
/// begins and ends at the same instants whatever range is asked for. `shifts` must begin [`LEAD_IN`] before `from` and
/// end as much after `until`.
pub fn whole<'s, 'c, K: Clone>(
    stretches: Vec<Stretch<'s, 'c, K>>,
    zone: &TimeZone,
    (from, until): (Timestamp, Timestamp),
) -> Vec<Stretch<'s, 'c, K>> {
    let pieces = stretches.into_iter().flat_map(|stretch| cut(stretch, zone));
    pieces.filter(|piece| piece.end > from && piece.start < until).collect()
}

/// Cuts at the first of each month before which it has lasted long already.
fn cut<'s, 'c, K: Clone>(stretch: Stretch<'s, 'c, K>, zone: &TimeZone) -> Vec<Stretch<'s, 'c, K>> {
    let long = stretch.start.checked_add(WHOLE_MAX).unwrap_or(Timestamp::MAX);
    let month = zone.to_datetime(long).date().first_of_month();
    let months = (0..).map_while(|months: i32| month.checked_add(months.months()).ok());
    let firsts = months.map(|month| first_instant(zone, month.at(0, 0, 0, 0)));
    let (mut pieces, end) = (Vec::new(), stretch.end);
    let mut rest = stretch;
    for first in firsts.skip_while(|first| *first < long).take_while(|first| *first < end) {
        pieces.push(Stretch { end: first, goes_on: true, ..rest.clone() });
        rest.start = first;
    }
    pieces.push(rest);
    pieces
}

/// The schedules on which a person may be at all: named by a layer, by an override, or as somebody's cover.
pub fn schedules_of<'c>(config: &'c Config, user: &str) -> Vec<&'c ScheduleId> {
    let time_off = config.schedules.time_off.values().flatten();
    let covers = time_off.into_iter().any(|off| off.cover.as_deref() == Some(user));
    let all = config.schedules.schedules.iter();
    all.filter(|(_, schedule)| covers || names(schedule, user)).map(|(id, _)| id).collect()
}

fn names(schedule: &Schedule, user: &str) -> bool {
    let among = |people: &[UserId]| people.iter().any(|id| **id == *user);
    let by_layer = schedule.layers.iter().any(|layer| match &layer.turn {
        Turn::Always(people) => among(people),
        Turn::Rotation(rotation) => {
            rotation.line_ups.iter().any(|line_up| line_up.members.iter().any(|member| among(member)))
        }
    });
    by_layer
        || schedule.overrides.iter().any(|change| match &change.action {
            OverrideAction::Set(people) | OverrideAction::Add(people) => among(people),
            OverrideAction::Replace { with, .. } => among(with),
        })
}
