//! Plans one new line-up of one layer: when it begins, with whom, and who is first, so that everybody keeps their
//! turn.
//!
//! It begins at a handoff of the previous line-up, so the current holder finishes the shift, and continues with the
//! member who would have been next ([`Layer::next_member`]). The wishes decide which layers get one, and why.

use super::splice::{Splice, append};
use super::words::{person, turns};
use super::writing::{Entries, Value, inline};
use super::{EditError, Subject};
use crate::compile::{Node, NodeKind, Spot};
use crate::config::Id;
use crate::language::edits;
use crate::language::words::Words;
use crate::place::Place;
use crate::schedule::{Every, Handoff, HandoffDay, Layer, LineUp, Rhythm, Turn, UserId, first_instant};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use std::sync::Arc;

/// How the list of members changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineUpChange {
    Add {
        user: Id,
        position: Insertion,
    },
    Remove {
        user: Id,
    },
    /// Another person, in the same place.
    Replace {
        user: Id,
        with: Id,
    },
}

/// Where a new person is inserted into the list of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insertion {
    Last,
    First,
    After(Id),
}

/// When the line-up begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// At the first possible handoff.
    Next,
    /// At the first handoff on or after this day. Refused if the day is past, or not after the start of the newest
    /// line-up.
    On(Date),
    /// At the first possible handoff on or after this day.
    AfterAll(Date),
}

/// A layer with a rotation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotating<'a> {
    pub subject: Subject<'a>,
    pub schedule: &'a str,
    pub index: usize,
    pub layer: &'a Layer,
    pub newest: &'a LineUp,
    /// The id of the schedule.
    pub file: &'a Arc<str>,
    text: &'a str,
    line_ups: &'a Node,
}

/// A planned line-up.
#[derive(Clone, Debug)]
pub(super) struct NextLineUp {
    pub line_up: LineUp,
    /// When it begins, on the layer's clock.
    pub handoff: DateTime,
    pub splices: Vec<Splice>,
}

/// Why a layer gets no new line-up.
#[derive(Clone, Debug)]
pub(super) enum Obstacle {
    /// Nobody would be left in it.
    Empty,
    Refused(EditError),
}

/// A member while the list changes.
#[derive(Clone, Debug)]
struct Seat {
    /// Their ids as written; empty for `nobody`.
    people: Vec<Id>,
    /// Their index in the previous line-up.
    was: Option<usize>,
}

