//! The integrations by what opens them: a request costs the same beside one integration as beside a thousand.
//!
//! A secret is looked up by its HMAC under a random key, so that the time of a lookup says nothing about a secret, and is then
//! compared once, in constant time. Which of the texts of a request may be a secret is left to [`door`](super::door).

use super::url;
use crate::config::{Config, Endpoint, Id, Secrets};
use ring::hmac;
use std::collections::BTreeMap;

/// The integrations of one config, by the hashes of their secrets and by their former ids.
#[derive(Debug)]
pub struct Keys {
    key: hmac::Key,
    opened: BTreeMap<[u8; 32], Vec<Id>>,
    former: BTreeMap<Id, Id>,
    /// The lengths of the shortest and the longest secret in bytes: nothing else is worth hashing.
    lengths: (usize, usize),
}

impl Keys {
    /// `random` must be unknown outside the process.
    pub fn new(config: &Config, secrets: &Secrets, random: &[u8; 32]) -> Keys {
        let (opened, former) = (BTreeMap::new(), BTreeMap::new());
        let key = hmac::Key::new(hmac::HMAC_SHA256, random);
        let mut keys = Keys { key, opened, former, lengths: (usize::MAX, 0) };
        for endpoint in config.endpoints.values() {
            for secret in secrets.all(&endpoint.secret) {
                let text = secret.expose().as_bytes();
                let (shortest, longest) = keys.lengths;
                keys.lengths = (shortest.min(text.len()), longest.max(text.len()));
                keys.opened.entry(keys.hash(text)).or_default().push(endpoint.id.clone());
            }
            for former in &endpoint.formerly {
                keys.former.entry(former.clone()).or_insert_with(|| endpoint.id.clone());
            }
        }
        keys
    }

    /// The endpoints of which one of the presented texts is a secret, by id.
    pub(super) fn opened<'c>(
        &self,
        config: &'c Config,
        secrets: &Secrets,
        presented: &[Vec<u8>],
    ) -> Vec<&'c Endpoint> {
        // A secret that is set to nothing opens no door.
        let (shortest, longest) = self.lengths;
        let may_be = |text: &&Vec<u8>| !text.is_empty() && (shortest..=longest).contains(&text.len());
        let presented = presented.iter().filter(may_be);
        let mut open: Vec<&Endpoint> = presented
            .flat_map(|text| {
                let ids = self.opened.get(&self.hash(text)).map_or(&[][..], Vec::as_slice);
                let endpoints = ids.iter().filter_map(|id| config.endpoints.get(id));
                endpoints.filter(move |endpoint| secrets.any_matches(&endpoint.secret, text))
            })
            .collect();
        open.sort_by_key(|endpoint| &endpoint.id);
        open.dedup_by_key(|endpoint| &endpoint.id);
        open
    }

    /// The endpoint with this id in a URL, where a `.` stands for `/`; else the one that formerly had it.
    pub(super) fn named<'c>(&self, config: &'c Config, id: &str) -> Option<&'c Endpoint> {
        let id = String::from_utf8(url::decoded(id)).ok()?.replace('.', "/");
        let endpoint = config.endpoints.get(id.as_str());
        endpoint.or_else(|| config.endpoints.get(self.former.get(id.as_str())?))
    }

    fn hash(&self, text: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        // Both are 32 bytes.
        hash.copy_from_slice(hmac::sign(&self.key, text).as_ref());
        hash
    }
}
