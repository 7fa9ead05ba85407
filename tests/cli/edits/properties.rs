//! Random rotations: a line-up with somebody more, or without somebody, changes nothing before its handoff, and
//! afterwards the turns of the others go on as they would have.
//!
//! Turns are counted here by walking over the shifts on the calendar, and, where only active ones count, by asking the
//! windows hour by hour.

use super::world::{World, names};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use oncall::schedule::{Every, Layer, LineUp, Schedules, Turn, first_instant};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// The turns that are compared.
const TURNS: usize = 12;
/// The shifts that are walked over to find them.
const SHIFTS_MAX: usize = 400;

#[derive(Clone, Debug)]
struct Case {
    zone: &'static str,
    every: &'static str,
    /// The first line-up's day, counted from 2026-01-01.
    from: i64,
    time: (u8, u8),
    members: Vec<&'static str>,
    starts_with: usize,
    /// The windows, where only active shifts are turns.
    active: Option<&'static str>,
    /// The day of the wish, counted from today.
    day: i64,
    place: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let zones = vec!["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Europe/London"];
    let every = vec![
        "5 hours", "7 hours", "12 hours", "36 hours", "1 day", "3 days", "1 week", "2 weeks", "1 month",
        "2 months",
    ];
    let windows = vec![
        "[{ days: [sat, sun], from: 10:00, until: 18:00 }]",
        "[{ days: mon-fri, from: 22:00, until: 06:00 }]",
        "[{ days: wed, from: 09:00, until: 10:00 }, { days: fri, from: 00:00, until: 00:00 }]",
    ];
    let member = prop::sample::select(vec![
        "tanaka",
        "suzuki",
        "sato",
        "[tanaka, suzuki]",
        "[sato, tanaka]",
        "nobody",
    ]);
    let members = prop::collection::vec(member, 1..6)
        .prop_filter("somebody takes turns", |all| all.iter().any(|one| *one != "nobody"));
    let when = (1..300_i64, (0..24_u8, prop::sample::select(vec![0_u8, 30])), 0..120_i64);
    let active = prop::option::of(prop::sample::select(windows));
    (prop::sample::select(zones), prop::sample::select(every), when, members, 0..6_usize, active, 0..4_usize)
        .prop_map(|(zone, every, (from, time, day), members, starts_with, active, place)| Case {
            zone,
            every,
            from,
            time,
            starts_with: starts_with % members.len(),
            members,
            active,
            day,
            place,
        })
}

impl Case {
    fn from(&self) -> Date {
        Date::constant(2026, 1, 1) + self.from.days()
    }

    fn schedule(&self) -> String {
        let (hour, minute) = self.time;
        let weekday = if self.every.contains("week") {
            self.from().strftime("%a ").to_string().to_lowercase()
        } else {
            String::new()
        };
        let (turns, during) = match self.active {
            Some(windows) => ("      turns: active\n", format!("    during: {windows}\n")),
            None => ("", String::new()),
        };
        format!(
            "--- schedules/web.yaml\nname: Web\ntime_zone: {}\nlayers:\n  - name: l\n    rotation:\n      every: {}\n      \
             handoff: {weekday}{hour:02}:{minute:02}\n{turns}      line_ups:\n        \
             - {{ from: {}, members: [{}]{} }}\n{during}",
            self.zone,
            self.every,
            self.from(),
            self.members.join(", "),
            self.starts_with(),
        )
    }

    /// Only where the name says which of equal members it is.
    fn starts_with(&self) -> String {
        let name = self.members[self.starts_with];
        let first = self.members.iter().position(|it| same(it, name)) == Some(self.starts_with);
        if first { format!(", starts_with: {name}") } else { String::new() }
    }

    fn has_only(&self, name: &str) -> bool {
        self.members.iter().all(|member| *member == name || *member == "nobody")
    }

    /// After somebody with one turn, at the head, or at the end.
    fn place(&self) -> String {
        let once = ["tanaka", "suzuki", "sato"]
            .into_iter()
            .filter(|name| self.members.iter().filter(|member| member.contains(name)).count() == 1);
        match self.place {
            0 => String::new(),
            1 => "--first".to_owned(),
            _ => once.map(|name| format!("--after {name}")).next().unwrap_or_default(),
        }
    }
}

