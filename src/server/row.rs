//! A row of the board: what lists and filters need of one incident, kept up to date by its entries.
//!
//! What an entry changes here is what it changes of the incident in the state, less what only the engine needs. A test holds
//! both to each other over random days. What goes beyond one incident (a merge, a clock that jumped, an integration's new
//! name) is in `row_beside`, one alert's noise, and how many fire, in `row_noise`.

#![deny(clippy::wildcard_enum_match_arm)]

use crate::actor::Actor;
use crate::alert::{Event, Severity};
use crate::config::{Id, Urgency};
use crate::incident::{
    ACKNOWLEDGED_BY_MAX, Acknowledgement, AlertChange, Change, Entry, Escalation, EscalationChange, HeldBack,
    Incident, IncidentId, Labels, Merged, Opened, Record, ResponseChange, Seldom, Status,
};
use crate::schedule::UserId;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use super::row_words::{RowAlert, RowWords};

/// An incident as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: IncidentId,
    /// `None`: the server's own trouble, or an alert that no service answers for.
    pub service: Option<Id>,
    /// Of the alert that opened it.
    pub integration: Arc<str>,
    /// Of all its alerts, each once; `None`: of that one alone, as with nearly all.
    pub(super) integrations: Option<Box<[Arc<str>]>>,
    pub summary: Box<str>,
    /// Of the alert that opened it; `None`: they are more than lists show.
    pub labels: Option<Labels>,
    /// The highest since it was opened.
    pub severity: Severity,
    pub urgency: Urgency,
    pub status: Status,
    pub opened_at: Timestamp,
    pub last_event_at: Timestamp,
    /// The first page, the first acknowledgement, the end, and everybody who was paged.
    pub record: Seldom<Record>,
    /// Who has it, or had it when it closed.
    pub acknowledgement: Option<Box<Acknowledgement>>,
    pub resolved_by: Option<Box<Actor>>,
    pub held_back: Option<Box<HeldBack>>,
    /// The step that runs.
    pub step: Option<Box<Running>>,
    pub alerts: Vec<RowAlert>,
    /// Where its alerts went, if it was merged.
    pub merged_into: Option<IncidentId>,
    pub merged: Vec<Merged>,
    /// It is one for many.
    pub storm: Option<Beyond>,
}

/// A running step of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub policy: Id,
    pub fallback: bool,
    /// Counted from 0.
    pub step: u32,
    /// When the next step begins.
    pub deadline: Timestamp,
    /// Everybody told in this step.
    pub told: Vec<UserId>,
}

/// How many alerts came to a storm that it has no keys of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    pub alerts: u32,
    pub critical: u32,
}

/// The names of integrations, each kept once however many rows have it.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeSet<Arc<str>>);

/// How many names are kept once: what is beyond is kept by each row.
const NAMES_MAX: usize = 10_000;

impl Names {
    pub fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        if self.0.len() < NAMES_MAX {
            self.0.insert(new.clone());
        }
        new
    }
}

impl Row {
    /// The row of an incident as the state has it.
    pub fn of(incident: &Incident, names: &mut Names) -> Row {
        let alerts = incident.alerts.iter().map(|alert| RowAlert {
            integration: names.of(&alert.integration),
            dedup_key: alert.dedup_key.as_str().into(),
            firing: alert.firing,
            fired_to_the_end: alert.fired_to_the_end,
            severity: alert.severity,
            since: alert.since,
            flapping: alert.flapping.clone(),
            own: alert.own.as_deref().map(|own| Box::new(own.into())),
        });
        let alerts: Vec<RowAlert> = alerts.collect();
        let storm = incident.storm.as_ref();
        let mut row = Row {
            id: incident.id,
            service: incident.service.clone(),
            integration: names.of(&incident.integration),
            integrations: None,
            summary: incident.summary.clone(),
            labels: RowWords::shown(incident.labels.clone()),
            severity: incident.severity,
            urgency: incident.urgency,
            status: incident.status,
            opened_at: incident.opened_at,
            last_event_at: incident.last_event_at,
            record: incident.record.clone(),
            acknowledgement: incident.acknowledgement.clone(),
            resolved_by: incident.resolved_by.clone(),
            held_back: incident.held_back.clone(),
            step: incident.escalation.as_ref().map(|running| Box::new(Running::of(running))),
            alerts,
            merged_into: incident.merged.into,
            merged: incident.merged.taken_over.clone(),
            storm: storm.map(|storm| Beyond { alerts: storm.beyond, critical: storm.beyond_critical }),
        };
        row.count_integrations();
        row
    }

