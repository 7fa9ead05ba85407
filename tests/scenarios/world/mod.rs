//! A day played with virtual time: the script's lines, the providers' answers, ticks at every deadline; and how it reads.

mod told;
mod verbs;

use crate::providers::Providers;
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use oncall::compile::{self, Tree};
use oncall::config::{Config, Urgency};
use oncall::incident::stored::Stored;
use oncall::incident::{Delivery, Entry, IncidentId, Incidents, Input};
use oncall::language::Language;
use std::collections::BTreeMap;
use std::sync::Arc;

const BASE: &str = include_str!("../base.txt");
/// How many calls of `handle` at one instant are too many: nothing would ever come to rest.
const AT_ONE_INSTANT_MAX: usize = 50_000;

/// Variants of the config, by name.
pub type Configs = BTreeMap<String, Arc<Config>>;

pub struct World {
    configs: Configs,
    pub config: Arc<Config>,
    config_name: String,
    pub incidents: Incidents,
    pub providers: Providers,
    pub now: Timestamp,
    down: bool,
    epoch: u32,
    at_this_instant: usize,
    shows: Vec<String>,
    /// Lines are dear: nobody reads those of a random day that goes well.
    pub quiet: bool,
    pub journal: Vec<Entry>,
    /// What left, each after so many entries.
    pub sent: Vec<(usize, Delivery)>,
    /// What happened, the incident it is about, and the words.
    lines: Vec<(Timestamp, Option<IncidentId>, String)>,
}

impl World {
    /// Plays a script and gives the lines.
    pub fn play(script: &str) -> String {
        let (mut world, day) = World::new(script);
        world.live(&day);
        world.check_invariants();
        world.text()
    }

    /// Plays the lines of a day.
    pub fn live(&mut self, day: &str) {
        for line in day.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.line(line);
        }
        self.settle();
    }

    /// The world that a script begins with, started, and the day's own lines.
    pub fn new(script: &str) -> (World, String) {
        let (configs, day) = configs(script);
        (World::start(configs), day)
    }

    /// The world of the config named `base`, started.
    pub fn start(configs: Configs) -> World {
        let config = configs["base"].clone();
        let mut world = World {
            config,
            configs,
            config_name: "base".to_owned(),
            incidents: Incidents::default(),
            providers: Providers::default(),
            now: "2026-12-08T00:00:00+09:00".parse().unwrap(),
            down: false,
            epoch: 1,
            at_this_instant: 0,
            shows: Vec::new(),
            quiet: false,
            journal: Vec::new(),
            sent: Vec::new(),
            lines: Vec::new(),
        };
        world.handle(Input::Started { epoch: 1, gap_seconds: None });
        world.handle(Input::ConfigChanged { previous: None, commit: "base".to_owned() });
        world
    }

    fn line(&mut self, line: &str) {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match time(first) {
            Some(time) => {
                self.run_until(self.instant(time));
                self.act(rest);
            }
            None => self.act(line),
        }
    }

    /// The next instant at which the clock shows this, now included.
    fn instant(&self, time: civil::Time) -> Timestamp {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let today = self.now.to_zoned(zone.clone()).date();
        let at = |date: civil::Date| date.to_datetime(time).to_zoned(zone.clone()).unwrap().timestamp();
        if at(today) >= self.now { at(today) } else { at(today.tomorrow().unwrap()) }
    }

    /// Everything that happens by itself before `end`, and the providers' answers at `end`.
    pub fn run_until(&mut self, end: Timestamp) {
        if end > self.now {
            self.settle();
        }
        while let Some(next) = self.next().filter(|next| *next < end) {
            self.go_to(next);
            self.settle();
        }
        self.go_to(end);
        self.outcomes();
    }

    fn next(&self) -> Option<Timestamp> {
        let outcome = self.providers.later.keys().next().map(|(at, _)| *at);
        let due = self.incidents.next_deadline(self.now);
        [outcome, due].into_iter().flatten().filter(|_| !self.down).min().map(|at| at.max(self.now))
    }

    fn go_to(&mut self, at: Timestamp) {
        if at > self.now {
            self.now = at;
            self.at_this_instant = 0;
        }
    }

    /// Outcomes and ticks until nothing more is due now.
    fn settle(&mut self) {
        if self.down {
            return;
        }
        self.outcomes();
        while self.incidents.next_deadline(self.now).is_some_and(|at| at <= self.now) {
            self.handle(Input::Tick);
            self.outcomes();
        }
    }

    fn outcomes(&mut self) {
        while !self.down
            && let Some(first) = self.providers.later.first_entry().filter(|first| first.key().0 <= self.now)
        {
            let (delivery, outcome) = first.remove();
            self.handle(Input::Outcome { delivery, outcome });
        }
    }

    pub fn handle(&mut self, input: Input) {
        self.at_this_instant += 1;
        assert!(
            self.at_this_instant < AT_ONE_INSTANT_MAX,
            "it never comes to rest at {}\n{}",
            self.now,
            self.text()
        );
        let turn = self.incidents.handle(&self.config, self.now, input);
        for entry in turn.entries {
            assert_eq!(entry.seq, self.journal.len() as u64 + 1);
            if !self.quiet {
                self.tell_entry(&entry);
            }
            self.journal.push(entry);
        }
        for delivery in turn.deliveries {
            if !self.quiet {
                self.tell_delivery(&delivery);
            }
            self.providers.take(self.now, &delivery);
            self.sent.push((self.journal.len(), delivery));
        }
        if let Some(reply) = turn.reply {
            self.tell_reply(&reply);
        }
    }

    fn reload(&mut self, name: &str) {
        let previous = Some(self.config.clone());
        self.config_name = name.to_owned();
        self.config = self.configs[name].clone();
        self.handle(Input::ConfigChanged { previous, commit: name.to_owned() });
    }

    fn crash(&mut self) {
        self.down = true;
        self.providers.crash();
    }

    /// Starts from the journal alone.
    fn restart(&mut self) {
        self.down = false;
        self.epoch += 1;
        self.incidents = self.replayed();
        self.handle(Input::Started { epoch: self.epoch, gap_seconds: None });
        let previous = Some(self.config.clone());
        self.handle(Input::ConfigChanged { previous, commit: self.config_name.clone() });
        self.outcomes();
    }

    /// Our clock now shows so much later, or earlier.
    fn jump(&mut self, by: &str) {
        let by: SignedDuration = by.parse().unwrap();
        self.now += by;
        self.at_this_instant = 0;
        self.providers.shift(by);
        if !self.down {
            self.handle(Input::ClockJumped { by });
        }
    }

    fn replayed(&self) -> Incidents {
        let mut replayed = Incidents::default();
        for entry in &self.journal {
            let json = serde_json::to_vec(entry).unwrap();
            let read: Entry = serde_json::from_slice(&json).unwrap();
            assert_eq!(&read, entry);
            replayed.replay(&read);
        }
        replayed
    }

    /// Invariants 3 and 6, and that a snapshot keeps everything.
    pub fn check_invariants(&self) {
        let state = self.incidents.state();
        let replayed = self.replayed();
        assert_eq!(replayed.state(), state, "replaying the journal gives another state");
        let bytes = postcard::to_stdvec(&Stored::from(state)).unwrap();
        let read = postcard::from_bytes::<Stored>(&bytes).unwrap().into_state();
        assert_eq!(&read, state, "a snapshot loses something");
        // What is found fast is the same whether it was kept in step or made from the state.
        assert_eq!(format!("{:?}", Incidents::new(read)), format!("{replayed:?}"));
        self.check_nothing_is_forgotten();
        crate::board::agrees(&self.journal, state);
    }

    /// Invariant 6.
    pub fn check_nothing_is_forgotten(&self) {
        let state = self.incidents.state();
        for incident in state.incidents.values() {
            for found in &incident.notifications {
                let flies = found.in_flight.is_none_or(|delivery| state.deliveries.contains_key(&delivery));
                assert!(
                    flies,
                    "{} waits for a delivery that is over: {found:?}\n{}",
                    incident.id,
                    self.text()
                );
            }
            let due = incident.escalation.as_ref().map(|escalation| escalation.deadline);
            let pages = incident.pages() && incident.urgency == Urgency::High;
            assert!(!pages || due.is_some(), "{} pages and has no deadline\n{}", incident.id, self.text());
            let deadline = self.incidents.next_deadline(self.now);
            assert!(
                due.is_none() || deadline.is_some() && deadline <= due,
                "{} would be forgotten: due {due:?}, wakes {deadline:?}\n{incident:?}",
                incident.id
            );
        }
    }
}

