//! One call with the number: who has just been called about a service that opens many at once is called again when it is known
//! how many.

use crate::check;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use oncall::incident::{Change, DeliveryChange, Errand};

/// Of a service that opens five within ten seconds, what comes after the first call is one call, 20 seconds after that began,
/// though the phone is free. What does not ring does not wait.
#[test]
fn what_comes_after_the_first_call_is_one_call() {
    check(
        "
        === day
        02:00 alert a critical
        02:00:01 ends tanaka
        02:00:01 post alert b critical; alert c critical; alert d critical; alert e critical
        02:00:02 alert f critical
        02:01 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:00:01 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:01 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:01
        02:00:01 c: opened: "c" from prometheus -> web, critical, high urgency
        02:00:01 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:01
        02:00:01 d: opened: "d" from prometheus -> web, critical, high urgency
        02:00:01 d: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:01
        02:00:01 e: opened: "e" from prometheus -> web, critical, high urgency
        02:00:01 e: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:01
        02:00:01 b: the call to tanaka waits: web opens many at once, one call at 02:00:20 says how many
        02:00:01 c: the call to tanaka waits: web opens many at once, one call at 02:00:20 says how many
        02:00:01 d: the call to tanaka waits: web opens many at once, one call at 02:00:20 says how many
        02:00:01 e: the call to tanaka waits: web opens many at once, one call at 02:00:20 says how many
        02:00:01 -> slack tanaka about b, c, d, e
        02:00:02 f: opened: "f" from prometheus -> web, critical, high urgency
        02:00:02 f: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:02
        02:00:02 f: the call to tanaka waits: web opens many at once, one call at 02:00:20 says how many
        02:00:02 -> slack tanaka about f
        02:00:20 -> call tanaka about b, c, d, e, f
        "#,
    );
}

/// A few are told as they come, and so is what a person declares, whatever else the service opens.
#[test]
fn a_few_and_what_people_start_call_at_once() {
    let called = |script: &str| calls(&day(script), "tanaka");
    let few = "02:00 alert a critical\n02:00:01 ends tanaka\n02:00:02 post alert b critical; alert c critical\n02:01 end";
    assert_eq!(called(few), [0, 2]);
    let many = "post alert b critical; alert c critical; alert d critical; alert e critical";
    let declared = format!(
        "02:00 alert a critical\n02:00:01 ends tanaka\n02:00:01 {many}
         02:00:02 declare suzuki web critical the shop is gone\n02:00:03 ends tanaka\n02:01 end"
    );
    // What waits goes at its time, whatever was told meanwhile.
    assert_eq!(called(&declared), [0, 2, 20]);
    let never = format!(
        "--- services/web.yaml\nname: Web\nescalation_policy: team\nstorm: never\n=== day
         02:00 alert a critical\n02:00:01 ends tanaka\n02:00:01 {many}\n02:01 end"
    );
    assert_eq!(called(&never), [0, 1], "nothing is a storm there");
}

/// A call that did not leave has told nobody: what comes then does not wait for it.
#[test]
fn a_call_that_did_not_leave_is_none() {
    let world = day("02:00 down call
         02:00 alert a critical
         02:00:01 up call
         02:00:01 post alert b critical; alert c critical; alert d critical; alert e critical
         02:01 end");
    assert_eq!(calls(&world, "tanaka")[..2], [0, 1]);
}

/// 5,000 alerts of one service in a minute, to a phone on which every call is over at once: the first alert calls, then one
/// call says the number; nobody answers, and the next step's person is called.
#[test]
fn a_storm_calls_once_with_the_number() {
    let mut world = World::new("=== day").0;
    world.act("mute call");
    for n in 0..500 {
        let keys = if n == 0 { 0..1 } else { n * 10..(n + 1) * 10 };
        let alerts: Vec<String> = keys.map(|key| format!("alert k{key} error")).collect();
        world.act(&format!("post {}", alerts.join(";")));
        world.run_until(world.now + SignedDuration::from_millis(120));
    }
    world.run_until(world.now + SignedDuration::from_mins(3));
    assert_eq!(calls(&world, "tanaka"), [0, 20]);
    assert_eq!(calls(&world, "suzuki"), [] as [i64; 0]);
    world.run_until(world.now + SignedDuration::from_mins(3));
    assert_eq!(calls(&world, "suzuki").first(), Some(&300));
    world.check_invariants();
}

/// A script lived to its end.
fn day(script: &str) -> World {
    let script = if script.contains("=== day") { script.to_owned() } else { format!("=== day\n{script}") };
    let (mut world, day) = World::new(&script);
    world.live(&day);
    world
}

/// When each call to somebody began, in seconds after the first entry of an incident.
fn calls(world: &World, user: &str) -> Vec<i64> {
    let opened = world.journal.iter().find(|entry| entry.incident.is_some()).unwrap().at;
    let mut called: Vec<(Timestamp, String)> = world
        .journal
        .iter()
        .filter_map(|entry| match &entry.change {
            Change::Delivery(DeliveryChange::Sent {
                delivery,
                errand: Errand::Page { user: told, by },
                ..
            }) if **told == *user && by.method().rings => Some((entry.at, delivery.to_string())),
            _ => None,
        })
        .collect();
    called.dedup();
    called.iter().map(|(at, _)| at.duration_since(opened).as_secs()).collect()
}
