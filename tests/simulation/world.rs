//! One world: the engine and its driver as in `server::run`, a disk, providers, people and monitors, in virtual time.

use crate::company;
use crate::disk::{Disk, Mode};
use crate::journal::{self, Recorder, Stepped};
use crate::random::Random;
use crate::record::{Broken, Record};
use jiff::{SignedDuration, Timestamp};
use oncall::alert::{Action, Event, Severity};
use oncall::config::Urgency;
use oncall::engine::{Engine, HELD_MAX, Health, JOURNAL_KEY, LANE_MAX, Lane, Release};
use oncall::incident::{
    Actor, Asked, Command, Delivery, DeliveryId, IncidentId, Incidents, Input, Outcome, Reply, Status,
    Target, Task, Via,
};
use oncall::route::OWN_INTEGRATION;
use std::collections::{BTreeMap, VecDeque};

const TRACE_MAX: usize = 60;
/// How long an incident that nobody takes may go without anybody being told: the fallback repeats hourly.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_mins(75);

/// What a world is made of; a seed decides.
#[derive(Clone, Debug)]
pub struct Weather {
    pub crash_per_myriad: u64,
    pub bad_disk: bool,
    pub bad_providers: u64,
    pub reacts: u64,
    pub jumps: bool,
    pub reloads: bool,
    pub alerts: u64,
}

#[derive(Clone, Debug)]
enum Happening {
    /// The process starts again.
    Start,
    Wake(u64),
    DiskStep(u64, u64),
    /// A provider answers the process that asked.
    Answer(u64, DeliveryId, Outcome),
    /// A provider calls back, whoever is there.
    Callback(DeliveryId, Outcome),
    Person(Command),
    Monitor {
        key: usize,
        action: Action,
        severity: Severity,
    },
    DiskMode(Mode),
    Providers(u64),
    Jump(SignedDuration),
    Reload(&'static str),
    Compact,
}

pub struct World {
    random: Random,
    pub weather: Weather,
    now: Timestamp,
    offset: SignedDuration,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    count: u64,
    /// Counts processes, so that nothing of a dead one reaches a living one.
    life: u64,
    engine: Option<Engine>,
    commit: &'static str,
    disk: Disk,
    recorder: Recorder,
    record: Record,
    tickets: BTreeMap<u64, Asker>,
    /// The slots of hundred in which a provider is bad today.
    providers: u64,
    told: BTreeMap<IncidentId, Timestamp>,
    calls: u64,
    /// Traces are dear: only a world that was broken lives again with one.
    traced: bool,
    trace: VecDeque<String>,
    pub crashes: u64,
    pub degraded: u64,
    pub deliveries: u64,
}

/// Who waits for the answer of a ticket.
#[derive(Clone, Debug)]
enum Asker {
    Monitor {
        key: usize,
        action: Action,
        severity: Severity,
    },
    /// The same request again, which its sender does not repeat once more.
    Twin(usize),
    Person,
}

impl World {
    pub fn new(seed: u64, traced: bool) -> World {
        let mut random = Random(seed);
        let weather = Weather {
            crash_per_myriad: random.pick(&[0, 5, 30, 150]),
            bad_disk: random.percent(50),
            bad_providers: random.pick(&[0, 10, 40]),
            reacts: random.pick(&[0, 30, 80]),
            jumps: random.percent(40),
            reloads: random.percent(50),
            alerts: random.between(5, 40),
        };
        World {
            random,
            weather,
            now: "2026-12-07T17:00:00Z".parse().unwrap(),
            offset: SignedDuration::ZERO,
            agenda: BTreeMap::new(),
            count: 0,
            life: 0,
            engine: None,
            commit: company::COMMITS[0],
            disk: Disk::default(),
            recorder: Recorder::default(),
            record: Record::default(),
            tickets: BTreeMap::new(),
            providers: 0,
            told: BTreeMap::new(),
            calls: 0,
            traced,
            trace: VecDeque::new(),
            crashes: 0,
            degraded: 0,
            deliveries: 0,
        }
    }

