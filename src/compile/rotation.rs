//! Rotations: line-ups, their members, and the length of shifts.

use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::{code, value};
use crate::document;
use crate::language::words::Words;
use crate::schedule::{Every, LineUp, Rhythm, Rotation, Turns, UserId, WhenOff};
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
                && before.rhythm.from >= compiled.rhythm.from
            {
                let finding = Finding::error(
                    code::LINE_UP,
                    at.key("from"),
                    Words::new(
                        "a line-up must begin after the one before it",
                        "当番順は、前のものより後に始まる必要があります",
                    ),
                );
                self.findings
                    .push(finding.label(before_at.key("from"), Words::new("the one before", "前のもの")));
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
        let handoffs = self.handoffs(handoff, &handoff_at, every);
        let from = self.date(&line_up.from, &at.key("from"));
        let members: Vec<Arc<[UserId]>> = line_up
            .members
            .iter()
            .enumerate()
            .map(|(index, member)| self.people(member, &at.key("members").index(index)).into())
            .collect();
        let starts_with = self.starts_with(line_up, &members, at);
        let rhythm = Rhythm::new(from?, every?, handoffs?);
        self.falls_on(&rhythm, &at.key("from"), &handoff_at);
        self.can_be_counted(&rhythm, rotation, &handoff_at);
        let place = self.sources.place(at).to_string().into();
        Some(LineUp { rhythm, members, starts_with, place })
    }

    fn every(&mut self, every: &document::Period, at: &Spot) -> Option<Every> {
        let read = value::every(&every.0);
        let length = read.map(|every| match every {
            Every::Hours(n) | Every::Days(n) | Every::Weeks(n) | Every::Months(n) => n,
        });
        if length.is_none_or(|length| length > EVERY_MAX) {
            self.error(
                code::BOUND,
                at.clone(),
                Words::new(
                    format!("`{}`: a shift is 1 to {EVERY_MAX} long", every.0),
                    format!("`{}`: シフトの長さは 1 から {EVERY_MAX} までです", every.0),
                ),
            );
        }
        read
    }

    /// Several handoffs of a month come at no regular distance, so that turns in windows could only be counted one by one.
    fn can_be_counted(&mut self, rhythm: &Rhythm, rotation: &document::Rotation, at: &Spot) {
        let active = matches!(rotation.turns, Some(document::Turns::Active));
        if active && matches!(rhythm.every, Every::Months(_)) && rhythm.handoffs_in_cycle() > 1 {
            let message = Words::new(
                "`turns: active` cannot count several handoffs in a month",
                "`turns: active` では、月に複数ある交代を数えられません",
            );
            let help = Words::new(
                "leave `turns` out: turns of a week or more touch every window of the week",
                "`turns` を消してください。1 週間以上の当番は、週のどの時間帯にもかかります",
            );
            self.error_help(code::HANDOFFS, at.clone(), message, help);
        }
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
        let message = Words::new("this is not a member of the line-up", "当番順の中にいません");
        self.error_help(
            code::REFERENCE,
            at,
            message,
            Words::new(
                format!("the members are {}", names.join(", ")),
                format!("当番順にいるのは {} です", names.join(", ")),
            ),
        );
        0
    }
}
