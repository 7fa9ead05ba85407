//! The part of an entry that changes one incident: its alerts, its escalation, its notifications, its mirrors.
//!
//! What an entry changes beside its incident (keys, deliveries, what is remembered) is in `apply`.

use super::description::kept_of;
use super::entry::{
    AlertChange, Change, DeliveryChange, Entry, EscalationChange, Moved, Opened, StepStart, WaitsFor,
};
use super::errand::{Errand, Mirror, NewMirror};
use super::labels::Labels;
use super::notice_change::NoticeChange;
use super::parts::{Escalation, HeldBack, Status, Storm};
use super::planned::{Notification, PlannedContact, Purpose, Recipient};
use super::seldom::Seldom;
use super::state::{Incident, LowTold, OwnPolicy, OwnWords, Rare};
use super::{DeliveryId, IncidentId, Outcome};
use crate::alert::{Event, Severity, UNPARSED};
use crate::config::Provider;
use crate::schedule::UserId;
use jiff::Timestamp;

/// How many notifications an incident keeps; the oldest waiting one gives way.
pub const NOTIFICATIONS_MAX: usize = 1_000;
/// How many rooms and tickets show one incident.
pub const MIRRORS_MAX: usize = 8;
/// How many people are named as those who have it.
pub const ACKNOWLEDGED_BY_MAX: usize = 10;
/// How many links an incident keeps.
pub const LINKS_KEPT_MAX: usize = 5;

impl Incident {
    pub(super) fn new(id: IncidentId, at: Timestamp, opened: &Opened) -> Incident {
        let event = &opened.event;
        Incident {
            id,
            service: opened.service.clone(),
            integration: event.integration.as_str().into(),
            alerts: Vec::new(),
            flapping: 0,
            group: opened.group.clone(),
            storm: opened.folded.as_ref().map(|folded| Box::new(Storm::new(folded))),
            unread: event.labels.contains_key(UNPARSED),
            summary: Box::default(),
            opened_as: super::reader::cut(&event.summary, super::message::SUBJECT_MAX).into(),
            description: Box::default(),
            source: Box::default(),
            labels: Labels::default(),
            links: Box::default(),
            runbook: None,
            severity: opened.severity,
            urgency: opened.urgency,
            route_rule: opened.route_rule.clone(),
            urgency_rule: opened.urgency_rule.clone(),
            status: Status::Triggered,
            opened_at: at,
            last_event_at: at,
            acknowledgement: None,
            resolved_by: None,
            record: Seldom::default(),
            held_back: opened.held_back.clone().map(Box::new),
            own_policy: OwnPolicy::of_rule(opened.policy.as_ref()),
            escalation: None,
            left_at: None,
            low: None,
            rare: Seldom::new(Rare { raise_at: opened.raise_at, ..Rare::default() }),
            let_through: false,
            lowered: false,
            quiet_seconds: None,
            idle_seconds: opened.idle_seconds,
            notifications: Vec::new(),
            next_notification: 0,
            version: 1,
            mirrors: opened.mirrors.iter().take(MIRRORS_MAX).map(Mirror::from).collect(),
            lines: Vec::new(),
            merged: Seldom::default(),
            timeline: Vec::new(),
            entries: 0,
        }
    }

    pub(super) fn apply(&mut self, entry: &Entry) {
        let happened = self.happens(entry);
        let before = self.status;
        self.record.apply(entry);
        match &entry.change {
            Change::Alert(change) => self.apply_alert(change, entry.at),
            Change::Escalation(change) => self.apply_escalation(change, entry.at),
            Change::Delivery(change) => self.apply_delivery(change, entry),
            Change::Response(change) => self.apply_response(change, entry.at),
            Change::Noise(change) => self.apply_noise(change, entry.at),
            Change::Steps(change) => self.apply_steps(change, entry.at),
            Change::Notice(NoticeChange::RoomFull { provider, place, until, .. }) => {
                self.wait_in_room(*provider, place, *until);
            }
            Change::Server(_) | Change::Heartbeat(_) | Change::RunTime(_) | Change::Notice(_) => {}
        }
        if before != Status::Triggered && self.status == Status::Triggered {
            self.rare.triggered_again_at = Some(entry.at);
        }
        if let Some(happened) = happened {
            self.keep_reason(entry);
            self.keep(entry.seq, happened);
        }
        self.own_policy.settle();
        self.rare.settle();
        self.merged.settle();
    }

