//! Schedules from a few lines of text, and shifts as text.
//!
//! ```text
//! zone America/Chicago
//! schedule web                          the first is the one asked about; apart: other schedules
//! layer weekly [zone Z] [shadow] [active] [open] [adds]    open: `when_off: nobody`
//! since DATE TIME | ends DATE TIME      of the layer
//! every 1 week                          then line-ups: from DATE TIME [starts N]: a, b+c, -
//! at mon 10:00, fri 18:00               the handoffs of the line-ups that follow, whose TIME is then of no account
//! always a+b                            instead of a rotation
//! during mon-fri 20:00-08:00 [exclude|only] [in Z]
//! set|add|replace WHO FROM until UNTIL [in LAYER]: a+b
//! off a FROM until UNTIL|ever [in fri 18:00-22:00] [cover b]
//! holiday DATE
//! ```

use jiff::civil::{DateTime, Time, Weekday};
use jiff::{Timestamp, tz::TimeZone};
use oncall::actor::Origin;
use oncall::place::Place;
use oncall::schedule::*;
use std::{collections::BTreeSet, sync::Arc};

pub struct World {
    pub schedules: Schedules,
    pub asked: ScheduleId,
    pub zone: TimeZone,
}

pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

pub fn people(text: &str) -> Vec<UserId> {
    text.split('+').map(str::trim).filter(|it| *it != "-" && !it.is_empty()).map(Arc::from).collect()
}

/// `2020-03-08 01:30` in a zone (the first of two), or an instant with an offset.
pub fn instant(zone: &TimeZone, text: &str) -> Timestamp {
    text.trim().parse().unwrap_or_else(|_| {
        let local: DateTime = text.trim().replace(' ', "T").parse().unwrap_or_else(|_| panic!("{text:?}"));
        zone.to_ambiguous_timestamp(local).compatible().unwrap()
    })
}

pub fn days(text: &str) -> BTreeSet<WindowDay> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let index =
        |name: &str| NAMES.iter().position(|it| *it == name).unwrap_or_else(|| panic!("{name:?}")) as i8;
    let range = |part: &str| match (part, part.split_once('-')) {
        ("daily", _) => (0..7).collect::<Vec<_>>(),
        (_, Some((first, last))) => (index(first)..=index(last)).collect(),
        _ => vec![index(part)],
    };
    text.split(',').flat_map(range).map(WindowDay).collect()
}

/// `mon-fri 20:00-08:00 exclude`, or `fri 18:00-mon 10:00`.
pub fn window(text: &str) -> Window {
    let words: Vec<&str> = text.split(' ').filter(|it| !it.is_empty()).collect();
    let days = days(words[0]);
    let (from, until) = words[1].split_once('-').unwrap();
    let (until, later) = match words.get(2).and_then(|word| word.parse::<Time>().ok()) {
        Some(time) => (time, self::days(until).first().unwrap().0 - days.first().unwrap().0),
        None => (until.parse().unwrap(), 0),
    };
    let from: Time = from.parse().unwrap();
    let days_later = if later == 0 && until <= from { 1 } else { later.rem_euclid(7) as u8 };
    let holidays = match *words.last().unwrap() {
        "exclude" => WindowHolidays::Exclude,
        "only" => WindowHolidays::Only,
        _ => WindowHolidays::Ignore,
    };
    Window { days, from, days_later, until, holidays }
}

pub fn hours(zone_name: &str, windows: &[&str], holidays: &[&str]) -> Hours {
    let holidays = Arc::new(holidays.iter().map(|it| it.parse().unwrap()).collect());
    Hours { time_zone: zone(zone_name), windows: windows.iter().map(|it| window(it)).collect(), holidays }
}

pub fn world(text: &str) -> World {
    let mut world = World { schedules: Schedules::default(), asked: Arc::from("web"), zone: TimeZone::UTC };
    let mut schedule = Arc::from("web");
    let mut holidays = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "zone" => world.zone = zone(rest),
            "schedule" => schedule = Arc::from(rest),
            "holiday" => _ = holidays.insert(rest.parse().unwrap()),
            "off" => add_time_off(&mut world, rest),
            _ => add_to_schedule(&mut world, &schedule, word, rest),
        }
    }
    let holidays = Arc::new(holidays);
    let layers = world.schedules.schedules.values_mut().flat_map(|it| &mut it.layers);
    for hours in layers.flat_map(|layer| layer.during.iter_mut().flatten()) {
        hours.holidays = holidays.clone();
    }
    world
}

