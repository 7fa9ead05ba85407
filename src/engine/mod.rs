//! The order of things, purely: which input is handled next.
//!
//! One engine owns all incidents. A turn takes at most [`INPUTS_MAX`] inputs, people and outcomes before alerts, then
//! one tick, so that an acknowledgement beats an escalation of the same instant. What a turn decides is held by the
//! commit gate (`gate.rs`) until the journal has its entries; meanwhile the next turn is prepared. When the gate is
//! degraded, an incident about it pages. Reading clocks, writing files and sending are left to
//! [`server`](crate::server).

mod gate;

pub use gate::{
    BATCH_BYTES_MAX, Batch, DEGRADED_BYTES_MAX, HELD_MAX, Health, JOURNAL_STALL_MAX, RECOVERY_EVERY, Release,
    UNWRITTEN_BYTES_MAX, Unwritten,
};

use crate::alert::{Action, DESCRIPTION_MAX, Event, Severity, cut};
use crate::config::Config;
use crate::incident::{Incidents, Input, Reply};
use crate::language::Notice;
use crate::reason::OwnTrouble;
use crate::route::OWN_INTEGRATION;
use gate::Gate;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How many inputs one turn takes.
pub const INPUTS_MAX: usize = 256;
/// How many inputs wait in a lane; a full lane makes the sender wait.
pub const LANE_MAX: usize = 4_096;
/// How many inputs in a row may panic before the server gives up.
pub const FAULTS_MAX: u32 = 2;

/// The dedup key of the server's own incident about its journal.
pub const JOURNAL_KEY: &str = "journal";
/// The same, about what vanished from its state directory; it stays open until somebody has looked, or the next start.
pub const GONE_KEY: &str = "state-gone";

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

/// What waits inside, for the gauges; each has a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub first: usize,
    pub alerts: usize,
    /// Releases that wait for the journal.
    pub held: usize,
    pub unwritten_bytes: usize,
}

struct Arrival {
    input: Input,
    ticket: Option<u64>,
}

/// The engine of one organisation.
#[expect(missing_debug_implementations, reason = "all of the state; show what is asked about")]
pub struct Engine {
    incidents: Incidents,
    config: Arc<Config>,
    first: VecDeque<Arrival>,
    alerts: VecDeque<Arrival>,
    gate: Gate,
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
            gate: Gate::new(durable),
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

    /// The config in force: what git says, with what people made at run time on top.
    pub fn in_force(&mut self) -> Arc<Config> {
        self.incidents.in_force(&self.config)
    }

    pub fn health(&self) -> &Health {
        &self.gate.health
    }

    /// Queues an input. The ticket comes back with its reply.
    pub fn offer(&mut self, lane: Lane, input: Input, ticket: Option<u64>) -> Result<(), Full> {
        if let Input::ClockJumped { by } = input {
            self.gate.clock_jumped(by);
            // Whatever waits is handled at the new time, so the deadlines must have moved before.
            self.first.push_front(Arrival { input, ticket });
            return Ok(());
        }
        let queue = if lane == Lane::First { &mut self.first } else { &mut self.alerts };
        // An outcome has no sender who could come again: their number is bounded by the slots of the channels.
        let comes_again = ticket.is_some() && !matches!(input, Input::Outcome { .. });
        if queue.len() >= LANE_MAX && comes_again {
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
            held: self.gate.held(),
            unwritten_bytes: self.gate.unwritten_bytes,
        }
    }

