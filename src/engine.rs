//! The order of things, purely: which input is handled next, and what may leave when.
//!
//! One engine owns all incidents. A turn takes at most [`INPUTS_MAX`] inputs, people and outcomes before alerts, then
//! one tick, so that an acknowledgement beats an escalation of the same instant. What a turn decides is held until
//! the journal has its entries (the commit gate); meanwhile the next turn is prepared. When the journal fails or
//! stalls, the engine is degraded: decisions leave from memory, senders of alerts are told to come again, and an
//! incident about it pages. Reading clocks, writing files and sending are left to [`server`](crate::server).

use crate::alert::{Action, DESCRIPTION_MAX, Event, Severity, cut};
use crate::config::Config;
use crate::incident::{Delivery, Entry, Incidents, Input, Reply, stored::Stored};
use crate::journal::snapshot;
use crate::language::Notice;
use crate::route::OWN_INTEGRATION;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How many inputs one turn takes.
pub const INPUTS_MAX: usize = 256;
/// How many inputs wait in a lane; a full lane makes the sender wait.
pub const LANE_MAX: usize = 4_096;
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
/// How many inputs in a row may panic before the server gives up.
pub const FAULTS_MAX: u32 = 2;

/// The dedup key of the server's own incident about its journal.
pub const JOURNAL_KEY: &str = "journal";

/// Which queue an input waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Outcomes and people: before alerts.
    First,
    Alerts,
}

/// The lane is full: the sender must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

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

/// What waits inside, for the gauges; each has a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub first: usize,
    pub alerts: usize,
    /// Releases that wait for the journal.
    pub held: usize,
    pub unwritten_bytes: usize,
}

/// Whether decisions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Healthy,
    Degraded { since: Timestamp, reason: String },
}

struct Arrival {
    input: Input,
    ticket: Option<u64>,
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

/// The engine of one organisation.
#[expect(missing_debug_implementations, reason = "all of the state; show what is asked about")]
pub struct Engine {
    incidents: Incidents,
    config: Arc<Config>,
    first: VecDeque<Arrival>,
    alerts: VecDeque<Arrival>,
    held: VecDeque<Held>,
    /// Entries that the journal has not been given, from `unwritten_from` on, and whether a decision ends with each.
    unwritten: VecDeque<(Bytes, bool)>,
    unwritten_from: u64,
    unwritten_bytes: usize,
    /// The last entry on disk.
    durable: u64,
    /// Entries were dropped for want of memory: only a snapshot can take their place.
    lost: bool,
    writing: Option<Writing>,
    health: Health,
    failed: bool,
    try_at: Option<Timestamp>,
    /// The input that made `handle` panic, until the state is rebuilt.
    fault: Option<String>,
    faults: u32,
}

impl Engine {
    /// Takes over what the journal held. `now` is when the server started, in a new `epoch`.
    pub fn new(incidents: Incidents, config: Arc<Config>) -> Engine {
        let durable = incidents.state().seq;
        Engine {
            incidents,
            config,
            first: VecDeque::new(),
            alerts: VecDeque::new(),
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
            fault: None,
            faults: 0,
        }
    }

    pub fn incidents(&self) -> &Incidents {
        &self.incidents
    }

    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Queues an input. The ticket comes back with its reply.
    pub fn offer(&mut self, lane: Lane, input: Input, ticket: Option<u64>) -> Result<(), Full> {
        if let Input::ClockJumped { by } = input {
            self.clock_jumped(by);
            // Whatever waits is handled at the new time, so the deadlines must have moved before.
            self.first.push_front(Arrival { input, ticket });
            return Ok(());
        }
        let queue = if lane == Lane::First { &mut self.first } else { &mut self.alerts };
        // An outcome has no sender who could wait: their number is bounded by the slots of the channels.
        if queue.len() >= LANE_MAX && ticket.is_some() {
            return Err(Full);
        }
        queue.push_back(Arrival { input, ticket });
        Ok(())
    }

    /// How many more alerts the lane takes.
    pub fn room(&self) -> usize {
        LANE_MAX.saturating_sub(self.alerts.len())
    }

    /// What waits.
    pub fn backlog(&self) -> Backlog {
        Backlog {
            first: self.first.len(),
            alerts: self.alerts.len(),
            held: self.held.len(),
            unwritten_bytes: self.unwritten_bytes,
        }
    }

    /// Whether a turn would find anything to do.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let due = self.incidents.next_deadline(now).is_some_and(|at| at <= now);
        let alerts = !self.alerts.is_empty() && !self.is_backed_up();
        self.fault.is_some() || (self.first.is_empty() && !alerts && !due)
    }

    /// Whether the journal is too far behind to take more alerts.
    fn is_backed_up(&self) -> bool {
        let healthy = self.health == Health::Healthy;
        healthy && (self.held.len() >= HELD_MAX || self.unwritten_bytes >= UNWRITTEN_BYTES_MAX)
    }

