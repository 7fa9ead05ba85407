//! Random schedules against calculations written apart: a rotation that never rests, a walk over every minute
//! around a change of the clock, and a walk over every shift for `turns: active`.

use crate::world::{World, hours, instant, people, who, world, zone};
use crate::{assert_each_instant_agrees, assert_tiles};
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use oncall::actor::Origin;
use oncall::place::Place;
use oncall::schedule::*;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::collections::BTreeSet;

/// Each with a date near which its clock changes, or none.
const ZONES: [(&str, &str); 11] = [
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
fn quick(cases: u32) -> ProptestConfig {
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

/// Minute by minute, what the clock on the wall has shown at most until then, and will show at least from then on.
struct Wall {
    first: Timestamp,
    highest: Vec<DateTime>,
    lowest: Vec<DateTime>,
}

impl Wall {
    fn new(zone: &TimeZone, first: Timestamp, minutes: i64) -> Wall {
        let clock: Vec<DateTime> = (0..minutes).map(|it| zone.to_datetime(first + it.minutes())).collect();
        let mut highest = clock.clone();
        let mut lowest = clock;
        for it in 1..highest.len() {
            highest[it] = highest[it].max(highest[it - 1]);
        }
        for it in (1..lowest.len()).rev() {
            lowest[it - 1] = lowest[it - 1].min(lowest[it]);
        }
        Wall { first, highest, lowest }
    }

    fn index(&self, at: Timestamp) -> usize {
        usize::try_from(at.duration_since(self.first).as_mins()).unwrap()
    }

    /// Open from the first time the clock shows the start or more, as long as it is yet to show the end or is short
    /// of it.
    fn is_open(&self, hours: &Hours, at: Timestamp) -> bool {
        let (highest, lowest) = (self.highest[self.index(at)], self.lowest[self.index(at)]);
        let lowest_later = self.lowest[self.index(at) + 1];
        (-9..=2).map(|day| highest.date() + day.days()).any(|date| {
            hours.windows.iter().any(|window| {
                let end = (date + i64::from(window.days_later).days()).to_datetime(window.until);
                opens(hours, window, date)
                    && date.to_datetime(window.from) <= highest
                    && (lowest < end || lowest_later <= end)
            })
        })
    }

    /// How many handoffs the clock has passed since the first; `None` before that.
    fn shift(&self, line_up: &LineUp, at: Timestamp) -> Option<usize> {
        let clock = self.highest[self.index(at)];
        let mut handoff = line_up.from.to_datetime(line_up.handoff);
        let mut passed: usize = 0;
        while handoff <= clock {
            passed += 1;
            handoff += step(line_up.every);
        }
        passed.checked_sub(1)
    }
}

fn step(every: Every) -> jiff::Span {
    match every {
        Every::Hours(n) => i64::from(n).hours(),
        Every::Days(n) => i64::from(n).days(),
        Every::Weeks(n) => i64::from(n).weeks(),
        Every::Months(n) => i64::from(n).months(),
    }
}

fn opens(hours: &Hours, window: &Window, date: Date) -> bool {
    let holiday = hours.holidays.contains(&date);
    window.days.contains(&WindowDay::from(date.weekday()))
        && (window.holidays == WindowHolidays::Ignore || holiday == (window.holidays == WindowHolidays::Only))
}

/// Whom the world's schedule has in the minute `at`, by the rules of the config page.
fn by_the_rules(world: &World, wall: &Wall, at: Timestamp) -> Vec<String> {
    let schedule = &world.schedules.schedules[&world.asked];
    let mut users: BTreeSet<UserId> = BTreeSet::new();
    for layer in &schedule.layers {
        let open = layer.during.as_ref().is_none_or(|all| all.iter().any(|hours| wall.is_open(hours, at)));
        let on_layer = if open { of_layer(world, wall, layer, at) } else { vec![] };
        if !on_layer.is_empty() {
            users = on_layer.into_iter().collect();
        }
    }
    for change in schedule.overrides.iter().filter(|it| it.from <= at && at < it.until) {
        match &change.action {
            OverrideAction::Set(with) => users = with.iter().cloned().collect(),
            OverrideAction::Add(with) => users.extend(with.iter().cloned()),
            OverrideAction::Replace { who, with } if users.contains(who) => {
                users.remove(who);
                users.extend(with.iter().cloned());
            }
            OverrideAction::Replace { .. } => {}
        }
    }
    users.iter().map(ToString::to_string).collect()
}

fn of_layer(world: &World, wall: &Wall, layer: &Layer, at: Timestamp) -> Vec<UserId> {
    let Turn::Rotation(rotation) = &layer.turn else { panic!("no rotation") };
    let started = rotation.line_ups.iter().rev().find_map(|it| Some((it, wall.shift(it, at)?)));
    let Some((line_up, shift)) = started else { return vec![] };
    let off = |user: &UserId| {
        let all = world.schedules.time_off.get(user).map_or(&[][..], |it| it);
        all.iter().find(|it| it.from <= at && it.until.is_none_or(|until| at < until))
    };
    let mut turns =
        line_up.members.iter().cycle().skip(shift + line_up.starts_with).take(line_up.members.len());
    let holder = turns.next().unwrap();
    let there = |set: &[UserId]| set.iter().filter(|it| off(it).is_none()).cloned().collect::<Vec<_>>();
    let cover = |user: &UserId| {
        let all = world.schedules.time_off.get(user)?.iter();
        let named =
            all.filter(|it| it.from <= at && it.until.is_none_or(|until| at < until) && it.cover.is_some());
        named.max_by_key(|it| it.from)?.cover.clone()
    };
    let covers =
        holder.iter().filter(|it| off(it).is_some()).filter_map(cover).filter(|it| off(it).is_none());
    let people: Vec<UserId> = there(holder).into_iter().chain(covers).collect();
    if !people.is_empty() || holder.is_empty() || rotation.when_off == WhenOff::Nobody {
        return people;
    }
    turns.map(|set| there(set)).find(|it| !it.is_empty()).unwrap_or_default()
}

fn clock() -> impl Strategy<Value = String> {
    (0..24_u8, 0..4_u8).prop_map(|(hour, quarter)| format!("{hour:02}:{:02}", quarter * 15))
}

/// Members of which some are pairs, and some nobody.
fn members() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d", "a+b", "c+d", "-"]), 1..5)
        .prop_map(|all| all.join(", "))
}

/// One layer; dates are days before or after `{n}` to be filled in.
fn a_layer() -> impl Strategy<Value = String> {
    let every = prop::sample::select(vec!["1 hour", "2 hours", "5 hours", "1 day", "2 days", "1 week"]);
    let days = prop::sample::select(vec!["daily", "sat,sun", "sun", "mon-fri", "sat"]);
    let during = prop::option::of((days, clock(), clock()));
    let rotation = (prop::bool::ANY, every, clock(), members(), clock(), members());
    (rotation, during).prop_map(|((open, every, at, members, at_2, members_2), during)| {
        let during = during.map_or(String::new(), |(days, from, until)| format!("during {days} {from}-{until}\n"));
        let open = if open { " open" } else { "" };
        format!(
            "layer l{open}\nevery {every}\nfrom {{-3}} {at}: {members}\nevery {every}\nfrom {{0}} {at_2} starts 1: {members_2}\n{during}"
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
    ]);
    (line, -2..1_i8, clock(), 1..3_i8, clock()).prop_map(|(line, from, at, until, at_2)| {
        line.replace("FROM", &format!("{{{from}}} {at}")).replace("UNTIL", &format!("{{{until}}} {at_2}"))
    })
}

/// `{-3}` becomes the date three days before `day`.
fn dated(text: &str, day: Date) -> String {
    (-3..4_i64)
        .fold(text.to_owned(), |text, it| text.replace(&format!("{{{it}}}"), &(day + it.days()).to_string()))
}

proptest! {
    #![proptest_config(quick(16))]

    #[test]
    fn every_minute_is_by_the_rules(
        (zone, day) in prop::sample::select(ZONES.to_vec()),
        layers in prop::collection::vec(a_layer(), 1..4),
        changes in prop::collection::vec(a_change(), 0..5),
    ) {
        let day: Date = day.parse().unwrap();
        let text = dated(&format!("zone {zone}\n{}{}", layers.concat(), changes.join("\n")), day);
        let world = world(&text);
        let [long_before, from, until, long_after] =
            [-6, -2, 2, 5].map(|it| instant(&world.zone, &format!("{} 12:00", day + i64::from(it).days())));
        let wall = Wall::new(&world.zone, long_before, long_after.duration_since(long_before).as_mins());
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
        let wall = Wall::new(&zone(zone_name), first, last.duration_since(first).as_mins());
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
        let anchor = line_up.from.to_datetime(line_up.handoff);
        let first = instant(&world.zone, "2025-01-01 00:00") - (10 * 24).hours();
        let wall = Wall::new(&world.zone, first, 160 * 24 * 60);
        let mut turn = 0;
        for shift in 0.. {
            let [start, end] = [shift, shift + 1].map(|it| world.zone.to_timestamp(anchor + step(line_up.every) * it).unwrap());
            if end > first + (150 * 24).hours() {
                break;
            }
            let hours_of_shift = (0..end.duration_since(start).as_hours()).map(|it| start + it.hours());
            let is_open = |at: &Timestamp| layer.during.iter().flatten().any(|hours| wall.is_open(hours, *at));
            let Some(open) = { hours_of_shift }.find(is_open) else { continue };
            if shift % 7 == 0 || line_up.every != Every::Hours(1) {
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
