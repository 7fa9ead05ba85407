//! The part of an entry that changes one incident: its alerts, its escalation, its notifications, its mirrors.
//!
//! What an entry changes beside its incident (keys, deliveries, what is remembered) is in `apply`.

use super::entry::{Change, Entry, Opened, Planned, Step, Told};
use super::state::{Alert, Escalation, Incident, Labels, Mirror, Notification, Purpose, Status, What};
use super::{DeliveryId, IncidentId, Outcome};
use crate::alert::{Event, Severity};
use crate::config::Contact;
use jiff::Timestamp;

/// How much of a description is kept in memory, in characters; the whole text is in the journal.
pub const DESCRIPTION_KEPT_MAX: usize = 600;
/// How many notifications an incident keeps; the oldest waiting one gives way.
pub const NOTIFICATIONS_MAX: usize = 1_000;
/// How many links an incident keeps.
pub const LINKS_KEPT_MAX: usize = 5;

impl Incident {
    pub(super) fn new(id: IncidentId, at: Timestamp, opened: &Opened) -> Incident {
        let event = &opened.event;
        Incident {
            id,
            service: opened.service.clone(),
            integration: event.integration.clone(),
            alerts: Vec::new(),
            group: opened.group.clone(),
            summary: String::new(),
            description: String::new(),
            source: String::new(),
            labels: Labels::default(),
            links: Vec::new(),
            runbook: None,
            severity: opened.severity,
            urgency: opened.urgency,
            route_rule: opened.route_rule.clone(),
            urgency_rule: opened.urgency_rule.clone(),
            status: Status::Triggered,
            opened_at: at,
            last_event_at: at,
            acknowledged_by: None,
            resolved_by: None,
            silenced: opened.silenced.clone(),
            escalation: None,
            raise_at: opened.raise_at,
            acknowledged_until: None,
            quiet_seconds: None,
            notifications: Vec::new(),
            next_notification: 0,
            version: 1,
            channel: opened.channel.then(Mirror::default),
            ticket: opened.ticket.then(Mirror::default),
            timeline: Vec::new(),
            entries: 0,
        }
    }

