//! Entries of deleted segments that somebody may still want to read: those about incidents that are open, or that closed within
//! the history.
//!
//! They stand in one file, `kept-00000012`, where 12 is the last segment that was deleted, and are found by
//! [`entries`](super::entries) like any other. They never go into a snapshot. [`keeping`](super::keeping) writes it.

use super::directory::StateDir;
use super::files::explain;
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::PathBuf;

pub(super) fn files(dir: &StateDir) -> Vec<PathBuf> {
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