    fn apply_alert(&mut self, change: &AlertChange, at: Timestamp) {
        match change {
            AlertChange::Opened(opened) => self.hear(&opened.event, opened.severity, opened.stale_at, at),
            AlertChange::Joined { event, severity, mirrors, stale_at, folded } => {
                match folded {
                    Some(folded) => self.take_in((event, *severity), folded, *stale_at, at),
                    None => self.join(event, *severity, *stale_at, at),
                }
                self.show_in(mirrors);
            }
            AlertChange::Counted { severity, folded, .. } => self.count(*severity, folded, at),
            AlertChange::Updated { event, severity, mirrors, stale_at } => {
                self.hear_again(event, *severity, *stale_at, at);
                self.show_in(mirrors);
            }
            AlertChange::Repeated { integration, dedup_key, stale_at } => {
                self.last_event_at = at;
                self.falls_silent(*stale_at);
                if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.is(integration, dedup_key)) {
                    alert.heard_at = at;
                    alert.stale_at = *stale_at;
                }
            }
            AlertChange::Moved(moved) => self.move_to(moved, at),
            AlertChange::Left { integration, dedup_key, .. } => self.leave(integration, dedup_key),
            AlertChange::Over { integration, dedup_key, .. } => {
                self.last_event_at = at;
                self.version += 1;
                if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.is(integration, dedup_key)) {
                    alert.firing = false;
                    (alert.stale_at, alert.flapping) = (None, None);
                }
                self.count_flapping();
            }
            AlertChange::Ignored { .. } | AlertChange::Noted { .. } => {}
        }
    }

    fn apply_escalation(&mut self, change: &EscalationChange, at: Timestamp) {
        match change {
            EscalationChange::Raised { urgency, raise_at, rule } => {
                if *urgency > self.urgency {
                    // A rise tells of all that fires.
                    (self.rare.newcomers_told_at, self.rare.newcomers_due) = (None, None);
                }
                (self.urgency, self.lowered) = (*urgency, false);
                self.urgency_rule.clone_from(rule);
                self.rare.raise_at = *raise_at;
                self.version += 1;
            }
            EscalationChange::PolicyChosen { policy, rule } => {
                self.own_policy = OwnPolicy::of_rule(Some(policy));
                self.urgency_rule.clone_from(rule);
                self.version += 1;
            }
            EscalationChange::HeldBack(held) => self.hold_back(held.clone()),
            EscalationChange::Released { mirrors, .. } => {
                self.held_back = None;
                self.show_in(mirrors);
                self.version += 1;
            }
            EscalationChange::StepBegan(step) => self.begin(step, at),
            EscalationChange::NewcomersWait { until } => self.rare.newcomers_due = Some(*until),
            EscalationChange::Told { people, purpose, in_step, low, .. } => {
                self.plan(people, *purpose);
                if let Some(step) = low {
                    if self.low.is_some() {
                        self.rare.newcomers_told_at = Some(at);
                    }
                    self.rare.newcomers_due = None;
                    self.low = Some(Box::new(LowTold { at: step.clone(), reached: false }));
                }
                if let (true, Some(escalation)) = (*in_step, &mut self.escalation) {
                    escalation.told.extend(people.iter().map(|told| told.user.clone()));
                    escalation.come(people.iter().map(|told| told.user.clone()));
                }
            }
            EscalationChange::Dropped { users, .. } => self.dropped(users),
            EscalationChange::Moved { policy, step, deadline, .. } => {
                if let Some(escalation) = &mut self.escalation {
                    escalation.at.policy = policy.clone();
                    escalation.at.step = *step;
                    escalation.deadline = *deadline;
                }
            }
            EscalationChange::StepPassed { .. } => {}
        }
    }

    fn apply_delivery(&mut self, change: &DeliveryChange, entry: &Entry) {
        match change {
            DeliveryChange::Sent { delivery, provider, errand, notifications, .. } => {
                self.sent((*delivery, *provider), errand, notifications, entry);
            }
            DeliveryChange::Outcome { delivery, outcome, retry_at, .. } => {
                self.outcome(*delivery, outcome, *retry_at, entry.at);
            }
            DeliveryChange::Hastened { notification, .. } => {
                self.notification(*notification, |found| found.due = found.due.min(entry.at));
            }
            DeliveryChange::GaveUp { user, by, to, .. } => {
                self.give_way(|found| found.user == *user && found.by == *by && found.to == *to);
            }
            DeliveryChange::Waits { user, by, why, until } => {
                let waits = |found: &&mut Notification| found.in_flight.is_none() && found.due <= entry.at;
                let of_lane = |found: &&mut Notification| found.user == *user && found.by == *by;
                let lane = self.notifications.iter_mut().filter(of_lane).filter(waits);
                match why {
                    WaitsFor::Call { .. } | WaitsFor::Provider(_) => {
                        lane.for_each(|found| found.wait_told = true)
                    }
                    WaitsFor::Number { .. } => {
                        lane.filter(|found| found.gathers()).for_each(|found| found.due = *until);
                    }
                }
            }
            DeliveryChange::HangUp { .. } => {}
        }
    }

    /// The alert that opened it gives it its words; the others are counted.
    pub(super) fn hear_again(
        &mut self,
        event: &Event,
        severity: Severity,
        stale_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        if self.alerts.first().is_none_or(|first| first.is_of(event)) {
            self.hear(event, severity, stale_at, at);
        } else {
            self.join(event, severity, stale_at, at);
        }
    }

    /// Takes over what an event says. The first event makes the alert.
    fn hear(&mut self, event: &Event, severity: Severity, stale_at: Option<Timestamp>, at: Timestamp) {
        self.version += u32::from(!self.alerts.is_empty() && *self.summary != *event.summary);
        self.join(event, severity, stale_at, at);
        self.summary = event.summary.as_str().into();
        self.description = kept_of(&event.description).into();
        self.source = event.source.as_str().into();
        self.labels = Labels::new(&event.labels);
        self.links = event.links.iter().take(LINKS_KEPT_MAX).cloned().collect();
        self.runbook = event.runbook.as_deref().map(Into::into);
    }

    fn join(&mut self, event: &Event, severity: Severity, stale_at: Option<Timestamp>, at: Timestamp) {
        self.last_event_at = at;
        self.falls_silent(stale_at);
        let changed = severity > self.severity;
        self.severity = self.severity.max(severity);
        if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.is_of(event)) {
            let begins = !alert.lasts();
            let counts = alert.flaps_once_more(at);
            self.version += u32::from(changed || begins || counts);
            if begins || severity > alert.severity {
                alert.since = at;
            }
            (alert.firing, alert.severity) = (true, severity);
            (alert.heard_at, alert.stale_at) = (at, stale_at);
            if alert.own.is_some() {
                alert.own = Some(Box::new(OwnWords::of(event)));
            }
            return;
        }
        self.version += u32::from(!self.alerts.is_empty());
        self.add(event, severity, stale_at, at);
    }

    /// Belongs to another service from now on: what was told for the old one is over.
    fn move_to(&mut self, moved: &Moved, at: Timestamp) {
        self.hear(&moved.event, moved.severity, moved.stale_at, at);
        self.trigger_again();
        self.stop(true);
        (self.service, self.urgency) = (moved.service.clone(), moved.urgency);
        (self.route_rule, self.urgency_rule) = (moved.route_rule.clone(), moved.urgency_rule.clone());
        (self.rare.raise_at, self.idle_seconds) = (moved.raise_at, moved.idle_seconds);
        (self.group, self.held_back, self.low) = (None, None, None);
        self.own_policy = OwnPolicy::of_rule(moved.policy.as_ref());
        self.storm = None;
        self.show_in(&moved.mirrors);
    }

    /// An alert leaves; if it gave the incident its words, the next one does.
    fn leave(&mut self, integration: &str, dedup_key: &str) {
        self.alerts.retain(|alert| !alert.is(integration, dedup_key));
        self.count_flapping();
        if let Some(own) = self.alerts.first_mut().and_then(|first| first.own.take()) {
            self.summary = own.summary;
            self.source = own.source;
            self.labels = own.labels;
            self.description = Box::default();
            self.links = Box::default();
            self.runbook = None;
        }
        self.version += 1;
    }

    /// Shows it in rooms and tickets that do not show it yet, up to the bound.
    pub(super) fn show_in(&mut self, mirrors: &[NewMirror]) {
        for new in mirrors {
            if self.mirrors.len() < MIRRORS_MAX && !self.is_shown_in(new) {
                self.mirrors.push(Mirror::from(new));
            }
        }
    }

    fn is_shown_in(&self, new: &NewMirror) -> bool {
        self.mirrors.iter().any(|it| it.is(new.provider, new.kind, &new.place))
    }

    /// Pages are planned anew when it is released; what `inform` plans is held.
    fn hold_back(&mut self, held: HeldBack) {
        self.version += u32::from(self.held_back.is_none());
        (self.held_back, self.let_through) = (Some(Box::new(held)), false);
        self.escalation = None;
        self.give_way(|found| !found.purpose.outlives_a_step());
    }

    /// What waits of these is not sent, and what is under way is not repeated.
    pub(super) fn give_way(&mut self, goes: impl Fn(&Notification) -> bool) {
        self.notifications.retain(|found| found.in_flight.is_some() || !goes(found));
        self.notifications.iter_mut().filter(|found| goes(found)).for_each(|found| found.again = None);
    }

    fn begin(&mut self, step: &StepStart, at: Timestamp) {
        self.left_at = None;
        self.plan(&step.people, Purpose::Page);
        self.plan(&step.shadows, Purpose::Shadow);
        let told: Vec<UserId> = step.people.iter().map(|told| told.user.clone()).collect();
        let leaving = self.escalation.take().and_then(|before| before.left_to(&told));
        let (at, began_at, deadline, reached) = (step.at.clone(), at, step.deadline, Vec::new());
        self.escalation = Some(Box::new(Escalation { at, began_at, deadline, told, reached, leaving }));
        self.version += 1;
    }

    /// Plans contacts. Somebody who is told again starts over: what still waited for them gives way.
    pub(super) fn plan(&mut self, people: &[Recipient], purpose: Purpose) {
        for told in people {
            self.give_way(|found| found.user == told.user && found.purpose == purpose);
            // Most incidents plan once: room for more would be half of what they weigh.
            self.notifications.reserve_exact(told.contacts.len());
            for planned in &told.contacts {
                self.plan_one(&told.user, planned, purpose);
            }
        }
    }

    pub(super) fn plan_one(&mut self, user: &UserId, planned: &PlannedContact, purpose: Purpose) {
        if self.notifications.len() >= NOTIFICATIONS_MAX {
            self.notifications.remove(0);
        }
        let PlannedContact { by, to, due, again, rule } = planned;
        self.notifications.push(Notification {
            n: self.next_notification,
            user: user.clone(),
            by: *by,
            to: to.clone(),
            due: *due,
            again: *again,
            purpose,
            rule: rule.clone(),
            in_flight: None,
            failed: 0,
            doubted: Seldom::default(),
            wait_told: false,
        });
        self.next_notification = self.next_notification.wrapping_add(1);
    }

    /// Stops the escalation and everything that waits; `inform` too when the incident is over.
    pub(super) fn stop(&mut self, over: bool) {
        self.escalation = None;
        self.give_way(|found| !found.purpose.outlives_a_step() || over);
        if over {
            self.rare.awaited = None;
            self.rare.also.clear();
        }
    }

    pub(super) fn trigger_again(&mut self) {
        self.await_nobody();
        self.status = Status::Triggered;
        self.acknowledgement = None;
        self.quiet_seconds = None;
        self.version += 1;
    }

    fn sent(
        &mut self,
        (delivery, provider): (DeliveryId, Provider),
        errand: &Errand,
        notifications: &[u16],
        entry: &Entry,
    ) {
        match errand {
            Errand::Mirror { kind, place } => {
                let same = |it: &Mirror| it.is(provider, *kind, place);
                if let Some(n) = self.mirrors.iter().position(same) {
                    self.ship(n, delivery, entry.seq, entry.at);
                }
            }
            Errand::Page { .. }
            | Errand::HangUp(_)
            | Errand::Ask(_)
            | Errand::Edit { .. }
            | Errand::Notice { .. } => {}
        }
        for n in notifications {
            self.notification(*n, |found| {
                (found.in_flight, found.wait_told) = (Some(delivery), false);
            });
        }
    }

    fn outcome(
        &mut self,
        delivery: DeliveryId,
        outcome: &Outcome,
        retry_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        self.settle_mirrors(delivery, outcome, retry_at);
        self.repeat(delivery, outcome, at);
        let stands = self.stands();
        let unsettled = matches!(outcome, Outcome::Accepted { .. });
        let over =
            matches!(outcome, Outcome::Ended { .. } | Outcome::Delivered { .. } | Outcome::Pressed { .. });
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
                return found.by.method().has_course && !over;
            }
            let doubt = matches!(outcome, Outcome::Unknown { .. });
            if !carried {
                found.doubted.retain(|earlier| doubt || *earlier != delivery);
                return true;
            }
            found.in_flight = None;
            found.failed = found.failed.saturating_add(1);
            if doubt {
                found.doubted.push(delivery);
            }
            found.due = retry_at.unwrap_or(found.due);
            retry_at.is_some() && found.is_wanted(&stands)
        });
        let told = taken.into_iter().filter(|(_, purpose)| *purpose == Purpose::Page && !unsettled);
        for (user, _) in told {
            if let Some(low) = &mut self.low {
                low.reached = true;
            }
            if let Some(escalation) = &mut self.escalation
                && !escalation.reached.contains(&user)
            {
                escalation.reached.push(user);
            }
        }
    }

    fn notification(&mut self, n: u16, change: impl FnOnce(&mut Notification)) {
        if let Some(found) = self.notifications.iter_mut().find(|found| found.n == n) {
            change(found);
        }
    }
}

impl OwnWords {
    pub(super) fn of(event: &Event) -> OwnWords {
        OwnWords {
            summary: event.summary.as_str().into(),
            source: event.source.as_str().into(),
            labels: Labels::new(&event.labels),
        }
    }
}
