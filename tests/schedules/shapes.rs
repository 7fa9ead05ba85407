//! Layers that add, several handoffs in a cycle, weekdays of a month, ends of layers, overrides of one layer, and
//! absences that come again.

use crate::check;

/// A layer that adds is on call beside the winner below it, and alone where there is none.
#[test]
fn a_layer_adds() {
    check(
        "layer base
         every 1 day
         from 2026-07-06 00:00: a, b, -
         layer beside adds
         always x+a
         during daily 06:00-12:00
         layer night
         always n
         during daily 22:00-02:00",
        "2026-07-06 00:00 UTC n (layer night)
         2026-07-06 02:00 UTC a (layer base)
         2026-07-06 06:00 UTC a+x (layer beside)
         2026-07-06 12:00 UTC a (layer base)
         2026-07-06 22:00 UTC n (layer night)
         2026-07-07 02:00 UTC b (layer base)
         2026-07-07 06:00 UTC a+b+x (layer beside)
         2026-07-07 12:00 UTC b (layer base)
         2026-07-07 22:00 UTC n (layer night)
         2026-07-08 02:00 UTC - (nobody)
         2026-07-08 06:00 UTC a+x (layer beside)
         2026-07-08 12:00 UTC - (nobody)
         2026-07-08 13:00 UTC end",
    );
}

/// A layer that replaces hides those that add below it, and overrides of the schedule come last.
#[test]
fn what_adds_is_replaced_from_above() {
    check(
        "layer base
         always a
         layer first adds
         always b
         layer top
         always t
         during daily 10:00-12:00
         layer second adds
         always c
         during daily 11:00-13:00
         replace c 2026-07-06 12:30 until 2026-07-06 14:00: d",
        "2026-07-06 09:00 UTC a+b (layer first)
         2026-07-06 10:00 UTC t (layer top)
         2026-07-06 11:00 UTC c+t (layer second)
         2026-07-06 12:00 UTC a+b+c (layer second)
         2026-07-06 12:30 UTC a+b+d (o.yaml:1)
         2026-07-06 13:00 UTC a+b (layer first)
         2026-07-06 14:00 UTC end",
    );
}

/// One person counts once; a stand-in who is on call there already is passed over, whichever layer is the lower one.
#[test]
fn stand_ins_beside() {
    check(
        "layer base
         every 1 day
         from 2026-07-06 00:00: a, b, c
         layer beside adds
         every 1 day
         from 2026-07-06 00:00: b, a, b
         off b 2026-07-06 06:00 until 2026-07-06 12:00
         off a 2026-07-06 13:00 until 2026-07-06 14:00
         off b 2026-07-07 06:00 until 2026-07-07 07:00 cover a
         off a 2026-07-07 08:00 until 2026-07-07 09:00 cover x
         off c 2026-07-08 06:00 until 2026-07-08 07:00 cover b",
        "2026-07-06 00:00 UTC a+b
         2026-07-06 06:00 UTC a
         2026-07-06 12:00 UTC a+b
         2026-07-06 13:00 UTC b+c
         2026-07-06 14:00 UTC a+b
         2026-07-07 06:00 UTC a+c
         2026-07-07 07:00 UTC a+b
         2026-07-07 08:00 UTC b+x
         2026-07-07 09:00 UTC a+b
         2026-07-08 00:00 UTC b+c
         2026-07-08 06:00 UTC a+b
         2026-07-08 07:00 UTC b+c
         2026-07-09 00:00 UTC end",
    );
}

/// Each of a week's handoffs is a turn; a line-up may begin at any of them.
#[test]
fn several_handoffs_in_a_week() {
    check(
        "zone Europe/Berlin
         layer l
         every 1 week
         at mon 10:00, fri 18:00
         from 2026-10-16 00:00 starts 1: a, b, c
         from 2026-11-02 00:00 starts 1: a, b",
        "2026-10-16 17:59 CEST -
         2026-10-16 18:00 CEST b
         2026-10-19 10:00 CEST c
         2026-10-23 18:00 CEST a
         2026-10-26 10:00 CET b
         2026-10-30 18:00 CET c
         2026-11-02 10:00 CET b
         2026-11-06 18:00 CET a
         2026-11-09 10:00 CET b
         2026-11-09 11:00 CET end",
    );
    check(
        "layer l
         every 2 weeks
         at wed 00:00, fri 00:00, wed 12:00
         from 2026-07-08 00:00: a, b, c, d",
        "2026-07-08 00:00 UTC a
         2026-07-08 12:00 UTC b
         2026-07-10 00:00 UTC c
         2026-07-22 00:00 UTC d
         2026-07-22 12:00 UTC a
         2026-07-24 00:00 UTC b
         2026-08-05 00:00 UTC c
         2026-08-05 12:00 UTC end",
    );
}

