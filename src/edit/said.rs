//! Describes a new line-up in sentences: who joins or leaves, when and why then, and who is next.

use super::planned::{Begin, LineUpChange, NextLineUp, Rotating};
use super::words::{local, people, person, turns, weekday};
use crate::schedule::{LineUp, Rotation, Turn, UserId, WhenOff, first_instant};
use jiff::civil::{DateTime, Time};

impl Rotating<'_> {
    /// What a new line-up does, in sentences.
    pub fn says(&self, (change, begin): (&LineUpChange, Begin), planned: &NextLineUp) -> Vec<String> {
        let config = self.subject.config;
        let line_up = &planned.line_up;
        let order = in_turn(line_up);
        let next = order.first().map_or_else(String::new, |first| {
            let are = if first.len() > 1 { "are" } else { "is" };
            format!("{} {are} next", people(config, first))
        });
        let (name, at) = (self.name(), local(planned.handoff));
        let mut said = vec![match change {
            LineUpChange::Add { user, .. } => {
                let after = before(&order, user)
                    .map_or_else(String::new, |it| format!(" after {}", people(config, it)));
                format!("{} joins {name} on {at}{after}; {next}.", person(config, user))
            }
            LineUpChange::Remove { user } => {
                let absent = self.absent_before(begin, planned.handoff);
                format!("{} is in {name} until {at}{absent}; {next}.", person(config, user))
            }
            LineUpChange::Replace { user, with } => {
                let (with, user) = (person(config, with), person(config, user));
                format!("{with} takes over the turns of {user} in {name} from {at} on; {next}.")
            }
        }];
        said.push(format!("The turns from then on: {}.", turns(order.into_iter())));
        if !self.newest.keeps_day(planned.handoff) {
            let day = line_up.rhythm.from.day();
            said.push(format!(
                "Later handoffs are on day {day} of a month: no month with more days is near."
            ));
        }
        said
    }

    /// Who takes the turns of somebody who leaves before the line-up without them begins.
    fn absent_before(&self, begin: Begin, handoff: DateTime) -> String {
        let Begin::AfterAll(day) = begin else { return String::new() };
        if handoff <= day.to_datetime(Time::midnight()) {
            return String::new();
        }
        match &self.layer.turn {
            Turn::Rotation(Rotation { when_off: WhenOff::Nobody, .. }) => {
                format!(", from {day} on with nobody in their place (`when_off: nobody`)")
            }
            _ => format!(", from {day} on with others in their place"),
        }
    }

    /// Why the line-up does not begin on the requested day, or at the very next handoff.
    pub fn about_the_day(&self, begin: Begin, handoff: DateTime) -> Option<String> {
        let begins = format!("the line-up begins with the handoff on {}", local(handoff));
        let day = match begin {
            Begin::Next => self.today(),
            Begin::On(day) | Begin::AfterAll(day) => day,
        };
        if day <= self.newest.rhythm.from {
            return Some(format!(
                "The line-up of {} ({}) comes first: {begins}.",
                self.newest.rhythm.from,
                self.place()
            ));
        }
        if day == handoff.date() || begin == Begin::Next {
            return None;
        }
        let first = self.newest.handoffs(day).next()?;
        let is_over = first_instant(&self.layer.time_zone, first) <= self.subject.now;
        Some(if is_over {
            format!("The handoff of {} is over: {begins}.", local(first))
        } else if first != handoff && !self.newest.keeps_day(first) {
            let day = self.newest.rhythm.from.day();
            format!("So that later handoffs stay on day {day} of a month, {begins}.")
        } else {
            format!("{day} is a {}: {begins}.", weekday(day))
        })
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
