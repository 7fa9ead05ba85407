//! The cost of a decision, without disk or network: `cargo bench --bench incidents`.
//!
//! The config is `example-config`. Nothing answers the deliveries, as if every provider hung, so pages pile up as
//! they would in the worst hour.

mod world;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::{SignedDuration, Timestamp};
use oncall::actor::{Actor, Via};
use oncall::alert::Event;
use oncall::compile::compile;
use oncall::config::Config;
use oncall::incident::{Asked, Command, IncidentId, Incidents, Input, Respond, State, Target};
use std::sync::Arc;
use world::{alert, config, now, tree};

/// How many incidents are already open.
const OPEN: [u32; 4] = [0, 1_000, 10_000, 100_000];
/// The most alerts in one request while a state is made.
const AT_ONCE_MAX: usize = 100;
/// How many alerts are measured, one after the other, on a state that lasts: in a copy everything would be cold.
const TRIGGERS: u32 = 200;
/// The most events in one request.
const STORM: u32 = 10_000;

fn main() {
    divan::main();
}

/// An alert that opens an incident.
#[divan::bench(args = OPEN, sample_size = 1, sample_count = TRIGGERS)]
fn trigger(bencher: Bencher, open: u32) {
    let storm = Storm::of(open);
    let mut incidents = storm.incidents();
    let mut last = open;
    let next = || {
        last += 1;
        vec![alert(last)]
    };
    bencher.with_inputs(next).bench_local_refs(|events| storm.alerts(&mut incidents, events));
}

/// The same alert again within the minute: nothing to record.
#[divan::bench(args = &OPEN[1..], sample_size = 1, sample_count = TRIGGERS)]
fn repeat(bencher: Bencher, open: u32) {
    let storm = Storm::of(open);
    let mut incidents = storm.incidents();
    let again = || vec![alert(open / 2)];
    bencher.with_inputs(again).bench_local_refs(|events| storm.alerts(&mut incidents, events));
}

#[divan::bench(args = &OPEN[1..], sample_size = 1, sample_count = TRIGGERS)]
fn acknowledge(bencher: Bencher, open: u32) {
    let storm = Storm::of(open);
    let mut incidents = storm.incidents();
    let mut last = open / 2;
    let next = || {
        last += 1;
        storm.acknowledge(last)
    };
    bencher.with_inputs(next).bench_local_refs(|command| {
        let command = Input::Command(command.clone());
        incidents.handle(&storm.config, now(), command)
    });
}

/// Ten thousand distinct alerts in one request.
#[divan::bench(sample_size = 1, sample_count = 10)]
fn storm_in_one_request(bencher: Bencher) {
    let storm = Storm::of(0);
    let input = || (storm.incidents(), alerts());
    bencher
        .counter(ItemsCount::new(STORM))
        .with_inputs(input)
        .bench_local_refs(|(incidents, events)| storm.alerts(incidents, events));
}

/// Ten thousand distinct alerts, each in its own request.
#[divan::bench(sample_size = 1, sample_count = 10)]
fn storm_of_requests(bencher: Bencher) {
    let storm = Storm::of(0);
    let input = || (storm.incidents(), alerts());
    bencher.counter(ItemsCount::new(STORM)).with_inputs(input).bench_local_refs(|(incidents, events)| {
        for event in events.drain(..) {
            black_box(incidents.handle(&storm.config, now(), Input::Alerts(vec![event])));
        }
    });
}

/// Who is on call at an instant of the year.
#[divan::bench(args = ["web-primary", "web-secondary", "platform-primary"])]
fn who_is_on_call(bencher: Bencher, schedule: &str) {
    let config = config();
    let mut hour = 0;
    let input = || {
        hour = (hour + 997) % (365 * 24);
        later(hour)
    };
    bencher.with_inputs(input).bench_local_values(|at| config.schedules.on_call(schedule, at));
}

/// Compiles every file of `example-config` to a config.
#[divan::bench]
fn compile_the_example(bencher: Bencher) {
    let tree = tree();
    bencher.bench_local(|| compile(&tree));
}

/// A state with open incidents.
struct Storm {
    config: Arc<Config>,
    state: State,
}

impl Storm {
    fn of(open: u32) -> Storm {
        let config = config();
        let mut incidents = Incidents::default();
        incidents.handle(&config, now(), Input::Started { epoch: 1, gap_seconds: None });
        for some in (1..=open).collect::<Vec<u32>>().chunks(AT_ONCE_MAX) {
            incidents.handle(&config, now(), Input::Alerts(some.iter().copied().map(alert).collect()));
        }
        assert_eq!(incidents.state().incidents.len(), open as usize, "each alert is an incident");
        // Each page that waits for its person's phone says so once: that is over before anything is measured.
        while !incidents.handle(&config, now(), Input::Tick).entries.is_empty() {}
        Storm { config, state: incidents.state().clone() }
    }

    fn incidents(&self) -> Incidents {
        Incidents::new(self.state.clone())
    }

    fn alerts(&self, incidents: &mut Incidents, events: &mut Vec<Event>) {
        black_box(incidents.handle(&self.config, now(), Input::Alerts(std::mem::take(events))));
    }

    fn acknowledge(&self, n: u32) -> Command {
        Command::Respond(Respond {
            target: Target::Incidents(vec![IncidentId { epoch: 1, n }]),
            action: Asked::Acknowledge,
            by: Actor::User("tanaka".into()),
            via: Via::Slack,
        })
    }
}

fn alerts() -> Vec<Event> {
    (1..=STORM).map(alert).collect()
}

fn later(hours: i64) -> Timestamp {
    now().saturating_add(SignedDuration::from_hours(hours)).expect("within the calendar")
}
