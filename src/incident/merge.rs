//! Incidents that people put together, take apart, and move to another service.
//!
//! Of two that become one the higher urgency stays, and an acknowledgement only where both had one: a merge makes no alert
//! quieter. Whether a wish can go ahead is decided in `standing`.

use super::entry::EscalationChange;
use super::made::MovedTo;
use super::parts::{Status, StepAt};
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{Call, IncidentId};
use crate::actor::{Actor, Via};
use crate::config::{Id, Service, Urgency};
use crate::reason::Why;
use crate::route::{self, UrgencyDecision};
use jiff::Timestamp;
use std::cmp::Reverse;

impl Call<'_> {
    /// The alerts and keys of the incident go over to the other one, and it closes.
    pub(super) fn merge(&mut self, id: IncidentId, into: IncidentId, by: Actor, via: Via) {
        let into = self.answers_for(into);
        let (Some(from), Some(target)) = (self.incident(id), self.incident(into)) else { return };
        let (taken, had) = (from.status, target.status);
        let (urgency, before) = (from.urgency, target.urgency);
        let (held, snoozed) = (from.is_muted(), is_snoozed(target));
        let (theirs, ours) = (step_of(from), step_of(target));
        self.about(into, ResponseChange::TookOver { from: id, by: by.clone(), via });
        self.about(id, ResponseChange::Merged { into, by, via });
        self.hang_up_needless(id, None);
        if urgency > before {
            let rule = Why::MergedWith(id.to_string()).into();
            self.about(into, EscalationChange::Raised { urgency, raise_at: None, rule });
        }
        let waited = self.end_hold(into);
        let wakes = had == Status::Acknowledged && taken == Status::Triggered && !held;
        if wakes || snoozed || (urgency > before && had == Status::Acknowledged) {
            let why = Why::MergedWith(id.to_string());
            self.about(into, ResponseChange::Retriggered { why, rule: None });
        }
        // The later step of the two, in the policy of the one that stays.
        let last = |at: &Option<StepAt>| at.as_ref().map(|at| (at.fallback, at.step));
        let later = last(&theirs) > last(&ours);
        let pages = self.incident(into).is_some_and(Incident::pages);
        if pages && (waited || wakes || snoozed || urgency > before || later) {
            match theirs.filter(|_| later).or(ours) {
                Some(at) => self.begin_at(into, &at),
                None => self.begin(into),
            }
        }
        self.reconsider_hold(into);
    }

    /// What came with the merge and still fires is the old incident again, triggered.
    pub(super) fn unmerge(&mut self, id: IncidentId, by: Actor, via: Via) {
        let Some(from) = self.incident(id).and_then(|incident| incident.merged.into) else { return };
        self.about(id, ResponseChange::Unmerged { from, by: by.clone(), via });
        self.about(from, ResponseChange::GaveBack { to: id });
        // What became worse meanwhile is as urgent here as it was there.
        let urgency = |call: &Self| call.incident(id).map(|incident| incident.urgency);
        let before = urgency(self);
        self.reconsider_all(id);
        if urgency(self) == before {
            self.begin(id);
        }
        let over = |incident: &Incident| !incident.alerts.iter().any(|alert| alert.lasts());
        if self.incident(from).is_some_and(over) {
            let (why, event, reason) = (Why::AskedFor, None, None);
            self.about(from, ResponseChange::Resolved { by, via, why, event, reason });
            self.hang_up_needless(from, None);
        }
    }

    /// Another service answers for it from now on, by its own rules.
    pub(super) fn move_to(&mut self, id: IncidentId, service: &Id, by: Actor, via: Via) {
        let Some(known) = self.config.services.get(service) else { return };
        let Some(incident) = self.incident(id) else { return };
        let UrgencyDecision { urgency, raise_at, policy, rule: urgency_rule, .. } =
            self.urgency_on(incident, known);
        let mut mirrors = self.rooms(Some(known));
        mirrors.extend(self.tickets_of(incident, known));
        let (service, idle_seconds) = (service.clone(), self.idle_seconds(Some(service)));
        if let Some(held) = incident.held_back.as_deref().cloned().filter(|_| incident.waits()) {
            // It is shown where it goes.
            self.about(id, EscalationChange::Released { held, mirrors: Vec::new() });
        }
        let moved =
            MovedTo { service, urgency, urgency_rule, raise_at, policy, idle_seconds, mirrors, by, via };
        self.about(id, ResponseChange::MovedTo(Box::new(moved)));
        self.hang_up_needless(id, None);
        self.inform(id);
        self.begin(id);
    }

    /// The most urgent that a service's rules say of any alert that fires.
    fn urgency_on(&self, incident: &Incident, service: &Service) -> UrgencyDecision {
        let decide = |alert: &Alert| {
            route::urgency(Some(service), alert.severity, |key| incident.field_of(alert, key), self.now)
        };
        let soonest = |at: Option<Timestamp>| Reverse(at.unwrap_or(Timestamp::MAX));
        let firing = incident.alerts.iter().filter(|alert| alert.lasts());
        firing.map(decide).max_by_key(|it| (it.urgency, soonest(it.raise_at))).unwrap_or_else(|| {
            route::urgency(Some(service), incident.severity, |key| incident.field(key), self.now)
        })
    }
}

fn is_snoozed(incident: &Incident) -> bool {
    incident.acknowledgement.as_ref().is_some_and(|held| held.snoozed)
}

/// The step that runs, or that ran when somebody took it.
fn step_of(incident: &Incident) -> Option<StepAt> {
    let urgent = incident.urgency == Urgency::High;
    let running = incident.escalation.as_ref().map(|running| running.at.clone());
    running.or_else(|| incident.left_at.as_deref().cloned()).filter(|_| urgent)
}