/// Several in a day; both in the hour that the clock skips, one turn is empty and counts all the same.
#[test]
fn several_handoffs_in_a_day() {
    check(
        "zone America/Chicago
         layer l
         every 1 day
         at 02:00, 02:30, 14:00
         from 2020-03-07 00:00: a, b, c, d",
        "2020-03-07 02:00 CST a
         2020-03-07 02:30 CST b
         2020-03-07 14:00 CST c
         2020-03-08 03:00 CDT a
         2020-03-08 14:00 CDT b
         2020-03-09 02:00 CDT c
         2020-03-09 02:30 CDT d
         2020-03-09 14:00 CDT end",
    );
}

#[test]
fn weekdays_of_a_month() {
    check(
        "zone Asia/Tokyo
         layer l
         every 1 month
         at first mon 10:00
         from 2026-12-07 00:00: a, b, c",
        "2026-12-07 09:00 JST -
         2026-12-07 10:00 JST a
         2027-01-04 10:00 JST b
         2027-02-01 10:00 JST c
         2027-03-01 10:00 JST a
         2027-04-05 10:00 JST b
         2027-05-03 10:00 JST end",
    );
    check(
        "layer l
         every 3 months
         at last fri 18:00
         from 2026-01-30 00:00: a, b",
        "2026-01-30 18:00 UTC a
         2026-04-24 18:00 UTC b
         2026-07-31 18:00 UTC a
         2026-10-30 18:00 UTC b
         2027-01-29 18:00 UTC end",
    );
    // In July 2026 the first Friday comes before the first Monday; in June it is the other way round.
    check(
        "layer l
         every 1 month
         at first mon 09:00, first fri 09:00
         from 2026-06-05 00:00: a, b, c",
        "2026-06-05 09:00 UTC a
         2026-07-03 09:00 UTC b
         2026-07-06 09:00 UTC c
         2026-08-03 09:00 UTC a
         2026-08-07 09:00 UTC b
         2026-09-04 09:00 UTC c
         2026-09-07 09:00 UTC a
         2026-09-08 09:00 UTC end",
    );
}

/// Holidays move no handoff.
#[test]
fn handoffs_ignore_holidays() {
    check(
        "layer l
         every 1 month
         at first mon 10:00
         from 2026-12-07 00:00: a, b
         during daily 09:00-18:00 exclude
         holiday 2027-01-04",
        "2027-01-03 12:00 UTC a
         2027-01-03 18:00 UTC -
         2027-01-05 09:00 UTC b
         2027-01-05 18:00 UTC end",
    );
}

/// Before and after its own ends a layer stands aside; whose turn it is does not depend on them.
#[test]
fn a_layer_begins_and_ends() {
    check(
        "layer base
         always z
         layer l
         since 2026-07-07 12:00
         ends 2026-07-09 06:00
         every 1 day
         from 2026-07-06 00:00: a, b, c
         layer more adds
         since 2026-07-07 18:00
         ends 2026-07-07 20:00
         always y",
        "2026-07-06 00:00 UTC z
         2026-07-07 12:00 UTC b
         2026-07-07 18:00 UTC b+y
         2026-07-07 20:00 UTC b
         2026-07-08 00:00 UTC c
         2026-07-09 00:00 UTC a
         2026-07-09 06:00 UTC z
         2026-07-10 00:00 UTC end",
    );
}

