//! The commit gate: what may leave when.
//!
//! What was decided is held until the journal has the entries it rests on. Entries wait here for the next batch; a
//! batch that fails, or is not answered in time, is kept and tried again in a new segment. Until that succeeds the
//! gate is degraded: decisions leave from memory, and beyond [`DEGRADED_BYTES_MAX`] a snapshot takes the place of the
//! entries. What to tell people about it is decided by the engine.

use crate::incident::stored::Stored;
use crate::incident::{Delivery, Entry, Reply, State};
use crate::journal::snapshot;
use crate::language::{Language, storage::Gone};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::fmt;

/// How many releases wait for the journal before alerts are left in their lane.
pub const HELD_MAX: usize = 65_536;
/// How many bytes of entries wait for the journal before alerts are left in their lane.
pub const UNWRITTEN_BYTES_MAX: usize = 32 << 20;
/// How many bytes of entries one batch takes before it ends with the decision under way, which is never cut in two.
pub const BATCH_BYTES_MAX: usize = 4 << 20;
/// No answer from the journal for so long is a failure.
pub const JOURNAL_STALL_MAX: SignedDuration = SignedDuration::from_secs(5);
/// How often a new segment is tried while degraded.
pub const RECOVERY_EVERY: SignedDuration = SignedDuration::from_secs(10);
/// How many bytes of entries are kept in memory while degraded; beyond, recovery takes a snapshot instead.
pub const DEGRADED_BYTES_MAX: usize = 64 << 20;

/// What may leave now.
#[derive(Clone, Debug, PartialEq)]
pub enum Release {
    Delivery(Delivery),
    /// The answer for the holder of a ticket. `stored`: whether everything it rests on is on disk.
    Reply {
        ticket: u64,
        reply: Option<Reply>,
        stored: bool,
    },
    /// An entry, for those who watch.
    Entry(Entry),
}

/// What the journal should write next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub first_seq: u64,
    /// One JSON entry each, numbered from `first_seq` on.
    pub payloads: Vec<Bytes>,
    /// The old segment has failed: a new one is needed.
    pub reopen: bool,
    /// The state up to `first_seq - 1`, where entries were lost to the bound on memory: to be written first.
    pub snapshot: Option<Vec<u8>>,
}

/// Why a batch is not on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwritten {
    /// The segment has failed, for this reason; what was written before is still there.
    Failed(String),
    /// No journal was begun at the start, for this reason: what the start read is in no segment that a later one trusts.
    NotBegun(String),
    /// What was written before has vanished as well.
    Gone(Gone),
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unwritten::Failed(reason) | Unwritten::NotBegun(reason) => f.write_str(reason),
            Unwritten::Gone(gone) => f.write_str(&gone.words(Language::En)),
        }
    }
}

/// Whether decisions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Healthy,
    Degraded { since: Timestamp, reason: String },
}

/// Something that may leave once the journal has everything up to `seq`.
struct Held {
    seq: u64,
    release: Release,
}

struct Writing {
    /// What is on disk once it is written.
    last_seq: u64,
    since: Timestamp,
    payloads: Vec<Bytes>,
    /// It carries a snapshot in place of entries that were dropped.
    snapshot: bool,
}

/// Entries on their way to the journal, and what waits for them.
pub(super) struct Gate {
    held: VecDeque<Held>,
    /// Entries that the journal has not been given, from `unwritten_from` on, and whether a decision ends with each.
    unwritten: VecDeque<(Bytes, bool)>,
    unwritten_from: u64,
    pub(super) unwritten_bytes: usize,
    /// The last entry on disk.
    pub(super) durable: u64,
    /// Entries were dropped for want of memory: only a snapshot can take their place.
    lost: bool,
    writing: Option<Writing>,
    pub(super) health: Health,
    failed: bool,
    try_at: Option<Timestamp>,
}

impl Gate {
    /// An empty gate over a journal that ends with `durable`.
    pub(super) fn new(durable: u64) -> Gate {
        Gate {
            held: VecDeque::new(),
            unwritten: VecDeque::new(),
            unwritten_from: durable + 1,
            unwritten_bytes: 0,
            durable,
            lost: false,
            writing: None,
            health: Health::Healthy,
            failed: false,
            try_at: None,
        }
    }

    /// Whether the journal is too far behind to take more alerts.
    pub(super) fn is_backed_up(&self) -> bool {
        let healthy = self.health == Health::Healthy;
        healthy && (self.held.len() >= HELD_MAX || self.unwritten_bytes >= UNWRITTEN_BYTES_MAX)
    }

    /// Lets something leave once the journal has all that was decided so far.
    pub(super) fn hold(&mut self, release: Release) {
        self.held.push_back(Held { seq: self.last_seq(), release });
    }

    /// The number of the last entry decided. (A panic may have left the state's own number ahead of it.)
    fn last_seq(&self) -> u64 {
        self.unwritten_from + self.unwritten.len() as u64 - 1
    }

    /// Takes an entry; `ends`: a decision ends with it.
    pub(super) fn keep(&mut self, entry: Entry, ends: bool) {
        let payload = Bytes::from(serde_json::to_vec(&entry).unwrap_or_default());
        self.unwritten_bytes += payload.len();
        self.unwritten.push_back((payload, ends));
        if self.unwritten_bytes > DEGRADED_BYTES_MAX && self.health != Health::Healthy {
            self.unwritten_from += self.unwritten.len() as u64;
            self.unwritten.clear();
            self.unwritten_bytes = 0;
            self.lost = true;
        }
        self.held.push_back(Held { seq: entry.seq, release: Release::Entry(entry) });
    }

