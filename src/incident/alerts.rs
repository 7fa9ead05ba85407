//! What an event does: opens an incident, joins one, changes one, closes one, or nothing, which is said.

use super::apply::message_key;
use super::entry::{AlertChange, EscalationChange, NewMirror, Opened, ResponseChange};
use super::labels::Labels;
use super::state::{Alert, HeldBack, Incident, Status};
use super::{Asked, Call, IncidentId, Reply};
use crate::actor::{Actor, Via};
use crate::alert::{Action, Event, HEARTBEAT_KEY, Severity};
use crate::config::{MirrorKind, Provider, Service, Urgency, field};
use crate::reason::{Rule, Why};
use crate::route::{self, Decision, UrgencyDecision};
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeMap;

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
        let open = self.state.open(&key);
        if let Some(why) = self.old(&event) {
            self.record(open, AlertChange::Ignored { event: Box::new(event), why });
            return None;
        }
        match (open, event.action) {
            (Some(id), Action::Note) => {
                self.about(id, AlertChange::Noted { event: Box::new(event), service: None })
            }
            (Some(id), Action::Trigger) => self.again(id, event),
            (Some(id), Action::Update) => self.update(id, event),
            (Some(id), Action::Resolve) => self.alert_over(id, event),
            (Some(id), Action::Acknowledge) => self.acknowledged_by_monitor(id, event),
            (None, Action::Trigger) => return self.open(event),
            (_, Action::Change) => self.changed(event),
            (open, Action::Beat) => {
                let why = Why::NoHeartbeatExpected;
                self.record(open, AlertChange::Ignored { event: Box::new(event), why });
            }
            (None, Action::Resolve | Action::Acknowledge | Action::Update | Action::Note) => {
                let why = Why::NoOpenIncident;
                self.record(None, AlertChange::Ignored { event: Box::new(event), why });
            }
        }
        None
    }

    /// Why an event is not news, if it is not.
    fn old(&self, event: &Event) -> Option<Why> {
        if let Some(message) = &event.message_id
            && self.state.messages.contains_key(&message_key(event, message))
        {
            return Some(Why::MessageTaken(message.clone()));
        }
        let at = event.changed_at?;
        let key = (event.integration.clone(), event.dedup_key.clone());
        let than = self.state.keys.get(&key)?.changed_at?;
        (at < than).then_some(Why::Older { at, than })
    }

    fn open(&mut self, event: Event) -> Option<IncidentId> {
        let Decision { routed, urgency, silence } = route::decide(self.config, &event, self.now);
        let service = routed.service.as_ref().and_then(|id| self.config.services.get(id));
        let group = service.and_then(|service| group(service, &event, routed.severity));
        if let Some(id) = self.joinable(service, group.as_deref()) {
            self.join(id, event, routed.severity);
            return None;
        }
        let held_back = silence.map(|(silence, until)| HeldBack::silence(silence, until));
        let mut mirrors = self.rooms(service);
        if held_back.is_none() {
            mirrors.extend(self.tickets(service, |key: &str| field(&event, routed.severity, key)));
        }
        let UrgencyDecision { urgency, raise_at, rule: urgency_rule } = urgency;
        let id = IncidentId { epoch: self.state.epoch, n: self.state.next_incident.max(1) };
        let stale_at = self.stale_at(&event);
        let opened = Opened {
            service: routed.service,
            severity: routed.severity,
            urgency,
            route_rule: routed.rule,
            urgency_rule,
            raise_at,
            held_back,
            policy: None,
            group,
            stale_at,
            mirrors,
            event,
        };
        self.about(id, AlertChange::Opened(Box::new(opened)));
        self.recall(id);
        self.inform(id);
        self.begin_opened(id);
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
        let mirrors = self.new_tickets(incident, severity);
        self.about(id, AlertChange::Joined { event: Box::new(event), severity, mirrors, stale_at });
        self.reconsider(id);
    }

    fn acknowledged_by_monitor(&mut self, id: IncidentId, event: Event) {
        if self.incident(id).is_some_and(|incident| incident.status == Status::Acknowledged) {
            let why = Why::AlreadyAcknowledged;
            return self.about(id, AlertChange::Ignored { event: Box::new(event), why });
        }
        let by = Actor::Integration(event.integration.clone());
        self.acknowledge(id, &by, Via::Monitor, Some(event));
        self.hang_up_needless(id, None);
    }

    /// An alert that is over is not brought back to life by new words.
    fn update(&mut self, id: IncidentId, event: Event) {
        let over = |alert: &Alert| alert.is_of(&event) && !alert.firing;
        if self.incident(id).is_some_and(|incident| incident.alerts.iter().any(over)) {
            let why = Why::AlertWasOver;
            return self.about(id, AlertChange::Ignored { event: Box::new(event), why });
        }
        let amended = self.amended(id, event);
        self.again(id, amended);
    }

    /// What the incident says, with what an update says anew.
    fn amended(&self, id: IncidentId, update: Event) -> Event {
        let Some(incident) = self.incident(id) else { return update };
        let known = |new: String, known: &str| if new.is_empty() { known.to_owned() } else { new };
        let mut labels: BTreeMap<String, String> =
            incident.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        labels.extend(update.labels);
        let mut links = incident.links.clone();
        links.extend(update.links);
        Event {
            action: Action::Trigger,
            severity: update.severity.or(Some(incident.severity)),
            summary: known(update.summary, &incident.summary),
            description: known(update.description, &incident.description),
            source: known(update.source, &incident.source),
            labels,
            links,
            runbook: update.runbook.or_else(|| incident.runbook.clone()),
            ..update
        }
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
            return self.about(id, AlertChange::Repeated { integration, dedup_key, stale_at });
        }
        let mirrors = self.new_tickets(incident, severity);
        self.about(id, AlertChange::Updated { event: Box::new(event), severity, mirrors, stale_at });
        if raised || !firing {
            self.reconsider(id);
        }
        self.reconsider_hold(id);
    }

    pub(super) fn alert_over(&mut self, id: IncidentId, event: Event) {
        let Some(incident) = self.incident(id) else { return };
        if incident.alerts.iter().any(|alert| alert.is_of(&event) && !alert.firing) {
            let why = Why::AlertWasOver;
            return self.about(id, AlertChange::Ignored { event: Box::new(event), why });
        }
        let others = incident.alerts.iter().any(|alert| alert.firing && !alert.is_of(&event));
        let by = Actor::Integration(event.integration.clone());
        let why = Why::MonitorSaidSo;
        let (integration, dedup_key) = (event.integration.clone(), event.dedup_key.clone());
        let event = Some(Box::new(event));
        if others {
            self.about(id, AlertChange::Over { integration, dedup_key, event, why });
        } else {
            self.about(id, ResponseChange::Resolved { by, via: Via::Monitor, why, event });
            self.hang_up_needless(id, None);
        }
    }

    /// An alert whose source repeats while it fires has been silent for too long.
    pub(super) fn stale(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let now = self.now;
        let gone = |alert: &&Alert| alert.firing && alert.stale_at.is_some_and(|at| at <= now);
        let Some(alert) = incident.alerts.iter().find(gone) else { return };
        let (integration, dedup_key) = (alert.integration.clone(), alert.dedup_key.clone());
        let why = Why::Stale(integration.clone());
        self.alert_over_by_rule(id, integration, dedup_key, why);
    }

    /// The server itself ends an alert, and its incident where no other alert fires.
    pub(super) fn alert_over_by_rule(
        &mut self,
        id: IncidentId,
        integration: String,
        dedup_key: String,
        why: Why,
    ) {
        let Some(incident) = self.incident(id) else { return };
        let others = incident.alerts.iter().any(|other| other.firing && !other.is(&integration, &dedup_key));
        if others {
            self.about(id, AlertChange::Over { integration, dedup_key, event: None, why });
        } else {
            let by = Actor::Integration(integration);
            self.about(id, ResponseChange::Resolved { by, via: Via::Rule, why, event: None });
            self.hang_up_needless(id, None);
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
        self.about(id, EscalationChange::Raised { urgency, raise_at, rule: rule.clone() });
        if rises && acknowledged {
            let (why, rule) = (Why::MoreUrgent, Some(rule));
            self.about(id, ResponseChange::Retriggered { why, rule });
        }
        if rises {
            self.begin(id);
        }
    }

    /// What was held as low becomes high, because its hours have begun.
    pub(super) fn raise(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let rule = Rule::Why(Why::RaiseWhen(Box::new(incident.urgency_rule.clone())));
        self.about(id, EscalationChange::Raised { urgency: Urgency::High, raise_at: None, rule });
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
    pub(super) fn resolve_by_rule(&mut self, id: IncidentId, name: &str, why: Why) {
        let by = Actor::Rule(name.to_owned());
        self.about(id, ResponseChange::Resolved { by, via: Via::Rule, why, event: None });
        self.hang_up_needless(id, None);
    }

    /// The rooms in which an incident of this service is shown.
    fn rooms(&self, service: Option<&Service>) -> Vec<NewMirror> {
        let slack = self.config.organisation.slack.iter();
        let place = |shared: &String| {
            service.and_then(|service| service.slack_channel.clone()).unwrap_or_else(|| shared.clone())
        };
        slack
            .map(|slack| NewMirror {
                provider: Provider::Slack,
                kind: MirrorKind::Room,
                place: place(&slack.channel),
            })
            .collect()
    }

    /// The tickets that what is said anew asks for, unless it is held back.
    fn new_tickets(&self, incident: &Incident, severity: Severity) -> Vec<NewMirror> {
        match incident.held_back {
            Some(_) => Vec::new(),
            None => self.tickets_at(incident, severity.max(incident.severity)),
        }
    }

    /// The tickets that an incident of this severity has and does not have yet, by what the config asks for now.
    pub(super) fn tickets_at(&self, incident: &Incident, severity: Severity) -> Vec<NewMirror> {
        if incident.mirrors.iter().any(|mirror| mirror.kind == MirrorKind::Ticket) {
            return Vec::new();
        }
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let value = |key: &str| match key {
            "severity" => severity.as_str().into(),
            _ => incident.field(key),
        };
        self.tickets(service, value)
    }

    fn tickets<'v>(&self, service: Option<&Service>, value: impl Fn(&str) -> Cow<'v, str>) -> Vec<NewMirror> {
        let wanted = service.and_then(|service| service.jira.as_ref());
        let wanted = wanted.filter(|_| self.config.organisation.has(Provider::Jira));
        let wanted = wanted.filter(|ticket| ticket.when.as_ref().is_none_or(|when| when.matches(value)));
        let ticket = |project: &String| NewMirror {
            provider: Provider::Jira,
            kind: MirrorKind::Ticket,
            place: project.clone(),
        };
        wanted.map(|wanted| ticket(&wanted.project)).into_iter().collect()
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
        let description = event.description.chars().take(super::DESCRIPTION_KEPT_MAX);
        self.summary == event.summary
            && self.source == event.source
            && self.labels == Labels::new(&event.labels)
            && self.description.chars().eq(description)
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
