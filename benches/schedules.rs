//! The cost of "who is on call" at one instant and over a range: `cargo bench --bench schedules`.
//!
//! The schedules are compiled from YAML, as a user writes them. Instants are near the rotation's beginning and a
//! thousand years later: both cost the same, because nothing is iterated. `hash` is the baseline: a lookup of the
//! same id in a map of the same size.

#![allow(clippy::unwrap_used, reason = "a bench's own text is right or it does not run")]

use divan::{Bencher, black_box};
use jiff::Timestamp;
use oncall::compile::{Tree, compile};
use oncall::config::Config;
use oncall::preview::difference::{Sides, difference};
use std::collections::HashMap;
use std::fmt::Write;

fn main() {
    divan::main();
}

/// The number of schedules that `dry-run --base` compares.
const SCHEDULES: usize = 50;
const YEARS: [i16; 2] = [2027, 3027];

const WEEKLY: &str =
    "every: 1 week, handoff: mon 10:00, line_ups: [{ from: 2026-10-05, members: [a, b, c] }]";
const HOURLY: &str =
    "every: 1 hour, handoff: \"10:00\", line_ups: [{ from: 2026-10-05, members: [a, b, c] }]";
const ACTIVE: &str =
    "every: 1 day, handoff: \"10:00\", turns: active, line_ups: [{ from: 2026-10-05, members: [a, b, c] }]";
const OFFICE: &str = ", during: [{ days: mon-fri, from: 10:00, until: 19:00 }]";

fn config(rotation: &str, during: &str, overrides: usize) -> Config {
    let mut files = vec![(
        "oncall.yaml".to_owned(),
        "time_zone: America/Chicago\nlanguage: en\nfallback: team\n".to_owned(),
    )];
    for user in ["a", "b", "c"] {
        files.push((format!("users/{user}.yaml"), format!("name: {user}\nphone: \"+819000000001\"\n")));
    }
    let layer = format!("name: Web\nlayers: [{{ name: weekly, rotation: {{ {rotation} }}{during} }}]\n");
    for schedule in 0..SCHEDULES {
        files.push((format!("schedules/s{schedule}.yaml"), layer.clone()));
    }
    files.push((
        "escalation-policies/team.yaml".to_owned(),
        "steps: [{ notify: [{ user: a }], wait: 5m }]\n".to_owned(),
    ));
    let mut list = String::new();
    for day in 0..overrides {
        let date = jiff::civil::date(2027, 1, 1)
            .checked_add(jiff::SignedDuration::from_hours(24 * day as i64))
            .unwrap();
        writeln!(list, "- {{ schedule: s7, from: {date} 12:00, until: {date} 13:00, with: b }}").unwrap();
    }
    if overrides > 0 {
        files.push(("overrides/all.yaml".to_owned(), list));
    }
    let tree = Tree {
        files: files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect(),
        ..Tree::default()
    };
    let compiled = compile(&tree);
    compiled.config.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

fn instant(year: i16) -> Timestamp {
    format!("{year}-12-08T17:30:00Z").parse().unwrap()
}

fn ask(bencher: Bencher, config: &Config, year: i16) {
    let at = instant(year);
    bencher.bench_local(|| config.schedules.on_call(black_box("s7"), black_box(at)));
}

#[divan::bench]
fn hash(bencher: Bencher) {
    let map: HashMap<String, usize> = (0..SCHEDULES).map(|it| (format!("s{it}"), it)).collect();
    bencher.bench_local(|| map.get(black_box("s7")).copied());
}

#[divan::bench(args = YEARS)]
fn weekly(bencher: Bencher, year: i16) {
    ask(bencher, &config(WEEKLY, "", 0), year);
}

#[divan::bench(args = YEARS)]
fn hourly(bencher: Bencher, year: i16) {
    ask(bencher, &config(HOURLY, "", 0), year);
}

/// Office hours, where only days inside them count as turns.
#[divan::bench(args = YEARS)]
fn active_turns_in_windows(bencher: Bencher, year: i16) {
    ask(bencher, &config(ACTIVE, OFFICE, 0), year);
}

#[divan::bench(args = [1, 100, 10_000])]
fn overrides(bencher: Bencher, overrides: usize) {
    ask(bencher, &config(WEEKLY, "", overrides), 2027);
}

/// `oncall shifts` over ten years of an hourly rotation.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn ten_years_of_hours(bencher: Bencher) {
    let config = config(HOURLY, "", 0);
    let (from, until) = (instant(2027), instant(2037));
    bencher.bench_local(|| config.schedules.shifts("s7", from, until).len());
}

/// `oncall dry-run --base` over fifty weekly schedules and 90 days, all of which change.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn difference_of_fifty_schedules(bencher: Bencher) {
    let (before, after) = (config(WEEKLY, "", 0), config(&WEEKLY.replace("[a, b, c]", "[a, c, b]"), "", 0));
    let from = instant(2026);
    let until = from + jiff::SignedDuration::from_hours(90 * 24);
    let sides = Sides { before: &before.schedules, after: &after.schedules };
    bencher.bench_local(|| difference(&sides, from, until).changed.len());
}
