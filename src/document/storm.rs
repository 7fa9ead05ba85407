//! `storm:` of a service, or of the organisation's `defaults`

use super::Duration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::{borrow::Cow, fmt};

/// When further alerts join one incident, or `never`.
#[derive(Clone, Debug)]
pub enum Storm {
    Never,
    Beyond(StormLimits),
}

/// More incidents than this, within that time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct StormLimits {
    /// How many incidents of one urgency a service opens before further alerts join one incident; 50 by default.
    #[schemars(example = 50)]
    #[schemars(range(min = 1, max = 1000))]
    pub incidents: Option<u32>,
    /// Within what time: 10 seconds to 24 hours; 5 minutes by default.
    #[schemars(example = &"5m")]
    pub within: Option<Duration>,
}

impl<'de> Deserialize<'de> for Storm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StormVisitor)
    }
}

struct StormVisitor;

impl<'de> Visitor<'de> for StormVisitor {
    type Value = Storm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`never`, or `{ incidents: 50, within: 5m }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Storm, E> {
        match text {
            "never" => Ok(Storm::Never),
            other => Err(E::custom(format!("`{other}` is not `never`"))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Storm, A::Error> {
        StormLimits::deserialize(MapAccessDeserializer::new(map)).map(Storm::Beyond)
    }
}

impl JsonSchema for Storm {
    fn schema_name() -> Cow<'static, str> {
        "Storm".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let limits = generator.subschema_for::<StormLimits>();
        json_schema!({
            "description": "A storm: when a service opens more than `incidents` of one urgency `within` this time, \
                further alerts join one incident, which is told with their number. `never` switches it off.",
            "examples": [json!({ "incidents": 50, "within": "5m" }), json!("never")],
            "anyOf": [{ "enum": ["never"] }, limits],
        })
    }
}
