//! What an event does: opens an incident, joins one, changes one, closes one, or nothing, which is said.

use super::apply::message_key;
use super::entry::{Change, Opened};
use super::state::{Incident, Status};
use super::{Actor, Asked, Call, IncidentId, Reply, Silenced, Via};
use crate::alert::{Action, Event, Severity};
use crate::config::{Service, Urgency, field};
use crate::route::{self, UrgencyDecision};
use jiff::{SignedDuration, Timestamp};

/// A repeat that changes nothing is recorded at most this often.
const REPEAT_RECORDED: SignedDuration = SignedDuration::from_mins(1);
/// Of an incident with more entries than this, repeats are recorded hourly.
pub const TIMELINE_MAX: u32 = 10_000;

impl Call<'_> {
    /// Each event of one request, in order.
    pub(super) fn alerts(&mut self, events: Vec<Event>) {
        let mut opened = Vec::new();
        for event in events {
            opened.extend(self.event(event));
        }
        self.turn.reply = Some(Reply::Taken { opened });
    }

    fn event(&mut self, event: Event) -> Option<IncidentId> {
        let key = (event.integration.clone(), event.dedup_key.clone());
        let open = self.state.open.get(&key).copied();
        if let Some(why) = self.old(&event) {
            self.record(open, Change::Ignored { event: Box::new(event), why });
            return None;
        }
        match (open, event.action) {
            (Some(id), Action::Trigger) => self.again(id, event),
            (Some(id), Action::Resolve) => self.alert_over(id, event),
            (Some(id), Action::Acknowledge) => {
                let by = Actor { user: None, name: event.integration.clone() };
                self.acknowledge(id, &by, Via::Monitor, Some(event));
            }
            (None, Action::Trigger) => return self.open(event),
            (None, Action::Resolve | Action::Acknowledge) => {
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
        let ticket =
            silenced.is_none() && wants_ticket(self.config.organisation.jira.is_some(), service, value);
        let id = IncidentId { epoch: self.state.epoch, n: self.state.next_incident.max(1) };
        let stale_at = self.stale_at(&event.integration);
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
        self.inform(id);
        self.begin(id);
        Some(id)
    }

    fn joinable(&self, service: Option<&Service>, group: Option<&str>) -> Option<IncidentId> {
        let service = service?;
        let within = service.group.as_ref()?.within;
        let id = *self.index.groups.get(&(service.id.clone(), group?.to_owned()))?;
        let opened_at = self.incident(id)?.opened_at;
        (self.now.duration_since(opened_at) <= within).then_some(id)
    }

    fn join(&mut self, id: IncidentId, event: Event, severity: Severity) {
        let stale_at = self.stale_at(&event.integration);
        self.about(id, Change::Joined { event: Box::new(event), severity, stale_at });
        self.reconsider(id);
    }

    /// The same key fires again while its incident is open.
    fn again(&mut self, id: IncidentId, event: Event) {
        let severity = route::route(self.config, &event).severity;
        let Some(incident) = self.incident(id) else { return };
        let firing = incident.alerts.iter().any(|alert| alert.dedup_key == event.dedup_key && alert.firing);
        let raised = severity > incident.severity;
        let often = if incident.entries > TIMELINE_MAX { REPEAT_RECORDED * 60 } else { REPEAT_RECORDED };
        let since = self.now.duration_since(incident.last_event_at);
        if firing && !raised && since < often {
            return;
        }
        let value = |key: &str| field(&event, severity.max(incident.severity), key);
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let ticket = incident.silenced.is_none()
            && wants_ticket(self.config.organisation.jira.is_some(), service, value);
        let same = firing && !raised && incident.says(&event);
        let stale_at = self.stale_at(&event.integration);
        if same {
            self.about(id, Change::Repeated { dedup_key: event.dedup_key, stale_at });
        } else {
            self.about(id, Change::Updated { event: Box::new(event), severity, ticket, stale_at });
        }
        if raised || !firing {
            self.reconsider(id);
        }
    }

    fn alert_over(&mut self, id: IncidentId, event: Event) {
        let Some(incident) = self.incident(id) else { return };
        let others = incident.alerts.iter().any(|alert| alert.firing && alert.dedup_key != event.dedup_key);
        let by = Actor { user: None, name: event.integration.clone() };
        let why = "the monitor says so".to_owned();
        let (dedup_key, event) = (event.dedup_key.clone(), Some(Box::new(event)));
        if others {
            self.about(id, Change::AlertResolved { dedup_key, event, why });
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
        let Some(key) = incident.alerts.iter().find(gone).map(|alert| alert.dedup_key.clone()) else {
            return;
        };
        let others = incident.alerts.iter().any(|alert| alert.firing && alert.dedup_key != key);
        let name = incident.integration.clone();
        let why = format!("{name} no longer says it: stale_after has passed");
        if others {
            self.about(id, Change::AlertResolved { dedup_key: key, event: None, why });
        } else {
            self.resolve(id, &Actor { user: None, name }, Via::Rule, why);
        }
    }

    /// Decides the urgency anew; a rise pages, an acknowledgement notwithstanding.
    pub(super) fn reconsider(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let decided = route::urgency(service, incident.severity, |key| incident.field(key), self.now);
        if decided.urgency <= incident.urgency {
            return;
        }
        let acknowledged = incident.status == Status::Acknowledged;
        let rule = decided.rule.clone();
        self.about(id, Change::Raised { urgency: decided.urgency, rule: decided.rule });
        if acknowledged {
            let why = "it has become more urgent".to_owned();
            self.about(id, Change::Retriggered { why, rule });
        }
        self.begin(id);
    }

    /// What was held as low becomes high, because its hours have begun.
    pub(super) fn raise(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let rule = format!("{} (raise_when)", incident.urgency_rule);
        self.about(id, Change::Raised { urgency: Urgency::High, rule });
        self.begin(id);
    }

    fn stale_at(&self, integration: &str) -> Option<Timestamp> {
        let after = self.config.endpoints.get(integration)?.stale_after?;
        self.now.checked_add(after).ok()
    }

    pub(super) fn resolve(&mut self, id: IncidentId, by: &Actor, via: Via, why: String) {
        self.about(id, Change::Resolved { by: by.clone(), via, why, event: None });
        self.hang_up_needless(id, None);
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
    fn says(&self, event: &Event) -> bool {
        let description = event.description.chars().take(super::DESCRIPTION_KEPT_MAX);
        self.summary == event.summary
            && self.source == event.source
            && self.labels == super::Labels::new(&event.labels)
            && self.description.chars().eq(description)
    }
}

fn wants_ticket<'v>(
    jira: bool,
    service: Option<&Service>,
    value: impl Fn(&str) -> std::borrow::Cow<'v, str>,
) -> bool {
    let ticket = service.and_then(|service| service.jira.as_ref());
    jira && ticket.is_some_and(|ticket| ticket.when.as_ref().is_none_or(|when| when.matches(value)))
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