    pub(super) fn apply(&mut self, entry: &Entry) {
        match &entry.change {
            Change::Opened(opened) => self.hear(&opened.event, opened.severity, opened.stale_at, entry.at),
            Change::Joined { event, severity, ticket, stale_at } => {
                self.join(event, *severity, *stale_at, entry.at);
                self.want_ticket(*ticket);
            }
            Change::Updated { event, severity, ticket, stale_at } => {
                // The alert that opened it gives it its words; the others are counted.
                if self.alerts.first().is_none_or(|first| first.is_of(event)) {
                    self.hear(event, *severity, *stale_at, entry.at);
                } else {
                    self.join(event, *severity, *stale_at, entry.at);
                }
                self.want_ticket(*ticket);
            }
            Change::Repeated { integration, dedup_key, stale_at } => {
                self.last_event_at = entry.at;
                if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.is(integration, dedup_key)) {
                    alert.heard_at = entry.at;
                    alert.stale_at = *stale_at;
                }
            }
            Change::AlertResolved { integration, dedup_key, .. } => {
                self.last_event_at = entry.at;
                self.version += 1;
                if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.is(integration, dedup_key)) {
                    alert.firing = false;
                    alert.stale_at = None;
                }
            }
            Change::Raised { urgency, raise_at, rule } => {
                self.urgency = *urgency;
                self.urgency_rule.clone_from(rule);
                self.raise_at = *raise_at;
                self.version += 1;
            }
            Change::Silenced(silenced) => self.silence(silenced.clone()),
            Change::Unsilenced { ticket, .. } => {
                self.silenced = None;
                self.want_ticket(*ticket);
                self.version += 1;
            }
            Change::Sent { delivery, what, notifications, .. } => self.sent(*delivery, what, notifications),
            Change::Outcome { delivery, outcome, retry_at, .. } => {
                self.outcome(*delivery, outcome, *retry_at)
            }
            Change::Hastened { notification, .. } => {
                self.notification(*notification, |found| found.due = found.due.min(entry.at));
            }
            Change::GaveUp { user, by, .. } => {
                self.notifications
                    .retain(|found| found.in_flight.is_some() || found.user != *user || found.by != *by);
            }
            _ => self.apply_to_escalation(entry),
        }
    }

    fn apply_to_escalation(&mut self, entry: &Entry) {
        match &entry.change {
            Change::StepBegan(step) => self.begin(step, entry.at),
            Change::Told { people, purpose, in_step, .. } => {
                self.plan(people, *purpose);
                if let (true, Some(escalation)) = (*in_step, &mut self.escalation) {
                    escalation.told.extend(people.iter().map(|told| told.user.clone()));
                }
            }
            Change::Dropped { users, .. } => {
                self.notifications.retain(|found| {
                    found.in_flight.is_some()
                        || found.purpose == Purpose::Inform
                        || !users.contains(&found.user)
                });
            }
            Change::Moved { policy, step, deadline, .. } => {
                if let Some(escalation) = &mut self.escalation {
                    escalation.policy = policy.clone();
                    escalation.step = *step;
                    escalation.deadline = *deadline;
                }
            }
            Change::Acknowledged { by, until, quiet_seconds, .. } => {
                self.stop(false);
                self.status = Status::Acknowledged;
                self.acknowledged_by = Some(by.clone());
                self.acknowledged_until = *until;
                self.quiet_seconds = *quiet_seconds;
                self.version += 1;
            }
            Change::Retriggered { .. } => self.trigger_again(),
            Change::Reassigned { to, escalation, .. } => {
                self.trigger_again();
                self.notifications
                    .retain(|found| found.in_flight.is_some() || found.purpose == Purpose::Inform);
                self.plan(std::slice::from_ref(to), Purpose::Page);
                // What a silence holds is begun anew when it ends.
                self.escalation = escalation.clone().filter(|_| self.silenced.is_none());
            }
            Change::Resolved { by, .. } => {
                self.stop(true);
                self.status = Status::Resolved;
                self.resolved_by = Some(by.clone());
                self.acknowledged_until = None;
                self.raise_at = None;
                self.alerts.iter_mut().for_each(|alert| alert.firing = false);
                self.version += 1;
            }
            _ => {}
        }
    }

    /// Takes over what an event says. The first event makes the alert.
    fn hear(&mut self, event: &Event, severity: Severity, stale_at: Option<Timestamp>, at: Timestamp) {
        self.version += u32::from(!self.alerts.is_empty() && self.summary != event.summary);
        self.join(event, severity, stale_at, at);
        self.summary.clone_from(&event.summary);
        self.description = event.description.chars().take(DESCRIPTION_KEPT_MAX).collect();
        self.source.clone_from(&event.source);
        self.labels = Labels::new(&event.labels);
        self.links = event.links.iter().take(LINKS_KEPT_MAX).cloned().collect();
        self.runbook.clone_from(&event.runbook);
    }

    fn join(&mut self, event: &Event, severity: Severity, stale_at: Option<Timestamp>, at: Timestamp) {
        self.last_event_at = at;
        let changed = severity > self.severity;
        self.severity = self.severity.max(severity);
        if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.is_of(event)) {
            self.version += u32::from(changed || !alert.firing);
            (alert.firing, alert.heard_at, alert.stale_at) = (true, at, stale_at);
            return;
        }
        self.version += u32::from(!self.alerts.is_empty());
        let (integration, dedup_key) = (event.integration.clone(), event.dedup_key.clone());
        self.alerts.push(Alert { integration, dedup_key, firing: true, heard_at: at, stale_at });
    }

    fn want_ticket(&mut self, wanted: bool) {
        if wanted {
            self.ticket.get_or_insert_default();
        }
    }

    /// Pages are planned anew when it ends; what `inform` plans is held.
    fn silence(&mut self, silenced: super::Silenced) {
        self.version += u32::from(self.silenced.is_none());
        self.silenced = Some(silenced);
        self.escalation = None;
        self.notifications.retain(|found| found.in_flight.is_some() || found.purpose == Purpose::Inform);
    }

    fn begin(&mut self, step: &Step, at: Timestamp) {
        self.plan(&step.people, Purpose::Page);
        self.plan(&step.shadows, Purpose::Shadow);
        self.escalation = Some(Escalation {
            policy: step.policy.clone(),
            fallback: step.fallback,
            step: step.step,
            round: step.round,
            began_at: at,
            deadline: step.deadline,
            told: step.people.iter().map(|told| told.user.clone()).collect(),
            reached: false,
        });
        self.version += 1;
    }

    /// Plans contacts. Somebody who is told again starts over: what still waited for them gives way.
    fn plan(&mut self, people: &[Told], purpose: Purpose) {
        for told in people {
            self.notifications.retain(|found| {
                found.in_flight.is_some() || found.user != told.user || found.purpose != purpose
            });
            for Planned { by, due, rule } in &told.contacts {
                if self.notifications.len() >= NOTIFICATIONS_MAX {
                    self.notifications.remove(0);
                }
                self.notifications.push(Notification {
                    n: self.next_notification,
                    user: told.user.clone(),
                    by: *by,
                    due: *due,
                    purpose,
                    rule: rule.clone(),
                    in_flight: None,
                    failed: 0,
                    doubted: Vec::new(),
                });
                self.next_notification = self.next_notification.wrapping_add(1);
            }
        }
    }

    /// Stops the escalation and everything that waits; `inform` too when the incident is over.
    fn stop(&mut self, over: bool) {
        self.escalation = None;
        self.notifications
            .retain(|found| found.in_flight.is_some() || (found.purpose == Purpose::Inform && !over));
    }

    fn trigger_again(&mut self) {
        self.status = Status::Triggered;
        self.acknowledged_by = None;
        self.acknowledged_until = None;
        self.quiet_seconds = None;
        self.version += 1;
    }

    fn sent(&mut self, delivery: DeliveryId, what: &What, notifications: &[u16]) {
        let version = self.version;
        let mirror = match what {
            What::Channel => self.channel.as_mut(),
            What::Ticket => self.ticket.as_mut(),
            What::Page { .. } | What::HangUp(_) => None,
        };
        if let Some(mirror) = mirror {
            mirror.in_flight = Some((delivery, version));
            mirror.not_before = None;
        }
        for n in notifications {
            self.notification(*n, |found| found.in_flight = Some(delivery));
        }
    }

    fn outcome(&mut self, delivery: DeliveryId, outcome: &Outcome, retry_at: Option<Timestamp>) {
        for mirror in [&mut self.channel, &mut self.ticket].into_iter().flatten() {
            if let Some((_, version)) = mirror.in_flight.filter(|(carried, _)| *carried == delivery) {
                mirror.settle(version, outcome, retry_at);
            }
        }
        let wanted = |found: &Notification, status: Status, silenced: bool| match found.purpose {
            Purpose::Inform => status != Status::Resolved,
            Purpose::Page | Purpose::Shadow => status == Status::Triggered && !silenced,
        };
        let (status, silenced) = (self.status, self.silenced.is_some());
        let unsettled = matches!(outcome, Outcome::Accepted { .. });
        let over = matches!(outcome, Outcome::Ended { .. } | Outcome::Delivered { .. });
        let mut taken = Vec::new();
        self.notifications.retain_mut(|found| {
            let carried = found.in_flight == Some(delivery);
            if !carried && !found.doubted.contains(&delivery) {
                return true;
            }
            if outcome.is_taken() {
                taken.push((found.user.clone(), found.purpose));
                // A call that was only accepted may still turn out busy: it stays in flight until it ends. One that was
                // in doubt and has ended makes its repeat needless.
                return found.by == Contact::Call && !over;
            }
            let doubt = matches!(outcome, Outcome::Unknown { .. });
            if !carried {
                found.doubted.retain(|earlier| doubt || *earlier != delivery);
                return true;
            }
            found.in_flight = None;
            found.failed = found.failed.saturating_add(1);
            found.doubted.extend(doubt.then_some(delivery));
            found.due = retry_at.unwrap_or(found.due);
            retry_at.is_some() && wanted(found, status, silenced)
        });
        if let Some(escalation) = &mut self.escalation {
            escalation.reached |= !unsettled
                && taken
                    .iter()
                    .any(|(user, purpose)| *purpose == Purpose::Page && escalation.told.contains(user));
        }
    }

    fn notification(&mut self, n: u16, change: impl FnOnce(&mut Notification)) {
        if let Some(found) = self.notifications.iter_mut().find(|found| found.n == n) {
            change(found);
        }
    }
}

impl Mirror {
    fn settle(&mut self, version: u32, outcome: &Outcome, retry_at: Option<Timestamp>) {
        self.in_flight = None;
        match outcome {
            Outcome::Delivered { reference } | Outcome::Accepted { reference } => {
                self.reference = Some(reference.clone());
                *self = Mirror { shown: version, reference: self.reference.take(), ..Mirror::default() };
            }
            _ if retry_at.is_none() => {
                self.shown = version;
                self.failed = 0;
            }
            _ => {
                self.failed = self.failed.saturating_add(1);
                self.doubtful |= matches!(outcome, Outcome::Unknown { .. });
                self.not_before = retry_at;
            }
        }
    }
}
