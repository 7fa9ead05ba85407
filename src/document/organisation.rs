//! `oncall.yaml`

use super::{Channel, Duration, Language, Notify, OneOrMany, Secret, TimeZone, UrgencyRule, Url};
use schemars::JsonSchema;
use serde::Deserialize;

/// What holds for the whole organisation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The zone of everything that names none.
    pub time_zone: TimeZone,
    /// The language of people and channels that name none: Japanese (`ja`) or English (`en`).
    pub language: Language,
    /// The holidays of everything that names none, by id: files in `holidays/`.
    #[schemars(example = ["japan"])]
    pub holidays: Option<Vec<String>>,
    /// The escalation policy that is told when nobody else can be: the id of a file in `escalation-policies/`.
    #[schemars(example = &"last-resort")]
    pub fallback: String,
    /// Where Slack, Twilio and your monitors reach this server.
    pub public_url: Option<Url>,
    /// The secret of the GitHub or GitLab push webhook.
    pub push_secret: Option<OneOrMany<Secret>>,
    /// What the tokens in the URLs of calendars are made from; without one, no calendar is served. With a list, new
    /// URLs are made from the first, and those made from any of them work.
    pub calendar_secret: Option<OneOrMany<Secret>>,
    /// The services that carry our messages.
    pub providers: Option<Providers>,
    /// The server's own heartbeat, for an outside watcher that tells somebody when it stops (Healthchecks, Dead Man's
    /// Snitch).
    pub heartbeat: Option<OwnHeartbeat>,
    /// Who may use the API.
    pub api_tokens: Option<Vec<ApiToken>>,
    /// What users and services inherit when they say nothing.
    pub defaults: Option<Defaults>,
}

/// The services that carry our messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Messages with buttons, to channels and people.
    pub slack: Option<Slack>,
    /// Tickets, for services that say `jira:`.
    pub jira: Option<Jira>,
    /// Telephone calls.
    pub twilio: Option<Twilio>,
}

/// The Slack app.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// "Bot User OAuth Token" of the app.
    pub bot_token: Secret,
    /// "Signing Secret" of the app.
    pub signing_secret: OneOrMany<Secret>,
    /// The channel of incidents whose service names none, and of the server's own messages.
    pub channel: Channel,
    /// Where Slack's API is; `https://slack.com/api` by default.
    pub api_url: Option<Url>,
}

/// The Jira site.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jira {
    /// The address of the site: `https://example.atlassian.net`.
    pub site: Url,
    /// The account that opens tickets.
    #[schemars(example = &"oncall@example.com")]
    pub email: String,
    /// The token of that account: id.atlassian.com, Security, API tokens.
    pub api_token: Secret,
    /// The key of the project of services that name none.
    #[schemars(example = &"OPS")]
    pub project: String,
    /// `Incident` by default.
    #[schemars(example = &"Incident")]
    pub issue_type: Option<String>,
    /// The transition, or the status it leads to, when an incident is resolved; `Done` by default.
    #[schemars(example = &"Done")]
    pub resolve_transition: Option<String>,
}

/// The Twilio account that calls and sends text messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    /// "Account SID" of the Twilio console; not a secret.
    #[schemars(example = &"AC0123456789abcdef0123456789abcdef")]
    pub account_sid: String,
    /// "Auth Token" of the Twilio console.
    pub auth_token: Secret,
    /// The number that calls, in quotes and with the country's prefix.
    #[schemars(example = &"+815012345678")]
    pub from: String,
    /// Who an SMS is from: a number, or a name of at most 11 letters and digits; `from` by default. In Japan, use a name.
    #[schemars(example = &"OnCall", example = &"+15005550006")]
    pub sms_from: Option<String>,
    /// Where Twilio's API is; `https://api.twilio.com` by default.
    pub api_url: Option<Url>,
}

/// The server's own heartbeat.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnHeartbeat {
    /// What is fetched by `GET`; whoever knows it can pretend to be us.
    pub url: Secret,
    /// `1m` by default, at least `10s`.
    pub every: Option<Duration>,
}

/// Somebody who may use the API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// Shown in timelines.
    #[schemars(example = &"ci")]
    pub name: String,
    /// What the caller sends as `Authorization: Bearer …`; of a list, any of them.
    pub token: OneOrMany<Secret>,
}

/// What users and services inherit when they say nothing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// How people are reached.
    pub notify: Option<Notify>,
    /// How urgent alerts are.
    pub urgency: Option<Vec<UrgencyRule>>,
}
