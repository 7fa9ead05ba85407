//! The feed: entries as they leave the engine's task, numbered by `seq`, for whoever reads.
//!
//! Publishing never waits for a reader. One that is too slow misses the oldest batches and is told which numbers; what it
//! makes of that is its own business. While the journal is degraded entries leave from memory, as pages do, and the feed
//! has them too.

use crate::incident::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many entries one batch has.
pub const BATCH_MAX: usize = 256;
/// How many batches wait for the slowest reader.
pub const BATCHES_MAX: usize = 256;

/// The publishing side, which the engine's task has. When it is dropped, readers come to their end.
#[derive(Clone, Debug)]
pub struct Feed {
    batches: broadcast::Sender<Arc<[Entry]>>,
    released: Arc<AtomicU64>,
}

/// What a reader finds next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Entries(Arc<[Entry]>),
    /// The entries with these numbers went by.
    Missed {
        first: u64,
        last: u64,
    },
}

/// One reader, with its place in the feed.
#[derive(Debug)]
pub struct Reader {
    batches: broadcast::Receiver<Arc<[Entry]>>,
    /// The number of the last entry that it has read, or was told it missed.
    last: u64,
    /// A batch behind a gap that is being told.
    next: Option<Arc<[Entry]>>,
}

impl Feed {
    pub fn new() -> Feed {
        Feed { batches: broadcast::channel(BATCHES_MAX).0, released: Arc::default() }
    }

    /// The entries up to this number are about to be published, after what is answered for them.
    pub fn releases(&self, seq: u64) {
        self.released.fetch_max(seq, Ordering::Release);
    }

    /// The number of the last entry for which something may have been answered.
    pub fn released(&self) -> Arc<AtomicU64> {
        self.released.clone()
    }

    /// Hands entries to every reader, in their order.
    pub fn publish(&self, entries: Vec<Entry>) {
        let mut entries = entries.into_iter();
        while entries.len() > 0 {
            // Nobody may be reading.
            let _ = self.batches.send(entries.by_ref().take(BATCH_MAX).collect());
        }
    }

    /// A reader of all that is published from now on; `last` is the number of the entry before.
    pub fn reader(&self, last: u64) -> Reader {
        Reader { batches: self.batches.subscribe(), last, next: None }
    }
}

impl Default for Feed {
    fn default() -> Feed {
        Feed::new()
    }
}

impl Reader {
    /// Waits for what comes next; `None`: the feed has ended.
    pub async fn next(&mut self) -> Option<Read> {
        let batch = match self.next.take() {
            Some(batch) => batch,
            None => self.batch().await?,
        };
        let (first, last) = (batch.first()?.seq, batch.last()?.seq);
        if first > self.last + 1 {
            let missed = Read::Missed { first: self.last + 1, last: first - 1 };
            self.last = first - 1;
            self.next = Some(batch);
            return Some(missed);
        }
        self.last = last;
        Some(Read::Entries(batch))
    }

    async fn batch(&mut self) -> Option<Arc<[Entry]>> {
        loop {
            match self.batches.recv().await {
                Ok(batch) => return Some(batch),
                // How many batches is of no use: the numbers of the next one say what is missing.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
