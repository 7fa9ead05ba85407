//! The journal's thread: writes a batch, syncs it, answers, and takes the next.
//!
//! Which entries make a batch is the engine's decision. One write and one `fdatasync` make it durable; anything that
//! goes wrong fails the segment, which is then never written or synced again, because what a failed sync has left
//! in the page cache looks durable and is not. The way on is [`Journal::reopen`]: a new epoch, a new segment, a
//! new thread, so that one that hangs in the kernel holds nobody up.

use super::directory::StateDir;
use super::segment::{fill_spare, make};
use crate::journal::End;
use crate::journal::frame::{self, DATA_START, Header};
use crate::journal::recovery::Opening;
use anyhow::{anyhow, bail};
use bytes::Bytes;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// The most batches that wait for the thread; the engine hands over one at a time.
pub const APPENDS_MAX: usize = 4;
/// The write buffer's capacity is given back above this, in bytes.
const BUFFER_KEPT_MAX: usize = 4 << 20;

/// Entries that become durable together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The number of the first; each batch goes on where the one before it ended.
    pub first_seq: u64,
    pub payloads: Vec<Bytes>,
}

/// What became of a batch, or of the journal's beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The epoch of the journal that answers; one that was given up may still do so.
    pub epoch: u64,
    pub result: Appended,
}

/// Whether a batch is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Everything up to `last_seq` of this end is; the end to give to [`Journal::reopen`].
    Durable(End),
    /// It may be or not; this journal takes no more. In words for people.
    Failed(String),
}

/// Why a batch was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// [`APPENDS_MAX`] batches wait.
    Full(Append),
    /// The thread has ended.
    Stopped(Append),
}

/// The journal of one epoch. Dropping it ends its thread after the batches that it was given, without waiting.
#[derive(Debug)]
pub struct Journal {
    /// Unique and ascending among all starts and reopenings.
    pub epoch: u64,
    /// Where the new segment ends so far.
    pub end: End,
    appends: SyncSender<Append>,
    thread: JoinHandle<()>,
}

impl Journal {
    /// Begins a new epoch after [`load`](StateDir::load). `answer` is called on the journal's thread, once for each
    /// batch, in order. Where this fails, for want of space perhaps, it can be tried again with the same `opening`.
    pub fn start(
        dir: &StateDir,
        opening: &Opening,
        answer: impl FnMut(Answer) + Send + 'static,
    ) -> anyhow::Result<Journal> {
        let journal = Journal::begin(dir, opening, answer)?;
        tidy(dir, opening.predecessor);
        fill_spare(dir);
        Ok(journal)
    }

    /// Begins a new epoch after a failure or a stall of the last, behind the last [`End`] that was durable. Entries
    /// between that and `next_seq` must be in `snapshot`, which is written first.
    pub fn reopen(
        dir: &StateDir,
        predecessor: Option<End>,
        snapshot: Option<&[u8]>,
        next_seq: u64,
        answer: impl FnMut(Answer) + Send + 'static,
    ) -> anyhow::Result<Journal> {
        if let Some(bytes) = snapshot {
            dir.write_snapshot(bytes)?;
        }
        let journal = Journal::begin(dir, &Opening { predecessor, carried: Vec::new(), next_seq }, answer)?;
        fill_spare(dir);
        Ok(journal)
    }

    /// Hands a batch to the thread without waiting.
    pub fn append(&self, batch: Append) -> Result<(), Refused> {
        self.appends.try_send(batch).map_err(|error| match error {
            TrySendError::Full(batch) => Refused::Full(batch),
            TrySendError::Disconnected(batch) => Refused::Stopped(batch),
        })
    }

    /// Waits until all batches are answered; not for a journal that hangs.
    pub fn close(self) {
        drop(self.appends);
        // A panic there is an answer that never came.
        let _ = self.thread.join();
    }

    fn begin(
        dir: &StateDir,
        opening: &Opening,
        answer: impl FnMut(Answer) + Send + 'static,
    ) -> anyhow::Result<Journal> {
        let number = dir.shared.number.fetch_add(1, Ordering::SeqCst);
        dir.shared.epoch.store(number, Ordering::SeqCst);
        let (header, bytes) = opening.segment(number).map_err(|error| anyhow!("{error}"))?;
        let live = Live::make(dir, &header, &bytes, opening.next_seq.saturating_sub(1))?;
        let end = live.end;
        let (appends, batches) = sync_channel(APPENDS_MAX);
        let dir = dir.clone();
        let thread = std::thread::Builder::new()
            .name(format!("journal-{number}"))
            .spawn(move || run(&dir, number, live, &batches, answer))?;
        Ok(Journal { epoch: number, end, appends, thread })
    }
}

/// The segment that is being written.
struct Live {
    file: File,
    filled: bool,
    end: End,
}

impl Live {
    fn make(dir: &StateDir, header: &Header, bytes: &[u8], last_seq: u64) -> anyhow::Result<Live> {
        let made = make(dir, header.number, bytes)?;
        let end = End { segment: header.number, offset: bytes.len() as u64, last_seq };
        Ok(Live { file: made.file, filled: made.filled, end })
    }
}

fn run(
    dir: &StateDir,
    epoch: u64,
    mut live: Live,
    batches: &Receiver<Append>,
    mut answer: impl FnMut(Answer) + Send,
) {
    let mut buffer = Vec::new();
    let mut failed = None;
    while let Ok(batch) = batches.recv() {
        let result = match &failed {
            Some(reason) => Err(anyhow!("the segment has failed before: {reason}")),
            None => append(dir, epoch, &mut live, &batch, &mut buffer),
        };
        let result = match result {
            Ok(()) => Appended::Durable(live.end),
            Err(error) => {
                failed.get_or_insert_with(|| format!("{error:#}"));
                Appended::Failed(format!("{error:#}"))
            }
        };
        answer(Answer { epoch, result });
    }
}

fn append(
    dir: &StateDir,
    epoch: u64,
    live: &mut Live,
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

/// A segment that is full ends; so does one that grows as it is written, as soon as there is a spare.
fn wants_roll(dir: &StateDir, live: &Live, length: u64) -> bool {
    let full = live.end.offset + length > dir.shared.segment_size && live.end.offset > DATA_START as u64;
    full || !live.filled && dir.shared.spare_ready.load(Ordering::SeqCst)
}

fn roll(dir: &StateDir, epoch: u64, end: End) -> anyhow::Result<Live> {
    let number = dir.shared.number.fetch_add(1, Ordering::SeqCst);
    let header = Header { number, epoch, first_seq: end.last_seq + 1, predecessor: Some(end) };
    let live = Live::make(dir, &header, &header.encode(), end.last_seq)?;
    fill_spare(dir);
    Ok(live)
}

/// Removes what earlier processes left behind: unfinished files (not before the new segment is durable, because their
/// names keep its number from being used twice), and the zeros at the end of the last segment. Disk space is all
/// that a failure costs.
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
