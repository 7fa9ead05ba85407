//! Windows of the week, and where they may be written in place of the id of business hours.

use super::OneOrMany;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{
    Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer,
};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::borrow::Cow;
use std::fmt;

/// `{ days: mon-fri, from: 22:00, until: 06:00 }`, or `{ from: fri 18:00, until: mon 10:00 }`. The end is excluded;
/// if it is at or before `from`, it is on the next day. A window belongs to the day on which it starts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([
    {
        "required": ["days"],
        "properties": { "from": { "pattern": "^[0-9]" }, "until": { "pattern": "^[0-9]" } },
    },
    {
        "not": { "required": ["days"] },
        "properties": { "from": { "pattern": "^[A-Za-z]" }, "until": { "pattern": "^[A-Za-z]" } },
    },
])))]
pub struct Window {
    /// The days on which it starts: `daily`, `mon-fri`, `[sat, sun]`, `[mon-wed, fri]`.
    #[schemars(example = &"mon-fri", example = &"daily", example = ["sat", "sun"])]
    pub days: Option<OneOrMany<String>>,
    /// When it opens: `10:00`, or `fri 18:00` without `days`.
    #[schemars(example = &"10:00")]
    #[schemars(extend(
        "pattern" = "^([A-Za-z]{3,9} )?[0-9]{1,2}:[0-9]{2}$",
        "patternErrorMessage" = "is not a time of day; write it like `10:00`, or `fri 18:00` without `days`"
    ))]
    pub from: String,
    /// When it closes: `19:00`, or `mon 10:00` without `days`. At or before `from`, it is on the next day.
    #[schemars(example = &"19:00")]
    #[schemars(extend(
        "pattern" = "^([A-Za-z]{3,9} )?[0-9]{1,2}:[0-9]{2}$",
        "patternErrorMessage" = "is not a time of day; write it like `19:00`, or `mon 10:00` without `days`"
    ))]
    pub until: String,
    /// What happens on holidays: `exclude` is the default in `business-hours/`, `ignore` elsewhere.
    pub holidays: Option<WindowHolidays>,
}

/// `exclude`: closed on holidays. `only`: open on holidays only. `ignore`: a holiday is a day like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowHolidays {
    Exclude,
    Only,
    Ignore,
}

/// The id of business hours, or windows written here.
#[derive(Clone, Debug)]
pub enum During {
    BusinessHours(String),
    Windows(OneOrMany<Window>),
}

impl<'de> Deserialize<'de> for During {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DuringVisitor)
    }
}

struct DuringVisitor;

impl<'de> Visitor<'de> for DuringVisitor {
    type Value = During;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the id of business hours, or windows")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<During, E> {
        Ok(During::BusinessHours(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<During, A::Error> {
        let windows = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(During::Windows(OneOrMany::Many(windows)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<During, A::Error> {
        let window = Window::deserialize(MapAccessDeserializer::new(map))?;
        Ok(During::Windows(OneOrMany::One(window)))
    }
}

impl JsonSchema for During {
    fn schema_name() -> Cow<'static, str> {
        "During".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let window = generator.subschema_for::<Window>();
        json_schema!({
            "description": "The id of business hours (`office`), or windows written here.",
            "examples": ["office"],
            "anyOf": [{ "type": "string" }, window, { "type": "array", "items": window, "minItems": 1 }],
        })
    }
}
