//! The iCalendar format (RFC 5545), as Google Calendar, Outlook and Apple Calendar read it.
//!
//! Lines are folded without splitting a character, texts escaped, and the whole is bounded. Everything else, which
//! events there are and what they say, is decided in `calendar.rs`.

use crate::language::{Language, Planned};
use jiff::{Timestamp, tz::TimeZone};

/// The most events of one calendar: enough for hourly shifts in all that is served.
pub const EVENTS_MAX: usize = 6_000;
/// The most bytes of one calendar, its head aside.
pub const BYTES_MAX: usize = 4 << 20;
/// The longest line in bytes, its end aside (RFC 5545, 3.1).
const LINE_MAX: usize = 75;
/// The most of one text, in characters.
const TEXT_MAX: usize = 2_000;
/// In place of events, where there are none: a calendar is at least one component (RFC 5545, 3.6).
const NO_EVENTS: &str = "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
    TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
/// How often subscribers are asked to come again.
const REFRESH: &str = "PT1H";

/// A calendar to subscribe to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub name: String,
    pub language: Language,
    pub time_zone: TimeZone,
    /// In the order of their beginnings.
    pub events: Vec<Event>,
}

/// An event of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for the same shift, whenever it is asked for.
    pub uid: String,
    pub start: Timestamp,
    pub end: Timestamp,
    pub summary: String,
    /// Several lines.
    pub description: String,
}

/// The text of a calendar, made at `now`: its first events up to [`EVENTS_MAX`] and [`BYTES_MAX`], and in its
/// description until when those are.
pub fn text(calendar: &Calendar, now: Timestamp) -> String {
    let mut events = String::new();
    let mut count = 0;
    for event in calendar.events.iter().take(EVENTS_MAX) {
        let text = event_text(event, now);
        if events.len() + text.len() > BYTES_MAX {
            break;
        }
        events.push_str(&text);
        count += 1;
    }
    if events.is_empty() {
        events.push_str(NO_EVENTS);
    }
    let left_out = calendar.events.get(count).map(|event| event.start);
    format!("{}{events}{}", head(calendar, count, left_out), line("END", "VCALENDAR"))
}

fn head(calendar: &Calendar, count: usize, left_out: Option<Timestamp>) -> String {
    let name = escaped(&calendar.name);
    let mut head = vec![
        line("BEGIN", "VCALENDAR"),
        line("VERSION", "2.0"),
        line("PRODID", &format!("-//oncall//oncall//{}", calendar.language.tag())),
        line("METHOD", "PUBLISH"),
        line("NAME", &name),
        line("X-WR-CALNAME", &name),
        line("REFRESH-INTERVAL;VALUE=DURATION", REFRESH),
        line("X-PUBLISHED-TTL", REFRESH),
    ];
    if let Some(at) = left_out {
        let at = calendar.language.date_time(at, &calendar.time_zone);
        let text = escaped(&calendar.language.planned(&Planned::CutShort { count, at: &at }));
        head.extend([line("DESCRIPTION", &text), line("X-WR-CALDESC", &text)]);
    }
    head.concat()
}

/// On call is not busy: nobody's meetings are refused for it.
fn event_text(event: &Event, now: Timestamp) -> String {
    [
        line("BEGIN", "VEVENT"),
        line("UID", &event.uid),
        line("DTSTAMP", &utc(now)),
        line("DTSTART", &utc(event.start)),
        line("DTEND", &utc(event.end)),
        line("SUMMARY", &escaped(&event.summary)),
        line("DESCRIPTION", &escaped(&event.description)),
        line("TRANSP", "TRANSPARENT"),
        line("END", "VEVENT"),
    ]
    .concat()
}

/// `20261205T010000Z`.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text with what has a meaning escaped (RFC 5545, 3.3.11), and without control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.trim().chars().take(TEXT_MAX) {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A line in pieces of at most [`LINE_MAX`] bytes, each but the first after a space.
fn line(name: &str, value: &str) -> String {
    let mut folded = String::with_capacity(name.len() + value.len() + 8);
    let mut length = 0;
    for c in name.chars().chain([':']).chain(value.chars()) {
        if length + c.len_utf8() > LINE_MAX {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(c);
        length += c.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}
