//! The part of what people did that changes one incident: given back, opened again, moved, merged, raised, lowered.
//!
//! What goes beyond one incident is in `apply`.

use super::IncidentId;
use super::made::MovedTo;
use super::parts::{AlertKey, Status, StepAt};
use super::planned::Purpose;
use super::response::ResponseChange;
use super::state::{Acknowledgement, Alert, Incident, Merged, OwnPolicy, OwnWords, State};
use super::transition::ACKNOWLEDGED_BY_MAX;
use crate::actor::Actor;
use crate::config::Urgency;
use crate::reason::Why;
use jiff::Timestamp;
use std::collections::BTreeSet;

impl Incident {
    pub(super) fn apply_response(&mut self, change: &ResponseChange, at: Timestamp) {
        match change {
            ResponseChange::Acknowledged { by, until, snoozed, quiet_seconds, .. } => {
                let by = vec![by.clone()];
                self.take(Acknowledgement { by, at, until: *until, snoozed: *snoozed }, *quiet_seconds);
            }
            ResponseChange::Retriggered { why, .. } => {
                self.trigger_again();
                self.rare.newcomers_due = None;
                if matches!(why, Why::Newcomers(_)) {
                    self.rare.newcomers_told_at = Some(at);
                }
            }
            ResponseChange::Reassigned { to, escalation, policy, .. } => {
                self.trigger_again();
                self.rare.newcomers_due = None;
                self.give_way(|found| !found.purpose.outlives_a_step());
                self.plan(to, Purpose::Page);
                if policy.is_some() {
                    self.own_policy.chosen.clone_from(policy);
                }
                // What is held back is begun anew when it is released.
                self.escalation = escalation.clone().filter(|_| self.held_back.is_none()).map(Box::new);
            }
            ResponseChange::Resolved { by, .. } => {
                self.left_at = self.reached().map(Box::new);
                self.stop(true);
                self.status = Status::Resolved;
                self.resolved_by = Some(Box::new(by.clone()));
                if let Some(held) = &mut self.acknowledgement {
                    held.until = None;
                }
                (self.rare.raise_at, self.let_through, self.lowered) = (None, false, false);
                for alert in &mut self.alerts {
                    (alert.fired_to_the_end, alert.firing) = (alert.firing, false);
                    alert.flapping = None;
                }
                self.flapping = 0;
                self.version += 1;
            }
            ResponseChange::AlsoAcknowledged { by, .. } => {
                self.done_by(by);
                if let Some(held) = &mut self.acknowledgement
                    && held.by.len() < ACKNOWLEDGED_BY_MAX
                {
                    held.by.push(by.clone());
                    self.version += 1;
                }
            }
            ResponseChange::Escalated { .. }
            | ResponseChange::Remarked { .. }
            | ResponseChange::GivenBack { .. }
            | ResponseChange::Reopened { .. }
            | ResponseChange::PagedAlso { .. }
            | ResponseChange::UrgencyChosen { .. }
            | ResponseChange::LetThrough { .. }
            | ResponseChange::MovedTo(_)
            | ResponseChange::Noted { .. }
            | ResponseChange::TookOver { .. }
            | ResponseChange::Merged { .. }
            | ResponseChange::Unmerged { .. }
            | ResponseChange::GaveBack { .. } => self.apply_act(change, at),
        }
    }

