//! The server: one task that owns the engine, and everything around it.
//!
//! The task drains what has come, lets the engine take a turn, hands a batch to the journal's thread when that is
//! free, and lets go what the engine releases. It never waits for a queue, a disk or a provider.

use super::board::Refill;
use super::delivery::Carried;
use super::follow::{News, short};
use super::inbox::{Answered, Found, Message, PAGE_MAX};
use super::live::Live;
use super::log;
use super::news::{self, First, Taken, first_config};
use super::own_heartbeat::OwnHeartbeat;
use super::parts::{Carrier, Parts, Shown};
use super::secrets::Missing;
use super::trouble;
use crate::disk::recorder::Written;
use crate::engine::{Engine, Health, JOURNAL_KEY, Lane, Release, Unwritten};
use crate::incident::{
    Command, Delivery, DeliveryId, Incident, Input, Outcome, Reason, Task, stored::Stored,
};
use crate::language::Language;
use crate::provider::{self, Listener};
use crate::reason::Fault;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long pages in flight may take to finish when the server stops. With the last snapshot and the last answers it ends
/// within ten seconds, after which Docker would kill it.
pub const STOP_MAX: Duration = Duration::from_secs(9);
/// How long a printed call rings.
const PRINTED_RINGS: Duration = Duration::from_secs(30);
/// How often gauges are brought up to date at most.
const GAUGES_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// What became of a delivery.
type Told = (DeliveryId, Carried);

/// Who waits for a reply, and what a person asked for.
struct Ticket {
    answer: oneshot::Sender<Answered>,
    asked: Option<Box<Command>>,
}

/// The task under way.
struct Running {
    parts: Parts,
    engine: Engine,
    live: Arc<Live>,
    tickets: BTreeMap<u64, Ticket>,
    next_ticket: u64,
    /// The number of the batch that the journal has now.
    batch: u64,
    outcomes: (mpsc::UnboundedSender<Told>, mpsc::UnboundedReceiver<Told>),
    /// Pages and hang-ups that their provider has not answered: an end waits for them.
    in_flight: BTreeSet<DeliveryId>,
    /// When gauges were last brought up to date, and the last entry they count.
    gauged: Option<(Timestamp, u64)>,
    own_heartbeat: OwnHeartbeat,
}

/// Runs until told to stop; then everything decided is on disk. Fails if the engine cannot go on.
pub async fn run(mut parts: Parts) -> Result<()> {
    let Some(First { live, previous, missing }) = first_config(&mut parts).await else { return Ok(()) };
    let now = parts.clock.now();
    let incidents = std::mem::take(&mut parts.incidents);
    let mut engine = Engine::new(incidents, live.config.clone());
    engine.started(now, parts.epoch, parts.gap_seconds);
    engine.reload(now, live.config.clone(), previous, live.commit.clone());
    engine.trouble_over(now, JOURNAL_KEY);
    if parts.status.borrow().unreachable.is_none() {
        trouble::readable(&mut engine, now);
    }
    trouble::damaged(&mut engine, now, &live, &parts.damage);
    let mut running = Running {
        parts,
        engine,
        live: live.clone(),
        tickets: BTreeMap::new(),
        next_ticket: 0,
        batch: 0,
        outcomes: mpsc::unbounded_channel(),
        in_flight: BTreeSet::new(),
        gauged: None,
        own_heartbeat: OwnHeartbeat::default(),
    };
    // Whoever reads `/metrics` as soon as the doors open reads what was open before.
    running.observe(now);
    running.in_force(live, &missing);
    running.run().await
}

impl Running {
    async fn run(mut self) -> Result<()> {
        loop {
            self.drain();
            self.turn()?;
            if *self.parts.stop.borrow() {
                return self.finish().await;
            }
            if self.engine.is_idle(self.parts.clock.now()) {
                self.wait().await;
            }
        }
    }

