//! Random schedules against calculations written apart: a rotation that never rests, a walk over every minute
//! around a change of the clock, and a walk over every shift for `turns: active`.

use crate::oracle::{Wall, by_the_rules, step};
use crate::world::{hours, instant, people, who, world, zone};
use crate::{assert_each_instant_agrees, assert_tiles};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use oncall::actor::Origin;
use oncall::place::Place;
use oncall::schedule::*;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Each with a date near which its clock changes, or none.
pub const ZONES: [(&str, &str); 11] = [
    ("America/Sao_Paulo", "2018-11-04"), // at midnight
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/Chicago", "2025-03-09"),
    ("America/Chicago", "2025-11-02"),
    ("Australia/Lord_Howe", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("Africa/Casablanca", "2025-02-23"),
    ("Africa/Casablanca", "2025-04-06"),
    ("America/Havana", "2025-03-09"), // at midnight
    ("America/Havana", "2025-11-02"),
    ("Asia/Kolkata", "2025-04-06"),
];

/// A failure prints its seed and keeps it beside this file.
pub fn quick(cases: u32) -> ProptestConfig {
    let seeds = FileFailurePersistence::WithSource("regressions");
    ProptestConfig {
        cases,
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(seeds)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(quick(24))]

    #[test]
    fn a_rotation_never_rests(
        (zone, year) in prop::sample::select(vec![
            ("America/Chicago", 2024), ("Australia/Lord_Howe", 2024), ("Asia/Kolkata", 2024),
            ("Africa/Casablanca", 2024), ("Asia/Tokyo", 2024), ("America/Sao_Paulo", 2016),
        ]),
        every in prop::sample::select(vec!["7 hours", "12 hours", "1 day", "3 days", "1 week", "2 weeks", "1 month"]),
        (day, hour, minute) in (1..29_u8, 0..24_u8, 0..60_u8),
    ) {
        let world = world(&format!("zone {zone}\nlayer l\nevery {every}\nfrom {year}-06-{day:02} {hour:02}:{minute:02}: a, b, c"));
        let from = instant(&world.zone, &format!("{year}-07-29 00:00"));
        let until = instant(&world.zone, &format!("{}-07-29 00:00", year + 2));
        let shifts = world.schedules.shifts("web", from, until);
        assert_tiles(&shifts, from, until);
        assert_each_instant_agrees(&world, &shifts);
        let names: Vec<String> = shifts.iter().map(|it| who(&it.on_call, false)).collect();
        for pair in names.windows(2) {
            prop_assert!(["a b", "b c", "c a"].contains(&pair.join(" ").as_str()), "{pair:?}");
        }
    }
}

pub fn clock() -> impl Strategy<Value = String> {
    (0..24_u8, 0..4_u8).prop_map(|(hour, quarter)| format!("{hour:02}:{:02}", quarter * 15))
}

/// Members of which some are pairs, and some nobody.
pub fn members() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d", "a+b", "c+d", "-"]), 1..5)
        .prop_map(|all| all.join(", "))
}

/// One layer, named `NAME`; dates are days before or after `{n}` to be filled in, and so are days of the week.
fn a_layer() -> impl Strategy<Value = String> {
    let every = prop::sample::select(vec![
        "1 hour",
        "2 hours",
        "5 hours",
        "1 day",
        "2 days",
        "1 week",
        "1 day\nat 02:00, 02:30, 23:45",
        "2 days\nat 00:15, 12:00",
        "1 week\nat [-3] 02:15, [0] 00:00, [0] 18:30, [1] 02:00",
    ]);
    let days = prop::sample::select(vec!["daily", "sat,sun", "sun", "mon-fri", "sat"]);
    let during = prop::option::of((days, clock(), clock()));
    let rotation = (prop::bool::ANY, every, clock(), members(), clock(), members());
    let ends = (
        prop::bool::weighted(0.3),
        prop::option::weighted(0.3, clock()),
        prop::option::weighted(0.3, clock()),
    );
    (rotation, during, ends).prop_map(|((open, every, at, members, at_2, members_2), during, (adds, since, ends))| {
        let during = during.map_or(String::new(), |(days, from, until)| format!("during {days} {from}-{until}\n"));
        let open = if open { " open" } else { "" };
        let adds = if adds { " adds" } else { "" };
        let since = since.map_or(String::new(), |at| format!("since {{-1}} {at}\n"));
        let ends = ends.map_or(String::new(), |at| format!("ends {{1}} {at}\n"));
        format!(
            "layer NAME{open}{adds}\n{since}{ends}every {every}\nfrom {{-3}} {at}: {members}\nevery {every}\nfrom {{0}} {at_2} starts 1: {members_2}\n{during}"
        )
    })
}

