//! The log's lines of what people do: to incidents, and beside them.

use super::line::{Line, Value};
use super::words::{actor, by_alert, held_back, people, word};
use crate::actor::{Actor, Via};
use crate::incident::{Ended, ResponseChange, RunTimeChange};
use crate::schedule::OverrideAction;
use tracing::Level;

pub(super) fn response(change: &ResponseChange) -> Vec<Line<'_>> {
    let info = Level::INFO;
    let line = match change {
        ResponseChange::Acknowledged { by, via, until, snoozed, event, .. } => {
            let event_name = if *snoozed { "snoozed" } else { "acknowledged" };
            let fields = [("by", actor(by).into()), ("via", word(via).into()), ("until", (*until).into())];
            return by_alert("acknowledged", event.as_deref(), Line::new(info, event_name, fields));
        }
        ResponseChange::Escalated { by, via, delivery, step } => {
            let fields = [
                ("by", actor(by).into()),
                ("via", word(via).into()),
                ("delivery", (*delivery).into()),
                ("step", (*step).into()),
            ];
            Line::new(info, "escalated", fields)
        }
        ResponseChange::Retriggered { why, rule } => {
            let fields = [("why", word(why).into()), ("rule", rule.as_ref().into())];
            Line::new(info, "retriggered", fields)
        }
        ResponseChange::Reassigned { to, by, via, .. } => {
            let fields = [("users", people(to).into()), ("by", actor(by).into()), ("via", word(via).into())];
            Line::new(info, "reassigned", fields)
        }
        ResponseChange::Resolved { by, via, why, event, .. } => {
            let fields = [("by", actor(by).into()), ("via", word(via).into()), ("why", word(why).into())];
            return by_alert("resolved", event.as_deref(), Line::new(info, "resolved", fields));
        }
        ResponseChange::AlsoAcknowledged { by, via } => {
            Line::new(info, "also_acknowledged", [("by", actor(by).into()), ("via", word(via).into())])
        }
        ResponseChange::Remarked { by, via, remark } => {
            let fields =
                [("by", actor(by).into()), ("via", word(via).into()), ("remark", word(remark).into())];
            Line::new(info, "remarked", fields)
        }
        ResponseChange::GivenBack { .. }
        | ResponseChange::Reopened { .. }
        | ResponseChange::PagedAlso { .. }
        | ResponseChange::UrgencyChosen { .. }
        | ResponseChange::LetThrough { .. }
        | ResponseChange::MovedTo(_)
        | ResponseChange::Noted { .. }
        | ResponseChange::TookOver { .. }
        | ResponseChange::Merged { .. }
        | ResponseChange::Unmerged { .. }
        | ResponseChange::GaveBack { .. } => return act(change).into_iter().collect(),
    };
    vec![line]
}

/// What somebody did to an incident, beside taking and closing it. A note's words stay in the timeline.
fn act(change: &ResponseChange) -> Option<Line<'_>> {
    Some(match change {
        ResponseChange::GivenBack { by, via } => told("given_back", by, via, Vec::new()),
        ResponseChange::Reopened { by, via } => told("reopened", by, via, Vec::new()),
        ResponseChange::PagedAlso { to, by, via } => {
            told("paged_also", by, via, vec![("users", people(to).into())])
        }
        ResponseChange::UrgencyChosen { urgency, by, via } => {
            told("urgency_chosen", by, via, vec![("urgency", word(urgency).into())])
        }
        ResponseChange::LetThrough { held, by, via, .. } => {
            let held: Vec<(&'static str, Value)> = held_back(held).into_iter().collect();
            let who = [("by", actor(by).into()), ("via", word(via).into())];
            Line::new(Level::INFO, "let_through", who.into_iter().chain(held))
        }
        ResponseChange::MovedTo(moved) => {
            let rest =
                vec![("to", moved.service.to_string().into()), ("urgency", word(&moved.urgency).into())];
            told("moved_to", &moved.by, &moved.via, rest)
        }
        ResponseChange::Noted { by, via, .. } => told("noted", by, via, Vec::new()),
        ResponseChange::TookOver { from, by, via } => {
            told("took_over", by, via, vec![("from", (*from).into())])
        }
        ResponseChange::Merged { into, by, via } => told("merged", by, via, vec![("into", (*into).into())]),
        ResponseChange::Unmerged { from, by, via } => {
            told("unmerged", by, via, vec![("from", (*from).into())])
        }
        ResponseChange::GaveBack { to } => {
            Line::new(Level::INFO, "gave_back", vec![("to", Value::from(*to))])
        }
        // Told by `response`.
        ResponseChange::Acknowledged { .. }
        | ResponseChange::AlsoAcknowledged { .. }
        | ResponseChange::Remarked { .. }
        | ResponseChange::Escalated { .. }
        | ResponseChange::Retriggered { .. }
        | ResponseChange::Reassigned { .. }
        | ResponseChange::Resolved { .. } => return None,
    })
}

