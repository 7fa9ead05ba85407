//! `expectations/<any>.yaml`: a list.

use super::{ContactMethod, Duration, Instant, Severity};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// "This alert at that time tells these people": a test of the configuration, run by `oncall validate`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What is promised, in a sentence.
    pub name: String,
    /// In the organisation's zone.
    pub at: Instant,
    pub alert: Alert,
    /// At least these people are told; nobody acknowledges.
    pub expect: Option<Vec<Expected>>,
    /// These people are not told.
    pub never: Option<Vec<Never>>,
    /// How long `never` looks; until the last `after` in `expect` by default.
    pub until: Option<Duration>,
}

/// The alert, as the integration understood it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// The integration it comes through.
    pub integration: String,
    pub severity: Option<Severity>,
    pub summary: String,
    pub description: Option<String>,
    pub source: Option<String>,
    pub labels: Option<BTreeMap<String, String>>,
}

/// Somebody is told: `schedule` or `user`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Counted from the alert; at once by default.
    pub after: Option<Duration>,
    /// Whoever is on call there at that moment.
    pub schedule: Option<String>,
    pub user: Option<String>,
    pub by: ContactMethod,
}

/// Somebody is not told: `schedule` or `user`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Never {
    pub schedule: Option<String>,
    pub user: Option<String>,
    /// By this method; by any, without this key.
    pub by: Option<ContactMethod>,
}
