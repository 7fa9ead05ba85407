//! One world in virtual time: what is to happen, the machine that may stop at any step, and how it starts again.

use crate::company;
use crate::disk::{Disk, Mode};
use crate::journal;
use crate::random::Random;
use crate::record::{Broken, Record};
use crate::recorder::Recorder;
use crate::weather::{ROUGH, Weather};
use jiff::{SignedDuration, Timestamp};
use oncall::alert::{Action, Severity};
use oncall::engine::{Engine, Lane, Unwritten};
use oncall::incident::{Command, DeliveryId, IncidentId, Incidents, Input, Outcome};
use oncall::language::storage::Gone;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const TRACE_MAX: usize = 60;
/// A jump of the clock by more is announced, as `Clock::jumped` does; a smaller one is followed.
const JUMP_MIN: SignedDuration = SignedDuration::from_secs(5);

#[derive(Clone, Debug)]
pub enum Happening {
    /// The process starts again.
    Start,
    Wake,
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
    /// The state directory is emptied under the running server, and soon that is seen.
    Vanish,
    Missed(u64),
    Providers(u64),
    Jump(SignedDuration),
    Reload(&'static str),
    Compact,
}

/// The machine stops before or after this write, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    pub write: u64,
    pub after: bool,
}

pub struct World {
    pub random: Random,
    pub weather: Weather,
    pub now: Timestamp,
    /// What the wall clock shows beyond the time that has passed.
    pub offset: SignedDuration,
    pub agenda: BTreeMap<(Timestamp, u64), Happening>,
    pub wakes: BTreeSet<Timestamp>,
    pub count: u64,
    /// Counts processes, so that nothing of a dead one reaches a living one.
    pub life: u64,
    pub engine: Option<Engine>,
    commit: &'static str,
    storm: &'static str,
    pub disk: Disk,
    pub recorder: Recorder,
    /// The number of the batch that was handed over last.
    pub batch: u64,
    pub record: Record,
    pub tickets: BTreeMap<u64, Asker>,
    /// How often a provider fails today, in a hundred.
    pub providers: u64,
    pub told: BTreeMap<IncidentId, Timestamp>,
    /// How each call goes, step by step, whether or not that is ever told.
    pub courses: BTreeMap<DeliveryId, Vec<(Timestamp, Outcome)>>,
    /// The calls that left, by person.
    pub called: BTreeMap<String, Vec<DeliveryId>>,
    pub calls: u64,
    stop: Option<Stop>,
    /// How often the disk was asked for something.
    pub writes: u64,
    /// Traces are dear: only a world that was broken lives again with one.
    traced: bool,
    trace: VecDeque<String>,
}

/// Who waits for the answer of a ticket.
#[derive(Clone, Copy, Debug)]
pub enum Asker {
    Monitor {
        key: usize,
        action: Action,
        severity: Severity,
    },
    /// The same request again, which its sender does not repeat once more.
    Twin(usize),
    Person,
    /// A job that says that it is alive.
    Job,
}

impl World {
    pub fn new(seed: u64, traced: bool) -> World {
        let mut random = Random(seed);
        let weather = Weather::of(&mut random);
        let storm = random.pick(&company::STORMS);
        World { storm, ..World::with(random, weather, traced) }
    }

    /// A quarter of an hour in which nothing goes wrong but one thing.
    pub fn small(stop: Stop, traced: bool) -> World {
        World { stop: Some(stop), ..World::with(Random(1), Weather::calm(6), traced) }
    }

    fn with(random: Random, weather: Weather, traced: bool) -> World {
        World {
            random,
            weather,
            now: "2026-12-07T17:00:00Z".parse().unwrap(),
            offset: SignedDuration::ZERO,
            agenda: BTreeMap::new(),
            wakes: BTreeSet::new(),
            count: 0,
            life: 0,
            engine: None,
            commit: company::COMMITS[0],
            storm: company::STORMS[0],
            disk: Disk::default(),
            recorder: Recorder::default(),
            batch: 0,
            record: Record::default(),
            tickets: BTreeMap::new(),
            providers: 0,
            told: BTreeMap::new(),
            courses: BTreeMap::new(),
            called: BTreeMap::new(),
            calls: 0,
            stop: None,
            writes: 0,
            traced,
            trace: VecDeque::new(),
        }
    }

