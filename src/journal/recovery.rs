//! Decides what a start makes of the segments it finds: which entries to replay, what is damaged, and where the new
//! segment continues.
//!
//! [`plan`] orders the segments by their headers alone, from the newest back; [`Recovery`] is then fed one segment at
//! a time. A segment ends where its successor says. The newest has no successor, so its last batch may never have
//! been synced: it counts only if it is whole, and even then it is written again to the new segment rather than
//! trusted to be on disk. Anything unreadable is skipped, reported, and left in place.

use super::End;
use super::frame::{self, DATA_START, Frame, Header, HeaderError, Item};
use std::collections::BTreeMap;

/// A segment file in the directory: the number in its name, and its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub number: u64,
    pub header: Result<Header, HeaderError>,
}

/// A segment to read, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub header: Header,
    /// Where it ends, if its successor is there to say so.
    pub end: Option<End>,
    /// The first entry of the next part; `u64::MAX` for the newest.
    pub before: u64,
}

/// The segments to read, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub parts: Vec<Part>,
    /// Segments that cannot be read at all.
    pub damages: Vec<Damage>,
}

/// A gap in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The damaged segment, or the one before which something is missing.
    pub segment: u64,
    /// In bytes, from the start of the segment.
    pub offset: u64,
    /// The first and last lost entries, if known.
    pub lost: Option<(u64, u64)>,
    pub what: DamageKind,
    /// Whether the snapshot contains everything that is lost. If so it is worth a warning, otherwise a page.
    pub covered: bool,
}

/// What is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DamageKind {
    /// Both copies of the segment's header.
    Header,
    /// Frames inside the segment, or its end.
    Frames,
    /// A whole segment is missing.
    Missing,
}

/// Data the last process was still writing when it stopped. Normal after a crash: it was never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    pub segment: u64,
    pub offset: u64,
}

/// Where a new segment continues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// `None` before the very first segment.
    pub predecessor: Option<End>,
    /// The predecessor's last batch, to be written again: the entries just before `next_seq`.
    pub carried: Vec<Vec<u8>>,
    /// The number of the next entry.
    pub next_seq: u64,
}

/// The result of a recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    pub opening: Opening,
    /// In entry order.
    pub damages: Vec<Damage>,
    pub torn: Option<Torn>,
}

impl Opening {
    /// The new segment's header and its bytes so far. They must be durable before the segment gets its name.
    pub fn segment(&self, number: u64) -> Result<(Header, Vec<u8>), frame::TooLong> {
        let first_seq = self.next_seq.saturating_sub(self.carried.len() as u64);
        let header = Header { number, epoch: number, first_seq, predecessor: self.predecessor };
        let mut bytes = header.encode();
        frame::encode(number, first_seq, &self.carried, &mut bytes)?;
        Ok((header, bytes))
    }
}

/// Orders the segments, and leaves out those not needed because `covered`, the last entry in the snapshot, includes
/// them. With 0, all are kept. `listed` must be sorted in ascending order.
pub fn plan(listed: &[Listed], covered: u64) -> Plan {
    let readable: BTreeMap<u64, Header> = listed.iter().filter_map(usable).collect();
    // A stalled thread of an older epoch may have created a segment after we gave up on it, so the newest epoch
    // counts.
    let newest = readable.values().max_by_key(|header| (header.epoch, header.number));
    let mut parts: Vec<Part> =
        newest.map(|header| Part { header: *header, end: None, before: u64::MAX }).into_iter().collect();
    while let Some(next) = parts.last()
        && next.header.first_seq > covered.saturating_add(1)
        && let Some(part) = part_before(&readable, &next.header)
    {
        parts.push(part);
    }
    parts.reverse();
    let damages = unreadable(listed, &parts, covered);
    Plan { parts, damages }
}

/// If the header does not match the number in the file name, somebody copied the file.
fn usable(listed: &Listed) -> Option<(u64, Header)> {
    let header = listed.header.ok()?;
    (header.number == listed.number).then_some((listed.number, header))
}

fn part_before(readable: &BTreeMap<u64, Header>, next: &Header) -> Option<Part> {
    let end = next.predecessor?;
    let older = readable.range(..next.number.min(end.segment.saturating_add(1))).next_back()?.1;
    let end = (older.number == end.segment).then_some(end);
    Some(Part { header: *older, end, before: next.first_seq })
}

fn unreadable(listed: &[Listed], parts: &[Part], covered: u64) -> Vec<Damage> {
    let broken = listed.iter().filter(|it| usable(it).is_none());
    broken
        .map(|it| {
            let after = parts.iter().find(|part| part.header.number > it.number);
            let covered = after.is_some_and(|part| part.header.first_seq <= covered.saturating_add(1));
            Damage { segment: it.number, offset: 0, lost: None, what: DamageKind::Header, covered }
        })
        .collect()
}

/// Replays a plan, part by part.
#[derive(Clone, Debug)]
pub struct Recovery {
    covered: u64,
    next_seq: u64,
    damages: Vec<Damage>,
    torn: Option<Torn>,
    predecessor: Option<End>,
    carried: Vec<Vec<u8>>,
}

