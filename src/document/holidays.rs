//! `holidays/<id>.yaml`: a list.

use super::Date;
use schemars::JsonSchema;
use serde::Deserialize;

/// A day off for everybody.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
}
