//! When turns change hands: one handoff or several in a cycle, on the local clock and calendar, in closed form.
//!
//! With *n* handoffs in a cycle, shift *k* begins at handoff `k mod n` of cycle `k div n`. The shift at a local time is
//! found by division, so it costs the same in any year. Only `rotation.rs` maps local times to instants.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};

/// The most handoffs in one cycle.
pub const HANDOFFS_MAX: usize = 24;

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// When turns change hands, from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The day of the first handoff, one of the cycle's.
    pub from: Date,
    /// The length of a cycle; with one handoff, of a shift.
    pub every: Every,
    /// In the order in which they follow the first one, which is on `from`; those of months in any order.
    handoffs: Vec<Handoff>,
    /// How many seconds after the first one each is, on the clock; empty for months.
    offsets: Vec<i64>,
    /// For months: the place of the first handoff among those of its month.
    first: i64,
    anchor: DateTime,
}

/// One handoff of a cycle, in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handoff {
    pub day: HandoffDay,
    pub time: Time,
}

/// The day of a cycle on which turns change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoffDay {
    /// Whatever `from` is: the day, its weekday, its day of the month (the last one of a shorter month).
    OfFrom,
    /// Of a week.
    On(Weekday),
    /// Of a month: 1 to 4, or -1 for the last one.
    Nth(i8, Weekday),
}

/// The length of a cycle, on the clock and calendar of its zone. At least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Hours(u32),
    Days(u32),
    Weeks(u32),
    Months(u32),
}

impl Rhythm {
    /// Without handoffs, they are at midnight.
    pub fn new(from: Date, every: Every, mut handoffs: Vec<Handoff>) -> Rhythm {
        let days_later = |handoff: &Handoff| match handoff.day {
            HandoffDay::On(day) => i64::from(day.since(from.weekday())),
            HandoffDay::OfFrom | HandoffDay::Nth(..) => 0,
        };
        handoffs.sort_by_key(|it| (days_later(it), it.time));
        if handoffs.is_empty() {
            handoffs.push(Handoff { day: HandoffDay::OfFrom, time: Time::midnight() });
        }
        let since_midnight = |it: &Handoff| {
            days_later(it) * SECONDS_OF_DAY + it.time.duration_since(Time::midnight()).as_secs()
        };
        let begin = handoffs.first().map_or(0, since_midnight);
        let time = handoffs.first().map_or(Time::midnight(), |it| it.time);
        let offsets = match every.step() {
            Step::Seconds(_) => handoffs.iter().map(|it| since_midnight(it) - begin).collect(),
            Step::Months(_) => Vec::new(),
        };
        let anchor = from.to_datetime(time);
        let mut rhythm = Rhythm { from, every, handoffs, offsets, first: 0, anchor };
        if let Step::Months(_) = every.step() {
            let month = rhythm.of_month(months(from));
            let first = month.iter().position(|it| it.date() == from).unwrap_or(0);
            rhythm.first = i64::try_from(first).unwrap_or(0);
            rhythm.anchor = month.get(first).copied().unwrap_or(anchor);
        }
        rhythm
    }

    /// The local time of the first handoff.
    pub fn anchor(&self) -> DateTime {
        self.anchor
    }

    /// How many handoffs a cycle has.
    pub fn handoffs_in_cycle(&self) -> usize {
        self.handoffs.len()
    }

    /// The handoffs of a cycle, from the one on `from` on; those of months in any order.
    pub fn handoffs(&self) -> &[Handoff] {
        &self.handoffs
    }

    /// The same words, begun on another day.
    pub fn begun_on(&self, day: Date) -> Rhythm {
        Rhythm::new(day, self.every, self.handoffs.clone())
    }

    /// Whether the same words that begin on the day of `handoff`, one of this rhythm's, have the same handoffs from
    /// then on.
    pub fn goes_on_from(&self, handoff: DateTime) -> bool {
        if let (Every::Months(_), [Handoff { day: HandoffDay::OfFrom, .. }]) = (self.every, &*self.handoffs) {
            return handoff.day() == self.from.day();
        }
        let (same, here) = (self.begun_on(handoff.date()), self.shift_on_clock(handoff));
        (0..=2 * self.count()).all(|shift| same.start(shift) == self.start(here + shift))
    }

    /// The shortest of a cycle's turns on the clock; of months, a month's at least, or a day's where several share one.
    pub(super) fn shortest(&self) -> SignedDuration {
        match self.every.step() {
            Step::Seconds(step) => {
                let ends = self.offsets.iter().skip(1).copied().chain([step]);
                let lengths = self.offsets.iter().zip(ends).map(|(start, end)| end - start);
                SignedDuration::from_secs(lengths.min().unwrap_or(step))
            }
            Step::Months(_) if self.handoffs.len() > 1 => SignedDuration::from_secs(SECONDS_OF_DAY),
            Step::Months(_) => SignedDuration::from_secs(28 * SECONDS_OF_DAY),
        }
    }

