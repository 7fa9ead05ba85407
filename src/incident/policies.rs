//! The policy of an incident where an urgency rule names one in place of its service's.
//!
//! What a person chose stays until its alerts become worse, by a rule that names a policy of its own. Steps are told in
//! `escalation`.

use super::entry::EscalationChange;
use super::state::{Incident, Status};
use super::{Call, IncidentId};
use crate::config::{Config, Id};
use crate::reason::Rule;
use crate::route::UrgencyDecision;
use std::cmp::Reverse;

impl Call<'_> {
    /// The policy that its urgency rule names by the config in force.
    pub(super) fn policy_by_rule(&self, incident: &Incident) -> Option<&Id> {
        named_by(self.config, incident, &incident.urgency_rule)
    }

    /// The policy that what was decided asks for, where its rule's own is another one than the incident runs.
    pub(super) fn other_policy(&self, incident: &Incident, decided: &UrgencyDecision) -> Option<Id> {
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service))?;
        let by_rule = incident.policy.is_some() && incident.policy.as_ref() == self.policy_by_rule(incident);
        let runs = incident.policy.as_ref().unwrap_or(&service.policy);
        let wanted = match &decided.policy {
            Some(policy) => policy,
            None if by_rule => &service.policy,
            None => return None,
        };
        (wanted != runs).then(|| wanted.clone())
    }

    /// A commit gave its urgency rule another policy: the incident goes on in that.
    pub(super) fn follow_rule(&mut self, id: IncidentId, previous: Option<&Config>) {
        let Some(previous) = previous else { return };
        let Some(incident) = self.incident(id).filter(|it| it.status != Status::Resolved) else { return };
        let before = named_by(previous, incident, &incident.urgency_rule);
        if incident.policy.as_ref() != before {
            // A person chose another one.
            return;
        }
        let firing = incident.alerts.iter().filter(|alert| alert.firing);
        let decided = firing.map(|alert| self.urgency_of(incident, alert));
        let Some(decided) = decided.max_by_key(|it| (it.urgency, Reverse(it.raise_at))) else { return };
        if decided.policy.as_ref() == before {
            return;
        }
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let Some(policy) = decided.policy.or_else(|| Some(service?.policy.clone())) else { return };
        self.about(id, EscalationChange::PolicyChosen { policy, rule: decided.rule });
    }
}

/// The policy that a rule of the incident's service names.
fn named_by<'c>(config: &'c Config, incident: &Incident, rule: &Rule) -> Option<&'c Id> {
    let place = rule.place()?;
    let service = config.services.get(incident.service.as_ref()?)?;
    service.urgency.iter().find(|rule| rule.place == *place)?.policy.as_ref()
}
