//! Every shape of a rotation over two years in six zones, against the walk of `oracle.rs`; and turns counted over an hour
//! that the clock skips.

use crate::oracle::{Wall, by_the_rules};
use crate::properties::{clock, dated, members, quick};
use crate::world::{instant, world};
use crate::{assert_each_instant_agrees, assert_tiles};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use oncall::schedule::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const ZONES: [(&str, i16); 6] = [
    ("America/Chicago", 2024),
    ("Australia/Lord_Howe", 2024),
    ("Asia/Kolkata", 2024),
    ("Africa/Casablanca", 2024),
    ("Europe/Berlin", 2024),
    ("America/Sao_Paulo", 2016),
];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// How far apart the instants are that are looked at: not a divisor of a day.
const STEP_MINUTES: i64 = 31 * 60 + 15;

/// A rotation that begins on `day`: its `every`, and its handoffs, of which the first falls on that day.
fn rhythm() -> impl Strategy<Value = (String, Vec<(u8, usize, String)>)> {
    let other = || (0..5_u8, 0..7_usize, clock());
    let unit = prop::sample::select(vec!["day", "days", "week", "weeks", "month", "months"]);
    (unit, prop::collection::vec(other(), 1..5)).prop_map(|(unit, handoffs)| {
        let every = if unit.ends_with('s') { format!("2 {unit}") } else { format!("1 {unit}") };
        (every, handoffs)
    })
}

/// `every 1 week`, and a line `at` with handoffs of which the first falls on `day`, each once.
fn written(day: Date, (every, handoffs): &(String, Vec<(u8, usize, String)>)) -> String {
    let own = day.strftime("%a").to_string().to_lowercase();
    let ordinals = ["first", "second", "third", "fourth", "last"];
    let own_ordinal = ordinals[usize::try_from((day.day() - 1) / 7).unwrap()];
    let mut all: Vec<String> = Vec::new();
    for (index, (ordinal, weekday, time)) in handoffs.iter().enumerate() {
        let weekday = if index == 0 { own.as_str() } else { WEEKDAYS[*weekday] };
        let ordinal = if index == 0 { own_ordinal } else { ordinals[usize::from(*ordinal)] };
        all.push(match every.as_str() {
            it if it.contains("day") => time.clone(),
            it if it.contains("week") => format!("{weekday} {time}"),
            _ => format!("{ordinal} {weekday} {time}"),
        });
    }
    all.dedup();
    let once: Vec<String> = all
        .iter()
        .enumerate()
        .filter(|(index, it)| !all[..*index].contains(it))
        .map(|(_, it)| it.clone())
        .collect();
    format!("every {every}\nat {}", once.join(", "))
}

