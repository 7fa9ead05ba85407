//! `business-hours/<id>.yaml`, and windows written directly in other files.

use super::{OneOrMany, TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

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

/// `{ days: mon-fri, from: 22:00, until: 06:00 }`, or `{ from: fri 18:00, until: mon 10:00 }`. The end is excluded;
/// if it is at or before `from`, it is on the next day. A window belongs to the day on which it starts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([
    {
        "required": ["days"],
        "properties": { "from": { "pattern": "^[0-9]" }, "until": { "pattern": "^[0-9]" } },
    },
    {
        "not": { "required": ["days"] },
        "properties": { "from": { "pattern": "^[A-Za-z]" }, "until": { "pattern": "^[A-Za-z]" } },
    },
])))]
pub struct Window {
    /// The days on which it starts: `daily`, `mon-fri`, `[sat, sun]`, `[mon-wed, fri]`.
    #[schemars(example = &"mon-fri", example = &"daily", example = ["sat", "sun"])]
    pub days: Option<OneOrMany<String>>,
    /// When it opens: `10:00`, or `fri 18:00` without `days`.
    #[schemars(example = &"10:00")]
    #[schemars(extend(
        "pattern" = "^([A-Za-z]{3,9} )?[0-9]{1,2}:[0-9]{2}$",
        "patternErrorMessage" = "is not a time of day; write it like `10:00`, or `fri 18:00` without `days`"
    ))]
    pub from: String,
    /// When it closes: `19:00`, or `mon 10:00` without `days`. At or before `from`, it is on the next day.
    #[schemars(example = &"19:00")]
    #[schemars(extend(
        "pattern" = "^([A-Za-z]{3,9} )?[0-9]{1,2}:[0-9]{2}$",
        "patternErrorMessage" = "is not a time of day; write it like `19:00`, or `mon 10:00` without `days`"
    ))]
    pub until: String,
    /// What happens on holidays: `exclude` is the default in `business-hours/`, `ignore` elsewhere.
    pub holidays: Option<WindowHolidays>,
}

/// `exclude`: closed on holidays. `only`: open on holidays only. `ignore`: a holiday is a day like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowHolidays {
    Exclude,
    Only,
    Ignore,
}
