//! What a change of the config does to who is on call: whose shifts change, and which gaps open or close.
//!
//! Both sides are expanded over the same range and laid over each other. How much each person is on call is
//! [`load`](super::load)'s to say; how it reads is left to the command line.

use crate::actor::Origin;
use crate::schedule::{Handover, OnCall, ScheduleId, Schedules, Shift, Source, UserId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How far ahead of the beginning the next handoff is looked for.
const HANDOFF_AHEAD: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How far behind the end of the range a first change is looked for.
const LATER_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Two sides of every schedule over `[from, until)`.
#[derive(Clone, Debug)]
pub struct Difference {
    pub from: Timestamp,
    pub until: Timestamp,
    /// Those of which something changes, in the range or later, sorted by id.
    pub changed: Vec<Changed>,
    /// The others, sorted by id.
    pub unchanged: Vec<ScheduleId>,
}

/// One schedule that changes.
#[derive(Clone, Debug)]
pub struct Changed {
    pub id: ScheduleId,
    pub presence: Presence,
    /// Who is on call at the beginning, and who is next.
    pub handover: Sides<Handover>,
    /// The shifts of the range.
    pub shifts: Sides<Vec<Shift>>,
    /// Where other people are on call than before; in order, touching ones that are equal joined.
    pub moves: Vec<Move>,
    /// Nothing changes in the range, but from this instant on.
    pub later: Option<Timestamp>,
}

/// The same thing before and after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides<T> {
    pub before: T,
    pub after: T,
}

/// On which sides a schedule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Both,
    New,
    Removed,
}

/// A stretch of time with other people than before. Whoever is there on both sides is not named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub start: Timestamp,
    pub end: Timestamp,
    pub exchange: Exchange,
}

/// Who leaves and who comes; sorted by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub leave: Vec<UserId>,
    pub come: Vec<UserId>,
    pub shadows_leave: Vec<UserId>,
    pub shadows_come: Vec<UserId>,
    /// Nobody is on call before the change.
    pub gap_before: bool,
    /// Nobody is on call after it.
    pub gap_after: Option<Gap>,
}

/// Why nobody is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// No layer has anybody.
    Unfilled,
    /// An override says so; its `file:line`.
    OnPurpose(Origin),
}

/// What about a schedule concerns those who are on call today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgent {
    /// Other people are on call at the beginning.
    Now,
    /// The next handoff is at another time, or to other people.
    NextHandoff,
}

/// Compares every schedule of both sides over `[from, until)`.
pub fn difference(sides: &Sides<&Schedules>, from: Timestamp, until: Timestamp) -> Difference {
    let ids = sides.before.schedules.keys().chain(sides.after.schedules.keys());
    let ids: BTreeSet<&ScheduleId> = ids.collect();
    let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
    for id in ids {
        match compare(sides, id, from, until) {
            Some(one) => changed.push(one),
            None => unchanged.push(id.clone()),
        }
    }
    Difference { from, until, changed, unchanged }
}

impl Changed {
    /// Whether it concerns those who are on call now. A new schedule takes nothing from anybody.
    pub fn urgent(&self) -> Option<Urgent> {
        let Sides { before, after } = &self.handover;
        if self.presence == Presence::New {
            return None;
        }
        if before.on_call.users != after.on_call.users {
            return Some(Urgent::Now);
        }
        let next = |handover: &Handover| {
            let users: Option<Vec<UserId>> = handover.next.as_ref().map(|next| next.users.clone());
            users.map(|users| (handover.until, users))
        };
        (next(before) != next(after)).then_some(Urgent::NextHandoff)
    }

    /// Where nobody is on call any more though somebody was; of a new schedule, wherever nobody is.
    pub fn gaps_opened(&self) -> impl Iterator<Item = (&Move, &Gap)> {
        let is_new = self.presence == Presence::New;
        let gaps = self.moves.iter().filter_map(|it| Some((it, it.exchange.gap_after.as_ref()?)));
        gaps.filter(move |(it, _)| is_new || !it.exchange.gap_before)
            .filter(|_| self.presence != Presence::Removed)
    }

    /// Where somebody is on call again though nobody was.
    pub fn gaps_closed(&self) -> impl Iterator<Item = &Move> {
        let closed = |it: &&Move| it.exchange.gap_before && it.exchange.gap_after.is_none();
        self.moves.iter().filter(|_| self.presence == Presence::Both).filter(closed)
    }
}

