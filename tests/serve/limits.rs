//! How much may be said, and how slowly wrong secrets are answered, by the rules at the top of each module; and how many
//! files may be open.

use super::inside::event as pagerduty_event;
use super::world::{World, patient};
use jiff::{SignedDuration, Timestamp};
use oncall::alert::{Action, Event};
use oncall::config::Id;
use oncall::web::limit::{BURST_MAX, EVENTS_PER_SECOND_MAX, Limits, TooMuch};
use oncall::web::pace::{
    ALL_BYTES_PER_SECOND_MAX, ONE_BYTES_PER_SECOND_MAX, Pace, WAIT_MAX as WAIT_MAX_OF_STRANGERS,
};
use oncall::web::proxy::{Network, client};
use oncall::web::slow::{Slowed, WAIT_MAX};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

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
    let soon = now + SignedDuration::from_micros(1_000);
    let mut mixed = events(10);
    mixed.push(event(3, "fuller"));
    let passed = limits.pass(&id, soon, mixed).unwrap();
    assert_eq!((passed.events, passed.folded), (vec![event(3, "full"), event(3, "fuller")], 9));
    // What was over in between is news again.
    let over = vec![Event { action: Action::Resolve, ..event(0, "over") }];
    let later = now + SignedDuration::from_micros(1_500);
    let passed = limits.pass(&id, later, over).unwrap();
    limits.stored(&id, later, &passed.digests);
    assert!(limits.pass(&id, later, events(1)).is_err());
    // Another integration has a bucket of its own.
    assert_eq!(limits.pass(&Id::from("grafana"), now, events(10)).unwrap().folded, 0);
}

/// A thousand senders that say one thing: what is on its way to the disk once more makes it no less known.
#[test]
fn a_repeat_that_is_being_written_is_known() {
    let (limits, id, now) = (Limits::default(), Id::from("prometheus"), start());
    let first = limits.pass(&id, now, events(BURST_MAX)).unwrap();
    limits.stored(&id, now, &first.digests);
    let soon = now + SignedDuration::from_micros(500);
    assert_eq!(limits.pass(&id, soon, events(1)).unwrap().folded, 0, "there is room for one");
    assert_eq!(limits.pass(&id, soon, events(1)).unwrap().folded, 1);
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

/// Whoever tries again all the time is not kept out by that.
#[test]
fn to_ask_often_costs_nothing() {
    let (limits, id, now) = (Limits::default(), Id::from("prometheus"), start());
    limits.pass(&id, now, events(BURST_MAX)).unwrap();
    let (at, more) = (|n: i64| now + SignedDuration::from_micros(n * 100), EVENTS_PER_SECOND_MAX / 10);
    assert!((1..1_000).all(|n| limits.pass(&id, at(n), events(more)).is_err()));
    assert!(limits.pass(&id, at(1_000), events(more)).is_ok());
}

/// 100,000 alerts of one integration in a minute: at an even pace all pass at once, and if they come all together, all have
/// passed within the minute when their sender comes again as it is told.
#[test]
fn a_storm_passes_within_its_minute() {
    let id = Id::from("prometheus");
    let (even, together) = (Limits::default(), Limits::default());
    for n in 0..100 {
        let at = start() + SignedDuration::from_millis(600) * n;
        assert_eq!(even.pass(&id, at, events(1_000)).unwrap().events.len(), 1_000);
    }
    let (mut at, mut passed) = (start(), 0);
    while passed < 10 {
        match together.pass(&id, at, events(10_000)) {
            Ok(_) => passed += 1,
            Err(TooMuch { retry_after }) => at += SignedDuration::from_secs(retry_after.into()),
        }
    }
    assert!(at <= start() + SignedDuration::from_secs(60), "{at}");
}

/// What strangers make us do is bounded in a second, of one address and of all; what a known sender sent counts for nothing.
#[test]
fn bodies_of_strangers_are_examined_at_a_pace() {
    let (pace, now) = (Pace::default(), start());
    let address = |n: u32| std::net::IpAddr::from(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n));
    let second = ONE_BYTES_PER_SECOND_MAX as usize;
    assert_eq!(pace.wait(address(1), second, now), Some(Duration::ZERO));
    let next = pace.wait(address(1), second, now).unwrap();
    assert!(next < Duration::from_millis(1), "{next:?}");
    assert_eq!(pace.wait(address(1), second, now).unwrap().as_secs(), 1);
    // Nobody else waits for it, until all of them together are too much.
    assert_eq!(pace.wait(address(2), second, now), Some(Duration::ZERO));
    pace.give_back(address(2), second);
    let waits: Vec<Option<Duration>> = (3..100).map(|n| pace.wait(address(n), second, now)).collect();
    assert!(waits[0] == Some(Duration::ZERO) && waits[96].is_none(), "{waits:?}");
    let taken = waits.iter().filter(|wait| wait.is_some()).count() as u64;
    let seconds = WAIT_MAX_OF_STRANGERS.as_secs() + 1;
    assert!(taken * ONE_BYTES_PER_SECOND_MAX <= (seconds + 1) * ALL_BYTES_PER_SECOND_MAX, "{taken}");
    let later = now + SignedDuration::from_secs(60);
    assert_eq!(pace.wait(address(1), second, later), Some(Duration::ZERO));
}

