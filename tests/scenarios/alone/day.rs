//! A random day: what monitors say, what people do, commits, restarts, providers that fail.

use super::random::Random;
use crate::world::{Configs, World};
use jiff::{SignedDuration, Timestamp};
use oncall::alert::{HEARTBEAT_KEY, Severity};
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
    /// Its place in the day, in milliseconds: no two things happen at one instant.
    pub ms: u32,
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
    /// Its service and its cluster.
    place: String,
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
        for _ in 0..random.between(6, 30) {
            at += match random.between(0, 4) {
                0 => 1,
                1 => random.between(1, 20),
                2 => random.between(20, 100),
                _ => random.between(100, 700),
            };
            at = match random.between(0, 100) {
                0..=14 => a_call(random, &monitored, at, &mut lines),
                15..=18 => a_commit(random, at, &mut lines),
                19..=21 => {
                    lines.extend([act(at, "crash"), act(at + 20, "start")]);
                    at + 20
                }
                22..=54 => {
                    lines.push(act(at, &something(random, &monitored)));
                    at
                }
                _ => {
                    lines.push(Line { at: at as u32, ms: 0, what: posts(random, &monitored) });
                    at
                }
            };
        }
        lines.iter_mut().zip(1..).for_each(|(line, place)| line.ms = place);
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
                lines.push(Line { what, ..line.clone() });
            }
        }
        if key.1 != HEARTBEAT_KEY {
            // The job that is to be heard from is another alert.
            lines.extend((0..12).map(|half_hours| act(half_hours * 1800, "beat job from=backup")));
            lines.sort_by_key(|line| (line.at, line.ms));
        }
        Day { keys: vec![key.clone()], lines }
    }

    /// When an alert first rises in severity, and the day on which that is the first that is said of it.
    pub fn risen(&self, key: &AlertKey) -> Option<(Timestamp, Day)> {
        let mut alone = self.alone(key);
        let said = alone.lines.iter().enumerate().filter_map(|(n, line)| match &line.what {
            What::Post(said) => Some((n, severity_of(&said.first()?.1)?)),
            What::Act(_) => None,
        });
        let said: Vec<(usize, Severity)> = said.collect();
        let rise = said.windows(2).find(|pair| pair[1].1 > pair[0].1)?[1].0;
        let at = alone.lines[rise].instant();
        let mut n = 0;
        alone.lines.retain(|line| {
            n += 1;
            n > rise || matches!(line.what, What::Act(_))
        });
        Some((at, alone))
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
        two_o_clock() + SignedDuration::from_millis(i64::from(self.at) * 1000 + i64::from(self.ms))
    }

    /// As a line of a scenario.
    pub fn told(&self) -> String {
        let (hours, minutes, seconds) = (2 + self.at / 3600, self.at / 60 % 60, self.at % 60);
        format!("{hours:02}:{minutes:02}:{seconds:02}.{:03} {}", self.ms, self.text())
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

/// Of what triggers.
fn severity_of(said: &str) -> Option<Severity> {
    Severity::parse(said.strip_prefix("alert ")?.split(' ').nth(1)?)
}

fn two_o_clock() -> Timestamp {
    "2026-12-08T02:00:00+09:00".parse().unwrap()
}

fn act(at: u64, text: &str) -> Line {
    Line { at: at as u32, ms: 0, what: What::Act(text.to_owned()) }
}

impl Monitored {
    fn random(name: &str, random: &mut Random) -> Monitored {
        let integration = random.pick(&["prometheus", "prometheus", "grafana"]);
        let service = random.pick(&["", " service=shop", " service=batch", " service=web", " service=web"]);
        let cluster = random.pick(&["", " cluster=x", " cluster=x", " cluster=x", " cluster=y"]);
        let place = format!("{service}{cluster}");
        Monitored { key: (integration.to_owned(), name.to_owned()), place }
    }

    /// What its monitor says of it this time.
    fn says(&self, random: &mut Random, said: Option<(&str, &str)>) -> (AlertKey, String) {
        let verb = random.pick(&["alert", "alert", "alert", "alert", "resolve", "update", "monitor-ack"]);
        let severity = random.pick(&["critical", "critical", "error", "warning", "warning", "info"]);
        let environment = random.pick(&["", " env=prod", " env=prod", " env=staging"]);
        let (place, environment) = said.unwrap_or((&self.place, environment));
        let from = &self.key.0;
        let said = match verb {
            "resolve" | "monitor-ack" => format!("{verb} {} from={from}{place}", self.key.1),
            _ => format!("{verb} {} {severity} from={from}{place}{environment}", self.key.1),
        };
        (self.key.clone(), said)
    }
}

fn posts(random: &mut Random, monitored: &[Monitored]) -> What {
    let one = |random: &mut Random| {
        monitored[random.between(0, monitored.len() as u64) as usize].says(random, None)
    };
    let mut said: Vec<(AlertKey, String)> = Vec::new();
    if random.percent(10) {
        // Many at once, of which none is looked at, and one that is.
        let (from, severity) = (random.pick(b"ahlp"), random.pick(&["warning", "warning", "critical"]));
        let service = random.pick(&["web", "shop", "batch"]);
        let many = (from..from + 11).map(|n| {
            let name = format!("many-{}", char::from(n));
            let text = format!("alert {name} {severity} service={service}");
            (("prometheus".to_owned(), name), text)
        });
        said.extend(many);
    }
    for _ in 0..random.pick(&[1, 1, 1, 2, 3]) {
        let one = one(random);
        said.retain(|(key, _)| *key != one.0);
        said.push(one);
    }
    What::Post(said)
}

/// Something is said, something more while the phone rings, often of the same place, and then a key is pressed.
fn a_call(random: &mut Random, monitored: &[Monitored], at: u64, lines: &mut Vec<Line>) -> u64 {
    let joins = at + random.between(3, 15);
    let pressed = joins + random.between(3, 12);
    let posts = match monitored {
        [first, .., last] if random.percent(50) => {
            let staging = first.says(random, Some((&first.place, " env=staging")));
            let prod = last.says(random, Some((&first.place, " env=prod")));
            [What::Post(vec![staging]), What::Post(vec![prod])]
        }
        _ => [posts(random, monitored), posts(random, monitored)],
    };
    lines.extend([at, joins].into_iter().zip(posts).map(|(at, what)| Line { at: at as u32, ms: 0, what }));
    let key = random.pick(&["4", "4", "4", "5", "6"]);
    lines.extend(["tanaka", "suzuki", "kimura"].map(|user| act(pressed, &format!("press {user} {key}"))));
    pressed
}

/// A commit, and often its revert soon after.
fn a_commit(random: &mut Random, at: u64, lines: &mut Vec<Line>) -> u64 {
    let (first, then) = random.pick(&[("other", "base"), ("base", "other")]);
    lines.push(act(at, &format!("config {first}")));
    if random.percent(40) {
        return at;
    }
    let reverted = at + random.between(10, 200);
    lines.push(act(reverted, &format!("config {then}")));
    reverted
}

/// What happens beside alerts.
fn something(random: &mut Random, monitored: &[Monitored]) -> String {
    let user = random.pick(&["tanaka", "suzuki", "kimura", "sato"]);
    let key = &monitored[random.between(0, monitored.len() as u64) as usize].key.1;
    match random.between(0, 36) {
        0..=10 => format!("ack {user} {key}"),
        11..=20 => format!("press {user} {}", random.pick(&["4", "4", "4", "5", "6"])),
        21..=23 => format!("close {user} {key}"),
        24..=26 => format!("escalate {user} {key}"),
        27..=28 => format!("reassign {user} to {} {key}", random.pick(&["suzuki", "kimura"])),
        29..=30 => "beat job from=backup".to_owned(),
        _ => {
            let mood = random.pick(&["up", "up", "busy", "mute", "limit=3600", "down"]);
            format!(
                "{mood} {}",
                random.pick(&["call tanaka", "call kimura", "slack suzuki", "call", "slack"])
            )
        }
    }
}
