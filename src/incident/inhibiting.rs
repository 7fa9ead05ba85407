//! Which alerts may mute which, found fast: by the rule, the integration and the values that both share.
//!
//! It follows from the state and the inhibitions in force, is kept in step with the entries of a call, and is in no journal
//! and no snapshot: a start and a commit make it anew. Whether an alert is muted is decided in `inhibition`.

use super::parts::{AlertKey, Status};
use super::state::{Alert, Incident, State};
use crate::config::Inhibition;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The number of a rule, the integration of both (empty where the rule looks across), and the values that they share.
pub(super) type Shared = (usize, String, String);

/// The alerts that a rule is about and that share its values.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub sources: BTreeSet<AlertKey>,
    pub targets: BTreeSet<AlertKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Source,
    Target,
}

#[derive(Debug, Default)]
pub(super) struct Inhibiting {
    /// The rules that all of this is about; `None`: nothing is known yet.
    rules: Option<Arc<[Inhibition]>>,
    groups: BTreeMap<Shared, Members>,
    roles: BTreeMap<AlertKey, Vec<(Shared, Role)>>,
    /// Where a source may have become one, or none: its targets are looked at anew, those after the key.
    changed: BTreeMap<Shared, Option<AlertKey>>,
}

impl Inhibiting {
    /// Takes over the rules in force, where they are other ones: then everything that they are about is looked at anew.
    pub fn keep(&mut self, rules: &Arc<[Inhibition]>, state: &State) {
        if self.rules.as_ref().is_some_and(|known| Arc::ptr_eq(known, rules)) {
            return;
        }
        *self = Inhibiting { rules: Some(rules.clone()), ..Inhibiting::default() };
        if rules.is_empty() {
            return;
        }
        let open = state.incidents.values().filter(|incident| incident.status != Status::Resolved);
        open.for_each(|incident| self.learn_all(incident));
        let met = self.groups.iter().filter(|(_, it)| !it.sources.is_empty() && !it.targets.is_empty());
        self.changed = met.map(|(shared, _)| (shared.clone(), None)).collect();
    }

    /// Everything is to be made anew.
    pub fn forget(&mut self) {
        *self = Inhibiting::default();
    }

    /// Whether there is no rule, so that nothing need be followed.
    pub fn is_idle(&self) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.is_empty())
    }

    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    pub fn members(&self, shared: &Shared) -> Option<&Members> {
        self.groups.get(shared)
    }

    pub fn learn_all(&mut self, incident: &Incident) {
        incident.alerts.iter().for_each(|alert| self.learn(incident, alert));
    }

    /// What an alert is to the rules, by its words as they are kept.
    pub fn learn(&mut self, incident: &Incident, alert: &Alert) {
        let Some(rules) = self.rules.clone() else { return };
        let key = alert.key();
        let value = |field: &str| incident.field_of(alert, field);
        let roles: Vec<(Shared, Role)> = rules
            .iter()
            .enumerate()
            .flat_map(|(n, rule)| {
                let shared = shared(n, rule, &alert.integration, value);
                let source = shared.clone().filter(|_| rule.source.matches(value));
                let target = shared.filter(|_| rule.mutes.mutes(value));
                [source.map(|it| (it, Role::Source)), target.map(|it| (it, Role::Target))]
            })
            .flatten()
            .collect();
        if self.roles.get(&key) != Some(&roles) {
            // What it muted until now, and what it mutes from now on.
            self.touch(&key);
            self.drop_roles(&key);
            for (shared, role) in &roles {
                let members = self.groups.entry(shared.clone()).or_default();
                match role {
                    Role::Source => members.sources.insert(key.clone()),
                    Role::Target => members.targets.insert(key.clone()),
                };
            }
            if !roles.is_empty() {
                self.roles.insert(key.clone(), roles);
            }
        }
        self.touch(&key);
    }

    /// An alert may be a source now, or none any more.
    pub fn touch(&mut self, key: &AlertKey) {
        let sources = self.roles.get(key).into_iter().flatten().filter(|(_, role)| *role == Role::Source);
        for (shared, _) in sources {
            if self.groups.get(shared).is_some_and(|members| !members.targets.is_empty()) {
                self.changed.insert(shared.clone(), None);
            }
        }
    }

    pub fn touch_all(&mut self, incident: &Incident) {
        if !self.roles.is_empty() {
            incident.alerts.iter().for_each(|alert| self.touch(&alert.key()));
        }
    }

    /// An incident is closed: its alerts are nothing to the rules until they open again.
    pub fn leave(&mut self, incident: &Incident) {
        if self.roles.is_empty() {
            return;
        }
        for alert in &incident.alerts {
            self.touch(&alert.key());
            self.drop_roles(&alert.key());
        }
    }

    fn drop_roles(&mut self, key: &AlertKey) {
        for (shared, role) in self.roles.remove(key).into_iter().flatten() {
            let Some(members) = self.groups.get_mut(&shared) else { continue };
            match role {
                Role::Source => members.sources.remove(key),
                Role::Target => members.targets.remove(key),
            };
            if members.sources.is_empty() && members.targets.is_empty() {
                self.groups.remove(&shared);
            }
        }
    }

    /// Up to so many alerts that a changed source may mute or no longer mutes; empty where nothing is left to be looked at.
    pub fn next_targets(&mut self, max: usize) -> Vec<AlertKey> {
        while let Some((shared, after)) = self.changed.pop_first() {
            let Some(members) = self.groups.get(&shared) else { continue };
            let rest = members.targets.iter().filter(|key| after.as_ref().is_none_or(|after| *key > after));
            let keys: Vec<AlertKey> = rest.take(max).cloned().collect();
            if keys.len() == max {
                self.changed.insert(shared, keys.last().cloned());
            }
            if !keys.is_empty() {
                return keys;
            }
        }
        Vec::new()
    }
}

/// What an alert would share with others under a rule.
pub(super) fn shared<'v>(
    n: usize,
    rule: &Inhibition,
    integration: &str,
    value: impl Fn(&str) -> Cow<'v, str>,
) -> Option<Shared> {
    let integration = if rule.across { String::new() } else { integration.to_owned() };
    Some((n, integration, rule.shared(value)?))
}
