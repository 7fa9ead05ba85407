//! `silences/<any>.yaml`: a list.

use super::{Instant, Match, TimeZone, Window};
use schemars::JsonSchema;
use serde::Deserialize;

/// A silence or a maintenance window: alerts are kept, and page nobody until it ends. It needs `services` or `when`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// Only these services.
    #[schemars(length(min = 1))]
    pub services: Option<Vec<String>>,
    /// Only these alerts.
    pub when: Option<Match>,
    /// Required without `every`.
    pub from: Option<Instant>,
    pub until: Instant,
    /// Again and again in this window, until `until`.
    pub every: Option<Window>,
    /// The zone of all times here; the organisation's by default.
    pub time_zone: Option<TimeZone>,
    /// Shown in the timeline of whatever it mutes.
    pub reason: String,
}
