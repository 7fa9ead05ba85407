//! Windows of the week: what they contain, when the next one opens and closes.

use crate::world::{hours, instant};
use jiff::Timestamp;
use oncall::schedule::*;

/// Each instant, in the hours' zone, and whether a window is open.
fn check_open(windows: &[&str], holidays: &[&str], expected: &[(&str, bool)]) {
    let hours = hours("Asia/Tokyo", windows, holidays);
    for (at, open) in expected {
        assert_eq!(hours.contains(instant(&hours.time_zone, at)), *open, "{windows:?} at {at}");
    }
}

/// 11 to 14: 2026-07-06 is a Monday.
#[test]
fn windows() {
    check_open(
        &["daily 08:00-20:00"],
        &[],
        &[("2026-07-06 08:00", true), ("2026-07-06 19:59", true), ("2026-07-06 20:00", false)],
    );
    check_open(
        &["mon 20:00-08:00"],
        &[],
        &[("2026-07-07 07:59", true), ("2026-07-07 08:00", false), ("2026-07-06 07:00", false)],
    );
    check_open(&["mon-fri 20:00-08:00"], &[], &[("2026-07-11 07:00", true), ("2026-07-06 07:00", false)]);
    check_open(
        &["mon-fri 08:00-08:00"],
        &[],
        &[
            ("2026-07-06 07:00", false),
            ("2026-07-06 08:00", true),
            ("2026-07-07 08:00", true),
            ("2026-07-11 07:59", true),
            ("2026-07-11 08:00", false),
        ],
    );
    let weekend = [
        ("2026-07-10 21:59", false),
        ("2026-07-11 02:00", true),
        ("2026-07-13 03:00", true),
        ("2026-07-13 06:00", false),
        ("2026-07-14 02:00", false),
    ];
    check_open(&["fri 22:00-00:00", "sat,sun 00:00-00:00", "mon 00:00-06:00"], &[], &weekend);
    check_open(&["fri 22:00-mon 06:00"], &[], &weekend);
    // A window belongs to the day on which it starts, for holidays too: Tuesday the 7th is one.
    let tuesday = ["2026-07-07"];
    check_open(
        &["daily 20:00-08:00 exclude"],
        &tuesday,
        &[
            ("2026-07-07 02:00", true),
            ("2026-07-07 21:00", false),
            ("2026-07-08 02:00", false),
            ("2026-07-08 20:00", true),
        ],
    );
    check_open(
        &["daily 20:00-08:00 only"],
        &tuesday,
        &[
            ("2026-07-07 02:00", false),
            ("2026-07-07 21:00", true),
            ("2026-07-08 02:00", true),
            ("2026-07-08 20:00", false),
        ],
    );
}

/// Newfoundland set its clock back from Sunday 00:01 to Saturday 23:01.
#[test]
fn windows_over_a_repeated_midnight() {
    let saturday = hours("America/St_Johns", &["sat 10:00-23:30"], &[]);
    let sunday = hours("America/St_Johns", &["sun 00:00-01:00"], &[]);
    let cases = [
        ("2006-10-28T23:29:59-02:30", true, false),
        ("2006-10-28T23:59:59-02:30", true, false),
        ("2006-10-29T00:00:30-02:30", true, true),
        ("2006-10-28T23:29:59-03:30", true, true),
        ("2006-10-28T23:30:00-03:30", false, true),
        ("2006-10-29T00:59:59-03:30", false, true),
        ("2006-10-29T01:00:00-03:30", false, false),
    ];
    for (at, on_saturday, on_sunday) in cases {
        let at: Timestamp = at.parse().unwrap();
        assert_eq!((saturday.contains(at), sunday.contains(at)), (on_saturday, on_sunday), "at {at}");
    }
}

#[test]
fn next_opening_and_closing() {
    let table = |windows: &[&str], holidays: &[&str], at: &str| {
        let hours = hours("Asia/Tokyo", windows, holidays);
        let at = instant(&hours.time_zone, at);
        let show = |at: Option<Timestamp>| {
            at.map_or("never".into(), |at| {
                at.to_zoned(hours.time_zone.clone()).strftime("%m-%d %H:%M").to_string()
            })
        };
        (show(hours.next_start(at)), show(hours.next_end(at)))
    };
    let office = ["mon-fri 10:00-19:00 exclude"];
    let cases = [
        (&office[..], &[][..], "2026-07-06 09:59", "07-06 10:00", "07-06 19:00"),
        (&office, &[], "2026-07-06 10:00", "07-07 10:00", "07-06 19:00"),
        (&office, &["2026-07-13"], "2026-07-10 19:00", "07-14 10:00", "07-14 19:00"),
        (&["mon-fri 08:00-08:00"], &[], "2026-07-07 08:00", "07-13 08:00", "07-11 08:00"),
        (&["daily 08:00-08:00"], &[], "2026-07-07 08:00", "never", "never"),
        (&["daily 10:00-11:00 only"], &["2026-12-31"], "2026-07-06 00:00", "12-31 10:00", "12-31 11:00"),
        (&["daily 10:00-11:00 only"], &["2027-12-31"], "2026-07-06 00:00", "never", "never"),
        (&[], &[], "2026-07-06 00:00", "never", "never"),
    ];
    for (windows, holidays, at, start, end) in cases {
        assert_eq!(table(windows, holidays, at), (start.into(), end.into()), "{windows:?} {holidays:?} {at}");
    }
    let either = [hours("UTC", &["daily 08:00-12:00"], &[]), hours("UTC", &["daily 10:00-15:00"], &[])];
    let at = "2026-07-06T00:00:00Z".parse().unwrap();
    let start = any_next_start(&either, at).unwrap();
    assert_eq!(start.to_string(), "2026-07-06T08:00:00Z");
    assert_eq!(any_next_end(&either, start).unwrap().to_string(), "2026-07-06T15:00:00Z");
    assert!(any_contains(&either, start) && !any_contains(&[], start));
}
