//! Rotations: line-ups, the length of shifts, and when they change hands.

use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::{code, value};
use crate::document;
use crate::schedule::{Every, LineUp, Rotation, Turns, UserId, WhenOff, WindowDay};
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use std::sync::Arc;

/// The longest shift, in its own unit.
const EVERY_MAX: u32 = 1000;

impl Resolver<'_> {
    pub(super) fn rotation(&mut self, rotation: &document::Rotation, at: &Spot) -> Rotation {
        let mut line_ups: Vec<(LineUp, Spot)> = Vec::new();
        for (index, line_up) in rotation.line_ups.iter().enumerate() {
            let at = at.key("line_ups").index(index);
            let Some(compiled) = self.line_up(line_up, rotation, &at) else { continue };
            if let Some((before, before_at)) = line_ups.last()
                && before.from >= compiled.from
            {
                let finding = Finding::error(
                    code::LINE_UP,
                    at.key("from"),
                    "a line-up must begin after the one before it",
                );
                self.findings.push(finding.label(before_at.key("from"), "the one before"));
            }
            line_ups.push((compiled, at));
        }
        Rotation {
            line_ups: line_ups.into_iter().map(|(line_up, _)| line_up).collect(),
            turns: match rotation.turns {
                Some(document::Turns::Active) => Turns::Active,
                _ => Turns::Calendar,
            },
            when_off: match rotation.when_off {
                Some(document::WhenOff::Nobody) => WhenOff::Nobody,
                _ => WhenOff::Next,
            },
        }
    }

    fn line_up(
        &mut self,
        line_up: &document::LineUp,
        rotation: &document::Rotation,
        at: &Spot,
    ) -> Option<LineUp> {
        let rotation_at = at.above("line_ups");
        let (every, every_at) = match &line_up.every {
            Some(own) => (own, at.key("every")),
            None => (&rotation.every, rotation_at.key("every")),
        };
        let (handoff, handoff_at) = match &line_up.handoff {
            Some(own) => (own, at.key("handoff")),
            None => (&rotation.handoff, rotation_at.key("handoff")),
        };
        let every = self.every(every, &every_at);
        let handoff = self.handoff(handoff, &handoff_at, every);
        let from = self.date(&line_up.from, &at.key("from"));
        let members: Vec<Arc<[UserId]>> = line_up
            .members
            .iter()
            .enumerate()
            .map(|(index, member)| self.people(member, &at.key("members").index(index)).into())
            .collect();
        let starts_with = self.starts_with(line_up, &members, at);
        let (every, (day, handoff), from) = (every?, handoff?, from?);
        let weekday = day.and_then(|day| Weekday::from_monday_zero_offset(day.0).ok());
        if let Some(weekday) = weekday {
            self.falls_on(from, weekday, handoff, &at.key("from"), &handoff_at);
        }
        let place = self.sources.place(at).to_string().into();
        Some(LineUp { from, every, handoff, weekday, members, starts_with, place })
    }

    fn every(&mut self, every: &document::Period, at: &Spot) -> Option<Every> {
        let read = value::every(&every.0);
        let length = read.map(|every| match every {
            Every::Hours(n) | Every::Days(n) | Every::Weeks(n) | Every::Months(n) => n,
        });
        if length.is_none_or(|length| length > EVERY_MAX) {
            self.error(code::BOUND, at.clone(), format!("`{}`: a shift is 1 to {EVERY_MAX} long", every.0));
        }
        read
    }

    fn handoff(
        &mut self,
        handoff: &document::Handoff,
        at: &Spot,
        every: Option<Every>,
    ) -> Option<(Option<WindowDay>, Time)> {
        let Some(read) = value::day_and_time(&handoff.0) else {
            self.error(code::VALUE, at.clone(), format!("`{}` is not a handoff", handoff.0));
            return None;
        };
        let weekly = matches!(every, Some(Every::Weeks(_)));
        match (weekly, read.0, every) {
            (true, None, _) => {
                let message = "a rotation of weeks names the weekday of its handoff";
                self.error_help(code::EITHER_OR, at.clone(), message, format!("such as `mon {}`", handoff.0));
                None
            }
            (false, Some(_), Some(_)) => {
                let message = "only a rotation of weeks names a weekday";
                let time = handoff.0.split_once(' ').map_or("", |(_, time)| time);
                self.error_help(code::EITHER_OR, at.clone(), message, format!("write `{time}`"));
                None
            }
            _ => Some(read),
        }
    }

    /// `from` must fall on the handoff's weekday; the error names the nearest two dates that do.
    fn falls_on(&mut self, from: Date, weekday: Weekday, handoff: Time, at: &Spot, handoff_at: &Spot) {
        if from.weekday() == weekday {
            return;
        }
        let since = from.weekday().since(weekday);
        let before = from.checked_sub(i64::from(since).days());
        let after = from.checked_add(i64::from(7 - since).days());
        let day = value::day_name(weekday.into());
        let message =
            format!("{from} is a {}, but the handoff is on {day}", value::day_name(from.weekday().into()));
        let mut finding = Finding::error(code::LINE_UP, at.clone(), message).label(
            handoff_at.clone(),
            format!("shifts change hands on {day} at {}", handoff.strftime("%H:%M")),
        );
        if let (Ok(before), Ok(after)) = (before, after) {
            finding = finding.help(format!("the nearest dates are {before} and {after}"));
        }
        self.findings.push(finding);
    }

    fn starts_with(&mut self, line_up: &document::LineUp, members: &[Arc<[UserId]>], at: &Spot) -> usize {
        let Some(starts_with) = &line_up.starts_with else { return 0 };
        let at = at.key("starts_with");
        let mut first: Vec<&str> =
            spots(starts_with, &at).into_iter().map(|(name, _)| name.as_str()).collect();
        first.sort_unstable();
        first.retain(|name| *name != value::NOBODY);
        let position =
            members.iter().position(|member| member.iter().map(|id| &**id).eq(first.iter().copied()));
        if let Some(position) = position {
            return position;
        }
        let names: Vec<String> = members.iter().map(|member| format!("`{}`", value::names(member))).collect();
        let message = "this is not a member of the line-up";
        self.error_help(code::REFERENCE, at, message, format!("the members are {}", names.join(", ")));
        0
    }
}