impl Recovery {
    /// Starts a replay after `covered`, the last entry in the snapshot, or 0.
    pub fn after(covered: u64, plan: &Plan) -> Recovery {
        Recovery {
            covered,
            next_seq: covered.saturating_add(1),
            damages: plan.damages.clone(),
            torn: None,
            predecessor: None,
            carried: Vec::new(),
        }
    }

    /// Reads the bytes of the plan's next part and passes on its entries in order.
    pub fn read(&mut self, part: &Part, bytes: &[u8], entry: &mut impl FnMut(u64, &[u8])) {
        let Header { number, first_seq, .. } = part.header;
        if first_seq > self.next_seq {
            self.lose((number, 0), (self.next_seq, first_seq - 1), DamageKind::Missing);
        }
        match part.end {
            Some(end) => self.proven(part, bytes, end, entry),
            None => self.unproven(part, bytes, entry),
        }
    }

    /// The damage to report, and how to continue.
    pub fn finish(self) -> Recovered {
        let Recovery { predecessor, carried, next_seq, damages, torn, .. } = self;
        Recovered { opening: Opening { predecessor, carried, next_seq }, damages, torn }
    }

    /// Everything up to `end` was synced, so anything missing is damage.
    fn proven(&mut self, part: &Part, bytes: &[u8], end: End, entry: &mut impl FnMut(u64, &[u8])) {
        let Header { number, epoch, first_seq, .. } = part.header;
        let length = usize::try_from(end.offset).unwrap_or(usize::MAX).min(bytes.len());
        let (mut next, mut at) = (first_seq, DATA_START);
        for item in frame::frames(&bytes[..length], epoch, DATA_START, first_seq) {
            let Item::Frame(found) = item else { continue };
            if found.seq >= part.before {
                break;
            }
            if found.seq > next {
                self.lose((number, at as u64), (next, found.seq - 1), DamageKind::Frames);
            }
            (next, at) = (found.seq + 1, found.end());
            self.replay(&found, entry);
        }
        // Entries of an abandoned batch may be at the end of this part, and are then in the next part too.
        let last_seq = end.last_seq.min(part.before - 1);
        if last_seq >= next {
            self.lose((number, at as u64), (next, last_seq), DamageKind::Frames);
        }
    }

    /// The last batch of a segment without a successor counts only if it is whole; everything before it was synced.
    fn unproven(&mut self, part: &Part, bytes: &[u8], entry: &mut impl FnMut(u64, &[u8])) {
        let Header { number, epoch, first_seq, .. } = part.header;
        let last = LastBatch::find(bytes, &part.header);
        let last_seq = last.first_seq.min(part.before) - 1;
        let mut end = End { segment: number, offset: last.offset as u64, last_seq };
        self.proven(part, bytes, end, entry);
        self.carried.clear();
        let whole = last.whole.filter(|(seq, _)| *seq < part.before);
        if let Some((last_seq, offset)) = whole {
            for item in frame::frames(&bytes[..offset], epoch, last.offset, last.first_seq) {
                let Item::Frame(found) = item else { continue };
                self.carried.push(found.payload.to_vec());
                self.replay(&found, entry);
            }
            if last_seq <= self.covered {
                end = End { offset: offset as u64, last_seq, ..end };
                self.carried.clear();
            }
        }
        self.predecessor = Some(end);
        let read = whole.map_or(last.offset, |(_, offset)| offset);
        if frame::frames(bytes, epoch, read, first_seq).next().is_some() {
            self.torn = Some(Torn { segment: number, offset: read as u64 });
        }
    }

    fn replay(&mut self, found: &Frame<'_>, entry: &mut impl FnMut(u64, &[u8])) {
        if found.seq == self.next_seq {
            self.next_seq += 1;
            entry(found.seq, found.payload);
        }
    }

    fn lose(&mut self, (segment, offset): (u64, u64), lost: (u64, u64), what: DamageKind) {
        let covered = lost.1 <= self.covered;
        self.damages.push(Damage { segment, offset, lost: Some(lost), what, covered });
        self.next_seq = self.next_seq.max(lost.1 + 1);
    }
}

/// The batch of the newest valid frame.
struct LastBatch {
    first_seq: u64,
    /// Where the batch begins, or where the last frame before it ends.
    offset: usize,
    /// Its last entry and where that ends, if nothing of the batch is missing.
    whole: Option<(u64, usize)>,
}

impl LastBatch {
    fn find(bytes: &[u8], header: &Header) -> LastBatch {
        let mut last = LastBatch { first_seq: header.first_seq, offset: DATA_START, whole: None };
        let mut end = DATA_START;
        let mut next = None;
        for item in frame::frames(bytes, header.epoch, DATA_START, header.first_seq) {
            let Item::Frame(found) = item else {
                next = None;
                continue;
            };
            if found.batch > last.first_seq || found.seq == found.batch {
                let offset = if found.seq == found.batch { found.offset } else { end };
                last = LastBatch { first_seq: found.batch, offset, whole: None };
                next = (found.seq == found.batch).then_some(found.seq);
            }
            end = found.end();
            last.whole = (found.closes && next == Some(found.seq)).then_some((found.seq, end));
            next = next.filter(|seq| *seq == found.seq).map(|seq| seq + 1);
        }
        last
    }
}
