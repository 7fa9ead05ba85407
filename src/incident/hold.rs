//! `hold:` of an urgency rule: nobody is told of an alert that is over in time, and it is shown nowhere.
//!
//! An alert is held once: one that comes back, or flaps, is told at once. A rise, another alert, and whoever takes it end a
//! hold; at its end what still fires is shown and paged as if it had just opened. What a person starts, silence of an
//! integration, bodies that cannot be read and the server's own troubles are not held.

use super::entry::EscalationChange;
use super::errand::NewMirror;
use super::escalation::later;
use super::parts::{HeldBack, Hold, Status};
use super::state::{Alert, Incident};
use super::{Call, IncidentId};
use crate::actor::Origin;
use crate::alert::{Event, HEARTBEAT_KEY, UNPARSED};
use crate::place::Place;
use crate::route::{Decision, OWN_INTEGRATION, PEOPLE, UrgencyDecision};
use jiff::{SignedDuration, Timestamp};

/// An alert that ended within this time, or within `reopen_within` if that is longer, has been held.
const ONCE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

impl Call<'_> {
    /// What holds a new alert back, if its urgency rule says so.
    pub(super) fn wait_of_event(&self, event: &Event, decision: &Decision) -> Option<HeldBack> {
        let (hold, place) = decided(&decision.urgency)?;
        let own = [OWN_INTEGRATION, PEOPLE].contains(&event.integration.as_str());
        if own || event.dedup_key == HEARTBEAT_KEY || event.labels.contains_key(UNPARSED) {
            return None;
        }
        if self.is_back(event, decision) {
            return None;
        }
        let (origin, until) = (Origin::File(place.clone()), later(self.now, hold));
        Some(HeldBack { by: Hold::Wait, origin, reason: String::new(), until, source: None })
    }

    /// Whether it was here a moment ago, or is about to flap.
    fn is_back(&self, event: &Event, decision: &Decision) -> bool {
        let key = (event.integration.clone(), event.dedup_key.clone());
        let Some(known) = self.state.keys.get(&key) else { return false };
        let service = decision.routed.service.as_ref().and_then(|id| self.config.services.get(id));
        let reopen = service.and_then(|service| service.reopen.as_ref()).map(|rule| rule.within);
        let within = reopen.unwrap_or(ONCE_WITHIN).max(ONCE_WITHIN);
        let since = |at: Timestamp| self.now.duration_since(at);
        let ended = known.last.as_ref().is_some_and(|last| since(last.1) <= within);
        let flaps = service.and_then(|service| service.flapping.as_ref()).is_some_and(|rule| {
            let recent = known.fires.iter().filter(|at| since(**at) <= rule.within);
            recent.count() + 1 >= rule.fires as usize
        });
        ended || flaps
    }

    /// Ends a hold: it is shown from now on, and who is to be informed is told. False: nothing holds it.
    pub(super) fn end_hold(&mut self, id: IncidentId) -> bool {
        let Some(held) =
            self.incident(id).filter(|it| it.waits()).and_then(|it| it.held_back.as_deref().cloned())
        else {
            return false;
        };
        let mirrors = self.mirrors_after(id);
        self.about(id, EscalationChange::Released { held, mirrors });
        self.inform(id);
        true
    }

    /// The same, and what its urgency asks for begins.
    pub(super) fn end_hold_and_begin(&mut self, id: IncidentId) {
        if self.end_hold(id) {
            self.begin(id);
        }
    }

    /// Where it is shown once nothing holds it back: the rooms too, if it is in none yet.
    pub(super) fn mirrors_after(&self, id: IncidentId) -> Vec<NewMirror> {
        let Some(incident) = self.incident(id) else { return Vec::new() };
        if !incident.waits() {
            return self.tickets_at(incident, incident.severity);
        }
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let mut mirrors = self.rooms(service);
        if self.quiet(id).is_none() {
            mirrors.extend(self.tickets_at(incident, incident.severity));
        }
        mirrors
    }

    /// Whether a hold goes on: its time has not passed, and the config still holds all that fires. It may become shorter, never
    /// longer.
    pub(super) fn reconsider_wait(&mut self, id: IncidentId, held: &HeldBack) {
        let Some(incident) = self.incident(id) else { return };
        let firing = incident.alerts.iter().filter(|alert| alert.lasts());
        let holds = |alert: &Alert| Some(decided(&self.urgency_of(incident, alert))?.0);
        let shortest = firing.map(holds).min().flatten();
        let until = shortest.map(|hold| later(incident.opened_at, hold).min(held.until));
        match until.filter(|until| *until > self.now) {
            None => self.end_hold_and_begin(id),
            Some(until) if until == held.until => {}
            Some(until) => {
                let held = HeldBack { until, ..held.clone() };
                self.about(id, EscalationChange::HeldBack(held));
            }
        }
    }
}

/// For how long a rule holds, and where it says so.
fn decided(decision: &UrgencyDecision) -> Option<(SignedDuration, &Place)> {
    decision.hold.zip(decision.rule.place())
}

impl Incident {
    /// Whether a hold is what keeps it from being told.
    pub fn waits(&self) -> bool {
        let held = self.held_back.as_ref().is_some_and(|held| held.by == Hold::Wait);
        held && self.status != Status::Resolved
    }

    /// Whether a silence or an inhibition mutes it.
    pub fn is_muted(&self) -> bool {
        self.held_back.as_ref().is_some_and(|held| held.by != Hold::Wait)
    }
}