    pub(super) fn apply_act(&mut self, change: &ResponseChange, at: Timestamp) {
        match change {
            ResponseChange::GivenBack { .. } => self.trigger_again(),
            ResponseChange::Escalated { .. } => {
                if self.status == Status::Acknowledged {
                    self.trigger_again();
                }
            }
            ResponseChange::Reopened { .. } => self.reopen(),
            ResponseChange::PagedAlso { to, by, .. } => {
                self.plan(to, Purpose::Also);
                self.asked_also(to, by, at);
                self.version += 1;
            }
            ResponseChange::UrgencyChosen { urgency, .. } => self.choose_urgency(*urgency),
            ResponseChange::LetThrough { mirrors, .. } => {
                (self.held_back, self.let_through) = (None, true);
                self.show_in(mirrors);
                self.version += 1;
            }
            ResponseChange::MovedTo(moved) => self.move_to_service(moved),
            ResponseChange::Merged { into, .. } => {
                self.stop(true);
                (self.status, self.merged.into) = (Status::Resolved, Some(*into));
                self.rare.raise_at = None;
                self.alerts.iter_mut().for_each(|alert| (alert.firing, alert.flapping) = (false, None));
                self.flapping = 0;
                self.version += 1;
            }
            ResponseChange::GaveBack { to } => self.give_back(*to),
            // `apply` hands the alerts over, a note changes nothing, and the rest is in `transition`.
            ResponseChange::TookOver { .. }
            | ResponseChange::Unmerged { .. }
            | ResponseChange::Noted { .. }
            | ResponseChange::Remarked { .. }
            | ResponseChange::AlsoAcknowledged { .. }
            | ResponseChange::Acknowledged { .. }
            | ResponseChange::Retriggered { .. }
            | ResponseChange::Reassigned { .. }
            | ResponseChange::Resolved { .. } => {}
        }
    }

    /// The step that runs while nobody has it.
    fn reached(&self) -> Option<StepAt> {
        let running = self.escalation.as_ref().filter(|_| self.status == Status::Triggered);
        running.map(|running| running.at.clone())
    }

    /// Somebody has it now: what was planned for them beside the steps has done its work.
    pub(super) fn done_by(&mut self, by: &Actor) {
        let beside = |purpose: Purpose| matches!(purpose, Purpose::Also | Purpose::Each);
        self.give_way(|found| beside(found.purpose) && by.user() == Some(&found.user));
        self.awaited_no_more(by);
        self.answered_also(by);
    }

    /// Somebody has it; what they take is all that is there.
    fn take(&mut self, taken: Acknowledgement, quiet_seconds: Option<u32>) {
        // Taken again, or snoozed: the step that ran is still the one that it was taken from.
        if let Some(running) = &self.escalation {
            self.left_at = Some(Box::new(running.at.clone()));
        }
        self.stop(false);
        taken.by.iter().for_each(|by| self.done_by(by));
        self.status = Status::Acknowledged;
        self.storm.iter_mut().for_each(|storm| storm.taken = storm.beyond);
        self.quiet_seconds = quiet_seconds.filter(|_| !taken.snoozed);
        self.rare.newcomers_due = None;
        self.acknowledgement = Some(Box::new(taken));
        self.version += 1;
    }

    fn reopen(&mut self) {
        self.trigger_again();
        self.resolved_by = None;
        self.left_at = None;
        for alert in &mut self.alerts {
            alert.firing = alert.fired_to_the_end;
        }
    }

    /// What was told for a higher urgency is over.
    fn choose_urgency(&mut self, urgency: Urgency) {
        self.lowered = urgency < self.urgency;
        if self.lowered {
            self.stop(false);
        }
        (self.urgency, self.rare.raise_at) = (urgency, None);
        if self.status == Status::Acknowledged && !self.lowered {
            self.trigger_again();
        }
        self.version += 1;
    }

    fn move_to_service(&mut self, moved: &MovedTo) {
        self.stop(true);
        if self.status == Status::Acknowledged {
            self.trigger_again();
        }
        self.service = Some(moved.service.clone());
        (self.urgency, self.urgency_rule) = (moved.urgency, moved.urgency_rule.clone());
        (self.rare.raise_at, self.idle_seconds) = (moved.raise_at, moved.idle_seconds);
        (self.group, self.low, self.left_at) = (None, None, None);
        self.own_policy = OwnPolicy::of_rule(moved.policy.as_ref());
        (self.let_through, self.lowered) = (false, false);
        self.show_in(&moved.mirrors);
        self.version += 1;
    }

