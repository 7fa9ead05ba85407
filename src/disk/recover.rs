//! Turns the state directory into incidents, and entry numbers into entries.
//!
//! A start never ends here because something cannot be read, and never goes on in silence: what is lost, not understood
//! or restored from elsewhere is a [`Trouble`] with its place. Files that no start of this release can use are set aside
//! once the journal holds what was read of them.

use super::directory::{Loaded, StateDir};
use super::entries::read_entries;
use super::replay::{Unread, apply};
use crate::incident::stored::Stored;
use crate::incident::{Entry, Incidents};
use crate::journal::frame::RELEASE;
use crate::journal::recovery::{Damage, DamageKind};
use crate::journal::snapshot;
use crate::language::storage::Trouble;
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::path::PathBuf;

/// How many entries that cannot be read are named one by one.
const UNREAD_NAMED_MAX: usize = 20;

/// Files that this release cannot use, and what stands for them from now on.
#[derive(Debug)]
pub struct Unusable {
    snapshots: Vec<PathBuf>,
    segments: Vec<PathBuf>,
    /// The state as read, in the form of a snapshot.
    state: Vec<u8>,
}

/// Reads the newest snapshot and replays all later entries. What could not be read is told, and left out.
pub fn load(dir: &StateDir) -> Result<(Incidents, Loaded<()>, Vec<Trouble>)> {
    let mut unread = Vec::new();
    let loaded = dir.load(Stored::default(), |state: &mut Stored, seq, payload| {
        if let Err(why) = apply(state, seq, payload) {
            unread.push((seq, why));
        }
    })?;
    let Loaded { state, opening, covered, replayed, damages, torn, broken_snapshots, releases } = loaded;
    let mut state = state.into_state();
    let since = (state.seq > 0).then_some(state.at);
    // The numbers of what could not be read are not used again.
    state.seq = opening.next_seq.saturating_sub(1);
    let rest = Loaded { state: (), opening, covered, replayed, damages, torn, broken_snapshots, releases };
    let mut troubles: Vec<Trouble> =
        rest.damages.iter().filter(|damage| !damage.covered).map(|damage| trouble(dir, damage)).collect();
    troubles.extend(end_of_journal(dir, &rest, since)?);
    troubles.extend(of_unread(unread, &rest.releases));
    let broken = rest.broken_snapshots.iter().cloned();
    troubles.extend(broken.map(|it| Trouble::Snapshot { file: it.path.display().to_string(), why: it.why }));
    Ok((Incidents::new(state), rest, troubles))
}

/// Damage as people read it.
pub fn trouble(dir: &StateDir, damage: &Damage) -> Trouble {
    let file = dir.segment_path(damage.segment).display().to_string();
    match (damage.lost, damage.what) {
        (Some((first, last)), what) => {
            Trouble::Entries { first, last, file, missing: what == DamageKind::Missing }
        }
        (None, DamageKind::Header | DamageKind::Missing) => Trouble::File { file },
        (None, DamageKind::Frames) => Trouble::Block { file, offset: damage.offset },
    }
}

/// The entries with these numbers that are on disk, in order. Those that this release cannot read are left out.
pub fn entries(dir: &StateDir, seqs: &[u64], durable: u64) -> Result<Vec<Entry>> {
    let read = read_entries(dir, seqs, durable).context("cannot read the timeline")?;
    Ok(read.into_iter().filter_map(|(_, payload)| serde_json::from_slice(&payload).ok()).collect())
}

/// What is to be set aside after this start, with the state that was read; `None` where every file can be used.
pub fn unusable(dir: &StateDir, incidents: &Incidents, loaded: &Loaded<()>) -> Result<Option<Unusable>> {
    let snapshots: Vec<PathBuf> = loaded.broken_snapshots.iter().map(|it| it.path.clone()).collect();
    let segments = dir.newer_segments()?;
    if snapshots.is_empty() && segments.is_empty() {
        return Ok(None);
    }
    let state = incidents.state();
    Ok(Some(Unusable { snapshots, segments, state: snapshot::encode(state.seq, &Stored::from(state)) }))
}

impl Unusable {
    /// Moves the files out of the way, each with its new path. The state takes their place before any segment goes.
    pub fn set_aside(self, dir: &StateDir) -> Result<Vec<(PathBuf, PathBuf)>> {
        let mut moved = Vec::new();
        for path in self.snapshots {
            moved.push((path.clone(), dir.set_aside(&path)?));
        }
        dir.write_snapshot(&self.state)?;
        for path in self.segments {
            moved.push((path.clone(), dir.set_aside(&path)?));
        }
        Ok(moved)
    }
}

/// What was there once and is not: according to snapshots that cannot be used, and to the last server's own word.
fn end_of_journal(dir: &StateDir, loaded: &Loaded<()>, since: Option<Timestamp>) -> Result<Vec<Trouble>> {
    let mut troubles = Vec::new();
    let mut next = loaded.opening.next_seq;
    if let Some(newest) = loaded.broken_snapshots.iter().max_by_key(|it| it.covered)
        && newest.covered >= next
    {
        let file = newest.path.display().to_string();
        troubles.push(Trouble::Entries { first: next, last: newest.covered, file, missing: true });
        next = newest.covered + 1;
    }
    let Some(before) = dir.before() else { return Ok(troubles) };
    if before.seq >= next {
        let until = before.at.and_then(|at| Timestamp::try_from(at).ok());
        troubles.push(Trouble::Tail { first: next, last: before.seq, since, until });
    } else if before.seq > loaded.covered && !dir.has_segment(before.segment)? {
        let file = dir.segment_path(before.segment).display().to_string();
        troubles.push(Trouble::NewestFile { file, after: next - 1, since });
    }
    Ok(troubles)
}

fn of_unread(unread: Vec<(u64, Unread)>, releases: &[(u64, String)]) -> Vec<Trouble> {
    let newer: Vec<u64> =
        unread.iter().filter(|(_, why)| *why == Unread::Newer).map(|(seq, _)| *seq).collect();
    let mut troubles = Vec::new();
    if let (Some(first), Some(last)) = (newer.first(), newer.last()) {
        let writer = releases.iter().rev().find(|(from, _)| from <= last).map(|(_, release)| release);
        let release = writer.filter(|release| *release != RELEASE).cloned();
        troubles.push(Trouble::Newer { first: *first, last: *last, count: newer.len() as u64, release });
    }
    let broken = unread.into_iter().filter_map(|(seq, why)| match why {
        Unread::Newer => None,
        Unread::Broken(why) => Some(Trouble::Entry { seq, why }),
    });
    troubles.extend(broken.take(UNREAD_NAMED_MAX));
    troubles
}
