//! Instants: parses what people type on the command line, and formats them for output.

use crate::compile::why_no_date;
use crate::schedule::first_instant;
use anyhow::{Result, anyhow};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Parses `2026-12-05 10:00` or `2026-12-05` (midnight) in `zone`, or an exact `2026-12-05T10:00:00+09:00`. A local
/// time that occurs twice means the first one; one that does not exist means the first instant after the gap.
pub fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp> {
    let text = text.trim();
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Ok(exact);
    }
    let local = match text.parse::<Date>().ok().filter(|_| text.len() == 10) {
        Some(date) => Some(date.to_datetime(jiff::civil::Time::midnight())),
        None => ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|pattern| DateTime::strptime(pattern, text).ok()),
    };
    local.map(|local| first_instant(zone, local)).ok_or_else(|| match why_no_date(text) {
        Some(why) => anyhow!("`{text}` is not an instant: {why}"),
        None => anyhow!("`{text}` is not an instant: write 2026-12-05 10:00 (the organisation's time) or 2026-12-05T10:00:00+09:00"),
    })
}

/// Parses `2026-12-05`. Errors use the same words as `validate`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    date.ok_or_else(|| {
        why_no_date(text).unwrap_or_else(|| "it is not a date: write it like 2026-12-05".to_owned())
    })
}

/// `Sat 2026-12-05 10:00`, in `zone`.
pub(super) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// The name of a zone.
pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
