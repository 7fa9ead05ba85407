//! `holidays/<id>.yaml`: a list.

use super::Date;
use schemars::JsonSchema;
use serde::Deserialize;

/// A day off for everybody.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The day, in the time zone of the schedule or business hours that use this list.
    pub date: Date,
    /// What the day is called.
    #[schemars(example = &"元日", example = &"New Year's Day")]
    pub name: String,
}
