//! `escalation-policies/<id>.yaml`

use super::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

/// Who is told next, and after how long.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationPolicy {
    /// The steps, one after another until somebody acknowledges.
    #[schemars(length(min = 1, max = 50))]
    pub steps: Vec<Step>,
    /// How often the steps run again after the first time; 0 by default.
    #[schemars(example = 1)]
    #[schemars(range(max = 20))]
    pub repeat: Option<u32>,
}

/// These people, then a wait.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Everybody here is told at the same time.
    #[schemars(length(min = 1))]
    pub notify: Vec<Target>,
    /// How long to wait for an acknowledgement before the next step: 10 seconds to 24 hours.
    pub wait: Duration,
}

/// The people on call on a schedule, or one person: one of the two keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Target {
    /// The people on call on this schedule when the step begins.
    #[schemars(example = &"web-primary")]
    pub schedule: Option<String>,
    /// This person.
    #[schemars(example = &"tanaka")]
    pub user: Option<String>,
}