fn time(text: &str) -> Option<civil::Time> {
    let digits = text.starts_with(|first: char| first.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// The base and its variants by name, and the day.
pub fn configs(script: &str) -> (Configs, String) {
    let mut parts: Vec<(String, String)> = vec![("base".to_owned(), String::new())];
    if !script.contains("=== day") {
        return (BTreeMap::from([("base".to_owned(), compiled(&[BASE]))]), script.to_owned());
    }
    for line in script.lines() {
        match line.trim().strip_prefix("=== ") {
            Some(name) => parts.push((name.to_owned(), String::new())),
            None => {
                let part = &mut parts.last_mut().unwrap().1;
                part.push_str(line);
                part.push('\n');
            }
        }
    }
    let (_, day) = parts.pop().unwrap();
    let base = parts[0].1.clone();
    let configs = parts.iter().map(|(name, patch)| {
        let own = if name == "base" { "" } else { patch.as_str() };
        (name.clone(), compiled(&[BASE, &base, own]))
    });
    (configs.collect(), day)
}

fn compiled(patches: &[&str]) -> Arc<Config> {
    let mut tree = Tree::default();
    for patch in patches {
        let mut path = None;
        for line in patch.lines() {
            match line.trim().strip_prefix("--- ") {
                Some(name) => {
                    let (name, gone) =
                        name.strip_suffix(" (deleted)").map_or((name, false), |name| (name, true));
                    tree.files.remove(name);
                    path = (!gone).then(|| name.to_owned());
                }
                None => {
                    let Some(path) = &path else { continue };
                    let file = tree.files.entry(path.clone()).or_default();
                    file.extend(line.bytes().chain(*b"\n"));
                }
            }
        }
    }
    let compiled = compile::compile(&tree);
    let errors = compile::render_human(&tree, &compiled.diagnostics, Language::En, false);
    Arc::new(compiled.config.unwrap_or_else(|| panic!("{errors}")))
}
