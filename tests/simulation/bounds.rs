//! The bounds on what waits, which no world of this size reaches.

use crate::company;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use oncall::actor::{Actor, Via};
use oncall::alert::{Action, DESCRIPTION_MAX, Event, Severity};
use oncall::engine::{
    BATCH_BYTES_MAX, Batch, DEGRADED_BYTES_MAX, Engine, Full, GONE_KEY, HELD_MAX, Health, JOURNAL_KEY,
    LANE_MAX, Lane, RECOVERY_EVERY, Release, Unwritten,
};
use oncall::incident::stored::Stored;
use oncall::incident::{
    AlertChange, Asked, Change, Command, DeliveryId, Entry, IncidentId, Incidents, Input, Outcome, Respond,
    Target,
};
use oncall::journal::snapshot;
use oncall::language::storage::Gone;
use oncall::route::OWN_INTEGRATION;

fn started(now: Timestamp) -> Engine {
    let config = company::config("first", "never");
    let mut engine = Engine::new(Incidents::new(oncall::incident::State::default()), config.clone());
    engine.started(now, 1, None);
    engine.reload(now, config, None, "first".to_owned());
    engine.turn(now);
    assert!(engine.next_batch(now).is_some());
    engine.written(now, Ok(()));
    engine
}

fn event(key: usize, action: Action, description: String) -> Event {
    Event {
        integration: "prometheus".to_owned(),
        dedup_key: format!("key-{key}"),
        severity: Some(Severity::Critical),
        summary: "trouble".to_owned(),
        description,
        labels: [("service".to_owned(), "web".to_owned())].into(),
        ..Event::blank(action)
    }
}

fn stored(released: &[Release]) -> Vec<bool> {
    let stored = released.iter().filter_map(|it| match it {
        Release::Reply { stored, .. } => Some(*stored),
        _ => None,
    });
    stored.collect()
}

/// Longer without a disk than memory lasts: a snapshot takes the place of the entries, and nothing is called stored
/// before it is there.
#[test]
fn a_snapshot_takes_the_place_of_entries_that_found_no_room() {
    let mut now: Timestamp = "2026-12-07T17:00:00Z".parse().unwrap();
    let mut engine = started(now);
    let begun = engine.durable();
    let alert = |key: usize| Input::Alerts(vec![event(key, Action::Trigger, "あ".repeat(DESCRIPTION_MAX))]);
    engine.offer(Lane::Alerts, alert(0), Some(0)).unwrap();
    engine.turn(now);
    engine.next_batch(now).unwrap();
    assert_eq!(stored(&engine.written(now, Err(Unwritten::Failed("no space".to_owned())))), [false]);
    for key in 1..DEGRADED_BYTES_MAX / (3 * DESCRIPTION_MAX) + 100 {
        engine.offer(Lane::Alerts, alert(key), Some(key as u64)).unwrap();
        assert_eq!(stored(&engine.turn(now)), [false]);
        assert!(engine.backlog().unwritten_bytes <= DEGRADED_BYTES_MAX);
        assert_eq!(engine.durable(), begun);
    }
    now += RECOVERY_EVERY;
    let batch = engine.next_batch(now).unwrap();
    let (covered, state) = snapshot::decode::<Stored>(&batch.snapshot.unwrap()).unwrap();
    let state = state.into_state();
    assert_eq!((covered, &state), (engine.incidents().state().seq, engine.incidents().state()));
    assert_eq!((batch.first_seq, batch.reopen), (covered + 1, true));
    engine.offer(Lane::Alerts, alert(0), Some(0)).unwrap();
    assert_eq!((stored(&engine.turn(now)), engine.durable()), (vec![false], begun), "it is not written yet");
    let failed = engine.written(now, Err(Unwritten::Failed("no space".to_owned())));
    assert_eq!((stored(&failed), engine.durable()), (vec![], begun));
    now += RECOVERY_EVERY;
    let batch = engine.next_batch(now).unwrap();
    assert!(batch.snapshot.is_some(), "what was lost stays lost until a snapshot is there");
    engine.written(now, Ok(()));
    assert_eq!((engine.health(), engine.durable()), (&Health::Healthy, batch.first_seq - 1));
}

/// What vanished from the disk is written again at once, whole; a server that began without a disk waits for one. Both
/// tell the fallback, and neither calls anything stored before it is.
#[test]
fn what_the_disk_does_not_have_comes_back_as_a_snapshot() {
    let begun: Timestamp = "2026-12-07T17:00:00Z".parse().unwrap();
    let gone = Unwritten::Gone(Gone::Directory("/state".to_owned()));
    let none = Unwritten::NotBegun("no space".to_owned());
    for (unwritten, key, wait) in
        [(gone, GONE_KEY, SignedDuration::ZERO), (none, JOURNAL_KEY, RECOVERY_EVERY)]
    {
        let mut engine = started(begun);
        // Nothing is being written when it is noticed.
        engine.written(begun, Err(unwritten.clone()));
        assert!(matches!(engine.health(), Health::Degraded { .. }));
        let told = engine.incidents().state().open(&("oncall".to_owned(), key.to_owned()));
        assert!(told.is_some(), "{key}");
        engine
            .offer(Lane::Alerts, Input::Alerts(vec![event(1, Action::Trigger, String::new())]), Some(0))
            .unwrap();
        assert_eq!(stored(&engine.turn(begun)), [false]);
        assert_eq!(engine.next_batch(begun).is_some(), wait.is_zero(), "{key}");
        let mut now = begun + wait;
        if wait.is_zero() {
            // It vanishes again while it is written: from now on as rarely as on a disk that fails.
            engine.written(now, Err(unwritten));
            assert_eq!(engine.next_batch(now), None);
            now += RECOVERY_EVERY;
        }
        let batch = engine.next_batch(now).unwrap();
        let (covered, state) = snapshot::decode::<Stored>(&batch.snapshot.unwrap()).unwrap();
        assert_eq!((&state.into_state(), batch.reopen), (engine.incidents().state(), true));
        engine.written(now, Ok(()));
        assert_eq!((engine.health(), engine.durable()), (&Health::Healthy, covered));
    }
}

