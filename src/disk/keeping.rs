//! Copies what must stay of segments that go into `kept`.

use super::archive::{timelines_after, write};
use super::directory::StateDir;
use super::entries::{READ_ENTRIES_MAX, read_entries};
use super::files::explain;
use super::kept::files;
use crate::incident::Status;
use crate::incident::stored::Stored;
use anyhow::Result;

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