/// What somebody changed for now.
pub(super) fn run_time(change: &RunTimeChange) -> Line<'_> {
    match change {
        RunTimeChange::Override(made) => {
            let (with, replaces) = match &made.action {
                OverrideAction::Set(with) | OverrideAction::Add(with) => (with, None),
                OverrideAction::Replace { who, with } => (with, Some(who.to_string())),
            };
            let with: Vec<&str> = with.iter().map(|user| &**user).collect();
            let rest = vec![
                ("schedule", made.schedule.to_string().into()),
                ("with", with.join(",").into()),
                ("replaces", replaces.into()),
                ("from", made.from.into()),
                ("until", made.until.into()),
            ];
            told("override", &made.by, &made.via, rest)
        }
        RunTimeChange::Silence(made) => {
            let services: Vec<&str> = made.services.iter().map(|id| &**id).collect();
            let rest = vec![
                ("services", services.join(",").into()),
                ("from", made.from.into()),
                ("until", made.until.into()),
            ];
            told("silence", &made.by, &made.via, rest)
        }
        RunTimeChange::SilenceEnds { id, until, fires } => Line::new(
            Level::INFO,
            "silence_ends",
            [
                ("of", Value::from(id.to_string())),
                ("until", (*until).into()),
                ("fires", fires.then_some("yes").into()),
            ],
        ),
        RunTimeChange::Absence(made) => {
            let rest = vec![
                ("user", made.user.to_string().into()),
                ("cover", made.cover.as_ref().map(ToString::to_string).into()),
                ("from", made.from.into()),
                ("until", made.until.into()),
            ];
            told("away", &made.by, &made.via, rest)
        }
        RunTimeChange::Offer(made) => {
            let to: Vec<&str> = made.to.iter().map(|user| &**user).collect();
            let rest = vec![
                ("schedule", made.schedule.to_string().into()),
                ("user", made.who.to_string().into()),
                ("to", to.join(",").into()),
                ("from", made.from.into()),
                ("until", made.until.into()),
            ];
            told("offer", &made.by, &made.via, rest)
        }
        RunTimeChange::OfferTaken { id, user } => Line::new(
            Level::INFO,
            "offer_taken",
            [("of", Value::from(id.to_string())), ("user", user.to_string().into())],
        ),
        RunTimeChange::Ended { what, why, by, via } => {
            let what = match what {
                Ended::RunTime(id) => id.to_string(),
                Ended::File(place) => place.to_string(),
            };
            told("ended_early", by, via, vec![("of", what.into()), ("why", word(why).into())])
        }
    }
}

fn told<'e>(name: &'static str, by: &Actor, via: &Via, rest: Vec<(&'static str, Value<'e>)>) -> Line<'e> {
    let who = [("by", actor(by).into()), ("via", word(via).into())];
    Line::new(Level::INFO, name, who.into_iter().chain(rest))
}
