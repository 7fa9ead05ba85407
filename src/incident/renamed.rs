//! Integrations with another id: `formerly` joins what they send now to what they sent before.
//!
//! An alert is known by its integration's id and its key. When a config names an id as a former one, what is known under it
//! is known under the new id from then on: repeats join, and resolves close.

use super::Call;
use super::entry::ServerChange;
use super::parts::AlertKey;
use super::state::{Incident, State};
use crate::config::{Config, Endpoint, Id};
use std::collections::BTreeSet;
use std::ops::Bound;

impl Call<'_> {
    /// After a config change, before anything is decided with it.
    pub(super) fn rename_integrations(&mut self, previous: Option<&Config>) {
        let endpoints = &self.config.endpoints;
        let named = endpoints.values().flat_map(|endpoint| {
            let gone = endpoint.formerly.iter().filter(|former| !endpoints.contains_key(*former));
            gone.map(|former| (former, &endpoint.id))
        });
        // Whoever takes a new id back, or changes it once more, names only the oldest one, or none.
        let before = previous.into_iter().flat_map(|config| config.endpoints.values());
        let gone = before.filter(|endpoint| !endpoints.contains_key(&endpoint.id));
        let inferred = gone.filter_map(|gone| {
            let heir = |heir: &&Endpoint| {
                gone.formerly.iter().any(|former| *former == heir.id || heir.formerly.contains(former))
            };
            Some((&gone.id, &endpoints.values().find(heir)?.id))
        });
        let renamed: Vec<(Id, Id)> =
            named.chain(inferred).map(|(from, to)| (from.clone(), to.clone())).collect();
        for (from, to) in renamed {
            if self.state.knows(&from) {
                if let Some(at) = self.beats.remove(&*from) {
                    self.beats.insert(to.to_string(), at);
                }
                let (from, to) = (from.to_string(), to.to_string());
                self.about_server(ServerChange::IntegrationRenamed { from, to });
            }
        }
    }
}

impl State {
    /// Whether anything is known under this id of an integration.
    fn knows(&self, integration: &str) -> bool {
        let heard = self.messages.range(keys_from(integration)).next();
        let heard = heard.is_some_and(|((of, _), _)| of == integration);
        heard || self.heartbeats.contains_key(integration) || !self.keys_of(integration).is_empty()
    }

    fn keys_of(&self, integration: &str) -> Vec<AlertKey> {
        self.keys.of(integration)
    }

    /// A key that is open under the new id stays what it is there; then that of the old id does, too.
    pub(super) fn rename_integration(&mut self, from: &str, to: &str) {
        let twice = |key: &AlertKey| {
            let new = (to.to_owned(), key.1.clone());
            self.open(&new).is_some() && self.open(key).is_some()
        };
        let kept: BTreeSet<AlertKey> = self.keys_of(from).into_iter().filter(twice).collect();
        // Those that are closed, too: they may be opened again.
        self.incidents.values_mut().for_each(|incident| incident.rename_integration(from, to, &kept));
        for old in self.keys_of(from) {
            let new = (to.to_owned(), old.1.clone());
            if kept.contains(&old) {
                continue;
            }
            let Some(known) = self.keys.remove(&old) else { continue };
            if known.open.is_some() || self.keys.get(&new).is_none() {
                self.keys.insert(new, known);
            }
        }
        let heard = self.messages.range(keys_from(from)).take_while(|((of, _), _)| of == from);
        let heard: Vec<_> = heard.map(|(key, at)| (key.clone(), *at)).collect();
        for (key, at) in heard {
            self.messages.remove(&key);
            self.messages.insert((to.to_owned(), key.1), at);
        }
        if let Some(heartbeat) = self.heartbeats.remove(from) {
            self.heartbeats.entry(to.to_owned()).or_insert(heartbeat);
        }
    }
}

impl Incident {
    fn rename_integration(&mut self, from: &str, to: &str, kept: &BTreeSet<AlertKey>) {
        let mut any = false;
        for alert in self.alerts.iter_mut().filter(|alert| alert.integration == from) {
            if !kept.contains(&alert.key()) {
                to.clone_into(&mut alert.integration);
                any = true;
            }
        }
        if any && *self.integration == *from {
            self.integration = to.into();
        }
    }
}

fn keys_from(integration: &str) -> (Bound<AlertKey>, Bound<AlertKey>) {
    (Bound::Included((integration.to_owned(), String::new())), Bound::Unbounded)
}