    pub fn trace(&self) -> String {
        Vec::from_iter(self.trace.iter().cloned()).join("\n")
    }

    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if !self.traced {
            return;
        }
        if self.trace.len() >= TRACE_MAX {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{} {}", self.wall(), line()));
    }

    pub fn seconds(&mut self, low: u64, high: u64) -> SignedDuration {
        SignedDuration::from_millis(self.random.between(low * 1000, high * 1000) as i64)
    }

    pub fn later(&mut self, after: SignedDuration, what: Happening) {
        self.count += 1;
        self.agenda.insert((self.now + after, self.count), what);
    }

    pub fn wall(&self) -> Timestamp {
        self.now + self.offset
    }

    /// The whole life of the world.
    pub fn run(&mut self) -> Result<(), Broken> {
        self.later(SignedDuration::ZERO, Happening::Start);
        self.plan();
        self.until(self.now + SignedDuration::from_secs(ROUGH as i64))?;
        self.heal()?;
        self.nobody_reacts()?;
        self.everybody_is_done()
    }

    /// The life of a small world.
    pub fn run_small(&mut self) -> Result<(), Broken> {
        self.quarter_of_an_hour()?;
        self.heal()?;
        self.everybody_is_done()
    }

    pub fn quarter_of_an_hour(&mut self) -> Result<(), Broken> {
        self.later(SignedDuration::ZERO, Happening::Start);
        self.plan_alerts(10 * 60);
        self.later(SignedDuration::from_mins(6), Happening::Compact);
        self.until(self.now + SignedDuration::from_mins(15))
    }