    /// Takes over the alerts of another incident, each with its own words from now on.
    pub(super) fn take_over(&mut self, from: IncidentId, alerts: Vec<Alert>) {
        let known: BTreeSet<AlertKey> = self.alerts.iter().map(Alert::key).collect();
        let new: Vec<Alert> = alerts.into_iter().filter(|alert| !known.contains(&alert.key())).collect();
        self.merged.taken_over.push(Merged { from, keys: new.iter().map(Alert::key).collect() });
        self.alerts.extend(new);
        self.count_flapping();
        let worst = self.alerts.iter().filter(|alert| alert.lasts()).map(|alert| alert.severity).max();
        self.severity = self.severity.max(worst.unwrap_or(self.severity));
        self.version += 1;
    }

    /// Its alerts, as another incident can hold them.
    pub(super) fn alerts_to_hand_over(&self) -> Vec<Alert> {
        let mut alerts = self.alerts.clone();
        if let Some(first) = alerts.first_mut().filter(|alert| alert.own.is_none()) {
            let own = OwnWords {
                summary: self.summary.clone(),
                source: self.source.clone(),
                labels: self.labels.clone(),
            };
            first.own = Some(Box::new(own));
        }
        alerts
    }

    /// The keys that came with the merge of that incident.
    pub(super) fn merged_keys(&self, from: IncidentId) -> &[AlertKey] {
        let merged = self.merged.taken_over.iter().find(|merged| merged.from == from);
        merged.map_or(&[], |merged| &merged.keys)
    }

    /// The alerts that go back stay here no longer.
    fn give_back(&mut self, to: IncidentId) {
        let keys: BTreeSet<AlertKey> = self.merged_keys(to).iter().cloned().collect();
        self.alerts.retain(|alert| !keys.contains(&alert.key()));
        self.count_flapping();
        self.merged.taken_over.retain(|merged| merged.from != to);
        self.version += 1;
    }

    /// What had been merged away is here again, as it stands now.
    pub(super) fn take_back(&mut self, now: &[Alert]) {
        for alert in &mut self.alerts {
            if let Some(at) = now.iter().find(|other| other.key() == alert.key()) {
                (alert.firing, alert.severity, alert.since) = (at.firing, at.severity, at.since);
                (alert.heard_at, alert.stale_at) = (at.heard_at, at.stale_at);
                alert.own = at.own.clone();
                alert.flapping = at.flapping.clone();
            }
        }
        self.count_flapping();
        let worst = self.alerts.iter().filter(|alert| alert.lasts()).map(|alert| alert.severity).max();
        if let Some(worse) = worst.filter(|worst| *worst > self.severity) {
            (self.severity, self.lowered) = (worse, false);
        }
        self.merged.into = None;
        self.trigger_again();
    }
}

impl State {
    /// Its keys are its own again.
    pub(super) fn open_again(&mut self, id: IncidentId, at: Timestamp) {
        let Some(incident) = self.incidents.get(&id) else { return };
        for alert in &incident.alerts {
            let known = self.keys.known(&alert.integration, &alert.dedup_key);
            (known.open, known.heard_at) = (Some(id), at);
        }
        self.closed.retain(|(_, closed)| *closed != id);
    }

    pub(super) fn hand_over(&mut self, from: IncidentId, to: IncidentId) {
        let Some(alerts) = self.incidents.get(&from).map(|from| from.alerts_to_hand_over()) else { return };
        let Some(target) = self.incidents.get_mut(&to) else { return };
        for alert in &alerts {
            if let Some(known) = self.keys.get_mut(&alert.key()) {
                known.open = Some(to);
            }
        }
        target.take_over(from, alerts);
    }

    pub(super) fn hand_back(&mut self, from: IncidentId, to: IncidentId, at: Timestamp) {
        let Some(target) = self.incidents.get(&from) else { return };
        let keys: BTreeSet<AlertKey> = target.merged_keys(to).iter().cloned().collect();
        let back: Vec<Alert> = target.alerts.iter().filter(|it| keys.contains(&it.key())).cloned().collect();
        let Some(incident) = self.incidents.get_mut(&to) else { return };
        incident.take_back(&back);
        incident.rare.triggered_again_at = Some(at);
        self.open_again(to, at);
    }
}
