//! Who is on call by a walk over the clock on the wall and over the days of the calendar, by the words of the config page.

use crate::world::World;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use oncall::schedule::*;
use std::collections::BTreeSet;

/// Step by step, what the clock on the wall has shown at most until then, and will show at least from then on.
pub struct Wall {
    first: Timestamp,
    minutes: i64,
    highest: Vec<DateTime>,
    lowest: Vec<DateTime>,
}

impl Wall {
    /// Every time that is asked about is a multiple of `minutes`.
    pub fn new(zone: &TimeZone, first: Timestamp, last: Timestamp, minutes: i64) -> Wall {
        let steps = last.duration_since(first).as_mins() / minutes + 1;
        let clock: Vec<DateTime> =
            (0..steps).map(|it| zone.to_datetime(first + (it * minutes).minutes())).collect();
        let mut highest = clock.clone();
        let mut lowest = clock;
        for it in 1..highest.len() {
            highest[it] = highest[it].max(highest[it - 1]);
        }
        for it in (1..lowest.len()).rev() {
            lowest[it - 1] = lowest[it - 1].min(lowest[it]);
        }
        Wall { first, minutes, highest, lowest }
    }

    fn index(&self, at: Timestamp) -> usize {
        usize::try_from(at.duration_since(self.first).as_mins() / self.minutes).unwrap()
    }

    /// Open from the first time the clock shows the start or more, as long as it is yet to show the end or is short
    /// of it.
    pub fn is_open(&self, hours: &Hours, at: Timestamp) -> bool {
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
    pub fn shift(&self, line_up: &LineUp, at: Timestamp) -> Option<usize> {
        passed(&line_up.rhythm, self.highest[self.index(at)]).checked_sub(1)
    }
}

/// The handoffs up to a time on the clock.
fn passed(rhythm: &Rhythm, clock: DateTime) -> usize {
    if let Every::Hours(_) = rhythm.every {
        let mut handoff = rhythm.from.to_datetime(rhythm.handoffs()[0].time);
        let mut passed = 0;
        while handoff <= clock {
            passed += 1;
            handoff += step(rhythm.every);
        }
        return passed;
    }
    let days = (0..).map(|it: i64| (it, rhythm.from + it.days())).take_while(|(_, day)| *day <= clock.date());
    let on = |(since, day): (i64, Date)| {
        let handoffs = rhythm.handoffs().iter().filter(move |it| is_on(rhythm, it.day, since, day));
        handoffs.filter(|it| day.to_datetime(it.time) <= clock).count()
    };
    days.map(on).sum()
}

/// Whether one of the cycle's handoffs falls on a day, so many days after the first.
fn is_on(rhythm: &Rhythm, handoff: HandoffDay, since: i64, day: Date) -> bool {
    let from = rhythm.from;
    let months =
        (i64::from(day.year()) - i64::from(from.year())) * 12 + i64::from(day.month() - from.month());
    let is_first_of_cycle = match rhythm.every {
        Every::Hours(_) => unreachable!(),
        Every::Days(n) => since % i64::from(n) == 0,
        Every::Weeks(n) => since / 7 % i64::from(n) == 0,
        Every::Months(n) => months % i64::from(n) == 0,
    };
    let same_weekday = |day: Date, weekday| day.weekday() == weekday;
    is_first_of_cycle
        && match (handoff, rhythm.every) {
            (HandoffDay::OfFrom, Every::Weeks(_)) => same_weekday(day, from.weekday()),
            (HandoffDay::OfFrom, Every::Months(_)) => {
                day.day() == from.day() || (day.day() < from.day() && (day + 1.day()).month() != day.month())
            }
            (HandoffDay::OfFrom, _) => true,
            (HandoffDay::On(weekday), _) => same_weekday(day, weekday),
            (HandoffDay::Nth(-1, weekday), _) => {
                same_weekday(day, weekday) && (day + 1.week()).month() != day.month()
            }
            (HandoffDay::Nth(nth, weekday), _) => {
                let so_far = (1..=day.day())
                    .filter(|it| same_weekday(Date::new(day.year(), day.month(), *it).unwrap(), weekday));
                same_weekday(day, weekday) && so_far.count() == usize::try_from(nth).unwrap()
            }
        }
}

pub fn step(every: Every) -> jiff::Span {
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

/// Whom the world's schedule has at `at`, by the rules of the config page.
pub fn by_the_rules(world: &World, wall: &Wall, at: Timestamp) -> Vec<String> {
    let schedule = &world.schedules.schedules[&world.asked];
    let changes: Vec<&Override> =
        schedule.overrides.iter().filter(|it| it.from <= at && at < it.until).collect();
    let here = Here { world, wall, at, changes: &changes };
    let layers: Vec<&Layer> = schedule.layers.iter().filter(|layer| !layer.shadow).collect();
    let has_people = |layer: &&Layer| !here.of_layer(layer, &BTreeSet::new()).is_empty();
    let winner = layers.iter().rposition(|layer| !layer.adds && has_people(layer)).unwrap_or(0);
    let with_a_say: Vec<&Layer> = layers.into_iter().skip(winner).filter(has_people).collect();
    let by_right: BTreeSet<UserId> = with_a_say.iter().flat_map(|layer| here.by_right(layer)).collect();
    let mut users: BTreeSet<UserId> = BTreeSet::new();
    for layer in &with_a_say {
        let others = if with_a_say.len() == 1 { BTreeSet::new() } else { &users | &by_right };
        let mut people = here.of_layer(layer, &others);
        if people.is_empty() {
            people = here.of_layer(layer, &BTreeSet::new());
        }
        users.extend(people);
    }
    changes.iter().filter(|it| it.layer.is_none()).for_each(|it| apply(&it.action, &mut users));
    users.iter().map(ToString::to_string).collect()
}

fn apply(action: &OverrideAction, users: &mut BTreeSet<UserId>) {
    match action {
        OverrideAction::Set(with) => *users = with.iter().cloned().collect(),
        OverrideAction::Add(with) => users.extend(with.iter().cloned()),
        OverrideAction::Replace { who, with } if users.contains(who) => {
            users.remove(who);
            users.extend(with.iter().cloned());
        }
        OverrideAction::Replace { .. } => {}
    }
}

/// One instant.
struct Here<'a> {
    world: &'a World,
    wall: &'a Wall,
    at: Timestamp,
    /// The overrides in force.
    changes: &'a [&'a Override],
}