    /// The local start of shift `shift`, counted from 0; `None` outside jiff's range.
    pub fn start(&self, shift: i64) -> Option<DateTime> {
        match self.every.step() {
            Step::Seconds(step) => {
                let place = usize::try_from(shift.rem_euclid(self.count())).ok()?;
                let cycles = shift.div_euclid(self.count()).checked_mul(step)?;
                let distance = cycles.checked_add(self.offsets.get(place).copied()?)?;
                self.anchor.checked_add(SignedDuration::from_secs(distance)).ok()
            }
            Step::Months(step) => {
                let place = shift.checked_add(self.first)?;
                let cycle = place.div_euclid(self.count());
                let month = months(self.from).checked_add(cycle.checked_mul(step)?)?;
                match &*self.handoffs {
                    [only] => only.in_month(month, self.from),
                    _ => self
                        .of_month(month)
                        .get(usize::try_from(place.rem_euclid(self.count())).ok()?)
                        .copied(),
                }
            }
        }
    }

    /// The shift that a local time falls into; 0 before the first.
    pub(super) fn shift_on_clock(&self, local: DateTime) -> i64 {
        self.on_clock(local).0
    }

    /// The shift that a local time falls into (0 before the first), and how far ahead the next one is on the clock, at
    /// least.
    pub(super) fn on_clock(&self, local: DateTime) -> (i64, SignedDuration) {
        match self.every.step() {
            Step::Seconds(step) => {
                let since = local.duration_since(self.anchor).as_secs();
                let rest = since.rem_euclid(step);
                let place = self.offsets.partition_point(|offset| *offset <= rest);
                let next = self.offsets.get(place).copied().unwrap_or(step);
                let place = i64::try_from(place).unwrap_or(1) - 1;
                let shift = since.div_euclid(step) * self.count() + place;
                (shift.max(0), SignedDuration::from_secs(next - rest))
            }
            Step::Months(step) => {
                let cycle = (months(local.date()) - months(self.from)).div_euclid(step);
                let begun = self.of_month(months(self.from) + cycle * step);
                let begun = i64::try_from(begun.partition_point(|start| *start <= local)).unwrap_or(0);
                let shift = (cycle * self.count() + begun - 1 - self.first).max(0);
                let next = self.start(shift + 1);
                (shift, next.map_or(SignedDuration::MAX, |next| next.duration_since(local)))
            }
        }
    }

    fn count(&self) -> i64 {
        i64::try_from(self.handoffs.len()).unwrap_or(1).max(1)
    }

    /// The handoffs of a month in order; none outside jiff's range.
    fn of_month(&self, month: i64) -> Vec<DateTime> {
        let mut all: Vec<DateTime> =
            self.handoffs.iter().filter_map(|it| it.in_month(month, self.from)).collect();
        all.sort_unstable();
        all
    }
}

impl Handoff {
    fn in_month(self, month: i64, from: Date) -> Option<DateTime> {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let first = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
        let date = match self.day {
            HandoffDay::Nth(nth, weekday) => first.nth_weekday_of_month(nth, weekday).ok()?,
            HandoffDay::OfFrom | HandoffDay::On(_) => {
                Date::new(year, first.month(), from.day().min(first.days_in_month())).ok()?
            }
        };
        Some(date.to_datetime(self.time))
    }

    /// Whether it may fall on this day.
    pub fn falls_on(self, date: Date) -> bool {
        match self.day {
            HandoffDay::OfFrom => true,
            HandoffDay::On(weekday) => date.weekday() == weekday,
            HandoffDay::Nth(nth, weekday) => {
                date.nth_weekday_of_month(nth, weekday).is_ok_and(|it| it == date)
            }
        }
    }
}

/// The length of a cycle: seconds on the clock, with 24 hours to the day, or months on the calendar.
enum Step {
    Seconds(i64),
    Months(i64),
}

impl Every {
    fn step(self) -> Step {
        match self {
            Every::Hours(hours) => Step::Seconds(i64::from(hours.max(1)) * 60 * 60),
            Every::Days(days) => Step::Seconds(i64::from(days.max(1)) * SECONDS_OF_DAY),
            Every::Weeks(weeks) => Step::Seconds(i64::from(weeks.max(1)) * 7 * SECONDS_OF_DAY),
            Every::Months(months) => Step::Months(i64::from(months.max(1))),
        }
    }
}

/// Months since the beginning of year 0.
fn months(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}
