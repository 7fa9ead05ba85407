//! Who is on call when: schedules as text -> shifts as text, and properties against calculations written apart.
#![allow(clippy::unwrap_used, reason = "a test's own text is right or the test fails")]

mod layers;
mod oracle;
mod properties;
mod reasons;
mod rows;
mod shapes;
mod two_years;
mod windows;
mod world;

use jiff::{SignedDuration, Timestamp, ToSpan};
use oncall::schedule::*;
use std::collections::BTreeSet;
use world::{World, hours, instant, who, world};

/// The shifts of the world's schedule `web` between the first line's instant and the `end` line, each as the local
/// time of its start and who it is (with the source, if any expected line has brackets).
fn check(schedule: &str, expected: &str) {
    let world = world(schedule);
    let lines: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let time = |line: &str| instant(&world.zone, &line[..16]);
    let (from, until) = (time(lines[0]), time(lines[lines.len() - 1]));
    let shifts = world.schedules.shifts(&world.asked, from, until);
    assert_tiles(&shifts, from, until);
    assert_each_instant_agrees(&world, &shifts);
    let in_full = expected.contains('(');
    let mut found: Vec<String> =
        shifts.iter().map(|it| line(&world, it.start, &who(&it.on_call, in_full))).collect();
    found.push(line(&world, until, "end"));
    assert_eq!(found.join("\n"), lines.join("\n"), "{schedule}");
}

fn line(world: &World, at: Timestamp, text: &str) -> String {
    let local = at.to_zoned(world.zone.clone());
    let seconds = if local.second() == 0 { "" } else { ":%S" };
    format!("{} {text}", local.strftime(&format!("%Y-%m-%d %H:%M{seconds} %Z")))
}

fn assert_tiles(shifts: &[Shift], from: Timestamp, until: Timestamp) {
    assert_eq!((shifts[0].start, shifts[shifts.len() - 1].end), (from, until));
    assert!(shifts.iter().all(|it| it.start < it.end));
    for pair in shifts.windows(2) {
        assert_eq!(pair[0].end, pair[1].start);
        assert_ne!(pair[0].on_call, pair[1].on_call, "not merged at {}", pair[1].start);
    }
}

fn assert_each_instant_agrees(world: &World, shifts: &[Shift]) {
    for shift in shifts {
        let middle = shift.start + shift.end.duration_since(shift.start) / 2;
        for at in [shift.start, middle, shift.end - 1.nanosecond()] {
            assert_eq!(world.schedules.on_call(&world.asked, at), shift.on_call, "at {at}");
        }
    }
}

/// 1: a handoff at a time that does not exist is at the first instant after the gap.
#[test]
fn handoff_in_a_gap() {
    check(
        "zone America/Chicago
         layer daily
         every 1 day
         from 2020-03-06 02:30: a, b, c",
        "2020-03-05 00:00 CST -
         2020-03-06 02:30 CST a
         2020-03-07 02:30 CST b
         2020-03-08 03:00 CDT c
         2020-03-09 02:30 CDT a
         2020-03-10 02:00 CDT end",
    );
    // A whole day that never was: Samoa moved to the other side of the date line.
    check(
        "zone Pacific/Apia
         layer daily
         every 1 day
         from 2011-12-28 09:00: a, b, c, d",
        "2011-12-28 09:00 -10 a
         2011-12-29 09:00 -10 b
         2011-12-31 00:00 +14 c
         2011-12-31 09:00 +14 d
         2012-01-01 09:00 +14 a
         2012-01-01 10:00 +14 end",
    );
}

