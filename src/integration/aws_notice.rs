//! What AWS services publish to an SNS topic themselves, in JSON of their own: DevOps Guru, Config, cost anomalies, Auto
//! Scaling, RDS and its like, SES, ElastiCache, Systems Manager.
//!
//! Each is known by its members, named in words that can be said on the telephone, and joined by the thing it is about. A JSON
//! that none of them knows is summed up by the names of its members, never by its text.

use super::aws_state::{self, REASON_MAX};
use super::aws_things::Thing;
use super::{aws_special, json};
use crate::alert::{Action, Severity, cut};
use serde_json::Value;
use std::borrow::Cow;

/// How many members of a JSON that nobody understands are named.
const NAMES_MAX: usize = 6;

/// What a service said.
#[derive(Debug)]
pub struct Said {
    /// The service and the words: `AWS Config: …`.
    pub summary: String,
    pub key: String,
    pub action: Action,
    pub severity: Option<Severity>,
    pub state: String,
}

/// The message of a service, if it is one that is known.
pub fn read(body: &Value) -> Option<Said> {
    [insight, config, anomaly, scaling, database, mail, cache, command].iter().find_map(|read| read(body))
}

fn said(service: &str, name: &str, key: &str, action: Action, state: &str) -> Said {
    let summary = format!("{service}: {name}").split_whitespace().collect::<Vec<_>>().join(" ");
    Said { summary, key: format!("{service}/{key}"), action, severity: None, state: state.to_owned() }
}

fn of<'b>(body: &'b Value, key: &str) -> Cow<'b, str> {
    json::text(body, key).unwrap_or_default()
}

/// <https://docs.aws.amazon.com/devops-guru/latest/userguide/working-with-eventbridge.html>
fn insight(body: &Value) -> Option<Said> {
    let id = json::text(body, "InsightId")?;
    let kind = of(body, "MessageType");
    let action = match &*kind {
        "CLOSED_INSIGHT" => Action::Resolve,
        "NEW_RECOMMENDATION" | "NEW_ASSOCIATION" => Action::Note,
        _ => Action::Trigger,
    };
    let name = json::first(body, &["InsightName", "InsightDescription"]).unwrap_or_else(|| id.clone());
    let is_over = if action == Action::Resolve { " (closed)" } else { "" };
    let severity = Severity::parse(&of(body, "InsightSeverity"));
    let said = said("DevOps Guru", &format!("{name}{is_over}"), &id, action, &kind);
    Some(Said { severity, ..said })
}

/// <https://docs.aws.amazon.com/config/latest/developerguide/notifications-for-AWS-Config.html>
fn config(body: &Value) -> Option<Said> {
    let kind = json::text(body, "messageType")?;
    let at = |pointer: &str| json::at(body, pointer).unwrap_or_default();
    if let Some(rule) =
        json::text(body, "configRuleName").filter(|_| body.get("newEvaluationResult").is_some())
    {
        let state = at("/newEvaluationResult/complianceType");
        let (kind, resource) = (of(body, "resourceType"), of(body, "resourceId"));
        let action = if state == "NOT_APPLICABLE" { Action::Resolve } else { aws_state::action(&state) };
        let name = format!("{rule} is {state}: {resource}");
        return Some(said("AWS Config", &name, &format!("{rule}/{kind}/{resource}"), action, &state));
    }
    let is_config =
        ["Configuration", "ConfigRules", "OversizedConfiguration"].iter().any(|it| kind.starts_with(it));
    let resource = json::at(body, "/configurationItem/resourceId")
        .or_else(|| json::at(body, "/configurationItemSummary/resourceId"));
    let changed = || resource.clone().map_or_else(|| kind.to_string(), |id| format!("{kind}: {id}"));
    let action = if kind.ends_with("Failed") { Action::Trigger } else { Action::Change };
    is_config.then(|| said("AWS Config", &changed(), &changed(), action, &kind))
}

