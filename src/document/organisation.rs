//! `oncall.yaml`

use super::{
    Channel, Duration, Flapping, History, Language, Notify, OneOrMany, ReopenWithin, Secret, SlackGroup,
    Storm, TimeZone, UrgencyRule, Url, Web, Webhooks,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Settings of the whole organisation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The time zone of everything that sets none.
    pub time_zone: TimeZone,
    /// The language of people and channels that set none: Japanese (`ja`) or English (`en`).
    pub language: Language,
    /// The holidays of everything that sets none, by id: files in `holidays/`.
    #[schemars(example = ["japan"])]
    pub holidays: Option<Vec<String>>,
    /// The escalation policy that is told when nobody else can be reached: the id of a file in
    /// `escalation-policies/`.
    #[schemars(example = &"last-resort")]
    pub fallback: String,
    /// The address at which Slack, Twilio and your monitors reach this server.
    pub public_url: Option<Url>,
    /// The secret of the GitHub or GitLab push webhook.
    pub push_secret: Option<OneOrMany<Secret>>,
    /// The secret behind the tokens in calendar URLs; without it, no calendars are served. With a list, new URLs use
    /// the first secret, and URLs made with any of them work.
    pub calendar_secret: Option<OneOrMany<Secret>>,
    /// The services that deliver our messages.
    pub providers: Option<Providers>,
    /// Who places calls, in the order in which they are tried: the next one is tried where one certainly did not take the
    /// call. Without it, everybody who is set up, Twilio first.
    #[schemars(length(min = 1, max = 2))]
    pub calls: Option<Vec<CallProvider>>,
    /// Who sends text messages, in the order in which they are tried, as `calls` does. Without it, everybody who is set up,
    /// Twilio first.
    #[schemars(length(min = 1, max = 2))]
    pub texts: Option<Vec<TextProvider>>,
    /// The server's own heartbeat, sent to an external watcher that raises the alarm when it stops (Healthchecks,
    /// Dead Man's Snitch).
    pub heartbeat: Option<OwnHeartbeat>,
    /// Who may do what; without it, everybody in `users/` may respond.
    pub access: Option<Access>,
    /// How people sign in to the pages, beside links made by `oncall sign-in-link`.
    pub web: Option<Web>,
    /// Clients that may use the API.
    pub api_tokens: Option<Vec<ApiToken>>,
    /// How long closed incidents and their timelines can be looked up; `13 months` by default. Beyond 10 GiB the oldest go first.
    pub history: Option<History>,
    /// User groups in Slack that are kept equal to who is on call, so that `@oncall` reaches them.
    pub slack_user_groups: Option<Vec<SlackUserGroup>>,
    /// Defaults for users and services.
    pub defaults: Option<Defaults>,
}

/// A user group in Slack that is kept equal to who is on call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlackUserGroup {
    /// The group's id: in Slack under "People & user groups", "Copy group ID".
    pub group: SlackGroup,
    /// Everybody who is on call on one of these schedules.
    #[schemars(example = ["web-primary", "web-secondary"])]
    pub schedules: Vec<String>,
    /// Who is in it while nobody is on call; without it, the group stays as it was.
    #[schemars(example = ["yamada"])]
    pub when_empty: Option<Vec<String>>,
}

/// The services that deliver our messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Messages with buttons, to channels and people.
    pub slack: Option<Slack>,
    /// Tickets, for services that say `jira:`.
    pub jira: Option<Jira>,
    /// Phone calls and text messages.
    pub twilio: Option<Twilio>,
    /// Phone calls, without a way in from the internet: it is asked which key was pressed.
    pub connect: Option<Connect>,
    /// Text messages by AWS End User Messaging, beside or instead of Twilio.
    pub aws_sms: Option<AwsSms>,
    /// Rooms in Microsoft Teams that show incidents, by the URL of a workflow ("Post to a channel when a webhook request is
    /// received"). They reach nobody.
    pub teams: Option<Webhooks>,
    /// Spaces in Google Chat that show incidents, by the URL of a webhook ("Apps & integrations"). They reach nobody.
    pub google_chat: Option<Webhooks>,
    /// E-mail.
    pub mail: Option<Mail>,
    /// Push messages by ntfy.
    pub ntfy: Option<Ntfy>,
    /// Push messages by Pushover.
    pub pushover: Option<Pushover>,
}

/// The SMTP server that sends e-mail.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its address: `smtps://` for TLS from the start (port 465 by default), `smtp://` for STARTTLS (port 587), which must be
    /// offered. Only to this machine (`smtp://localhost`) nothing is encrypted.
    #[schemars(example = &"smtps://smtp.example.com", example = &"smtp://smtp.example.com:587")]
    pub smtp: String,
    /// Whom it knows us as.
    #[schemars(example = &"oncall@example.com")]
    pub username: Option<String>,
    /// The password of that name.
    pub password: Option<Secret>,
    /// The sender's address.
    #[schemars(example = &"oncall@example.com")]
    pub from: String,
}