proptest! {
    #![proptest_config(quick(6))]

    #[test]
    fn every_shape_over_two_years(
        (zone, year) in prop::sample::select(ZONES.to_vec()),
        rhythms in prop::collection::vec((rhythm(), 1..29_i8, members(), prop::bool::ANY), 1..4),
        cut in (1..29_u8, clock()),
        (months, times) in (prop::collection::vec(1..12_u8, 3), prop::collection::vec(clock(), 4)),
    ) {
        let mut text = format!("zone {zone}\n");
        for (index, (rhythm, day, members, adds)) in rhythms.iter().enumerate() {
            let day = Date::new(year, 6, *day).unwrap();
            let adds = if *adds { " adds" } else { "" };
            text += &format!("layer l{index}{adds}\n{}\nfrom {day} 00:00: {members}\n", written(day, rhythm));
        }
        let (day, at) = cut;
        let next = year + 1;
        text += &format!("ends {next}-09-{day:02} {at}\n");
        text += &format!("set {next}-{:02}-10 {} until {next}-{:02}-25 {} in l0: x\n", months[0], times[0], months[0], times[1]);
        text += &format!("off a {year}-09-01 00:00 until {next}-{:02}-01 00:00 in fri {}-{}\n", months[1], times[2], times[3]);
        text += &format!("off b {next}-{:02}-03 00:00 until {next}-{:02}-20 00:00 cover d\n", months[2], months[2]);
        let world = world(&text);
        let [first, from, until, last] = [
            format!("{year}-05-20 00:00"), format!("{year}-06-01 00:00"),
            format!("{}-06-01 00:00", year + 2), format!("{}-06-10 00:00", year + 2),
        ].map(|it| instant(&world.zone, &it));
        let wall = Wall::new(&world.zone, first, last, 15);
        let shifts = world.schedules.shifts("web", from, until);
        assert_tiles(&shifts, from, until);
        let edges = shifts.iter().flat_map(|it| [it.start, it.end - 15.minutes()]);
        let steps = (0..).map(|it| from + (it * STEP_MINUTES).minutes()).take_while(|it| *it < until);
        for at in edges.chain(steps) {
            let found: Vec<String> =
                world.schedules.on_call("web", at).users.iter().map(ToString::to_string).collect();
            prop_assert_eq!(found, by_the_rules(&world, &wall, at), "at {} in {}", at, &text);
        }
        assert_each_instant_agrees(&world, &shifts);
    }

    /// A turn counts if some slot of a quarter of an hour is in it and in a window.
    #[test]
    fn active_turns_over_a_skipped_hour(
        (zone, day) in prop::sample::select(vec![
            ("America/Sao_Paulo", "2018-11-04"), ("America/Chicago", "2025-03-09"), ("Australia/Lord_Howe", "2025-10-05"),
            ("Europe/Berlin", "2027-03-28"), ("America/Havana", "2025-03-09"), ("Pacific/Apia", "2011-12-30"),
        ]),
        every in prop::sample::select(vec![
            "1 hour", "2 hours", "1 day", "1 week", "1 day\nat 02:00, 02:15, 02:45, 12:00", "1 day\nat 00:00, 00:30, 03:00",
            "1 week\nat [-3] 10:00, [0] 02:00, [0] 02:30, [0] 03:00",
        ]),
        handoff in prop::sample::select(vec!["00:00", "02:00", "23:30"]),
        windows in prop::collection::vec((
            prop::sample::select(vec!["daily", "sat,sun", "[0]", "[-1]"]),
            prop::sample::select(vec!["00:00-00:00", "02:00-03:00", "02:15-02:30", "00:00-01:00", "01:00-09:00", "23:00-00:30"]),
        ), 1..3),
    ) {
        let day: Date = day.parse().unwrap();
        let mut text = format!("zone {zone}\nlayer l active\nevery {every}\nfrom {{-3}} {handoff}: a, b, c, d, e, f, g\n");
        for (days, times) in windows {
            text += &format!("during {days} {times}\n");
        }
        let world = world(&dated(&text, day));
        let layer = &world.schedules.schedules["web"].layers[0];
        let Turn::Rotation(rotation) = &layer.turn else { unreachable!() };
        let [first, last] = [-5, 20].map(|it| instant(&world.zone, &format!("{} 12:00", day + i64::from(it).days())));
        let wall = Wall::new(&world.zone, first, last, 15);
        let mut active: BTreeSet<usize> = BTreeSet::new();
        let slots = (0..).map(|it| first + (it * 15).minutes()).take_while(|it| *it < last - 15.minutes());
        for at in slots {
            let Some(shift) = wall.shift(&rotation.line_ups[0], at) else { continue };
            if layer.during.iter().flatten().any(|hours| wall.is_open(hours, at)) {
                active.insert(shift);
                let turn = active.len() - 1;
                let expected = crate::world::people(["a", "b", "c", "d", "e", "f", "g"][turn % 7]);
                prop_assert_eq!(&world.schedules.on_call("web", at).users, &expected, "at {} in {}", at, &text);
            }
        }
        let (from, until): (Timestamp, Timestamp) = (first, last);
        assert_each_instant_agrees(&world, &world.schedules.shifts("web", from, until));
    }
}