impl<'a> Rotating<'a> {
    /// The layers of a schedule that have a rotation.
    pub fn all(subject: &Subject<'a>, schedule: &'a str) -> Vec<Rotating<'a>> {
        let Some(found) = subject.config.schedules.schedules.get(schedule) else { return Vec::new() };
        let layers = found.layers.iter().enumerate();
        layers.filter_map(|(index, layer)| Rotating::of(subject, schedule, index, layer)).collect()
    }

    fn of(subject: &Subject<'a>, schedule: &'a str, index: usize, layer: &'a Layer) -> Option<Rotating<'a>> {
        let Turn::Rotation(rotation) = &layer.turn else { return None };
        let (_, place) = subject.config.schedule_names.get(schedule)?;
        let source = subject.compiled.sources.files.get(&place.file)?;
        let written = source.root.as_ref()?.get("layers")?.items().get(index)?;
        Some(Rotating {
            subject: *subject,
            schedule,
            index,
            layer,
            newest: rotation.line_ups.last()?,
            file: &place.file,
            text: &source.text,
            line_ups: written.get("rotation")?.get("line_ups")?,
        })
    }

    /// Whether a person is in the newest line-up.
    pub fn has(&self, user: &str) -> bool {
        self.newest.members.iter().any(|member| member.iter().any(|id| &**id == user))
    }

    /// Where the newest line-up is written.
    pub fn place(&self) -> Place {
        let layer = Spot::root(self.file).key("layers").index(self.index);
        let last = self.line_ups.items().len().saturating_sub(1);
        self.subject.compiled.sources.place(&layer.key("rotation").key("line_ups").index(last))
    }

    /// `web-primary`; includes the layer if there are several.
    pub fn name(&self) -> Words {
        match Rotating::all(&self.subject, self.schedule).len() {
            1 => Words::same(self.schedule),
            _ => edits::layer_of(self.schedule, &self.layer.name),
        }
    }

    /// Plans the line-up after the newest one.
    pub fn plan(&self, change: &LineUpChange, begin: Begin) -> Result<NextLineUp, Obstacle> {
        let handoff = self.handoff(begin).map_err(Obstacle::Refused)?;
        let mut seats = self.changed(change)?;
        let first = self.first(&seats, handoff);
        let same_people = |it: &Seat| seats.get(first).is_some_and(|first| same(&it.people, &first.people));
        let is_found_by_name = seats.iter().position(same_people) == Some(first);
        // `starts_with` names the first of equal members: if another is meant, the list itself begins with that one.
        if !is_found_by_name {
            seats.rotate_left(first);
        }
        let first = if is_found_by_name { first } else { 0 };
        let entries = self.entries(&seats, first, handoff);
        let line_up = LineUp {
            rhythm: self.rhythm(handoff),
            members: seats.iter().map(|seat| sorted(&seat.people)).collect(),
            starts_with: first,
            ..self.newest.clone()
        };
        Ok(NextLineUp { line_up, handoff, splices: append(self.text, self.line_ups, &entries) })
    }

    /// The first future handoff. Prefers one soon from which the same words go on as before (the usual time of day,
    /// the usual day of the month), because a line-up that begins there needs no `handoff` of its own.
    fn handoff(&self, begin: Begin) -> Result<DateTime, EditError> {
        let day = self.day(begin)?;
        let zone = &self.layer.time_zone;
        let mut ahead = self
            .newest
            .handoffs(day)
            .skip_while(|it| first_instant(zone, *it) <= self.subject.now)
            .peekable();
        let Some(first) = ahead.peek().copied() else {
            return self.subject.no(&edits::no_handoff(&self.name(), day));
        };
        let rhythm = &self.newest.rhythm;
        let near = match rhythm.every {
            Every::Months(_) => first.saturating_add(1.year()),
            _ if rhythm.handoffs_in_cycle() > 1 => first.saturating_add(1.year()),
            _ => first.date().tomorrow().unwrap_or(Date::MAX).to_datetime(jiff::civil::Time::midnight()),
        };
        Ok(ahead.take_while(|it| *it < near).find(|it| rhythm.goes_on_from(*it)).unwrap_or(first))
    }

    /// The rhythm of a line-up that begins at `handoff`.
    fn rhythm(&self, handoff: DateTime) -> Rhythm {
        if self.needs_no_time(handoff) {
            return self.newest.rhythm.begun_on(handoff.date());
        }
        let own = Handoff { day: HandoffDay::OfFrom, time: handoff.time() };
        Rhythm::new(handoff.date(), self.newest.rhythm.every, vec![own])
    }

    /// Whether a line-up that begins at `handoff` may keep the handoffs as they are written.
    fn needs_no_time(&self, handoff: DateTime) -> bool {
        let rhythm = &self.newest.rhythm;
        rhythm.handoffs_in_cycle() > 1 || handoff.time() == rhythm.anchor().time()
    }

    /// Today, on the layer's calendar.
    pub fn today(&self) -> Date {
        self.layer.time_zone.to_datetime(self.subject.now).date()
    }

    /// The first day on which the line-up may begin.
    fn day(&self, begin: Begin) -> Result<Date, EditError> {
        let today = self.today();
        let after = self.newest.rhythm.from.tomorrow().unwrap_or(Date::MAX);
        match begin {
            Begin::Next => Ok(today.max(after)),
            Begin::AfterAll(day) => Ok(day.max(today).max(after)),
            Begin::On(day) if day < today => self.subject.no(&edits::past_day(day, today)),
            Begin::On(day) if day < after => {
                let (from, place) = (self.newest.rhythm.from, self.place().to_string());
                self.subject.no(&edits::newest_begins_later(&self.name(), from, &place, after))
            }
            Begin::On(day) => Ok(day),
        }
    }

    /// The members as written, with the change applied.
    fn changed(&self, change: &LineUpChange) -> Result<Vec<Seat>, Obstacle> {
        let written = self.line_ups.items().last().and_then(|last| last.get("members"));
        let members = written.map_or(&[][..], Node::items).iter().map(as_written).enumerate();
        let mut seats: Vec<Seat> = members.map(|(was, people)| Seat { people, was: Some(was) }).collect();
        match change {
            LineUpChange::Add { user, position } => {
                self.is_absent(user).map_err(Obstacle::Refused)?;
                let at = self.position(position, &seats).map_err(Obstacle::Refused)?;
                seats.insert(at, Seat { people: vec![user.clone()], was: None });
            }
            LineUpChange::Remove { user } => {
                seats.retain(|seat| !matches!(seat.people.as_slice(), [only] if only == user));
                seats.iter_mut().for_each(|seat| seat.people.retain(|id| id != user));
            }
            LineUpChange::Replace { user, with } => {
                self.is_absent(with).map_err(Obstacle::Refused)?;
                let here = seats.iter_mut().flat_map(|seat| &mut seat.people).filter(|id| *id == user);
                here.for_each(|id| *id = with.clone());
            }
        }
        if seats.iter().all(|seat| seat.people.is_empty()) { Err(Obstacle::Empty) } else { Ok(seats) }
    }

    fn is_absent(&self, user: &str) -> Result<(), EditError> {
        if !self.has(user) {
            return Ok(());
        }
        let (who, place) = (person(self.subject.config, user), self.place().to_string());
        self.subject.no(&edits::is_in_already(&who, &self.name(), &place))
    }

    /// The index at which a new person is inserted.
    fn position(&self, position: &Insertion, seats: &[Seat]) -> Result<usize, EditError> {
        let Insertion::After(user) = position else {
            return Ok(if *position == Insertion::First { 0 } else { seats.len() });
        };
        let mut with = seats.iter().enumerate().filter(|(_, seat)| seat.people.contains(user));
        let (name, place, who) = (self.name(), self.place().to_string(), person(self.subject.config, user));
        let order = turns(self.newest.members.iter().map(|member| &**member));
        match (with.next(), with.next()) {
            (Some((index, _)), None) => Ok(index + 1),
            (None, _) => self.subject.no(&edits::after_nobody(&who, &name, &place, &order)),
            _ => self.subject.no(&edits::after_several(&who, &name, &place, &order)),
        }
    }

    /// The index of the member who would have been next, or of the first one after them who is still in the list.
    fn first(&self, seats: &[Seat], handoff: DateTime) -> usize {
        let count = self.newest.members.len();
        let next = self.layer.next_member(self.newest, handoff).unwrap_or(0);
        let in_turn = (0..count).map(|step| Some((next + step) % count));
        in_turn.filter_map(|was| seats.iter().position(|seat| seat.was == was)).next().unwrap_or(0)
    }

    fn entries(&self, seats: &[Seat], first: usize, handoff: DateTime) -> Entries {
        let own = |key| {
            let value = self.line_ups.items().last().and_then(|last| last.get(key));
            let word =
                |node: &Node| self.text.get(node.span.clone()).map(|text| Value::Word(text.to_owned()));
            value.and_then(|value| match &value.kind {
                NodeKind::Sequence(items) => Some(Value::List(items.iter().filter_map(word).collect())),
                _ => word(value),
            })
        };
        let member = |seat: &Seat| match seat.people.as_slice() {
            [] => Value::Word("nobody".to_owned()),
            [only] => Value::Word(only.to_string()),
            several => Value::List(several.iter().map(|id| Value::Word(id.to_string())).collect()),
        };
        let mut entries = vec![
            ("from", Value::Word(handoff.date().to_string())),
            ("members", Value::List(seats.iter().map(member).collect())),
        ];
        entries.extend(
            seats
                .get(first)
                .filter(|_| first > 0)
                .map(|seat| ("starts_with", Value::Word(inline(&member(seat))))),
        );
        entries.extend(own("every").map(|every| ("every", every)));
        if self.needs_no_time(handoff) {
            entries.extend(own("handoff").map(|handoff| ("handoff", handoff)));
        } else {
            entries.push(("handoff", Value::Word(handoff.time().strftime("%H:%M").to_string())));
        }
        entries
    }
}

/// A member as written in YAML: a user, a list of users, or `nobody`.
fn as_written(member: &Node) -> Vec<Id> {
    let names: Vec<&str> = match &member.kind {
        NodeKind::Sequence(items) => items.iter().filter_map(Node::text).collect(),
        _ => member.text().into_iter().collect(),
    };
    names.into_iter().filter(|name| *name != "nobody").map(Id::from).collect()
}

fn sorted(people: &[Id]) -> Arc<[UserId]> {
    let mut people = people.to_vec();
    people.sort();
    people.into()
}

fn same(a: &[Id], b: &[Id]) -> bool {
    sorted(a) == sorted(b)
}
