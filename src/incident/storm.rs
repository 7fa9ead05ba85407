//! Storms: what a service can no longer open one by one joins one incident, which is told with its number.
//!
//! A storm is of one service and one urgency. It begins when the service opened more incidents than its `storm` allows, or
//! when too many are open in all; further alerts join it, with their keys as long as there is room, counted beyond. It is
//! an incident like any other: paged by the service's policy, acknowledged, silenced, closed when every alert that it
//! knows is over. Bodies that cannot be read have a storm of their own, by integration. What is never folded: silence of
//! an integration, and the server's own troubles.

use super::apply::REMEMBERED;
use super::entry::{AlertChange, Folded};
use super::escalation::later;
use super::parts::{Status, Storm};
use super::state::{Alert, Incident, OwnWords, State};
use super::{Call, IncidentId};
use crate::alert::{Event, HEARTBEAT_KEY, Severity, UNPARSED};
use crate::config::{Id, StormRule, Urgency};
use crate::reason::Why;
use crate::route::{Decision, OWN_INTEGRATION};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;

/// How many incidents may be open: beyond, every new alert joins its service's storm.
pub const OPEN_MAX: usize = 200_000;
/// How many alerts a storm knows by their keys; beyond, they are counted.
pub const STORM_ALERTS_MAX: usize = 10_000;
/// How many arrivals of a service and urgency are remembered: as many as a rule may ask for.
pub const ARRIVALS_MAX: usize = StormRule::INCIDENTS_MAX as usize;
/// How many bodies of one integration that cannot be read are incidents of their own.
const UNREAD_MAX: usize = 5;
/// How long after the rate fell a storm still takes alerts.
const CALM: SignedDuration = SignedDuration::from_mins(5);

/// How many alerts fire in a storm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StormSize {
    pub alerts: usize,
    pub critical: usize,
}