    pub fn trace(&self) -> String {
        Vec::from_iter(self.trace.iter().cloned()).join("\n")
    }

    fn say(&mut self, line: impl FnOnce() -> String) {
        if !self.traced {
            return;
        }
        if self.trace.len() >= TRACE_MAX {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{} {}", self.now, line()));
    }

    fn seconds(&mut self, low: u64, high: u64) -> SignedDuration {
        SignedDuration::from_millis(self.random.between(low * 1000, high * 1000) as i64)
    }

    fn later(&mut self, after: SignedDuration, what: Happening) {
        self.count += 1;
        self.agenda.insert((self.now + after, self.count), what);
    }

    fn wall(&self) -> Timestamp {
        self.now + self.offset
    }

    /// The whole life of the world.
    pub fn run(&mut self) -> Result<(), Broken> {
        self.later(SignedDuration::ZERO, Happening::Start);
        self.plan();
        self.until(self.now + SignedDuration::from_mins(100))?;
        self.heal()?;
        self.nobody_reacts()?;
        self.everybody_is_done()
    }

    fn plan(&mut self) {
        for _ in 0..self.weather.alerts {
            let (key, after) = (self.random.between(0, 14) as usize, self.seconds(1, 5_400));
            let severity =
                self.random.pick(&[Severity::Critical, Severity::Critical, Severity::Error, Severity::Info]);
            let action = self.random.pick(&[Action::Trigger, Action::Trigger, Action::Resolve]);
            self.later(after, Happening::Monitor { key, action, severity });
        }
        for _ in 0..8 {
            let (at, lasts) = (self.seconds(10, 5_400), self.seconds(3, 400));
            match self.random.between(0, 5) {
                0 if self.weather.jumps => {
                    let seconds = self.random.pick(&[-7200, -600, -30, 2, 7, 90, 3600, 20_000]);
                    self.later(at, Happening::Jump(SignedDuration::from_secs(seconds)));
                }
                1 if self.weather.reloads => {
                    let commit = self.random.pick(&company::COMMITS);
                    self.later(at, Happening::Reload(commit));
                }
                2 | 3 if self.weather.bad_disk => {
                    let mode = self.random.pick(&[Mode::Slow, Mode::Failing, Mode::Full, Mode::Stalled]);
                    self.later(at, Happening::DiskMode(mode));
                    self.later(at + lasts, Happening::DiskMode(Mode::Fine));
                }
                _ => {
                    let bad = if self.random.percent(30) { 100 } else { self.weather.bad_providers };
                    self.later(at, Happening::Providers(bad));
                    self.later(at + lasts, Happening::Providers(0));
                    self.later(lasts, Happening::Compact);
                }
            }
        }
    }

    fn until(&mut self, end: Timestamp) -> Result<(), Broken> {
        while let Some(first) = self.agenda.first_entry() {
            if first.key().0 > end {
                break;
            }
            let ((at, _), happening) = first.remove_entry();
            self.now = at;
            self.happen(happening)?;
            self.drive()?;
        }
        self.now = end;
        Ok(())
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Broken> {
        self.step();
        match happening {
            Happening::Start => self.start()?,
            Happening::Wake(_) => {}
            Happening::DiskStep(life, id) if life == self.life => self.disk_step(id)?,
            Happening::Answer(life, delivery, outcome) if life == self.life => {
                self.outcome(delivery, outcome)
            }
            Happening::DiskStep(..) | Happening::Answer(..) => {}
            Happening::Callback(delivery, outcome) => self.outcome(delivery, outcome),
            Happening::Person(command) => {
                self.say(|| format!("a person: {:?} {:?}", command.action, command.target));
                self.offer(Lane::First, Input::Command(command), Asker::Person);
            }
            Happening::Monitor { key, action, severity } => self.monitor(key, action, severity),
            Happening::DiskMode(mode) => {
                self.say(|| format!("the disk is {mode:?}"));
                self.disk.mode = mode;
                if mode != Mode::Stalled {
                    let (life, tasks) = (self.life, Vec::from_iter(self.recorder.tasks.keys().copied()));
                    for id in tasks {
                        let after = self.seconds(0, 2);
                        self.later(after, Happening::DiskStep(life, id));
                    }
                }
            }
            Happening::Providers(bad) => self.providers = bad,
            Happening::Jump(by) => {
                self.say(|| format!("the clock jumps by {by:?}"));
                self.offset += by;
                // As `Clock::jumped`: small ones are followed, not announced.
                if let Some(engine) = self.engine.as_mut().filter(|_| by.abs() > SignedDuration::from_secs(5))
                {
                    let _ = engine.offer(Lane::First, Input::ClockJumped { by }, None);
                }
            }
            Happening::Reload(commit) => self.reload(commit),
            Happening::Compact => self.compact()?,
        }
        Ok(())
    }

    /// A place at which the machine may stop.
    fn step(&mut self) {
        if self.engine.is_some() && self.random.between(0, 10_000) < self.weather.crash_per_myriad {
            self.crash();
        }
    }

    fn crash(&mut self) {
        let killed = self.random.percent(30);
        self.say(|| format!("CRASH{}", if killed { " (killed)" } else { "" }));
        self.crashes += 1;
        self.life += 1;
        self.engine = None;
        self.recorder.crash(&mut self.disk, &mut self.random);
        self.disk.crash(&mut self.random, killed);
        for asker in std::mem::take(&mut self.tickets).into_values() {
            self.ask_again(asker);
        }
        let after = self.seconds(0, 200);
        self.later(after, Happening::Start);
    }

    fn start(&mut self) -> Result<(), Broken> {
        if matches!(self.disk.mode, Mode::Failing | Mode::Full | Mode::Stalled) {
            self.disk.mode = Mode::Fine;
        }
        loop {
            if self.random.percent(30) {
                self.disk.surface(&mut self.random);
            }
            let read = journal::read(&self.disk, false);
            if let Some(damage) = read.recovered.damages.iter().find(|damage| !damage.covered) {
                return Err(format!("(4) damage where nothing but crashes happened: {damage:?}"));
            }
            let state = self.record.replayed(&read.entries, read.state)?;
            let seq = read.recovered.opening.next_seq - 1;
            if seq != state.seq {
                return Err(format!("(3) next is {}, but the state is at {}", seq + 1, state.seq));
            }
            self.record.recovered(seq)?;
            let stops = self.weather.crash_per_myriad > 0 && self.random.percent(10);
            let stops = stops.then(|| self.random.percent(50));
            let filled = self.random.percent(70);
            if self.recorder.start(&mut self.disk, &read.recovered.opening, stops, filled) {
                self.begin(Incidents::new(state), seq);
                return Ok(());
            }
        }
    }

    fn begin(&mut self, incidents: Incidents, seq: u64) {
        let known = incidents.state().revision.commit.clone();
        let previous = company::COMMITS.contains(&known.as_str()).then(|| company::config(&known));
        self.record.started(seq);
        let (now, config) = (self.wall(), company::config(self.commit));
        let mut engine = Engine::new(incidents, config.clone());
        engine.started(now, self.recorder.epoch());
        engine.reload(now, config, previous, self.commit.to_owned());
        self.engine = Some(engine);
        self.say(|| format!("starts with entry {seq}"));
    }

    fn reload(&mut self, commit: &'static str) {
        let (now, previous) = (self.wall(), company::config(self.commit));
        self.commit = commit;
        self.say(|| format!("config {commit}"));
        if let Some(engine) = &mut self.engine {
            engine.reload(now, company::config(commit), Some(previous), commit.to_owned());
        }
    }

    fn compact(&mut self) -> Result<(), Broken> {
        if self.engine.is_some() && self.disk.mode == Mode::Fine && !self.disk.segments.is_empty() {
            let read = journal::read(&self.disk, true);
            let state = self.record.replayed(&read.entries, read.state.clone())?;
            journal::compact(&mut self.disk, &read, &state);
        }
        Ok(())
    }

    // The driver, as `server::run`.

    fn drive(&mut self) -> Result<(), Broken> {
        let now = self.wall();
        for _ in 0..1_000 {
            let Some(engine) = &mut self.engine else { return Ok(()) };
            let released = engine.turn(now);
            self.release(released)?;
            self.next_batch()?;
            let Some(engine) = &self.engine else { return Ok(()) };
            if engine.is_idle(now) {
                self.check()?;
                let next = engine_deadline(self.engine.as_ref(), now);
                if let Some(at) = next {
                    let after = at.duration_since(now).max(SignedDuration::from_millis(1));
                    let known = self
                        .agenda
                        .values()
                        .any(|it| matches!(it, Happening::Wake(life) if *life == at_key(at)));
                    if !known {
                        self.later(after, Happening::Wake(at_key(at)));
                    }
                }
                return Ok(());
            }
        }
        Err("the engine does not come to rest".to_owned())
    }

    fn next_batch(&mut self) -> Result<(), Broken> {
        let now = self.wall();
        let Some(engine) = &mut self.engine else { return Ok(()) };
        let Some(batch) = engine.next_batch(now) else { return Ok(()) };
        for (seq, payload) in (batch.first_seq..).zip(&batch.payloads) {
            self.record.handed_over(seq, payload)?;
        }
        let state = engine.incidents().state();
        let last = batch.first_seq + batch.payloads.len() as u64 - 1;
        if state.seq == last {
            self.record.batch(state);
        }
        let (seqs, reopen, snapshot) = (batch.first_seq..=last, batch.reopen, batch.snapshot.is_some());
        self.say(|| format!("batch {seqs:?} reopen {reopen} snapshot {snapshot}"));
        match self.recorder.append(&mut self.disk, batch, &mut self.random) {
            Ok(id) => self.disk_takes(id),
            Err(told) => self.written(told)?,
        }
        Ok(())
    }

    fn disk_takes(&mut self, id: u64) {
        let after = match self.disk.mode {
            Mode::Stalled => return,
            Mode::Slow => self.seconds(1, 4),
            _ => SignedDuration::from_millis(self.random.between(1, 30) as i64),
        };
        let life = self.life;
        self.later(after, Happening::DiskStep(life, id));
    }

    fn disk_step(&mut self, id: u64) -> Result<(), Broken> {
        if self.disk.mode == Mode::Stalled {
            return Ok(());
        }
        match self.recorder.stepped(&mut self.disk, id, &mut self.random) {
            Stepped::More(id) => self.disk_takes(id),
            Stepped::Over(Some(told)) => {
                self.step();
                self.written(told)?;
            }
            Stepped::Over(None) => {}
        }
        Ok(())
    }

    fn written(&mut self, told: journal::Told) -> Result<(), Broken> {
        let now = self.wall();
        let durable = self.recorder.durable;
        self.say(|| format!("written: {told:?}, on disk {durable}"));
        let Some(engine) = &mut self.engine else { return Ok(()) };
        let released = engine.written(now, told);
        self.release(released)
    }

    fn release(&mut self, released: Vec<Release>) -> Result<(), Broken> {
        for release in released {
            self.step();
            let Some(engine) = &self.engine else { return Ok(()) };
            let healthy = *engine.health() == Health::Healthy;
            let durable = self.recorder.durable;
            match release {
                Release::Entry(entry) => {
                    let about = entry.incident.map_or_else(|| "server".to_owned(), |id| id.to_string());
                    let change: String = format!("{:?}", entry.change).chars().take(110).collect();
                    self.say(|| format!("entry {} {about}: {change}", entry.seq));
                    self.record.release_entry(&entry, durable, healthy)?;
                }
                Release::Delivery(delivery) => {
                    self.say(|| format!("delivery {} of {:?}", delivery.id, delivery.incidents));
                    self.record.release_delivery(&delivery, durable, healthy)?;
                    self.deliver(delivery);
                }
                Release::Reply { ticket, reply, stored } => {
                    self.say(|| format!("reply to {ticket}: {reply:?} stored {stored}"));
                    self.replied(ticket, reply, stored, healthy)?;
                }
            }
        }
        Ok(())
    }

    fn replied(
        &mut self,
        ticket: u64,
        reply: Option<Reply>,
        stored: bool,
        healthy: bool,
    ) -> Result<(), Broken> {
        let Some(asker) = self.tickets.remove(&ticket) else {
            return Err(format!("ticket {ticket} is answered and nobody waits"));
        };
        let keys = match &asker {
            Asker::Monitor { key, .. } | Asker::Twin(key) => vec![dedup_key(*key)],
            Asker::Person => Vec::new(),
        };
        self.record.release_reply(&reply, stored, &keys, self.recorder.durable, healthy)?;
        if !stored && matches!(asker, Asker::Monitor { .. }) {
            self.ask_again(asker);
        }
        Ok(())
    }

    fn ask_again(&mut self, asker: Asker) {
        if let Asker::Monitor { key, action, severity } = asker {
            let after = self.seconds(5, 40);
            self.later(after, Happening::Monitor { key, action, severity });
        }
    }

    fn offer(&mut self, lane: Lane, input: Input, asker: Asker) {
        self.count += 1;
        let ticket = self.count;
        let Some(engine) = &mut self.engine else { return self.ask_again(asker) };
        match engine.offer(lane, input, Some(ticket)) {
            Ok(()) => {
                self.tickets.insert(ticket, asker);
            }
            Err(_) => self.ask_again(asker),
        }
    }

    fn monitor(&mut self, key: usize, action: Action, severity: Severity) {
        self.say(|| format!("monitor: {} {action:?} {severity:?}", dedup_key(key)));
        let event = self.event(key, action, severity);
        if self.random.percent(20) {
            self.offer(Lane::Alerts, Input::Alerts(vec![event.clone()]), Asker::Twin(key));
        }
        self.offer(Lane::Alerts, Input::Alerts(vec![event]), Asker::Monitor { key, action, severity });
    }

    fn event(&mut self, key: usize, action: Action, severity: Severity) -> Event {
        let labels = [("service", ["web", "db", "batch"][key % 3]), ("cluster", ["a", "b"][key % 2])];
        let stamped = key % 5 == 0;
        Event {
            integration: if key % 4 == 3 { "quick" } else { "prometheus" }.to_owned(),
            dedup_key: dedup_key(key),
            action,
            severity: Some(severity),
            summary: format!("trouble {key}"),
            description: "x".repeat(self.random.between(0, 700) as usize),
            source: String::new(),
            labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            links: Vec::new(),
            images: Vec::new(),
            runbook: None,
            started_at: None,
            changed_at: stamped.then_some(self.now),
            message_id: stamped.then(|| format!("{} {action:?}", self.now)),
        }
    }

    // Providers and people.

    fn outcome(&mut self, delivery: DeliveryId, outcome: Outcome) {
        if let Some(engine) = &mut self.engine {
            let _ = engine.offer(Lane::First, Input::Outcome { delivery, outcome }, None);
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        self.deliveries += 1;
        let (life, id, after) =
            (self.life, delivery.id, SignedDuration::from_millis(self.random.between(20, 3_000) as i64));
        if self.random.percent(self.providers) {
            return self.deliver_badly(delivery);
        }
        self.taken(&delivery);
        let reference = format!("ref-{id}");
        let outcome = match delivery.task {
            Task::Call { .. } => Outcome::Accepted { reference },
            _ => Outcome::Delivered { reference },
        };
        self.later(after, Happening::Answer(life, id, outcome.clone()));
        if self.random.percent(5) {
            let again = after + self.seconds(0, 80);
            self.later(again, Happening::Answer(life, id, outcome));
        }
    }

    fn deliver_badly(&mut self, delivery: Delivery) {
        let (life, id) = (self.life, delivery.id);
        let why = |reason: &str| reason.to_owned();
        let (after, outcome) = match self.random.between(0, 6) {
            0 => (self.seconds(0, 2), Outcome::Unavailable { reason: why("503"), retry_after: None }),
            1 => (self.seconds(0, 2), Outcome::Unavailable { reason: why("429"), retry_after: Some(20) }),
            2 => (self.seconds(10, 12), Outcome::Unknown { reason: why("timeout") }),
            3 => {
                self.taken(&delivery);
                (self.seconds(20, 100), Outcome::Delivered { reference: format!("ref-{id}") })
            }
            4 => return self.taken(&delivery),
            _ => (self.seconds(0, 2), Outcome::Rejected { reason: why("no such number") }),
        };
        self.later(after, Happening::Answer(life, id, outcome));
    }

    /// The provider took it: the person is told, and may react.
    fn taken(&mut self, delivery: &Delivery) {
        let call = matches!(delivery.task, Task::Call { .. });
        if !call && !matches!(delivery.task, Task::Direct { .. }) {
            return;
        }
        self.calls += u64::from(call);
        for id in &delivery.incidents {
            self.told.insert(*id, self.now);
        }
        let rings = self.seconds(10, 90);
        if call && !self.random.percent(10) {
            self.later(
                rings,
                Happening::Callback(delivery.id, Outcome::Ended { reason: "no answer".to_owned() }),
            );
        }
        if self.random.percent(self.weather.reacts) {
            let after = if call { self.seconds(4, 10) } else { self.seconds(5, 600) };
            let target = match call {
                true => Target::Delivery(delivery.id),
                false => Target::Incidents(delivery.incidents.clone()),
            };
            let action = match self.random.between(0, 10) {
                0..=5 => Asked::Acknowledge,
                6 | 7 => Asked::Resolve,
                8 => Asked::Escalate,
                _ => Asked::Repeat,
            };
            let via = if call { Via::Call } else { Via::Slack };
            let by = Actor { user: None, name: "somebody".to_owned() };
            self.later(after, Happening::Person(Command { target, action, by, via }));
        }
    }

    // What must hold at rest, and in the end.

    fn check(&mut self) -> Result<(), Broken> {
        let Some(engine) = &self.engine else { return Ok(()) };
        let (now, state) = (self.wall(), engine.incidents().state());
        if engine.durable() > self.recorder.durable {
            return Err(format!(
                "(10) the engine thinks {} are on disk, {} are",
                engine.durable(),
                self.recorder.durable
            ));
        }
        let backlog = engine.backlog();
        if backlog.alerts > LANE_MAX || backlog.held > 2 * HELD_MAX {
            return Err(format!("(9) {backlog:?}"));
        }
        for incident in state.incidents.values().filter(|it| it.pages() && it.urgency == Urgency::High) {
            let flies = incident.notifications.iter().any(|it| it.in_flight.is_some());
            if incident.deadline().is_none() && !flies {
                return Err(format!(
                    "(6) {} has no deadline and nothing in flight: {incident:#?}",
                    incident.id
                ));
            }
        }
        if *engine.health() != Health::Healthy {
            self.degraded += 1;
            if !self.tickets.is_empty() {
                return Err(format!("(10) degraded, and nobody answers {:?}", self.tickets));
            }
        }
        let waits = state.incidents.values().any(|it| it.pages() && it.urgency == Urgency::High);
        if waits && engine.next_deadline(now).is_none() {
            return Err("(6) something pages, and the engine would sleep for ever".to_owned());
        }
        Ok(())
    }

    /// No more faults.
    fn heal(&mut self) -> Result<(), Broken> {
        self.say(|| "all is well from now on".to_owned());
        self.weather =
            Weather { crash_per_myriad: 0, reacts: 0, jumps: false, reloads: false, ..self.weather.clone() };
        self.happen(Happening::DiskMode(Mode::Fine))?;
        self.providers = 0;
        self.agenda.retain(|_, it| {
            !matches!(
                it,
                Happening::Person(_) | Happening::Jump(_) | Happening::DiskMode(_) | Happening::Providers(_)
            )
        });
        self.drive()?;
        self.until(self.now + SignedDuration::from_mins(10))?;
        let Some(engine) = &self.engine else { return Err("the server is not up".to_owned()) };
        if *engine.health() != Health::Healthy {
            return Err(format!("(10) the disk is well, and the engine is {:?}", engine.health()));
        }
        let own = (OWN_INTEGRATION.to_owned(), JOURNAL_KEY.to_owned());
        if engine.incidents().state().open.contains_key(&own) {
            return Err("(10) the journal is well, and its incident still pages".to_owned());
        }
        Ok(())
    }

    fn nobody_reacts(&mut self) -> Result<(), Broken> {
        let mut since: BTreeMap<IncidentId, Timestamp> = BTreeMap::new();
        for _ in 0..16 {
            self.until(self.now + SignedDuration::from_mins(15))?;
            let paging = self.paging();
            since.retain(|id, _| paging.contains(id));
            for id in paging {
                let from = *since.entry(id).or_insert(self.now);
                let told = self.told.get(&id).copied().unwrap_or(Timestamp::MIN).max(from);
                if self.now.duration_since(told) > TOLD_AGAIN {
                    return Err(format!("(6) nobody has been told of {id} since {told}"));
                }
            }
        }
        Ok(())
    }

    fn paging(&self) -> Vec<IncidentId> {
        let state = self.engine.iter().flat_map(|engine| engine.incidents().state().incidents.values());
        state.filter(|it| it.pages() && it.urgency == Urgency::High).map(|it| it.id).collect()
    }

    fn everybody_is_done(&mut self) -> Result<(), Broken> {
        let Some(engine) = &self.engine else { return Err("the server is not up".to_owned()) };
        let open = engine.incidents().state().incidents.values().filter(|it| it.status != Status::Resolved);
        let target = Target::Incidents(open.map(|it| it.id).collect());
        let by = Actor { user: None, name: "somebody".to_owned() };
        let resolve = Command { target, action: Asked::Resolve, by, via: Via::Slack };
        self.happen(Happening::Person(resolve))?;
        self.drive()?;
        self.until(self.now + SignedDuration::from_mins(10))?;
        let calls = self.calls;
        self.until(self.now + SignedDuration::from_hours(2))?;
        if self.calls > calls {
            return Err("(5) people are called although everything is resolved".to_owned());
        }
        let Some(engine) = &self.engine else { return Err("the server is not up".to_owned()) };
        let seq = engine.incidents().state().seq;
        if !engine.is_settled() || engine.durable() != seq || self.recorder.durable != seq {
            return Err(format!(
                "(10) the engine ({:?}) is not settled: {} on disk",
                engine.health(),
                self.recorder.durable
            ));
        }
        self.crash();
        self.start()?;
        let read = self.engine.as_ref().map_or(0, Engine::durable);
        if read == seq { Ok(()) } else { Err(format!("(4) {seq} were on disk, {read} came back")) }
    }
}

fn engine_deadline(engine: Option<&Engine>, now: Timestamp) -> Option<Timestamp> {
    engine.and_then(|engine| engine.next_deadline(now))
}

fn at_key(at: Timestamp) -> u64 {
    at.as_nanosecond() as u64
}

fn dedup_key(key: usize) -> String {
    format!("key-{key}")
}
