//! The layers side by side: who has each, and what hides it where.

use crate::world::{instant, world};
use jiff::ToSpan;
use oncall::schedule::HiddenBy;
use std::collections::BTreeSet;

/// A line for each stretch of each layer, from the lowest layer: `base 06 10:00 18:00 a < day`.
fn rows(schedule: &str, from: &str, until: &str) -> Vec<String> {
    let world = world(schedule);
    let (from, until) = (instant(&world.zone, from), instant(&world.zone, until));
    let rows = world.schedules.layer_rows(&world.asked, from, until);
    let mut lines = Vec::new();
    for row in rows {
        assert!(row.shifts.windows(2).all(|pair| pair[0].end <= pair[1].start), "{row:?}");
        for shift in row.shifts {
            let hidden = match shift.hidden_by {
                None => String::new(),
                Some(HiddenBy::Layer(name)) => format!(" < {name}"),
                Some(HiddenBy::Override(origin)) => format!(" < {origin}"),
            };
            let time =
                |at: jiff::Timestamp, format| at.to_zoned(world.zone.clone()).strftime(format).to_string();
            let (from, until) = (time(shift.start, "%d %H:%M"), time(shift.end, "%d %H:%M"));
            lines.push(format!("{} {from} {until} {}{hidden}", row.layer.name, shift.users.join("+")));
        }
    }
    lines
}

#[test]
fn a_layer_is_hidden_where_one_above_has_somebody_and_where_an_override_asks_no_layer() {
    let text = "layer base\nalways a\n\
                layer day\nalways b\nduring daily 10:00-18:00\n\
                layer more adds\nalways c\nduring daily 12:00-14:00\n\
                layer look shadow\nalways d\nduring daily 09:00-11:00\n\
                set 2026-07-07 00:00 until 2026-07-07 06:00: e";
    assert_eq!(
        rows(text, "2026-07-06 00:00", "2026-07-07 12:00"),
        [
            "base 06 00:00 06 10:00 a",
            "base 06 10:00 06 18:00 a < day",
            "base 06 18:00 07 00:00 a",
            "base 07 00:00 07 06:00 a < o.yaml:1",
            "base 07 06:00 07 10:00 a",
            "base 07 10:00 07 12:00 a < day",
            "day 06 10:00 06 18:00 b",
            "day 07 10:00 07 12:00 b",
            "more 06 12:00 06 14:00 c",
            "look 06 09:00 06 11:00 d",
            "look 07 09:00 07 11:00 d",
        ]
    );
}

#[test]
fn a_layer_in_which_nobody_has_a_turn_hides_nothing_and_an_override_of_a_layer_is_in_its_row() {
    let text = "layer base\nalways a\n\
                layer day\nalways b\nduring daily 10:00-18:00\n\
                off b 2026-07-06 10:00 until 2026-07-06 14:00\n\
                set 2026-07-06 16:00 until 2026-07-06 20:00 in day: e";
    assert_eq!(
        rows(text, "2026-07-06 08:00", "2026-07-06 20:00"),
        [
            "base 06 08:00 06 14:00 a",
            "base 06 14:00 06 18:00 a < day",
            "base 06 18:00 06 20:00 a",
            "day 06 14:00 06 16:00 b",
            "day 06 16:00 06 18:00 e",
        ]
    );
    assert_eq!(rows("layer base\nalways a", "2026-07-06 08:00", "2026-07-06 08:00"), [""; 0]);
}

/// What is not hidden, of all layers that page, is who is on call: with people away, stand-ins and layers that add.
#[test]
fn what_is_not_hidden_is_together_who_is_on_call() {
    let rotations = "every 1 day\nfrom 2026-07-01 10:00: a, b, c, d";
    let text = format!(
        "layer base\n{rotations}\n\
         layer more adds\nevery 12 hours\nfrom 2026-07-01 06:00: b, c, a\n\
         layer day\nevery 1 day\nfrom 2026-07-01 09:00: c, d\nduring mon-fri 09:00-17:00\n\
         layer help adds\nevery 1 day\nfrom 2026-07-01 09:00: d, a\nduring daily 12:00-20:00\n\
         layer look shadow\nalways e\n\
         off c 2026-07-03 10:00 until 2026-07-05 10:00\n\
         off a 2026-07-06 10:00 until 2026-07-07 10:00 cover d"
    );
    let world = world(&text);
    let (from, until) = (instant(&world.zone, "2026-07-01 00:00"), instant(&world.zone, "2026-07-15 00:00"));
    let rows = world.schedules.layer_rows("web", from, until);
    let mut at = from;
    while at < until {
        let here = rows.iter().filter(|row| !row.layer.shadow).flat_map(|row| &row.shifts);
        let counting = here.filter(|it| it.start <= at && at < it.end && it.hidden_by.is_none());
        let people: BTreeSet<&str> = counting.flat_map(|it| &it.users).map(|user| &**user).collect();
        let on_call = world.schedules.on_call("web", at);
        assert_eq!(people, on_call.users.iter().map(|user| &**user).collect(), "at {at}");
        at += 30.minutes();
    }
}
