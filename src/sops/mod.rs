//! SOPS files encrypted with age: what anybody can read in them, and what a key decrypts.
//!
//! In a SOPS file (<https://getsops.io/docs/>) the keys are readable and the values are not. Each value is
//! `ENC[AES256_GCM,…]`, bound to its path, under one data key for the whole file. The data key is stored once per age
//! recipient, and a MAC over all values proves that nobody moved or changed one. Nothing here reads a file:
//! [`compile`](crate::compile) supplies the values and checks them, the server supplies the age keys.

mod cipher;
mod keys;
mod open;
mod scalar;

pub use keys::{KEYS_MAX, Keys};
pub use open::{ARMOR_MAX, open};
pub use scalar::plain_bytes;

use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// The most values in one file.
pub const VALUES_MAX: usize = 10_000;
/// The most age recipients of one file.
pub const RECIPIENTS_MAX: usize = 200;

/// A SOPS file, still encrypted.
#[derive(Clone)]
pub struct File {
    /// Every value outside `sops:`, in file order, which the MAC covers.
    pub values: Vec<Value>,
    /// The age recipients, each with its copy of the data key.
    pub recipients: Vec<Recipient>,
    /// `sops.lastmodified`, which the MAC is bound to.
    pub last_modified: String,
    /// `sops.mac`, encrypted.
    pub mac: String,
    /// `sops.mac_only_encrypted`.
    pub mac_only_encrypted: bool,
}

/// A value of a SOPS file.
#[derive(Clone)]
pub struct Value {
    /// The keys that lead to it and the indices of list items, joined by dots: `tanaka.phone`, `numbers.0`.
    pub name: String,
    /// The keys alone, as the encryption binds them: `tanaka:phone:`.
    pub path: String,
    pub content: Content,
}

/// A value, encrypted or not.
#[derive(Clone)]
pub enum Content {
    /// `ENC[…]`
    Encrypted(String),
    /// Not encrypted: its bytes, as the MAC covers them ([`plain_bytes`]).
    Plain(String),
}

/// A recipient that the file is encrypted for.
#[derive(Clone)]
pub struct Recipient {
    /// `age1…`
    pub name: String,
    /// The data key, as an armored age file.
    pub data_key: String,
}

/// The decrypted values of a file, by name. `Debug` does not show them.
pub struct Opened {
    values: BTreeMap<String, Zeroizing<String>>,
}

impl Value {
    /// Whether the value is encrypted. `sops` leaves an empty text as it is.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.content, Content::Encrypted(_))
    }

    /// The type of an encrypted value that is not text: `int`, `float`, `bool`, `time`.
    pub fn other_than_text(&self) -> Option<&str> {
        let Content::Encrypted(text) = &self.content else { return None };
        cipher::Sealed::parse(text).map(|sealed| sealed.kind).filter(|kind| !["str", "bytes"].contains(kind))
    }
}

impl File {
    /// The values with this name: one, unless some key contains a dot.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.values.iter().filter(move |value| value.name == name)
    }
}

impl Opened {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.as_str())
    }
}

/// Whether this is the text of an encrypted value.
pub fn is_encrypted(text: &str) -> bool {
    cipher::Sealed::parse(text).is_some()
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sops::File({} values, {} recipients)", self.values.len(), self.recipients.len())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sops::Value({} …)", self.name)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(…)")
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.name)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({} values)", self.values.len())
    }
}