impl Call<'_> {
    /// The storm that a new alert joins, or that it begins; `None`: it opens an incident like any other.
    pub(super) fn storm(
        &self,
        event: &Event,
        decision: &Decision,
        held: bool,
    ) -> Option<(Option<IncidentId>, Folded)> {
        if event.labels.contains_key(UNPARSED) {
            return self.unread_storm(event, decision);
        }
        if !may_fold(event) {
            return None;
        }
        let key = (decision.routed.service.clone(), decision.urgency.urgency);
        // What is muted joins only what is muted, and what is not only what is not.
        let known = self.index.storms.get(&key).into_iter().flatten().rev();
        // Nor would the people of a policy that a rule names hear of what joined a storm of another.
        let fits = |it: &&Incident| it.is_muted() == held && self.is_told_alike(it, &decision.urgency);
        let mut open = known.filter_map(|id| self.incident(*id)).filter(fits);
        let open = open.next();
        let id = open.map(|incident| incident.id);
        let service = key.0.clone();
        let rule = service.as_ref().and_then(|service| self.config.services.get(service)?.storm.as_ref());
        if let Some(rule) = rule
            && let Some(until) = self.state.beyond_until(&key, rule, self.now)
        {
            let why = rule.why();
            let (rule, takes_until) = (Some(rule.place.clone()), later(until, CALM));
            return Some((id, Folded { service, why, rule, takes_until }));
        }
        let taking = open.and_then(|incident| incident.storm.as_ref());
        if let Some(storm) = taking.filter(|storm| rule.is_some() && storm.takes_until >= self.now) {
            let Storm { why, rule, takes_until, .. } = (**storm).clone();
            return Some((id, Folded { service, why, rule, takes_until }));
        }
        let why = Why::OpenMax(u32::try_from(OPEN_MAX).unwrap_or(u32::MAX));
        let (rule, takes_until) = (None, later(self.now, CALM));
        (self.index.open >= OPEN_MAX).then_some((id, Folded { service, why, rule, takes_until }))
    }

    /// The same for a body that cannot be read: beyond some open ones of its integration, all are one.
    fn unread_storm(&self, event: &Event, decision: &Decision) -> Option<(Option<IncidentId>, Folded)> {
        let known = self.index.unread.get(event.integration.as_str())?;
        let own = known.iter().filter(|id| self.incident(**id).is_some_and(|it| it.storm.is_none()));
        if own.count() < UNREAD_MAX {
            return None;
        }
        let (service, urgency) = (&decision.routed.service, decision.urgency.urgency);
        let same = |incident: &&Incident| {
            incident.storm.is_some()
                && incident.service == *service
                && incident.urgency == urgency
                && incident.is_muted() == decision.silence.is_some()
        };
        let open = known.iter().filter_map(|id| self.incident(*id)).find(same);
        let why = Why::UnreadMax(u32::try_from(UNREAD_MAX).unwrap_or(u32::MAX));
        let (service, rule, takes_until) = (service.clone(), None, Timestamp::MAX);
        Some((open.map(|incident| incident.id), Folded { service, why, rule, takes_until }))
    }

    /// An alert joins a storm, with its key as long as there is room.
    pub(super) fn fold(&mut self, id: IncidentId, event: Event, decision: &Decision, folded: Folded) {
        let Some(incident) = self.incident(id) else { return };
        if incident.alerts.len() < STORM_ALERTS_MAX {
            return self.join(id, event, decision, Some(folded));
        }
        let severity = decision.routed.severity;
        let worst = severity > incident.severity;
        self.about(id, AlertChange::Counted { event: Box::new(event), severity, folded });
        self.reconsider(id, &decision.urgency, false);
        self.one_more(id, decision.urgency.urgency, worst);
    }

    /// Why an alert does not stay in its storm, if others fire there: it is more urgent now, or fires again when the storm
    /// takes no more.
    pub(super) fn leaves_storm(
        &self,
        incident: &Incident,
        event: &Event,
        decision: &Decision,
        firing: bool,
    ) -> Option<Why> {
        if !incident.alerts.iter().any(|alert| alert.lasts() && !alert.is_of(event)) {
            return None;
        }
        if decision.urgency.urgency > incident.urgency {
            return Some(Why::MoreUrgent);
        }
        let held = self.held_of_event(event, decision).is_some();
        let stays = || self.storm(event, decision, held).is_some_and(|(storm, _)| storm == Some(incident.id));
        (!firing && !stays()).then_some(Why::BeyondTheStorm)
    }

    /// How often a storm that somebody has is told again; `None`: it is no storm.
    pub(super) fn storm_within(&self, incident: &Incident) -> Option<SignedDuration> {
        incident.storm.as_ref()?;
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let rule = service.and_then(|service| service.storm.as_ref());
        Some(rule.map_or(StormRule::WITHIN, |rule| rule.within))
    }
}

/// Silence and our own troubles are told one by one, and so is what cannot be read, up to a bound of its own.
fn may_fold(event: &Event) -> bool {
    event.integration != OWN_INTEGRATION && event.dedup_key != HEARTBEAT_KEY
}

impl State {
    /// Until when one more alert now is one too many; `None`: it is not.
    fn beyond_until(
        &self,
        key: &(Option<Id>, Urgency),
        rule: &StormRule,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let arrivals = self.arrivals.get(key)?;
        let first = arrivals.len().checked_sub(rule.incidents as usize)?;
        let until = arrivals.get(first).map(|first| later(*first, rule.within))?;
        (now < until).then_some(until)
    }

    /// Remembers when an alert came that opened an incident, or would have.
    pub(super) fn arrived_in(&mut self, id: IncidentId, event: &Event, at: Timestamp) {
        let Some(incident) = self.incidents.get(&id).filter(|it| !it.unread && may_fold(event)) else {
            return;
        };
        let arrivals = self.arrivals.entry((incident.service.clone(), incident.urgency)).or_default();
        if arrivals.len() >= ARRIVALS_MAX {
            arrivals.pop_front();
        }
        arrivals.push_back(at);
    }

    pub(super) fn forget_arrivals(&mut self, now: Timestamp) {
        self.arrivals.retain(|_, arrivals| {
            arrivals.retain(|at| now.duration_since(*at) <= REMEMBERED);
            !arrivals.is_empty()
        });
    }
}