    /// One turn: jumps of the clock, the engine, the journal, what leaves.
    fn turn(&mut self) -> Result<()> {
        if let Some(by) = self.parts.clock.jumped() {
            let _ = self.engine.offer(Lane::First, Input::ClockJumped { by }, None);
        }
        let now = self.parts.clock.now();
        if self.engine.wants_rebuild().map_err(anyhow::Error::msg)? {
            tracing::error!(
                event = "rebuilt",
                "an input was too much: the state is rebuilt from the journal"
            );
            let (incidents, ..) = crate::disk::recover::load(&self.parts.state_dir)?;
            self.engine.rebuilt(now, incidents);
        }
        let released = self.engine.turn(now);
        self.release(released);
        self.lay_over();
        if let Some(batch) = self.engine.next_batch(now) {
            self.batch = self.parts.recorder.append(batch);
        }
        self.observe(now);
        if let Carrier::Providers(client) = &self.parts.carrier {
            let well = *self.engine.health() == Health::Healthy;
            self.own_heartbeat.beat(now, &self.live, client, &self.parts.metrics, well);
        }
        Ok(())
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self) {
        let now = self.parts.clock.now();
        let at = [self.engine.next_deadline(now), self.gauges_at(), self.own_heartbeat.next()];
        let at = at.into_iter().flatten().min();
        let sleep = match at {
            Some(at) => self.parts.clock.until(at),
            // Without a deadline it still looks at the clock now and then.
            None => self.parts.clock.span(Duration::from_secs(60)).max(Duration::from_secs(1)),
        };
        tokio::select! {
            biased;
            Some(result) = self.parts.written.recv() => self.written(result),
            Some(told) = self.outcomes.1.recv() => self.outcome(told),
            Some(message) = self.parts.first.recv() => self.message(message),
            Some(news) = self.parts.news.recv() => self.news(news),
            Some(message) = self.parts.alerts.recv(), if self.engine.room() > 0 => self.message(message),
            _ = self.parts.stop.changed() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }

    /// Takes everything that has come, without waiting.
    fn drain(&mut self) {
        while let Ok(result) = self.parts.written.try_recv() {
            self.written(result);
        }
        while let Ok(told) = self.outcomes.1.try_recv() {
            self.outcome(told);
        }
        while let Ok(news) = self.parts.news.try_recv() {
            self.news(news);
        }
        for _ in 0..super::inbox::FIRST_MAX {
            let Ok(message) = self.parts.first.try_recv() else { break };
            self.message(message);
        }
        while self.engine.room() > 0
            && let Ok(message) = self.parts.alerts.try_recv()
        {
            self.message(message);
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Input { lane, input, answer } => {
                let ticket = self.next_ticket;
                self.next_ticket += 1;
                let asked = match &input {
                    Input::Command(command) => Some(Box::new(command.clone())),
                    _ => None,
                };
                // A full lane drops the sender, who is told to come again.
                if self.engine.offer(lane, input, Some(ticket)).is_ok() {
                    self.tickets.insert(ticket, Ticket { answer, asked });
                }
            }
            Message::Several { ids, answer } => {
                let state = self.engine.incidents().state();
                let found = ids
                    .iter()
                    .take(PAGE_MAX)
                    .filter_map(|id| state.incidents.get(id).map(|it| Incident::clone(it)));
                let _ = answer.send(found.collect());
            }
            Message::Rows { after, answer } => {
                let _ = answer.send(Refill::of(self.engine.incidents().state(), after));
            }
            Message::Heartbeat { integration, answer } => {
                let heartbeats = &self.engine.incidents().state().heartbeats;
                let _ = answer.send(heartbeats.get(&integration).cloned());
            }
            Message::Turn { answer } => drop(answer.send(())),
            Message::List { wanted, answer } => {
                let newest_first = self.engine.incidents().state().incidents.values().rev();
                let found = newest_first
                    .filter(|incident| wanted.is(incident))
                    .take(PAGE_MAX)
                    .map(|incident| Incident::clone(incident));
                let _ = answer.send(found.collect());
            }
            Message::Thread { reference, answer } => {
                let _ = answer.send(self.engine.incidents().state().shown_by(&reference));
            }
            Message::Linked { delivery, now, answer } => {
                let _ = answer.send(self.engine.incidents().state().linked(delivery, now));
            }
            Message::Find { id, answer } => {
                let state = self.engine.incidents().state();
                let found = state.incidents.get(&id).map(|incident| Incident::clone(incident));
                let (durable, commits) = (self.engine.durable(), state.commits.clone());
                let _ = answer.send(found.map(|incident| Found { incident, durable, commits }));
            }
        }
    }

    fn written(&mut self, Written { batch, result }: Written) {
        // One that was given up for a newer one says nothing about that.
        if batch != self.batch {
            return;
        }
        if let Err(error) = &result {
            tracing::error!(
                event = "journal_failed",
                error = error.to_string(),
                "the journal cannot be written"
            );
        }
        if let Err(Unwritten::Gone(gone)) = &result {
            let said = gone.words(Language::En);
            self.parts.status.send_modify(|status| status.damaged(said));
        }
        let released = self.engine.written(self.parts.clock.now(), result);
        self.release(released);
    }

    fn outcome(&mut self, (delivery, Carried { outcome, command, listener }): Told) {
        // Accepted calls say more later, in callbacks.
        self.in_flight.remove(&delivery);
        if let Some(command) = command {
            let _ = self.engine.offer(Lane::First, Input::Command(*command), None);
        }
        let ticket = listener.map(|listener| self.listens(listener));
        let _ = self.engine.offer(Lane::First, Input::Outcome { delivery, outcome }, ticket);
    }

    /// Somebody waits on the phone for what their key leads to: they hear it when it is on disk.
    fn listens(&mut self, listener: Listener) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let (answer, answered) = oneshot::channel();
        self.tickets.insert(ticket, Ticket { answer, asked: None });
        if let Carrier::Providers(client) = &self.parts.carrier {
            let (client, live) = (client.clone(), self.live.clone());
            tokio::spawn(async move {
                if let Ok(Answered { reply: Some(reply), .. }) = answered.await {
                    client.tell(&live, &listener, &reply).await;
                }
            });
        }
        ticket
    }