fn add_time_off(world: &mut World, text: &str) {
    let (who, text) = text.split_once(' ').unwrap();
    let (text, cover) = text.split_once(" cover ").map_or((text, None), |(text, cover)| (text, Some(cover)));
    let (from, until) = text.split_once(" until ").unwrap();
    let (until, every) =
        until.split_once(" in ").map_or((until, None), |(until, window)| (until, Some(window)));
    let until = (until != "ever").then(|| instant(&world.zone, until));
    let every = every.map(|text| Hours {
        time_zone: world.zone.clone(),
        windows: vec![window(text)],
        holidays: Arc::default(),
    });
    let time_off = TimeOff {
        from: instant(&world.zone, from),
        until: until.map(|until| every.as_ref().map_or(until, |hours| hours.last_end(until))),
        every,
        cover: cover.map(Arc::from),
        place: Arc::from(""),
    };
    world.schedules.time_off.entry(Arc::from(who)).or_default().push(time_off);
}

fn add_to_schedule(world: &mut World, id: &ScheduleId, word: &str, rest: &str) {
    let zone_here = &world.zone;
    let empty = || Schedule {
        time_zone: zone_here.clone(),
        layers: vec![],
        overrides: Overrides::default(),
        apart_from: vec![],
    };
    let schedule = world.schedules.schedules.entry(id.clone()).or_insert_with(empty);
    let place = format!("o.yaml:{}", schedule.overrides.len() + 1);
    match (word, schedule.layers.last_mut()) {
        ("apart:", _) => schedule.apart_from = people(rest),
        ("layer", _) => schedule.layers.push(layer(zone_here, rest)),
        ("set" | "add" | "replace", _) => {
            let mut overrides = schedule.overrides.to_vec();
            overrides.push(change(zone_here, word, rest, &place));
            schedule.overrides = overrides.into();
        }
        ("every", Some(layer)) => rotation(layer).line_ups.push(every(rest)),
        ("at", Some(layer)) => {
            let line_ups = &mut rotation(layer).line_ups;
            let last = line_ups.last().unwrap().rhythm.clone();
            let handoffs = rest.split(", ").map(handoff).collect();
            line_ups.push(LineUp { rhythm: Rhythm::new(last.from, last.every, handoffs), ..every("1 day") });
        }
        ("since", Some(layer)) => layer.from = Some(instant(&layer.time_zone, rest)),
        ("ends", Some(layer)) => layer.until = Some(instant(&layer.time_zone, rest)),
        ("from", Some(layer)) => line_up(rotation(layer), rest),
        ("always", Some(layer)) => layer.turn = Turn::Always(people(rest).into()),
        ("during", Some(layer)) => {
            let (text, hours_zone) = rest.split_once(" in ").unwrap_or((rest, ""));
            let hours_zone = if hours_zone.is_empty() { layer.time_zone.clone() } else { zone(hours_zone) };
            let hours =
                Hours { time_zone: hours_zone, windows: vec![window(text)], holidays: Arc::default() };
            layer.during.get_or_insert_default().push(hours);
        }
        _ => panic!("{word} {rest}"),
    }
}

fn layer(default_zone: &TimeZone, text: &str) -> Layer {
    let words: Vec<&str> = text.split(' ').collect();
    let has = |word| words.contains(&word);
    let own_zone = words.iter().position(|it| *it == "zone").map(|at| zone(words[at + 1]));
    let turns = if has("active") { Turns::Active } else { Turns::Calendar };
    let when_off = if has("open") { WhenOff::Nobody } else { WhenOff::Next };
    Layer {
        name: Arc::from(words[0]),
        time_zone: own_zone.unwrap_or_else(|| default_zone.clone()),
        turn: Turn::Rotation(Rotation { line_ups: vec![], turns, when_off }),
        during: None,
        from: None,
        until: None,
        adds: has("adds"),
        shadow: has("shadow"),
        place: Arc::from(format!("s.yaml:{}", words[0])),
    }
}

