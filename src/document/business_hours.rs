//! `business-hours/<id>.yaml`.

use super::{TimeZone, Window};
use schemars::JsonSchema;
use serde::Deserialize;

/// Weekly windows, and the holidays on which they are closed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// The zone of these times; the organisation's by default.
    pub time_zone: Option<TimeZone>,
    /// The windows of the week that make up these hours.
    #[schemars(length(min = 1, max = 100))]
    pub windows: Vec<Window>,
    /// The holidays these hours observe, by id: files in `holidays/`. The organisation's by default.
    #[schemars(example = ["japan"])]
    pub holidays: Option<Vec<String>>,
}
