//! A CloudWatch alarm as its SNS action sends it, or what EventBridge makes of one.

use super::alarm::{Alarm, Contributor, Metric, action, described};
use super::posted::Sent;
use super::reading::Read;
use super::{eventbridge, json};
use serde_json::Value;

/// `None` where it is neither.
pub fn alarm_or_event(body: &Value, sent: &Sent<'_>) -> Option<Read> {
    if body.get("AlarmName").is_some() && body.get("NewStateValue").is_some() {
        return Some(alarm(body, sent));
    }
    // CodeStar's notifications are such events with another spelling.
    let is_event = ["detail-type", "alarmData", "detailType"].iter().any(|key| body.get(*key).is_some());
    is_event.then(|| eventbridge::read(body, sent))
}

fn alarm(body: &Value, sent: &Sent<'_>) -> Read {
    let action = action(&json::text(body, "NewStateValue").unwrap_or_default())?;
    let name = json::text(body, "AlarmName").unwrap_or_default().into_owned();
    let alarm = Alarm {
        arn: json::text(body, "AlarmArn").map_or_else(|| made_arn(body, &name, sent), Into::into),
        name,
        contributor: contributor(body),
        metric: metric(body),
        reason: json::text(body, "NewStateReason").map(Into::into),
        description: description(body),
        changed_at: json::text(body, "StateChangeTime").and_then(|text| json::instant(&text)),
        message_id: sent.message_id.map(str::to_owned),
    };
    Ok(vec![alarm.event(action, sent)])
}

/// The alarm's metric, or the first one that metric math is made of.
fn metric(body: &Value) -> Metric {
    let trigger = body.get("Trigger").unwrap_or(&Value::Null);
    let metric = if trigger.get("MetricName").is_some() {
        trigger
    } else {
        let metrics = json::list(trigger, "Metrics").iter();
        metrics.filter_map(|metric| metric.pointer("/MetricStat/Metric")).next().unwrap_or(&Value::Null)
    };
    let dimensions = json::list(metric, "Dimensions").iter();
    Metric {
        namespace: json::text(metric, "Namespace").map(Into::into),
        name: json::text(metric, "MetricName").map(Into::into),
        dimensions: dimensions
            .filter_map(|pair| Some((json::text(pair, "name")?.into(), json::text(pair, "value")?.into())))
            .collect(),
    }
}

/// Older messages have no `AlarmArn`; it is made of what they do have, so that the key stays when it appears.
fn made_arn(body: &Value, name: &str, sent: &Sent<'_>) -> String {
    let topic: Vec<&str> = sent.topic.unwrap_or_default().split(':').collect();
    let partition = topic.get(1).copied().unwrap_or("aws");
    let region = topic.get(3).copied().unwrap_or_default();
    let account = json::text(body, "AWSAccountId").unwrap_or_default();
    format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}")
}

/// CloudWatch's API calls it so (`AlarmHistoryItem`); no SNS message of one has been published.
fn contributor(body: &Value) -> Option<Contributor> {
    let id = json::text(body, "AlarmContributorId")?.into_owned();
    let attributes = json::scalars(body.get("AlarmContributorAttributes"));
    Some(Contributor { id, attributes: attributes.into_iter().collect() })
}

fn description(body: &Value) -> String {
    let children = json::list(body, "TriggeringChildren").iter().filter_map(|child| {
        let state = child.pointer("/State/Value").and_then(json::scalar).unwrap_or_default();
        Some(format!("{} {state}", json::text(child, "Arn")?))
    });
    described(json::text(body, "AlarmDescription"), json::text(body, "AlarmRule"), children)
}
