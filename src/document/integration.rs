//! `integrations/<id>.yaml`

use super::{Duration, Match, OneOrMany, Secret};
use crate::integration::{MONITORS, Monitor};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::{borrow::Cow, collections::BTreeMap};

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
    /// What the monitor signs its requests with; unsigned ones are refused then. For types that sign: `grafana`, `sentry`,
    /// `github`.
    pub signing_secret: Option<OneOrMany<Secret>>,
    /// For what comes by Amazon SNS (`cloudwatch`, `sns`, `email`, `opensearch`): the ARNs of the topics whose messages
    /// are accepted.
    #[schemars(length(min = 1))]
    pub topics: Option<Vec<String>>,
    /// For `generic`: where the body says what.
    pub fields: Option<Fields>,
    /// Sets or corrects the severity; the first that matches.
    pub severity: Option<Vec<SeverityRule>>,
    /// Silence for so long is a resolve; only for a source that repeats.
    pub stale_after: Option<Duration>,
    /// How often something must be heard: silence for longer is an incident, which ends with the next heartbeat.
    pub heartbeat: Option<Heartbeat>,
    /// The first that matches decides; the last has no `when`.
    #[schemars(length(min = 1))]
    pub routes: Vec<Route>,
}

/// A monitor, by its name.
#[derive(Clone, Copy, Debug)]
pub struct IntegrationType(pub &'static Monitor);

impl<'de> Deserialize<'de> for IntegrationType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<IntegrationType, D::Error> {
        let name = String::deserialize(deserializer)?;
        let monitor = Monitor::named(&name);
        monitor.map(IntegrationType).ok_or_else(|| D::Error::custom(format!("no monitor is called `{name}`")))
    }
}

impl JsonSchema for IntegrationType {
    fn schema_name() -> Cow<'static, str> {
        "IntegrationType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = MONITORS.iter().map(|monitor| monitor.name).collect();
        json_schema!({ "description": "A monitor.", "type": "string", "enum": names })
    }
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

/// How often an integration must be heard from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// How far apart heartbeats are: `10s` to `7d`.
    pub every: Duration,
    /// How late one may be; `2m` by default.
    pub grace: Option<Duration>,
    /// Which alerts are heartbeats and open no incident. Without it every request is one, a `GET` and an empty body too,
    /// and nothing else.
    pub when: Option<Match>,
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
