//! `users/<id>.yaml`

use super::{Date, Duration, Instant, Secret, SlackId, TimeZone, Window, value};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// A person: how to reach them, in which language, and when they are away.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name as people write it.
    #[schemars(example = &"田中 太郎", example = &"Emma Smith")]
    pub name: String,
    /// How the name is pronounced on a call (`たなか たろう`).
    #[schemars(example = &"たなか たろう")]
    pub reading: Option<String>,
    /// The language for messages and calls to this person; the organisation's by default.
    pub language: Option<Language>,
    /// The time zone of this person's time off; the organisation's by default.
    pub time_zone: Option<TimeZone>,
    /// The Slack member id, from the profile ("Copy member ID").
    pub slack: Option<SlackId>,
    /// The phone number for calls and text messages, in quotes and with the country code, or a secret.
    #[schemars(schema_with = "value::phone")]
    #[serde(default)]
    pub phone: Option<Secret>,
    /// Several phones by name, for rules that say `to`; calls of other rules go to `phone`, or to the first of these.
    #[schemars(length(min = 1, max = 10))]
    pub phones: Option<Vec<NamedPhone>>,
    /// The e-mail address.
    #[schemars(example = &"tanaka@example.com")]
    pub email: Option<String>,
    /// What the identity provider calls this person, where that is not `email`: the text of the claim that `web:` in
    /// `oncall.yaml` reads.
    #[schemars(example = &"tanaka@login.example.com", example = &"00000000-0000-0000-66f3-3332eca7ea81")]
    #[schemars(length(min = 1, max = 320))]
    pub sign_in: Option<String>,
    /// The ntfy topic that this person's phone listens to: a secret, for whoever knows a topic reads it.
    pub ntfy: Option<Secret>,
    /// The user key at Pushover ("Your User Key").
    pub pushover: Option<Secret>,
    /// How to reach this person; the organisation's `defaults` if left out.
    pub notify: Option<Notify>,
    /// When this person is away.
    pub time_off: Option<Vec<TimeOff>>,
    /// Raise it to revoke the URL of this person's calendar and get a new one; 1 by default.
    #[schemars(example = 1)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub calendar_generation: Option<u32>,
    /// The day from which this person is gone for good. Keep the file, so that history stays readable.
    pub left: Option<Date>,
}

/// One of several phones.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPhone {
    /// What rules call it: `{ by: call, to: home }`.
    #[schemars(example = &"home")]
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// The number, in quotes and with the country code, or a secret.
    #[schemars(schema_with = "value::phone")]
    pub number: Secret,
}

/// What happens when a person is told: one list for high urgency, one for low.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Notify {
    /// At high urgency: it may wake people.
    pub high: Option<Vec<ContactRule>>,
    /// At low urgency: it can wait.
    pub low: Option<Vec<ContactRule>>,
    /// When they are told that they will be, are, and are no more on call; nobody by default.
    #[schemars(length(max = 10))]
    pub shifts: Option<Vec<ShiftRule>>,
}

/// One message about a shift, and how long before it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftRule {
    /// How: `slack`, `sms`, `email`, `ntfy` or `pushover`; a shift is no reason to ring.
    pub by: ContactMethod,
    /// How long before the shift begins: at most 14 days; `0m` is when it begins, with what is handed over.
    #[schemars(example = &"24h")]
    pub before: Duration,
}

/// One way to reach a person, and when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRule {
    /// How: `slack` is a message, `call` rings the phone, `sms` is a text message to it, `email` is a mail,
    /// `ntfy` and `pushover` are notifications on it.
    pub by: ContactMethod,
    /// Which of the person's `phones`, by name.
    #[schemars(example = &"home")]
    pub to: Option<String>,
    /// Counted from the moment the person is told; at once by default.
    pub after: Option<Duration>,
    /// Again and again until somebody acknowledges, so long after the end of the last one: 1 minute to 24 hours. Only at
    /// high urgency.
    #[schemars(example = &"3m")]
    pub every: Option<Duration>,
    /// How often in all, with `every`; 20 by default.
    #[schemars(example = 4)]
    #[schemars(range(min = 2, max = 100))]
    pub times: Option<u32>,
}

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactMethod {
    Slack,
    Call,
    Sms,
    Email,
    Ntfy,
    Pushover,
}

impl ContactMethod {
    /// The word of it.
    pub fn name(self) -> &'static str {
        match self {
            ContactMethod::Slack => "slack",
            ContactMethod::Call => "call",
            ContactMethod::Sms => "sms",
            ContactMethod::Email => "email",
            ContactMethod::Ntfy => "ntfy",
            ContactMethod::Pushover => "pushover",
        }
    }
}

/// Japanese or English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Ja,
    En,
}

/// A person is away: whole days (`from` and `last_day`), or hours (`from` and `until`); with `every`, in that window of
/// each week.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([{ "required": ["last_day"] }, { "required": ["until"] }])))]
pub struct TimeOff {
    /// Only in this window of each week, from the first day to the last: `{ days: fri, from: 18:00, until: 22:00 }`.
    pub every: Option<Window>,
    /// The first day or the first instant, in the person's time zone.
    pub from: Instant,
    /// The last whole day off.
    pub last_day: Option<Date>,
    /// The instant at which the person is back.
    pub until: Option<Instant>,
    /// Who stands in instead of the next member of the line-up.
    #[schemars(example = &"kimura")]
    pub cover: Option<String>,
    /// The reason, shown with the absence; optional.
    #[schemars(example = &"holiday")]
    pub reason: Option<String>,
}
