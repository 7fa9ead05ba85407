//! Bodies and queries as browsers send forms (`application/x-www-form-urlencoded` and `multipart/form-data`), read as if they
//! were JSON.
//!
//! What a body is, is seen by its look: senders set the `Content-Type` of a form on JSON, and the other way round.

use super::json;
use super::posted::Posted;
use serde_json::{Map, Value};

/// The field of a form in which some senders put JSON.
const PAYLOAD: &str = "payload";

/// The JSON of a body, or its form's fields as an object; of an empty body, those of the query.
pub fn json_or_form(posted: &Posted<'_>) -> Result<Value, String> {
    let blank = posted.body.iter().all(u8::is_ascii_whitespace);
    if blank && !posted.query.is_empty() {
        return Ok(object(posted.query.as_bytes()));
    }
    json::parse(posted.body).or_else(|error| match multipart(posted.body) {
        Some(fields) => Ok(inner(fields)),
        None if looks_like_form(posted.body) => Ok(object(posted.body.trim_ascii())),
        None => Err(error),
    })
}

/// The fields of a body in parts (RFC 7578), whose first line is what stands between them; `None` where there are none.
fn multipart(body: &[u8]) -> Option<Map<String, Value>> {
    if !body.starts_with(b"--") {
        return None;
    }
    let body = String::from_utf8_lossy(body);
    let (delimiter, rest) = body.split_once("\r\n")?;
    let between = format!("\r\n{delimiter}");
    let fields: Map<String, Value> = rest.split(&*between).filter_map(field).collect();
    (!fields.is_empty()).then_some(fields)
}

/// `Content-Disposition: form-data; name="data"`, an empty line, and the value.
fn field(part: &str) -> Option<(String, Value)> {
    let (head, value) = part.split_once("\r\n\r\n")?;
    let (_, name) = head.split_once(" name=\"")?;
    let (name, _) = name.split_once('"')?;
    Some((name.to_owned(), Value::from(value)))
}

/// One line `name=value`, of which the name is nothing that JSON begins with.
fn looks_like_form(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    let name = body.split(|byte| *byte == b'=').next().unwrap_or_default();
    let plain = |byte: &u8| !byte.is_ascii_whitespace() && !b"{}<>\"&".contains(byte);
    name.len() < body.len() && !name.is_empty() && name.iter().all(plain) && !body.contains(&b'\n')
}

/// The fields as an object, of those with one name the last; or the JSON in the field `payload`.
fn object(encoded: &[u8]) -> Value {
    let pairs = form_urlencoded::parse(encoded);
    inner(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
}

fn inner(fields: Map<String, Value>) -> Value {
    let payload =
        fields.get(PAYLOAD).and_then(Value::as_str).and_then(|text| json::parse(text.as_bytes()).ok());
    match payload {
        Some(payload @ (Value::Object(_) | Value::Array(_))) => payload,
        _ => Value::Object(fields),
    }
}