    /// The row of an incident that opens.
    pub fn opened(id: IncidentId, at: Timestamp, opened: &Opened, names: &mut Names) -> Row {
        Row {
            id,
            service: opened.service.clone(),
            integration: names.of(&opened.event.integration),
            integrations: None,
            summary: "".into(),
            labels: None,
            severity: opened.severity,
            urgency: opened.urgency,
            status: Status::Triggered,
            opened_at: at,
            last_event_at: at,
            record: Seldom::default(),
            acknowledgement: None,
            resolved_by: None,
            held_back: opened.held_back.clone().map(Box::new),
            step: None,
            alerts: Vec::new(),
            merged_into: None,
            merged: Vec::new(),
            storm: opened.folded.as_ref().map(|_| Beyond::default()),
        }
    }

    /// Takes in an entry about the incident.
    pub fn apply(&mut self, entry: &Entry, names: &mut Names) {
        self.record.apply(entry);
        match &entry.change {
            Change::Alert(change) => self.alert(change, entry.at, names),
            Change::Escalation(change) => self.escalation(change),
            Change::Response(change) => self.response(change, entry.at),
            Change::Noise(change) => self.noise(change, entry.at, names),
            Change::Steps(change) => self.steps(change),
            Change::Delivery(_)
            | Change::Notice(_)
            | Change::Server(_)
            | Change::Heartbeat(_)
            | Change::RunTime(_) => {}
        }
    }

    pub fn is_open(&self) -> bool {
        self.status != Status::Resolved
    }

    /// Whether somebody must still be got to work on it.
    pub fn pages(&self) -> bool {
        self.status == Status::Triggered && self.held_back.is_none()
    }

    /// What is most urgent first: what pages, what somebody has, what is held back, what is over.
    pub fn rank(&self) -> u8 {
        let standing = match self.status {
            Status::Triggered if self.held_back.is_none() => 0,
            Status::Acknowledged => 1,
            Status::Triggered => 2,
            Status::Resolved => 3,
        };
        standing * 16 + (2 - self.urgency as u8) * 4 + (3 - self.severity as u8)
    }

    /// Everybody it concerns: who was paged, is told by the running step, has it, or closed it.
    pub fn people(&self) -> Vec<&UserId> {
        let told = self.step.iter().flat_map(|step| &step.told);
        let has = self.acknowledgement.iter().flat_map(|held| &held.by).filter_map(Actor::user);
        let closed = self.resolved_by.iter().filter_map(|by| by.user());
        let mut people: Vec<&UserId> =
            self.record.paged.iter().chain(told).chain(has).chain(closed).collect();
        people.sort();
        people.dedup();
        people
    }

