//! Why it is these people: a schedule and an instant -> the rules that had a say, as text.

use crate::who;
use crate::world::{World, instant, world};

/// `b: layer l at s.yaml:2020-01-06, a away, o.yaml:1, c looks on by trainee at s.yaml:trainee`
fn why(world: &World, at: &str) -> String {
    let at = instant(&world.zone, at);
    let on_call = world.schedules.on_call(&world.asked, at);
    let reason = world.schedules.reason(&world.asked, at);
    let mut parts: Vec<String> =
        reason.layer.iter().map(|rule| format!("layer {} at {}", rule.layer, rule.place)).collect();
    parts.extend(reason.away.iter().map(|user| format!("{user} away")));
    parts.extend(reason.overrides.iter().map(|change| change.origin.to_string()));
    let looks_on = |user, layer, place| format!("{user} looks on by {layer} at {place}");
    parts.extend(reason.shadows.iter().map(|(user, rule)| looks_on(user, rule.layer, rule.place)));
    let shadows: Vec<_> = reason.shadows.keys().cloned().collect();
    assert_eq!(shadows, on_call.shadows, "at {at}");
    format!("{}: {}", who(&on_call, false), parts.join(", "))
}

fn check(schedule: &str, expected: &[(&str, &str)]) {
    let world = world(schedule);
    for (at, expected) in expected {
        assert_eq!(why(&world, at), *expected, "at {at} of {schedule}");
    }
}

#[test]
fn the_line_up_or_the_layer() {
    check(
        "layer base
         always z
         layer weekly
         every 1 week
         from 2020-01-06 10:00: a, b
         from 2020-02-03 10:00: a, b, -",
        &[
            ("2020-01-06 09:59", "z: layer base at s.yaml:base"),
            ("2020-01-06 10:00", "a: layer weekly at s.yaml:2020-01-06"),
            ("2020-02-03 09:59", "b: layer weekly at s.yaml:2020-01-06"),
            ("2020-02-03 10:00", "a: layer weekly at s.yaml:2020-02-03"),
            ("2020-02-17 10:00", "z: layer base at s.yaml:base"),
        ],
    );
    assert_eq!(why(&world("layer l\nalways a\nduring daily 10:00-11:00"), "2020-01-06 09:00"), "-: ");
    assert!(
        world("")
            .schedules
            .reason("no-such", instant(&jiff::tz::TimeZone::UTC, "2020-01-06 09:00"))
            .layer
            .is_none()
    );
}

#[test]
fn those_whose_turn_it_would_be() {
    check(
        "layer l
         every 1 day
         from 2020-01-06 00:00: a, b+c, d
         off a 2020-01-06 06:00 until 2020-01-06 07:00
         off b 2020-01-07 06:00 until 2020-01-07 08:00
         off c 2020-01-07 07:00 until 2020-01-07 08:00
         off d 2020-01-08 06:00 until ever cover c",
        &[
            ("2020-01-06 05:00", "a: layer l at s.yaml:2020-01-06"),
            ("2020-01-06 06:00", "b+c: layer l at s.yaml:2020-01-06, a away"),
            ("2020-01-07 06:00", "c: layer l at s.yaml:2020-01-06, b away"),
            ("2020-01-07 07:00", "d: layer l at s.yaml:2020-01-06, b away, c away"),
            ("2020-01-08 06:00", "c: layer l at s.yaml:2020-01-06, d away"),
        ],
    );
    let mut apart = world(
        "schedule second\nlayer l\nevery 1 day\nfrom 2020-01-06 00:00: a, b\napart: first\nschedule first\nlayer l\nalways a",
    );
    apart.asked = "second".into();
    assert_eq!(why(&apart, "2020-01-06 12:00"), "b: layer l at s.yaml:2020-01-06, a away");
    assert_eq!(why(&apart, "2020-01-07 12:00"), "b: layer l at s.yaml:2020-01-06");
}

/// One that sets who it is, whoever it was, is all there is to say; one that changes nothing says nothing.
#[test]
fn overrides_that_changed_something() {
    check(
        "layer l
         every 1 day
         from 2020-01-06 00:00: a, b
         off a 2020-01-06 12:00 until 2020-01-07 00:00
         replace a 2020-01-06 06:00 until 2020-01-07 06:00: c
         add 2020-01-06 10:00 until 2020-01-06 18:00: d
         set 2020-01-06 16:00 until 2020-01-06 18:00: e
         add 2020-01-06 17:00 until 2020-01-06 18:00: f
         set 2020-01-06 20:00 until 2020-01-06 21:00: -",
        &[
            ("2020-01-06 06:00", "c: layer l at s.yaml:2020-01-06, o.yaml:1"),
            ("2020-01-06 10:00", "c+d: layer l at s.yaml:2020-01-06, o.yaml:1, o.yaml:2"),
            ("2020-01-06 12:00", "b+d: layer l at s.yaml:2020-01-06, a away, o.yaml:2"),
            ("2020-01-06 16:00", "e: o.yaml:3"),
            ("2020-01-06 17:00", "e+f: o.yaml:3, o.yaml:4"),
            ("2020-01-06 20:00", "-: o.yaml:5"),
            ("2020-01-07 01:00", "b: layer l at s.yaml:2020-01-06"),
        ],
    );
}

#[test]
fn shadows() {
    check(
        "layer l
         every 1 day
         from 2020-01-06 00:00: a, b
         layer trainee shadow
         always b+t
         during daily 10:00-18:00
         layer second shadow
         every 1 day
         from 2020-01-06 00:00: t, u",
        &[
            (
                "2020-01-06 12:00",
                "a: layer l at s.yaml:2020-01-06, b looks on by trainee at s.yaml:trainee, t looks on by trainee at s.yaml:trainee",
            ),
            (
                "2020-01-07 12:00",
                "b: layer l at s.yaml:2020-01-06, t looks on by trainee at s.yaml:trainee, u looks on by second at s.yaml:2020-01-06",
            ),
            (
                "2020-01-06 20:00",
                "a: layer l at s.yaml:2020-01-06, t looks on by second at s.yaml:2020-01-06",
            ),
        ],
    );
}
