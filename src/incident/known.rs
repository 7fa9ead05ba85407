//! What is known of each alert key: by integration, whose name is kept once however many keys it has, then by dedup key.
//!
//! It is stored as one map from both, in their order.

use super::IncidentId;
use super::parts::AlertKey;
use jiff::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// What is known of an alert key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownKey {
    /// The open incident that the key belongs to.
    pub open: Option<IncidentId>,
    /// The last incident that closed with it, and when.
    pub last: Option<Box<(IncidentId, Timestamp)>>,
    /// When it last changed by its source's clock.
    pub changed_at: Option<Timestamp>,
    /// When we last heard of it.
    pub heard_at: Timestamp,
    /// When it began to fire, the last `FIRES_MAX` times.
    pub fires: Vec<Timestamp>,
    /// When it was last recorded that a rule drops it.
    pub dropped_at: Option<Box<Timestamp>>,
}

/// What is known of the keys of one integration. Boxed: half of the places of a map that grows at its end stay empty.
type OfOne = BTreeMap<Box<str>, Box<KnownKey>>;

/// What is known of each alert key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(BTreeMap<Box<str>, OfOne>);

impl Keys {
    pub fn get(&self, (integration, dedup_key): &AlertKey) -> Option<&KnownKey> {
        self.0.get(integration.as_str())?.get(dedup_key.as_str()).map(|known| &**known)
    }

    pub(super) fn get_mut(&mut self, (integration, dedup_key): &AlertKey) -> Option<&mut KnownKey> {
        self.0.get_mut(integration.as_str())?.get_mut(dedup_key.as_str()).map(|known| &mut **known)
    }

    /// What is known of a key from now on, if nothing was.
    pub(super) fn known(&mut self, integration: &str, dedup_key: &str) -> &mut KnownKey {
        let of_one = self.0.entry(integration.into()).or_default();
        of_one.entry(dedup_key.into()).or_default()
    }

    pub(super) fn insert(&mut self, (integration, dedup_key): AlertKey, known: Box<KnownKey>) {
        self.0.entry(integration.into()).or_default().insert(dedup_key.into(), known);
    }

    pub(super) fn remove(&mut self, (integration, dedup_key): &AlertKey) -> Option<Box<KnownKey>> {
        let of_one = self.0.get_mut(integration.as_str())?;
        let known = of_one.remove(dedup_key.as_str());
        if of_one.is_empty() {
            self.0.remove(integration.as_str());
        }
        known
    }

    /// The keys of an integration.
    pub(super) fn of(&self, integration: &str) -> Vec<AlertKey> {
        let keys = self.0.get(integration).into_iter().flat_map(BTreeMap::keys);
        keys.map(|dedup_key| (integration.to_owned(), dedup_key.to_string())).collect()
    }

    pub fn values(&self) -> impl Iterator<Item = &KnownKey> {
        self.0.values().flat_map(BTreeMap::values).map(|known| &**known)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut KnownKey> {
        self.0.values_mut().flat_map(BTreeMap::values_mut).map(|known| &mut **known)
    }

    /// Forgets what is not to be kept, in the order of the keys.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&KnownKey) -> bool) {
        self.0.retain(|_, of_one| {
            of_one.retain(|_, known| keep(known));
            !of_one.is_empty()
        });
    }
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.values().map(BTreeMap::len).sum()))?;
        for (integration, of_one) in &self.0 {
            for (dedup_key, known) in of_one {
                map.serialize_entry(&(integration, dedup_key), known)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Stored)
    }
}

struct Stored;

impl<'de> Visitor<'de> for Stored {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what is known of each alert key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Keys::default();
        while let Some((key, known)) = map.next_entry::<AlertKey, Box<KnownKey>>()? {
            keys.insert(key, known);
        }
        Ok(keys)
    }
}