impl Exchange {
    fn new(before: &OnCall, after: &OnCall) -> Exchange {
        let without = |all: &[UserId], others: &[UserId]| {
            all.iter().filter(|id| !others.contains(id)).cloned().collect::<Vec<_>>()
        };
        let gap_after = after.users.is_empty().then(|| match &after.source {
            Source::Override(place) => Gap::OnPurpose(place.clone()),
            Source::Layer(_) | Source::Nobody => Gap::Unfilled,
        });
        Exchange {
            leave: without(&before.users, &after.users),
            come: without(&after.users, &before.users),
            shadows_leave: without(&before.shadows, &after.shadows),
            shadows_come: without(&after.shadows, &before.shadows),
            gap_before: before.users.is_empty(),
            gap_after,
        }
    }

    fn changes_nothing(&self) -> bool {
        [&self.leave, &self.come, &self.shadows_leave, &self.shadows_come]
            .iter()
            .all(|people| people.is_empty())
    }
}

impl<T> Sides<T> {
    pub fn as_ref(&self) -> Sides<&T> {
        Sides { before: &self.before, after: &self.after }
    }

    pub fn map<U>(self, mut to: impl FnMut(T) -> U) -> Sides<U> {
        Sides { before: to(self.before), after: to(self.after) }
    }
}

fn compare(sides: &Sides<&Schedules>, id: &ScheduleId, from: Timestamp, until: Timestamp) -> Option<Changed> {
    let presence = match (sides.before.schedules.contains_key(id), sides.after.schedules.contains_key(id)) {
        (true, false) => Presence::Removed,
        (false, true) => Presence::New,
        _ => Presence::Both,
    };
    let shifts = sides.as_ref().map(|side| side.shifts(id, from, until));
    let moves = match presence {
        Presence::New => whole(&shifts.after, |it| Exchange::new(&nobody(), it)),
        Presence::Removed => whole(&shifts.before, |it| Exchange::new(it, &nobody())),
        Presence::Both => moves(&shifts),
    };
    let later = if moves.is_empty() { first_move(sides, id, until) } else { None };
    let handover = sides.as_ref().map(|side| side.next_handover(id, from, HANDOFF_AHEAD));
    let changed = Changed { id: id.clone(), presence, handover, shifts, moves, later };
    let is_same = changed.moves.is_empty() && changed.later.is_none() && changed.urgent().is_none();
    (presence != Presence::Both || !is_same).then_some(changed)
}

/// Every shift, whoever has it.
fn whole(shifts: &[Shift], exchange: impl Fn(&OnCall) -> Exchange) -> Vec<Move> {
    let mut moves = Vec::new();
    shifts.iter().for_each(|it| push(&mut moves, it.start, it.end, exchange(&it.on_call)));
    moves
}

/// Both sides tile the same range, so each piece of one meets pieces of the other.
fn moves(shifts: &Sides<Vec<Shift>>) -> Vec<Move> {
    let (mut before, mut after) = (shifts.before.iter().peekable(), shifts.after.iter().peekable());
    let mut moves = Vec::new();
    while let (Some(old), Some(new)) = (before.peek(), after.peek()) {
        let (start, end) = (old.start.max(new.start), old.end.min(new.end));
        let exchange = Exchange::new(&old.on_call, &new.on_call);
        if !exchange.changes_nothing() {
            push(&mut moves, start, end, exchange);
        }
        let (old_is_over, new_is_over) = (old.end == end, new.end == end);
        if old_is_over {
            before.next();
        }
        if new_is_over {
            after.next();
        }
    }
    moves
}

/// Adds a move, or makes the last one longer.
fn push(moves: &mut Vec<Move>, start: Timestamp, end: Timestamp, exchange: Exchange) {
    match moves.last_mut() {
        Some(last) if last.end == start && last.exchange == exchange => last.end = end,
        _ => moves.push(Move { start, end, exchange }),
    }
}

fn first_move(sides: &Sides<&Schedules>, id: &str, from: Timestamp) -> Option<Timestamp> {
    let until = from.checked_add(LATER_MAX).unwrap_or(Timestamp::MAX);
    let shifts = sides.as_ref().map(|side| side.shifts(id, from, until));
    moves(&shifts).first().map(|it| it.start)
}

fn nobody() -> OnCall {
    OnCall { users: Vec::new(), shadows: Vec::new(), source: Source::Nobody }
}
