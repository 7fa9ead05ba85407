//! The policy of an incident where an urgency rule names one in place of its service's.
//!
//! What a person chose stays until its alerts become worse, by a rule that names a policy of its own. Steps are told in
//! `escalation`.

use super::entry::EscalationChange;
use super::parts::Status;
use super::state::Incident;
use super::{Call, IncidentId};
use crate::config::{Config, Id};
use crate::route::{self, UrgencyDecision};
use jiff::Timestamp;
use std::cmp::Reverse;

impl Call<'_> {
    /// Whether an alert for which this was decided is told by the same policy as an incident, as its rules say.
    pub(super) fn is_told_alike(&self, incident: &Incident, decided: &UrgencyDecision) -> bool {
        let own = self.own_policy(incident);
        let named = incident.own_policy.by_rule.as_ref();
        named.or(own) == decided.policy.as_ref().or(own)
    }

    fn own_policy(&self, incident: &Incident) -> Option<&Id> {
        self.config.services.get(incident.service.as_ref()?).map(|service| &service.policy)
    }

    /// The policy that what was decided asks for, where the incident runs another one.
    pub(super) fn other_policy(&self, incident: &Incident, decided: &UrgencyDecision) -> Option<Id> {
        let own = self.own_policy(incident)?;
        let runs = incident.own_policy.chosen.as_ref().unwrap_or(own);
        let wanted = match &decided.policy {
            Some(policy) => policy,
            None if incident.own_policy.chosen == incident.own_policy.by_rule => own,
            // A person chose it.
            None => return None,
        };
        (wanted != runs).then(|| wanted.clone())
    }

    /// A commit gave its urgency rule another policy: the incident goes on in that. What a person chose stays.
    pub(super) fn follow_rule(&mut self, id: IncidentId, previous: Option<&Config>) {
        let Some(previous) = previous else { return };
        let Some(incident) = self.incident(id).filter(|it| it.status != Status::Resolved) else { return };
        if incident.own_policy.chosen != incident.own_policy.by_rule {
            return;
        }
        let Some(decided) = decided(self.config, incident, self.now) else { return };
        let now = decided.policy.as_ref().or(self.own_policy(incident));
        if now == policy_in(previous, incident, self.now).as_ref() {
            return;
        }
        if let Some(policy) = self.other_policy(incident, &decided) {
            self.about(id, EscalationChange::PolicyChosen { policy, rule: decided.rule });
        }
    }
}

/// The most urgent that a config decides for any alert that fires.
fn decided(config: &Config, incident: &Incident, now: Timestamp) -> Option<UrgencyDecision> {
    let service = config.services.get(incident.service.as_ref()?)?;
    let firing = incident.alerts.iter().filter(|alert| alert.lasts());
    let decided = firing
        .map(|alert| route::urgency(Some(service), alert.severity, |key| incident.field_of(alert, key), now));
    decided.max_by_key(|it| (it.urgency, Reverse(it.raise_at)))
}

/// The policy that its alerts ran by a config.
fn policy_in(config: &Config, incident: &Incident, now: Timestamp) -> Option<Id> {
    let own = || config.services.get(incident.service.as_ref()?).map(|service| service.policy.clone());
    decided(config, incident, now)?.policy.or_else(own)
}