/// The ntfy server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ntfy {
    /// Its address; `https://ntfy.sh` by default.
    pub url: Option<Url>,
    /// An access token (`tk_…`), where topics are protected.
    pub token: Option<Secret>,
}

/// The application at Pushover.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pushover {
    /// The application's "API Token".
    pub token: Secret,
    /// The address of Pushover's API; `https://api.pushover.net` by default.
    pub api_url: Option<Url>,
}

/// The Slack app.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// The app's "Bot User OAuth Token".
    pub bot_token: Secret,
    /// The app's "Signing Secret": Slack signs with it what it sends to `public_url`. Not needed with `app_token`.
    pub signing_secret: Option<OneOrMany<Secret>>,
    /// An app-level token with the scope `connections:write` (`xapp-…`): what people press comes through a socket that the
    /// server opens (Socket Mode), so that Slack needs no way in from the internet.
    pub app_token: Option<Secret>,
    /// The channel for incidents whose service names none, and for the server's own messages.
    pub channel: Channel,
    /// The address of Slack's API; `https://slack.com/api` by default.
    pub api_url: Option<Url>,
}

/// The Jira site.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jira {
    /// The address of the site: `https://example.atlassian.net`.
    pub site: Url,
    /// Where it runs: `cloud` by default, or `data_center`.
    pub deployment: Option<JiraDeployment>,
    /// The e-mail address of the account that opens tickets; required in the Cloud.
    #[schemars(example = &"oncall@example.com")]
    pub email: Option<String>,
    /// That account's API token (id.atlassian.com, Security, API tokens), or in Data Center its personal access token.
    pub api_token: Secret,
    /// The project key for services that name none.
    #[schemars(example = &"OPS")]
    pub project: String,
    /// The issue type; `Incident` by default.
    #[schemars(example = &"Incident")]
    pub issue_type: Option<String>,
    /// The transition for a resolved incident, or the status it leads to; `Done` by default.
    #[schemars(example = &"Done")]
    pub resolve_transition: Option<String>,
    /// The transition for an incident that is opened again, or the status it leads to; without it, another ticket is made and
    /// linked to the first.
    #[schemars(example = &"Reopen")]
    pub reopen_transition: Option<String>,
    /// The secret of the webhook by which Jira tells that a ticket is done (its incident is resolved, whoever did it) and what is
    /// commented (a note in the timeline). With a list, any of them is accepted.
    pub webhook_secret: Option<OneOrMany<Secret>>,
    /// Jira's name for our account, so that what we do ourselves is not heard again: its `accountId`, which `oncall doctor` shows,
    /// or in Data Center its user name. Required with `webhook_secret`.
    #[schemars(example = &"5b10a2844c20165700ede21g")]
    pub account: Option<String>,
    /// The priority of tickets, as text or as a template (`"{{ severity }}"`).
    #[schemars(example = &"{{ 'Highest' if severity == 'critical' else 'Medium' }}")]
    pub priority: Option<String>,
    /// Who gets tickets: an `accountId`, or in Data Center a user name; text or a template.
    #[schemars(example = &"5b10a2844c20165700ede21g")]
    pub assignee: Option<String>,
    /// The components of tickets, as texts or as templates.
    #[schemars(example = ["{{ service }}"])]
    pub components: Option<OneOrMany<String>>,
    /// Other fields of tickets, by Jira's names for them; texts may be templates.
    #[schemars(schema_with = "super::value::ticket_fields")]
    #[serde(default)]
    pub fields: Option<BTreeMap<String, serde_json::Value>>,
}

/// Where a Jira runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JiraDeployment {
    Cloud,
    DataCenter,
}

/// The Twilio account that calls and sends text messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    /// The "Account SID" in the Twilio console; not a secret.
    #[schemars(example = &"AC0123456789abcdef0123456789abcdef")]
    pub account_sid: String,
    /// The "Auth Token" in the Twilio console.
    pub auth_token: Secret,
    /// The caller's number, in quotes and with the country code.
    #[schemars(example = &"+815012345678")]
    pub from: String,
    /// Who an SMS is from: a number, or a name of at most 11 letters and digits; `from` by default. In Japan, use a name.
    #[schemars(example = &"OnCall", example = &"+15005550006")]
    pub sms_from: Option<String>,
    /// Whether people may answer an SMS, where that is possible (in Japan it is not): `4` and the code at its end acknowledge. At
    /// Twilio, the number of `sms_from` must have `<public_url>/v1/callbacks/twilio/sms` under "A message comes in".
    pub sms_replies: Option<bool>,
    /// The address of Twilio's API; `https://api.twilio.com` by default.
    pub api_url: Option<Url>,
}

