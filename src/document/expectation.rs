//! `expectations/<any>.yaml`: a list.

use super::{ContactMethod, Duration, Instant, Severity};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// "This alert at that time tells these people": a test of the configuration, run by `oncall validate`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The promise, in one sentence.
    #[schemars(example = &"a critical checkout alert at night calls the primary")]
    pub name: String,
    /// In the organisation's zone.
    pub at: Instant,
    /// The alert, as the integration would understand it.
    pub alert: Alert,
    /// Alerts that fire already, and that somebody has taken.
    #[schemars(length(min = 1, max = 20))]
    pub open: Option<Vec<Alert>>,
    /// Alerts of the same body, which come just before it.
    #[schemars(length(min = 1, max = 60))]
    pub together: Option<Vec<Alert>>,
    /// Whether a rule of the integration drops the alert.
    pub dropped: Option<bool>,
    /// Whether an inhibition mutes the alert when it comes, beside those that are `open`.
    pub muted: Option<bool>,
    /// The silence or inhibition that mutes the alert when it comes: its file, or its file and line.
    #[schemars(example = &"inhibitions/nodes.yaml")]
    pub muted_by: Option<String>,
    /// Whether `hold` of an urgency rule holds the alert when it comes.
    pub held: Option<bool>,
    /// Whether the alert becomes part of an incident that is there already: of its group, or a storm.
    pub joins: Option<bool>,
    /// At least these people are told, if nobody acknowledges.
    pub expect: Option<Vec<Expected>>,
    /// These people are not told.
    pub never: Option<Vec<Never>>,
    /// How long `never` applies; until the last `after` in `expect` by default.
    pub until: Option<Duration>,
}

/// The alert, as the integration understood it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// The integration that receives it.
    #[schemars(example = &"grafana")]
    pub integration: String,
    /// How bad the monitor says it is. Without this key, the severity is treated as missing.
    pub severity: Option<Severity>,
    /// One line for people.
    #[schemars(example = &"5xx")]
    pub summary: String,
    /// The long text.
    #[schemars(example = &"5% of requests fail")]
    pub description: Option<String>,
    /// The host or system in trouble.
    #[schemars(example = &"web-1")]
    pub source: Option<String>,
    /// The labels that routes and rules look at.
    #[schemars(example = json!({ "service": "checkout" }))]
    pub labels: Option<BTreeMap<String, String>>,
}

/// Somebody is told: `schedule` or `user`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([{ "required": ["schedule"] }, { "required": ["user"] }])))]
pub struct Expected {
    /// Counted from the alert; at once by default.
    pub after: Option<Duration>,
    /// The people on call on this schedule at that moment.
    #[schemars(example = &"web-primary")]
    pub schedule: Option<String>,
    /// This person.
    #[schemars(example = &"tanaka")]
    pub user: Option<String>,
    /// How they are told.
    pub by: ContactMethod,
}

/// Somebody is not told: `schedule` or `user`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([{ "required": ["schedule"] }, { "required": ["user"] }])))]
pub struct Never {
    /// The people on call on this schedule at that moment.
    #[schemars(example = &"web-primary")]
    pub schedule: Option<String>,
    /// This person.
    #[schemars(example = &"yamada")]
    pub user: Option<String>,
    /// By this method; without this key, by any method.
    pub by: Option<ContactMethod>,
}
