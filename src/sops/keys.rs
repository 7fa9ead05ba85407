//! The age keys that open SOPS files, from the text of a key file.

use age::x25519::Identity;
use std::fmt;

/// The most keys we use.
pub const KEYS_MAX: usize = 32;

/// Age identities, `AGE-SECRET-KEY-1…`. `Debug` shows only their recipients.
#[derive(Clone, Default)]
pub struct Keys {
    keys: Vec<Key>,
}

#[derive(Clone)]
pub(super) struct Key {
    /// `age1…`
    pub(super) recipient: String,
    pub(super) identity: Identity,
}

impl Keys {
    /// Adds the keys in a text as `age-keygen` writes it: one per line, and comments. Lines with anything else (a
    /// plugin's key, say) and keys beyond [`KEYS_MAX`] are skipped; returns their line numbers.
    pub fn add(&mut self, text: &str) -> Vec<usize> {
        let mut unused = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.parse::<Identity>() {
                Ok(identity) if self.keys.len() < KEYS_MAX => {
                    let recipient = identity.to_public().to_string();
                    self.keys.push(Key { recipient, identity });
                }
                _ => unused.push(number + 1),
            }
        }
        unused
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The recipients of these keys, `age1…`; not secret.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.recipient.as_str())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.recipients()).finish()
    }
}