    /// Handles what waits, then whatever has fallen due. Gives back what may leave at once.
    pub fn turn(&mut self, now: Timestamp) -> Vec<Release> {
        self.check_stall(now);
        for _ in 0..INPUTS_MAX {
            if self.fault.is_some() {
                break;
            }
            let Some(arrival) = self.next_arrival() else { break };
            self.handle(now, arrival.input, arrival.ticket);
        }
        if self.fault.is_none() && self.incidents.next_deadline(now).is_some_and(|at| at <= now) {
            self.handle(now, Input::Tick, None);
        }
        self.release()
    }

    fn next_arrival(&mut self) -> Option<Arrival> {
        let alerts = !self.is_backed_up();
        self.first.pop_front().or_else(|| if alerts { self.alerts.pop_front() } else { None })
    }

    /// Another config is in force, from now on.
    pub fn reload(
        &mut self,
        now: Timestamp,
        config: Arc<Config>,
        previous: Option<Arc<Config>>,
        commit: String,
    ) {
        self.config = config;
        self.handle(now, Input::ConfigChanged { previous, commit }, None);
    }

    /// The server started, in a new epoch: the journal can be written, whatever a process before could not.
    pub fn started(&mut self, now: Timestamp, epoch: u32, gap_seconds: Option<u64>) {
        self.handle(now, Input::Started { epoch, gap_seconds }, None);
        self.trouble_over(now, JOURNAL_KEY);
    }

    /// A trouble of the server's own, told like any other alert; the same `key` again is the same trouble.
    pub fn trouble(
        &mut self,
        now: Timestamp,
        key: &str,
        severity: Severity,
        summary: &str,
        description: &str,
    ) {
        let event = own_event(key, Action::Trigger, severity, summary, description);
        self.handle(now, Input::Alerts(vec![event]), None);
    }

    /// The trouble is over.
    pub fn trouble_over(&mut self, now: Timestamp, key: &str) {
        let open = self.incidents.state().open(&(OWN_INTEGRATION.to_owned(), key.to_owned()));
        if open.is_some() {
            let event = own_event(key, Action::Resolve, Severity::Info, "", "");
            self.handle(now, Input::Alerts(vec![event]), None);
        }
    }

    fn handle(&mut self, now: Timestamp, input: Input, ticket: Option<u64>) {
        let said = input.words();
        let (incidents, config) = (&mut self.incidents, &self.config);
        // A panic leaves the state in doubt: it is rebuilt from the journal before anything else is handled.
        let Ok(turn) = catch_unwind(AssertUnwindSafe(|| incidents.handle(config, now, input))) else {
            self.fault = Some(said);
            self.faults += 1;
            self.hold(ticket, None);
            return;
        };
        let last = turn.entries.last().map(|entry| entry.seq);
        for entry in turn.entries {
            self.faults = 0;
            self.keep(&entry, last == Some(entry.seq));
            self.held.push_back(Held { seq: entry.seq, release: Release::Entry(entry) });
        }
        let seq = self.last_seq();
        let deliveries = turn.deliveries.into_iter();
        self.held.extend(deliveries.map(|it| Held { seq, release: Release::Delivery(it) }));
        self.hold(ticket, turn.reply);
    }

    fn hold(&mut self, ticket: Option<u64>, reply: Option<Reply>) {
        let Some(ticket) = ticket else { return };
        // Whatever this reply rests on may still be on its way to the disk, even if it changed nothing itself.
        let release = Release::Reply { ticket, reply, stored: true };
        self.held.push_back(Held { seq: self.last_seq(), release });
    }

    /// The number of the last entry decided. (A panic may have left the state's own number ahead of it.)
    fn last_seq(&self) -> u64 {
        self.unwritten_from + self.unwritten.len() as u64 - 1
    }

    fn keep(&mut self, entry: &Entry, ends: bool) {
        let payload = Bytes::from(serde_json::to_vec(entry).unwrap_or_default());
        self.unwritten_bytes += payload.len();
        self.unwritten.push_back((payload, ends));
        if self.unwritten_bytes > DEGRADED_BYTES_MAX && self.health != Health::Healthy {
            self.unwritten_from += self.unwritten.len() as u64;
            self.unwritten.clear();
            self.unwritten_bytes = 0;
            self.lost = true;
        }
    }

    /// The number of the last entry that is on disk.
    pub fn durable(&self) -> u64 {
        self.durable
    }

