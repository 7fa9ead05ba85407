//! `overrides/<any>.yaml`: a list.

use super::{Instant, OneOrMany};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// A temporary change to a schedule: `with`, or `replace` and `with`, or `add`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([
    { "required": ["with"], "not": { "required": ["add"] } },
    { "required": ["add"], "not": { "anyOf": [{ "required": ["with"] }, { "required": ["replace"] }] } },
])))]
pub struct Override {
    /// The id of the schedule that changes: its path below `schedules/`, without `.yaml`.
    #[schemars(example = &"web-primary")]
    pub schedule: String,
    /// When it begins, in the schedule's zone; with an offset if that is not the organisation's.
    pub from: Instant,
    /// Whoever is on call at this instant is again who the schedule says. In the same zone as `from`; a date alone is
    /// its midnight, so that the day itself is not part of it.
    #[schemars(example = &"2026-12-08 10:00")]
    pub until: Instant,
    /// This person, if on call, makes room for `with`.
    #[schemars(example = &"suzuki")]
    pub replace: Option<String>,
    /// Alone: these people, whoever it was. `nobody` is a gap on purpose.
    #[schemars(example = &"sato", example = ["sato", "kimura"], example = &"nobody")]
    pub with: Option<OneOrMany<String>>,
    /// Beside whoever it is.
    #[schemars(example = &"kimura")]
    pub add: Option<OneOrMany<String>>,
    /// Shown wherever the change is shown.
    #[schemars(example = &"doctor's appointment")]
    pub reason: Option<String>,
}
