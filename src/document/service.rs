//! `services/<id>.yaml`

use super::{
    Channel, ContactMethod, Duration, During, Flapping, Match, OneOrMany, ReopenWithin, ServiceRoom, Storm,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// What breaks, and how to disturb people about it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The name as people write it.
    #[schemars(example = &"Checkout")]
    pub name: String,
    /// How the name is pronounced on a call.
    #[schemars(example = &"チェックアウト")]
    pub reading: Option<String>,
    /// Who is told at high urgency, step by step: the id of a file in `escalation-policies/`.
    #[schemars(example = &"web")]
    pub escalation_policy: String,
    /// The path of a Markdown file below `runbooks/`, or the address of a page (`https://…`).
    #[schemars(example = &"checkout.md")]
    pub runbook: Option<String>,
    /// The channel for this service's incidents; the organisation's by default.
    pub slack_channel: Option<Channel>,
    /// The rooms for this service's incidents, in place of the organisation's of the same vendor.
    #[schemars(length(min = 1, max = 4))]
    pub rooms: Option<Vec<ServiceRoom>>,
    /// Which alerts get a Jira ticket; none by default.
    pub jira: Option<JiraTicket>,
    /// The first rule that matches decides; no match means high. Without this key, the organisation's `defaults`
    /// apply.
    pub urgency: Option<Vec<UrgencyRule>>,
    /// People who are told while an incident is open, and who never count as reached.
    pub inform: Option<Vec<Inform>>,
    /// How long after an acknowledgement an unresolved incident triggers again, from step 1.
    pub acknowledgement_timeout: Option<Duration>,
    /// An acknowledged incident without an event for this long is resolved.
    pub auto_resolve_after: Option<Duration>,
    /// With `auto_resolve_after`: incidents of low urgency, and of none, are resolved whether somebody has them or not.
    #[schemars(example = true)]
    pub even_unacknowledged: Option<bool>,
    /// Which alerts become one incident.
    pub group: Option<Group>,
    /// When so many incidents open at once that further alerts join one; the organisation's `defaults`, else more than
    /// 50 in 5 minutes.
    pub storm: Option<Storm>,
    /// When one alert flaps, so that it pages as one and not at each change; the organisation's `defaults`, else 3 fires
    /// in 30 minutes, until it is quiet for 15.
    pub flapping: Option<Flapping>,
    /// How soon after its end an alert opens the same incident again; the organisation's `defaults`, else 5 minutes.
    pub reopen_within: Option<ReopenWithin>,
}

/// Where tickets go, and for which alerts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JiraTicket {
    /// The project key; the organisation's by default.
    #[schemars(example = &"SHOP")]
    pub project: Option<String>,
    /// The issue type; the organisation's by default.
    #[schemars(example = &"Incident")]
    pub issue_type: Option<String>,
    /// Which alerts get a ticket; all by default.
    pub when: Option<Match>,
    /// The priority, as text or as a template; the organisation's by default.
    #[schemars(example = &"{{ 'Highest' if severity == 'critical' else 'Medium' }}")]
    pub priority: Option<String>,
    /// Who gets it: an `accountId`, or in Data Center a user name; text or a template. The organisation's by default.
    #[schemars(example = &"5b10a2844c20165700ede21g")]
    pub assignee: Option<String>,
    /// The components, as texts or as templates; the organisation's by default.
    #[schemars(example = ["{{ service }}"])]
    pub components: Option<OneOrMany<String>>,
    /// Other fields, by Jira's names for them; texts may be templates. The organisation's are set too.
    #[schemars(schema_with = "super::value::ticket_fields")]
    #[serde(default)]
    pub fields: Option<BTreeMap<String, serde_json::Value>>,
}

/// One line of `urgency`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = json!([
    {
        "if": { "properties": { "urgency": { "const": "none" } }, "required": ["urgency"] },
        "then": { "required": ["when"], "not": { "required": ["escalation_policy"] } },
    },
    {
        "if": { "required": ["raise_when", "urgency"] },
        "then": { "properties": { "urgency": { "const": "low" } } },
    },
])))]
pub struct UrgencyRule {
    /// Which alerts, such as `{ severity: critical }`; all by default.
    pub when: Option<Match>,
    /// Only in these hours: the id of business hours (`office`), or windows written here.
    pub during: Option<During>,
    /// `high` runs the escalation policy, `low` tells its first step once, `none` tells nobody.
    pub urgency: Urgency,
    /// Another policy than the service's for these alerts: the id of a file in `escalation-policies/`.
    #[schemars(example = &"web-critical")]
    pub escalation_policy: Option<String>,
    /// The alert is treated as low, and raised to high when these hours next begin.
    pub raise_when: Option<During>,
    /// Nobody is told, and it is shown nowhere, if it is over within this time: at most 10 minutes, and less than the
    /// first step's `wait`.
    pub hold: Option<Duration>,
}

/// `high` runs the escalation policy, `low` tells its first step once, `none` tells nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    High,
    Low,
    None,
}

/// Somebody who is told while an incident is open.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inform {
    /// Counted from the opening of the incident.
    pub after: Duration,
    /// The id of this person: a file in `users/`.
    #[schemars(example = &"yamada")]
    pub user: String,
    pub by: ContactMethod,
}

/// Alerts of this service that agree on these fields become one incident.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// `labels.<name>`, `severity`, `source`, `summary` or `description`.
    #[schemars(example = ["labels.cluster"])]
    #[schemars(length(min = 1))]
    pub by: Vec<String>,
    /// Counted from the opening of the incident.
    pub within: Duration,
}
