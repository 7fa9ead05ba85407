//! `services/<id>.yaml`

use super::{Channel, ContactMethod, Duration, During, Match};
use schemars::JsonSchema;
use serde::Deserialize;

/// What breaks, and how to disturb people about it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The name as people write it.
    pub name: String,
    /// How a call says the name.
    pub reading: Option<String>,
    /// Who is told at high urgency, step by step.
    pub escalation_policy: String,
    /// The path of a Markdown file below `runbooks/`.
    pub runbook: Option<String>,
    /// The channel of this service's incidents; the organisation's by default.
    pub slack_channel: Option<Channel>,
    /// Which alerts get a Jira ticket. Without this key, none.
    pub jira: Option<JiraTicket>,
    /// The first rule that matches decides; none matching means high. The organisation's `defaults` where this key
    /// is missing.
    pub urgency: Option<Vec<UrgencyRule>>,
    /// People who are told while it is open, and who are never counted as somebody reached.
    pub inform: Option<Vec<Inform>>,
    /// Acknowledged for so long without a resolve: triggered again, from step 1.
    pub acknowledgement_timeout: Option<Duration>,
    /// Acknowledged, and no event for so long: resolved.
    pub auto_resolve_after: Option<Duration>,
    /// Alerts that become one incident.
    pub group: Option<Group>,
}

/// Where tickets go, and for which alerts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JiraTicket {
    /// The key of the project; the organisation's by default.
    pub project: Option<String>,
    /// The type of the issue; the organisation's by default.
    pub issue_type: Option<String>,
    /// Which alerts; all by default.
    pub when: Option<Match>,
}

/// One line of `urgency`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgencyRule {
    /// Which alerts; all by default.
    pub when: Option<Match>,
    /// Only in these hours.
    pub during: Option<During>,
    pub urgency: Urgency,
    /// Held as low, and raised to high when these hours next begin.
    pub raise_when: Option<During>,
}

/// `high` runs the escalation policy, `low` tells its first step once, `none` tells nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    High,
    Low,
    None,
}

/// Somebody who is told while the incident is open.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inform {
    /// Counted from the incident's opening.
    pub after: Duration,
    pub user: String,
    pub by: ContactMethod,
}

/// Alerts of this service that agree on these fields are one incident.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// `labels.<name>`, `severity`, `source`, `summary` or `description`.
    #[schemars(length(min = 1))]
    pub by: Vec<String>,
    /// Counted from the incident's opening.
    pub within: Duration,
}
