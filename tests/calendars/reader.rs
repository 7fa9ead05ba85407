//! A reader of iCalendar (RFC 5545) of its own, that refuses whatever the format does not allow.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::collections::BTreeMap;

/// What a program that subscribes sees.
#[derive(Debug)]
pub struct Read {
    /// The calendar's own properties, parameters with the name.
    pub properties: BTreeMap<String, String>,
    pub events: Vec<ReadEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEvent {
    pub uid: String,
    pub start: Timestamp,
    pub end: Timestamp,
    pub summary: String,
    pub description: String,
}

pub fn read(text: &str) -> Read {
    let mut lines = unfolded(text).into_iter();
    assert_eq!(lines.next(), Some(pair("BEGIN", "VCALENDAR")));
    let mut read = Read { properties: BTreeMap::new(), events: Vec::new() };
    loop {
        let (name, value) = lines.next().expect("END:VCALENDAR is missing");
        match (name.as_str(), value.as_str()) {
            ("END", "VCALENDAR") => break,
            // In a calendar without events.
            ("BEGIN", "VTIMEZONE") => {
                let zone: Vec<(String, String)> =
                    lines.by_ref().take_while(|line| *line != pair("END", "VTIMEZONE")).collect();
                assert!(zone.contains(&pair("TZID", "UTC")), "{zone:?}");
                assert_eq!(lines.next(), Some(pair("END", "VCALENDAR")));
                assert_eq!(lines.next(), None);
                return read;
            }
            ("BEGIN", "VEVENT") => read.events.push(event(&mut lines)),
            _ => {
                assert!(read.events.is_empty(), "{name} is after an event");
                assert_eq!(read.properties.insert(name.clone(), value), None, "{name} twice");
            }
        }
    }
    assert_eq!(lines.next(), None);
    assert!(!read.events.is_empty(), "a calendar without a component");
    read
}

fn event(lines: &mut impl Iterator<Item = (String, String)>) -> ReadEvent {
    let inner = lines.take_while(|line| *line != pair("END", "VEVENT"));
    let properties: Vec<(String, String)> = inner.collect();
    let one = |wanted: &str| {
        let values: Vec<&String> =
            properties.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value).collect();
        assert_eq!(values.len(), 1, "{wanted} in {properties:?}");
        values[0].clone()
    };
    instant(&one("DTSTAMP"));
    assert_eq!(one("TRANSP"), "TRANSPARENT");
    let read = ReadEvent {
        uid: one("UID"),
        start: instant(&one("DTSTART")),
        end: instant(&one("DTEND")),
        summary: text(&one("SUMMARY")),
        description: text(&one("DESCRIPTION")),
    };
    assert!(read.start < read.end, "{read:?}");
    read
}

/// 3.1: lines end in CRLF, have at most 75 octets, and go on after CRLF and a space.
fn unfolded(text: &str) -> Vec<(String, String)> {
    let body = text.strip_suffix("\r\n").expect("the last line ends as all do");
    let mut lines: Vec<String> = Vec::new();
    for line in body.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
        match line.strip_prefix(' ') {
            Some(more) => lines.last_mut().unwrap().push_str(more),
            None => lines.push(line.to_owned()),
        }
    }
    lines
        .iter()
        .map(|line| line.split_once(':').unwrap_or_else(|| panic!("{line:?}")))
        .map(|(a, b)| pair(a, b))
        .collect()
}

/// 3.3.11: the only escapes are these, and a `,` or `;` is never without one.
pub fn text(value: &str) -> String {
    let mut read = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => read.push('\n'),
                Some(c @ ('\\' | ';' | ',')) => read.push(c),
                other => panic!("\\{other:?} in {value:?}"),
            },
            ',' | ';' => panic!("`{c}` in {value:?}"),
            c => read.push(c),
        }
    }
    read
}

/// 3.3.5, form 2: UTC.
fn instant(value: &str) -> Timestamp {
    let local =
        DateTime::strptime("%Y%m%dT%H%M%SZ", value).unwrap_or_else(|error| panic!("{value}: {error}"));
    local.to_zoned(TimeZone::UTC).unwrap().timestamp()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
