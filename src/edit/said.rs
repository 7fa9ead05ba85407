//! Describes a new line-up in sentences: who joins or leaves, when and why then, and who is next.

use super::planned::{Begin, LineUpChange, NextLineUp, Rotating};
use super::words::{people, person, turns};
use crate::language::edits::{self, LateStart};
use crate::language::words::{Words, moment};
use crate::schedule::{LineUp, Rotation, Turn, UserId, WhenOff, first_instant};
use jiff::civil::{DateTime, Time};

impl Rotating<'_> {
    /// What a new line-up does, in sentences.
    pub fn says(&self, (change, begin): (&LineUpChange, Begin), planned: &NextLineUp) -> Vec<String> {
        let config = self.subject.config;
        let line_up = &planned.line_up;
        let order = in_turn(line_up);
        let next = order
            .first()
            .map_or_else(Words::default, |first| edits::is_next(&people(config, first), first.len() > 1));
        let (name, at) = (self.name(), moment(planned.handoff));
        let mut said = vec![match change {
            LineUpChange::Add { user, .. } => {
                let after = before(&order, user).map(|it| people(config, it));
                edits::joins(&person(config, user), &name, &at, after.as_ref(), &next)
            }
            LineUpChange::Remove { user } => {
                let absent = self.absent_before(begin, planned.handoff);
                edits::is_in_until(&person(config, user), &name, &at, &absent, &next)
            }
            LineUpChange::Replace { user, with } => {
                edits::takes_over(&person(config, with), &person(config, user), &name, &at, &next)
            }
        }];
        said.push(edits::turns_from_then(&turns(order.into_iter())));
        if !self.newest.keeps_day(planned.handoff) {
            said.push(edits::other_day_of_month(line_up.rhythm.from.day()));
        }
        said.iter().map(|words| self.subject.say(words)).collect()
    }

    /// Who takes the turns of somebody who leaves before the line-up without them begins.
    fn absent_before(&self, begin: Begin, handoff: DateTime) -> Words {
        let Begin::AfterAll(day) = begin else { return Words::default() };
        if handoff <= day.to_datetime(Time::midnight()) {
            return Words::default();
        }
        let nobody = matches!(&self.layer.turn, Turn::Rotation(Rotation { when_off: WhenOff::Nobody, .. }));
        edits::absent_from(day, nobody)
    }

    /// Why the line-up does not begin on the requested day, or at the very next handoff.
    pub fn about_the_day(&self, begin: Begin, handoff: DateTime) -> Option<String> {
        let say = |why: LateStart<'_>| Some(self.subject.say(&edits::about_the_day(&why, &moment(handoff))));
        let day = match begin {
            Begin::Next => self.today(),
            Begin::On(day) | Begin::AfterAll(day) => day,
        };
        if day <= self.newest.rhythm.from {
            let place = self.place().to_string();
            return say(LateStart::AnotherFirst { from: self.newest.rhythm.from, place: &place });
        }
        if day == handoff.date() || begin == Begin::Next {
            return None;
        }
        let first = self.newest.handoffs(day).next()?;
        let is_over = first_instant(&self.layer.time_zone, first) <= self.subject.now;
        if is_over {
            say(LateStart::HandoffIsOver { first: &moment(first) })
        } else if first != handoff && !self.newest.keeps_day(first) {
            say(LateStart::KeepsDay { day: self.newest.rhythm.from.day() })
        } else {
            say(LateStart::NoHandoff { day })
        }
    }
}

/// The members in turn order, beginning with the first.
fn in_turn(line_up: &LineUp) -> Vec<&[UserId]> {
    let mut order: Vec<&[UserId]> = line_up.members.iter().map(|member| &**member).collect();
    order.rotate_left(line_up.starts_with);
    order
}

/// The member whose turn comes before this person's, if that member is not `nobody`.
fn before<'m>(order: &[&'m [UserId]], user: &str) -> Option<&'m [UserId]> {
    let at = order.iter().position(|member| member.iter().any(|id| &**id == user))?;
    let before = order.get((at + order.len() - 1) % order.len())?;
    (!before.is_empty()).then_some(*before)
}
