//! How many streams of events there are: few, beside what monitors may connect. What they tell is in `pages_events`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many streams there are at most.
pub const STREAMS_MAX: usize = 512;
/// Which part of all connections they may be: senders of alerts come first.
const SHARE: usize = 8;
/// How many streams one person has: one for each browser, and some that have not been missed yet.
pub const STREAMS_OF_ONE_MAX: usize = 8;

/// How many streams there are, and whose.
#[derive(Debug)]
pub struct Streams {
    most: usize,
    open: Mutex<BTreeMap<String, usize>>,
}

impl Streams {
    /// For a server that takes at most so many connections.
    pub fn of(connections: usize) -> Streams {
        Streams { most: STREAMS_MAX.min(connections / SHARE), open: Mutex::default() }
    }

    /// One more of somebody, and how many there are then in all; `None`: there is no room.
    pub(super) fn take(&self, of: &str) -> Option<usize> {
        let mut open = self.open();
        let all: usize = open.values().sum();
        let own = open.get(of).copied().unwrap_or_default();
        if all >= self.most || own >= STREAMS_OF_ONE_MAX {
            return None;
        }
        open.insert(of.to_owned(), own + 1);
        Some(all + 1)
    }

    /// One less of somebody, and how many there are then in all.
    pub(super) fn give_back(&self, of: &str) -> usize {
        let mut open = self.open();
        match open.get_mut(of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.remove(of)),
        }
        open.values().sum()
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