/// 2: hourly handoffs stay on the clock's minute; a shift of no time counts.
#[test]
fn hourly_over_a_change_of_the_clock() {
    let hourly = |zone: &str, from: &str| {
        format!("zone {zone}\nlayer hourly\nevery 1 hour\nfrom {from}: a, b, c, d, e, f")
    };
    check(
        &hourly("America/Chicago", "2020-03-08 00:30"),
        "2020-03-08 00:30 CST a
         2020-03-08 01:30 CST b
         2020-03-08 03:00 CDT c
         2020-03-08 03:30 CDT d
         2020-03-08 04:30 CDT end",
    );
    check(
        &hourly("America/Chicago", "2020-03-08 00:00"),
        "2020-03-08 01:00 CST b
         2020-03-08 03:00 CDT d
         2020-03-08 04:00 CDT end",
    );
    check(
        &hourly("America/Chicago", "2020-10-31 23:30"),
        "2020-10-31 23:30 CDT a
         2020-11-01 00:30 CDT b
         2020-11-01 01:30 CDT c
         2020-11-01 02:30 CST d
         2020-11-01 03:30 CST end",
    );
    // Lord Howe Island sets its clock back by half an hour, at 02:00.
    check(
        &hourly("Australia/Lord_Howe", "2025-04-06 00:45"),
        "2025-04-06 00:45 +11 a
         2025-04-06 01:45 +11 b
         2025-04-06 02:45 +1030 c
         2025-04-06 03:45 +1030 end",
    );
}

/// The clock is set back to before a handoff that has been: its shift goes on.
#[test]
fn instants_of_a_repeated_hour() {
    let cases = [
        ("America/Chicago", "2020-11-01 00:30", "2020-11-01T01:10-06:00", "b"),
        ("America/Chicago", "2020-11-01 00:00", "2020-11-01T01:00-06:00", "b"),
        ("America/St_Johns", "2006-10-28 22:45", "2006-10-28T23:10-03:30", "b"),
        ("America/St_Johns", "2006-10-28 23:00", "2006-10-28T23:10-03:30", "b"),
        ("Australia/Lord_Howe", "2025-04-06 00:45", "2025-04-06T01:40+10:30", "b"),
    ];
    for (zone, from, at, expected) in cases {
        let world = world(&format!("zone {zone}\nlayer l\nevery 1 hour\nfrom {from}: a, b, c, d, e, f"));
        let found = world.schedules.on_call("web", at.parse().unwrap());
        assert_eq!(who(&found, false), expected, "{zone} {from} {at}");
    }
    let started = world("zone America/St_Johns\nlayer l\nevery 1 day\nfrom 2006-10-29 00:00: a");
    assert_eq!(who(&started.schedules.on_call("web", "2006-10-28T23:10-03:30".parse().unwrap()), false), "a");
}

/// 3 and 8: months clamp from the anchor; a time that exists twice is the first.
#[test]
fn months() {
    check(
        "zone America/Chicago
         layer monthly
         every 1 month
         from 2020-10-01 01:30: a, b, c",
        "2020-10-01 01:30 CDT a
         2020-11-01 01:30 CDT b
         2020-12-01 01:30 CST c
         2021-01-01 01:30 CST end",
    );
    check(
        "layer monthly
         every 1 month
         from 2025-01-31 09:00: a, b, c",
        "2025-01-31 08:59 UTC -
         2025-01-31 09:00 UTC a
         2025-02-28 09:00 UTC b
         2025-03-31 09:00 UTC c
         2025-04-30 09:00 UTC a
         2025-05-31 09:00 UTC b
         2025-06-30 09:00 UTC end",
    );
}

/// 4 and 5: the length of a shift is civil.
#[test]
fn hours_of_a_shift() {
    let length = |zone: &str, every: &str, from: &str| {
        let world = world(&format!("zone {zone}\nlayer l\nevery {every}\nfrom {from}: a, b, c"));
        let start = instant(&world.zone, from);
        let shifts = world.schedules.shifts("web", start, start + (10 * 24).hours());
        (shifts[0].end - shifts[0].start).total(jiff::Unit::Hour).unwrap()
    };
    assert_eq!(length("America/Chicago", "1 week", "2017-03-10 08:00"), 167.0);
    assert_eq!(length("America/Chicago", "1 week", "2017-11-04 08:00"), 169.0);
    assert_eq!(length("America/Chicago", "3 hours", "2017-03-12 00:00"), 2.0);
    assert_eq!(length("Australia/Lord_Howe", "1 day", "2025-04-05 10:00"), 24.5);

    let world = world("zone America/Chicago\nlayer l\nevery 1 week\nfrom 2024-10-01 00:00: a, b, c");
    let around: Timestamp = "2024-11-04T12:00:00Z".parse().unwrap();
    let shifts = world.schedules.shifts("web", around - 240.hours(), around + 240.hours());
    let shift = shifts.iter().find(|it| it.start <= around && around < it.end).unwrap();
    assert_eq!(
        (shift.start.to_string(), shift.end.to_string()),
        ("2024-10-29T05:00:00Z".into(), "2024-11-05T06:00:00Z".into())
    );
}

