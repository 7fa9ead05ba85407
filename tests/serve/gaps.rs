//! A gap that begins within seven days is told to the fallback while people are at work, once, and is over when it is
//! filled.

use super::world::{World, called, now, number, secret};
use jiff::{ToSpan, tz::TimeZone};

const ALWAYS: &str = "windows: [{ days: daily, from: 00:00, until: 00:00 }]\n";
const NEVER_NOW: &str = "windows: [{ days: daily, from: 00:00, until: 00:01, holidays: only }]\n";

fn day(days: i64) -> String {
    (now() + (24 * days).hours()).to_zoned(TimeZone::get("Asia/Tokyo").unwrap()).date().to_string()
}

/// Everybody who takes turns is off on these days.
fn off(from: i64, last: i64) -> [(&'static str, String); 2] {
    let off = format!("time_off: [{{ from: {}, last_day: {} }}]\n", day(from), day(last));
    [
        ("users/smith.yaml", format!("name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\n{off}")),
        ("users/sato.yaml", format!("name: 佐藤 花子\nslack: U0SATO\nphone: {{ env: SATO_PHONE }}\n{off}")),
    ]
}

fn changes<'a>(office: &'a str, off: &'a [(&'static str, String); 2]) -> Vec<(&'a str, &'a str)> {
    let files = off.iter().map(|(path, text)| (*path, text.as_str()));
    files.chain([("business-hours/office.yaml", office)]).collect()
}

#[tokio::test]
async fn a_gap_ahead_calls_the_fallback_once_and_is_over_when_it_is_filled() {
    let off = off(3, 4);
    let mut world = World::with(&changes(ALWAYS, &off)).await;
    let server = world.serve().await;
    world.call_to("mori").await;

    // Another commit is another look, and tells nobody again; one that fills the gap ends it.
    let fill =
        format!("- {{ schedule: web, from: {} 00:00, until: {} 00:00, with: kimura }}\n", day(2), day(6));
    world.push(&[("overrides/fill.yaml", &fill)]);
    server.pushed(secret("PUSH_SECRET")).await;
    let is_over = async || {
        let (_, open) = server.get("/v1/incidents?status=open").await;
        open["incidents"].as_array().is_some_and(Vec::is_empty)
    };
    world.until("the gap is over", is_over).await;
    let calls = world.all(|seen| called(seen) == Some(number("mori"))).len();
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn nobody_is_told_of_a_gap_outside_of_office_hours_or_further_away() {
    let (soon, far) = (off(3, 4), off(9, 10));
    let mut world = World::with(&changes(NEVER_NOW, &soon)).await;
    let server = world.serve().await;
    let mut other = World::with(&changes(ALWAYS, &far)).await;
    let other_server = other.serve().await;
    for (world, server) in [(&mut world, &server), (&mut other, &other_server)] {
        server.event("trigger", "down").await;
        let on_call = world.on_call();
        world.call_to(&on_call).await;
        assert_eq!(world.count(|seen| called(seen) == Some(number("mori"))), 0);
    }
}