    pub fn until(&mut self, end: Timestamp) -> Result<(), Broken> {
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

    pub fn happen(&mut self, happening: Happening) -> Result<(), Broken> {
        self.step();
        match happening {
            Happening::Start => self.start()?,
            Happening::Wake => {
                self.wakes.remove(&self.now);
            }
            Happening::DiskStep(life, id) if life == self.life => self.disk_step(id)?,
            Happening::Answer(life, delivery, outcome) if life == self.life => {
                self.outcome(delivery, outcome);
            }
            Happening::DiskStep(..) | Happening::Answer(..) => {}
            Happening::Callback(delivery, outcome) => self.outcome(delivery, outcome),
            Happening::Person(command) => {
                self.say(|| format!("a person: {command:?}"));
                self.offer(Lane::First, Input::Command(command), Asker::Person);
            }
            Happening::Monitor { key, action, severity } => self.monitor(key, action, severity),
            Happening::DiskMode(mode) => self.disk_mode(mode),
            Happening::Vanish => self.vanish(),
            Happening::Missed(life) => self.missed(life)?,
            Happening::Providers(bad) => self.providers = bad,
            Happening::Jump(by) => self.jump(by),
            Happening::Reload(commit) => self.reload(commit),
            Happening::Compact => self.compact()?,
        }
        Ok(())
    }

    fn disk_mode(&mut self, mode: Mode) {
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

    fn jump(&mut self, by: SignedDuration) {
        self.say(|| format!("the clock jumps by {by:?}"));
        self.offset += by;
        if let Some(engine) = self.engine.as_mut().filter(|_| by.abs() > JUMP_MIN) {
            let _ = engine.offer(Lane::First, Input::ClockJumped { by }, None);
        }
    }

    /// Who takes the only copy away has to wait until there is another before the machine may stop: from a disk that holds nothing,
    /// nothing starts.
    fn vanish(&mut self) {
        if self.engine.is_none() || self.disk.mode != Mode::Fine {
            return;
        }
        self.say(|| "the state directory is emptied".to_owned());
        self.disk.vanish();
        let (life, after) = (self.life, self.seconds(0, 2));
        self.later(after, Happening::Missed(life));
    }

    fn missed(&mut self, life: u64) -> Result<(), Broken> {
        let Some(batch) = self.recorder.vanished().filter(|_| life == self.life) else { return Ok(()) };
        self.unwritten(batch, Unwritten::Gone(Gone::Directory("/state".to_owned())))
    }

    /// A place at which the machine may stop.
    pub fn step(&mut self) {
        if self.disk.is_bare() {
            return;
        }
        if self.engine.is_some() && self.random.between(0, 10_000) < self.weather.crashes {
            self.crash();
        }
    }

    /// Whether the machine is to stop here: before the next write, or after the last.
    pub fn stops_at_write(&mut self, after: bool) -> bool {
        self.writes += u64::from(!after);
        let stops = self.stop == Some(Stop { write: self.writes, after });
        self.stop = self.stop.filter(|_| !stops);
        stops
    }

    pub fn crash(&mut self) {
        let killed = self.random.percent(30);
        self.say(|| format!("CRASH{}", if killed { " (killed)" } else { "" }));
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

    pub fn start(&mut self) -> Result<(), Broken> {
        // A disk that takes nothing can still be read, mostly; one that does not answer keeps a start waiting.
        let takes_nothing = matches!(self.disk.mode, Mode::Failing | Mode::Full) && self.random.percent(50);
        if !takes_nothing && matches!(self.disk.mode, Mode::Failing | Mode::Full | Mode::Stalled) {
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
            self.record.came_back(seq)?;
            if takes_nothing {
                self.record.goes_on_after(seq);
                self.recorder.start_anyway(&self.disk, &read.recovered.opening, self.life);
                self.begin(Incidents::new(state), seq);
                return self.unwritten(0, Unwritten::NotBegun("no space left on device".to_owned()));
            }
            let stops = self.stops_while_starting();
            // Without a segment of its own it has decided nothing: the next start may read more, or less.
            if stops != Some(false) {
                self.record.goes_on_after(seq);
            }
            let filled = self.random.percent(70);
            if self.recorder.start(&mut self.disk, &read.recovered.opening, stops, filled) {
                self.begin(Incidents::new(state), seq);
                return Ok(());
            }
        }
    }

    /// Whether the machine stops while it makes its segment, and then before (`false`) or after it has a name.
    fn stops_while_starting(&mut self) -> Option<bool> {
        if self.weather.crashes > 0 && self.random.percent(10) {
            return Some(self.random.percent(50));
        }
        [false, true].into_iter().find(|after| self.stops_at_write(*after))
    }

    fn begin(&mut self, incidents: Incidents, seq: u64) {
        let known = incidents.state().revision.commit.clone();
        let previous =
            company::COMMITS.contains(&known.as_str()).then(|| company::config(&known, self.storm));
        self.record.started(seq);
        let (now, config) = (self.wall(), company::config(self.commit, self.storm));
        let mut engine = Engine::new(incidents, config.clone());
        engine.started(now, self.recorder.epoch(), None);
        engine.reload(now, config, previous, self.commit.to_owned());
        self.engine = Some(engine);
        self.batch = 0;
        self.say(|| format!("starts with entry {seq}"));
    }

    fn reload(&mut self, commit: &'static str) {
        let (now, previous) = (self.wall(), company::config(self.commit, self.storm));
        self.commit = commit;
        self.say(|| format!("config {commit}"));
        if let Some(engine) = &mut self.engine {
            engine.reload(now, company::config(commit, self.storm), Some(previous), commit.to_owned());
        }
    }

    fn compact(&mut self) -> Result<(), Broken> {
        if self.engine.is_some()
            && self.disk.mode == Mode::Fine
            && !self.disk.is_bare()
            && !self.disk.segments.is_empty()
        {
            let read = journal::read(&self.disk, true);
            let state = self.record.replayed(&read.entries, read.state.clone())?;
            journal::compact(&mut self.disk, &read, &state);
        }
        Ok(())
    }
}
