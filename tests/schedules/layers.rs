//! Layers, overrides, time off, and schedules kept apart from each other.

use crate::check;
use crate::world::{instant, world, zone};
use jiff::Timestamp;

/// 17: layers in order, then overrides in order.
#[test]
fn layers_and_overrides_in_order() {
    let windows =
        [("A", "10-15 16-19 21-22"), ("B", "11-13 22-24"), ("C", "12-14"), ("D", "14-15 17-18 20-23")];
    let mut text = String::new();
    for (name, spans) in windows {
        text += &format!("layer {name}\nalways {name}\n");
        for (from, until) in spans.split(' ').map(|span| span.split_once('-').unwrap()) {
            text += &format!("during daily {from}:00-{}:00\n", until.replace("24", "00"));
        }
    }
    text += "set 2026-07-06 22:00 until 2026-07-06 23:00: E\nset 2026-07-06 22:00 until 2026-07-06 22:30: A";
    check(
        &text,
        "2026-07-06 00:00 UTC - (nobody)
         2026-07-06 10:00 UTC A (layer A)
         2026-07-06 11:00 UTC B (layer B)
         2026-07-06 12:00 UTC C (layer C)
         2026-07-06 14:00 UTC D (layer D)
         2026-07-06 15:00 UTC - (nobody)
         2026-07-06 16:00 UTC A (layer A)
         2026-07-06 17:00 UTC D (layer D)
         2026-07-06 18:00 UTC A (layer A)
         2026-07-06 19:00 UTC - (nobody)
         2026-07-06 20:00 UTC D (layer D)
         2026-07-06 22:00 UTC A (o.yaml:2)
         2026-07-06 22:30 UTC E (o.yaml:1)
         2026-07-06 23:00 UTC B (layer B)
         2026-07-07 00:00 UTC end",
    );
}

/// 18 to 20.
#[test]
fn overrides() {
    let foo = "layer day\nalways foo\nduring daily 08:00-10:00\n";
    check(
        &format!("{foo}replace foo 2026-07-06 08:30 until 2026-07-06 08:45: baz"),
        "2026-07-06 08:00 UTC foo (layer day)
         2026-07-06 08:30 UTC baz (o.yaml:1)
         2026-07-06 08:45 UTC foo (layer day)
         2026-07-06 10:00 UTC end",
    );
    check(
        &format!(
            "{foo}add 2026-07-06 08:00 until 2026-07-06 08:15: baz\nadd 2026-07-06 08:30 until 2026-07-06 08:45: baz"
        ),
        "2026-07-06 08:00 UTC baz+foo
         2026-07-06 08:15 UTC foo
         2026-07-06 08:30 UTC baz+foo
         2026-07-06 08:45 UTC foo
         2026-07-06 10:00 UTC end",
    );
    // Wider than the shift; inside a gap; nobody on purpose; one who is not there to be replaced.
    check(
        &format!(
            "{foo}set 2026-07-06 07:00 until 2026-07-06 11:00: baz\nadd 2026-07-06 12:00 until 2026-07-06 13:00: baz\n
             set 2026-07-07 09:00 until 2026-07-07 09:30: -\nreplace bar 2026-07-08 08:00 until 2026-07-08 09:00: baz"
        ),
        "2026-07-06 06:00 UTC - (nobody)
         2026-07-06 07:00 UTC baz (o.yaml:1)
         2026-07-06 11:00 UTC - (nobody)
         2026-07-06 12:00 UTC baz (o.yaml:2)
         2026-07-06 13:00 UTC - (nobody)
         2026-07-07 08:00 UTC foo (layer day)
         2026-07-07 09:00 UTC - (o.yaml:3)
         2026-07-07 09:30 UTC foo (layer day)
         2026-07-07 10:00 UTC - (nobody)
         2026-07-08 08:00 UTC foo (layer day)
         2026-07-08 10:00 UTC end",
    );
    // Over four shifts, then one that ends exactly at a handoff, and one of a pair replaced twice over.
    check(
        "layer l
         every 6 hours
         from 2026-07-06 00:00: a, b, c, d, e+f
         set 2026-07-06 03:00 until 2026-07-06 21:00: x
         add 2026-07-06 21:00 until 2026-07-07 00:00: y
         replace e 2026-07-07 00:00 until 2026-07-07 06:00: f
         replace f 2026-07-07 03:00 until 2026-07-07 06:00: g+h",
        "2026-07-06 00:00 UTC a
         2026-07-06 03:00 UTC x
         2026-07-06 21:00 UTC d+y
         2026-07-07 00:00 UTC f
         2026-07-07 03:00 UTC g+h
         2026-07-07 06:00 UTC a
         2026-07-07 12:00 UTC end",
    );
}

