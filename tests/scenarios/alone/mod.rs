//! No company makes an alert quieter: what alone would be told, by the same config and the same people, is told beside
//! others too, and beside what it was before, over random companies (`company`) and days (`day`). What counts as told is in `pages`, what may hold an
//! alert back in `judge`.
//!
//! `ONCALL_COMPANY=17 cargo test --test scenarios alone` looks at one seed, `ONCALL_COMPANY=200..5000` at more than those
//! of every day. A day that fails is told without the lines that do not matter.

mod company;
mod day;
mod judge;
mod pages;
mod random;

use company::Company;
use day::Day;
use judge::{Lived, quieter};
use random::Random;
use std::ops::Range;
use std::sync::Mutex;

const SEEDS: Range<u64> = 0..200;
const THREADS: usize = 2;
/// How often a day that fails is lived again to make it shorter.
const SHORTER_MAX: usize = 1_500;
/// How many seeds are named.
const NAMED_MAX: usize = 30;

#[test]
fn no_company_makes_an_alert_quieter() {
    let seeds = std::env::var("ONCALL_COMPANY").map_or(SEEDS, |seeds| asked_for(&seeds));
    let waiting = Mutex::new(seeds);
    let some = || {
        let next = || waiting.lock().unwrap().next();
        let failing = |seed: u64| {
            let (company, day) = drawn(seed);
            failure(&company, &day).map(|why| (seed, why))
        };
        std::iter::from_fn(next).filter_map(failing).collect::<Vec<_>>()
    };
    let mut failures = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(some)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    failures.sort();
    let Some((first, _)) = failures.first() else { return };
    let named: Vec<String> =
        failures.iter().take(NAMED_MAX).map(|(seed, why)| format!("{seed}: {why}")).collect();
    panic!("{}\n\n{} seeds fail:\n{}", shortest(*first), failures.len(), named.join("\n"));
}

fn asked_for(seeds: &str) -> Range<u64> {
    let number = |text: &str| text.parse::<u64>().expect("a seed is a number");
    match seeds.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(seeds)..number(seeds) + 1,
    }
}

fn drawn(seed: u64) -> (Company, Day) {
    let mut random = Random(seed);
    let company = Company::random(&mut random);
    let day = Day::random(&mut random);
    (company, day)
}

/// Which alert is quieter in company, if one is.
fn failure(company: &Company, day: &Day) -> Option<String> {
    let configs = company.configs();
    let lived = Lived::new(day.live(&configs, true));
    day.keys.iter().find_map(|key| {
        let alone = Lived::new(day.alone(key).live(&configs, true));
        let quiet = quieter(&lived, &alone, key, &configs, None).into_iter().next();
        quiet.or_else(|| {
            // As if it had begun as bad as it has become.
            let (at, anew) = day.risen(key)?;
            let anew = Lived::new(anew.live(&configs, true));
            quieter(&lived, &anew, key, &configs, Some(at)).into_iter().next()
        })
    })
}

/// A seed's day without whatever it fails without as well.
fn shortest(seed: u64) -> String {
    let (mut company, mut day) = drawn(seed);
    let mut left = SHORTER_MAX;
    let mut fails = |company: &Company, day: &Day| {
        left = left.saturating_sub(1);
        left > 0 && failure(company, day).is_some()
    };
    for part in [8, 4, 2, 1, 1] {
        let mut at = 0;
        while at < day.lines.len() {
            let mut shorter = day.clone();
            shorter.lines.drain(at..(at + part).min(day.lines.len()));
            if fails(&company, &shorter) { day = shorter } else { at += part }
        }
        let mut at = 0;
        while part == 1 && at < company.base.len() + company.other.len() {
            let mut plainer = company.clone();
            match at.checked_sub(company.base.len()) {
                None => drop(plainer.base.remove(at)),
                Some(at) => drop(plainer.other.remove(at)),
            }
            if fails(&plainer, &day) { company = plainer } else { at += 1 }
        }
    }
    let why = failure(&company, &day).unwrap_or_default();
    let lines: Vec<String> = day.lines.iter().map(day::Line::told).collect();
    let timeline = day.live(&company.configs(), false).text();
    format!("seed {seed}: {why}\n\n{}{}\n{timeline}", company.script(), lines.join("\n"))
}