/// The last address before one that is not ours: read from the right, for what stands to the left anybody may write.
#[test]
fn the_client_is_whom_the_trusted_proxies_name() {
    let trusted: Vec<Network> =
        ["10.0.0.0/8", "fd00::/8", "192.0.2.7"].map(|network| network.parse().unwrap()).into();
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let cases: [Case; 15] = [
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &[("x-forwarded-for", "203.0.113.1")], "203.0.113.1"),
        ("::ffff:10.0.0.1", &[("x-forwarded-for", "203.0.113.1")], "203.0.113.1"),
        ("192.0.2.7", &[("x-forwarded-for", "203.0.113.1")], "203.0.113.1"),
        // No proxy of ours may say anything.
        ("192.0.2.8", &[("x-forwarded-for", "203.0.113.1")], "192.0.2.8"),
        ("198.51.100.1", &[("x-forwarded-for", "10.0.0.1")], "198.51.100.1"),
        ("10.0.0.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.1")], "203.0.113.1"),
        ("10.0.0.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.1, 10.2.3.4,fd00::1")], "203.0.113.1"),
        ("10.0.0.1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.1")], "203.0.113.1"),
        ("10.0.0.1", &[("x-forwarded-for", "203.0.113.1:4711")], "203.0.113.1"),
        ("10.0.0.1", &[("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1"),
        // A word ends it, and is not passed over.
        ("10.0.0.1", &[("x-forwarded-for", "203.0.113.1, unknown, 10.0.0.2")], "10.0.0.2"),
        ("10.0.0.1", &[("forwarded", "for=1.1.1.1, for=\"[2001:db8::1]:4711\";proto=https")], "2001:db8::1"),
        ("10.0.0.1", &[("forwarded", "proto=http;For=203.0.113.1;by=10.0.0.1")], "203.0.113.1"),
        ("10.0.0.1", &[("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "203.0.113.1")], "203.0.113.1"),
    ];
    for (peer, headers, expected) in cases {
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let found = client(peer.parse().unwrap(), &map, &trusted);
        assert_eq!(found.to_string(), expected, "{peer} {headers:?}");
    }
    for wrong in ["", "10.0.0.0/33", "10.0.0.1/8", "10/8", "example.com", "10.0.0.0/", "::1/129"] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong}");
    }
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

/// Whoever takes all the connections that there are must not take the files with which pages leave.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_leaves_whoever_holds_the_connections() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve_by(world.command("1h", "ulimit -n 128;")).await;
    let to: SocketAddr = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    let connect = async |from: [u8; 4]| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        socket.connect(to).await.unwrap()
    };
    let mut good = connect([127, 0, 0, 1]).await;
    let mut held = Vec::new();
    for n in 0..200 {
        held.push(connect([127, 0, 1, n]).await);
    }
    let event = pagerduty_event("disk");
    let head = format!("POST /v2/enqueue HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", event.len());
    good.write_all(format!("{head}{event}").as_bytes()).await.unwrap();
    let mut status = [0; 12];
    good.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 202");
    world.call_to("smith").await;
    drop(held);
    let metrics = server.http.get(format!("{}/metrics", server.url)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(!metrics.contains("outcome=\"unavailable\""), "{metrics}");
    server.stop();
    assert!(
        world.log().contains("64 connections at once, because only 128 files may be open"),
        "{}",
        world.log()
    );
}
