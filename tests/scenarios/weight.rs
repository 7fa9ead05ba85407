//! What an open incident weighs in memory, in the state and on the board: a field that makes each heavier is seen here.

use crate::world::World;
use oncall::alert::{Action, Event, Link, Severity};
use oncall::incident::{Incidents, Input};
use oncall::server::board::Board;

/// The goal is 100,000 open incidents in 200 MB.
const WEIGHT_MAX: i64 = 2_000;
/// How many incidents are weighed.
const OPEN: u32 = 2_000;

#[test]
fn an_open_incident_that_wakes_nobody_weighs_at_most_two_kilobytes() {
    let (world, _) =
        World::new("--- services/web.yaml\nname: Web\nescalation_policy: team\nstorm: never\n=== day\n");
    let (mut incidents, mut board) = (Incidents::default(), Board::default());
    let counted = allocation_counter::measure(|| {
        for n in 0..OPEN {
            let turn = incidents.handle(&world.config, world.now, Input::Alerts(vec![event(n)]));
            turn.entries.iter().for_each(|entry| board.apply(entry));
        }
    });
    assert_eq!((incidents.state().incidents.len(), board.open()), (OPEN as usize, OPEN as usize));
    let each = counted.bytes_current / i64::from(OPEN);
    assert!(each <= WEIGHT_MAX, "an open incident weighs {each} bytes, more than {WEIGHT_MAX}");
}

/// What PagerDuty's API is sent of a usual alert, about 500 bytes as JSON; for information, so that nobody is paged.
fn event(n: u32) -> Event {
    let labels = [
        ("component", "checkout"),
        ("group", "prod"),
        ("class", "http"),
        ("ratio", "7.3%"),
        ("for", "5m"),
        ("region", "eu-west-1"),
    ];
    let graph = Link {
        href: "http://prometheus.example.com/graph?g0.expr=rate".to_owned(),
        text: "graph".to_owned(),
    };
    Event {
        integration: "prometheus".to_owned(),
        dedup_key: format!("checkout/{n}"),
        severity: Some(Severity::Info),
        summary: "Error rate above 5% on checkout".to_owned(),
        source: "web-01:9090".to_owned(),
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        links: vec![graph],
        ..Event::blank(Action::Trigger)
    }
}
