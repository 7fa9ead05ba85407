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
const OPEN: [u32; 3] = [0, 1_000, 10_000];
/// The most events in one request.
const STORM: u32 = 10_000;

fn main() {
    divan::main();
}

/// An alert that opens an incident.
#[divan::bench(args = OPEN, sample_size = 1)]
fn trigger(bencher: Bencher, open: u32) {
    let storm = Storm::of(open);
    let input = || (storm.incidents(), vec![alert(open + 1)]);
    bencher.with_inputs(input).bench_local_refs(|(incidents, events)| storm.alerts(incidents, events));
}

/// The same alert again within the minute: nothing to record.
#[divan::bench(args = &OPEN[1..], sample_size = 1)]
fn repeat(bencher: Bencher, open: u32) {
    let storm = Storm::of(open);
    let input = || (storm.incidents(), vec![alert(open / 2)]);
    bencher.with_inputs(input).bench_local_refs(|(incidents, events)| storm.alerts(incidents, events));
}

#[divan::bench(args = &OPEN[1..], sample_size = 1)]
fn acknowledge(bencher: Bencher, open: u32) {
    let storm = Storm::of(open);
    let input = || (storm.incidents(), storm.acknowledge(open / 2));
    bencher.with_inputs(input).bench_local_refs(|(incidents, command)| {
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

/// A state with open incidents, cloned for each sample.
struct Storm {
    config: Arc<Config>,
    state: State,
}

impl Storm {
    fn of(open: u32) -> Storm {
        let config = config();
        let mut incidents = Incidents::default();
        incidents.handle(&config, now(), Input::Started { epoch: 1, gap_seconds: None });
        incidents.handle(&config, now(), Input::Alerts((1..=open).map(alert).collect()));
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
