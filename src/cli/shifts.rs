//! `oncall shifts`: the shifts of a schedule, clipped to a range, as text, JSON or a calendar.

use super::Output;
use super::directory::{Directory, now};
use super::instant::{instant, local, zone_name};
use super::known::known;
use super::table::table;
use super::who::{people, source};
use crate::config::Config;
use crate::schedule::Shift;
use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The longest range.
const RANGE_MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);
/// The longest line of a calendar in bytes (RFC 5545, 3.1).
const LINE_MAX: usize = 75;

/// The shifts of a schedule, clipped to a range
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The schedule
    #[arg(value_name = "ID")]
    schedule: String,
    /// From this instant: `2026-12-05 10:00` in the organisation's time zone, or RFC 3339
    #[arg(long, value_name = "T")]
    from: String,
    /// Until this instant (excluded)
    #[arg(long, value_name = "T")]
    until: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Ics,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let zone = &config.organisation.time_zone;
    let (id, _) = known("schedule", &config.schedules.schedules, &arguments.schedule)?;
    let (from, until) = (instant(&arguments.from, zone)?, instant(&arguments.until, zone)?);
    if until <= from {
        bail!("--until ({}) is not after --from ({}): exchange them", arguments.until, arguments.from);
    }
    if until.duration_since(from) > RANGE_MAX {
        bail!("more than ten years are asked for: ask for them in parts");
    }
    let shifts = config.schedules.shifts(id, from, until);
    Ok(Output::fine(match arguments.format {
        Format::Text => text(config, id, &shifts),
        Format::Json => format!("{:#}\n", Value::Array(shifts.iter().map(object).collect())),
        Format::Ics => calendar(config, id, &shifts, now()),
    }))
}

fn text(config: &Config, id: &str, shifts: &[Shift]) -> String {
    let zone = &config.organisation.time_zone;
    let rows = shifts.iter().map(|shift| {
        let by = source(&shift.on_call).unwrap_or_else(|| "-".to_owned());
        [local(shift.start, zone), local(shift.end, zone), people(config, &shift.on_call), by]
    });
    format!("{id} ({})\n\n{}", zone_name(zone), table(["From", "Until", "On call", "By"], &[0, 1], rows))
}

fn object(shift: &Shift) -> Value {
    json!({
        "start": shift.start.to_string(),
        "end": shift.end.to_string(),
        "users": shift.on_call.users,
        "shadows": shift.on_call.shadows,
        "source": source(&shift.on_call),
    })
}

/// A calendar (RFC 5545) with one event for each shift that somebody has.
fn calendar(config: &Config, id: &str, shifts: &[Shift], now: Timestamp) -> String {
    let name = config.schedule_names.get(id).map_or(id, |(name, _)| name.as_str());
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//oncall//oncall//EN".to_owned(),
        format!("X-WR-CALNAME:{}", escaped(name)),
    ];
    for shift in shifts.iter().filter(|shift| !shift.on_call.users.is_empty()) {
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}-{}@oncall", id.replace('/', "."), basic(shift.start)),
            format!("DTSTAMP:{}", basic(now)),
            format!("DTSTART:{}", basic(shift.start)),
            format!("DTEND:{}", basic(shift.end)),
            format!("SUMMARY:{}", escaped(&format!("{name}: {}", people(config, &shift.on_call)))),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

/// `20261205T010000Z`.
fn basic(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The text with what has a meaning in a calendar escaped (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A line cut into pieces of at most [`LINE_MAX`] bytes, each but the first after a space.
fn folded(line: &str) -> String {
    let (mut folded, mut length) = (String::with_capacity(line.len() + 2), 0);
    for c in line.chars() {
        if length + c.len_utf8() > LINE_MAX {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(c);
        length += c.len_utf8();
    }
    folded + "\r\n"
}
