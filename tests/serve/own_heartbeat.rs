//! Our own heartbeat, around the engine's task itself: it says that pages leave, so it must stop when they may not, and
//! never be what they wait for. Time passes only as a test says.

use super::inside::{Inside, StoppedTime, WATCHER, with_heartbeat};
use super::stand_ins::{Seen, Vendor};
use super::world::{HANG_MAX, World, patient};
use oncall::engine::{JOURNAL_STALL_MAX, RECOVERY_EVERY};
use oncall::server::run::run;
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);

fn is_beat(seen: &Seen) -> bool {
    seen.path == WATCHER
}

/// A world whose server wants to be watched, before its first turn.
async fn watched() -> (World, Arc<Inside>, oncall::server::parts::Parts) {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let own = with_heartbeat(&world);
    world.push(&[("oncall.yaml", &own)]);
    let mut inside = Inside::of(&world);
    let parts = inside.parts.take().unwrap();
    inside.put_in_force().await;
    (world, Arc::new(inside), parts)
}

/// How many heartbeats a stand-in has seen, once another request to this one has been there and back.
async fn beats(world: &mut World, to: Vendor) -> usize {
    let url = format!("{}/healthz", world.stand_ins.urls[&to]);
    // A connection of its own: those that are kept may just be ending.
    let http = reqwest::Client::builder().timeout(HANG_MAX).build().unwrap();
    http.get(url).send().await.unwrap();
    world.count(is_beat)
}

/// The engine's task has had a turn since.
async fn turned(inside: &Inside) {
    inside.doors.inbox.heartbeat("none".to_owned()).await.unwrap();
}

#[tokio::test]
async fn it_is_withheld_while_the_journal_does_not_answer() {
    let time = StoppedTime::new();
    let (mut world, inside, parts) = watched().await;
    tokio::spawn(run(parts));
    world.next("our heartbeat", is_beat).await;
    assert_eq!(inside.event("disk").await.status, 202);
    world.call_to("smith").await;

    inside.journal_answers(false);
    let unstored = tokio::spawn({
        let inside = inside.clone();
        async move { inside.event("memory").await.status }
    });
    turned(&inside).await;
    time.pass(JOURNAL_STALL_MAX.try_into().unwrap()).await;
    assert_eq!(unstored.await.unwrap(), 503);
    for missing in 1..=3 {
        time.pass(EVERY).await;
        turned(&inside).await;
        assert_eq!((inside.beats("withheld"), inside.beats("sent")), (missing, 1));
    }
    assert_eq!(world.count(is_beat), 1);

    // A new segment is made on a thread, which takes as long as it takes.
    inside.journal_answers(true);
    while beats(&mut world, Vendor::Jira).await == 1 {
        time.pass(RECOVERY_EVERY.try_into().unwrap()).await;
    }
}

/// Nothing but the engine's own turns sends it.
#[tokio::test]
async fn it_stops_with_the_engine() {
    let time = StoppedTime::new();
    let (mut world, _inside, parts) = watched().await;
    let mut engine = Box::pin(run(parts));
    tokio::select! {
        ended = &mut engine => panic!("{ended:?}"),
        _ = world.next("our heartbeat", is_beat) => {}
    }
    // The task does not come to its turn any more; everything else does.
    for _ in 0..5 {
        time.pass(EVERY).await;
        assert_eq!(beats(&mut world, Vendor::Jira).await, 1);
    }
    // It goes on with one, and does not make up for those that are missing.
    tokio::select! {
        ended = &mut engine => panic!("{ended:?}"),
        () = async {
            while beats(&mut world, Vendor::Jira).await == 1 {
                time.pass(EVERY / 6).await;
            }
        } => {}
    }
    assert_eq!(beats(&mut world, Vendor::Jira).await, 2);
}

/// No time passes at all: what waits for the watcher would wait for ever.
#[tokio::test]
async fn a_watcher_that_hangs_holds_nothing_up() {
    let time = StoppedTime::new();
    let (mut world, inside, parts) = watched().await;
    world.stand_ins.hold(Vendor::Jira);
    tokio::spawn(run(parts));
    world.next("our heartbeat", is_beat).await;
    assert_eq!(inside.event("disk").await.status, 202);
    world.call_to("smith").await;
    let outcomes = ["sent", "failed", "withheld"].map(|outcome| inside.beats(outcome));
    assert_eq!(outcomes, [0, 0, 0]);

    // It is given up, and tried again when the next is due.
    while beats(&mut world, Vendor::Slack).await == 1 {
        time.pass(EVERY / 6).await;
    }
    assert_eq!((inside.beats("sent"), inside.beats("failed")), (0, 1));
}
