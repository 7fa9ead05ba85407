//! What falls due on an incident by itself, and what holds its pages back.

use super::entry::EscalationChange;
use super::response::ResponseChange;
use super::state::{HeldBack, Hold, Incident, Status};
use super::timer::Timer;
use super::{Call, IncidentId};
use crate::reason::{Rule, Why};
use crate::route::{self, PEOPLE};

impl Call<'_> {
    /// One thing about an incident that has fallen due.
    pub(super) fn due_incident(&mut self, id: IncidentId) {
        let Some(timer) = self.incident(id).and_then(|incident| incident.due(self.now)) else { return };
        match timer {
            Timer::Stale => self.stale(id),
            Timer::Quiet => {
                let taken = self.incident(id).is_some_and(|incident| incident.status == Status::Acknowledged);
                let why = if taken { Why::Quiet } else { Why::Idle };
                self.resolve_by_rule(id, "auto_resolve_after", why);
            }
            Timer::Silence | Timer::Hold => self.reconsider_hold(id),
            Timer::Acknowledgement => {
                let (why, rule) = (Why::NotResolvedInTime, self.service_rule(id));
                self.about(id, ResponseChange::Retriggered { why, rule });
                self.begin(id);
            }
            Timer::Snooze => {
                let (why, rule) = (Why::SnoozeOver, None);
                self.about(id, ResponseChange::Retriggered { why, rule });
                self.begin(id);
            }
            Timer::Each => self.each_is_due(id),
            Timer::Also => self.also_is_due(id),
            Timer::Newcomers => self.tell_newcomers(id),
            // Before anything more is told: a silence may have begun since.
            Timer::Raise => {
                if !self.silence_begins(id) {
                    self.raise(id);
                }
            }
            Timer::Step => {
                if !self.silence_begins(id) {
                    self.advance(id);
                }
            }
        }
    }

    fn service_rule(&self, id: IncidentId) -> Option<Rule> {
        let service = self.incident(id)?.service.as_ref()?;
        self.config.services.get(service).map(|service| Rule::from(&service.place))
    }

    /// The silence in force for an incident: it is quiet only while every alert that fires is muted, until the first of
    /// them no longer is.
    fn silence(&self, id: IncidentId) -> Option<HeldBack> {
        // What a person starts, or wants told, nothing holds back.
        let incident = self.incident(id).filter(|it| !it.let_through && it.integration != PEOPLE)?;
        let service = incident.service.as_deref();
        let mut quiet: Option<HeldBack> = None;
        for alert in incident.alerts.iter().filter(|alert| alert.firing) {
            let value = |key: &str| incident.field_of(alert, key);
            let (silence, until) = route::silence(self.config, service, value, self.now)?;
            if quiet.as_ref().is_none_or(|held| until < held.until) {
                quiet = Some(HeldBack::silence(silence, until));
            }
        }
        quiet
    }

    /// Before anything more is told: whether a silence has begun since.
    pub(super) fn silence_begins(&mut self, id: IncidentId) -> bool {
        let heard = |incident: &Incident| incident.status != Status::Resolved && incident.held_back.is_none();
        let may = self.incident(id).is_some_and(heard);
        let Some(held) = self.silence(id).filter(|_| may) else { return false };
        self.about(id, EscalationChange::HeldBack(held));
        self.hang_up_needless(id, None);
        true
    }

    /// Whether what holds it back still does, or another rule: if none, what still fires is paged now.
    pub(super) fn reconsider_hold(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|it| it.status != Status::Resolved) else { return };
        let Some(held) = incident.held_back.clone() else { return };
        match self.silence(id) {
            Some(silence) if silence == *held => {}
            Some(silence) => self.about(id, EscalationChange::HeldBack(silence)),
            None => {
                let mirrors = self.tickets_at(incident, incident.severity);
                self.about(id, EscalationChange::Released { held: *held, mirrors });
                self.begin(id);
            }
        }
    }
}

impl HeldBack {
    pub(super) fn silence(silence: &crate::config::Silence, until: jiff::Timestamp) -> HeldBack {
        let (origin, reason) = (silence.origin.clone(), silence.reason.clone());
        HeldBack { by: Hold::Silence, origin, reason, until }
    }
}
