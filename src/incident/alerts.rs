//! What an event does: opens an incident, joins one, changes one, closes one, or nothing, which is said.

use super::apply::message_key;
use super::entry::{Change, Opened};
use super::state::{Incident, Status};
use super::{Actor, Asked, Call, IncidentId, Reply, Silenced, Via};
use crate::alert::{Action, Event, HEARTBEAT_KEY, Severity};
use crate::config::{Service, Urgency, field};
use crate::route::{self, UrgencyDecision};
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;

/// A repeat that changes nothing is recorded at most this often.
const REPEAT_RECORDED: SignedDuration = SignedDuration::from_mins(1);
/// Of an incident with more entries than this, repeats and news that raise nothing are recorded hourly.
pub const TIMELINE_MAX: u32 = 10_000;
/// How many alerts one incident groups; the next opens another.
pub const ALERTS_MAX: usize = 1_000;

impl Call<'_> {
    /// Each event of one request, in order.
    pub(super) fn alerts(&mut self, events: Vec<Event>) {
        let mut opened = Vec::new();
        for event in events {
            match self.heartbeat_of(&event) {
                Some(patience) => self.beat(event.integration, patience),
                None => opened.extend(self.event(event)),
            }
        }
        self.turn.reply = Some(Reply::Taken { opened });
    }

    pub(super) fn event(&mut self, event: Event) -> Option<IncidentId> {
        let key = (event.integration.clone(), event.dedup_key.clone());
        let open = self.state.open.get(&key).copied();
        if let Some(why) = self.old(&event) {
            self.record(open, Change::Ignored { event: Box::new(event), why });
            return None;
        }
        match (open, event.action) {
            (Some(id), Action::Note) => self.noted(id, event),
            (Some(id), Action::Trigger) => self.again(id, event),
            (Some(id), Action::Resolve) => self.alert_over(id, event),
            (Some(id), Action::Acknowledge) => self.acknowledged_by_monitor(id, event),
            (None, Action::Trigger) => return self.open(event),
            (_, Action::Change) => self.changed(event),
            (open, Action::Beat) => {
                let why = "no heartbeat is expected here".to_owned();
                self.record(open, Change::Ignored { event: Box::new(event), why });
            }
            (None, Action::Resolve | Action::Acknowledge | Action::Note) => {
                let why = "no open incident has this key".to_owned();
                self.record(None, Change::Ignored { event: Box::new(event), why });
            }
        }
        None
    }

    /// Why an event is not news, if it is not.
    fn old(&self, event: &Event) -> Option<String> {
        if let Some(message) = &event.message_id
            && self.state.messages.contains_key(&message_key(event, message))
        {
            return Some(format!("message {message} was taken before"));
        }
        let key = (event.integration.clone(), event.dedup_key.clone());
        let (changed, _) = self.state.changed.get(&key)?;
        event
            .changed_at
            .filter(|at| at < changed)
            .map(|at| format!("of {at}, older than the last, of {changed}"))
    }

    fn open(&mut self, event: Event) -> Option<IncidentId> {
        let routed = route::route(self.config, &event);
        let service = routed.service.as_ref().and_then(|id| self.config.services.get(id));
        let value = |key: &str| field(&event, routed.severity, key);
        let group = service.and_then(|service| group(service, &event, routed.severity));
        if let Some(id) = self.joinable(service, group.as_deref()) {
            self.join(id, event, routed.severity);
            return None;
        }
        let silence = route::silence(self.config, routed.service.as_deref(), value, self.now);
        let silenced = silence.map(|(silence, until)| Silenced {
            rule: silence.place.to_string(),
            reason: silence.reason.clone(),
            until,
        });
        let UrgencyDecision { urgency, raise_at, rule } =
            route::urgency(service, routed.severity, value, self.now);
        let ticket = silenced.is_none() && self.wants_ticket(service, value);
        let id = IncidentId { epoch: self.state.epoch, n: self.state.next_incident.max(1) };
        let stale_at = self.stale_at(&event);
        let opened = Opened {
            service: routed.service,
            severity: routed.severity,
            urgency,
            route_rule: routed.rule,
            urgency_rule: rule,
            raise_at,
            silenced,
            group,
            stale_at,
            channel: self.config.organisation.slack.is_some(),
            ticket,
            event,
        };
        self.about(id, Change::Opened(Box::new(opened)));
        self.recall(id);
        self.inform(id);
        self.begin(id);
        Some(id)
    }

    fn joinable(&self, service: Option<&Service>, group: Option<&str>) -> Option<IncidentId> {
        let service = service?;
        let within = service.group.as_ref()?.within;
        let known = self.index.groups.get(&(service.id.clone(), group?.to_owned()))?;
        let incident = self.incident(*known.last()?)?;
        let room = incident.alerts.len() < ALERTS_MAX;
        (room && self.now.duration_since(incident.opened_at) <= within).then_some(incident.id)
    }

    fn join(&mut self, id: IncidentId, event: Event, severity: Severity) {
        let Some(incident) = self.incident(id) else { return };
        let stale_at = self.stale_at(&event);
        let ticket = incident.silenced.is_none() && self.ticket_at(incident, severity.max(incident.severity));
        self.about(id, Change::Joined { event: Box::new(event), severity, ticket, stale_at });
        self.reconsider(id);
    }

    /// An update that says what the alert itself has said is no news.
    fn noted(&mut self, id: IncidentId, event: Event) {
        if self.incident(id).is_some_and(|incident| !incident.has_words(&event)) {
            self.about(id, Change::Noted { event: Box::new(event), service: None });
        }
    }

    fn acknowledged_by_monitor(&mut self, id: IncidentId, event: Event) {
        if self.incident(id).is_some_and(|incident| incident.status == Status::Acknowledged) {
            let why = "it is acknowledged".to_owned();
            return self.about(id, Change::Ignored { event: Box::new(event), why });
        }
        let by = Actor { user: None, name: event.integration.clone() };
        self.acknowledge(id, &by, Via::Monitor, Some(event));
        self.hang_up_needless(id, None);
    }

    /// The same key fires again while its incident is open.
    fn again(&mut self, id: IncidentId, event: Event) {
        let severity = route::route(self.config, &event).severity;
        let Some(incident) = self.incident(id) else { return };
        let Some(alert) = incident.alerts.iter().find(|alert| alert.is_of(&event)) else { return };
        let (firing, raised) = (alert.firing, severity > incident.severity);
        // What is numbered or dated is kept, so that the same once more, or an older one, is known as such.
        let numbered = event.message_id.is_some() || event.changed_at.is_some();
        let news = !firing || raised || numbered || !incident.says(&event);
        let full = incident.entries > TIMELINE_MAX;
        let often = if full { REPEAT_RECORDED * 60 } else { REPEAT_RECORDED };
        let often = self.stale_after(&event.integration).map_or(often, |after| often.min(after / 2));
        if self.now.duration_since(alert.heard_at) < often && (!news || full && firing && !raised) {
            return;
        }
        let stale_at = self.stale_at(&event);
        if !news {
            let (integration, dedup_key) = (event.integration, event.dedup_key);
            return self.about(id, Change::Repeated { integration, dedup_key, stale_at });
        }
        let ticket = incident.silenced.is_none() && self.ticket_at(incident, severity.max(incident.severity));
        self.about(id, Change::Updated { event: Box::new(event), severity, ticket, stale_at });
        if raised || !firing {
            self.reconsider(id);
        }
        self.reconsider_silence(id);
    }

    pub(super) fn alert_over(&mut self, id: IncidentId, event: Event) {
        let Some(incident) = self.incident(id) else { return };
        if incident.alerts.iter().any(|alert| alert.is_of(&event) && !alert.firing) {
            let why = "this alert was over before".to_owned();
            return self.about(id, Change::Ignored { event: Box::new(event), why });
        }
        let others = incident.alerts.iter().any(|alert| alert.firing && !alert.is_of(&event));
        let by = Actor { user: None, name: event.integration.clone() };
        let why = "the monitor says so".to_owned();
        let (integration, dedup_key) = (event.integration.clone(), event.dedup_key.clone());
        let event = Some(Box::new(event));
        if others {
            self.about(id, Change::AlertResolved { integration, dedup_key, event, why });
        } else {
            self.about(id, Change::Resolved { by, via: Via::Monitor, why, event });
            self.hang_up_needless(id, None);
        }
    }

    /// An alert whose source repeats while it fires has been silent for too long.
    pub(super) fn stale(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let now = self.now;
        let gone = |alert: &&super::Alert| alert.firing && alert.stale_at.is_some_and(|at| at <= now);
        let Some(alert) = incident.alerts.iter().find(gone) else { return };
        let (integration, dedup_key) = (alert.integration.clone(), alert.dedup_key.clone());
        let why = format!("{integration} no longer says it: stale_after has passed");
        self.alert_over_by_rule(id, integration, dedup_key, why);
    }

    /// The server itself ends an alert, and its incident where no other alert fires.
    pub(super) fn alert_over_by_rule(
        &mut self,
        id: IncidentId,
        integration: String,
        dedup_key: String,
        why: String,
    ) {
        let Some(incident) = self.incident(id) else { return };
        let others = incident.alerts.iter().any(|other| other.firing && !other.is(&integration, &dedup_key));
        if others {
            self.about(id, Change::AlertResolved { integration, dedup_key, event: None, why });
        } else {
            self.resolve_by_rule(id, integration, why);
        }
    }

    /// Decides the urgency anew; a rise pages, an acknowledgement notwithstanding.
    pub(super) fn reconsider(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let decided = route::urgency(service, incident.severity, |key| incident.field(key), self.now);
        let rises = decided.urgency > incident.urgency;
        let held = decided.raise_at.is_some_and(|at| incident.raise_at.is_none_or(|known| at < known));
        if !rises && (!held || decided.urgency < incident.urgency) {
            return;
        }
        let acknowledged = incident.status == Status::Acknowledged;
        let (urgency, rule) = (decided.urgency, decided.rule);
        let raise_at = decided.raise_at.or(incident.raise_at).filter(|_| urgency != Urgency::High);
        self.about(id, Change::Raised { urgency, raise_at, rule: rule.clone() });
        if rises && acknowledged {
            let why = "it has become more urgent".to_owned();
            self.about(id, Change::Retriggered { why, rule });
        }
        if rises {
            self.begin(id);
        }
    }

    /// What was held as low becomes high, because its hours have begun.
    pub(super) fn raise(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let rule = format!("{} (raise_when)", incident.urgency_rule);
        self.about(id, Change::Raised { urgency: Urgency::High, raise_at: None, rule });
        self.begin(id);
    }

    fn stale_after(&self, integration: &str) -> Option<SignedDuration> {
        self.config.endpoints.get(integration)?.stale_after
    }

    /// That an integration has fallen silent does not become untrue by silence.
    fn stale_at(&self, event: &Event) -> Option<Timestamp> {
        let stale_after = self.stale_after(&event.integration).filter(|_| event.dedup_key != HEARTBEAT_KEY);
        self.now.checked_add(stale_after?).ok()
    }

    /// The server itself closes it, by a rule of the config with this name.
    pub(super) fn resolve_by_rule(&mut self, id: IncidentId, name: String, why: String) {
        let by = Actor { user: None, name };
        self.about(id, Change::Resolved { by, via: Via::Rule, why, event: None });
        self.hang_up_needless(id, None);
    }

    /// Whether an incident of this severity has a ticket, by what the config asks for now.
    pub(super) fn ticket_at(&self, incident: &Incident, severity: Severity) -> bool {
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let value = |key: &str| match key {
            "severity" => severity.as_str().into(),
            _ => incident.field(key),
        };
        self.wants_ticket(service, value)
    }

    fn wants_ticket<'v>(&self, service: Option<&Service>, value: impl Fn(&str) -> Cow<'v, str>) -> bool {
        let ticket = service.and_then(|service| service.jira.as_ref());
        self.config.organisation.jira.is_some()
            && ticket.is_some_and(|ticket| ticket.when.as_ref().is_none_or(|when| when.matches(value)))
    }

    /// The reply to a command that acted on `done` of the incidents it named, and found `already` done.
    pub(super) fn replied(
        &mut self,
        action: Asked,
        done: Vec<IncidentId>,
        already: Vec<(IncidentId, String)>,
    ) {
        self.turn.reply = Some(match (done.is_empty(), already.first()) {
            (false, _) => Reply::Done { action, incidents: done },
            (true, Some((_, by))) => {
                let by = by.clone();
                Reply::Already { action, by, incidents: already.into_iter().map(|(id, _)| id).collect() }
            }
            (true, None) => Reply::NotFound,
        });
    }
}

impl Incident {
    /// Whether the event has no words that are new. Only those of the alert that opened it are kept.
    fn says(&self, event: &Event) -> bool {
        if self.alerts.first().is_some_and(|first| !first.is_of(event)) {
            return true;
        }
        self.summary == event.summary
            && self.source == event.source
            && self.labels == super::Labels::new(&event.labels)
            && self.is_described(event)
    }

    /// Whether the words of a note are its summary or its description.
    fn has_words(&self, note: &Event) -> bool {
        self.summary == note.summary || !note.description.is_empty() && self.is_described(note)
    }

    fn is_described(&self, event: &Event) -> bool {
        self.description.chars().eq(event.description.chars().take(super::DESCRIPTION_KEPT_MAX))
    }
}

/// The values that alerts must share to join; `None` where the service does not group or the alert lacks one.
fn group(service: &Service, event: &Event, severity: Severity) -> Option<String> {
    let by = &service.group.as_ref()?.by;
    let mut key = String::new();
    for name in by {
        let value = field(event, severity, name);
        if value.is_empty() {
            return None;
        }
        key.push_str(&value);
        key.push('\u{1}');
    }
    Some(key)
}