    /// What may leave: all that the journal has, or all there is while degraded.
    pub(super) fn release(&mut self) -> Vec<Release> {
        let degraded = self.health != Health::Healthy;
        let durable = self.durable;
        let mut released = Vec::new();
        while let Some(held) = self.held.pop_front_if(|held| degraded || held.seq <= durable) {
            released.push(match held.release {
                Release::Reply { ticket, reply, .. } => {
                    Release::Reply { ticket, reply, stored: held.seq <= durable }
                }
                other => other,
            });
        }
        released
    }

    /// What the journal should write now, if it is free and there is anything.
    pub(super) fn next_batch(&mut self, now: Timestamp, state: &State) -> Option<Batch> {
        let waits = self.try_at.is_some_and(|at| now < at);
        let nothing = self.unwritten.is_empty() && !self.lost && !self.failed;
        if self.writing.is_some() || waits || nothing {
            return None;
        }
        let reopen = self.failed || self.lost;
        let snapshot = self.lost.then(|| self.take_snapshot(state));
        let first_seq = self.unwritten_from;
        let (mut payloads, mut bytes, mut whole) = (Vec::new(), 0, true);
        while (bytes < BATCH_BYTES_MAX || !whole)
            && let Some((payload, ends)) = self.unwritten.pop_front()
        {
            bytes += payload.len();
            payloads.push(payload);
            whole = ends;
        }
        self.unwritten_bytes -= bytes;
        self.unwritten_from += payloads.len() as u64;
        let last_seq = self.unwritten_from - 1;
        self.writing =
            Some(Writing { last_seq, since: now, payloads: payloads.clone(), snapshot: snapshot.is_some() });
        Some(Batch { first_seq, payloads, reopen, snapshot })
    }

    /// A snapshot stands for all entries, so those that still wait need not be written.
    fn take_snapshot(&mut self, state: &State) -> Vec<u8> {
        let seq = state.seq;
        self.lost = false;
        self.unwritten.clear();
        self.unwritten_bytes = 0;
        self.unwritten_from = seq + 1;
        snapshot::encode(seq, &Stored::from(state))
    }

    /// The batch is on disk.
    pub(super) fn written(&mut self) {
        // `None`: of a batch that was given up.
        let Some(writing) = self.writing.take() else { return };
        self.durable = writing.last_seq;
        self.failed = false;
        self.try_at = None;
        self.health = Health::Healthy;
    }

    /// The batch was not written, and is kept. Whether the gate is degraded from now on and was not before.
    pub(super) fn failed_to_write(&mut self, now: Timestamp, unwritten: &Unwritten) -> bool {
        let healthy = self.health == Health::Healthy;
        let (lost, at_once) = match unwritten {
            // Of a batch that was given up.
            Unwritten::Failed(_) if self.writing.is_none() => return false,
            Unwritten::Failed(_) => (false, false),
            Unwritten::NotBegun(_) => (true, false),
            // The disk itself may be well; one that goes on losing files is tried as rarely as one that fails.
            Unwritten::Gone(_) => (true, healthy),
        };
        if let Some(writing) = self.writing.take() {
            self.unwritten_from -= writing.payloads.len() as u64;
            for (n, payload) in writing.payloads.into_iter().rev().enumerate() {
                self.unwritten_bytes += payload.len();
                self.unwritten.push_front((payload, n == 0));
            }
            self.lost |= writing.snapshot;
        }
        self.failed = true;
        self.lost |= lost;
        self.try_at = if at_once { None } else { now.checked_add(RECOVERY_EVERY).ok() };
        if healthy {
            self.health = Health::Degraded { since: now, reason: unwritten.to_string() };
        }
        healthy
    }

    /// Why the batch under way must be given up, if it has had its time.
    pub(super) fn stalled(&self, now: Timestamp) -> Option<String> {
        let writing = self.writing.as_ref()?;
        // A late answer is of an epoch that nobody waits for, and a new segment takes its place.
        let late = now.duration_since(writing.since) > JOURNAL_STALL_MAX;
        late.then(|| format!("the disk has not answered for {} s", JOURNAL_STALL_MAX.as_secs()))
    }

    /// The gate's deadlines move with the clock, as those of incidents do.
    pub(super) fn clock_jumped(&mut self, by: SignedDuration) {
        let moved = |at: Timestamp| at.saturating_add(by).unwrap_or(at);
        if let Some(writing) = &mut self.writing {
            writing.since = moved(writing.since);
        }
        self.try_at = self.try_at.map(moved);
    }

    /// When a batch is late, or may be tried again.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let Some(writing) = &self.writing else { return self.try_at };
        let stall = writing.since.checked_add(JOURNAL_STALL_MAX).ok();
        stall.and_then(|at| at.checked_add(SignedDuration::from_millis(1)).ok())
    }

    /// How many releases wait.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether every entry decided is on disk.
    pub(super) fn is_written(&self) -> bool {
        self.writing.is_none() && self.unwritten.is_empty() && !self.lost
    }

    /// The journal was read anew, up to `durable`.
    pub(super) fn rebuilt(&mut self, durable: u64) {
        self.durable = durable;
        self.unwritten_from = durable + 1;
    }
}