impl<'a> Here<'a> {
    /// The time off that a person has.
    fn off(&self, user: &UserId) -> Vec<&'a TimeOff> {
        let all = self.world.schedules.time_off.get(user).map_or(&[][..], |it| it);
        let dated =
            all.iter().filter(|it| it.from <= self.at && it.until.is_none_or(|until| self.at < until));
        dated.filter(|it| it.every.as_ref().is_none_or(|hours| self.wall.is_open(hours, self.at))).collect()
    }

    fn there(&self, set: &[UserId]) -> Vec<UserId> {
        set.iter().filter(|it| self.off(it).is_empty()).cloned().collect()
    }

    /// The members from the holder of the shift on, once round.
    fn turns(&self, layer: &'a Layer) -> Vec<&'a [UserId]> {
        let rotation = match &layer.turn {
            Turn::Rotation(rotation) => rotation,
            Turn::Always(people) => return vec![people],
        };
        let started = rotation.line_ups.iter().rev().find_map(|it| Some((it, self.wall.shift(it, self.at)?)));
        let Some((line_up, shift)) = started else { return vec![] };
        let turns = line_up.members.iter().cycle().skip(shift + line_up.starts_with);
        turns.take(line_up.members.len()).map(|set| &**set).collect()
    }

    /// Whom a layer has, if `others` stand in for nobody.
    fn of_layer(&self, layer: &'a Layer, others: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let ends =
            layer.from.is_none_or(|from| from <= self.at) && layer.until.is_none_or(|until| self.at < until);
        let during = layer.during.as_ref();
        if !ends || !during.is_none_or(|all| all.iter().any(|hours| self.wall.is_open(hours, self.at))) {
            return BTreeSet::new();
        }
        let turns = self.turns(layer);
        let people = match turns.split_first() {
            Some((holder, next)) => self.holder_or_next(layer, holder, next, others),
            None => vec![],
        };
        self.changed(layer, people)
    }

    fn holder_or_next(
        &self,
        layer: &Layer,
        holder: &[UserId],
        next: &[&[UserId]],
        others: &BTreeSet<UserId>,
    ) -> Vec<UserId> {
        let may = |user: &UserId| self.off(user).is_empty() && !others.contains(user);
        let cover = |user: &UserId| {
            let named = self.off(user).into_iter().filter(|it| it.cover.is_some()).max_by_key(|it| it.from);
            named.and_then(|it| it.cover.clone()).filter(may)
        };
        let away = holder.iter().filter(|it| !self.off(it).is_empty());
        let people: Vec<UserId> = self.there(holder).into_iter().chain(away.filter_map(cover)).collect();
        let leaves_open = matches!(&layer.turn, Turn::Rotation(it) if it.when_off == WhenOff::Nobody);
        if !people.is_empty() || holder.is_empty() || leaves_open {
            return people;
        }
        let free = |set: &&[UserId]| set.iter().filter(|user| may(user)).cloned().collect::<Vec<_>>();
        next.iter().map(free).find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn by_right(&self, layer: &'a Layer) -> BTreeSet<UserId> {
        self.changed(layer, self.turns(layer).first().map_or(vec![], |holder| self.there(holder)))
    }

    fn changed(&self, layer: &Layer, people: Vec<UserId>) -> BTreeSet<UserId> {
        let mut people = people.into_iter().collect();
        let of_layer = self.changes.iter().filter(|it| it.layer.as_ref() == Some(&layer.name));
        of_layer.for_each(|it| apply(&it.action, &mut people));
        people
    }
}
