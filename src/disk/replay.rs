//! Replays entries on all cores: what comes next is read from its JSON while what came before is applied.
//!
//! The order stays that of the journal, and an entry that cannot be read is told as if it had been read alone. What an
//! entry means is left to [`incident`](crate::incident), what is told of those that cannot be read to `recover`.

use super::recover::{Unread, apply_read, read};
use crate::incident::Entry;
use crate::incident::stored::Stored;
use std::mem;
use std::panic::resume_unwind;
use std::thread;

/// How many bytes of entries are read at once.
const AT_ONCE_MAX: usize = 4 << 20;
/// How many threads read.
const THREADS_MAX: usize = 8;
/// Fewer entries than this are read faster than a thread begins.
const FEW: usize = 64;

/// An entry as it was read, with its number.
type Read = (u64, Result<Entry, Unread>);

/// A replay under way.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// The entries to be read, one after the other, and the number and the end of each.
    bytes: Vec<u8>,
    ends: Vec<(u64, usize)>,
    /// Those that are read, and not applied.
    read: Vec<Read>,
    unread: Vec<(u64, Unread)>,
}

impl Replay {
    /// Takes the next entry.
    pub fn take(&mut self, state: &mut Stored, seq: u64, payload: &[u8]) {
        self.bytes.extend_from_slice(payload);
        self.ends.push((seq, self.bytes.len()));
        if self.bytes.len() >= AT_ONCE_MAX {
            self.go_on(state);
        }
    }

    /// Applies what is left; gives back what could not be read.
    pub fn finish(mut self, state: &mut Stored) -> Vec<(u64, Unread)> {
        self.go_on(state);
        self.go_on(state);
        self.unread
    }

    /// Reads what waits, and meanwhile applies what was read before.
    fn go_on(&mut self, state: &mut Stored) {
        let before = mem::take(&mut self.read);
        // Their room is used again: to have it cleared anew each time would cost more than to read.
        let (mut bytes, mut ends) = (mem::take(&mut self.bytes), mem::take(&mut self.ends));
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let each = ends.len().div_ceil(threads).max(FEW);
        self.read = thread::scope(|scope| {
            let (bytes, ends) = (&bytes, &ends);
            let part = |from: usize| move || read_some(bytes, ends, from, each);
            let parts = (0..ends.len()).step_by(each);
            let spawn = |from: usize| {
                let reader = thread::Builder::new().name("replay".into());
                // One part needs no thread where nothing is to be applied meanwhile.
                let alone = ends.len() <= each && before.is_empty();
                let spawned = if alone { None } else { reader.spawn_scoped(scope, part(from)).ok() };
                spawned.ok_or(from)
            };
            let readers: Vec<_> = parts.map(spawn).collect();
            self.unread.extend(
                before
                    .into_iter()
                    .filter_map(|(seq, read)| apply_read(state, seq, read).err().map(|why| (seq, why))),
            );
            let ended = readers.into_iter().flat_map(|reader| match reader {
                Ok(reader) => reader.join().unwrap_or_else(|panicked| resume_unwind(panicked)),
                // No thread could be had.
                Err(from) => part(from)(),
            });
            ended.collect()
        });
        bytes.clear();
        ends.clear();
        (self.bytes, self.ends) = (bytes, ends);
    }
}

/// The entries from one place on.
fn read_some(bytes: &[u8], ends: &[(u64, usize)], from: usize, count: usize) -> Vec<Read> {
    let mut begin = from.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |(_, end)| *end);
    let some = ends.iter().skip(from).take(count);
    some.map(|(seq, end)| {
        let payload = bytes.get(begin..*end).unwrap_or_default();
        begin = *end;
        (*seq, read(*seq, payload))
    })
    .collect()
}
