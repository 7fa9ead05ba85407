//! What a start and a compaction make of the disk, as `disk::directory` and `disk::compaction` do.

use crate::disk::{Disk, Segment};
use oncall::incident::State;
use oncall::incident::stored::Stored;
use oncall::journal::frame::Header;
use oncall::journal::recovery::{Listed, Part, Recovered, Recovery, plan};
use oncall::journal::retention::{self, History};
use oncall::journal::snapshot;
use std::time::Duration;

const SNAPSHOTS_MAX: usize = 2;
/// Nothing is kept for people to read, so that segments go as soon as they may.
const HISTORY: History = History { age: Duration::ZERO, size: 0 };

/// What is read at a start, or by a compaction.
pub struct Read {
    pub covered: u64,
    /// The snapshot's.
    pub state: State,
    /// Since.
    pub entries: Vec<(u64, Vec<u8>)>,
    pub recovered: Recovered,
}

/// Reads everything, or (`sealed`) all but the live segment.
pub fn read(disk: &Disk, sealed: bool) -> Read {
    let newest = disk.snapshots.values().next_back();
    let (covered, state): (u64, Stored) =
        newest.map_or_else(Default::default, |it| snapshot::decode(it).unwrap());
    let state = state.into_state();
    let plan = plan(&listed(disk), covered);
    let mut recovery = Recovery::after(covered, &plan);
    let mut entries = Vec::new();
    let parts: &[Part] = if sealed { plan.parts.split_last().map_or(&[], |it| it.1) } else { &plan.parts };
    for part in parts {
        let bytes = &disk.segments[&part.header.number].bytes;
        let length = part.end.map_or(bytes.len(), |end| bytes.len().min(end.offset as usize));
        recovery.read(part, &bytes[..length], &mut |seq, payload| entries.push((seq, payload.to_vec())));
    }
    Read { covered, state, entries, recovered: recovery.finish() }
}

fn listed(disk: &Disk) -> Vec<Listed> {
    let listed = |(number, segment): (&u64, &Segment)| Listed {
        number: *number,
        header: Header::decode(&segment.bytes),
    };
    disk.segments.iter().map(listed).collect()
}

/// A snapshot of all sealed segments, and the segments deleted that no start needs.
pub fn compact(disk: &mut Disk, read: &Read, state: &State) {
    let last_seq = read.recovered.opening.next_seq - 1;
    if last_seq > read.covered && read.recovered.damages.is_empty() {
        put_snapshot(disk, snapshot::encode(last_seq, &Stored::from(state)));
    }
    let parts = plan(&listed(disk), 0).parts;
    let segments: Vec<retention::Segment> = disk
        .segments
        .iter()
        .filter_map(|(number, segment)| {
            let after = parts.iter().find(|part| part.header.number > *number)?;
            let (last_seq, size) = (after.header.first_seq - 1, segment.bytes.len() as u64);
            Some(retention::Segment { number: *number, last_seq, age: Duration::from_secs(1), size })
        })
        .collect();
    let snapshots: Vec<u64> = disk.snapshots.keys().map(|(covered, _)| *covered).collect();
    for number in retention::expired(&segments, &snapshots, &HISTORY) {
        disk.segments.remove(&number);
    }
}

/// Writes a snapshot, whole, and deletes all but the two newest.
pub fn put_snapshot(disk: &mut Disk, bytes: Vec<u8>) {
    let newest = disk.segments.keys().last().copied().unwrap_or(0);
    disk.snapshots.insert((snapshot::covered(&bytes).unwrap(), newest), bytes);
    disk.is_whole_again();
    while disk.snapshots.len() > SNAPSHOTS_MAX {
        disk.snapshots.pop_first();
    }
}