fn a_change() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "set FROM until UNTIL: x",
        "set FROM until UNTIL: -",
        "add FROM until UNTIL: x+y",
        "replace a FROM until UNTIL: x",
        "replace b FROM until UNTIL: a+c",
        "off a FROM until UNTIL",
        "off b FROM until UNTIL cover d",
        "off c FROM until ever",
        "off a FROM until UNTIL cover x",
        "set FROM until UNTIL in l0: x",
        "set FROM until UNTIL in l1: -",
        "add FROM until UNTIL in l0: x+y",
        "replace a FROM until UNTIL in l1: d",
        "off a FROM until UNTIL in daily 01:30-02:30",
        "off b FROM until UNTIL in sun 22:00-03:00 cover d",
    ]);
    (line, -2..1_i8, clock(), 1..3_i8, clock()).prop_map(|(line, from, at, until, at_2)| {
        line.replace("FROM", &format!("{{{from}}} {at}")).replace("UNTIL", &format!("{{{until}}} {at_2}"))
    })
}

/// `{-3}` becomes the date three days before `day`, and `[-3]` its day of the week.
pub fn dated(text: &str, day: Date) -> String {
    (-3..4_i64).fold(text.to_owned(), |text, it| {
        let that_day = day + it.days();
        let name = that_day.strftime("%a").to_string().to_lowercase();
        text.replace(&format!("{{{it}}}"), &that_day.to_string()).replace(&format!("[{it}]"), &name)
    })
}

proptest! {
    #![proptest_config(quick(16))]

    #[test]
    fn every_minute_is_by_the_rules(
        (zone, day) in prop::sample::select(ZONES.to_vec()),
        layers in prop::collection::vec(a_layer(), 1..4),
        changes in prop::collection::vec(a_change(), 0..6),
    ) {
        let day: Date = day.parse().unwrap();
        let named = layers.iter().enumerate().map(|(index, layer)| layer.replace("NAME", &format!("l{index}")));
        let text = dated(&format!("zone {zone}\n{}{}", named.collect::<String>(), changes.join("\n")), day);
        let world = world(&text);
        let [long_before, from, until, long_after] =
            [-6, -2, 2, 5].map(|it| instant(&world.zone, &format!("{} 12:00", day + i64::from(it).days())));
        let wall = Wall::new(&world.zone, long_before, long_after, 1);
        let shifts = world.schedules.shifts("web", from, until);
        assert_tiles(&shifts, from, until);
        assert_each_instant_agrees(&world, &shifts);
        for shift in &shifts {
            let mut at = shift.start;
            while at < shift.end {
                let expected = by_the_rules(&world, &wall, at);
                let found: Vec<String> = shift.on_call.users.iter().map(ToString::to_string).collect();
                prop_assert_eq!(found, expected, "at {} in {}", at, &text);
                if at.as_second() % (7 * 60) == 0 {
                    prop_assert_eq!(&world.schedules.on_call("web", at), &shift.on_call, "at {} in {}", at, &text);
                }
                at += 1.minute();
            }
        }
    }

    #[test]
    fn windows_open_and_close_when_a_walk_says(
        (zone_name, day) in prop::sample::select(ZONES.to_vec()),
        days in prop::sample::select(vec!["daily", "sat,sun", "sun", "mon-fri", "sat", "mon"]),
        (from, until, holidays) in (clock(), clock(), prop::sample::select(vec!["", " exclude", " only"])),
    ) {
        let day: Date = day.parse().unwrap();
        let hours = hours(zone_name, &[&format!("{days} {from}-{until}{holidays}")], &[&day.to_string()]);
        let [first, last] = [-12, 12].map(|it| instant(&zone(zone_name), &format!("{} 12:00", day + i64::from(it).days())));
        let wall = Wall::new(&zone(zone_name), first, last, 1);
        let walk: Vec<Timestamp> = (0..4 * 24 * 60_i64).map(|it| first + (10 * 24).hours() + it.minutes()).collect();
        let open: Vec<bool> = walk.iter().map(|at| wall.is_open(&hours, *at)).collect();
        let (mut start, mut end) = (hours.next_start(walk[0]), hours.next_end(walk[0]));
        for it in 1..walk.len() {
            prop_assert_eq!(hours.contains(walk[it]), open[it], "at {}", walk[it]);
            if open[it] && !open[it - 1] {
                prop_assert_eq!(start, Some(walk[it]));
                start = hours.next_start(walk[it]);
            }
            if !open[it] && open[it - 1] {
                prop_assert_eq!(end, Some(walk[it]));
                end = hours.next_end(walk[it]);
            }
        }
    }

    /// In a zone whose clock never changes, where "some active time" can be looked up hour by hour.
    #[test]
    fn active_turns_are_counted(
        every in prop::sample::select(vec!["1 hour", "5 hours", "12 hours", "1 day", "3 days", "1 week", "10 days", "1 month"]),
        windows in prop::collection::vec((
            prop::sample::select(vec!["daily", "sat,sun", "mon-fri", "wed", "fri"]), 0..24_u8, 0..24_u8,
            prop::sample::select(vec!["", " exclude", " only"]),
        ), 1..3),
        holidays in prop::collection::btree_set(0..120_i64, 0..12),
        (day, handoff) in (1..29_u8, 0..24_u8),
    ) {
        let mut text = format!("layer l active\nevery {every}\nfrom 2025-01-{day:02} {handoff:02}:00: a, b, c, d, e, f, g\n");
        for (days, from, until, rule) in windows {
            text += &format!("during {days} {from:02}:00-{until:02}:00{rule}\n");
        }
        for day in holidays {
            text += &format!("holiday {}\n", Date::constant(2025, 1, 1) + day.days());
        }
        let world = world(&text);
        let layer = &world.schedules.schedules["web"].layers[0];
        let Turn::Rotation(rotation) = &layer.turn else { unreachable!() };
        let line_up = &rotation.line_ups[0];
        let anchor = line_up.rhythm.anchor();
        let first = instant(&world.zone, "2025-01-01 00:00") - (10 * 24).hours();
        let wall = Wall::new(&world.zone, first, first + (160 * 24).hours(), 60);
        let mut turn = 0;
        for shift in 0.. {
            let [start, end] = [shift, shift + 1].map(|it| world.zone.to_timestamp(anchor + step(line_up.rhythm.every) * it).unwrap());
            if end > first + (150 * 24).hours() {
                break;
            }
            let hours_of_shift = (0..end.duration_since(start).as_hours()).map(|it| start + it.hours());
            let is_open = |at: &Timestamp| layer.during.iter().flatten().any(|hours| wall.is_open(hours, *at));
            let Some(open) = { hours_of_shift }.find(is_open) else { continue };
            if shift % 7 == 0 || line_up.rhythm.every != Every::Hours(1) {
                let expected = people(["a", "b", "c", "d", "e", "f", "g"][turn % 7]);
                prop_assert_eq!(world.schedules.on_call("web", open).users, expected, "at {} in {}", open, &text);
            }
            turn += 1;
        }
    }
}

