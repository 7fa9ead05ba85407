//! Instants: what people type on the command line, and how they are shown.
//!
//! One parser for all commands: an exact instant or a local date first, which may be past, then a time as people say it
//! ([`moment`]). What may mean two things is asked back.

use super::directory::now;
use super::spoken::{Told, no, told};
use crate::compile::why_no_date;
use crate::language::commands::{about_no_schedule, not_an_instant};
use crate::language::failed::{not_a_date, not_a_duration};
use crate::language::moment::{Moment, moment};
use crate::language::words::Words;
use crate::language::{Language, words};
use crate::schedule::first_instant;
use anyhow::Result;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// What is typed for a time, as the help of every command says it.
pub(super) const TIMES: &str = "\
A time is one of now, 18:00, 2h, tomorrow 10:00, mon 10:00, 12/24 18:00, 2026-12-05 10:00, 2026-12-05T10:00:00+09:00. \
A time of day means the next one; what may mean two things is asked back.
In Japanese: 明日 10:00, 月曜 10時, 2時間, 交代まで";

/// An instant, past or to come.
pub fn instant(text: &str, zone: &TimeZone, language: Language) -> Result<Timestamp> {
    match typed(text, now(), zone, language)? {
        Moment::At(at) => Ok(at),
        Moment::Handoff => Err(no(language, &about_no_schedule(text.trim()))),
    }
}

/// Reads `2026-12-05 10:00` or `2026-12-05` (midnight) in `zone`, an exact `2026-12-05T10:00:00+09:00`, or a time as people
/// say it, counted from `now`. A local date and time that occurs twice means the first one; one that does not exist means
/// the first instant after the gap.
pub(super) fn typed(text: &str, now: Timestamp, zone: &TimeZone, language: Language) -> Result<Moment> {
    let text = text.trim();
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Ok(Moment::At(exact));
    }
    if let Some(local) = dated(text) {
        return Ok(Moment::At(first_instant(zone, local)));
    }
    if let Some(why) = why_no_date(text) {
        return Err(no(language, &not_an_instant(text, &why)));
    }
    moment(text, now, zone).map_err(|why| no(language, &Words::same(language.not_a_moment(text, why))))
}

fn dated(text: &str) -> Option<DateTime> {
    match text.parse::<Date>().ok().filter(|_| text.len() == 10) {
        Some(date) => Some(date.to_datetime(jiff::civil::Time::midnight())),
        None => ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|pattern| DateTime::strptime(pattern, text).ok()),
    }
}

/// What is said without a date is meant to the minute: files are read by people.
pub(super) fn minute(said: &str, at: Timestamp) -> Timestamp {
    let seconds = if said.trim().starts_with("20") { 0 } else { at.as_second().rem_euclid(60) };
    Timestamp::from_second(at.as_second() - seconds).unwrap_or(at)
}

/// Parses `2026-12-05`. Errors use the same words as `validate`.
pub(super) fn date(text: &str) -> Result<Date, Told> {
    let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    date.ok_or_else(|| told(why_no_date(text).unwrap_or_else(not_a_date)))
}

/// `30s`, `5m`, `1h30m`.
pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, Told> {
    let duration: Option<SignedDuration> = text.parse().ok();
    duration.filter(SignedDuration::is_positive).ok_or_else(|| told(not_a_duration()))
}

/// `Sat 2026-12-05 10:00`, in `zone`.
pub(super) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// A zone and a language, in which instants are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock<'z> {
    pub zone: &'z TimeZone,
    pub language: Language,
}

impl Clock<'_> {
    /// `Sat 2026-12-05 10:00`, `2026-12-05（土）10:00`
    pub fn local(self, at: Timestamp) -> String {
        match self.language {
            Language::En => local(at, self.zone),
            Language::Ja => words::moment(self.zone.to_datetime(at)).ja,
        }
    }
}

/// `Sat 2026-12-05 10:00 Asia/Tokyo`, and the same in another zone where its clock differs.
pub(super) fn in_zones(at: Timestamp, zone: &TimeZone, other: &TimeZone) -> Words {
    let one =
        |zone: &TimeZone| words::moment(zone.to_datetime(at)).map(|it| format!("{it} {}", zone_name(zone)));
    let here = one(zone);
    if zone.to_datetime(at) == other.to_datetime(at) {
        return here;
    }
    let there = one(other);
    Words::new(format!("{} ({})", here.en, there.en), format!("{}（{}）", here.ja, there.ja))
}

/// The name of a zone.
pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