    fn news(&mut self, news: News) {
        let now = self.parts.clock.now();
        let telling = Some((&mut self.engine, &*self.live, now));
        match news::hear(&self.parts, telling, news) {
            Some(Taken::Config { live, previous, missing }) => {
                self.engine.reload(now, live.config.clone(), previous, live.commit.clone());
                self.in_force(live, &missing);
            }
            Some(Taken::Secrets { live, missing }) => self.swap(live, &missing),
            None => {}
        }
    }

    fn swap(&mut self, live: Arc<Live>, missing: &[Missing]) {
        news::tell_missing(&self.parts, missing);
        // Who only prints tries a config out, before there are secrets: they are in the log and in /readyz.
        let paged = if matches!(self.parts.carrier, Carrier::Watcher) { &[] } else { missing };
        trouble::missing(&mut self.engine, self.parts.clock.now(), &live, paged);
        self.live = live.clone();
        self.parts.live.send_replace(Some(live));
        news::tell_versions(&self.parts);
    }

    /// Whoever reads the config sees what people made at run time.
    fn lay_over(&mut self) {
        let config = self.engine.in_force();
        if !Arc::ptr_eq(&config, &self.live.config) {
            let changed_by = self.engine.incidents().state().run_time.changed_by;
            self.live = Arc::new(self.live.laid_over(config, changed_by));
            self.parts.live.send_replace(Some(self.live.clone()));
        }
    }

    /// The engine has this config: since when is told before the doors open with it.
    fn in_force(&mut self, live: Arc<Live>, missing: &[Missing]) {
        let revision = &self.engine.incidents().state().revision;
        let (since, number) = (revision.since, revision.number);
        self.parts.metrics.config_in_force_since.set(since.as_second());
        self.parts.status.send_modify(|status| status.in_force_since = Some(since));
        trouble::objections(&mut self.engine, self.parts.clock.now(), &live);
        self.swap(live, missing);
        let commit = short(&self.live.commit);
        tracing::info!(event = "config", commit, revision = number, "config {commit} is in force");
    }

    fn release(&mut self, released: Vec<Release>) {
        let last = |release: &Release| match release {
            Release::Entry(entry) => Some(entry.seq),
            Release::Reply { .. } | Release::Delivery(_) => None,
        };
        if let Some(seq) = released.iter().rev().find_map(last) {
            self.parts.feed.releases(seq);
        }
        let mut entries = Vec::new();
        for release in released {
            match release {
                Release::Entry(entry) => {
                    self.show(|| Shown::Entry(entry.clone()));
                    entries.push(entry);
                }
                Release::Reply { ticket, reply, stored } => {
                    if let Some(Ticket { answer, asked }) = self.tickets.remove(&ticket) {
                        if let Some(command) = asked {
                            log::answered(&self.live.config, &command, reply.as_ref());
                        }
                        // Whoever asked may have gone.
                        let _ = answer.send(Answered { reply, stored });
                    }
                }
                Release::Delivery(delivery) => self.deliver(delivery),
            }
        }
        // Reading never delays paging: what leaves has left.
        self.parts.feed.publish(entries);
    }

