//! Pictures of who is on call: where an instant lies, the heads of days, and the bars of people.
//!
//! Time is linear in instants, so that a day of 23 or 25 hours is as wide as it is long. Which rows there are, is for the pages.

use super::guest::Guest;
use super::pages_people::names;
use crate::language::schedule::OfSchedule;
use crate::page::schedule::{Bar, Span, Text};
use crate::preview::load::nights;
use crate::schedule::{Shift, Source, UserId, first_instant};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

pub(super) const WIDTH: i64 = 1_000;
/// How many colours people have.
const TONES: usize = 8;
/// The most bars of a row.
const BARS_MAX: usize = 500;
/// The people of one bar may live in so many zones whose nights are shown.
const NIGHT_ZONES_MAX: usize = 3;
/// The length of a usual day, in hours.
const DAY: i64 = 24;

/// What a picture is of.
pub(super) type Range = (Timestamp, Timestamp);

/// What a bar says beside its people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    Override,
    /// Something above it counts in its place.
    Hidden,
}

/// What becomes a bar.
#[derive(Clone, Debug)]
pub(super) struct Stretch<'s> {
    pub start: Timestamp,
    pub end: Timestamp,
    pub users: &'s [UserId],
    pub mark: Mark,
    /// In place of the names.
    pub text: Option<String>,
}

/// Those who have a colour, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Palette(Vec<Vec<UserId>>);

impl Palette {
    fn tone(&mut self, users: &[UserId]) -> usize {
        let known = self.0.iter().position(|people| people == users);
        let tone = known.unwrap_or_else(|| {
            self.0.push(users.to_vec());
            self.0.len() - 1
        });
        tone % TONES
    }
}

impl<'s> From<&'s Shift> for Stretch<'s> {
    fn from(shift: &'s Shift) -> Stretch<'s> {
        let by_override = matches!(shift.on_call.source, Source::Override(_));
        let mark = if by_override { Mark::Override } else { Mark::Plain };
        Stretch { start: shift.start, end: shift.end, users: &shift.on_call.users, mark, text: None }
    }
}

/// The beginning of a day.
pub(super) fn midnight(zone: &TimeZone, date: Date) -> Timestamp {
    first_instant(zone, date.to_datetime(Time::midnight()))
}

/// Some days later, or earlier.
pub(super) fn day(first: Date, days: i64) -> Date {
    first.checked_add(days.days()).unwrap_or(first)
}

/// Where an instant lies.
pub(super) fn place(at: Timestamp, (begins, ends): Range) -> i64 {
    let whole = ends.as_second().saturating_sub(begins.as_second()).max(1);
    at.as_second().saturating_sub(begins.as_second()) * WIDTH / whole
}

/// What of a time lies in a range.
pub(super) fn span(from: Timestamp, until: Timestamp, range: Range) -> Option<Span> {
    let (from, until) = (from.max(range.0), until.min(range.1));
    let x = place(from, range);
    (from < until).then(|| Span { x, width: (place(until, range) - x).max(2) })
}

/// A date with its weekday, as it stands over the bars.
pub(super) fn date_word(guest: &Guest, date: Date) -> String {
    let weekday = guest.words().weekday[usize::from(date.weekday().to_monday_zero_offset() as u8)];
    format!("{}/{} {weekday}", date.month(), date.day())
}

/// The date of a day of the reader, with its length where the clock is changed.
pub(super) fn head(guest: &Guest, date: Date, width: i64, range: Range) -> Text {
    let (begins, ends) = (midnight(&guest.zone, date), midnight(&guest.zone, day(date, 1)));
    let hours = ends.duration_since(begins).as_hours();
    let length = (hours != DAY).then(|| guest.language.of_schedule(OfSchedule::DayOf { hours }));
    let class = match date.weekday() {
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
        _ => "tick",
    };
    let text = [Some(date_word(guest, date)), length].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Text { x: place(begins, range) + 3, y: 14, width, text, class }
}

/// The bars of a row.
pub(super) fn bars<'s>(
    guest: &Guest,
    palette: &mut Palette,
    stretches: impl IntoIterator<Item = Stretch<'s>>,
    range: Range,
    (y, height): (i64, i64),
) -> Vec<Bar> {
    let mut bars = Vec::new();
    for stretch in stretches {
        let Some(Span { x, width }) = span(stretch.start, stretch.end, range) else { continue };
        if bars.len() >= BARS_MAX {
            break;
        }
        let is_hidden = stretch.mark == Mark::Hidden;
        let users = stretch.users;
        bars.push(Bar {
            x,
            y,
            width,
            height,
            text: stretch.text.unwrap_or_else(|| names(guest, users)),
            tone: palette.tone(users),
            is_gap: users.is_empty(),
            is_override: stretch.mark == Mark::Override,
            is_hidden,
            nights: if is_hidden {
                Vec::new()
            } else {
                dark(guest, users, (stretch.start, stretch.end), range)
            },
        });
    }
    bars
}

/// The nights of these people, where each of them lives.
fn dark(guest: &Guest, users: &[UserId], (start, end): Range, range: Range) -> Vec<Span> {
    let mut zones: Vec<&TimeZone> = Vec::new();
    for zone in users.iter().filter_map(|user| guest.live.config.users.get(user)).map(|user| &user.time_zone)
    {
        if !zones.contains(&zone) && zones.len() < NIGHT_ZONES_MAX {
            zones.push(zone);
        }
    }
    let (start, end) = (start.max(range.0), end.min(range.1));
    let all = zones.into_iter().flat_map(|zone| nights(zone, start, end));
    all.filter_map(|(begins, ends)| span(begins, ends, range)).collect()
}
