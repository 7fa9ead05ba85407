//! Reading JSON as monitors write it: templates leave trailing commas and raw line breaks, numbers come as text
//! and text as numbers, and a zero time means none.

use crate::alert::Link;
use jiff::Timestamp;
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// The most values of one body: each takes some 150 bytes while a list of them grows, however short it is written.
const VALUES_MAX: usize = 500_000;

/// Parses a body: strictly, then with trailing commas dropped, and control characters and lone backslashes in strings
/// escaped. The error is that of the strict attempt.
pub fn parse(body: &[u8]) -> Result<Value, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err("the body is empty".to_owned());
    }
    // At least as many as there are values, for what separates them may also stand in texts.
    let values = || body.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if body.len() > VALUES_MAX && values() > VALUES_MAX {
        return Err(format!("more than {VALUES_MAX} JSON values"));
    }
    serde_json::from_slice(body).or_else(|error| {
        let repaired = repaired(&String::from_utf8_lossy(body));
        serde_json::from_str(&repaired).map_err(|_| format!("not JSON: {error}"))
    })
}

/// The text at a key of a body, without keeping the rest of it: what [`parse`] and [`text`] give, at a fraction of the cost.
/// Nobody knows yet who sends it, so that it costs no more where it is not strictly JSON either.
pub fn peeked(body: &[u8], key: &str) -> Result<Option<String>, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err("the body is empty".to_owned());
    }
    let found = member(body, key).or_else(|error| {
        // A list, or another value that has no keys.
        if error.is_data() {
            return Ok(None);
        }
        let repaired = repaired(&String::from_utf8_lossy(body));
        member(repaired.as_bytes(), key).map_err(|_| format!("not JSON: {error}"))
    })?;
    Ok(found.as_ref().and_then(scalar).map(Cow::into_owned))
}

fn member(body: &[u8], key: &str) -> serde_json::Result<Option<Value>> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let found = deserializer.deserialize_map(Member(key))?;
    deserializer.end().map(|()| found)
}

/// The value of a member; the last one, if there are several of its name.
struct Member<'k>(&'k str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<Value>, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            if name == self.0 {
                found = Some(members.next_value::<Scalar>()?.0);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// A scalar; null in place of a list or an object.
struct Scalar(Value);

impl<'de> serde::Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(Scalar(Value::Null))
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(text.into()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Scalar, E> {
        Ok(Scalar(truth.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Scalar, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self)
    }
}

/// A scalar as text; `None` for null text, lists and objects.
pub fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text.trim())).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Owned(truth.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The scalar at a key of an object.
pub fn text<'a>(object: &'a Value, key: &str) -> Option<Cow<'a, str>> {
    scalar(object.get(key)?)
}

/// The scalar at the first of the keys that has one.
pub fn first<'a>(object: &'a Value, keys: &[&str]) -> Option<Cow<'a, str>> {
    keys.iter().find_map(|key| text(object, key))
}

/// The scalar that a pointer leads to.
pub fn at<'a>(object: &'a Value, pointer: &str) -> Option<Cow<'a, str>> {
    scalar(object.pointer(pointer)?)
}

/// The instant at the first of the keys that has one.
pub fn time(object: &Value, keys: &[&str]) -> Option<Timestamp> {
    keys.iter().find_map(|key| instant(&text(object, key)?))
}

/// A link to the URL at a key, where there is one.
pub fn link(object: &Value, key: &str, words: &str) -> Option<Link> {
    text(object, key).map(|href| Link { href: href.into_owned(), text: words.to_owned() })
}

/// The scalar members of an object.
pub fn scalars(object: Option<&Value>) -> BTreeMap<String, String> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.clone(), scalar(value)?.into_owned()))).collect()
}

/// The elements of a list; none where there is no list.
pub fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An instant: RFC 3339, an offset without a colon (`+0000`), a ` UTC` after it, as Go writes it (`2026-11-30 02:10:00 +0000
/// UTC`), RFC 2822, or seconds or milliseconds since 1970.
/// A time before 1970 (`0001-01-01T00:00:00Z`) is how Go says "none".
pub fn instant(text: &str) -> Option<Timestamp> {
    /// In seconds this is the year 5138, in milliseconds 1973.
    const SECONDS_MAX: u64 = 100_000_000_000;
    let instant = match text.parse::<i64>() {
        Ok(number) if number.unsigned_abs() < SECONDS_MAX => Timestamp::from_second(number).ok(),
        Ok(number) => Timestamp::from_millisecond(number).ok(),
        Err(_) => text.strip_suffix(" UTC").unwrap_or(text).parse().ok().or_else(|| written_out(text)),
    };
    instant.filter(|instant| *instant > Timestamp::UNIX_EPOCH)
}

/// As Go's `Time.String()` and as mails write it.
fn written_out(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    match words.as_slice() {
        [date, time, offset, ..] if date.len() == 10 && offset.starts_with(['+', '-']) => {
            format!("{date}T{time}{offset}").parse().ok()
        }
        // `Mon, 30 Nov 2026 02:10:00 GMT`
        [day, ..] if day.ends_with(',') => {
            jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
        }
        _ => None,
    }
}

fn repaired(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        let rest = || text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            c if quoted && c.is_ascii_control() => repaired.push_str(&format!("\\u{:04x}", u32::from(c))),
            ',' if !quoted && closes(rest()) => {}
            '\\' if quoted && !escaped && !escapes(rest()) => {
                repaired.push_str("\\\\");
                continue;
            }
            c => repaired.push(c),
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
    }
    repaired
}

/// Whether nothing but a closing bracket follows.
fn closes(rest: &str) -> bool {
    rest.trim_start().starts_with([']', '}'])
}

/// Whether what follows a backslash makes an escape of it (RFC 8259, section 7).
fn escapes(rest: &str) -> bool {
    match rest.strip_prefix('u') {
        Some(rest) => rest.len() >= 4 && rest.bytes().take(4).all(|byte| byte.is_ascii_hexdigit()),
        None => rest.starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']),
    }
}