/// 6: an overnight window over both changes of the clock.
#[test]
fn night_windows() {
    let nights = "zone America/New_York\nlayer night\nalways a\nduring daily 22:00-06:00";
    check(
        nights,
        "2025-11-01 12:00 EDT -
         2025-11-01 22:00 EDT a
         2025-11-02 06:00 EST -
         2025-11-02 22:00 EST a
         2025-11-03 06:00 EST -
         2025-11-03 12:00 EST end",
    );
    check(
        nights,
        "2025-03-08 12:00 EST -
         2025-03-08 22:00 EST a
         2025-03-09 06:00 EDT -
         2025-03-09 22:00 EDT a
         2025-03-10 06:00 EDT -
         2025-03-10 12:00 EDT end",
    );
    // The end of a window is the last 01:30, the start of one the first; both in the gap are its end.
    check(
        "zone America/New_York\nlayer l\nalways a\nduring daily 00:30-01:30\nlayer m\nalways b\nduring daily 01:30-02:30",
        "2025-11-02 00:00 EDT -
         2025-11-02 00:30 EDT a
         2025-11-02 01:30 EDT b
         2025-11-02 02:30 EST -
         2025-11-02 12:00 EST end",
    );
    check(
        "zone America/New_York\nlayer l\nalways a\nduring daily 00:30-01:30",
        "2025-11-02 00:00 EDT -
         2025-11-02 00:30 EDT a
         2025-11-02 01:30 EST -
         2025-11-02 12:00 EST end",
    );
    check(
        "zone America/New_York\nlayer l\nalways a\nduring daily 00:30-02:30",
        "2025-03-09 00:00 EST -
         2025-03-09 00:30 EST a
         2025-03-09 03:00 EDT -
         2025-03-09 12:00 EDT end",
    );
}

