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
    /// One of them for each incident, in turn, and whoever is busy is passed over; `false` by default.
    #[schemars(example = true)]
    pub round_robin: Option<bool>,
    /// Who must acknowledge: `any` of them by default. With `each`, the first acknowledgement stops the steps, and the
    /// others of the step are told on until they acknowledge too.
    pub acknowledge: Option<Acknowledges>,
}

/// `any`: one of them is enough. `each`: every one of them is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledges {
    Any,
    Each,
}

/// The people on call on a schedule, one person, or several: one of the keys.
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
    /// These people.
    #[schemars(example = ["sato", "kimura"])]
    #[schemars(length(min = 1, max = 100))]
    pub users: Option<Vec<String>>,
}
