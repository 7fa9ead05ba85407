//! Who has an incident: acknowledged, given back, put aside, opened again, and how urgent people say it is.

use super::escalation::later;
use super::parts::Status;
use super::response::ResponseChange;
use super::state::Incident;
use super::{Call, DeliveryId, IncidentId, message};
use crate::actor::{Actor, Via};
use crate::alert::Event;
use crate::config::{Id, Urgency};
use jiff::Timestamp;

/// The most of a note that is kept, in characters.
pub const NOTE_MAX: usize = 2_000;

impl Call<'_> {
    pub(super) fn acknowledge(&mut self, id: IncidentId, by: &Actor, via: Via, event: Option<Event>) {
        let Some(incident) = self.incident(id).filter(|incident| incident.status == Status::Triggered) else {
            return;
        };
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let until = service
            .and_then(|service| service.acknowledgement_timeout)
            .map(|timeout| later(self.now, timeout));
        let quiet = service.and_then(|service| service.auto_resolve_after);
        let quiet_seconds = quiet.and_then(|quiet| u32::try_from(quiet.as_secs()).ok());
        let event = event.map(Box::new);
        self.await_the_others(id, by);
        let (by, snoozed) = (by.clone(), false);
        self.end_hold(id);
        self.about(id, ResponseChange::Acknowledged { by, via, until, snoozed, quiet_seconds, event });
    }

    /// How many seconds without an event end an incident of this service though nobody has it, while it is not of high urgency.
    pub(super) fn idle_seconds(&self, service: Option<&Id>) -> Option<u32> {
        let service = self.config.services.get(service?).filter(|service| service.even_unacknowledged)?;
        u32::try_from(service.auto_resolve_after?.as_secs()).ok()
    }

    /// A key acknowledges what was said: alerts that joined after the words were made are told anew.
    pub(super) fn untold_by(&mut self, id: IncidentId, delivery: Option<DeliveryId>) {
        let Some(page) = delivery.and_then(|delivery| self.state.pages.get(&delivery)) else { return };
        let said_at = page.at;
        let new = |incident: &Incident| {
            incident.urgency == Urgency::High
                && (incident.alerts.iter().any(|alert| alert.lasts() && alert.since > said_at)
                    || incident.storm.as_ref().is_some_and(|storm| storm.counted_at > Some(said_at)))
        };
        let Some(incident) = self.incident(id).filter(|it| new(it)) else { return };
        // More joins a storm during every call about it: those are told in turn.
        if incident.storm.is_some() {
            self.tell_newcomers_in_turn(id, said_at, false);
        } else {
            self.tell_newcomers_since(id, said_at);
        }
    }

    /// Acknowledged until an instant that a person chose, in place of the service's time.
    pub(super) fn snooze(&mut self, id: IncidentId, until: Timestamp, by: Actor, via: Via) {
        self.await_the_others(id, &by);
        let (until, snoozed, quiet_seconds, event) = (Some(until), true, None, None);
        self.end_hold(id);
        self.about(id, ResponseChange::Acknowledged { by, via, until, snoozed, quiet_seconds, event });
    }

    /// The step that ran is told anew, and its wait begins again.
    pub(super) fn give_back(&mut self, id: IncidentId, by: Actor, via: Via) {
        let left_at = self.incident(id).and_then(|incident| incident.left_at.clone());
        self.about(id, ResponseChange::GivenBack { by, via });
        match left_at {
            Some(at) => self.begin_at(id, &at),
            None => self.begin(id),
        }
    }

    pub(super) fn reopen(&mut self, id: IncidentId, by: Actor, via: Via) {
        let closed = self.state.closed.iter().rev().find(|(_, closed)| *closed == id).map(|(at, _)| *at);
        self.about(id, ResponseChange::Reopened { by, via });
        if self.end_hold(id) {
            return self.begin(id);
        }
        self.inform_since(id, closed);
        self.begin(id);
    }

    /// The next step, or the one that was named, tells people now, whatever held the pages back.
    pub(super) fn escalate_for(
        &mut self,
        id: IncidentId,
        step: Option<u32>,
        delivery: Option<DeliveryId>,
        (by, via): (Actor, Via),
    ) {
        self.let_through(id, &by, via, false);
        self.about(id, ResponseChange::Escalated { by, via, delivery, step });
        match step {
            Some(step) => self.escalate_to(id, step.saturating_sub(1)),
            None => self.escalate(id),
        }
    }

    pub(super) fn raise_for(&mut self, id: IncidentId, by: Actor, via: Via) {
        let urgent = self.incident(id).is_some_and(|incident| incident.urgency == Urgency::High);
        self.let_through(id, &by, via, urgent);
        if !urgent {
            let urgency = Urgency::High;
            self.about(id, ResponseChange::UrgencyChosen { urgency, by, via });
            self.begin(id);
        } else if self.incident(id).is_some_and(|incident| incident.status == Status::Acknowledged) {
            self.about(id, ResponseChange::GivenBack { by, via });
            self.begin(id);
        }
    }

    pub(super) fn lower(&mut self, id: IncidentId, by: Actor, via: Via) {
        let urgency = Urgency::Low;
        self.about(id, ResponseChange::UrgencyChosen { urgency, by, via });
        self.hang_up_needless(id, None);
    }

    pub(super) fn note(&mut self, id: IncidentId, text: &str, by: Actor, via: Via) {
        let text = message::cut(text.trim(), NOTE_MAX);
        self.about(id, ResponseChange::Noted { text, by, via });
    }

    /// Nothing holds its pages back any more, because somebody wants people told; `begins`: its policy begins.
    pub(super) fn let_through(&mut self, id: IncidentId, by: &Actor, via: Via, begins: bool) {
        let Some(incident) = self.incident(id) else { return };
        let Some(held) = incident.held_back.clone() else { return };
        let (mirrors, waits) = (self.mirrors_after(id), incident.waits());
        self.about(id, ResponseChange::LetThrough { held: *held, mirrors, by: by.clone(), via });
        if waits {
            self.inform(id);
        }
        if begins {
            self.begin(id);
        }
    }
}