    /// What may leave: all that the journal has, or all there is while degraded.
    fn release(&mut self) -> Vec<Release> {
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
    pub fn next_batch(&mut self, now: Timestamp) -> Option<Batch> {
        let waits = self.try_at.is_some_and(|at| now < at);
        let nothing = self.unwritten.is_empty() && !self.lost && !self.failed;
        if self.writing.is_some() || waits || nothing {
            return None;
        }
        let reopen = self.failed || self.lost;
        let snapshot = self.lost.then(|| self.take_snapshot());
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
    fn take_snapshot(&mut self) -> Vec<u8> {
        let seq = self.incidents.state().seq;
        self.lost = false;
        self.unwritten.clear();
        self.unwritten_bytes = 0;
        self.unwritten_from = seq + 1;
        snapshot::encode(seq, &Stored::from(self.incidents.state()))
    }

    /// What became of the batch. Gives back what may leave now.
    pub fn written(&mut self, now: Timestamp, result: Result<(), String>) -> Vec<Release> {
        match result {
            Ok(()) => {
                // `None`: of a batch that was given up.
                let Some(writing) = self.writing.take() else { return self.release() };
                self.durable = writing.last_seq;
                self.failed = false;
                self.try_at = None;
                if self.health != Health::Healthy {
                    self.health = Health::Healthy;
                    self.trouble_over(now, JOURNAL_KEY);
                }
            }
            Err(reason) => self.failed_to_write(now, &reason),
        }
        self.release()
    }

    fn failed_to_write(&mut self, now: Timestamp, reason: &str) {
        let Some(writing) = self.writing.take() else { return };
        self.unwritten_from -= writing.payloads.len() as u64;
        for (n, payload) in writing.payloads.into_iter().rev().enumerate() {
            self.unwritten_bytes += payload.len();
            self.unwritten.push_front((payload, n == 0));
        }
        self.failed = true;
        self.lost |= writing.snapshot;
        self.try_at = now.checked_add(RECOVERY_EVERY).ok();
        self.degrade(now, reason);
    }

    fn check_stall(&mut self, now: Timestamp) {
        let Some(writing) = &self.writing else { return };
        if now.duration_since(writing.since) > JOURNAL_STALL_MAX {
            // Given up: a late answer is of an epoch that nobody waits for, and a new segment takes its place.
            let why = format!("the disk has not answered for {} s", JOURNAL_STALL_MAX.as_secs());
            self.failed_to_write(now, &why);
        }
    }

    /// The engine's own deadlines move with the clock, as those of incidents do.
    fn clock_jumped(&mut self, by: SignedDuration) {
        let moved = |at: Timestamp| at.saturating_add(by).unwrap_or(at);
        if let Some(writing) = &mut self.writing {
            writing.since = moved(writing.since);
        }
        self.try_at = self.try_at.map(moved);
    }

    fn degrade(&mut self, now: Timestamp, reason: &str) {
        if self.health != Health::Healthy {
            return;
        }
        self.health = Health::Degraded { since: now, reason: reason.to_owned() };
        let summary = self.config.organisation.language.notice(&Notice::JournalUnwritable);
        self.trouble(now, JOURNAL_KEY, Severity::Critical, &summary, reason);
    }

    /// When `turn` or `next_batch` must be called at the latest.
    pub fn next_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let stall =
            self.writing.as_ref().and_then(|writing| writing.since.checked_add(JOURNAL_STALL_MAX).ok());
        let stall = stall.and_then(|at| at.checked_add(SignedDuration::from_millis(1)).ok());
        let incidents = self.incidents.next_deadline(now).filter(|_| self.fault.is_none());
        [stall, incidents, self.try_at.filter(|_| self.writing.is_none())].into_iter().flatten().min()
    }

    /// Whether everything decided is on disk, so that the server may stop or rebuild.
    pub fn is_settled(&self) -> bool {
        self.writing.is_none() && self.unwritten.is_empty() && !self.lost && self.held.is_empty()
    }

    /// Whether `handle` panicked and the state must be rebuilt from the journal, which has everything by now.
    /// `Err`: it has panicked too often without progress.
    pub fn wants_rebuild(&self) -> Result<bool, String> {
        match &self.fault {
            Some(said) if self.faults >= FAULTS_MAX => {
                Err(format!("the engine failed twice in a row, on {said}"))
            }
            fault => {
                let settled = self.writing.is_none() && self.unwritten.is_empty() && !self.lost;
                Ok(fault.is_some() && settled)
            }
        }
    }

    /// Goes on with a state rebuilt from the journal, and pages about the input that was too much.
    pub fn rebuilt(&mut self, now: Timestamp, incidents: Incidents) {
        self.durable = incidents.state().seq;
        self.unwritten_from = self.durable + 1;
        self.incidents.go_on_from(incidents);
        if let Some(said) = self.fault.take() {
            let faults = self.faults;
            let summary = self.config.organisation.language.notice(&Notice::InputFailed);
            let key = format!("fault {}", crc32c::crc32c(said.as_bytes()));
            self.trouble(now, &key, Severity::Critical, &summary, &said);
            self.faults = faults;
        }
    }
}

fn own_event(key: &str, action: Action, severity: Severity, summary: &str, description: &str) -> Event {
    Event {
        integration: OWN_INTEGRATION.to_owned(),
        dedup_key: key.to_owned(),
        severity: Some(severity),
        summary: summary.to_owned(),
        description: cut(description, DESCRIPTION_MAX),
        source: OWN_INTEGRATION.to_owned(),
        ..Event::blank(action)
    }
}
