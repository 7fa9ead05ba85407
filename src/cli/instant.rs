//! Instants as people type them on the command line, and as they read them.

use crate::compile::why_no_date;
use crate::schedule::first_instant;
use anyhow::{Result, anyhow};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Reads `2026-12-05 10:00` or `2026-12-05` (midnight) in `zone`, or an exact `2026-12-05T10:00:00+09:00`. A local
/// time that exists twice is the first, one that does not exist the first instant after the gap.
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

/// Reads `2026-12-05`; what is wrong with a date that is none is said as `validate` says it.
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

/// The name of a zone, as people write it.
pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
