//! Secrets: where each is kept, and the values once read. Neither is ever shown.

use super::place_name;
use std::{collections::BTreeMap, fmt, sync::Arc};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The largest secret, in bytes.
pub const SECRET_MAX: u64 = 64 * 1024;

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretSource {
    /// `{ env: NAME }`
    Env(Arc<str>),
    /// `{ file: path }`, outside the repository.
    File(Arc<str>),
    /// `{ sops: file, key: name }`: a SOPS file of the repository ([`Config::sops`](super::Config::sops)).
    Sops { file: Arc<str>, key: Arc<str> },
}

/// The value of a secret. `Debug` does not show it, and its memory is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<String>>);

/// The values of the sources that could be read.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    values: BTreeMap<SecretSource, Secret>,
}

impl Secret {
    pub fn new(value: &str) -> Secret {
        Secret(Arc::new(Zeroizing::new(value.to_owned())))
    }

    /// The value itself, for the one place that sends or compares it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not depend on where the texts differ. (It may reveal their lengths.)
    pub fn matches(&self, presented: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(presented).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::Env(name) => write!(f, "environment variable {}", place_name(name)),
            SecretSource::File(path) => write!(f, "file {path}"),
            SecretSource::Sops { file, key } => write!(f, "`{}` of {file}", place_name(key)),
        }
    }
}

impl Secrets {
    pub fn insert(&mut self, source: SecretSource, value: Secret) {
        self.values.insert(source, value);
    }

    pub fn get(&self, source: &SecretSource) -> Option<&Secret> {
        self.values.get(source)
    }

    /// Whether `presented` equals the value of any source. All are compared, even after a match.
    pub fn any_matches(&self, sources: &[SecretSource], presented: &[u8]) -> bool {
        sources
            .iter()
            .filter_map(|source| self.get(source))
            .fold(false, |hit, secret| hit | secret.matches(presented))
    }

    /// The values of the sources that could be read.
    pub fn all<'a>(&'a self, sources: &'a [SecretSource]) -> impl Iterator<Item = &'a Secret> {
        sources.iter().filter_map(|source| self.get(source))
    }
}