/// Who has a turn without Sato; `None` if it was Sato's alone.
fn without_sato(who: &str) -> Option<String> {
    let left: Vec<&str> = who.split('+').filter(|name| *name != "sato").collect();
    (!left.is_empty()).then(|| left.join("+"))
}

fn same(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut names: Vec<String> = text.trim_matches(['[', ']']).split(", ").map(str::to_owned).collect();
        names.sort();
        names
    };
    sorted(a) == sorted(b)
}

fn layer(schedules: &Schedules) -> (&Layer, &LineUp) {
    let layer = &schedules.schedules["web"].layers[0];
    let Turn::Rotation(rotation) = &layer.turn else { unreachable!() };
    (layer, rotation.line_ups.last().unwrap())
}

fn start(line_up: &LineUp, shift: i64) -> DateTime {
    let first = line_up.rhythm.anchor();
    match line_up.rhythm.every {
        Every::Hours(n) => first + (i64::from(n) * shift).hours(),
        Every::Days(n) => first + (i64::from(n) * shift).days(),
        Every::Weeks(n) => first + (i64::from(n) * shift).weeks(),
        Every::Months(n) => first + (i64::from(n) * shift).months(),
    }
}

/// Whose turns begin at `from` or later, of those of the line-up in force then: an instant of each, asked of the schedules.
fn turns(schedules: &Schedules, from: Timestamp) -> Vec<String> {
    let (layer, line_up) = layer(schedules);
    let (layer, line_up) = (layer.clone(), line_up.clone());
    let mut found = Vec::new();
    for shift in 0..(SHIFTS_MAX as i64 * 40) {
        let [start, end] =
            [shift, shift + 1].map(|shift| first_instant(&layer.time_zone, start(&line_up, shift)));
        if start < from || start >= end {
            continue;
        }
        if found.len() == TURNS {
            break;
        }
        let mut at = start;
        let open = |at: Timestamp| layer.during.iter().flatten().any(|hours| hours.contains(at));
        while layer.during.is_some() && at < end && !open(at) {
            at += 30.minutes();
        }
        if at < end {
            found.push(names(&schedules.on_call("web", at).users));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        max_shrink_iters: 400,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn everybody_keeps_their_turn(case in case()) {
        let world = World::new(&case.schedule());
        let day = Date::constant(2026, 11, 25) + case.day.days();
        let day = day.max(case.from().tomorrow().unwrap());
        let line = format!("line-up add kimura --schedule web --from {day} {}", case.place());
        let edit = world.edited(&line);
        let (old, new) = (&world.config().schedules, &edit.config.schedules);
        let (layer, line_up) = layer(new);
        let handoff = first_instant(&layer.time_zone, line_up.rhythm.anchor());

        prop_assert!(handoff > world.now && line_up.rhythm.from >= day, "{}", handoff);
        let first = handoff - (24 * 40).hours();
        prop_assert_eq!(old.shifts("web", first, handoff), new.shifts("web", first, handoff), "{}", case.schedule());

        let others: Vec<String> = turns(new, handoff).into_iter().filter(|who| who != "kimura").collect();
        let mut expected = turns(old, handoff);
        expected.truncate(others.len());
        prop_assert!(others.len() * 2 >= TURNS || case.members.len() == 1, "{:?}", others);
        prop_assert_eq!(others, expected, "{}\n{}", case.schedule(), line);
        let order = edit.findings.iter().filter(|finding| finding.code == "OC121");
        prop_assert_eq!(order.count(), 0, "{:?}", edit.findings);

        let Ok(edit) = world.edit(&format!("line-up remove sato --schedule web --from {day}")) else {
            prop_assert!(!case.members.iter().any(|it| it.contains("sato")) || case.has_only("sato"));
            return Ok(());
        };
        let without = &edit.config.schedules;
        prop_assert_eq!(old.shifts("web", first, handoff), without.shifts("web", first, handoff));
        let expected: Vec<String> = turns(old, handoff).iter().filter_map(|who| without_sato(who)).collect();
        let mut found = turns(without, handoff);
        found.truncate(expected.len());
        prop_assert_eq!(found, expected, "{}", case.schedule());
    }
}