/// What a walk cannot reach: the count after thousands of years is the count by whole weeks.
#[test]
fn active_turns_in_the_far_future() {
    let world = world(
        "layer l active\nevery 1 day\nfrom 2025-01-06 00:00: a, b, c, d, e, f, g\nduring mon-fri 08:00-20:00",
    );
    let first = instant(&world.zone, "2025-01-06 10:00");
    for weeks in [1, 1_000, 400_000] {
        let monday = first + SignedDuration::from_hours(weeks * 7 * 24);
        let expected = ["a", "b", "c", "d", "e", "f", "g"][usize::try_from(weeks * 5 % 7).unwrap()];
        assert_eq!(who(&world.schedules.on_call("web", monday), false), expected, "after {weeks} weeks");
    }
}

proptest! {
    #![proptest_config(quick(64))]

    /// The overrides in force, found by the tree, are those that a look at each one finds, in their order.
    #[test]
    fn overrides_in_force(spans in prop::collection::vec((0..60_i64, 1..40_i64), 0..40), at in -1..110_i64, length in 0..20_i64) {
        let minute = |it: i64| Timestamp::UNIX_EPOCH + it.minutes();
        let one = |(from, length): &(i64, i64)| Override {
            from: minute(*from),
            until: minute(from + length),
            layer: None,
            action: OverrideAction::Set(vec![]),
            origin: Origin::File(Place::default()),
            reason: None,
        };
        let list: Vec<Override> = spans.iter().map(one).collect();
        let overrides = Overrides::from(list.clone());
        let scanned: Vec<&Override> = list.iter().filter(|it| it.contains(minute(at))).collect();
        prop_assert_eq!(overrides.in_force(minute(at)).collect::<Vec<_>>(), scanned);
        let last = minute(at + length);
        let touching = (0..list.len()).filter(|it| list[*it].from <= last && minute(at) < list[*it].until);
        prop_assert_eq!(overrides.touching(minute(at), last), touching.collect::<Vec<_>>());
    }
}
