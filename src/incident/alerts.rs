//! What an event does: opens an incident, joins one, changes one, closes one, or nothing, which is said.

use super::apply::{AHEAD_MAX, message_key};
use super::description::kept_of;
use super::entry::{AlertChange, Folded, Opened};
use super::parts::{HeldBack, Hold, Status};
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{Call, IncidentId, Reply};
use crate::actor::{Actor, Via};
use crate::alert::{Action, Event, HEARTBEAT_KEY, Severity, UNPARSED};
use crate::config::{Service, field};
use crate::reason::Why;
use crate::route::{self, Decision, UrgencyDecision};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What the keys of the server's own alerts about an integration begin with.
const OWN_KEY: char = '\u{1}';
/// A repeat that changes nothing is recorded at most this often.
pub const REPEAT_RECORDED: SignedDuration = SignedDuration::from_mins(1);
/// Of an incident with more entries than this, repeats and news that raise nothing are recorded hourly.
pub const TIMELINE_MAX: u32 = 10_000;
/// How many open incidents of one group are looked at for one that an alert may join.
const GROUPS_MAX: usize = 16;
/// How many alerts one incident groups; the next opens another.
pub const ALERTS_MAX: usize = 1_000;

impl Call<'_> {
    /// Each event of one request, in order.
    pub(super) fn alerts(&mut self, events: Vec<Event>) {
        let mut opened = Vec::new();
        for mut event in events {
            // The key of our own alert about silence is nobody else's.
            if event.action != Action::Beat && event.dedup_key.starts_with(OWN_KEY) {
                event.dedup_key = event.dedup_key.replace(OWN_KEY, "");
            }
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
        // An update says only what is new: rules see it beside what was said before.
        let event = if event.action == Action::Update { event } else { self.ruled(open, event)? };
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
        // A clock that is ahead of ours decides no order.
        let at = event.changed_at.filter(|at| at.duration_since(self.now) <= AHEAD_MAX)?;
        let key = (event.integration.clone(), event.dedup_key.clone());
        let than = self.state.keys.get(&key)?.changed_at?;
        (at < than).then_some(Why::Older { at, than })
    }

    pub(super) fn open(&mut self, event: Event) -> Option<IncidentId> {
        self.open_anew(event, true)
    }

    /// `holds`: its urgency rule may hold it.
    pub(super) fn open_anew(&mut self, event: Event, holds: bool) -> Option<IncidentId> {
        let decision = route::decide(self.config, &event, self.now);
        if let Some(id) = self.opens_again(&event, &decision) {
            return Some(id);
        }
        let service = decision.routed.service.as_ref().and_then(|id| self.config.services.get(id));
        let group = service.and_then(|service| group_of(service, &event, decision.routed.severity));
        let held = self.held_of_event(&event, &decision);
        if let Some(id) = self.joinable(service, group.as_deref(), (held.is_some(), &decision.urgency)) {
            self.join(id, event, &decision, None);
            return None;
        }
        let folded = match self.storm(&event, &decision, held.is_some()) {
            Some((Some(storm), folded)) => {
                self.fold(storm, event, &decision, folded);
                return None;
            }
            begins => begins.map(|(_, folded)| folded),
        };
        // A storm is told at once.
        let waits = || self.wait_of_event(&event, &decision).filter(|_| holds && folded.is_none());
        let held = held.or_else(waits);
        Some(self.opened(event, decision, (group, folded, held), None))
    }

    /// What mutes an alert that is about to open: a silence, else an inhibition.
    pub(super) fn held_of_event(&self, event: &Event, decision: &Decision) -> Option<HeldBack> {
        let silence = decision.silence.map(|(silence, until)| HeldBack::silence(silence, until));
        silence.or_else(|| self.inhibition_of_event(event, decision))
    }

    /// Opens an incident for an event by what was decided on it: its group, the storm that it begins, what holds it back.
    pub(super) fn opened(
        &mut self,
        event: Event,
        decision: Decision,
        (group, folded, held_back): (Option<String>, Option<Folded>, Option<HeldBack>),
        declared: Option<(Actor, Via)>,
    ) -> IncidentId {
        let waits = held_back.as_ref().is_some_and(|held| held.by == Hold::Wait);
        let mirrors = self.mirrors_of(&event, &decision, held_back.is_some());
        // A hold shows it nowhere.
        let mirrors = if waits { Vec::new() } else { mirrors };
        let Decision { routed, urgency, .. } = decision;
        let UrgencyDecision { urgency, raise_at, policy, rule: urgency_rule, .. } = urgency;
        let id = IncidentId { epoch: self.state.epoch, n: self.state.next_incident.max(1) };
        let (stale_at, key) = (self.stale_at(&event), (event.integration.clone(), event.dedup_key.clone()));
        let idle_seconds = self.idle_seconds(routed.service.as_ref());
        let opened = Opened {
            idle_seconds,
            service: routed.service,
            severity: routed.severity,
            urgency,
            route_rule: routed.rule,
            urgency_rule,
            raise_at,
            held_back,
            policy,
            // A storm takes by its rate, not by what alerts share.
            group: group.filter(|_| folded.is_none()),
            stale_at,
            mirrors,
            folded,
            event,
            declared,
        };
        self.about(id, AlertChange::Opened(Box::new(opened)));
        self.recall(id);
        self.flaps(id, &key);
        if !waits {
            self.inform(id);
        }
        self.begin_opened(id);
        id
    }

    /// The incident that an alert joins. What is muted joins only what is muted, and what is not only what is not: nobody
    /// would hear of an alert that joined a muted incident. Nor would the people of a policy that its urgency rule names hear
    /// of one that joined an incident of another.
    fn joinable(
        &self,
        service: Option<&Service>,
        group: Option<&str>,
        (muted, decided): (bool, &UrgencyDecision),
    ) -> Option<IncidentId> {
        let service = service?;
        let within = service.group.as_ref()?.within;
        let known = self.index.groups.get(&(service.id.clone(), group?.to_owned()))?;
        let open = |id: &&IncidentId| {
            self.incident(**id).is_some_and(|incident| {
                incident.alerts.len() < ALERTS_MAX
                    && incident.is_muted() == muted
                    && self.is_told_alike(incident, decided)
                    && self.now.duration_since(incident.opened_at) <= within
            })
        };
        known.iter().rev().take(GROUPS_MAX).find(open).copied()
    }

    pub(super) fn join(&mut self, id: IncidentId, event: Event, decision: &Decision, folded: Option<Folded>) {
        let Some(incident) = self.incident(id) else { return };
        let (stale_at, severity) = (self.stale_at(&event), decision.routed.severity);
        let mirrors = self.new_tickets(incident, severity);
        let key = (event.integration.clone(), event.dedup_key.clone());
        let worst = severity > incident.severity;
        self.about(id, AlertChange::Joined { event: Box::new(event), severity, mirrors, stale_at, folded });
        self.flaps(id, &key);
        self.reconsider(id, &decision.urgency, false);
        self.end_hold_and_begin(id);
        self.newcomer(id, &key, decision.urgency.urgency, worst);
    }

    fn acknowledged_by_monitor(&mut self, id: IncidentId, event: Event) {
        if self.incident(id).is_some_and(|incident| incident.status == Status::Acknowledged) {
            let why = Why::AlreadyAcknowledged;
            return self.about(id, AlertChange::Ignored { event: Box::new(event), why });
        }
        let by = Actor::Integration(event.integration.clone());
        let key = (event.integration.clone(), event.dedup_key.clone());
        self.acknowledge(id, &by, Via::Monitor, Some(event));
        self.hang_up_needless(id, None);
        self.untold_beside(id, &key);
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

    /// What the incident says, with what an update says anew. What it does not say stays as rules have made it.
    fn amended(&self, id: IncidentId, update: Event) -> Event {
        let Some(incident) = self.incident(id) else { return update };
        let update = self.update_by_rules(incident, update);
        let known = |new: String, known: &str| if new.is_empty() { known.to_owned() } else { new };
        let mut labels: BTreeMap<String, String> =
            incident.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        labels.extend(update.labels);
        let mut links = incident.links.to_vec();
        links.extend(update.links);
        Event {
            action: Action::Trigger,
            severity: update.severity.or(Some(incident.severity)),
            summary: known(update.summary, &incident.summary),
            description: known(update.description, &incident.description),
            source: known(update.source, &incident.source),
            labels,
            links,
            runbook: update.runbook.or_else(|| incident.runbook.as_deref().map(str::to_owned)),
            ..update
        }
    }

    /// The same key fires again while its incident is open.
    fn again(&mut self, id: IncidentId, event: Event) {
        let decision = route::decide(self.config, &event, self.now);
        let severity = decision.routed.severity;
        let Some(incident) = self.incident(id) else { return };
        let Some(alert) = incident.alerts.iter().find(|alert| alert.is_of(&event)) else { return };
        let (firing, lasts, rose) = (alert.firing, alert.lasts(), severity > alert.severity);
        let before = self.urgency_of(incident, alert);
        let worse = decision.urgency.urgency > before.urgency || rose && decision.urgency.rule != before.rule;
        let raised = severity > incident.severity;
        // What is numbered or dated is kept, so that the same once more, or an older one, is known as such.
        let numbered = event.message_id.is_some() || event.changed_at.is_some();
        let news = !firing || rose || numbered || !incident.says(alert, &event);
        let full = incident.entries > TIMELINE_MAX;
        let often = if full { REPEAT_RECORDED * 60 } else { REPEAT_RECORDED };
        let often = self.stale_after(&event.integration).map_or(often, |after| often.min(after / 2));
        if self.now.duration_since(alert.heard_at) < often && (!news || full && firing && !rose) {
            return;
        }
        let stale_at = self.stale_at(&event);
        if !news {
            let (integration, dedup_key) = (event.integration, event.dedup_key);
            return self.about(id, AlertChange::Repeated { integration, dedup_key, stale_at });
        }
        if let Some(why) = self.leaves(incident, &event, &decision, rose, lasts) {
            return self.leave(id, event, decision, why);
        }
        let mirrors = self.new_tickets(incident, severity);
        let key = (event.integration.clone(), event.dedup_key.clone());
        self.about(id, AlertChange::Updated { event: Box::new(event), severity, mirrors, stale_at });
        if !firing {
            self.flaps(id, &key);
        }
        let lowered = self.incident(id).is_some_and(|incident| incident.lowered);
        if !lowered || rose || !lasts {
            self.reconsider(id, &decision.urgency, raised);
        }
        if worse || rose {
            self.end_hold_and_begin(id);
        }
        self.reconsider_hold(id);
        if !lasts || worse {
            self.newcomer(id, &key, decision.urgency.urgency, raised);
        }
    }

    pub(super) fn alert_over(&mut self, id: IncidentId, event: Event) {
        let Some(incident) = self.incident(id) else { return };
        if incident.alerts.iter().any(|alert| alert.is_of(&event) && !alert.firing) {
            let why = Why::AlertWasOver;
            return self.about(id, AlertChange::Ignored { event: Box::new(event), why });
        }
        if self.clears(id, (&event.integration, &event.dedup_key), Some(&event), &Why::MonitorSaidSo) {
            return;
        }
        let Some(incident) = self.incident(id) else { return };
        let others = incident.alerts.iter().any(|alert| alert.lasts() && !alert.is_of(&event));
        let by = Actor::Integration(event.integration.clone());
        let why = Why::MonitorSaidSo;
        let (integration, dedup_key) = (event.integration.clone(), event.dedup_key.clone());
        let event = Some(Box::new(event));
        if others {
            self.about(id, AlertChange::Over { integration, dedup_key, event, why });
        } else {
            self.about(id, ResponseChange::Resolved { by, via: Via::Monitor, why, event, reason: None });
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
        if self.clears(id, (&integration, &dedup_key), None, &why) {
            return;
        }
        let Some(incident) = self.incident(id) else { return };
        let others = incident.alerts.iter().any(|other| other.lasts() && !other.is(&integration, &dedup_key));
        if others {
            self.about(id, AlertChange::Over { integration, dedup_key, event: None, why });
        } else {
            let by = Actor::Integration(integration);
            self.about(id, ResponseChange::Resolved { by, via: Via::Rule, why, event: None, reason: None });
            self.hang_up_needless(id, None);
        }
    }

    fn stale_after(&self, integration: &str) -> Option<SignedDuration> {
        self.config.endpoints.get(integration)?.stale_after
    }

    /// That an integration has fallen silent does not become untrue by silence.
    pub(super) fn stale_at(&self, event: &Event) -> Option<Timestamp> {
        let stale_after = self.stale_after(&event.integration).filter(|_| event.dedup_key != HEARTBEAT_KEY);
        self.now.checked_add(stale_after?).ok()
    }

    /// The server itself closes it, by a rule of the config with this name.
    pub(super) fn resolve_by_rule(&mut self, id: IncidentId, name: &str, why: Why) {
        let by = Actor::Rule(name.to_owned());
        self.about(id, ResponseChange::Resolved { by, via: Via::Rule, why, event: None, reason: None });
        self.hang_up_needless(id, None);
    }
}

impl Incident {
    /// Whether the event has no words that are new for this alert of it.
    fn says(&self, alert: &Alert, event: &Event) -> bool {
        if let Some(own) = &alert.own {
            return *own.summary == *event.summary
                && *own.source == *event.source
                && own.labels.are(&event.labels);
        }
        *self.summary == *event.summary
            && *self.source == *event.source
            && self.labels.are(&event.labels)
            && *self.description == *kept_of(&event.description)
    }
}

/// The values that alerts must share to join; `None` where the service does not group or the alert lacks one. What our own
/// server says, and what nobody could read, is an incident of its own.
pub fn group_of(service: &Service, event: &Event, severity: Severity) -> Option<String> {
    let own = event.dedup_key == HEARTBEAT_KEY || event.labels.contains_key(UNPARSED);
    if own || event.integration == route::OWN_INTEGRATION {
        return None;
    }
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
