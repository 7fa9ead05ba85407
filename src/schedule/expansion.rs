//! Expands a schedule over a range: cuts the range wherever something may change, asks once in each piece, and joins
//! equal pieces.

use super::instant::Cursor;
use super::window::any_next_edge;
use super::{HiddenBy, Hours, Layer, Reason, Schedule, Schedules, Shift, TimeOff, Turn, UserId};
use jiff::Timestamp;
use std::{collections::BTreeSet, slice};

/// The pieces of `[at, until)`, in order and without holes. Neighbours may be equal.
pub(super) struct Pieces<'a> {
    /// Where the last piece begins.
    instant: Cursor<'a>,
    schedule: &'a str,
    at: Timestamp,
    until: Timestamp,
    /// Each layer, with an instant until which it does not change.
    layers: Vec<(&'a Layer, Timestamp)>,
    /// The hours of recurring time off, with the same.
    hours: Vec<(&'a Hours, Timestamp)>,
    /// Where overrides and time off begin and end.
    dated: BTreeSet<Timestamp>,
}

impl<'a> Pieces<'a> {
    pub fn new(schedules: &'a Schedules, schedule: &'a str, from: Timestamp, until: Timestamp) -> Pieces<'a> {
        let involved = involved(schedules, schedule);
        let layers = involved.iter().flat_map(|it| &it.layers).map(|layer| (layer, Timestamp::MIN)).collect();
        let overrides = involved.iter().flat_map(|it| &it.overrides).flat_map(|it| [it.from, it.until]);
        let time_off = schedules.time_off.values().flatten();
        let time_off = time_off.flat_map(|it| [it.from, it.until.unwrap_or(Timestamp::MAX)]);
        let dated = overrides.chain(time_off).filter(|it| from < *it && *it < until).collect();
        let hours = recurring(schedules, &involved, (from, until));
        let hours = hours.into_iter().map(|hours| (hours, Timestamp::MIN)).collect();
        Pieces { instant: Cursor::new(schedules, from), schedule, at: from, until, layers, hours, dated }
    }

    /// Merges equal neighbours; `of` maps the first piece of each run.
    pub fn merged<T>(mut self, of: impl Fn(&mut Pieces<'a>) -> T) -> Vec<(Shift, T)> {
        let mut merged: Vec<(Shift, T)> = Vec::new();
        while let Some(piece) = self.next() {
            match merged.last_mut() {
                Some((last, _)) if last.on_call == piece.on_call => last.end = piece.end,
                _ => merged.push((piece, of(&mut self))),
            }
        }
        merged
    }

    /// Why the last piece has these people.
    pub fn reason(&mut self) -> Reason<'a> {
        self.instant.reason(self.schedule)
    }

    /// Each layer at the last piece: who has it, and what hides it.
    pub fn layers(&mut self) -> Vec<(Vec<UserId>, Option<HiddenBy>)> {
        self.instant.layers(self.schedule)
    }

    fn next_edge(&mut self) -> Timestamp {
        while self.dated.first().is_some_and(|edge| *edge <= self.at) {
            self.dated.pop_first();
        }
        for (layer, edge) in &mut self.layers {
            if *edge <= self.at {
                *edge = layer.next_edge(self.at);
            }
        }
        for (hours, edge) in &mut self.hours {
            if *edge <= self.at {
                *edge = any_next_edge(slice::from_ref(*hours), self.at);
            }
        }
        let layers = self.layers.iter().map(|(_, edge)| *edge);
        let hours = self.hours.iter().map(|(_, edge)| *edge);
        let edges = layers.chain(hours).chain(self.dated.first().copied()).filter(|edge| *edge > self.at);
        edges.min().unwrap_or(self.until).min(self.until)
    }
}

impl Iterator for Pieces<'_> {
    type Item = Shift;

    fn next(&mut self) -> Option<Shift> {
        if self.at >= self.until {
            return None;
        }
        let (start, end) = (self.at, self.next_edge());
        self.at = end;
        self.instant.move_to(start);
        Some(Shift { start, end, on_call: self.instant.on_call(self.schedule) })
    }
}

/// A schedule and every schedule it is kept apart from, directly or not.
fn involved<'a>(schedules: &'a Schedules, schedule: &'a str) -> Vec<&'a Schedule> {
    let mut seen = BTreeSet::from([schedule]);
    let mut open = vec![schedule];
    let mut involved = Vec::new();
    while let Some(id) = open.pop() {
        let Some(found) = schedules.schedules.get(id) else { continue };
        open.extend(found.apart_from.iter().map(|id| &**id).filter(|id| seen.insert(id)));
        involved.push(found);
    }
    involved
}

/// The hours of recurring time off that touches a range, of everybody who may have a turn or stand in.
fn recurring<'a>(
    schedules: &'a Schedules,
    involved: &[&Schedule],
    (from, until): (Timestamp, Timestamp),
) -> Vec<&'a Hours> {
    let touches = |off: &&TimeOff| off.from < until && off.until.is_none_or(|end| end > from);
    let all = schedules.time_off.iter();
    let named = all.clone().flat_map(|(_, list)| list).filter_map(|off| off.cover.as_ref());
    let covers: BTreeSet<&UserId> = named.collect();
    let here = |user: &UserId| covers.contains(user) || involved.iter().any(|it| has_turns(it, user));
    let away = all.filter(|(user, list)| list.iter().any(|off| off.every.is_some()) && here(user));
    away.flat_map(|(_, list)| list).filter(touches).filter_map(|off| off.every.as_ref()).collect()
}

fn has_turns(schedule: &Schedule, user: &UserId) -> bool {
    schedule.layers.iter().any(|layer| match &layer.turn {
        Turn::Always(people) => people.contains(user),
        Turn::Rotation(rotation) => {
            rotation.line_ups.iter().flat_map(|line_up| &line_up.members).any(|set| set.contains(user))
        }
    })
}
