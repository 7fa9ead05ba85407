//! What falls due on an incident by itself, and what holds its pages back.

use super::entry::EscalationChange;
use super::parts::{HeldBack, Hold, Status};
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::timer::Timer;
use super::{Call, IncidentId};
use crate::reason::{Rule, Why};
use crate::route::{self, PEOPLE};
use jiff::Timestamp;

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
            Timer::Calm => self.calm(id),
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

    /// The silence or inhibition in force for an incident: it is quiet only while every alert that fires is muted, until the
    /// first of them no longer is.
    pub(super) fn quiet(&self, id: IncidentId) -> Option<HeldBack> {
        // What a person wants told, nothing holds back.
        let incident = self.incident(id).filter(|it| !it.let_through)?;
        let mut quiet: Option<HeldBack> = None;
        for alert in incident.alerts.iter().filter(|alert| alert.lasts()) {
            let held = self.muted(incident, alert)?;
            if quiet.as_ref().is_none_or(|known| held.until < known.until) {
                quiet = Some(held);
            }
        }
        quiet
    }

    /// What mutes one alert of an incident: a silence, else an inhibition. What a person starts, only its own silence mutes.
    pub(super) fn muted(&self, incident: &Incident, alert: &Alert) -> Option<HeldBack> {
        let value = |key: &str| incident.field_of(alert, key);
        let key = alert.key();
        let silence = route::silence(self.config, incident.service.as_deref(), &key, value, self.now);
        let silence = silence.map(|(silence, until)| HeldBack::silence(silence, until));
        let declared = *incident.integration == *PEOPLE;
        silence.or_else(|| self.inhibition_of(incident, alert).filter(|_| !declared))
    }

    /// Before anything more is told: whether a silence has begun since.
    pub(super) fn silence_begins(&mut self, id: IncidentId) -> bool {
        let heard = |incident: &Incident| incident.status != Status::Resolved && incident.held_back.is_none();
        let may = self.incident(id).is_some_and(heard);
        let Some(held) = self.quiet(id).filter(|_| may) else { return false };
        self.about(id, EscalationChange::HeldBack(held));
        self.hang_up_needless(id, None);
        true
    }

    /// Whether what holds it back still does, or another rule: if none, what still fires is paged now.
    pub(super) fn reconsider_hold(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|it| it.status != Status::Resolved) else { return };
        let Some(held) = incident.held_back.as_deref().cloned() else { return };
        if held.by == Hold::Wait {
            return self.reconsider_wait(id, &held);
        }
        match self.quiet(id) {
            Some(quiet) if quiet.goes_on(&held, self.now) => {}
            Some(quiet) => self.about(id, EscalationChange::HeldBack(quiet)),
            None => match self.grace(incident, &held) {
                // What outlives what explained it is told a little later.
                Some(until) => {
                    let grace = HeldBack { until, source: None, ..held.clone() };
                    if grace != held {
                        self.about(id, EscalationChange::HeldBack(grace));
                    }
                }
                None => {
                    let mirrors = self.tickets_at(incident, incident.severity);
                    self.about(id, EscalationChange::Released { held, mirrors });
                    self.begin(id);
                }
            },
        }
    }
}

impl HeldBack {
    pub(super) fn silence(silence: &crate::config::Silence, until: Timestamp) -> HeldBack {
        let (origin, reason) = (silence.origin.clone(), silence.reason.clone());
        HeldBack { by: Hold::Silence, origin, reason, until, source: None }
    }

    /// Whether it is as what held back before. By how long a source mutes is looked up when that is due.
    fn goes_on(&self, before: &HeldBack, now: Timestamp) -> bool {
        let same = (self.by, &self.origin, self.source) == (before.by, &before.origin, before.source);
        self == before
            || self.by == Hold::Inhibition && same && now < before.until && before.until <= self.until
    }
}
