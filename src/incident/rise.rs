//! What becomes more urgent: a rule for what an alert says now, a route that leads elsewhere, alerts that join.
//!
//! No company makes an alert quieter: an incident is as urgent as its most urgent alert, an acknowledgement covers the
//! alerts that were there, and an alert that belongs elsewhere goes there.

use super::entry::{AlertChange, EscalationChange, Moved};
use super::errand::Paged;
use super::escalation::later;
use super::parts::{AlertKey, Status};
use super::planned::Purpose;
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{Call, IncidentId};
use crate::alert::Event;
use crate::config::Urgency;
use crate::reason::{Rule, Why};
use crate::route::{self, Decision, UrgencyDecision};
use jiff::{SignedDuration, Timestamp};

/// An acknowledged incident is triggered again for alerts that joined at most this often.
const NEWCOMERS_EVERY: SignedDuration = SignedDuration::from_mins(10);

impl Call<'_> {
    /// An acknowledgement covers the alerts that were there: a new one that is as bad as the worst of them triggers the
    /// incident again. What is told once, at low urgency, is told once more for who has joined. Both at most once in
    /// `NEWCOMERS_EVERY`. `worst`: it is worse than any before it.
    pub(super) fn newcomer(&mut self, id: IncidentId, key: &AlertKey, urgency: Urgency, worst: bool) {
        let Some(incident) = self.incident(id) else { return };
        let own = |alert: &&Alert| alert.is(&key.0, &key.1);
        let Some(severity) = incident.alerts.iter().find(own).map(|alert| alert.severity) else { return };
        let mut others = incident.alerts.iter().filter(|alert| alert.lasts() && !own(alert));
        // Of a storm nobody has looked at each alert: any one more is news.
        let as_bad = incident.storm.is_some()
            || others.all(|alert| {
                severity >= alert.severity && urgency >= self.urgency_of(incident, alert).urgency
            });
        if as_bad || incident.status == Status::Triggered {
            self.one_more(id, urgency, worst);
        }
    }

    /// One more alert that an acknowledgement does not cover, or that those who were told once have not heard of.
    pub(super) fn one_more(&mut self, id: IncidentId, urgency: Urgency, worst: bool) {
        let fresh = |it: &&Incident| it.rare.newcomers_due.is_none() || worst && it.storm.is_some();
        let Some(incident) = self.incident(id).filter(|it| fresh(it) && urgency != Urgency::None) else {
            return;
        };
        match incident.status {
            Status::Acknowledged => {
                let taken_at = incident.acknowledgement.as_ref().map_or(Timestamp::MIN, |held| held.at);
                self.tell_newcomers_in_turn(id, taken_at, worst);
            }
            Status::Triggered if incident.was_told_once() && incident.rare.newcomers_due.is_none() => {
                let every = self.storm_within(incident).unwrap_or(NEWCOMERS_EVERY);
                let until = later(incident.rare.newcomers_told_at.unwrap_or(incident.opened_at), every);
                if until <= self.now {
                    return self.tell_newcomers(id);
                }
                self.about(id, EscalationChange::NewcomersWait { until });
            }
            Status::Triggered | Status::Resolved => {}
        }
    }

    /// Tells of the alerts that have come after an instant, now or as soon as it is time to tell again. Who has just taken a
    /// storm knows that more is coming: only what is worse than all of it is told at once.
    pub(super) fn tell_newcomers_in_turn(&mut self, id: IncidentId, since: Timestamp, worst: bool) {
        let Some(incident) = self.incident(id) else { return };
        let every = self.storm_within(incident).unwrap_or(NEWCOMERS_EVERY);
        let knows = incident.storm.as_ref().map(|_| since).filter(|_| !worst);
        let until = incident.rare.newcomers_told_at.max(knows).map_or(self.now, |told| later(told, every));
        if until <= self.now {
            return self.tell_newcomers_since(id, since);
        }
        if incident.rare.newcomers_due.is_none_or(|due| until < due) {
            self.about(id, EscalationChange::NewcomersWait { until });
        }
    }

    /// Triggers again for the alerts that have come since somebody took it, or were told.
    pub(super) fn tell_newcomers(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        if incident.status == Status::Triggered {
            return self.tell_low(id);
        }
        let taken_at = incident.acknowledgement.as_ref().map_or(Timestamp::MIN, |held| held.at);
        self.tell_newcomers_since(id, taken_at);
    }

    /// The same for the alerts that have come after an instant, other than at it.
    pub(super) fn tell_newcomers_since(&mut self, id: IncidentId, since: Timestamp) {
        let Some(incident) = self.incident(id) else { return };
        let new = incident.alerts.iter().filter(|alert| alert.lasts() && alert.since > since).count();
        let counted = incident.storm.as_ref().map_or(0, |storm| storm.beyond.saturating_sub(storm.taken));
        let new = u32::try_from(new).unwrap_or(u32::MAX).saturating_add(counted);
        let why = Why::Newcomers(new.max(1));
        self.about(id, ResponseChange::Retriggered { why, rule: None });
        self.begin(id);
    }

    /// An acknowledgement in the monitor is about its own alert: what has joined since somebody was told is told anew.
    pub(super) fn untold_beside(&mut self, id: IncidentId, key: &AlertKey) {
        let about = |page: &&Paged| page.about.iter().any(|carried| carried.incident == id);
        let told_at = self.state.pages.values().filter(about).map(|page| page.at).max();
        let told_at = told_at.unwrap_or(Timestamp::MIN);
        let new = |incident: &Incident| {
            let others = incident.alerts.iter().filter(|alert| alert.lasts() && !alert.is(&key.0, &key.1));
            let mut new = others.filter(|alert| alert.since > told_at);
            new.any(|alert| self.urgency_of(incident, alert).urgency > Urgency::None)
        };
        if self.incident(id).is_some_and(new) {
            self.tell_newcomers_since(id, told_at);
        }
    }

    /// Why an alert does not stay in its incident, if it does not: its severity rose and its routes lead elsewhere, to
    /// something at least as urgent; or it fires again after the time within which its service groups.
    pub(super) fn leaves(
        &self,
        incident: &Incident,
        event: &Event,
        decision: &Decision,
        rose: bool,
        firing: bool,
    ) -> Option<Why> {
        let elsewhere = decision.routed.service.is_some() && decision.routed.service != incident.service;
        let urgent = decision.urgency.urgency >= incident.urgency && decision.urgency.urgency > Urgency::None;
        if rose && elsewhere && urgent {
            return Some(Why::RoutedElsewhere);
        }
        if incident.storm.is_some() {
            return self.leaves_storm(incident, event, decision, firing);
        }
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let within = service.and_then(|service| service.group.as_ref()).map(|group| group.within);
        let late = within.is_some_and(|within| self.now.duration_since(incident.opened_at) > within);
        let others = incident.alerts.iter().any(|alert| alert.lasts() && !alert.is_of(event));
        (!firing && others && late).then_some(Why::BeyondTheGroup)
    }

    /// An incident of one alert moves whole; of several, that alert alone leaves and opens its own.
    pub(super) fn leave(&mut self, id: IncidentId, event: Event, decision: Decision, why: Why) {
        let Some(incident) = self.incident(id) else { return };
        if incident.alerts.iter().any(|alert| alert.lasts() && !alert.is_of(&event)) {
            let (integration, dedup_key) = (event.integration.clone(), event.dedup_key.clone());
            self.about(id, AlertChange::Left { integration, dedup_key, why });
            self.hang_up_needless(id, None);
            self.open_anew(event, false);
            return;
        }
        let (stale_at, mirrors) =
            (self.stale_at(&event), self.mirrors_of(&event, &decision, decision.silence.is_some()));
        let Decision { routed, urgency, .. } = decision;
        let UrgencyDecision { urgency, raise_at, policy, rule: urgency_rule, .. } = urgency;
        let idle_seconds = self.idle_seconds(routed.service.as_ref());
        self.about(
            id,
            AlertChange::Moved(Box::new(Moved {
                event,
                service: routed.service,
                severity: routed.severity,
                urgency,
                route_rule: routed.rule,
                urgency_rule,
                raise_at,
                policy,
                stale_at,
                idle_seconds,
                mirrors,
            })),
        );
        self.inform(id);
        self.begin(id);
    }

    /// Raises the urgency to what was decided for one of the alerts, never lowers it; a rise pages, an acknowledgement
    /// notwithstanding. `worse`: that alert is worse than any before, so that a rule of its own tells again who took it.
    pub(super) fn reconsider(&mut self, id: IncidentId, decided: &UrgencyDecision, worse: bool) {
        let Some(incident) = self.incident(id) else { return };
        let rises = decided.urgency > incident.urgency;
        let held = decided.raise_at.is_some_and(|at| incident.rare.raise_at.is_none_or(|known| at < known));
        let acknowledged = incident.status == Status::Acknowledged;
        let other_rule = decided.rule != incident.urgency_rule;
        // Other people are to hear of it, whoever has it.
        let policy = self.other_policy(incident, decided).filter(|_| rises || worse && other_rule);
        let again = worse && other_rule && decided.urgency == incident.urgency;
        let again = again && (acknowledged || policy.is_some());
        if !rises && !again && (!held || decided.urgency < incident.urgency) {
            return;
        }
        let (urgency, rule) = (decided.urgency, decided.rule.clone());
        let raise_at = decided.raise_at.or(incident.rare.raise_at).filter(|_| urgency != Urgency::High);
        self.about(id, EscalationChange::Raised { urgency, raise_at, rule: rule.clone() });
        if let Some(policy) = policy {
            self.about(id, EscalationChange::PolicyChosen { policy, rule: rule.clone() });
        }
        let again = again && urgency == Urgency::High;
        if (rises || again) && acknowledged {
            let (why, rule) = (Why::MoreUrgent, Some(rule));
            self.about(id, ResponseChange::Retriggered { why, rule });
        }
        if rises || again {
            self.begin(id);
        }
    }

    /// The most urgent that the config in force decides for any alert that fires.
    pub(super) fn reconsider_all(&mut self, id: IncidentId) {
        // Somebody decided that it can wait: what they saw does not raise it.
        let may_rise = |it: &&Incident| it.status != Status::Resolved && !it.lowered;
        let Some(incident) = self.incident(id).filter(may_rise) else { return };
        let firing = incident.alerts.iter().filter(|alert| alert.lasts());
        let decided = firing.map(|alert| self.urgency_of(incident, alert));
        let soonest = |at: Option<Timestamp>| std::cmp::Reverse(at.unwrap_or(Timestamp::MAX));
        if let Some(decided) = decided.max_by_key(|it| (it.urgency, soonest(it.raise_at))) {
            self.reconsider(id, &decided, false);
        }
    }

    /// What the config in force decides for one alert of an incident, by its own words.
    pub(super) fn urgency_of(&self, incident: &Incident, alert: &Alert) -> UrgencyDecision {
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        route::urgency(service, alert.severity, |key| incident.field_of(alert, key), self.now)
    }

    /// What was held as low becomes high, because its hours have begun.
    pub(super) fn raise(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let rule = Rule::from(Why::RaiseWhen(Box::new(incident.urgency_rule.clone())));
        self.about(id, EscalationChange::Raised { urgency: Urgency::High, raise_at: None, rule });
        self.begin(id);
    }
}

impl Incident {
    /// Whether people were told of it once, at low urgency, and nothing more waits to be told.
    fn was_told_once(&self) -> bool {
        let waits = self.notifications.iter().any(|it| it.purpose == Purpose::Page && it.in_flight.is_none());
        self.pages() && self.urgency == Urgency::Low && self.low.is_some() && !waits
    }
}
