//! `schedules/<id>.yaml`

use super::{Date, During, Handoff, OneOrMany, Period, TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;

/// Who is on call when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The name as people write it.
    pub name: String,
    /// The organisation's by default.
    pub time_zone: Option<TimeZone>,
    /// The holidays its windows know; the organisation's by default.
    pub holidays: Option<Vec<String>>,
    /// A later layer wins over an earlier one wherever it has somebody.
    #[schemars(length(min = 1, max = 50))]
    pub layers: Vec<Layer>,
    /// Whoever is on call on these schedules counts as off here.
    pub apart_from: Option<Vec<String>>,
    /// Raise it to revoke the URL of this schedule's calendar, and make a new one; 1 by default.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub calendar_generation: Option<u32>,
}

/// One layer: a rotation, or one set of people.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Shown as the reason why somebody is on call; unique in the schedule.
    pub name: String,
    /// The schedule's by default.
    pub time_zone: Option<TimeZone>,
    /// The schedule's by default.
    pub holidays: Option<Vec<String>>,
    /// People who take turns.
    pub rotation: Option<Rotation>,
    /// One set of people, always.
    #[schemars(length(min = 1))]
    pub members: Option<Vec<String>>,
    /// Only in these hours.
    pub during: Option<During>,
    /// Shown and told by Slack, never called, never counted as cover.
    pub shadow: Option<bool>,
}

/// People who take turns.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// The length of a shift.
    pub every: Period,
    /// When shifts change hands: `mon 10:00` for weeks, `10:00` otherwise.
    pub handoff: Handoff,
    /// Append-only: the past never changes, the future is explicit.
    #[schemars(length(min = 1))]
    pub line_ups: Vec<LineUp>,
    /// Which shifts count as a turn; `calendar` by default.
    pub turns: Option<Turns>,
    /// What happens to a shift whose holder is off; by default the next member stands in.
    pub when_off: Option<WhenOff>,
}

/// Who takes turns from a day on, until the next line-up.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineUp {
    /// The day of the first handoff.
    pub from: Date,
    /// In the order of their turns: a user, a list of users (all at once), or `nobody`.
    #[schemars(length(min = 1, max = 500))]
    pub members: Vec<OneOrMany<String>>,
    /// Who holds the first shift; the first member by default.
    pub starts_with: Option<OneOrMany<String>>,
    /// The rotation's by default.
    pub every: Option<Period>,
    /// The rotation's by default.
    pub handoff: Option<Handoff>,
}

/// `calendar`: every shift is a turn. `active`: only those with some time in the layer's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turns {
    Calendar,
    Active,
}

/// `next`: the next member stands in. `nobody`: the hours are left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenOff {
    Next,
    Nobody,
}
