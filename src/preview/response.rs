//! The lines of what people did to an incident.

use super::timeline::{At, held_by, level};
use crate::actor::{Actor, Via};
use crate::incident::{Remark, ResponseChange};
use crate::language::timeline::{Act, Remarked, ResponseLine, TimelineLine};

impl At<'_> {
    pub(super) fn response(&self, change: &ResponseChange) -> (String, String) {
        let mut rule = String::new();
        let line = match change {
            ResponseChange::Acknowledged { by, via, until, event, snoozed, .. } => {
                let until = self.maybe_clock(*until);
                let words = event.as_ref().map(|event| event.summary.as_str());
                let line = ResponseLine::Acknowledged {
                    by: self.name(by),
                    via: *via,
                    until: until.as_deref(),
                    snoozed: *snoozed,
                    words,
                };
                return (self.say(&TimelineLine::Response(line)), rule);
            }
            ResponseChange::AlsoAcknowledged { by, via } => {
                ResponseLine::AlsoAcknowledged { by: self.name(by), via: *via }
            }
            ResponseChange::Remarked { by, via, remark } => {
                let what = match remark {
                    Remark::LooksAtIt => Remarked::LooksAtIt,
                    Remark::IsOver => Remarked::IsOver,
                    Remark::WantsNextStep => Remarked::WantsNextStep,
                    Remark::WantsReassigned(user) => Remarked::WantsReassigned(user),
                    Remark::Says(text) => Remarked::Says(text),
                    Remark::AsksFor(command) => Remarked::AsksFor(command),
                };
                ResponseLine::Remarked { by: self.name(by), via: *via, what }
            }
            ResponseChange::Escalated { by, via, step, .. } => {
                ResponseLine::AsksForStep { by: self.name(by), via: *via, step: *step }
            }
            ResponseChange::Retriggered { why, rule: decided } => {
                rule = decided.as_ref().map(|rule| self.rule(rule)).unwrap_or_default();
                ResponseLine::Retriggered { why }
            }
            ResponseChange::Reassigned { to, by, via, escalation, policy } => {
                let next = self.maybe_clock(escalation.as_ref().map(|running| running.deadline));
                let named = policy.iter().map(ToString::to_string);
                let to: Vec<String> = to.iter().map(|told| told.user.to_string()).chain(named).collect();
                let line =
                    ResponseLine::Reassigned { to: &to, by: self.name(by), via: *via, next: next.as_deref() };
                return (self.say(&TimelineLine::Response(line)), rule);
            }
            ResponseChange::Resolved { by, via, why, reason, .. } => {
                ResponseLine::Resolved { by: self.name(by), via: *via, why, reason: reason.as_deref() }
            }
            ResponseChange::MovedTo(_)
            | ResponseChange::LetThrough { .. }
            | ResponseChange::GivenBack { .. }
            | ResponseChange::Reopened { .. }
            | ResponseChange::PagedAlso { .. }
            | ResponseChange::UrgencyChosen { .. }
            | ResponseChange::Noted { .. }
            | ResponseChange::TookOver { .. }
            | ResponseChange::Merged { .. }
            | ResponseChange::Unmerged { .. }
            | ResponseChange::GaveBack { .. } => return self.act(change),
        };
        (self.say(&TimelineLine::Response(line)), rule)
    }

    /// What somebody did beside taking and closing it.
    fn act(&self, change: &ResponseChange) -> (String, String) {
        let none = String::new();
        match change {
            ResponseChange::MovedTo(moved) => {
                let act = Act::MovedTo { service: &moved.service, urgency: level(moved.urgency) };
                (self.did(act, &moved.by, moved.via), self.rule(&moved.urgency_rule))
            }
            ResponseChange::LetThrough { held, by, via, .. } => {
                let act = Act::LetThrough { held: held_by(held.by) };
                (self.did(act, by, *via), held.origin.to_string())
            }
            ResponseChange::GivenBack { by, via } => (self.did(Act::GivenBack, by, *via), none),
            ResponseChange::Reopened { by, via } => (self.did(Act::Reopened, by, *via), none),
            ResponseChange::PagedAlso { to, by, via } => {
                let to: Vec<String> = to.iter().map(|told| told.user.to_string()).collect();
                (self.did(Act::PagedAlso { to: &to }, by, *via), none)
            }
            ResponseChange::UrgencyChosen { urgency, by, via } => {
                (self.did(Act::UrgencyChosen { urgency: level(*urgency) }, by, *via), none)
            }
            ResponseChange::Noted { text, by, via } => (self.did(Act::Noted { text }, by, *via), none),
            ResponseChange::TookOver { from, by, via } => {
                (self.did(Act::TookOver { from: &from.to_string() }, by, *via), none)
            }
            ResponseChange::Merged { into, by, via } => {
                (self.did(Act::Merged { into: &into.to_string() }, by, *via), none)
            }
            ResponseChange::Unmerged { from, by, via } => {
                (self.did(Act::Unmerged { from: &from.to_string() }, by, *via), none)
            }
            ResponseChange::GaveBack { to } => {
                let line = ResponseLine::GaveBack { to: &to.to_string() };
                (self.say(&TimelineLine::Response(line)), none)
            }
            // Worded by `response`.
            ResponseChange::Acknowledged { .. }
            | ResponseChange::AlsoAcknowledged { .. }
            | ResponseChange::Remarked { .. }
            | ResponseChange::Escalated { .. }
            | ResponseChange::Retriggered { .. }
            | ResponseChange::Reassigned { .. }
            | ResponseChange::Resolved { .. } => (none.clone(), none),
        }
    }

    fn did(&self, act: Act, by: &Actor, via: Via) -> String {
        self.say(&TimelineLine::Response(ResponseLine::Act { act, by: self.name(by), via }))
    }
}
