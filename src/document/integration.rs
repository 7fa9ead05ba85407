//! `integrations/<id>.yaml`

use super::{Duration, During, EventRule, Match, OneOrMany, Secret};
use crate::integration::{MONITORS, Monitor, Sns};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::{borrow::Cow, collections::BTreeMap};

/// One webhook URL for one monitor, and its routes to services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = by_monitor()))]
pub struct Integration {
    /// The monitor that posts here.
    #[serde(rename = "type")]
    pub kind: IntegrationType,
    /// The secrets in the URL; any of them is accepted.
    pub secret: OneOrMany<Secret>,
    /// Old ids: their URLs still work, and what was opened under them is joined and resolved by what comes now.
    #[schemars(example = ["dashboards"])]
    pub formerly: Option<Vec<String>>,
    /// The secret the monitor signs its requests with; unsigned requests are then refused. For types that sign:
    /// `grafana`, `sentry`, `github`.
    #[schemars(example = json!({ "env": "GRAFANA_SIGNING_SECRET" }))]
    pub signing_secret: Option<OneOrMany<Secret>>,
    /// For what comes by Amazon SNS: the ARNs of the topics whose messages are accepted. `cloudwatch` and `sns` need
    /// them; every other type may have them, except `pagerduty`, `opsgenie`, `sentry` and `github`.
    #[schemars(example = ["arn:aws:sns:ap-northeast-1:123456789012:alarms"])]
    #[schemars(length(min = 1))]
    pub topics: Option<Vec<String>>,
    /// For `generic` and `sns`: where to find each field in the body.
    pub fields: Option<Fields>,
    /// One or more bodies as the monitor posts them: files of the repository, such as `samples/kuma.json`. `oncall
    /// validate` reads them as the server would.
    #[schemars(example = &"samples/kuma.json")]
    pub sample: Option<OneOrMany<String>>,
    /// What is changed or dropped before `severity` and `routes`: every rule that matches, in order.
    #[schemars(length(min = 1, max = 100))]
    pub rules: Option<Vec<EventRule>>,
    /// Sets or corrects the severity; the first match wins.
    pub severity: Option<Vec<SeverityRule>>,
    /// An alert that is not repeated for this long is resolved. Only for monitors that repeat their alerts.
    pub stale_after: Option<Duration>,
    /// How often the integration must be heard from. A longer silence opens an incident, which the next heartbeat
    /// ends.
    pub heartbeat: Option<Heartbeat>,
    /// The first route that matches decides; the last has no `when`.
    #[schemars(length(min = 1))]
    pub routes: Vec<Route>,
}

/// Which keys go with which monitors, from the table of monitors.
fn by_monitor() -> Value {
    let named = |is: fn(&Monitor) -> bool| -> Vec<&str> {
        MONITORS.iter().filter(|monitor| is(monitor)).map(|monitor| monitor.name).collect()
    };
    let only = |key: &str, names: Vec<&str>| {
        json!({
            "if": { "properties": { "type": { "enum": names } }, "required": ["type"] },
            "else": { "not": { "required": [key] } },
        })
    };
    let always = named(|monitor| monitor.sns == Sns::Always);
    json!([
        {
            "if": { "properties": { "type": { "enum": always } }, "required": ["type"] },
            "then": { "required": ["topics"] },
        },
        only("topics", named(|monitor| monitor.sns != Sns::Never)),
        only("fields", named(|monitor| monitor.has_fields)),
        only("signing_secret", named(|monitor| monitor.signature.is_some())),
        only("stale_after", named(|monitor| monitor.repeats)),
    ])
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

/// Where to find each field in a body: JSON pointers (`/monitor/name`) or templates (`"{{ monitor.name }} is down"`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "dependentRequired" = json!({ "status": ["resolved"], "resolved": ["status"] }),
    "allOf" = json!([{ "not": { "required": ["resolve_when", "status"] } }, { "not": { "required": ["resolve_when", "resolved"] } }]),
))]
pub struct Fields {
    /// A JSON pointer to the list of alerts, if a body can hold several; the other fields are looked up in each
    /// alert.
    #[schemars(example = &"/alerts")]
    pub each: Option<String>,
    /// The key that joins all events of one problem.
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
    /// The field that says whether the alert fires.
    #[schemars(example = &"/state")]
    pub status: Option<String>,
    /// The values of `status` that mean resolved.
    #[schemars(example = ["ok", "succeeded"])]
    pub resolved: Option<OneOrMany<String>>,
    /// Instead of `status` and `resolved`: whether the alert is over (`"{{ status == 'ok' and not muted }}"`).
    #[schemars(example = &"{{ status == 'ok' and not muted }}")]
    pub resolve_when: Option<String>,
    /// Label names, and where to find their values.
    #[schemars(example = json!({ "job": "/job/name" }))]
    pub labels: Option<BTreeMap<String, String>>,
    /// A page with more about the alert.
    #[schemars(example = &"/log")]
    pub link: Option<String>,
}

/// How often an integration must be heard from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The time between heartbeats: `10s` to `7d`.
    pub every: Duration,
    /// How late a heartbeat may be; `2m` by default.
    pub grace: Option<Duration>,
    /// Which alerts are heartbeats and open no incident. Without this key every request is a heartbeat, including a
    /// `GET` or an empty body, and nothing else.
    pub when: Option<Match>,
}

/// One line of `severity`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityRule {
    /// Which alerts this applies to; all by default.
    pub when: Option<Match>,
    /// The severity to set.
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
    /// Which alerts take this route; all by default.
    pub when: Option<Match>,
    /// Only in these hours: the id of business hours (`office`), or windows written here. At other times the next route that
    /// matches decides. Not for the last route.
    pub during: Option<During>,
    /// This service: the id of a file in `services/`.
    #[schemars(example = &"checkout")]
    pub service: Option<String>,
    /// The service named by this field (`labels.service`). If there is no such service, the next route is tried.
    #[schemars(example = &"labels.service")]
    pub service_from: Option<String>,
}