/// 21: for exactly the hours off, the next one who is there.
#[test]
fn time_off() {
    let daily = "zone Asia/Kolkata\nlayer l\nevery 1 day\nfrom 2026-05-27 09:00: a, b, -, c\n";
    let off = "off a 2026-05-28 00:00 until 2026-05-29 00:00\n";
    assert_eq!(instant(&zone("Asia/Kolkata"), "2026-05-28 00:00").to_string(), "2026-05-27T18:30:00Z");
    let expected = |stand_in: &str| {
        format!(
            "2026-05-27 09:00 IST a
             2026-05-28 00:00 IST {stand_in}
             2026-05-28 09:00 IST b
             2026-05-29 09:00 IST -
             2026-05-30 09:00 IST c
             2026-05-31 09:00 IST a
             2026-06-01 09:00 IST end"
        )
    };
    check(
        &format!("{daily}{off}"),
        "2026-05-27 09:00 IST a
         2026-05-28 00:00 IST b
         2026-05-29 09:00 IST -
         2026-05-29 10:00 IST end",
    );
    // The next one is off too, over a handoff: `nobody` is passed over; a cover is asked before the next.
    check(&format!("{daily}{off}off b 2026-05-28 00:00 until 2026-05-28 09:00"), &expected("c"));
    check(&format!("{daily}off a 2026-05-28 00:00 until 2026-05-29 00:00 cover x"), &expected("x"));
    check(
        &format!(
            "{daily}off a 2026-05-28 00:00 until 2026-05-29 00:00 cover x\noff x 2026-05-01 00:00 until ever cover y"
        ),
        &expected("y"),
    );
    // An hour within an absence has a stand-in of its own, in whatever order the two are written.
    let long = "off a 2026-05-27 09:00 until 2026-05-28 09:00 cover x\n";
    let short = "off a 2026-05-27 12:00 until 2026-05-27 18:00 cover y\n";
    for both in [format!("{daily}{long}{short}"), format!("{daily}{short}{long}")] {
        check(
            &both,
            "2026-05-27 09:00 IST x
             2026-05-27 12:00 IST y
             2026-05-27 18:00 IST x
             2026-05-28 09:00 IST b
             2026-05-29 09:00 IST end",
        );
    }
    check(&format!("{}{off}", daily.replace("layer l", "layer l open")), &expected("-"));
    // All off, one for good.
    check(
        &format!(
            "{daily}{off}off b 2026-05-01 00:00 until ever\noff c 2026-05-01 00:00 until 2026-05-29 00:00"
        ),
        "2026-05-27 09:00 IST a
         2026-05-28 00:00 IST -
         2026-05-29 00:00 IST c
         2026-05-29 09:00 IST -
         2026-05-30 09:00 IST c
         2026-05-31 09:00 IST a
         2026-06-01 09:00 IST c
         2026-06-02 09:00 IST end",
    );
}

#[test]
fn time_off_in_a_pair() {
    check(
        "layer l
         every 1 day
         from 2026-07-06 00:00: a+b, c+d
         layer fixed
         always z
         during mon 18:00-20:00
         off a 2026-07-06 06:00 until 2026-07-07 00:00
         off b 2026-07-06 12:00 until 2026-07-06 15:00
         off c 2026-07-06 14:00 until 2026-07-06 15:00
         off z 2026-07-06 19:00 until ever
         set 2026-07-06 23:00 until 2026-07-07 00:00: z",
        "2026-07-06 00:00 UTC a+b (layer l)
         2026-07-06 06:00 UTC b (layer l)
         2026-07-06 12:00 UTC c+d (layer l)
         2026-07-06 14:00 UTC d (layer l)
         2026-07-06 15:00 UTC b (layer l)
         2026-07-06 18:00 UTC z (layer fixed)
         2026-07-06 19:00 UTC b (layer l)
         2026-07-06 23:00 UTC z (o.yaml:1)
         2026-07-07 00:00 UTC end",
    );
}

#[test]
fn kept_apart() {
    check(
        "zone Asia/Tokyo
         schedule web
         apart: primary+none
         layer l
         every 1 day
         from 2026-07-06 10:00: a, b, c
         layer trainee shadow
         always t+c
         schedule primary
         layer l
         every 1 day
         from 2026-07-06 10:00: a, c, b
         set 2026-07-07 12:00 until 2026-07-07 13:00: b",
        "2026-07-06 10:00 JST b (layer l, c looks on, t looks on)
         2026-07-07 10:00 JST b (layer l, t looks on)
         2026-07-07 12:00 JST c (layer l, t looks on)
         2026-07-07 13:00 JST b (layer l, t looks on)
         2026-07-08 10:00 JST c (layer l, t looks on)
         2026-07-09 10:00 JST end",
    );
    // `compile` refuses this; asked anyway, it ends.
    let circle =
        world("schedule web\napart: other\nlayer l\nalways a\nschedule other\napart: web\nlayer l\nalways a");
    circle.schedules.on_call("web", Timestamp::UNIX_EPOCH);
}

#[test]
fn follow_the_sun() {
    check(
        "zone UTC
         layer asia zone Asia/Tokyo
         always tokyo
         during daily 09:00-17:00
         layer america zone America/Chicago
         always chicago
         during mon-fri 09:00-17:00
         during sat,sun 09:00-10:00 in America/New_York",
        "2026-03-06 00:00 UTC tokyo
         2026-03-06 08:00 UTC -
         2026-03-06 15:00 UTC chicago
         2026-03-06 23:00 UTC -
         2026-03-07 00:00 UTC tokyo
         2026-03-07 08:00 UTC -
         2026-03-07 14:00 UTC chicago
         2026-03-07 15:00 UTC -
         2026-03-08 00:00 UTC tokyo
         2026-03-08 08:00 UTC -
         2026-03-08 13:00 UTC chicago
         2026-03-08 14:00 UTC -
         2026-03-09 00:00 UTC tokyo
         2026-03-09 08:00 UTC -
         2026-03-09 14:00 UTC chicago
         2026-03-09 22:00 UTC -
         2026-03-10 00:00 UTC end",
    );
}