    /// Whether a turn would find anything to do.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let due = self.incidents.next_deadline(now).is_some_and(|at| at <= now);
        let alerts = !self.alerts.is_empty() && !self.gate.is_backed_up();
        self.fault.is_some() || (self.first.is_empty() && !alerts && !due)
    }

    /// Handles what waits, then whatever has fallen due. Gives back what may leave at once.
    pub fn turn(&mut self, now: Timestamp) -> Vec<Release> {
        if let Some(why) = self.gate.stalled(now) {
            self.failed_to_write(now, &Unwritten::Failed(why));
        }
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
        self.gate.release()
    }

    fn next_arrival(&mut self) -> Option<Arrival> {
        let alerts = !self.gate.is_backed_up();
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
        self.trouble_over(now, GONE_KEY);
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

    /// Keeps since when a trouble that pages only after a while has lasted; `None`: it is over.
    pub fn troubled(&mut self, now: Timestamp, trouble: OwnTrouble, since: Option<Timestamp>) {
        if self.incidents.state().troubles.contains_key(&trouble) != since.is_some() {
            self.handle(now, Input::Trouble { trouble, since }, None);
        }
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
            let ends = last == Some(entry.seq);
            self.gate.keep(entry, ends);
        }
        for delivery in turn.deliveries {
            self.gate.hold(Release::Delivery(delivery));
        }
        self.hold(ticket, turn.reply);
    }

    fn hold(&mut self, ticket: Option<u64>, reply: Option<Reply>) {
        let Some(ticket) = ticket else { return };
        // Whatever this reply rests on may still be on its way to the disk, even if it changed nothing itself.
        self.gate.hold(Release::Reply { ticket, reply, stored: true });
    }

    /// The number of the last entry that is on disk.
    pub fn durable(&self) -> u64 {
        self.gate.durable
    }

    /// What the journal should write now, if it is free and there is anything.
    pub fn next_batch(&mut self, now: Timestamp) -> Option<Batch> {
        self.gate.next_batch(now, self.incidents.state())
    }

    /// What became of the batch. Gives back what may leave now.
    pub fn written(&mut self, now: Timestamp, result: Result<(), Unwritten>) -> Vec<Release> {
        match result {
            Ok(()) => {
                self.gate.written();
                // At each batch, not only at the first: people may close what has not ended, and open again what has.
                if *self.health() == Health::Healthy {
                    self.trouble_over(now, JOURNAL_KEY);
                }
            }
            Err(unwritten) => self.failed_to_write(now, &unwritten),
        }
        self.gate.release()
    }

    fn failed_to_write(&mut self, now: Timestamp, unwritten: &Unwritten) {
        let newly = self.gate.failed_to_write(now, unwritten);
        let language = self.config.organisation.language;
        match unwritten {
            Unwritten::Gone(gone) => {
                let summary = language.notice(&Notice::StateGone);
                self.trouble(now, GONE_KEY, Severity::Critical, &summary, &gone.words(language));
            }
            Unwritten::Failed(reason) | Unwritten::NotBegun(reason) if newly => {
                let summary = language.notice(&Notice::JournalUnwritable);
                self.trouble(now, JOURNAL_KEY, Severity::Critical, &summary, reason);
            }
            Unwritten::Failed(_) | Unwritten::NotBegun(_) => {}
        }
    }

    /// When `turn` or `next_batch` must be called at the latest.
    pub fn next_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let incidents = self.incidents.next_deadline(now).filter(|_| self.fault.is_none());
        [self.gate.next_deadline(), incidents].into_iter().flatten().min()
    }

    /// Whether everything decided is on disk, so that the server may stop or rebuild.
    pub fn is_settled(&self) -> bool {
        self.gate.is_written() && self.gate.held() == 0
    }

    /// Whether `handle` panicked and the state must be rebuilt from the journal, which has everything by now.
    /// `Err`: it has panicked too often without progress.
    pub fn wants_rebuild(&self) -> Result<bool, String> {
        match &self.fault {
            Some(said) if self.faults >= FAULTS_MAX => {
                Err(format!("the engine failed twice in a row, on {said}"))
            }
            fault => Ok(fault.is_some() && self.gate.is_written()),
        }
    }

    /// Goes on with a state rebuilt from the journal, and pages about the input that was too much.
    pub fn rebuilt(&mut self, now: Timestamp, incidents: Incidents) {
        self.gate.rebuilt(incidents.state().seq);
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
