//! Every phrase that people read or hear, in every language.

use serde::{Deserialize, Serialize};

/// A language we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Ja,
    En,
}
