//! Values shared by several kinds of files, still as text.
//!
//! A pattern here serves editors and a first check of the shape. `compile` reads the value and checks more (that the
//! date exists, that the zone is known). Both show `patternErrorMessage` if the pattern does not match.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{
    Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer,
};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

/// A length of time: `30s`, `5m`, `1h30m`, `2 weeks`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"30s", example = &"5m", example = &"1h30m")]
#[schemars(extend(
    "pattern" = "^([0-9]+ ?(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?) ?)+$",
    "patternErrorMessage" = "is not a duration; write it like `30s`, `5m`, `1h30m` or `2 weeks`"
))]
pub struct Duration(pub String);

/// The length of a shift on the calendar: `12 hours`, `1 day`, `2 weeks`, `1 month`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"1 week", example = &"1 day", example = &"12 hours", example = &"1 month")]
#[schemars(extend(
    "pattern" = "^[1-9][0-9]{0,4} ?(h|hours?|d|days?|w|weeks?|months?)$",
    "patternErrorMessage" = "is not the length of a shift; write it like `12 hours`, `1 day`, `1 week` or `1 month`"
))]
pub struct Period(pub String);

/// How long something is kept: `90 days`, `13 months`, `3 years`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"13 months", example = &"3 years", example = &"90 days")]
#[schemars(extend(
    "pattern" = "^[1-9][0-9]{0,3} ?(d|days?|w|weeks?|months?|years?)$",
    "patternErrorMessage" = "is not a length of time; write it like `90 days`, `13 months` or `3 years`"
))]
pub struct History(pub String);

/// When shifts change hands: `mon 10:00` for weeks, `10:00` otherwise; for months also `first mon 10:00` or
/// `last fri 18:00`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"mon 10:00", example = &"10:00", example = &"first mon 10:00")]
#[schemars(extend(
    "pattern" = "^([A-Za-z]{3,9} ){0,2}[0-9]{1,2}:[0-9]{2}$",
    "patternErrorMessage" = "is not a handoff; write it like `mon 10:00` for weeks, `first mon 10:00` for months, or `10:00`"
))]
pub struct Handoff(pub String);

/// A date: `2026-12-05`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"2026-12-07")]
#[schemars(extend(
    "pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "patternErrorMessage" = "is not a date; write it like `2026-12-05`"
))]
pub struct Date(pub String);

/// A date with a time, local (`2026-12-05 10:00`) or with an offset (`2026-12-05T10:00+09:00`). A date alone means
/// its first instant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"2026-12-07 10:00", example = &"2026-12-07T10:00+09:00")]
#[schemars(extend(
    "pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$",
    "patternErrorMessage" = "is not a date with a time; write it like `2026-12-05 10:00` or `2026-12-05T10:00+09:00`"
))]
pub struct Instant(pub String);

/// A time zone of the tz database: `Asia/Tokyo`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"Asia/Tokyo", example = &"Europe/London", example = &"America/New_York")]
pub struct TimeZone(pub String);

/// A Slack channel's id, from the bottom of the channel's details: `C0CHECKOUT`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"C0CHECKOUT")]
#[schemars(extend(
    "pattern" = "^[CG][A-Z0-9]+$",
    "patternErrorMessage" = "is not the id of a Slack channel; it begins with C and is at the bottom of the channel's details"
))]
pub struct Channel(pub String);

/// A Slack member id, from the person's profile ("Copy member ID"): `U0TANAKA`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"U0TANAKA")]
#[schemars(extend(
    "pattern" = "^[UW][A-Z0-9]+$",
    "patternErrorMessage" = "is not a Slack member id; it begins with U and is under \"Copy member ID\" in the profile"
))]
pub struct SlackId(pub String);

/// The id of a user group in Slack ("Copy group ID"): `S0ONCALL`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"S0ONCALL")]
#[schemars(extend(
    "pattern" = "^S[A-Z0-9]+$",
    "patternErrorMessage" = "is not the id of a Slack user group; it begins with S and is under \"Copy group ID\""
))]
pub struct SlackGroup(pub String);

/// A web address: `https://oncall.example.com`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"https://oncall.example.com")]
#[schemars(extend(
    "pattern" = "^https?://[^/?#\\s]+[^?#\\s]*$",
    "patternErrorMessage" = "is not a web address; write it like `https://oncall.example.com`"
))]
pub struct Url(pub String);

/// All keys must match. Keys: `severity`, `summary`, `description`, `source`, `labels.<name>`. With a list, any value
/// may match. `*` is a wildcard, `~` starts a regular expression, `!` negates. Patterns cover the whole value.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Match(pub BTreeMap<String, OneOrMany<String>>);

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// The place of a secret, never its value: `{ env: NAME }`, `{ file: path }` or `{ sops: file, key: name }`.
#[derive(Clone, Debug)]
pub enum Secret {
    Env(String),
    File(String),
    Sops {
        file: String,
        key: String,
    },
    /// A plain value. Only where the schema allows it: a phone number is personal data, but not a secret.
    Literal(String),
}

