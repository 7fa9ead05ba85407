//! Keeps the board up to date from the feed of entries, and hands it out.
//!
//! The board is published a few times a second at most, and at once when somebody waits for what was just answered: whoever
//! got an answer finds its effect on the board that they ask for next. The engine waits for none of this. If entries went by,
//! the rows are asked of the engine in small parts: a board is late sometimes, and never wrong for long.

use super::board::Board;
use super::feed::{Feed, Read, Reader};
use super::inbox::Inbox;
use super::metrics::Metrics;
use crate::incident::State;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// How often the board is published for those who wait for nothing in particular.
const PUBLISHED_EVERY: Duration = Duration::from_millis(20);
/// How long a reader waits for the board to have what was answered before.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// When the rows are asked for again that the engine had no time to give.
const REFILL_AGAIN: Duration = Duration::from_secs(1);

/// The newest board, for as many readers as there are.
#[derive(Clone, Debug)]
pub struct Boards {
    board: watch::Receiver<Arc<Board>>,
    /// The last entry for which something may have been answered.
    released: Arc<AtomicU64>,
    wanted: Arc<Wanted>,
}

/// The last entry that somebody waits for.
#[derive(Debug, Default)]
struct Wanted {
    seq: AtomicU64,
    wake: Notify,
}

/// The task that keeps the board.
#[derive(Debug)]
pub struct Keeper {
    board: Board,
    published: watch::Sender<Arc<Board>>,
    wanted: Arc<Wanted>,
    inbox: Inbox,
    metrics: Arc<Metrics>,
}

impl Boards {
    /// The board with everything that was answered until now: what the same person just did is in it.
    pub async fn current(&self) -> Arc<Board> {
        let seq = self.released.load(Ordering::Acquire);
        let newest = self.newest();
        if newest.seq >= seq {
            return newest;
        }
        self.wanted.seq.fetch_max(seq, Ordering::Release);
        self.wanted.wake.notify_one();
        let mut board = self.board.clone();
        match timeout(WAIT_MAX, board.wait_for(|board| board.seq >= seq)).await {
            Ok(Ok(board)) => board.clone(),
            // Late is better than not at all.
            Ok(Err(_)) | Err(_) => self.newest(),
        }
    }

    /// The board as it was published last.
    pub fn newest(&self) -> Arc<Board> {
        self.board.borrow().clone()
    }

    /// Tells of every newer board, for whoever shows it live.
    pub fn watch(&self) -> watch::Receiver<Arc<Board>> {
        self.board.clone()
    }
}

impl Keeper {
    /// Begins with the board of a state; the entries after it come by the feed.
    pub fn of(state: &State, feed: &Feed, inbox: Inbox, metrics: Arc<Metrics>) -> (Keeper, Boards) {
        let (board, wanted) = (Board::of(state), Arc::<Wanted>::default());
        let (published, newest) = watch::channel(Arc::new(board.clone()));
        let boards = Boards { board: newest, released: feed.released(), wanted: wanted.clone() };
        (Keeper { board, published, wanted, inbox, metrics }, boards)
    }

    /// Reads the feed until it ends.
    pub async fn keep(mut self, mut feed: Reader) {
        let mut ticks = interval(PUBLISHED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let late = self.published.borrow().seq != self.board.seq;
            tokio::select! {
                biased;
                read = feed.next() => match read {
                    Some(Read::Entries(entries)) => entries.iter().for_each(|entry| self.board.apply(entry)),
                    Some(Read::Missed { first, last }) => {
                        self.metrics.missed("board", last - first + 1);
                        tracing::warn!(event = "missed", first, last, "the board did not keep up with the entries");
                        self.refill(last).await;
                    }
                    None => break,
                },
                () = self.wanted.wake.notified() => {}
                _ = ticks.tick(), if late => self.publish(),
            }
            let wanted = self.wanted.seq.load(Ordering::Acquire);
            if self.board.seq >= wanted && self.published.borrow().seq < wanted {
                self.publish();
            }
        }
        self.publish();
    }

    fn publish(&self) {
        self.published.send_replace(Arc::new(self.board.clone()));
    }

    /// Takes the rows from the engine, in parts, in place of what went by up to `last`.
    async fn refill(&mut self, last: u64) {
        let mut after = None;
        loop {
            match self.inbox.rows(after).await {
                Ok(part) => match self.board.refill(part) {
                    Some(upto) => after = Some(upto),
                    None => break,
                },
                Err(_) if self.inbox.first.is_closed() => break,
                Err(_) => sleep(REFILL_AGAIN).await,
            }
        }
        self.board.seq = self.board.seq.max(last);
        self.publish();
    }
}
