//! A random day: what monitors say, what people do, commits, restarts, providers that fail.

use super::random::Random;
use crate::world::{Configs, World};
use jiff::{SignedDuration, Timestamp};
use oncall::alert::HEARTBEAT_KEY;
use oncall::incident::AlertKey;

/// How long a day is watched after its last line.
const AFTER: SignedDuration = SignedDuration::from_mins(75);
/// The names of the alerts that are looked at: in no phrase of ours.
const NAMES: [&str; 8] = ["alpha", "bravo", "cobra", "delta", "ember", "fjord", "gamma", "hotel"];

#[derive(Clone)]
pub struct Day {
    /// The alerts that are looked at.
    pub keys: Vec<AlertKey>,
    pub lines: Vec<Line>,
}

/// What happens so many seconds after two o'clock.
#[derive(Clone)]
pub struct Line {
    pub at: u32,
    pub what: What,
}

#[derive(Clone)]
pub enum What {
    /// One request: what is said of each key.
    Post(Vec<(AlertKey, String)>),
    Act(String),
}

/// An alert as its monitor knows it.
struct Monitored {
    key: AlertKey,
    labels: String,
}

impl Day {
    pub fn random(random: &mut Random) -> Day {
        let monitored: Vec<Monitored> = NAMES
            .iter()
            .take(random.between(2, 9) as usize)
            .map(|name| Monitored::random(name, random))
            .collect();
        let mut keys: Vec<AlertKey> = monitored.iter().map(|it| it.key.clone()).collect();
        keys.push(("backup".to_owned(), HEARTBEAT_KEY.to_owned()));
        let mut lines = Vec::new();
        let mut at = 0;
        for _ in 0..random.between(6, 36) {
            at += match random.between(0, 4) {
                0 => 1,
                1 => random.between(1, 20),
                2 => random.between(20, 100),
                _ => random.between(100, 700),
            };
            let what = something(random, &monitored);
            if what == "restart" {
                lines.push(act(at, "crash"));
                at += 20;
                lines.push(act(at, "start"));
            } else if what.is_empty() {
                lines.push(Line { at: at as u32, what: posts(random, &monitored) });
            } else {
                lines.push(act(at, &what));
            }
        }
        Day { keys, lines }
    }

    /// The same day of people and config, without the other alerts.
    pub fn alone(&self, key: &AlertKey) -> Day {
        let mut lines: Vec<Line> = Vec::new();
        for line in &self.lines {
            let what = match &line.what {
                What::Act(text) => What::Act(text.clone()),
                What::Post(said) => What::Post(said.iter().filter(|(of, _)| of == key).cloned().collect()),
            };
            if !matches!(&what, What::Post(said) if said.is_empty()) {
                lines.push(Line { at: line.at, what });
            }
        }
        if key.1 != HEARTBEAT_KEY {
            // The job that is to be heard from is another alert.
            lines.extend((0..12).map(|half_hours| act(half_hours * 1800, "beat job from=backup")));
            lines.sort_by_key(|line| line.at);
        }
        Day { keys: vec![key.clone()], lines }
    }

    pub fn live(&self, configs: &Configs, quiet: bool) -> World {
        let mut world = World::start(configs.clone());
        world.quiet = quiet;
        for line in &self.lines {
            world.run_until(line.instant());
            world.act(&line.text());
        }
        let last = self.lines.last().map_or(0, |line| line.at);
        world.run_until(two_o_clock() + SignedDuration::from_secs(i64::from(last)) + AFTER);
        world
    }
}

impl Line {
    fn instant(&self) -> Timestamp {
        two_o_clock() + SignedDuration::from_secs(i64::from(self.at))
    }

    /// As a line of a scenario.
    pub fn told(&self) -> String {
        let (hours, minutes, seconds) = (2 + self.at / 3600, self.at / 60 % 60, self.at % 60);
        format!("{hours:02}:{minutes:02}:{seconds:02} {}", self.text())
    }

    fn text(&self) -> String {
        match &self.what {
            What::Act(text) => text.clone(),
            What::Post(said) => {
                format!("post {}", said.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

fn two_o_clock() -> Timestamp {
    "2026-12-08T02:00:00+09:00".parse().unwrap()
}

fn act(at: u64, text: &str) -> Line {
    Line { at: at as u32, what: What::Act(text.to_owned()) }
}

impl Monitored {
    fn random(name: &str, random: &mut Random) -> Monitored {
        let integration = random.pick(&["prometheus", "prometheus", "grafana"]);
        let service = random.pick(&["", " service=shop", " service=batch", " service=web"]);
        let cluster = random.pick(&["", " cluster=x", " cluster=x", " cluster=y"]);
        let labels = format!("from={integration}{service}{cluster}");
        Monitored { key: (integration.to_owned(), name.to_owned()), labels }
    }

    /// What its monitor says of it this time.
    fn says(&self, random: &mut Random) -> (AlertKey, String) {
        let verb = random.pick(&["alert", "alert", "alert", "alert", "resolve", "update", "monitor-ack"]);
        let severity = random.pick(&["critical", "critical", "error", "warning", "warning", "info"]);
        let environment = random.pick(&["", " env=prod", " env=prod", " env=staging"]);
        let said = match verb {
            "resolve" | "monitor-ack" => format!("{verb} {} {}", self.key.1, self.labels),
            _ => format!("{verb} {} {severity} {}{environment}", self.key.1, self.labels),
        };
        (self.key.clone(), said)
    }
}

fn posts(random: &mut Random, monitored: &[Monitored]) -> What {
    let one =
        |random: &mut Random| monitored[random.between(0, monitored.len() as u64) as usize].says(random);
    if random.percent(6) {
        // Many at once, of which none is looked at.
        let (from, severity) = (random.pick(b"ahlp"), random.pick(&["warning", "critical"]));
        let service = random.pick(&["web", "shop", "batch"]);
        let many = (from..from + 11).map(|n| {
            let name = format!("many-{}", char::from(n));
            let text = format!("alert {name} {severity} service={service}");
            (("prometheus".to_owned(), name), text)
        });
        return What::Post(many.collect());
    }
    let mut said: Vec<(AlertKey, String)> = Vec::new();
    for _ in 0..random.pick(&[1, 1, 1, 2, 3]) {
        let one = one(random);
        said.retain(|(key, _)| *key != one.0);
        said.push(one);
    }
    What::Post(said)
}

/// What happens beside alerts; nothing: one of these is posted.
fn something(random: &mut Random, monitored: &[Monitored]) -> String {
    let user = random.pick(&["tanaka", "suzuki", "kimura", "sato"]);
    let key = &monitored[random.between(0, monitored.len() as u64) as usize].key.1;
    match random.between(0, 100) {
        0..=10 => format!("ack {user} {key}"),
        11..=22 => format!("press {user} {}", random.pick(&["4", "4", "4", "5", "6"])),
        23..=24 => format!("close {user} {key}"),
        25..=26 => format!("escalate {user} {key}"),
        27 => format!("reassign {user} to {} {key}", random.pick(&["suzuki", "kimura"])),
        28..=31 => format!("config {}", random.pick(&["base", "other"])),
        32..=34 => "restart".to_owned(),
        35..=36 => "beat job from=backup".to_owned(),
        37..=41 => {
            let mood = random.pick(&["up", "up", "busy", "mute", "limit=3600", "down"]);
            format!(
                "{mood} {}",
                random.pick(&["call tanaka", "call kimura", "slack suzuki", "call", "slack"])
            )
        }
        _ => String::new(),
    }
}
