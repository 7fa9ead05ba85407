//! The journal's thread: writes a batch, syncs it, answers, and takes the next.
//!
//! The engine decides which entries form a batch. One write and one `fdatasync` make it durable. Any error fails the
//! segment, which is then never written or synced again: after a failed sync, data in the page cache looks durable
//! and is not. [`Journal::reopen`] continues with a new epoch, a new segment and a new thread, so that a thread that
//! hangs in the kernel holds nothing up.

use super::alive;
use super::directory::StateDir;
use super::segment::{fill_spare, make};
use crate::journal::End;
use crate::journal::frame::{self, DATA_START, Header};
use crate::journal::recovery::Opening;
use crate::language::storage::Gone;
use anyhow::{anyhow, bail};
use bytes::Bytes;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// The most batches waiting for the thread; the engine hands over one at a time.
pub const APPENDS_MAX: usize = 4;
/// If the write buffer's capacity exceeds this many bytes, it is released.
const BUFFER_KEPT_MAX: usize = 4 << 20;

/// Entries that become durable together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The number of the first entry; each batch continues where the previous one ended.
    pub first_seq: u64,
    pub payloads: Vec<Bytes>,
}

/// The result of a batch, or of the journal's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalAnswer {
    /// The epoch of the journal that answers. A journal we gave up on may still answer.
    pub epoch: u64,
    pub result: Appended,
}

/// Whether a batch is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Everything up to `last_seq` of this end is on disk. Pass this end to [`Journal::reopen`].
    Durable(End),
    /// Unknown; this journal accepts no more batches. Contains the reason, for people.
    Failed(String),
    /// The segment vanished from the directory, and with it what was written before.
    Gone(Gone),
}

/// Why a batch was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// [`APPENDS_MAX`] batches are waiting.
    Full(Append),
    /// The thread has ended.
    Stopped(Append),
}

/// The journal of one epoch. Dropping it ends its thread after the batches it already has, without waiting.
#[derive(Debug)]
pub struct Journal {
    /// Unique, and increasing with each start and reopening.
    pub epoch: u64,
    /// Where the new segment ends so far.
    pub end: End,
    appends: SyncSender<Append>,
    thread: JoinHandle<()>,
}

impl Journal {
    /// Begins a new epoch after [`load`](StateDir::load). `answer` is called on the journal's thread, once for each
    /// batch, in order. If this fails (for lack of space, say), it can be retried with the same `opening`.
    pub fn start(
        dir: &StateDir,
        opening: &Opening,
        answer: impl FnMut(JournalAnswer) + Send + 'static,
    ) -> anyhow::Result<Journal> {
        let journal = Journal::begin(dir, opening, answer)?;
        tidy(dir, opening.predecessor);
        fill_spare(dir);
        Ok(journal)
    }

    /// Begins a new epoch after the last one failed or stalled, following the last [`End`] known to be durable.
    /// `snapshot` must contain the entries between that and `next_seq`; it is written first.
    pub fn reopen(
        dir: &StateDir,
        predecessor: Option<End>,
        snapshot: Option<&[u8]>,
        next_seq: u64,
        answer: impl FnMut(JournalAnswer) + Send + 'static,
    ) -> anyhow::Result<Journal> {
        if let Some(bytes) = snapshot {
            dir.write_snapshot(bytes)?;
            dir.shared.incomplete.store(false, Ordering::SeqCst);
        }
        let journal = Journal::begin(dir, &Opening { predecessor, carried: Vec::new(), next_seq }, answer)?;
        fill_spare(dir);
        Ok(journal)
    }

    /// Hands a batch to the thread without waiting.
    pub fn append(&self, batch: Append) -> Result<(), NotTaken> {
        self.appends.try_send(batch).map_err(|error| match error {
            TrySendError::Full(batch) => NotTaken::Full(batch),
            TrySendError::Disconnected(batch) => NotTaken::Stopped(batch),
        })
    }

    /// Waits until all batches are answered. Do not call it on a journal that hangs.
    pub fn close(self) {
        drop(self.appends);
        // If the thread panicked, an answer is missing; nothing more to do.
        let _ = self.thread.join();
    }

    fn begin(
        dir: &StateDir,
        opening: &Opening,
        answer: impl FnMut(JournalAnswer) + Send + 'static,
    ) -> anyhow::Result<Journal> {
        let number = dir.shared.number.fetch_add(1, Ordering::SeqCst);
        dir.shared.epoch.store(number, Ordering::SeqCst);
        let (header, bytes) = opening.segment(number).map_err(|error| anyhow!("{error}"))?;
        let live = LiveSegment::make(dir, &header, &bytes, opening.next_seq.saturating_sub(1))?;
        let end = live.end;
        let (appends, batches) = sync_channel(APPENDS_MAX);
        let dir = dir.clone();
        let thread = std::thread::Builder::new()
            .name(format!("journal-{number}"))
            .spawn(move || run(&dir, number, live, &batches, answer))?;
        Ok(Journal { epoch: number, end, appends, thread })
    }
}

