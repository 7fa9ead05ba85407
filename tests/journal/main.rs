//! What recovery makes of segments with torn, reordered, lost and late sectors, and what the disk does with them.
//! Expected values come from a plain list of what was synced.

#![allow(clippy::unwrap_used)]

mod bits;
mod disk;
mod lost;
mod sectors;
mod tables;

use oncall::journal::End;
use oncall::journal::frame::{self, Header};
use oncall::journal::recovery::{Listed, Opening, Recovered, Recovery, plan};
use std::collections::BTreeMap;

pub type Entries = Vec<(u64, Vec<u8>)>;

/// A disk of segments of [`SIZE`], and where the next batch goes.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub segments: BTreeMap<u64, Vec<u8>>,
    pub live: Option<(u64, End)>,
}

/// The size of the segments of [`Disk`], in bytes.
pub const SIZE: usize = frame::DATA_START + 16 * 1024;

impl Disk {
    /// What a start reads, after an earlier snapshot.
    pub fn recover(&self, covered: u64) -> (Entries, Recovered) {
        let listed: Vec<Listed> = self
            .segments
            .iter()
            .map(|(number, bytes)| Listed { number: *number, header: Header::decode(bytes) })
            .collect();
        let plan = plan(&listed, covered);
        let mut recovery = Recovery::after(covered, &plan);
        let mut entries = Vec::new();
        for part in &plan.parts {
            let bytes = &self.segments[&part.header.number];
            recovery.read(part, bytes, &mut |seq, payload| entries.push((seq, payload.to_vec())));
        }
        (entries, recovery.finish())
    }

    /// A whole start: read, and begin a new epoch.
    pub fn start(&mut self) -> (Entries, Recovered) {
        let (entries, recovered) = self.recover(0);
        self.open(&recovered.opening);
        (entries, recovered)
    }

    /// Makes the next segment, in a new epoch.
    pub fn open(&mut self, opening: &Opening) {
        let number = self.segments.keys().last().map_or(1, |last| last + 1);
        let (header, mut bytes) = opening.segment(number).unwrap();
        let end = End { segment: number, offset: bytes.len() as u64, last_seq: opening.next_seq - 1 };
        bytes.resize(SIZE, 0);
        self.segments.insert(number, bytes);
        self.live = Some((header.epoch, end));
    }

    /// Makes the next segment in the same epoch.
    pub fn roll(&mut self) {
        let (epoch, end) = self.live.unwrap();
        let number = end.segment + 1;
        let header = Header { number, epoch, first_seq: end.last_seq + 1, predecessor: Some(end) };
        let mut bytes = header.encode();
        bytes.resize(SIZE, 0);
        self.segments.insert(number, bytes);
        let end = End { segment: number, offset: frame::DATA_START as u64, last_seq: end.last_seq };
        self.live = Some((epoch, end));
    }

    /// Writes a batch durably, and gives its entries.
    pub fn sync(&mut self, payloads: &[Vec<u8>]) -> Entries {
        let (segment, offset, bytes, entries) = self.unsynced(payloads);
        self.segments.get_mut(&segment).unwrap()[offset..offset + bytes.len()].copy_from_slice(&bytes);
        let (_, end) = self.live.as_mut().unwrap();
        end.offset += bytes.len() as u64;
        end.last_seq += payloads.len() as u64;
        entries
    }

    /// What writing a batch would put where.
    pub fn unsynced(&self, payloads: &[Vec<u8>]) -> (u64, usize, Vec<u8>, Entries) {
        let (epoch, end) = self.live.unwrap();
        let mut bytes = Vec::new();
        frame::encode(epoch, end.last_seq + 1, payloads, &mut bytes).unwrap();
        let entries = (end.last_seq + 1..).zip(payloads.iter().cloned()).collect();
        (end.segment, end.offset as usize, bytes, entries)
    }
}

/// Batches of the given numbers of entries, each payload different and of another length.
pub fn payloads(tag: &str, count: usize, length: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| format!("{{\"{tag}\":{n},\"x\":\"{}\"}}", "x".repeat(length + n * 7)).into_bytes())
        .collect()
}
