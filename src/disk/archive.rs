//! The archive: every closed incident of the history, in one file beside each segment, written off the live path and read for
//! lists, search and old links.
//!
//! A file holds the incidents that were closed when their last entry of that segment was written, in that order, and who of
//! earlier files was touched again and is in them no more. All of it is derived from segments and snapshots: a file that is
//! missing, broken or of another layout is made again. The file of the live segment is made anew now and then. In its head
//! stand places of entries (every `MARK_EVERY`th), so that a timeline is found without walking through the segment.

use super::directory::StateDir;
use super::files::explain;
use super::replay;
use crate::incident::stored::{LAYOUT, Stored};
use crate::incident::{AlertChange, Change, Entry, Incident, IncidentId, Status};
use crate::journal::frame::{self, DATA_START, FRAME_HEADER};
use crate::journal::recovery::{Part, Recovery, plan};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// How many bytes of files one question reads; where it stopped, the next one goes on.
pub const SCANNED_MAX: u64 = 64 << 20;
/// The place of every so manieth entry is noted.
const MARK_EVERY: u64 = 512;
/// The longest head of a file, in bytes.
const HEAD_MAX: usize = 16 << 20;
const MAGIC: &[u8; 8] = b"oncall-a";
/// Magic, layout, length of the head, its checksum, and the checksum of the rest.
const PREFIX: usize = 24;

/// A closed incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The entry that closed it, or the first about it in a later segment: the order of the archive.
    pub seq: u64,
    pub incident: Incident,
}

/// What a file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    first_seq: u64,
    last_seq: u64,
    /// The segment is written no more.
    sealed: bool,
    /// How many rows follow.
    rows: u32,
    ids: Option<(IncidentId, IncidentId)>,
    /// Incidents of earlier segments that something happened to in this one.
    again: BTreeSet<IncidentId>,
    /// The commits of config revisions.
    commits: BTreeMap<u32, String>,
    /// Numbers of entries, and where they begin in the segment.
    marks: Vec<(u64, u64)>,
}

/// A part of the archive, the last closed first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<Archived>,
    /// Where to go on; `None`: there is no more.
    pub next: Option<u64>,
}

/// An incident of the archive, with what its timeline needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    pub incident: Incident,
    /// The last entry that is known to be on disk.
    pub durable: u64,
    pub commits: BTreeMap<u32, String>,
}

/// The closed incidents before a number of the archive's order that somebody wants, at most so many.
pub fn page(dir: &StateDir, before: u64, limit: usize, takes: impl Fn(&Incident) -> bool) -> Result<Page> {
    let (mut page, mut again, mut scanned) = (Page::default(), BTreeSet::new(), 0);
    for number in dir.archived()?.into_iter().rev() {
        let Some((head, (sum, mut file))) = open(dir, number) else { continue };
        if head.first_seq < before && head.rows > 0 {
            if scanned > SCANNED_MAX {
                page.next = Some(head.last_seq + 1);
                return Ok(page);
            }
            let (rows, bytes) = rest(dir, number, (sum, &mut file));
            scanned += bytes;
            let wanted = |row: &Archived| {
                row.seq < before && !again.contains(&row.incident.id) && takes(&row.incident)
            };
            for row in rows.into_iter().rev().filter(wanted) {
                if page.rows.len() == limit {
                    page.next = Some(page.rows.last().map_or(before, |last| last.seq));
                    return Ok(page);
                }
                page.rows.push(row);
            }
        }
        again.extend(head.again);
    }
    Ok(page)
}

