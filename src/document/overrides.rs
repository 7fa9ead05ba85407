//! `overrides/<any>.yaml`: a list.

use super::{Instant, OneOrMany};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// A temporary change to a schedule, or to several: `with`, or `replace` and `with`, or `add`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = json!([
        { "required": ["with"], "not": { "required": ["add"] } },
        { "required": ["add"], "not": { "anyOf": [{ "required": ["with"] }, { "required": ["replace"] }] } },
    ]),
    "allOf" = json!([{ "oneOf": [{ "required": ["schedule"] }, { "required": ["schedules"] }] }]),
))]
pub struct Override {
    /// The id of the schedule to change: its path below `schedules/`, without `.yaml`.
    #[schemars(example = &"web-primary")]
    pub schedule: Option<String>,
    /// Or several schedules, each of which it changes.
    #[schemars(example = ["web-primary", "web-secondary"])]
    #[schemars(length(min = 1, max = 50))]
    pub schedules: Option<Vec<String>>,
    /// The name of a layer: only that layer is changed, in its own hours, and the others go on as they are.
    #[schemars(example = &"weekly")]
    pub layer: Option<String>,
    /// When it begins, in the schedule's time zone. Needs an offset if that is not the organisation's zone.
    pub from: Instant,
    /// When it ends; from this instant the schedule decides again. In the same zone as `from`. A date alone means its
    /// midnight, so that day is not included.
    #[schemars(example = &"2026-12-08 10:00")]
    pub until: Instant,
    /// If this person is on call, `with` takes their place.
    #[schemars(example = &"suzuki")]
    pub replace: Option<String>,
    /// Without `replace`: exactly these people are on call. `nobody` makes a deliberate gap.
    #[schemars(example = &"sato", example = ["sato", "kimura"], example = &"nobody")]
    pub with: Option<OneOrMany<String>>,
    /// These people are on call too.
    #[schemars(example = &"kimura")]
    pub add: Option<OneOrMany<String>>,
    /// The number of the override made at run time that this is: it retires once this is in force. Written by
    /// `oncall override pull`.
    #[schemars(example = 4211)]
    pub id: Option<u64>,
    /// The reason, shown with the override.
    #[schemars(example = &"doctor's appointment")]
    pub reason: Option<String>,
}
