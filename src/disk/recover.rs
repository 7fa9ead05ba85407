//! Turns the state directory into incidents, and entry numbers into entries.

use super::directory::{Loaded, StateDir};
use super::entries::read_entries;
use crate::incident::stored::Stored;
use crate::incident::{Entry, Incidents};
use anyhow::{Context, Result};

/// Reads the newest snapshot and replays all later entries. Anything unreadable is reported in words, never lost
/// silently.
pub fn load(dir: &StateDir) -> Result<(Incidents, Loaded<()>, Vec<String>)> {
    let mut troubles = Vec::new();
    let loaded = dir.load(Stored::default(), |state: &mut Stored, seq, payload| {
        if let Err(error) = apply(state, payload) {
            troubles.push(format!("entry {seq} cannot be read: {error}"));
        }
    })?;
    let Loaded { state, opening, covered, replayed, damages, torn, broken_snapshots } = loaded;
    troubles.extend(damages.iter().filter(|damage| !damage.covered).map(|damage| format!("{damage:?}")));
    troubles.extend(broken_snapshots.iter().cloned());
    let rest = Loaded { state: (), opening, covered, replayed, damages, torn, broken_snapshots };
    Ok((Incidents::new(state.into_state()), rest, troubles))
}

/// Applies the bytes of one entry.
pub fn apply(state: &mut Stored, payload: &[u8]) -> serde_json::Result<()> {
    let entry: Entry = serde_json::from_slice(payload)?;
    state.state_mut().apply(&entry);
    Ok(())
}

/// The entries with these numbers that are on disk, in order.
pub fn entries(dir: &StateDir, seqs: &[u64], durable: u64) -> Result<Vec<Entry>> {
    let read = read_entries(dir, seqs, durable).context("cannot read the timeline")?;
    let parse = |(seq, payload): (u64, Vec<u8>)| {
        serde_json::from_slice(&payload).with_context(|| format!("entry {seq} cannot be read"))
    };
    read.into_iter().map(parse).collect()
}
