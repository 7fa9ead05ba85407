//! An alert that fires again soon after its incident was closed opens it again: the same thread, the same ticket.
//!
//! If nobody had it, it is paged from the step that it had reached, else from the first. How soon is soon, the service says.

use super::noise_change::{NoiseChange, Reopened};
use super::parts::{Hold, Status};
use super::state::Incident;
use super::{Call, IncidentId};
use crate::actor::Actor;
use crate::alert::Event;
use crate::config::{MirrorKind, ReopenRule, Service, Urgency, field};
use crate::route::{self, Decision, UrgencyDecision};
use jiff::Timestamp;

impl Call<'_> {
    /// Opens the incident again that this alert closed with, if that was not long ago; `None`: there is none.
    pub(super) fn opens_again(&mut self, event: &Event, decision: &Decision) -> Option<IncidentId> {
        let (id, closed_at) = self.closed_with(event)?;
        let incident = self.incident(id)?;
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id))?;
        let rule = service.reopen.as_ref()?;
        let ReopenRule { within, place } = rule;
        let soon = self.now.duration_since(closed_at) <= *within;
        if !soon || self.belongs_elsewhere(incident, service, event, decision) {
            return None;
        }
        let severity = decision.routed.severity;
        let urgency = route::urgency(Some(service), severity, |key| field(event, severity, key), self.now);
        let UrgencyDecision { urgency, raise_at, policy, rule: urgency_rule, .. } = urgency;
        let shown = incident.mirrors.iter().any(|mirror| mirror.kind == MirrorKind::Room);
        let mut mirrors = if shown { Vec::new() } else { self.rooms(Some(service)) };
        if self.held_of_event(event, decision).is_none() {
            mirrors.extend(self.tickets_at(incident, severity));
        }
        // Who is to be informed of it has heard of one that was held until its end as little as anybody.
        let told_until = Some(closed_at).filter(|_| !incident.was_held_to_the_end());
        let reached = incident.reached_in_vain();
        let reopened = Reopened {
            event: event.clone(),
            severity,
            urgency,
            urgency_rule,
            raise_at,
            policy,
            stale_at: self.stale_at(event),
            mirrors,
            rule: place.clone(),
        };
        self.about(id, NoiseChange::Reopened(Box::new(reopened)));
        self.inform_since(id, told_until);
        self.flaps(id, &(event.integration.clone(), event.dedup_key.clone()));
        match reached {
            Some(at) => self.begin_at(id, &at),
            None => self.begin(id),
        }
        Some(id)
    }

    /// The incident that an alert was last closed with, and when, if it can be opened again: none of its alerts is in another
    /// one now.
    fn closed_with(&self, event: &Event) -> Option<(IncidentId, Timestamp)> {
        let known = self.state.keys.get(&(event.integration.clone(), event.dedup_key.clone()))?;
        let (id, closed_at) = *known.last.as_deref()?;
        let incident = self.incident(id).filter(|it| it.status == Status::Resolved)?;
        let elsewhere = || incident.alerts.iter().any(|alert| self.state.open(&alert.key()).is_some());
        (incident.merged.into.is_none() && !elsewhere()).then_some((id, closed_at))
    }

    /// Whether it has become worse, and its routes lead to another service that takes it as urgently.
    fn belongs_elsewhere(
        &self,
        incident: &Incident,
        service: &Service,
        event: &Event,
        decision: &Decision,
    ) -> bool {
        let elsewhere = decision.routed.service.as_ref().is_some_and(|routed| *routed != service.id);
        let known = incident.alerts.iter().find(|alert| alert.is_of(event));
        let rose = known.is_none_or(|alert| decision.routed.severity > alert.severity);
        elsewhere && rose && decision.urgency.urgency > Urgency::None
    }
}

impl Incident {
    fn was_held_to_the_end(&self) -> bool {
        self.held_back.as_ref().is_some_and(|held| held.by == Hold::Wait)
    }

    /// The step that ran when it was closed while nobody had it.
    fn reached_in_vain(&self) -> Option<super::StepAt> {
        let by_itself = match self.resolved_by.as_deref() {
            Some(Actor::Integration(_) | Actor::Rule(_)) => true,
            Some(Actor::User(_) | Actor::Stranger { .. } | Actor::Token { .. }) | None => false,
        };
        self.left_at.as_deref().cloned().filter(|_| by_itself && self.acknowledgement.is_none())
    }
}