/// An override of one layer holds in that layer's own hours, and leaves the others as they are.
#[test]
fn an_override_of_one_layer() {
    check(
        "layer day
         always a
         layer night
         every 1 day
         from 2026-07-06 22:00: n, m
         during daily 22:00-06:00
         set 2026-07-06 12:00 until 2026-07-07 12:00 in night: x
         set 2026-07-07 22:00 until 2026-07-08 02:00 in night: -
         replace m 2026-07-08 02:00 until 2026-07-08 04:00 in night: y
         add 2026-07-08 04:00 until 2026-07-08 22:00 in night: z
         replace a 2026-07-07 23:00 until 2026-07-08 00:00: b",
        "2026-07-06 12:00 UTC a (layer day)
         2026-07-06 22:00 UTC x (o.yaml:1)
         2026-07-07 06:00 UTC a (layer day)
         2026-07-07 22:00 UTC a (o.yaml:2)
         2026-07-07 23:00 UTC b (o.yaml:5)
         2026-07-08 00:00 UTC a (o.yaml:2)
         2026-07-08 02:00 UTC y (o.yaml:3)
         2026-07-08 04:00 UTC m+z (o.yaml:4)
         2026-07-08 06:00 UTC a (layer day)
         2026-07-08 22:00 UTC end",
    );
    // Of a layer that adds, and of one below which it does not reach.
    check(
        "layer base
         always a
         layer beside adds
         always b
         layer looking shadow
         always s
         set 2026-07-06 01:00 until 2026-07-06 02:00 in beside: c
         set 2026-07-06 02:00 until 2026-07-06 03:00 in base: -
         set 2026-07-06 03:00 until 2026-07-06 04:00 in looking: t",
        "2026-07-06 00:00 UTC a+b (layer beside, s looks on)
         2026-07-06 01:00 UTC a+c (o.yaml:1, s looks on)
         2026-07-06 02:00 UTC b (o.yaml:2, s looks on)
         2026-07-06 03:00 UTC a+b (layer beside, t looks on)
         2026-07-06 04:00 UTC a+b (layer beside, s looks on)
         2026-07-06 05:00 UTC end",
    );
}

/// Time off that comes again: only in its hours, and a window that began goes on to its end.
#[test]
fn absences_that_come_again() {
    check(
        "zone Asia/Tokyo
         layer l
         every 1 week
         from 2026-11-30 10:00: a, b
         off a 2026-12-04 00:00 until 2026-12-19 00:00 in fri 18:00-22:00
         off b 2026-12-11 00:00 until 2026-12-12 00:00 in fri 20:00-02:00 cover x",
        "2026-12-03 12:00 JST a
         2026-12-04 18:00 JST b
         2026-12-04 22:00 JST a
         2026-12-07 10:00 JST b
         2026-12-11 20:00 JST x
         2026-12-12 02:00 JST b
         2026-12-14 10:00 JST a
         2026-12-18 18:00 JST b
         2026-12-18 22:00 JST a
         2026-12-21 10:00 JST b
         2026-12-28 09:00 JST end",
    );
}

/// Under `turns: active` a turn that maps to no time does not count, and neither does one whose windows the clock skips.
#[test]
fn turns_that_the_clock_skips() {
    let hourly = |turns: &str| {
        format!(
            "zone Europe/Berlin
             layer l {turns}
             every 1 hour
             from 2027-03-27 00:00: a, b, c, d, e, f, g
             during daily 00:00-00:00"
        )
    };
    // Of 26 hours on the clock before 02:00, the 27th (02:00) is skipped: 27 = 6 more than 3 * 7, 26 = 5 more.
    check(
        &hourly("active"),
        "2027-03-28 00:00 CET d
         2027-03-28 01:00 CET e
         2027-03-28 03:00 CEST f
         2027-03-28 04:00 CEST g
         2027-03-28 05:00 CEST end",
    );
    check(
        &hourly("calendar"),
        "2027-03-28 00:00 CET d
         2027-03-28 01:00 CET e
         2027-03-28 03:00 CEST g
         2027-03-28 04:00 CEST a
         2027-03-28 05:00 CEST end",
    );
    check(
        "zone Europe/Berlin
         layer l active
         every 1 day
         from 2027-03-27 00:00: a, b, c
         during daily 02:15-02:45",
        "2027-03-27 02:15 CET a
         2027-03-27 02:45 CET -
         2027-03-29 02:15 CEST b
         2027-03-29 02:45 CEST -
         2027-03-30 02:15 CEST c
         2027-03-30 02:45 CEST end",
    );
}
