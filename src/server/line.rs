//! A line of the log: names and values, as `key=value` or as JSON, purely.
//!
//! A value that holds anything but plain characters is quoted, and what would begin another line, or move the cursor of a
//! terminal, is escaped: no text from outside can forge a line. Which lines there are is decided elsewhere.

use crate::alert::cut;
use crate::incident::{DeliveryId, IncidentId};
use crate::place::Place;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use tracing::Level;

/// The longest value that is written, in characters.
pub const VALUE_MAX: usize = 4_000;
/// How many lines of one kind are written in a second.
pub const LINES_A_SECOND_MAX: u64 = 100;

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `time=… level=info event=alert incident=3-17 …`
    Text,
    /// The same for eyes: levels have colours, and a value of several lines stands below its line.
    Terminal,
    /// One JSON object.
    Json,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'e> {
    pub level: Level,
    /// What it counts as where there are too many: an event, or what stands for several.
    pub kind: &'static str,
    pub fields: Vec<(&'static str, Value<'e>)>,
}

/// A value of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'e> {
    /// Left out.
    Absent,
    Number(i64),
    Text(Cow<'e, str>),
}

impl<'e> Line<'e> {
    /// A line that counts as its own event.
    pub fn new(
        level: Level,
        event: &'static str,
        fields: impl IntoIterator<Item = (&'static str, Value<'e>)>,
    ) -> Line<'e> {
        let first = ("event", event.into());
        Line { level, kind: event, fields: [first].into_iter().chain(fields).collect() }
    }

    /// What it tells of; empty where it has no word.
    pub fn event(&self) -> &str {
        match self.fields.first() {
            Some(("event", Value::Text(event))) => event,
            _ => "",
        }
    }

    /// As it is written, with its line break.
    pub fn render(&self, format: Format, at: Timestamp) -> String {
        let mut text = String::with_capacity(256);
        let level = self.level.as_str().to_ascii_lowercase();
        let open = match format {
            Format::Json => "{\"time\":\"",
            Format::Text | Format::Terminal => "time=",
        };
        // Writing to a String does not fail.
        let _ = write!(text, "{open}{at:.3}");
        let _ = match format {
            Format::Json => write!(text, "\",\"level\":\"{level}\""),
            Format::Text => write!(text, " level={level}"),
            Format::Terminal => write!(text, " level={}", coloured(self.level, &level)),
        };
        let mut below = String::new();
        for (name, value) in &self.fields {
            match (value, format) {
                (Value::Absent, _) => {}
                (Value::Text(value), Format::Terminal) if value.contains('\n') => {
                    below.extend([&**value, "\n"]);
                }
                (value, Format::Json) => {
                    let _ = write!(text, ",{}:", quoted(name));
                    value.json(&mut text);
                }
                (value, Format::Text | Format::Terminal) => {
                    let _ = write!(text, " {name}=");
                    value.plain(&mut text);
                }
            }
        }
        text.push_str(if format == Format::Json { "}\n" } else { "\n" });
        for line in below.lines().filter(|line| !line.is_empty()) {
            text.push_str("    ");
            escape(line, false, &mut text);
            text.push('\n');
        }
        text
    }
}

fn coloured(level: Level, word: &str) -> String {
    let colour = match level {
        Level::ERROR => 31,
        Level::WARN => 33,
        _ => return word.to_owned(),
    };
    format!("\u{1b}[{colour}m{word}\u{1b}[0m")
}

impl Value<'_> {
    fn json(&self, to: &mut String) {
        let _ = match self {
            Value::Absent => write!(to, "null"),
            Value::Number(number) => write!(to, "{number}"),
            Value::Text(text) => write!(to, "{}", quoted(text)),
        };
    }

    fn plain(&self, to: &mut String) {
        let _ = match self {
            Value::Absent => Ok(()),
            Value::Number(number) => write!(to, "{number}"),
            Value::Text(text) if is_plain(text) => write!(to, "{text}"),
            Value::Text(text) => write!(to, "{}", quoted(text)),
        };
    }
}

/// Whether a text needs no quotes.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'\\=`".contains(&byte);
    !text.is_empty() && text.len() <= VALUE_MAX && text.bytes().all(plain)
}

/// A JSON string in which nothing moves a cursor, breaks a line or turns the direction of the text.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    escape(text, true, &mut quoted);
    quoted.push('"');
    quoted
}

fn escape(text: &str, quotes: bool, to: &mut String) {
    for c in cut(text, VALUE_MAX).chars() {
        match c {
            '"' | '\\' if quotes => to.extend(['\\', c]),
            '\n' => to.push_str("\\n"),
            '\t' => to.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(to, "\\u{unit:04x}");
                }
            }
            c => to.push(c),
        }
    }
}

/// Line and paragraph separators, and what changes the direction of a text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// How many lines of each kind there were in this second.
#[derive(Debug, Default)]
pub struct Allowance {
    second: i64,
    /// The kinds are words of ours, so there are only so many.
    taken: BTreeMap<String, u64>,
}

impl Allowance {
    /// Whether a line of this kind may still be written in this second. [`Allowance::left_out`] must have been asked before.
    pub fn takes(&mut self, kind: &str) -> bool {
        let taken = match self.taken.get_mut(kind) {
            Some(taken) => taken,
            None => self.taken.entry(kind.to_owned()).or_default(),
        };
        *taken += 1;
        *taken <= LINES_A_SECOND_MAX
    }

    /// What was left out of the second before this one, by kind, if `now` is in another.
    pub fn left_out(&mut self, now: Timestamp) -> Vec<Line<'static>> {
        if now.as_second() == self.second {
            return Vec::new();
        }
        self.second = now.as_second();
        self.rest()
    }

    /// What was left out so far, by kind.
    pub fn rest(&mut self) -> Vec<Line<'static>> {
        let taken = std::mem::take(&mut self.taken).into_iter();
        let over = taken.filter(|(_, taken)| *taken > LINES_A_SECOND_MAX);
        over.map(|(kind, taken)| left_out(kind, taken - LINES_A_SECOND_MAX)).collect()
    }

    /// Whether anything was left out that must still be told.
    pub fn is_over(&self) -> bool {
        self.taken.values().any(|taken| *taken > LINES_A_SECOND_MAX)
    }
}

fn left_out(of: String, lines: u64) -> Line<'static> {
    Line::new(Level::WARN, "left_out", [("of", of.into()), ("lines", lines.into())])
}

impl<'e> From<&'e str> for Value<'e> {
    fn from(text: &'e str) -> Value<'e> {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl From<&Place> for Value<'_> {
    fn from(place: &Place) -> Self {
        place.to_string().into()
    }
}

impl From<IncidentId> for Value<'_> {
    fn from(id: IncidentId) -> Self {
        id.to_string().into()
    }
}

impl From<DeliveryId> for Value<'_> {
    fn from(id: DeliveryId) -> Self {
        id.to_string().into()
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        format!("{at:.0}").into()
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Number(i64::from(number))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'e, T: Into<Value<'e>>> From<Option<T>> for Value<'e> {
    fn from(value: Option<T>) -> Value<'e> {
        value.map_or(Value::Absent, Into::into)
    }
}
