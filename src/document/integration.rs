//! `integrations/<id>.yaml`

use super::{Duration, Match, OneOrMany, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// One webhook URL for one monitor, and its routes to services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = json!([
    {
        "if": { "properties": { "type": { "const": "cloudwatch" } }, "required": ["type"] },
        "then": { "required": ["topics"] },
        "else": { "not": { "required": ["topics"] } },
    },
    {
        "if": { "properties": { "type": { "const": "generic" } }, "required": ["type"] },
        "else": { "not": { "required": ["fields"] } },
    },
])))]
pub struct Integration {
    /// The monitor that posts here.
    #[serde(rename = "type")]
    pub kind: IntegrationType,
    /// Any of them opens the door.
    pub secret: OneOrMany<Secret>,
    /// Old ids whose URLs still work.
    #[schemars(example = ["dashboards"])]
    pub formerly: Option<Vec<String>>,
    /// For `cloudwatch`: the ARNs of the SNS topics whose messages are accepted.
    #[schemars(example = ["arn:aws:sns:ap-northeast-1:123456789012:alarms"])]
    #[schemars(length(min = 1))]
    pub topics: Option<Vec<String>>,
    /// For `generic`: where the body says what.
    pub fields: Option<Fields>,
    /// Sets or corrects the severity; the first that matches.
    pub severity: Option<Vec<SeverityRule>>,
    /// Silence for so long is a resolve; only for a source that repeats.
    pub stale_after: Option<Duration>,
    /// The first that matches decides; the last has no `when`.
    #[schemars(length(min = 1))]
    pub routes: Vec<Route>,
}

/// A monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationType {
    Alertmanager,
    Grafana,
    Cloudwatch,
    Opensearch,
    Pagerduty,
    Generic,
}

/// Where a JSON body says what, as JSON pointers (`/monitor/name`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("dependentRequired" = json!({ "status": ["resolved"], "resolved": ["status"] })))]
pub struct Fields {
    /// What joins the events of one problem.
    #[schemars(example = &"/job/id")]
    pub dedup_key: Option<String>,
    /// One line for people.
    #[schemars(example = &"/job/name")]
    pub summary: Option<String>,
    /// The long text.
    #[schemars(example = &"/message")]
    pub description: Option<String>,
    /// How bad it is, in one of the words that monitors use.
    #[schemars(example = &"/level")]
    pub severity: Option<String>,
    /// The host or system in trouble.
    #[schemars(example = &"/host")]
    pub source: Option<String>,
    /// What says whether it fires.
    #[schemars(example = &"/state")]
    pub status: Option<String>,
    /// The values of `status` that mean resolved.
    #[schemars(example = ["ok", "succeeded"])]
    pub resolved: Option<OneOrMany<String>>,
    /// The name of a label, and where its value is.
    #[schemars(example = json!({ "job": "/job/name" }))]
    pub labels: Option<BTreeMap<String, String>>,
    /// A page to look at.
    #[schemars(example = &"/log")]
    pub link: Option<String>,
}

/// One line of `severity`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityRule {
    /// Which alerts; all by default.
    pub when: Option<Match>,
    /// What is set.
    pub severity: Severity,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Critical,
    Error,
    Warning,
    Info,
}

/// One line of `routes`: `service` or `service_from`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = json!([{ "required": ["service"] }, { "required": ["service_from"] }])))]
pub struct Route {
    /// Which alerts; all by default.
    pub when: Option<Match>,
    /// This service: the id of a file in `services/`.
    #[schemars(example = &"checkout")]
    pub service: Option<String>,
    /// The service named by this field (`labels.service`); an unknown one goes on to the next route.
    #[schemars(example = &"labels.service")]
    pub service_from: Option<String>,
}
