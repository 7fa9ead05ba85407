//! `turns: active`: how many shifts of a line-up overlap the layer's windows.
//!
//! Counting is done on the local calendar, like the shifts themselves, so a clock change moves nobody's turn: except
//! that hours which the clock skips are no active time. Windows in another zone are shifted by that zone's offset from
//! the layer's at the line-up's first handoff. Without holidays the answer repeats every few weeks and costs at most
//! 168 checks, in any year; each holiday since the line-up began adds a check of the shifts that its windows touch, and
//! each time the clock skipped hours in which a window is open one of the shifts around them.

use super::local::{days, first_instant, later};
use super::{Every, Hours, LineUp, UserId, Window, WindowHolidays};
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, tz::TimeZone};
use std::{collections::BTreeSet, sync::Arc};

const HOURS_OF_WEEK: i64 = 7 * 24;
/// If the pattern takes more shifts than this to repeat, we do not look for members whose turn never comes.
const SHIFTS_LOOKED_AT_MAX: i64 = 20_000;
/// The most changes of a zone's clock that are looked at: two a year, and more than jiff's years.
const CLOCK_CHANGES_MAX: usize = 40_000;
/// Shifts this close to one whose turns are known are checked one by one; for others we count from the start.
const STEPS_MAX: i64 = HOURS_OF_WEEK;

/// The last count for each line-up. A range is queried in order, so the next answer is close to it.
#[derive(Default)]
pub(super) struct Counted<'a> {
    /// The line-up, a shift of it, and the number of active shifts before that one.
    known: Vec<(&'a LineUp, i64, i64)>,
}

impl<'a> Counted<'a> {
    /// The same as the function [`active_shifts_before`], from the last count if that is close.
    pub fn active_shifts_before(
        &mut self,
        line_up: &'a LineUp,
        shift: i64,
        zone: &TimeZone,
        during: &[Hours],
    ) -> i64 {
        let known = self.known.iter().position(|(known, ..)| std::ptr::eq(*known, line_up));
        let near = known.and_then(|at| self.known.get_mut(at)).filter(|(_, from, _)| *from <= shift);
        if let Some((_, from, turns)) = near.filter(|(_, from, _)| shift - *from <= STEPS_MAX) {
            let count = Count::new(line_up, zone, during);
            *turns += (*from..shift).map(|it| count.active(it, Holidays::Respected)).sum::<i64>();
            *turns -= count.lost_to_the_clock(*from, shift);
            *from = shift;
            return *turns;
        }
        let turns = active_shifts_before(line_up, shift, zone, during);
        self.known.retain(|(known, ..)| !std::ptr::eq(*known, line_up));
        self.known.push((line_up, shift, turns));
        turns
    }
}

/// The number of active shifts before `shift`, which is the number of turns taken before it.
pub(super) fn active_shifts_before(line_up: &LineUp, shift: i64, zone: &TimeZone, during: &[Hours]) -> i64 {
    let count = Count::new(line_up, zone, during);
    count.by_the_week(shift) + count.holiday_difference(shift) - count.lost_to_the_clock(0, shift)
}

/// The members whose shifts never overlap a window, whatever the holidays.
pub(super) fn idle_members(line_up: &LineUp, zone: &TimeZone, during: &[Hours]) -> Vec<Arc<[UserId]>> {
    let rhythm = &line_up.rhythm;
    if matches!(rhythm.every, Every::Months(_)) && rhythm.handoffs_in_cycle() > 1 {
        return Vec::new();
    }
    let Ok(members) = i64::try_from(line_up.members.len()) else { return Vec::new() };
    let count = Count::new(line_up, zone, during);
    let mut idle: BTreeSet<i64> = (0..members).collect();
    let shifts = count.period().saturating_mul(members);
    if shifts > SHIFTS_LOOKED_AT_MAX {
        return Vec::new();
    }
    for shift in 0..shifts {
        let member = shift.rem_euclid(members.max(1));
        if idle.contains(&member) && count.active(shift, Holidays::Unknown) > 0 {
            idle.remove(&member);
        }
    }
    let member = |turn: i64| line_up.members.get(line_up.member(turn)?).filter(|member| !member.is_empty());
    idle.into_iter().filter_map(member).cloned().collect()
}