impl<T> OneOrMany<T> {
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }

    pub fn is_list(&self) -> bool {
        matches!(self, OneOrMany::Many(_))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(serde::de::value::StrDeserializer::new(text)).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany::Many)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::One)
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{ env: NAME }, { file: path } or { sops: file, key: name }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::Literal(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Secret, A::Error> {
        let mut keys = BTreeMap::<String, String>::deserialize(MapAccessDeserializer::new(map))?;
        if let Some(name) = keys.remove("env") {
            return Ok(Secret::Env(name));
        }
        if let Some(path) = keys.remove("file") {
            return Ok(Secret::File(path));
        }
        match (keys.remove("sops"), keys.remove("key")) {
            (Some(file), Some(key)) => Ok(Secret::Sops { file, key }),
            _ => Err(A::Error::custom("a secret is one of `env`, `file`, or `sops` with `key`")),
        }
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = |pattern: &str, example: &str, description: &str| json_schema!({ "type": "string", "pattern": pattern, "description": description, "examples": [example] });
        json_schema!({
            "description": "Where a secret is kept: `{ env: NAME }`, `{ file: path }` or `{ sops: file, key: name }`.",
            "examples": [{ "env": "SLACK_BOT_TOKEN" }, { "file": "/run/secrets/slack-bot-token" }, { "sops": "people.enc.yaml", "key": "tanaka.phone" }],
            "type": "object",
            "properties": {
                "env": text("^[A-Za-z_][A-Za-z0-9_]*$", "SLACK_BOT_TOKEN", "The environment variable of the server that holds it."),
                "file": text("^/", "/run/secrets/slack-bot-token", "The file on the server that holds it, outside the repository: an absolute path."),
                "sops": text("^[^/]", "people.enc.yaml", "A SOPS file of this repository, encrypted with age: its path from the root."),
                "key": text(".", "tanaka.phone", "The key in the SOPS file, with dots between its parts: `tanaka.phone`."),
            },
            "additionalProperties": false,
            "oneOf": [
                { "required": ["env"], "not": { "required": ["key"] } },
                { "required": ["file"], "not": { "required": ["key"] } },
                { "required": ["sops", "key"] },
            ],
        })
    }
}

impl JsonSchema for Match {
    fn schema_name() -> Cow<'static, str> {
        "Match".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = json_schema!({ "type": ["string", "number", "boolean"] });
        let patterns = |description: &str, examples: serde_json::Value| {
            json_schema!({
                "description": description,
                "examples": examples,
                "anyOf": [text, { "type": "array", "items": text, "minItems": 1 }],
            })
        };
        json_schema!({
            "description": "All keys must match. A list means any of; `*` globs, `~` starts a regular expression, \
                `!` negates.",
            "examples": [{ "severity": "critical" }, { "labels.team": "web", "summary": "*latency*" }],
            "type": "object",
            "properties": {
                "severity": patterns("How bad the alert is.", json!(["critical", "error", "warning", "info"])),
                "summary": patterns("The one line of the alert.", json!(["*latency*"])),
                "description": patterns("The long text of the alert.", json!(["*timeout*"])),
                "source": patterns("The host or system in trouble.", json!(["db-*"])),
            },
            "patternProperties": { "^labels\\..+$": patterns("The value of this label.", json!(["web"])) },
            "additionalProperties": false,
            "minProperties": 1,
        })
    }
}

/// One handoff, or a list of them.
pub(super) fn handoffs(generator: &mut SchemaGenerator) -> Schema {
    let one = generator.subschema_for::<Handoff>();
    json_schema!({
        "description": "When shifts change hands: `mon 10:00` for weeks, `10:00` otherwise; for months also `first mon 10:00` or \
            `last fri 18:00`. With a list, each is a turn.",
        "examples": ["mon 10:00", "10:00", ["mon 10:00", "fri 18:00"], "first mon 10:00"],
        "anyOf": [one, { "type": "array", "items": one, "minItems": 1, "maxItems": crate::schedule::HANDOFFS_MAX }],
    })
}

/// A phone number, or the secret that holds it.
pub(super) fn phone(generator: &mut SchemaGenerator) -> Schema {
    let secret = generator.subschema_for::<Secret>();
    json_schema!({
        "description": "The phone number, in quotes and with the country code (`\"+81 90 1234 5678\"`), or a secret.",
        "examples": ["+81 90 1234 5678"],
        "anyOf": [{ "type": "string" }, secret],
    })
}

/// Jira's own fields: texts that may be templates, numbers, truth values, and lists and objects of these.
pub(super) fn ticket_fields(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": true,
        "examples": [{ "customfield_10042": "{{ labels.region }}", "customfield_10050": { "value": "Tokyo" } }],
    })
}
