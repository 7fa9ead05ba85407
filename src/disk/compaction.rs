//! Compaction, off the live path: combines the last snapshot and the sealed segments into the next snapshot, and
//! deletes files nobody needs any more.
//!
//! The live segment is never read, so this needs nothing from the journal's thread. Only one compaction runs at a
//! time.

use super::directory::{NewestSnapshot, StateDir};
use super::files::explain;
use crate::journal::recovery::{Damage, Part, Recovery, plan};
use crate::journal::retention::{History, Segment, expired};
use crate::journal::snapshot;
use anyhow::Context;
use serde::{Serialize, de::DeserializeOwned};
use std::time::SystemTime;

/// The result of a compaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The last entry in the new snapshot.
    pub covered: Option<u64>,
    /// The deleted segments.
    pub deleted: Vec<u64>,
    /// New damage. If there is any, no snapshot was written, because the server still has the entries in memory.
    pub damages: Vec<Damage>,
}

/// Makes a snapshot of everything in sealed segments, and deletes what `history` does not keep. `known` is the damage
/// the server started with; `now` is wall-clock time, which is compared with the files' ages. Before segments are deleted, `keep` is
/// told the last of them and its last entry.
pub fn compact<S: Serialize + DeserializeOwned>(
    dir: &StateDir,
    empty: S,
    apply: impl FnMut(&mut S, u64, &[u8]),
    known: &[Damage],
    (history, now): (&History, SystemTime),
    keep: impl FnOnce(u64, u64) -> anyhow::Result<()>,
) -> anyhow::Result<Compacted> {
    let mut compacted = fold(dir, empty, apply, known)?;
    compacted.deleted = delete(dir, history, now, keep)?;
    Ok(compacted)
}

fn fold<S: Serialize + DeserializeOwned>(
    dir: &StateDir,
    empty: S,
    mut apply: impl FnMut(&mut S, u64, &[u8]),
    known: &[Damage],
) -> anyhow::Result<Compacted> {
    let NewestSnapshot { covered, mut state, .. } = dir.base(empty)?;
    let plan = plan(&dir.list()?, covered);
    let mut recovery = Recovery::after(covered, &plan);
    let mut damages = Vec::new();
    for part in sealed(&plan.parts) {
        let bytes = dir.read_part(part, covered, &mut damages)?;
        recovery.read(part, &bytes, &mut |seq, payload| apply(&mut state, seq, payload));
    }
    let recovered = recovery.finish();
    damages.extend(recovered.damages);
    let is_known = |it: &Damage| known.iter().any(|old| (old.segment, old.lost) == (it.segment, it.lost));
    damages.retain(|damage| !damage.covered && !is_known(damage));
    let last_seq = recovered.opening.next_seq - 1;
    let written = damages.is_empty() && last_seq > covered;
    if written {
        dir.write_snapshot(&snapshot::encode(last_seq, &state))?;
    }
    Ok(Compacted { covered: written.then_some(last_seq), deleted: Vec::new(), damages })
}

/// All parts except the live one, which has no successor.
fn sealed(parts: &[Part]) -> &[Part] {
    parts.split_last().map_or(&[], |(_, sealed)| sealed)
}

fn delete(
    dir: &StateDir,
    history: &History,
    now: SystemTime,
    keep: impl FnOnce(u64, u64) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<u64>> {
    let listed = dir.list()?;
    let parts = plan(&listed, 0).parts;
    let mut segments = Vec::new();
    for number in listed.iter().map(|it| it.number) {
        // A segment outside all parts ends where the next part begins; one after the live segment stays.
        let Some(after) = parts.iter().find(|part| part.header.number > number) else { break };
        let path = dir.segment_path(number);
        let metadata = std::fs::metadata(&path).map_err(|error| explain(&path, &error))?;
        let age = now.duration_since(metadata.modified()?).unwrap_or_default();
        let last_seq = after.header.first_seq - 1;
        segments.push(Segment { number, last_seq, age, size: metadata.len() });
    }
    let deleted = expired(&segments, &dir.usable_snapshots()?, history);
    let last = segments.iter().rfind(|segment| Some(&segment.number) == deleted.last());
    if let Some(last) = last {
        keep(last.number, last.last_seq).context("nothing is deleted: what must stay could not be copied")?;
    }
    for number in &deleted {
        let path = dir.segment_path(*number);
        std::fs::remove_file(&path).map_err(|error| explain(&path, &error))?;
        // It is made from the segment, and of no use without.
        let _ = std::fs::remove_file(dir.archive_path(*number));
    }
    Ok(deleted)
}