/// <https://docs.aws.amazon.com/cost-management/latest/userguide/cad-alert-chime.html>
fn anomaly(body: &Value) -> Option<Said> {
    let id = json::text(body, "anomalyId")?;
    let impact = json::at(body, "/impact/totalImpact").unwrap_or_default();
    let percent =
        json::at(body, "/impact/totalImpactPercentage").map(|it| format!(" ({it} %)")).unwrap_or_default();
    let what = json::text(body, "dimensionalValue").or_else(|| json::at(body, "/rootCauses/0/service"));
    let what = what.unwrap_or("AWS".into());
    Some(said("Cost anomaly", &format!("{what}: {impact}{percent}"), &id, Action::Trigger, ""))
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html>
fn scaling(body: &Value) -> Option<Said> {
    let event = json::text(body, "Event").filter(|event| event.starts_with("autoscaling:"))?;
    let event = event.trim_start_matches("autoscaling:").to_owned();
    let group = of(body, "AutoScalingGroupName");
    let about = event.trim_end_matches("_ERROR");
    let action = match &*event {
        "TEST_NOTIFICATION" => Action::Note,
        _ if event.ends_with("_ERROR") => Action::Trigger,
        _ => Action::Resolve,
    };
    let why = json::first(body, &["StatusMessage", "Description"]).unwrap_or_default();
    let name = format!("{group} {event}: {}", cut(&why, REASON_MAX));
    Some(said("Auto Scaling", name.trim_end_matches(": "), &format!("{group}/{about}"), action, &event))
}

/// RDS, DocumentDB, Neptune, DMS and Redshift write alike.
fn database(body: &Value) -> Option<Said> {
    let message = json::text(body, "Event Message")?;
    let source = json::first(body, &["Source ID", "SourceId", "Resource", "ClusterIdentifier"])?;
    let id = of(body, "Event ID");
    let level = of(body, "Severity");
    let Thing { key, name, state, action } = aws_special::database(&id, &source, &message);
    // Redshift says how bad it is.
    let action = if level.eq_ignore_ascii_case("info") { Action::Note } else { action };
    let service = if id.contains("RDS-EVENT") { "RDS" } else { "Database" };
    Some(said(service, &format!("{name}: {state}"), &key, action, &state))
}

/// <https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html>
fn mail(body: &Value) -> Option<Said> {
    let kind =
        json::first(body, &["notificationType", "eventType"]).filter(|_| body.get("mail").is_some())?;
    let to = json::at(body, "/mail/destination/0").unwrap_or_default();
    let action = match &*kind {
        "Bounce" | "Complaint" | "Reject" | "Rendering Failure" => Action::Trigger,
        "Delivery" | "Send" | "Open" | "Click" | "Subscription" | "DeliveryDelay" => Action::Note,
        _ => return None,
    };
    Some(said("SES", &format!("{kind}: {to}"), &format!("{kind}/{to}"), action, &kind))
}

/// `{"ElastiCache:SnapshotComplete": "redis-1"}`
fn cache(body: &Value) -> Option<Said> {
    let (name, cluster) = body.as_object().filter(|members| members.len() == 1)?.iter().next()?;
    let event = name.strip_prefix("ElastiCache:")?;
    let cluster = json::scalar(cluster)?;
    let is_calm = ["ProvisioningComplete", "SnapshotComplete", "ScalingComplete", "UpdatesApplied"];
    let action = if is_calm.iter().any(|end| event.ends_with(end)) { Action::Note } else { Action::Trigger };
    Some(said("ElastiCache", &format!("{cluster} {event}"), &format!("{cluster}/{event}"), action, event))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-sns-notifications.html>
fn command(body: &Value) -> Option<Said> {
    let (document, status) = (json::text(body, "documentName")?, json::text(body, "status")?);
    json::text(body, "commandId")?;
    let instance = of(body, "instanceId");
    let name = format!("{document} {instance} {status}");
    let key = format!("{document}/{instance}");
    Some(said("Systems Manager", &name, &key, aws_state::action(&status), &status))
}

/// A line for a JSON that nobody understands: where it came from, and how its members are called.
pub fn names(topic: &str, body: &Value) -> String {
    let topic = topic.rsplit(':').next().filter(|name| !name.is_empty()).unwrap_or("Amazon SNS");
    let members = match body {
        Value::Array(list) => list.first().and_then(Value::as_object),
        body => body.as_object(),
    };
    let plain = |name: &&String| name.chars().all(|c| c.is_alphanumeric() || " _-.:".contains(c));
    let names: Vec<String> = members
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .filter(plain)
        .take(NAMES_MAX)
        .map(|name| cut(name, 40))
        .collect();
    let state = aws_state::named(body, &[]).filter(|state| state.len() <= 40 && !state.contains(['{', '[']));
    let state = state.map(|state| format!(", {state}")).unwrap_or_default();
    if names.is_empty() {
        return format!("{topic}: a JSON message{state}");
    }
    format!("{topic}: a JSON message ({}){state}", names.join(", "))
}
