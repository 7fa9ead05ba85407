//! Entries of deleted segments that somebody may still want to read: those about incidents that are open, or that closed within
//! the history.
//!
//! They stand in one file, `kept-00000012`, where 12 is the last segment that was deleted, and are found by
//! [`entries`](super::entries) like any other. They never go into a snapshot.

use super::archive::{timelines_after, write};
use super::directory::StateDir;
use super::entries::{READ_ENTRIES_MAX, read_entries};
use super::files::explain;
use crate::incident::Status;
use crate::incident::stored::Stored;
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The most bytes of entries that are kept; the oldest go first.
pub const KEPT_MAX: usize = 64 << 20;

/// Before segments up to this one go: copies what must stay of them. `last_seq` is their last entry.
pub fn keep(dir: &StateDir, segment: u64, last_seq: u64) -> Result<()> {
    let mut wanted = timelines_after(dir, segment)?;
    let (_, state) = dir.snapshot_before(u64::MAX)?.unwrap_or_else(|| (0, Stored::default()));
    let open = state.into_state().incidents.into_values().filter(|it| it.status != Status::Resolved);
    wanted.extend(open.flat_map(|incident| incident.timeline));
    let wanted: Vec<u64> = wanted.range(..=last_seq).rev().copied().collect();
    let (mut lines, mut bytes) = (Vec::new(), 0);
    for seqs in wanted.chunks(READ_ENTRIES_MAX) {
        for (seq, payload) in read_entries(dir, seqs, last_seq)?.into_iter().rev() {
            bytes += payload.len();
            if bytes > KEPT_MAX {
                tracing::warn!(
                    event = "history",
                    up_to = seq,
                    "timelines of open incidents lose their oldest lines"
                );
                return store(dir, segment, lines);
            }
            lines.push(line(seq, &payload));
        }
    }
    store(dir, segment, lines)
}

fn line(seq: u64, payload: &[u8]) -> Vec<u8> {
    let head = format!("{seq} {:08x} ", crc32c::crc32c(payload));
    [head.as_bytes(), payload, b"\n"].concat()
}

/// `lines` are in descending order.
fn store(dir: &StateDir, segment: u64, mut lines: Vec<Vec<u8>>) -> Result<()> {
    lines.reverse();
    let path = dir.archive().join(format!("kept-{segment:08}"));
    write(dir, &path, &lines.concat())?;
    for old in files(dir).into_iter().filter(|old| *old != path) {
        std::fs::remove_file(&old).map_err(|error| explain(&old, &error))?;
    }
    Ok(())
}

fn files(dir: &StateDir) -> Vec<PathBuf> {
    let names = std::fs::read_dir(dir.archive()).into_iter().flatten().flatten().map(|file| file.path());
    let is_kept = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.strip_prefix("kept-").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut kept: Vec<PathBuf> = names.filter(is_kept).collect();
    kept.sort();
    kept
}

/// Every kept entry, ascending; those whose bytes are damaged are left out.
pub(super) fn all(dir: &StateDir) -> Result<Vec<(u64, Vec<u8>)>> {
    let mut found = Vec::new();
    for path in files(dir) {
        let bytes = std::fs::read(&path).map_err(|error| explain(&path, &error))?;
        found.extend(bytes.split(|byte| *byte == b'\n').filter_map(read));
    }
    found.sort_unstable_by_key(|(seq, _)| *seq);
    found.dedup_by_key(|(seq, _)| *seq);
    Ok(found)
}

/// Those with these numbers.
pub(super) fn of(dir: &StateDir, wanted: &BTreeSet<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
    let mut all = all(dir)?;
    all.retain(|(seq, _)| wanted.contains(seq));
    Ok(all)
}

fn read(line: &[u8]) -> Option<(u64, Vec<u8>)> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let seq = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
    let crc = u32::from_str_radix(std::str::from_utf8(parts.next()?).ok()?, 16).ok()?;
    let payload = parts.next()?;
    (crc32c::crc32c(payload) == crc).then(|| (seq, payload.to_vec()))
}
