//! How much may be said, and how slowly wrong secrets are answered, by the rules at the top of each module.

use jiff::{SignedDuration, Timestamp};
use oncall::alert::{Action, Event};
use oncall::config::Id;
use oncall::server::limit::{BURST_MAX, EVENTS_PER_SECOND_MAX, Limits, TooMuch};
use oncall::server::slow::{Slowed, WAIT_MAX};

fn start() -> Timestamp {
    "2026-12-01T03:00:00Z".parse().unwrap()
}

fn event(key: u32, words: &str) -> Event {
    let summary = words.to_owned();
    Event { dedup_key: format!("key {key}"), summary, ..Event::blank(Action::Trigger) }
}

fn events(count: u32) -> Vec<Event> {
    (0..count).map(|key| event(key, "full")).collect()
}

#[test]
fn repeats_are_folded_before_anything_is_refused() {
    let (limits, id, now) = (Limits::default(), Id::from("prometheus"), start());
    let first = limits.pass(&id, now, events(BURST_MAX)).unwrap();
    assert_eq!(first.folded, 0);
    // What is not on disk yet is no repeat.
    assert_eq!(limits.pass(&id, now, events(1)), Err(TooMuch { retry_after: 1 }));
    limits.stored(&id, now, &first.digests);
    assert_eq!(limits.pass(&id, now, events(BURST_MAX)).unwrap().folded, BURST_MAX as usize);
    // A key that has news keeps all it says, in its order; the rest is folded.
    let soon = now + SignedDuration::from_millis(10);
    let mut mixed = events(10);
    mixed.push(event(3, "fuller"));
    let passed = limits.pass(&id, soon, mixed).unwrap();
    assert_eq!((passed.events, passed.folded), (vec![event(3, "full"), event(3, "fuller")], 9));
    // What was over in between is news again.
    let over = vec![Event { action: Action::Resolve, ..event(0, "over") }];
    let later = now + SignedDuration::from_millis(15);
    let passed = limits.pass(&id, later, over).unwrap();
    limits.stored(&id, later, &passed.digests);
    assert!(limits.pass(&id, later, events(1)).is_err());
    // Another integration has a bucket of its own.
    assert_eq!(limits.pass(&Id::from("grafana"), now, events(10)).unwrap().folded, 0);
}

#[test]
fn what_is_too_much_may_come_again() {
    let (limits, id, now) = (Limits::default(), Id::from("prometheus"), start());
    limits.pass(&id, now, events(BURST_MAX)).unwrap();
    let more = 5 * EVENTS_PER_SECOND_MAX;
    let TooMuch { retry_after } = limits.pass(&id, now, events(more)).unwrap_err();
    assert_eq!(retry_after, 6);
    let then = now + SignedDuration::from_secs(i64::from(retry_after));
    assert_eq!(limits.pass(&id, then, events(more)).unwrap().events.len(), more as usize);
    // A clock that is set back gives nothing, and takes nothing.
    assert_eq!(limits.pass(&id, now, events(EVENTS_PER_SECOND_MAX)).unwrap().folded, 0);
    assert!(limits.pass(&id, now, events(1)).is_err());
}

#[test]
fn wrong_secrets_wait_longer_and_longer() {
    let (slowed, now) = (Slowed::default(), start());
    let [one, same_house, other] =
        ["2001:db8::1", "2001:db8::2", "192.0.2.1"].map(|address| address.parse().unwrap());
    assert_eq!(slowed.wait(one, now).as_millis(), 0);
    assert_eq!(slowed.wait(same_house, now).as_millis(), 250);
    assert_eq!(slowed.wait(one, now).as_millis(), 500);
    assert_eq!(slowed.wait(other, now).as_millis(), 0);
    let waits: Vec<u128> = (0..40).map(|_| slowed.wait(one, now).as_millis()).collect();
    assert_eq!(waits.last(), Some(&WAIT_MAX.as_millis().unsigned_abs()));
    assert_eq!(slowed.wait(one, now + SignedDuration::from_secs(60)).as_millis(), 0);
}
