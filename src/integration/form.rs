//! Bodies and queries as browsers send forms (`application/x-www-form-urlencoded`), read as if they were JSON.
//!
//! What a body is, is seen by its look: senders set the `Content-Type` of a form on JSON, and the other way round.

use super::{Posted, json};
use serde_json::{Map, Value};

/// The field of a form in which some senders put JSON.
const PAYLOAD: &str = "payload";

/// The JSON of a body, or its form's fields as an object; of an empty body, those of the query.
pub fn json_or_form(posted: &Posted<'_>) -> Result<Value, String> {
    let blank = posted.body.iter().all(u8::is_ascii_whitespace);
    if blank && !posted.query.is_empty() {
        return Ok(object(posted.query.as_bytes()));
    }
    json::parse(posted.body).or_else(|error| {
        if looks_like_form(posted.body) { Ok(object(posted.body.trim_ascii())) } else { Err(error) }
    })
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
    let fields: Map<String, Value> =
        pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
    let payload =
        fields.get(PAYLOAD).and_then(Value::as_str).and_then(|text| json::parse(text.as_bytes()).ok());
    match payload {
        Some(payload @ (Value::Object(_) | Value::Array(_))) => payload,
        _ => Value::Object(fields),
    }
}
