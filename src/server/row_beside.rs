//! What changes a row of the board beyond an entry about its own incident: a merge and its end, a clock that jumped, an
//! integration's new name; of which integrations its alerts are, and who leaves a running step.

use super::row::{Row, RowAlert, RowWords};
use crate::alert::Severity;
use crate::incident::{AlertKey, Hold, IncidentId, Merged, StepsChange};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Row {
    /// Its deadlines move with a clock that jumped.
    pub fn shift(&mut self, by: SignedDuration) {
        let moved = |at: &mut Timestamp| *at = at.saturating_add(by).unwrap_or(*at);
        moved(&mut self.last_event_at);
        self.alerts.iter_mut().for_each(|alert| moved(&mut alert.since));
        if let Some(held) = &mut self.acknowledgement {
            moved(&mut held.at);
            held.until.iter_mut().filter(|_| !held.snoozed).for_each(moved);
        }
        self.shift_flapping(by);
        self.step.iter_mut().for_each(|step| moved(&mut step.deadline));
        let waits = self.held_back.iter_mut().filter(|held| held.by == Hold::Wait);
        waits.for_each(|held| moved(&mut held.until));
    }

    /// Who leaves the running step, or is in it again.
    pub(super) fn steps(&mut self, change: &StepsChange) {
        let Some(step) = &mut self.step else { return };
        match change {
            StepsChange::Leaves { users, .. } => step.told.retain(|user| !users.contains(user)),
            StepsChange::Stays { users, .. } => step.told.extend(users.iter().cloned()),
            StepsChange::Chosen(_)
            | StepsChange::Awaited { .. }
            | StepsChange::ToldAgain { .. }
            | StepsChange::Unanswered { .. }
            | StepsChange::AlsoUnanswered { .. } => {}
        }
    }

    /// The alerts of another incident come over.
    pub fn take_over(&mut self, from: &Row) {
        let known: Vec<AlertKey> = self.alerts.iter().map(RowAlert::key).collect();
        let mut alerts = from.alerts.clone();
        if let Some(first) = alerts.first_mut().filter(|alert| alert.own.is_none()) {
            first.own =
                Some(Box::new(RowWords { summary: from.summary.clone(), labels: from.labels.clone() }));
        }
        alerts.retain(|alert| !known.contains(&alert.key()));
        self.merged.push(Merged { from: from.id, keys: alerts.iter().map(RowAlert::key).collect() });
        self.alerts.extend(alerts);
        self.count_integrations();
        self.severity = self.severity.max(self.worst().unwrap_or(self.severity));
    }

    /// The alerts that go back to `to`, as they stand.
    pub fn to_hand_back(&self, to: IncidentId) -> Vec<RowAlert> {
        let keys = self.merged_keys(to);
        self.alerts.iter().filter(|alert| keys.contains(&alert.key())).cloned().collect()
    }

    /// What had been merged away is here again, as it stands now.
    pub fn take_back(&mut self, now: &[RowAlert]) {
        for alert in &mut self.alerts {
            if let Some(at) = now.iter().find(|other| other.key() == alert.key()) {
                (alert.firing, alert.severity, alert.since) = (at.firing, at.severity, at.since);
                alert.own.clone_from(&at.own);
                alert.flapping.clone_from(&at.flapping);
            }
        }
        self.severity = self.severity.max(self.worst().unwrap_or(self.severity));
        self.merged_into = None;
        self.trigger_again();
    }

    fn worst(&self) -> Option<Severity> {
        self.alerts.iter().filter(|alert| alert.lasts()).map(|alert| alert.severity).max()
    }

    pub(super) fn merged_keys(&self, from: IncidentId) -> &[AlertKey] {
        self.merged.iter().find(|merged| merged.from == from).map_or(&[], |merged| &merged.keys)
    }

    /// An integration has another name; alerts whose key is open under that elsewhere keep theirs.
    pub fn rename(&mut self, from: &str, to: &Arc<str>, kept: &BTreeSet<Box<str>>) {
        let renamed = |alert: &&mut RowAlert| *alert.integration == *from && !kept.contains(&alert.dedup_key);
        let mut any = false;
        for alert in self.alerts.iter_mut().filter(renamed) {
            (alert.integration, any) = (to.clone(), true);
        }
        if any && *self.integration == *from {
            self.integration = to.clone();
        }
        self.count_integrations();
    }

    /// The integrations of all its alerts, each once.
    pub fn integrations(&self) -> &[Arc<str>] {
        self.integrations.as_deref().unwrap_or(std::slice::from_ref(&self.integration))
    }

    pub(super) fn count_integrations(&mut self) {
        let mut all: Vec<Arc<str>> = Vec::new();
        for alert in &self.alerts {
            if !all.contains(&alert.integration) {
                all.push(alert.integration.clone());
            }
        }
        self.integrations = (all != [self.integration.clone()]).then(|| all.into());
    }
}