/// A provider that places calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallProvider {
    Twilio,
    Connect,
}

/// A provider that sends text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextProvider {
    Twilio,
    AwsSms,
}

/// AWS End User Messaging, which sends text messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsSms {
    /// The region.
    #[schemars(example = &"ap-northeast-1")]
    #[schemars(extend("pattern" = "^[a-z0-9-]+$", "patternErrorMessage" = "is not a region; write it like `ap-northeast-1`"))]
    pub region: String,
    /// Who an SMS is from: a number in quotes, a sender id, or the id of a pool.
    #[schemars(example = &"OnCall", example = &"+15005550006")]
    pub from: String,
    /// The id of the access key; not a secret.
    #[schemars(example = &"AKIAIOSFODNN7EXAMPLE")]
    pub access_key_id: String,
    pub secret_access_key: Secret,
    /// The address of the service; that of the region by default.
    pub api_url: Option<Url>,
}

/// The instance of Amazon Connect that calls.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The region of the instance.
    #[schemars(example = &"ap-northeast-1")]
    #[schemars(extend("pattern" = "^[a-z0-9-]+$", "patternErrorMessage" = "is not a region; write it like `ap-northeast-1`"))]
    pub region: String,
    /// The instance's id: the last part of its ARN.
    #[schemars(example = &"12345678-1234-1234-1234-123456789012")]
    #[schemars(extend("pattern" = "^[A-Za-z0-9-]+$", "patternErrorMessage" = "is not an id; it is the last part of the instance's ARN"))]
    pub instance: String,
    /// The id of the contact flow that was made from `contrib/amazon-connect/contact-flow.json`: the last part of its ARN.
    #[schemars(example = &"12345678-1234-1234-1234-123456789012")]
    #[schemars(extend("pattern" = "^[A-Za-z0-9-]+$", "patternErrorMessage" = "is not an id; it is the last part of the contact flow's ARN"))]
    pub contact_flow: String,
    /// The caller's number, claimed for the instance: in quotes and with the country code.
    #[schemars(example = &"+815012345678")]
    pub from: String,
    /// The id of the access key; not a secret.
    #[schemars(example = &"AKIAIOSFODNN7EXAMPLE")]
    pub access_key_id: String,
    pub secret_access_key: Secret,
    /// The address of Amazon Connect; that of the region by default.
    pub api_url: Option<Url>,
}

/// The server's own heartbeat.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnHeartbeat {
    /// The URL to `GET`. Keep it secret: anybody who knows it can fake our heartbeat.
    pub url: Secret,
    /// The interval; `1m` by default, at least `10s`.
    pub every: Option<Duration>,
}

/// Who may do what, beside what API tokens may.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Who may respond: `users`, which is everybody in `users/` and the default, or a list of their ids. Who was paged may
    /// always acknowledge, escalate and note on that incident.
    #[schemars(example = ["tanaka", "sato"])]
    pub respond: Option<OneOrMany<String>>,
    /// Who may look beside people in `users/`: e-mail addresses, with `*` for every name of a domain.
    #[schemars(example = ["*@example.com"])]
    pub view: Option<Vec<String>>,
    /// Who may see what was refused at the doors, and sign others out: ids of users.
    #[schemars(example = ["tanaka"])]
    pub administer: Option<Vec<String>>,
}

/// A client that may use the API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// The client's name, shown in timelines.
    #[schemars(example = &"ci")]
    pub name: String,
    /// The token the client sends as `Authorization: Bearer …`; with a list, any of them is accepted.
    pub token: OneOrMany<Secret>,
    /// What it may do; `[view, respond]` by default. With `act_for`, it may name the person it acts for in the header
    /// `Oncall-Actor`, within that person's rights.
    #[schemars(example = ["view", "export"])]
    pub may: Option<Vec<TokenRight>>,
}

/// Something that an API token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenRight {
    /// Read.
    View,
    /// Act in its own name.
    Respond,
    /// Act for people.
    ActFor,
    /// Read every entry of the journal.
    Export,
    /// Read what was refused at the doors.
    Administer,
}

/// Defaults for users and services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// How people are reached.
    pub notify: Option<Notify>,
    /// How urgent alerts are.
    pub urgency: Option<Vec<UrgencyRule>>,
    /// When so many incidents of a service open at once that further alerts join one; more than 50 in 5 minutes by
    /// default.
    pub storm: Option<Storm>,
    /// When one alert flaps; 3 fires in 30 minutes, until it is quiet for 15, by default.
    pub flapping: Option<Flapping>,
    /// How soon after its end an alert opens the same incident again; 5 minutes by default.
    pub reopen_within: Option<ReopenWithin>,
}
