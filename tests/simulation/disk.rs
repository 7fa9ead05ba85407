//! A disk that forgets: what was written and not synced is there after a crash in any subset of its sectors, and a
//! sector that was not may still surface later.

use crate::random::Random;
use std::collections::BTreeMap;

const SECTOR: usize = 512;

#[derive(Default)]
pub struct Disk {
    pub segments: BTreeMap<u64, Segment>,
    /// By the last entry that each contains, and the newest segment when it was made.
    pub snapshots: BTreeMap<(u64, u64), Vec<u8>>,
    /// Sectors that a crash lost: segment, offset, bytes.
    ghosts: Vec<(u64, usize, Vec<u8>)>,
    pub mode: Mode,
    /// It was emptied, and no snapshot has come since.
    bare: bool,
}

#[derive(Default)]
pub struct Segment {
    pub bytes: Vec<u8>,
    pub unsynced: Vec<(usize, Vec<u8>)>,
    /// Its space is allocated.
    pub filled: bool,
}

/// How the disk does today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Fine,
    Slow,
    /// Everything fails.
    Failing,
    /// Everything that needs new space fails.
    Full,
    /// Nothing is answered until the mode changes.
    Stalled,
}

impl Disk {
    pub fn write(&mut self, segment: u64, offset: usize, bytes: &[u8]) {
        if let Some(found) = self.segments.get_mut(&segment) {
            found.unsynced.push((offset, bytes.to_vec()));
        }
    }

    pub fn sync(&mut self, segment: u64) {
        if let Some(found) = self.segments.get_mut(&segment) {
            for (offset, bytes) in std::mem::take(&mut found.unsynced) {
                put(&mut found.bytes, offset, &bytes);
            }
        }
    }

    /// Power is lost, or (`killed`) only the process is, and the kernel writes what it was given.
    pub fn crash(&mut self, random: &mut Random, killed: bool) {
        let kept = if killed { 100 } else { random.pick(&[0, 30, 70, 95]) };
        for (number, segment) in &mut self.segments {
            for (offset, bytes) in std::mem::take(&mut segment.unsynced) {
                for (at, sector) in sectors(offset, &bytes) {
                    if random.percent(kept) {
                        put(&mut segment.bytes, at, sector);
                    } else {
                        self.ghosts.push((*number, at, sector.to_vec()));
                    }
                }
            }
        }
    }

    /// Somebody empties it: what is written on goes nowhere.
    pub fn vanish(&mut self) {
        self.segments.clear();
        self.snapshots.clear();
        self.ghosts.clear();
        self.bare = true;
    }

    /// Whether it holds less than was promised, until a whole state is on it again.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// A snapshot is on it.
    pub fn is_whole_again(&mut self) {
        self.bare = false;
    }

    /// Some of what was lost comes back.
    pub fn surface(&mut self, random: &mut Random) {
        let (back, gone) = std::mem::take(&mut self.ghosts).into_iter().partition(|_| random.percent(40));
        self.ghosts = gone;
        for (number, at, sector) in Vec::<(u64, usize, Vec<u8>)>::from_iter(back) {
            if let Some(segment) = self.segments.get_mut(&number) {
                put(&mut segment.bytes, at, &sector);
            }
        }
    }
}

fn put(into: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    into.resize(into.len().max(at + bytes.len()), 0);
    into[at..at + bytes.len()].copy_from_slice(bytes);
}

fn sectors(offset: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let (mut at, mut rest) = (offset, bytes);
    while !rest.is_empty() {
        let (sector, more) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
        parts.push((at, sector));
        at += sector.len();
        rest = more;
    }
    parts
}
