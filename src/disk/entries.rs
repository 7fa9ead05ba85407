//! Reads entries by number, for people who read a timeline while the journal is being written.
//!
//! Entries are found by the places that the archive notes, and from there frames are skipped by their length; only requested ones are checked and copied. The live segment is read only up
//! to the point the caller knows to be durable.

use super::directory::StateDir;
use super::{archive, kept};
use crate::journal::frame::{self, DATA_START, FRAME_HEADER, FRAME_MAX, Item};
use crate::journal::recovery::{Part, plan};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// The most entries read at once; the highest numbers are kept.
pub const READ_ENTRIES_MAX: usize = 10_000;
/// The most bytes read at once; entries that would exceed this are left out.
pub const READ_BYTES_MAX: usize = 32 << 20;

const READ_AHEAD: usize = 64 << 10;

/// The requested entries that still exist, up to `durable`, ascending. Fails if the directory cannot be read; an
/// unreadable segment counts as deleted.
pub fn read_entries(dir: &StateDir, seqs: &[u64], durable: u64) -> anyhow::Result<Vec<(u64, Vec<u8>)>> {
    let wanted: BTreeSet<u64> = seqs.iter().copied().filter(|seq| *seq <= durable).collect();
    let wanted: BTreeSet<u64> = wanted.into_iter().rev().take(READ_ENTRIES_MAX).collect();
    let parts = plan(&dir.list()?, 0).parts;
    let first = parts.first().map_or(u64::MAX, |part| part.header.first_seq);
    let gone = wanted.range(..first).next().is_some();
    let mut found = if gone { kept::of(dir, &wanted)? } else { Vec::new() };
    found.retain(|(seq, _)| *seq < first);
    for part in parts {
        let last_seq = part.end.map_or(durable, |end| end.last_seq).min(part.before - 1);
        if part.header.first_seq > last_seq {
            continue;
        }
        let here: Vec<u64> = wanted.range(part.header.first_seq..=last_seq).copied().collect();
        let mut entries = Vec::new();
        if !here.is_empty() && read_segment(dir, &part, &here, &mut entries).is_err() {
            entries = reread_segment(dir, &part, &here);
        }
        found.append(&mut entries);
    }
    let mut bytes = 0;
    found.retain(|(_, payload)| {
        bytes += payload.len();
        bytes <= READ_BYTES_MAX
    });
    Ok(found)
}

/// What follows a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Entries as JSON lines, in order, and the number after which to ask next.
    Lines { text: Vec<u8>, last: u64 },
    /// What is kept begins later, with this number.
    Older { first: u64 },
}

/// The entries after a number up to `durable`, at most `limit`. What is lost in between is a line `{"lost":{"first","last"}}`.
pub fn entries_after(dir: &StateDir, after: u64, durable: u64, limit: u64) -> anyhow::Result<After> {
    let parts = plan(&dir.list()?, 0).parts;
    let first = parts.iter().map(|part| part.header.first_seq).min().unwrap_or(durable + 1);
    if after.saturating_add(1) < first && first <= durable {
        return Ok(After::Older { first });
    }
    let last = durable.min(after.saturating_add(limit));
    let seqs: Vec<u64> = (after.saturating_add(1)..=last).collect();
    let (mut text, mut told) = (Vec::new(), after);
    let found = read_entries(dir, &seqs, durable)?;
    let bytes: usize = found.iter().map(|(_, payload)| payload.len()).sum();
    for (seq, payload) in found {
        if seq > told + 1 {
            text.extend(format!("{{\"lost\":{{\"first\":{},\"last\":{}}}}}\n", told + 1, seq - 1).bytes());
        }
        text.extend(&payload);
        text.push(b'\n');
        told = seq;
    }
    // A hole at the end of a full part is told now, or nobody would come past it; at the end of the journal it may be written yet.
    // What was too much for one answer comes with the next.
    if told < last && last < durable && bytes + FRAME_MAX <= READ_BYTES_MAX {
        text.extend(format!("{{\"lost\":{{\"first\":{},\"last\":{last}}}}}\n", told + 1).bytes());
        told = last;
    }
    Ok(After::Lines { text, last: told })
}

/// Skips from frame to frame; fails at the first unexpected one.
fn read_segment(
    dir: &StateDir,
    part: &Part,
    wanted: &[u64],
    found: &mut Vec<(u64, Vec<u8>)>,
) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(READ_AHEAD, File::open(dir.segment_path(part.header.number))?);
    reader.seek(SeekFrom::Start(DATA_START as u64))?;
    let mut next = part.header.first_seq;
    let (mut frame, marks) = (Vec::new(), archive::marks(dir, part.header.number));
    for seq in wanted {
        let mark = marks.partition_point(|(mark, _)| mark <= seq).checked_sub(1).map(|at| marks[at]);
        if let Some((mark, offset)) = mark.filter(|(mark, _)| *mark > next) {
            reader.seek(SeekFrom::Start(offset))?;
            next = mark;
        }
        loop {
            let mut header = [0; FRAME_HEADER];
            reader.read_exact(&mut header)?;
            let (here, length) = frame::peek(&header);
            if here != next || length > FRAME_MAX {
                return Err(io::ErrorKind::InvalidData.into());
            }
            next += 1;
            if here < *seq {
                reader.seek_relative(length as i64)?;
                continue;
            }
            frame.clear();
            frame.extend_from_slice(&header);
            frame.resize(FRAME_HEADER + length, 0);
            reader.read_exact(&mut frame[FRAME_HEADER..])?;
            let checked = frame::decode(&frame, part.header.epoch, 0, here..=here);
            found.push((here, checked.ok_or(io::ErrorKind::InvalidData)?.payload.to_vec()));
            break;
        }
    }
    Ok(())
}

/// The slow way, for a damaged segment: reads every intact frame.
fn reread_segment(dir: &StateDir, part: &Part, wanted: &[u64]) -> Vec<(u64, Vec<u8>)> {
    let Ok(bytes) = dir.read_part(part, 0, &mut Vec::new()) else { return Vec::new() };
    let frames = frame::frames(&bytes, part.header.epoch, DATA_START, part.header.first_seq);
    let wanted = frames.filter_map(|item| match item {
        Item::Frame(frame) if wanted.binary_search(&frame.seq).is_ok() => Some(frame),
        _ => None,
    });
    wanted.map(|frame| (frame.seq, frame.payload.to_vec())).collect()
}
