//! `integrations/<id>.yaml`

use super::{Duration, Match, OneOrMany, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One webhook URL for one monitor, and its routes to services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// The monitor that posts here.
    #[serde(rename = "type")]
    pub kind: IntegrationType,
    /// Any of them opens the door.
    pub secret: OneOrMany<Secret>,
    /// Old ids whose URLs still work.
    pub formerly: Option<Vec<String>>,
    /// For `cloudwatch`: the ARNs of the SNS topics whose messages are accepted.
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
pub struct Fields {
    /// What joins the events of one problem.
    pub dedup_key: Option<String>,
    /// One line for people.
    pub summary: Option<String>,
    /// The long text.
    pub description: Option<String>,
    pub severity: Option<String>,
    /// The host or system in trouble.
    pub source: Option<String>,
    /// What says whether it fires.
    pub status: Option<String>,
    /// The values of `status` that mean resolved.
    pub resolved: Option<OneOrMany<String>>,
    /// The name of a label, and where its value is.
    pub labels: Option<BTreeMap<String, String>>,
    /// A page to look at.
    pub link: Option<String>,
}

/// One line of `severity`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityRule {
    /// Which alerts; all by default.
    pub when: Option<Match>,
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
pub struct Route {
    /// Which alerts; all by default.
    pub when: Option<Match>,
    /// This service.
    pub service: Option<String>,
    /// The service named by this field (`labels.service`); an unknown one goes on to the next route.
    pub service_from: Option<String>,
}