fn rotation(layer: &mut Layer) -> &mut Rotation {
    match &mut layer.turn {
        Turn::Rotation(rotation) => rotation,
        Turn::Always(_) => panic!("no rotation"),
    }
}

/// A line-up without members, which the next `from` line fills or follows.
fn every(text: &str) -> LineUp {
    let (count, unit) = text.split_once(' ').unwrap();
    let count = count.parse().unwrap();
    let every = match unit.trim_end_matches('s') {
        "hour" => Every::Hours(count),
        "day" => Every::Days(count),
        "week" => Every::Weeks(count),
        _ => Every::Months(count),
    };
    let rhythm = Rhythm::new(jiff::civil::Date::MIN, every, vec![]);
    LineUp { rhythm, members: vec![], starts_with: 0, place: Arc::from("") }
}

/// `10:00`, `mon 10:00`, `first mon 10:00`, `last fri 18:00`.
fn handoff(text: &str) -> Handoff {
    let words: Vec<&str> = text.split(' ').collect();
    let time = words.last().unwrap().parse().unwrap();
    let weekday = |name: &str| Weekday::from_monday_zero_offset(days(name).first().unwrap().0).unwrap();
    let nth = |word: &str| match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        _ => -1,
    };
    let day = match words[..] {
        [day, _] => HandoffDay::On(weekday(day)),
        [ordinal, day, _] => HandoffDay::Nth(nth(ordinal), weekday(day)),
        _ => HandoffDay::OfFrom,
    };
    Handoff { day, time }
}

fn line_up(rotation: &mut Rotation, text: &str) {
    let (when, members) = text.split_once(": ").unwrap();
    let words: Vec<&str> = when.split(' ').collect();
    let last = rotation.line_ups.last().unwrap().rhythm.clone();
    let from = words[0].parse().unwrap();
    let named = last.handoffs().iter().any(|it| it.day != HandoffDay::OfFrom) || last.handoffs_in_cycle() > 1;
    let own = Handoff { day: HandoffDay::OfFrom, time: words[1].parse().unwrap() };
    rotation.line_ups.retain(|it| !it.members.is_empty());
    rotation.line_ups.push(LineUp {
        rhythm: if named { last.begun_on(from) } else { Rhythm::new(from, last.every, vec![own]) },
        members: members.split(',').map(|it| people(it).into()).collect(),
        starts_with: words.get(3).map_or(0, |it| it.parse().unwrap()),
        place: Arc::from(format!("s.yaml:{}", words[0])),
    });
}

fn change(zone: &TimeZone, word: &str, text: &str, place: &str) -> Override {
    let (when, with) = text.split_once(": ").unwrap();
    let (who, when) = if word == "replace" { when.split_once(' ').unwrap() } else { ("", when) };
    let (from, until) = when.split_once(" until ").unwrap();
    let (until, layer) =
        until.split_once(" in ").map_or((until, None), |(until, layer)| (until, Some(layer)));
    let (with, layer) = (people(with), layer.map(Arc::from));
    let action = match word {
        "set" => OverrideAction::Set(with),
        "add" => OverrideAction::Add(with),
        _ => OverrideAction::Replace { who: Arc::from(who), with },
    };
    let origin = Origin::File(Place::read(place).unwrap_or_default());
    let (from, until) = (instant(zone, from), instant(zone, until));
    Override { from, until, layer, action, origin, reason: None }
}

/// `b+c`, or `-`; with the source and the shadows in brackets if asked for.
pub fn who(on_call: &OnCall, in_full: bool) -> String {
    let users = if on_call.users.is_empty() { "-".to_owned() } else { on_call.users.join("+") };
    let source = match &on_call.source {
        Source::Nobody => "nobody".to_owned(),
        Source::Layer(name) => format!("layer {name}"),
        Source::Override(place) => place.to_string(),
    };
    let shadows = on_call.shadows.iter().map(|it| format!(", {it} looks on")).collect::<String>();
    if in_full { format!("{users} ({source}{shadows})") } else { users }
}
