//! `silences/<any>.yaml`: a list.

use super::{Instant, Match, TimeZone, Window};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// A silence or a maintenance window: alerts are kept, but page nobody until it ends. It needs `services` or `when`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = json!([
    { "anyOf": [{ "required": ["services"] }, { "required": ["when"] }] },
    { "anyOf": [{ "required": ["from"] }, { "required": ["every"] }] },
])))]
pub struct Silence {
    /// Only these services, by id: files in `services/`.
    #[schemars(example = ["search"])]
    #[schemars(length(min = 1))]
    pub services: Option<Vec<String>>,
    /// Only these alerts.
    pub when: Option<Match>,
    /// When it begins; required unless there is `every`.
    pub from: Option<Instant>,
    /// When it ends. Alerts that still fire then page.
    pub until: Instant,
    /// Repeats in this window, until `until`.
    pub every: Option<Window>,
    /// The time zone of all times here; the organisation's by default.
    pub time_zone: Option<TimeZone>,
    /// The reason, shown in the timeline of everything it mutes.
    #[schemars(example = &"OpenSearch upgrade")]
    pub reason: String,
}
