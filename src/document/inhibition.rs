//! `inhibitions/<any>.yaml`: a list.

use super::{Duration, Match};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What one alert explains is not paged while people know of that one, and is paged if it outlives it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = json!(["while", "mutes", "equal", "reason"])))]
pub struct Inhibition {
    /// The alerts that explain others, while they fire and people have been told of them.
    #[serde(rename = "while")]
    #[schemars(example = json!({ "labels.alertname": "NodeDown" }))]
    pub source: Match,
    /// The alerts that they explain. A negation mutes only alerts that have the label.
    #[schemars(example = json!({ "labels.alertname": "Pod*" }))]
    pub mutes: Match,
    /// The fields that both must have, with the same value; `[]` for none: then any of the first mutes all of the others.
    #[schemars(example = ["labels.node"])]
    pub equal: Option<Vec<String>>,
    /// How long after the source is over what still fires is told; `5m` by default.
    pub grace: Option<Duration>,
    /// Also where the two come from different integrations.
    pub across: Option<bool>,
    /// The reason, shown in the timeline of everything it mutes.
    #[schemars(example = &"a node that is down explains its pods")]
    pub reason: String,
}
