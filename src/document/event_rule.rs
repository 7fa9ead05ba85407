//! `rules:` of an integration

use super::Match;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::json;
use std::{borrow::Cow, collections::BTreeMap};

/// One line of `rules`: `set` or `drop`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = json!([{ "required": ["set"] }, { "required": ["drop"] }]),
    "dependentRequired" = json!({ "drop": ["when"] }),
))]
pub struct EventRule {
    /// Which alerts, as the monitor and the rules above say them; all by default, and required for `drop`. The named groups
    /// of its regular expressions are `match.<name>` in the templates of `set`.
    pub when: Option<Match>,
    /// Other words for these fields, as text or as templates (`"{{ match.host }}"`).
    pub set: Option<SetFields>,
    /// Why nobody hears of these alerts. They are kept in the journal, with this reason; what resolves or acknowledges
    /// something open always passes.
    #[schemars(example = &"nobody is paged for dev")]
    #[schemars(length(min = 1))]
    pub drop: Option<String>,
}

/// Fields and the texts or templates for them. Templates see `summary`, `description`, `source`, `severity`, `labels`,
/// `integration` and `match`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct SetFields(pub BTreeMap<String, String>);

impl JsonSchema for SetFields {
    fn schema_name() -> Cow<'static, str> {
        "SetFields".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let template = |description: &str, example: &str| json_schema!({ "type": "string", "description": description, "examples": [example] });
        json_schema!({
            "description": "Fields and the texts or templates for them. Templates see `summary`, `description`, `source`, \
                `severity`, `labels`, `integration` and `match`, the named groups of `when`.",
            "examples": [{ "labels.host": "{{ match.host }}", "summary": "{{ summary | title }}" }],
            "type": "object",
            "properties": {
                "summary": template("The one line of the alert.", "{{ summary | title }}"),
                "description": template("The long text of the alert.", "{{ description | trim }}"),
                "source": template("The host or system in trouble.", "{{ labels.instance }}"),
                "severity": template("How bad it is, in one of the words that monitors use.", "warning"),
            },
            "patternProperties": { "^labels\\..+$": template("The value of this label; empty takes it away.", "{{ match.host }}") },
            "additionalProperties": false,
            "minProperties": 1,
        })
    }
}