impl Storm {
    pub(super) fn new(folded: &Folded) -> Storm {
        Storm {
            why: folded.why.clone(),
            rule: folded.rule.clone(),
            takes_until: folded.takes_until,
            beyond: 0,
            beyond_critical: 0,
            counted_at: None,
            taken: 0,
            falls_silent: false,
        }
    }

    /// What it counted without a key is over with it.
    pub(super) fn nothing_is_counted(&mut self) {
        (self.beyond, self.beyond_critical, self.counted_at, self.taken) = (0, 0, None, 0);
    }
}

impl Incident {
    /// One more alert, whose key is nowhere yet.
    pub(super) fn take_in(
        &mut self,
        (event, severity): (&Event, Severity),
        folded: &Folded,
        stale_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        self.falls_silent(stale_at);
        self.grow(severity, folded, at);
        self.add(event, severity, stale_at, at);
    }

    /// One more alert, without its key.
    pub(super) fn count(&mut self, severity: Severity, folded: &Folded, at: Timestamp) {
        self.grow(severity, folded, at);
        if let Some(storm) = &mut self.storm {
            storm.beyond = storm.beyond.saturating_add(1);
            let critical = severity == Severity::Critical;
            storm.beyond_critical = storm.beyond_critical.saturating_add(u32::from(critical));
            storm.counted_at = Some(at);
        }
    }

    /// One alert more.
    pub(super) fn add(
        &mut self,
        event: &Event,
        severity: Severity,
        stale_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        let (integration, dedup_key) = (event.integration.clone(), event.dedup_key.clone());
        let own = (!self.alerts.is_empty()).then(|| Box::new(OwnWords::of(event)));
        if self.alerts.is_empty() {
            // Most incidents are about one.
            self.alerts.reserve_exact(1);
        }
        self.alerts.push(Alert {
            integration,
            dedup_key,
            firing: true,
            fired_to_the_end: false,
            severity,
            since: at,
            own,
            heard_at: at,
            stale_at,
            flapping: None,
        });
    }

    /// It takes more for as long as the alert says that joined last.
    fn grow(&mut self, severity: Severity, folded: &Folded, at: Timestamp) {
        self.last_event_at = at;
        self.severity = self.severity.max(severity);
        self.version += 1;
        self.storm.iter_mut().for_each(|storm| storm.takes_until = folded.takes_until);
    }

    /// Notes that one of its alerts ends by silence.
    pub(super) fn falls_silent(&mut self, stale_at: Option<Timestamp>) {
        self.storm.iter_mut().for_each(|storm| storm.falls_silent |= stale_at.is_some());
    }

    /// Moves with a clock that jumped.
    pub(super) fn shift_storm(&mut self, by: SignedDuration) {
        if let Some(storm) = &mut self.storm {
            let moved = |at: &mut Timestamp| *at = at.saturating_add(by).unwrap_or(*at);
            [Some(&mut storm.takes_until), storm.counted_at.as_mut()].into_iter().flatten().for_each(moved);
        }
    }

    /// How many alerts fire in it, or had come when it closed; `None`: it is no storm, or stands for one alert alone.
    pub fn storm_size(&self) -> Option<StormSize> {
        let storm = self.storm.as_ref()?;
        let counts = |alert: &&Alert| alert.lasts() || self.status == Status::Resolved;
        let known = self.alerts.iter().filter(counts);
        let critical = known.clone().filter(|alert| alert.severity == Severity::Critical);
        let critical = critical.count() + storm.beyond_critical as usize;
        let size = StormSize { alerts: known.count() + storm.beyond as usize, critical };
        Some(size).filter(|size| size.alerts > 1)
    }

    /// The worst alerts that fire, the oldest first among equals.
    pub fn worst_ones(&self, max: usize) -> Vec<&Alert> {
        let mut firing: Vec<&Alert> = self.alerts.iter().filter(|alert| alert.lasts()).collect();
        firing.sort_by_key(|alert| (Reverse(alert.severity), alert.since));
        firing.truncate(max);
        firing
    }

    /// What one of its alerts says.
    pub fn summary_of<'a>(&'a self, alert: &'a Alert) -> &'a str {
        alert.own.as_ref().map_or(&self.summary, |own| &own.summary)
    }
}
