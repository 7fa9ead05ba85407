//! `flapping:` and `reopen_within:` of a service, or of the organisation's `defaults`

use super::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::{borrow::Cow, fmt};

/// When an alert flaps, or `never`.
#[derive(Clone, Debug)]
pub enum Flapping {
    Never,
    Limits(FlappingLimits),
}

/// So many fires within that time, until it is quiet.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct FlappingLimits {
    /// How often one alert begins to fire before it flaps; 3 by default.
    #[schemars(example = 3)]
    #[schemars(range(min = 2, max = 50))]
    pub fires: Option<u32>,
    /// Within what time: 10 seconds to 24 hours; 30 minutes by default.
    #[schemars(example = &"30m")]
    pub within: Option<Duration>,
    /// For how long it must not change before it counts as calm: 1 minute to 24 hours; 15 minutes by default.
    #[schemars(example = &"15m")]
    pub quiet: Option<Duration>,
}

/// How soon after its end an alert opens the same incident again, or `never`.
#[derive(Clone, Debug)]
pub enum ReopenWithin {
    Never,
    Within(Duration),
}

impl<'de> Deserialize<'de> for Flapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlappingVisitor)
    }
}

struct FlappingVisitor;

impl<'de> Visitor<'de> for FlappingVisitor {
    type Value = Flapping;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`never`, or `{ fires: 3, within: 30m, quiet: 15m }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Flapping, E> {
        match text {
            "never" => Ok(Flapping::Never),
            other => Err(E::custom(format!("`{other}` is not `never`"))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Flapping, A::Error> {
        FlappingLimits::deserialize(MapAccessDeserializer::new(map)).map(Flapping::Limits)
    }
}

impl JsonSchema for Flapping {
    fn schema_name() -> Cow<'static, str> {
        "Flapping".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let limits = generator.subschema_for::<FlappingLimits>();
        json_schema!({
            "description": "An alert that begins to fire `fires` times `within` this time flaps: its incident stays open \
                and pages as one, not at each change, until the alert has not changed for `quiet`. `never` switches it off.",
            "examples": [json!({ "fires": 3, "within": "30m", "quiet": "15m" }), json!("never")],
            "anyOf": [{ "enum": ["never"] }, limits],
        })
    }
}

impl<'de> Deserialize<'de> for ReopenWithin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.as_str() {
            "never" => ReopenWithin::Never,
            _ => ReopenWithin::Within(Duration(text)),
        })
    }
}

impl JsonSchema for ReopenWithin {
    fn schema_name() -> Cow<'static, str> {
        "ReopenWithin".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An alert that fires again so soon after its incident was closed opens it again, with the same \
                thread and ticket: at most 24 hours. `never` switches it off.",
            "examples": ["5m", "never"],
            "pattern": "^(never|([0-9]+ ?(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?) ?)+)$",
            "patternErrorMessage": "is not a duration; write it like `5m` or `1h`, or `never`",
        })
    }
}
