//! `overrides/<any>.yaml`: a list.

use super::{Instant, OneOrMany};
use schemars::JsonSchema;
use serde::Deserialize;

/// A temporary change to a schedule: `with`, or `replace` and `with`, or `add`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    pub schedule: String,
    /// In the schedule's zone; with an offset if that is not the organisation's.
    pub from: Instant,
    pub until: Instant,
    /// This person, if on call, makes room for `with`.
    pub replace: Option<String>,
    /// Alone: these people, whoever it was. `nobody` is a gap on purpose.
    pub with: Option<OneOrMany<String>>,
    /// Beside whoever it is.
    pub add: Option<OneOrMany<String>>,
    pub reason: Option<String>,
}