    fn deliver(&mut self, delivery: Delivery) {
        let (tell, live, id) = (self.outcomes.0.clone(), self.live.clone(), delivery.id);
        let now = self.parts.clock.now();
        match &delivery.task {
            Task::Page { .. } | Task::HangUp { .. } => drop(self.in_flight.insert(id)),
            // The next start finds that it may not have left, and looks before it repeats it.
            Task::Mirror { .. } | Task::Edit { .. } | Task::Ask { .. } if *self.parts.stop.borrow() => return,
            Task::Mirror { .. } | Task::Edit { .. } | Task::Ask { .. } => {}
        }
        match &self.parts.carrier {
            Carrier::Providers(client) => {
                let client = client.clone();
                tokio::spawn(async move {
                    let carried = client.deliver(live, delivery).await;
                    let _ = tell.send((id, carried));
                });
            }
            // A printed call that we know nothing of rang for a process that has ended.
            Carrier::Watcher if matches!(delivery.task, Task::Ask { .. }) => {
                let _ = tell.send((id, printed_out()));
            }
            Carrier::Watcher => {
                let text = provider::print(&live.config, &delivery, now);
                self.show(|| Shown::Delivery(delivery.clone(), text));
                let reference = provider::printed_reference(&delivery);
                if !delivery.task.contact().is_some_and(|(_, by)| by.method().rings) {
                    let _ = tell.send((id, Outcome::delivered(reference).into()));
                    return;
                }
                let _ = tell.send((id, Outcome::Accepted { reference }.into()));
                let rings = self.parts.clock.span(PRINTED_RINGS);
                // Nobody waits for a printed call to ring out when the server stops.
                tokio::spawn(async move {
                    tokio::time::sleep(rings).await;
                    let _ = tell.send((id, printed_out()));
                });
            }
        }
    }

    fn show(&self, shown: impl FnOnce() -> Shown) {
        if let Some(watcher) = &self.parts.watcher {
            // One that has gone sees nothing more.
            let _ = watcher.send(shown());
        }
    }

    /// What `/readyz` and `/metrics` tell of the engine; gauges that cost a walk only now and then.
    fn observe(&mut self, now: Timestamp) {
        self.observe_health();
        let state = self.engine.incidents().state();
        let fresh =
            |(at, seq): (Timestamp, u64)| seq == state.seq || now.duration_since(at).abs() < GAUGES_EVERY;
        if self.gauged.is_some_and(fresh) {
            return;
        }
        self.gauged = Some((now, state.seq));
        let metrics = &self.parts.metrics;
        let open = state.incidents.len() - state.closed.len().min(state.incidents.len());
        metrics.open.set(open as i64);
        let waiting = state.incidents.values().filter(|incident| incident.pages()).count();
        metrics.unacknowledged.set(waiting as i64);
        metrics.config_revision.set(i64::from(state.revision.number));
    }

    fn observe_health(&self) {
        let health = self.engine.health();
        self.parts.metrics.journal_healthy.set(i64::from(*health == Health::Healthy));
        self.parts.status.send_if_modified(|status| {
            let degraded = match health {
                Health::Healthy => None,
                Health::Degraded { since, reason } => Some(format!("since {since}: {reason}")),
            };
            let changed = status.degraded != degraded;
            match &degraded {
                Some(why) if changed => {
                    tracing::error!(event = "degraded", why, "decisions leave from memory");
                }
                None if changed => tracing::info!(event = "healthy", "the journal is written again"),
                _ => {}
            }
            status.degraded = degraded;
            changed
        });
    }

    /// When gauges must be looked at again, because entries have come since.
    fn gauges_at(&self) -> Option<Timestamp> {
        let (at, seq) = self.gauged?;
        let behind = seq != self.engine.incidents().state().seq;
        behind.then(|| at.checked_add(GAUGES_EVERY).ok()).flatten()
    }

    /// Finishes the pages in flight, within bounds; then everything decided is on disk. New alerts are told to come again;
    /// people are still heard, and so are callbacks.
    async fn finish(mut self) -> Result<()> {
        self.parts.status.send_modify(|status| status.stopping = true);
        let limit = tokio::time::sleep(STOP_MAX);
        tokio::pin!(limit);
        loop {
            self.drain();
            self.turn()?;
            if self.in_flight.is_empty() && self.engine.is_settled() {
                break;
            }
            tokio::select! {
                biased;
                () = &mut limit => break,
                Some(result) = self.parts.written.recv() => self.written(result),
                Some(told) = self.outcomes.1.recv() => self.outcome(told),
                Some(message) = self.parts.first.recv() => self.message(message),
                Some(message) = self.parts.alerts.recv() => self.message(message),
            }
        }
        tracing::info!(event = "stopped", in_flight = self.in_flight.len());
        let state = self.engine.incidents().state();
        // A snapshot only makes the next start faster: the journal has everything.
        if self.engine.is_settled()
            && let Err(error) = self
                .parts
                .state_dir
                .write_snapshot(&crate::journal::snapshot::encode(state.seq, &Stored::from(state)))
        {
            tracing::warn!(event = "no_snapshot", error = format!("{error:#}"), "no snapshot at the end");
        }
        Ok(())
    }
}

/// The end of a call that was only printed.
fn printed_out() -> Carried {
    Outcome::Ended { reason: Reason::ours(Fault::Printed) }.into()
}
