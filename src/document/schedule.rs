//! `schedules/<id>.yaml`

use super::{Date, During, Handoff, Instant, OneOrMany, Period, TimeZone, value};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Who is on call when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The name as people write it.
    #[schemars(example = &"Web primary")]
    pub name: String,
    /// The time zone of every time here; the organisation's by default.
    pub time_zone: Option<TimeZone>,
    /// The holidays its windows observe, by id: files in `holidays/`. The organisation's by default.
    #[schemars(example = ["japan"])]
    pub holidays: Option<Vec<String>>,
    /// Who takes turns. Where several layers have somebody, the last one wins; those with `adds: true` add to it.
    #[schemars(length(min = 1, max = 50))]
    pub layers: Vec<Layer>,
    /// Anybody on call on these schedules counts as off here.
    #[schemars(example = ["web-primary"])]
    pub apart_from: Option<Vec<String>>,
    /// Raise it to revoke the URL of this schedule's calendar and get a new one; 1 by default.
    #[schemars(example = 1)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub calendar_generation: Option<u32>,
}

/// One layer: a rotation, or one set of people.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([{ "required": ["rotation"] }, { "required": ["members"] }])))]
pub struct Layer {
    /// The name shown as the reason why somebody is on call; unique in the schedule.
    #[schemars(example = &"weekly")]
    pub name: String,
    /// The time zone of this layer's times; the schedule's by default.
    pub time_zone: Option<TimeZone>,
    /// The holidays this layer's windows observe, by id; the schedule's by default.
    #[schemars(example = ["japan"])]
    pub holidays: Option<Vec<String>>,
    /// People who take turns, instead of `members`.
    pub rotation: Option<Rotation>,
    /// One fixed set of people instead of a `rotation`: ids, files in `users/`.
    #[schemars(example = ["ito"])]
    #[schemars(length(min = 1))]
    pub members: Option<Vec<String>>,
    /// Only in these hours: the id of business hours (`office`), or windows written here.
    pub during: Option<During>,
    /// Since when there is this layer, in its time zone; since ever by default. Whose turn it is does not depend on it.
    pub from: Option<Instant>,
    /// When this layer ends; never by default. A date alone means its midnight, so that day is not included.
    #[schemars(example = &"2027-04-01 10:00")]
    pub until: Option<Instant>,
    /// The people of this layer are on call beside whoever the layers below give, instead of replacing them.
    pub adds: Option<bool>,
    /// The people of this layer are shadows: shown, and told on Slack, but never called and never counted as cover.
    pub shadow: Option<bool>,
}

/// People who take turns.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = handoff_of_weeks()))]
pub struct Rotation {
    /// The length of a shift; with several handoffs, of the cycle they are in.
    pub every: Period,
    /// When shifts change hands: `mon 10:00` for weeks, `10:00` otherwise; for months also `first mon 10:00` or `last fri
    /// 18:00`. With a list, each is a turn.
    #[schemars(schema_with = "value::handoffs")]
    pub handoff: OneOrMany<Handoff>,
    /// Who takes turns, and from which day. Append-only: to change it, add a line-up and keep the old ones.
    #[schemars(length(min = 1))]
    pub line_ups: Vec<LineUp>,
    /// Which shifts count as a turn: `calendar` (the default) counts all of them, `active` only those that overlap
    /// the layer's windows.
    pub turns: Option<Turns>,
    /// What happens to a shift whose holder is off: the `next` member stands in (the default), or `nobody`.
    pub when_off: Option<WhenOff>,
}

/// Who takes turns from a day on, until the next line-up.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = handoff_of_weeks()))]
pub struct LineUp {
    /// The day of the first handoff. It must fall on a handoff's weekday, where handoffs name one.
    pub from: Date,
    /// In the order of their turns: a user id, a list of ids (on call together), or `nobody`.
    #[schemars(example = ["tanaka", "suzuki", "sato"])]
    #[schemars(length(min = 1, max = 500))]
    pub members: Vec<OneOrMany<String>>,
    /// Who holds the first shift; the first member by default.
    #[schemars(example = &"suzuki")]
    pub starts_with: Option<OneOrMany<String>>,
    /// The length of a shift from here on; the rotation's by default.
    pub every: Option<Period>,
    /// When shifts change hands from here on; the rotation's by default.
    #[schemars(schema_with = "value::handoffs")]
    #[serde(default)]
    pub handoff: Option<OneOrMany<Handoff>>,
}

/// `calendar`: every shift is a turn. `active`: only shifts that overlap the layer's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turns {
    Calendar,
    Active,
}

/// `next`: the next member stands in. `nobody`: the hours stay open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenOff {
    Next,
    Nobody,
}

/// Weekly rotations need a weekday in their handoffs, and those of hours and days must not have one. The schema says so
/// where both keys are in one object.
fn handoff_of_weeks() -> Value {
    let rule = |every: &str, pattern: &str, message: &str| {
        let handoff = json!({ "pattern": pattern, "patternErrorMessage": message });
        json!({
            "if": { "properties": { "every": { "pattern": every } }, "required": ["every", "handoff"] },
            "then": { "properties": { "handoff": {
                "pattern": pattern, "patternErrorMessage": message, "items": handoff,
            } } },
        })
    };
    json!([
        rule("w", "^[A-Za-z]+ [0-9]", "a rotation of weeks names the weekday: write it like `mon 10:00`"),
        rule(
            "^[0-9]+ ?[hd]",
            "^[0-9]",
            "a rotation of hours or days names no weekday: write it like `10:00`"
        ),
        rule(
            "month",
            "^([A-Za-z]+ [A-Za-z]+ )?[0-9]",
            "a rotation of months says which weekday of the month: write it like `first mon 10:00`, or `10:00`",
        ),
    ])
}
