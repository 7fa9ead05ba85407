//! Applies the bytes of one entry to the state.

use crate::incident::Entry;
use crate::incident::stored::Stored;

/// Why an entry cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is an entry, of a kind that this release does not know.
    Newer,
    /// It is no entry. Contains the parser's reason.
    Broken(String),
}

/// Applies the bytes of one entry; one that cannot be read only counts.
pub fn apply(state: &mut Stored, seq: u64, payload: &[u8]) -> Result<(), Unread> {
    match serde_json::from_slice::<Entry>(payload) {
        Ok(entry) => {
            state.state_mut().apply(&entry);
            Ok(())
        }
        Err(error) => {
            state.state_mut().seq = seq;
            let value: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
            let is_entry = value["seq"] == seq && value["at"].is_string() && !value["change"].is_null();
            Err(if is_entry { Unread::Newer } else { Unread::Broken(error.to_string()) })
        }
    }
}