/// The segment being written.
struct LiveSegment {
    file: File,
    filled: bool,
    end: End,
}

impl LiveSegment {
    fn make(dir: &StateDir, header: &Header, bytes: &[u8], last_seq: u64) -> anyhow::Result<LiveSegment> {
        let made = make(dir, header.number, bytes)?;
        dir.hold_live(header.number, &made.file)?;
        let end = End { segment: header.number, offset: bytes.len() as u64, last_seq };
        Ok(LiveSegment { file: made.file, filled: made.filled, end })
    }
}

fn run(
    dir: &StateDir,
    epoch: u64,
    mut live: LiveSegment,
    batches: &Receiver<Append>,
    mut answer: impl FnMut(JournalAnswer) + Send,
) {
    let mut buffer = Vec::new();
    let mut failed = None;
    let alive = alive::file(&dir.shared.path).ok();
    while let Ok(batch) = batches.recv() {
        let result = match &failed {
            Some(reason) => Err(anyhow!("the segment has failed before: {reason}")),
            None => append(dir, epoch, &mut live, &batch, &mut buffer),
        };
        // What is in a file that no path leads to is on no disk.
        let there = result.map(|()| dir.is_written_to(live.end.segment, &live.file));
        let result = match there {
            Ok(Ok(())) => {
                dir.shared.durable.store(live.end.last_seq, Ordering::SeqCst);
                dir.shared.live.store(live.end.segment, Ordering::SeqCst);
                if let Some(alive) = &alive {
                    alive::wrote(alive, live.end.segment, live.end.last_seq);
                }
                Appended::Durable(live.end)
            }
            Ok(Err(gone)) => {
                failed.get_or_insert_with(|| "it has vanished".to_owned());
                // Perhaps with everything around it.
                Appended::Gone(dir.look().err().unwrap_or(gone))
            }
            Err(error) => {
                failed.get_or_insert_with(|| format!("{error:#}"));
                Appended::Failed(format!("{error:#}"))
            }
        };
        answer(JournalAnswer { epoch, result });
    }
}

fn append(
    dir: &StateDir,
    epoch: u64,
    live: &mut LiveSegment,
    batch: &Append,
    buffer: &mut Vec<u8>,
) -> anyhow::Result<()> {
    let expected = live.end.last_seq + 1;
    if batch.first_seq != expected {
        bail!("entry {} does not follow on: {expected} is next", batch.first_seq);
    }
    buffer.clear();
    buffer.shrink_to(BUFFER_KEPT_MAX);
    frame::encode(epoch, batch.first_seq, &batch.payloads, buffer).map_err(|error| anyhow!("{error}"))?;
    if dir.shared.epoch.load(Ordering::SeqCst) != epoch {
        bail!("epoch {epoch} was given up");
    }
    if wants_roll(dir, live, buffer.len() as u64) {
        *live = roll(dir, epoch, live.end)?;
    }
    live.file.write_all_at(buffer, live.end.offset)?;
    live.file.sync_data()?;
    live.end.offset += buffer.len() as u64;
    live.end.last_seq += batch.payloads.len() as u64;
    Ok(())
}

/// Whether the segment should end: if it is full, or if it was not preallocated and a spare is now available.
fn wants_roll(dir: &StateDir, live: &LiveSegment, length: u64) -> bool {
    let full = live.end.offset + length > dir.shared.segment_size && live.end.offset > DATA_START as u64;
    full || !live.filled && dir.shared.spare_ready.load(Ordering::SeqCst)
}

fn roll(dir: &StateDir, epoch: u64, end: End) -> anyhow::Result<LiveSegment> {
    let number = dir.shared.number.fetch_add(1, Ordering::SeqCst);
    let header = Header { number, epoch, first_seq: end.last_seq + 1, predecessor: Some(end) };
    let live = LiveSegment::make(dir, &header, &header.encode(), end.last_seq)?;
    fill_spare(dir);
    Ok(live)
}

/// Removes leftovers of earlier processes: unfinished files, and the zeros at the end of the last segment. Unfinished
/// files go only once the new segment is durable, because their names keep its number from being reused. If removing
/// fails, it costs only disk space.
fn tidy(dir: &StateDir, predecessor: Option<End>) {
    for name in &dir.shared.stale {
        let _ = std::fs::remove_file(dir.shared.journal.join(name));
    }
    let Some(end) = predecessor else { return };
    if let Ok(file) = OpenOptions::new().write(true).open(dir.segment_path(end.segment))
        && file.metadata().is_ok_and(|metadata| metadata.len() > end.offset)
    {
        let _ = file.set_len(end.offset);
    }
}