/// Whether `shift` has some active time before the local time `until`.
pub(super) fn active_until(
    line_up: &LineUp,
    shift: i64,
    until: DateTime,
    zone: &TimeZone,
    during: &[Hours],
) -> bool {
    let count = Count::new(line_up, zone, during);
    let end = line_up.start(shift + 1).map_or(until, |end| end.min(until));
    let is = |start: DateTime| first_instant(zone, start) < first_instant(zone, end);
    line_up.start(shift).is_some_and(|start| is(start) && count.is_open(start, end, Holidays::Respected))
}

struct Count<'a> {
    line_up: &'a LineUp,
    zone: &'a TimeZone,
    /// The windows of each zone, with what to add to the layer's local time to get its own.
    hours: Vec<(&'a Hours, SignedDuration)>,
}

/// Whether holidays affect the windows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holidays {
    Respected,
    Unknown,
}

impl<'a> Count<'a> {
    fn new(line_up: &'a LineUp, zone: &'a TimeZone, during: &'a [Hours]) -> Count<'a> {
        let anchor = line_up.first_handoff(zone);
        let local = zone.to_offset(anchor);
        let ahead = |hours: &Hours| hours.time_zone.to_offset(anchor).duration_since(local);
        Count { line_up, zone, hours: during.iter().map(|hours| (hours, ahead(hours))).collect() }
    }

    /// The number of active shifts before `shift`, ignoring holidays. Periodic.
    fn by_the_week(&self, shift: i64) -> i64 {
        let period = self.period();
        let count = |shifts: i64| (0..shifts).map(|it| self.active(it, Holidays::Unknown)).sum::<i64>();
        shift / period * count(period) + count(shift % period)
    }

    /// How many more (or fewer) shifts before `shift` are active because of holidays.
    fn holiday_difference(&self, shift: i64) -> i64 {
        let difference = |it: i64| self.active(it, Holidays::Respected) - self.active(it, Holidays::Unknown);
        self.touched_by_holidays(shift).into_iter().map(difference).sum()
    }

    /// The number of shifts after which their starts fall on the same weekdays and hours again. 1 for shifts of a
    /// week or longer, which touch every window of the week; of several handoffs of a month, `compile` refuses the count.
    fn period(&self) -> i64 {
        let handoffs = i64::try_from(self.line_up.rhythm.handoffs_in_cycle()).unwrap_or(1);
        match self.line_up.rhythm.every {
            Every::Hours(hours) => {
                HOURS_OF_WEEK / greatest_common_divisor(HOURS_OF_WEEK, i64::from(hours.max(1)))
            }
            Every::Days(days) => 7 / greatest_common_divisor(7, i64::from(days.max(1))) * handoffs,
            Every::Weeks(_) => handoffs,
            Every::Months(_) => 1,
        }
    }

    /// The shifts before `shift` that overlap a window affected by a holiday.
    fn touched_by_holidays(&self, shift: i64) -> BTreeSet<i64> {
        let Some(first) = self.line_up.start(0) else { return BTreeSet::new() };
        let last = self.line_up.start(shift).unwrap_or(DateTime::MAX);
        let mut touched = BTreeSet::new();
        for (hours, ahead) in &self.hours {
            for window in hours.windows.iter().filter(|it| it.holidays != WindowHolidays::Ignore) {
                let (from, until) =
                    days_around(window, first.saturating_add(*ahead), last.saturating_add(*ahead));
                let holidays = hours.holidays.range(from..=until);
                for date in holidays.filter(|date| window.days.contains(&date.weekday().into())) {
                    let (start, end) = window.on(*date);
                    let (start, end) = (start.saturating_sub(*ahead), end.saturating_sub(*ahead));
                    let overlapping = (self.line_up.shift_on_clock(start)..shift)
                        .take_while(|it| self.line_up.start(*it).is_some_and(|it| it < end));
                    touched.extend(overlapping);
                }
            }
        }
        touched
    }

    /// How many shifts of `[from, shift)` would be active but for hours that the clock skips.
    fn lost_to_the_clock(&self, from: i64, shift: i64) -> i64 {
        let (Some(first), Some(last)) = (self.line_up.start(from), self.line_up.start(shift)) else {
            return 0;
        };
        let last = first_instant(self.zone, last);
        let first = later(first_instant(self.zone, first), SignedDuration::from_nanos(-1));
        let mut before = self.zone.to_offset(first);
        let mut lost = 0;
        let changes = self.zone.following(first).take_while(|change| change.timestamp() <= last);
        for change in changes.take(CLOCK_CHANGES_MAX) {
            let after = change.offset();
            let skipped = (before.to_datetime(change.timestamp()), after.to_datetime(change.timestamp()));
            if skipped.0 < skipped.1 && self.is_open(skipped.0, skipped.1, Holidays::Respected) {
                lost += self.lost_in(skipped, from, shift);
            }
            before = after;
        }
        lost
    }

    /// The same of one change of the clock.
    fn lost_in(&self, (start_of_gap, end_of_gap): (DateTime, DateTime), from: i64, shift: i64) -> i64 {
        let first = self.line_up.shift_on_clock(start_of_gap).max(from);
        let touched =
            (first..shift).filter_map(|it| Some((self.line_up.start(it)?, self.line_up.start(it + 1)?)));
        let touched = touched.take_while(|(start, _)| *start < end_of_gap);
        let is_lost = |(start, end): &(DateTime, DateTime)| {
            let open = |from: DateTime, until: DateTime| {
                from < until && self.is_open(from, until, Holidays::Respected)
            };
            open(*start, *end) && !open(*start, start_of_gap.min(*end)) && !open(end_of_gap.max(*start), *end)
        };
        i64::try_from(touched.filter(is_lost).count()).unwrap_or(0)
    }

    /// 1 if the shift overlaps a window, else 0.
    fn active(&self, shift: i64, holidays: Holidays) -> i64 {
        let Some(start) = self.line_up.start(shift) else { return 0 };
        let end = self.line_up.start(shift + 1).unwrap_or(DateTime::MAX);
        i64::from(self.is_open(start, end, holidays))
    }

    /// Whether any window is open at some local time in `[start, end)`.
    fn is_open(&self, start: DateTime, end: DateTime, holidays: Holidays) -> bool {
        self.hours.iter().any(|(hours, ahead)| {
            let (start, end) = (start.saturating_add(*ahead), end.saturating_add(*ahead));
            hours.windows.iter().any(|window| is_open_within(hours, window, start, end, holidays))
        })
    }
}

/// Whether a window is open at some local time in `[start, end)`.
fn is_open_within(
    hours: &Hours,
    window: &Window,
    start: DateTime,
    end: DateTime,
    holidays: Holidays,
) -> bool {
    let overlaps = |date: Date| {
        let (opens, closes) = window.on(date);
        opens < closes && opens < end && closes > start
    };
    let (from, until) = days_around(window, start, end);
    let known = if holidays == Holidays::Respected { hours.holidays.range(from..=until).count() } else { 0 };
    match (holidays, window.holidays) {
        (Holidays::Unknown, WindowHolidays::Only) => false,
        (Holidays::Respected, WindowHolidays::Only) => {
            hours.holidays.range(from..=until).any(|date| hours.opens(window, *date) && overlaps(*date))
        }
        (_, rule) => {
            let closed =
                |date: Date| rule == WindowHolidays::Exclude && known > 0 && hours.holidays.contains(&date);
            // Each week has an opening, or a holiday that removes it, so this range is enough to find one.
            let looks = usize::from(window.days_later) + 9 + 7 * known;
            let dates = from.series(jiff::Span::new().days(1)).take_while(|date| *date <= until).take(looks);
            dates
                .filter(|date| window.days.contains(&date.weekday().into()))
                .any(|date| !closed(date) && overlaps(date))
        }
    }
}

/// The first and last day on which a window that is open in `[start, end)` may start.
fn days_around(window: &Window, start: DateTime, end: DateTime) -> (Date, Date) {
    let from = start.date().saturating_sub(days(window.days_later.into()));
    (from, end.date().max(from))
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