/// What people closed while it lasted, and open again when it is over, is closed with the next batch that is written: the
/// journal's incident never pages while the journal is well.
#[test]
fn the_journals_trouble_that_somebody_opens_again_ends_with_the_next_batch() {
    let now: Timestamp = "2026-12-07T17:00:00Z".parse().unwrap();
    let mut engine = started(now);
    let key = (OWN_INTEGRATION.to_owned(), JOURNAL_KEY.to_owned());
    let person = |engine: &mut Engine, action: Asked, id: IncidentId| {
        let (by, via) = (Actor::User("tanaka".into()), Via::Web);
        let respond = Respond { target: Target::Incidents(vec![id]), action, by, via };
        engine.offer(Lane::First, Input::Command(Command::Respond(respond)), None).unwrap();
        engine.turn(now);
    };
    engine.written(now, Err(Unwritten::NotBegun("no space".to_owned())));
    let id = engine.incidents().state().open(&key).unwrap();
    person(&mut engine, Asked::Resolve { reason: None }, id);
    assert_eq!(engine.incidents().state().open(&key), None);
    let now = now + RECOVERY_EVERY;
    engine.next_batch(now).unwrap();
    engine.written(now, Ok(()));
    assert_eq!(engine.health(), &Health::Healthy);
    person(&mut engine, Asked::Reopen, id);
    assert_eq!(engine.incidents().state().open(&key), Some(id));
    engine.next_batch(now).unwrap();
    engine.written(now, Ok(()));
    assert_eq!(engine.incidents().state().open(&key), None);
}

/// However long it is, what one input led to is one batch, also when it comes again: no start finds half of it.
#[test]
fn a_decision_is_never_cut_in_two() {
    let now: Timestamp = "2026-12-07T17:00:00Z".parse().unwrap();
    let mut engine = started(now);
    let keys = BATCH_BYTES_MAX / DESCRIPTION_MAX + 100;
    let post = |first: usize| {
        let event = |key| event(key, Action::Trigger, "x".repeat(DESCRIPTION_MAX));
        Input::Alerts((first..first + keys).map(event).collect())
    };
    engine.offer(Lane::Alerts, post(0), Some(0)).unwrap();
    engine.offer(Lane::Alerts, post(keys), Some(1)).unwrap();
    engine.turn(now);
    let opened = |batch: &Batch| {
        assert!(batch.payloads.iter().map(Bytes::len).sum::<usize>() > BATCH_BYTES_MAX);
        let entries = batch.payloads.iter().map(|it| serde_json::from_slice::<Entry>(it).unwrap());
        entries.filter(|it| matches!(it.change, Change::Alert(AlertChange::Opened(_)))).count()
    };
    let first = engine.next_batch(now).unwrap();
    assert_eq!(opened(&first), keys);
    engine.written(now, Err(Unwritten::Failed("no space".to_owned())));
    let now = now + RECOVERY_EVERY;
    let again = engine.next_batch(now).unwrap();
    assert_eq!((again.first_seq, &again.payloads), (first.first_seq, &first.payloads));
    engine.written(now, Ok(()));
    let second = engine.next_batch(now).unwrap();
    assert_eq!(opened(&second), keys);
}

/// A journal that is behind leaves alerts in their lane, and a full lane their senders waiting; people go on.
#[test]
fn a_slow_journal_makes_senders_wait() {
    let now: Timestamp = "2026-12-07T17:00:00Z".parse().unwrap();
    let mut engine = started(now);
    let many = || (0..8_192).map(|key| event(key, Action::Resolve, String::new())).collect();
    for ticket in 0..10 {
        engine.offer(Lane::Alerts, Input::Alerts(many()), Some(ticket)).unwrap();
    }
    engine.turn(now);
    engine.next_batch(now).unwrap();
    engine.turn(now);
    let waits = engine.backlog();
    assert!(waits.alerts > 0 && waits.held >= HELD_MAX && waits.held < HELD_MAX + 8_192 + 300, "{waits:?}");
    assert!(engine.is_idle(now), "{waits:?}");
    engine.offer(Lane::First, Input::Tick, None).unwrap();
    assert!(!engine.is_idle(now));
    engine.turn(now);
    while engine.room() > 0 {
        engine.offer(Lane::Alerts, Input::Alerts(Vec::new()), Some(99)).unwrap();
    }
    assert_eq!(engine.offer(Lane::Alerts, Input::Alerts(Vec::new()), Some(99)), Err(Full));
    assert_eq!(engine.backlog().alerts, LANE_MAX);
    // What a provider told is never refused, whoever waits for what comes of it.
    while engine.backlog().first < LANE_MAX {
        engine.offer(Lane::First, Input::Tick, None).unwrap();
    }
    let (delivery, outcome) = (DeliveryId { epoch: 1, n: 1 }, Outcome::Pressed { key: "4".to_owned() });
    assert_eq!(engine.offer(Lane::First, Input::Outcome { delivery, outcome }, Some(7)), Ok(()));
    assert_eq!(engine.offer(Lane::First, Input::Tick, Some(8)), Err(Full));
    let mut now = now;
    for _ in 0..40 {
        now += SignedDuration::from_millis(1);
        engine.written(now, Ok(()));
        engine.turn(now);
        engine.next_batch(now);
    }
    assert_eq!((engine.backlog().alerts, engine.health()), (0, &Health::Healthy));
}
