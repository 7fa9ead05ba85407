//! The log's lines of what steps do beside telling everybody, and of notices.

use super::line::{Line, Value};
use super::words::{actor, people, word};
use crate::incident::{GapTold, NoticeChange, NoticeTo, StepAt, StepsChange};
use crate::schedule::UserId;
use std::collections::BTreeSet;
use tracing::Level;

pub(super) fn steps(change: &StepsChange) -> Line<'_> {
    let names = |users: &[UserId]| users.iter().map(|user| &**user).collect::<Vec<_>>().join(",");
    match change {
        StepsChange::Chosen(turn) => {
            let mut line = Line::new(Level::INFO, "turn_taken", at(&turn.at));
            let busy = Some(names(&turn.busy)).filter(|_| !turn.busy.is_empty());
            line.fields.extend([
                ("user", (&*turn.user).into()),
                ("busy", busy.into()),
                ("rule", (&turn.rule).into()),
            ]);
            line
        }
        StepsChange::Awaited { users, until, rule, .. } => Line::new(
            Level::INFO,
            "awaited",
            [("users", names(users).into()), ("until", (*until).into()), ("rule", rule.into())],
        ),
        StepsChange::ToldAgain { people: told, until, rule } => Line::new(
            Level::INFO,
            "told_again",
            [("users", people(told).into()), ("until", (*until).into()), ("rule", rule.into())],
        ),
        StepsChange::AlsoUnanswered { users, by } => Line::new(
            Level::WARN,
            "also_unanswered",
            [("users", names(users).into()), ("by", actor(by).into())],
        ),
        StepsChange::Unanswered { users, rule } => {
            Line::new(Level::WARN, "unanswered", [("users", names(users).into()), ("rule", rule.into())])
        }
        StepsChange::Leaves { users, rule } => {
            Line::new(Level::INFO, "step_leaves", [("users", names(users).into()), ("rule", rule.into())])
        }
        StepsChange::Stays { users, rule } => {
            Line::new(Level::INFO, "step_stays", [("users", names(users).into()), ("rule", rule.into())])
        }
    }
}

pub(super) fn notice(change: &NoticeChange) -> Line<'_> {
    match change {
        NoticeChange::Planned { to, due, .. } => {
            let user = match to {
                NoticeTo::Person { user, .. } => Some(&**user),
                NoticeTo::Room | NoticeTo::Place { .. } => None,
            };
            Line::new(Level::INFO, "notice_planned", [("user", user.into()), ("due", (*due).into())])
        }
        NoticeChange::Dropped { notice } => {
            Line::new(Level::DEBUG, "notice_dropped", [("notice", (*notice).into())])
        }
        NoticeChange::RoomFull { provider, place, until, .. } => Line::new(
            Level::INFO,
            "room_full",
            [
                ("provider", provider.row().key.into()),
                ("room", (&**place).into()),
                ("until", (*until).into()),
            ],
        ),
        NoticeChange::GapsTold { told, over } => {
            let steps = |gaps: &[GapTold]| {
                let steps: BTreeSet<&str> = gaps.iter().map(|gap| &*gap.step).collect();
                Some(steps.into_iter().collect::<Vec<_>>().join("; ")).filter(|steps| !steps.is_empty())
            };
            let level = if told.is_empty() { Level::INFO } else { Level::WARN };
            Line::new(level, "gaps_told", [("told", steps(told).into()), ("over", steps(over).into())])
        }
        NoticeChange::ShiftsTold { until } => {
            Line::new(Level::DEBUG, "shifts_told", [("until", (*until).into())])
        }
        NoticeChange::Declined { id, place, user, by, via } => Line::new(
            Level::INFO,
            "cannot",
            [
                ("override", place.as_ref().map_or_else(|| id.to_string(), ToString::to_string).into()),
                ("user", (&**user).into()),
                ("by", actor(by).into()),
                ("via", word(via).into()),
            ],
        ),
        NoticeChange::OptedOut { user, by, to, out } => Line::new(
            Level::WARN,
            if *out { "opted_out" } else { "opted_in" },
            [("user", (&**user).into()), ("contact", by.method().name.into()), ("to", to.as_deref().into())],
        ),
    }
}

/// Where in a policy.
pub(super) fn at(step: &StepAt) -> [(&'static str, Value<'_>); 4] {
    [
        ("policy", (&*step.policy).into()),
        ("step", (step.step + 1).into()),
        ("round", (step.round + 1).into()),
        ("fallback", step.fallback.then_some("yes").into()),
    ]
}