/// 7: the machine's own zone changes nothing.
#[test]
fn on_a_machine_elsewhere() {
    for zone in ["UTC", "Asia/Kolkata"] {
        let tests = ["handoff_in_a_gap", "hourly_over_a_change_of_the_clock", "months", "night_windows"];
        let run =
            std::process::Command::new(std::env::current_exe().unwrap()).args(tests).env("TZ", zone).output();
        let output = run.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// 9 and 10: far away, and right beside a handoff.
#[test]
fn any_instant_of_any_year() {
    let utc = world("layer l\nevery 1 hour\nfrom 2000-01-01 00:00: a, b, c, d, e, f, g");
    let cases = [
        ("2001-05-15T00:00:00Z", "c"), // 12,000 h = 7 * 1714 + 2
        ("2001-05-14T23:59:59.999999999Z", "b"),
        ("2001-05-15T00:59:59.999999999Z", "c"),
        ("2001-05-15T01:00:00Z", "d"),
        ("2050-01-01T00:00:00Z", "a"), // 18,263 days = 438,312 h = 7 * 62,616
        ("1999-12-31T23:59:59.999999999Z", "-"),
        ("-009999-06-01T00:00:00Z", "-"),
    ];
    for (at, expected) in cases {
        assert_eq!(who(&utc.schedules.on_call("web", at.parse().unwrap()), false), expected, "at {at}");
    }
    let every =
        ["1 hour", "4294967295 hours", "4294967295 days", "4294967295 weeks", "4294967295 months", "1 month"];
    for every in every {
        let text = format!(
            "zone America/Chicago\nlayer l active\nevery {every}\nfrom 2000-01-31 10:00: a, b\nduring daily 09:00-08:00 exclude\nholiday 2000-02-02"
        );
        let world = world(&text);
        // The last instant of all is in nothing that is half-open.
        for at in [Timestamp::MIN, Timestamp::MAX - 1.hour(), Timestamp::MAX] {
            let (before, after) = (at.checked_sub(3.hours()), at.checked_add(3.hours()));
            assert!(!world.schedules.shifts("web", before.unwrap_or(at), after.unwrap_or(at)).is_empty());
            world.schedules.next_handover("web", at, SignedDuration::from_hours(24 * 30));
            let somebody = !world.schedules.on_call("web", at).users.is_empty();
            let hours = hours("America/Chicago", &["daily 08:00-20:00", "daily 20:00-08:00"], &[]);
            assert_eq!((hours.next_start(at), hours.next_end(at)), (None, None));
            if at < Timestamp::MAX {
                assert_eq!((somebody, hours.contains(at)), (at > Timestamp::MIN, true), "{every} at {at}");
            }
        }
    }
    let nowhere = utc.schedules.shifts("no-such", Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + 1.hour());
    assert_eq!(nowhere.iter().map(|it| who(&it.on_call, true)).collect::<Vec<_>>(), ["- (nobody)"]);
    assert!(utc.schedules.shifts("web", Timestamp::MAX, Timestamp::MIN).is_empty());
}

/// 15: fourteen people take turns daily, the weekends are closed.
#[test]
fn turns_that_never_come() {
    let serving = |turns: &str| {
        let people: Vec<String> = (0..14).map(|it| format!("p{it:02}")).collect();
        let text = format!(
            "zone Asia/Tokyo\nlayer l {turns}\nevery 1 day\nfrom 2025-01-06 00:00: {}\nduring mon-fri 00:00-00:00",
            people.join(", ")
        );
        let world = world(&text);
        let from = instant(&world.zone, "2025-01-06 00:00");
        let shifts = world.schedules.shifts("web", from, from + (365 * 24).hours());
        shifts.into_iter().flat_map(|it| it.on_call.users).collect::<BTreeSet<_>>().len()
    };
    assert_eq!((serving("calendar"), serving("active")), (10, 14));
}

/// 16: who is next on Saturday is who serves on Monday.
#[test]
fn active_turns() {
    let text = "zone America/Chicago
         layer l active
         every 1 day
         from 2025-01-06 00:00: a, b
         during mon-fri 00:00-00:00 exclude
         holiday 2025-01-14";
    check(
        text,
        "2025-01-06 00:00 CST a
         2025-01-07 00:00 CST b
         2025-01-08 00:00 CST a
         2025-01-09 00:00 CST b
         2025-01-10 00:00 CST a
         2025-01-11 00:00 CST -
         2025-01-13 00:00 CST b
         2025-01-14 00:00 CST -
         2025-01-15 00:00 CST a
         2025-01-16 00:00 CST end",
    );
    let world = world(text);
    let saturday = instant(&world.zone, "2025-01-11 12:00");
    let handover = world.schedules.next_handover("web", saturday, SignedDuration::from_hours(72));
    assert_eq!(who(&handover.next.unwrap(), true), "b (layer l)");
    assert_eq!(handover.until, instant(&world.zone, "2025-01-13 00:00"));
    let soon = world.schedules.next_handover("web", saturday, SignedDuration::from_hours(1));
    assert_eq!((soon.until, soon.next), (saturday + 1.hour(), None));
}

/// 42, as far as schedules go: the handoff itself is on the minute.
#[test]
fn handover_on_the_minute() {
    check(
        "zone Asia/Tokyo\nlayer l\nevery 1 week\nfrom 2026-07-06 10:00: a, b",
        "2026-07-13 09:55 JST a
         2026-07-13 10:00 JST b
         2026-07-13 10:05 JST end",
    );
}

#[test]
fn line_ups() {
    check(
        "zone Asia/Tokyo
         layer base
         always z
         layer l
         every 1 week
         from 2026-04-06 10:00: a, b, -
         every 2 days
         from 2026-05-02 09:00 starts 1: a, b, c",
        "2026-04-06 00:00 JST z (layer base)
         2026-04-06 10:00 JST a (layer l)
         2026-04-13 10:00 JST b (layer l)
         2026-04-20 10:00 JST z (layer base)
         2026-04-27 10:00 JST a (layer l)
         2026-05-02 09:00 JST b (layer l)
         2026-05-04 09:00 JST c (layer l)
         2026-05-06 09:00 JST a (layer l)
         2026-05-08 09:00 JST b (layer l)
         2026-05-10 09:00 JST end",
    );
}