/// A closed incident by its id.
pub fn find(dir: &StateDir, id: IncidentId) -> Result<Option<Old>> {
    let mut durable = dir.durable();
    for number in dir.archived()?.into_iter().rev() {
        let Some((head, (sum, mut file))) = open(dir, number) else { continue };
        durable = durable.max(head.last_seq);
        if head.ids.is_some_and(|(first, last)| (first..=last).contains(&id)) {
            let (rows, _) = rest(dir, number, (sum, &mut file));
            if let Some(row) = rows.into_iter().find(|row| row.incident.id == id) {
                return Ok(Some(Old { incident: row.incident, durable, commits: head.commits }));
            }
        }
        // It was opened again, and is not closed.
        if head.again.contains(&id) {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The numbers of the entries about every incident in the files of segments after one.
pub(super) fn timelines_after(dir: &StateDir, segment: u64) -> Result<BTreeSet<u64>> {
    let mut seqs = BTreeSet::new();
    for number in dir.archived()?.into_iter().filter(|number| *number > segment) {
        let Some((_, (sum, mut file))) = open(dir, number) else { continue };
        seqs.extend(rest(dir, number, (sum, &mut file)).0.into_iter().flat_map(|row| row.incident.timeline));
    }
    Ok(seqs)
}

/// The last noted places before or at entries of a segment.
pub(super) fn marks(dir: &StateDir, segment: u64) -> Vec<(u64, u64)> {
    open(dir, segment).map(|(head, _)| head.marks).unwrap_or_default()
}

/// Makes the files that are missing, and the one of the live segment anew. How many were written.
pub fn bring_up(dir: &StateDir) -> Result<usize> {
    let listed = dir.list()?;
    let parts = plan(&listed, 0).parts;
    let stale: BTreeSet<u64> = parts.iter().filter(|part| is_stale(dir, part)).map(number_of).collect();
    let Some(first) = parts.iter().find(|part| stale.contains(&number_of(part))) else { return Ok(0) };
    let base = dir.snapshot_before(first.header.first_seq)?;
    let (covered, mut state) = base.unwrap_or_else(|| (0, Stored::default()));
    if covered == 0 {
        let kept = super::kept::all(dir)?;
        let first = parts.first().map_or(0, |part| part.header.first_seq);
        for (seq, payload) in kept.iter().filter(|(seq, _)| *seq < first) {
            // What cannot be read is left out here as everywhere.
            let _ = replay::apply(&mut state, *seq, payload);
        }
    }
    let plan = plan(&listed, covered);
    let mut recovery = Recovery::after(covered, &plan);
    for part in &plan.parts {
        let bytes = dir.read_part(part, covered, &mut Vec::new())?;
        let until = part.end.map_or_else(|| dir.durable(), |end| end.last_seq);
        let mut shelf = Shelf::default();
        recovery.read(part, &bytes, &mut |seq, payload| {
            if seq <= until {
                shelf.take_in(&mut state, seq, payload);
            }
        });
        if stale.contains(&number_of(part)) {
            let commits = state.state_mut().commits.clone();
            shelf.write(dir, part, until, commits, places(&bytes, part.header.first_seq, until))?;
        }
    }
    Ok(stale.len())
}

fn number_of(part: &Part) -> u64 {
    part.header.number
}

fn is_stale(dir: &StateDir, part: &Part) -> bool {
    let head = open(dir, part.header.number).map(|(head, _)| head);
    match (head, part.end) {
        (Some(head), Some(end)) => !head.sealed || head.last_seq != end.last_seq,
        (Some(head), None) => head.last_seq < dir.durable(),
        (None, Some(_)) => true,
        (None, None) => dir.durable() >= part.header.first_seq,
    }
}

/// What becomes of one segment's entries.
#[derive(Debug, Default)]
struct Shelf {
    rows: BTreeMap<IncidentId, Archived>,
    opened: BTreeSet<IncidentId>,
    again: BTreeSet<IncidentId>,
}

impl Shelf {
    fn take_in(&mut self, state: &mut Stored<'static>, seq: u64, payload: &[u8]) {
        let Ok(entry) = serde_json::from_slice::<Entry>(payload) else { return };
        let state = state.state_mut();
        state.apply(&entry);
        let Some(id) = entry.incident else { return };
        if matches!(entry.change, Change::Alert(AlertChange::Opened(_))) {
            self.opened.insert(id);
        } else if !self.opened.contains(&id) {
            self.again.insert(id);
        }
        // The state forgets it in a day: it is copied now.
        match state.incidents.get(&id).filter(|incident| incident.status == Status::Resolved) {
            Some(incident) => {
                // What comes after the end (a ticket is closed, a note) changes the row, and not its place.
                let seq = self.rows.get(&id).map_or(seq, |row| row.seq);
                self.rows.insert(id, Archived { seq, incident: Incident::clone(incident) });
            }
            None if state.incidents.contains_key(&id) => drop(self.rows.remove(&id)),
            None => {}
        }
    }

    fn write(
        self,
        dir: &StateDir,
        part: &Part,
        last_seq: u64,
        commits: BTreeMap<u32, String>,
        marks: Vec<(u64, u64)>,
    ) -> Result<()> {
        let ids = self.rows.keys().next().copied().zip(self.rows.keys().next_back().copied());
        let mut rows: Vec<Archived> = self.rows.into_values().collect();
        rows.sort_unstable_by_key(|row| row.seq);
        let head = Head {
            first_seq: part.header.first_seq,
            last_seq,
            sealed: part.end.is_some(),
            rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            ids,
            again: self.again,
            commits,
            marks,
        };
        let (head, rest) = (postcard::to_stdvec(&head)?, postcard::to_stdvec(&rows)?);
        let length = u32::try_from(head.len()).context("the head of the archive is too long")?;
        let mut bytes = MAGIC.to_vec();
        for word in [LAYOUT, length, crc32c::crc32c(&head), crc32c::crc32c(&rest)] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&rest);
        write(dir, &dir.archive_path(part.header.number), &bytes)
    }
}

/// Writes a file of the archive, whole or not at all.
pub(super) fn write(dir: &StateDir, path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = dir.archive();
    std::fs::create_dir_all(&folder).map_err(|error| explain(&folder, &error))?;
    let unfinished = path.with_extension("tmp");
    let written = (|| {
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        super::files::sync_directory(&folder)
    })();
    written.map_err(|error| explain(path, &error))
}

/// The places of entries in a segment's bytes.
fn places(bytes: &[u8], first_seq: u64, last_seq: u64) -> Vec<(u64, u64)> {
    let (mut marks, mut at, mut next) = (Vec::new(), DATA_START, first_seq);
    while let Some(header) = bytes.get(at..).and_then(|rest| rest.first_chunk::<FRAME_HEADER>())
        && let (seq, length) = frame::peek(header)
        && seq == next
        && seq <= last_seq
    {
        if (seq - first_seq).is_multiple_of(MARK_EVERY) {
            marks.push((seq, at as u64));
        }
        (at, next) = (at + FRAME_HEADER + length, next + 1);
    }
    marks
}

/// The head of a file, and what follows with its checksum; `None` where there is none that can be used.
fn open(dir: &StateDir, number: u64) -> Option<(Head, (u32, File))> {
    let mut file = File::open(dir.archive_path(number)).ok()?;
    let mut prefix = [0; PREFIX];
    file.read_exact(&mut prefix).ok()?;
    let word = |at: usize| prefix.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let length = word(12)? as usize;
    if !prefix.starts_with(MAGIC) || word(8)? != LAYOUT || length > HEAD_MAX {
        return None;
    }
    let mut head = vec![0; length];
    file.read_exact(&mut head).ok()?;
    (crc32c::crc32c(&head) == word(16)?).then_some(())?;
    Some((postcard::from_bytes(&head).ok()?, (word(20)?, file)))
}

/// The rows of an open file, and how many bytes they are. A file that is broken is removed, and made again.
fn rest(dir: &StateDir, number: u64, (expected, file): (u32, &mut File)) -> (Vec<Archived>, u64) {
    let mut bytes = Vec::new();
    let read = file.read_to_end(&mut bytes).ok().filter(|_| crc32c::crc32c(&bytes) == expected);
    match read.and_then(|_| postcard::from_bytes(&bytes).ok()) {
        Some(rows) => (rows, bytes.len() as u64),
        None => {
            let path = dir.archive_path(number);
            let file = path.display();
            tracing::warn!(event = "unread", %file, "a file of the archive is broken: it is made again");
            let _ = std::fs::remove_file(&path);
            (Vec::new(), 0)
        }
    }
}