    fn alert(&mut self, change: &AlertChange, at: Timestamp, names: &mut Names) {
        match change {
            AlertChange::Opened(opened) => self.hear(&opened.event, opened.severity, at, names),
            AlertChange::Joined { event, severity, folded, .. } => match folded {
                Some(_) => {
                    self.grow(*severity, at);
                    self.add(event, *severity, at, names);
                }
                None => self.join(event, *severity, at, names),
            },
            AlertChange::Counted { severity, .. } => {
                self.grow(*severity, at);
                if let Some(beyond) = &mut self.storm {
                    beyond.alerts = beyond.alerts.saturating_add(1);
                    let critical = u32::from(*severity == Severity::Critical);
                    beyond.critical = beyond.critical.saturating_add(critical);
                }
            }
            AlertChange::Updated { event, severity, .. } => self.hear_again(event, *severity, at, names),
            AlertChange::Repeated { .. } => self.last_event_at = at,
            AlertChange::Moved(moved) => {
                self.hear(&moved.event, moved.severity, at, names);
                self.trigger_again();
                (self.service, self.urgency) = (moved.service.clone(), moved.urgency);
                (self.step, self.held_back, self.storm) = (None, None, None);
            }
            AlertChange::Left { integration, dedup_key, .. } => {
                self.alerts.retain(|alert| !alert.is(integration, dedup_key));
                if let Some(own) = self.alerts.first_mut().and_then(|first| first.own.take()) {
                    (self.summary, self.labels) = (own.summary, own.labels);
                }
                self.count_integrations();
            }
            AlertChange::Over { integration, dedup_key, .. } => {
                self.last_event_at = at;
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    (alert.firing, alert.flapping) = (false, None);
                }
            }
            AlertChange::Ignored { .. } | AlertChange::Noted { .. } => {}
        }
    }

    fn escalation(&mut self, change: &EscalationChange) {
        match change {
            EscalationChange::Raised { urgency, .. } => self.urgency = *urgency,
            EscalationChange::HeldBack(held) => {
                (self.held_back, self.step) = (Some(Box::new(held.clone())), None);
            }
            EscalationChange::Released { .. } => self.held_back = None,
            EscalationChange::StepBegan(step) => {
                self.step = Some(Box::new(Running {
                    policy: step.at.policy.clone(),
                    fallback: step.at.fallback,
                    step: step.at.step,
                    deadline: step.deadline,
                    told: step.people.iter().map(|told| told.user.clone()).collect(),
                }));
            }
            EscalationChange::Told { people, in_step, .. } => {
                if let (true, Some(step)) = (*in_step, &mut self.step) {
                    step.told.extend(people.iter().map(|told| told.user.clone()));
                }
            }
            EscalationChange::Dropped { users, .. } => {
                self.step.iter_mut().for_each(|step| step.told.retain(|user| !users.contains(user)));
            }
            EscalationChange::Moved { policy, step, deadline, .. } => {
                if let Some(running) = &mut self.step {
                    (running.policy, running.step, running.deadline) = (policy.clone(), *step, *deadline);
                }
            }
            EscalationChange::NewcomersWait { .. }
            | EscalationChange::StepPassed { .. }
            | EscalationChange::PolicyChosen { .. } => {}
        }
    }

    fn response(&mut self, change: &ResponseChange, at: Timestamp) {
        match change {
            ResponseChange::Acknowledged { by, until, snoozed, .. } => {
                let (by, until, snoozed) = (vec![by.clone()], *until, *snoozed);
                self.acknowledgement = Some(Box::new(Acknowledgement { by, at, until, snoozed }));
                (self.status, self.step) = (Status::Acknowledged, None);
            }
            ResponseChange::AlsoAcknowledged { by, .. } => {
                if let Some(held) =
                    self.acknowledgement.as_mut().filter(|it| it.by.len() < ACKNOWLEDGED_BY_MAX)
                {
                    held.by.push(by.clone());
                }
            }
            ResponseChange::Retriggered { .. } | ResponseChange::GivenBack { .. } => self.trigger_again(),
            ResponseChange::Reassigned { escalation, .. } => {
                self.trigger_again();
                let running = escalation.as_ref().filter(|_| self.held_back.is_none());
                self.step = running.map(|running| Box::new(Running::of(running)));
            }
            ResponseChange::Resolved { by, .. } => {
                self.close();
                self.resolved_by = Some(Box::new(by.clone()));
                self.acknowledgement.iter_mut().for_each(|held| held.until = None);
                for alert in &mut self.alerts {
                    (alert.fired_to_the_end, alert.firing) = (alert.firing, false);
                    alert.flapping = None;
                }
            }
            ResponseChange::Escalated { .. } => {
                if self.status == Status::Acknowledged {
                    self.trigger_again();
                }
            }
            ResponseChange::Reopened { .. } => {
                self.trigger_again();
                self.resolved_by = None;
                self.alerts.iter_mut().for_each(|alert| alert.firing = alert.fired_to_the_end);
            }
            ResponseChange::UrgencyChosen { .. }
            | ResponseChange::LetThrough { .. }
            | ResponseChange::MovedTo(_)
            | ResponseChange::Merged { .. }
            | ResponseChange::GaveBack { .. }
            | ResponseChange::TookOver { .. }
            | ResponseChange::Unmerged { .. }
            | ResponseChange::PagedAlso { .. }
            | ResponseChange::Noted { .. }
            | ResponseChange::Remarked { .. } => self.act(change),
        }
    }

    fn act(&mut self, change: &ResponseChange) {
        match change {
            ResponseChange::UrgencyChosen { urgency, .. } => {
                let lowered = *urgency < self.urgency;
                self.urgency = *urgency;
                if lowered {
                    self.step = None;
                } else if self.status == Status::Acknowledged {
                    self.trigger_again();
                }
            }
            ResponseChange::LetThrough { .. } => self.held_back = None,
            ResponseChange::MovedTo(moved) => {
                self.step = None;
                if self.status == Status::Acknowledged {
                    self.trigger_again();
                }
                (self.service, self.urgency) = (Some(moved.service.clone()), moved.urgency);
            }
            ResponseChange::Merged { into, .. } => {
                self.close();
                self.merged_into = Some(*into);
                self.alerts.iter_mut().for_each(|alert| (alert.firing, alert.flapping) = (false, None));
            }
            ResponseChange::GaveBack { to } => {
                let keys = self.merged_keys(*to).to_vec();
                self.alerts.retain(|alert| !keys.contains(&alert.key()));
                self.merged.retain(|merged| merged.from != *to);
                self.count_integrations();
            }
            // What comes over and goes back is two rows' business; the rest changes nothing here, or was done before.
            ResponseChange::TookOver { .. }
            | ResponseChange::Unmerged { .. }
            | ResponseChange::PagedAlso { .. }
            | ResponseChange::Noted { .. }
            | ResponseChange::Remarked { .. }
            | ResponseChange::Acknowledged { .. }
            | ResponseChange::AlsoAcknowledged { .. }
            | ResponseChange::Retriggered { .. }
            | ResponseChange::GivenBack { .. }
            | ResponseChange::Reassigned { .. }
            | ResponseChange::Resolved { .. }
            | ResponseChange::Escalated { .. }
            | ResponseChange::Reopened { .. } => {}
        }
    }

    fn close(&mut self) {
        (self.status, self.step) = (Status::Resolved, None);
    }

    pub(super) fn trigger_again(&mut self) {
        (self.status, self.acknowledgement) = (Status::Triggered, None);
    }

    fn hear(&mut self, event: &Event, severity: Severity, at: Timestamp, names: &mut Names) {
        self.join(event, severity, at, names);
        let said = RowWords::of(event);
        (self.summary, self.labels) = (said.summary, said.labels);
    }

    /// The alert that opened it gives it its words; the others are counted.
    pub(super) fn hear_again(&mut self, event: &Event, severity: Severity, at: Timestamp, names: &mut Names) {
        match self.alerts.first() {
            Some(first) if !first.is(&event.integration, &event.dedup_key) => {
                self.join(event, severity, at, names);
            }
            Some(_) | None => self.hear(event, severity, at, names),
        }
    }

    fn grow(&mut self, severity: Severity, at: Timestamp) {
        self.last_event_at = at;
        self.severity = self.severity.max(severity);
    }

    fn join(&mut self, event: &Event, severity: Severity, at: Timestamp, names: &mut Names) {
        self.grow(severity, at);
        let known = self.alerts.iter_mut().find(|alert| alert.is(&event.integration, &event.dedup_key));
        let Some(alert) = known else {
            return self.add(event, severity, at, names);
        };
        let begins = !alert.lasts();
        alert.flaps_once_more(at);
        if begins || severity > alert.severity {
            alert.since = at;
        }
        (alert.firing, alert.severity) = (true, severity);
        alert.says(event);
    }

    fn add(&mut self, event: &Event, severity: Severity, at: Timestamp, names: &mut Names) {
        let integration = names.of(&event.integration);
        let is_new = !self.integrations().contains(&integration);
        if self.alerts.is_empty() {
            // Most incidents have one alert: room for more would be a third of what a row weighs.
            self.alerts.reserve_exact(1);
        }
        self.alerts.push(RowAlert {
            integration,
            dedup_key: event.dedup_key.as_str().into(),
            firing: true,
            fired_to_the_end: false,
            severity,
            since: at,
            flapping: None,
            own: RowAlert::own_of(event).filter(|_| !self.alerts.is_empty()),
        });
        if is_new {
            self.count_integrations();
        }
    }
}

impl Running {
    fn of(running: &Escalation) -> Running {
        Running {
            policy: running.at.policy.clone(),
            fallback: running.at.fallback,
            step: running.at.step,
            deadline: running.deadline,
            told: running.told.clone(),
        }
    }
}
