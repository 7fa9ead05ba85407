//! CloudWatch alarms as EventBridge tells them, bare or inside an SNS message, and other AWS events.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html>. EventBridge also
//! tells of alarms whose actions are suppressed or muted, and of those that somebody edits: neither pages. An alarm's Lambda
//! action is given the same in other wrapping (`alarmData`).

use super::alarm::{Alarm, Contributor, Metric, action, described};
use super::posted::Sent;
use super::reading::Read;
use super::{aws_findings, aws_special, aws_state, aws_things, json};
use crate::alert::{Action, Event, Severity, cut};
use serde_json::Value;
use std::borrow::Cow;

/// How much of AWS Health's long words is in a summary, in characters.
const HEALTH_MAX: usize = 200;

/// An event with a `detail-type`, or what a Lambda action was given.
pub fn read(body: &Value, sent: &Sent<'_>) -> Read {
    let detail = body.get("detail").or_else(|| body.get("alarmData")).unwrap_or(&Value::Null);
    let is_alarm = detail.get("alarmName").is_some();
    if is_alarm && detail.get("operation").is_some() {
        return Ok(vec![configured(body, detail, sent)]);
    }
    if let Some(state) = json::at(detail, "/state/value").filter(|_| is_alarm) {
        return state_change(body, detail, &state, sent);
    }
    if detail.get("eventArn").is_some() {
        return Ok(vec![health(body, detail, sent)]);
    }
    let event = other(body, detail, sent);
    let (source, kind) = (json::text(body, "source").unwrap_or_default(), kind(body));
    match aws_findings::read(&source, &kind, detail, &event) {
        Some(findings) => Ok(findings),
        None => Ok(vec![in_state(event, body, detail)]),
    }
}

/// What an event is called: `CodePipeline Pipeline Execution State Change`.
fn kind(body: &Value) -> Cow<'_, str> {
    json::first(body, &["detail-type", "detailType"]).unwrap_or_default()
}

/// An event whose details name a state is about a thing, whose states follow one another.
fn in_state(event: Event, body: &Value, detail: &Value) -> Event {
    let (source, kind) = (json::text(body, "source").unwrap_or_default(), kind(body));
    let resource = json::list(body, "resources").iter().find_map(json::scalar);
    let resource = resource.as_deref();
    let of = |key: &str| json::text(detail, key).unwrap_or_default();
    let thing = match &*source {
        "aws.rds" if detail.get("EventID").is_some() => {
            let database = json::first(detail, &["SourceArn", "SourceIdentifier"]).unwrap_or_default();
            Some(aws_special::database(&of("EventID"), &database, &of("Message")))
        }
        "aws.ecs" => aws_special::container(&kind, detail, resource),
        "aws.ecr" => {
            aws_things::of(&source, &kind, detail, resource).map(|thing| aws_special::scan(thing, detail))
        }
        "aws.elasticbeanstalk" => match aws_special::health(detail) {
            Some(health) => Some(aws_things::in_state(&source, &kind, detail, resource, &health)),
            None => aws_things::of(&source, &kind, detail, resource),
        },
        _ => aws_things::of(&source, &kind, detail, resource),
    };
    let Some(aws_things::Thing { key, name, state, action }) = thing else { return event };
    let reason = aws_state::reason(detail).filter(|_| action == Action::Trigger);
    let reason = reason.filter(|reason| !state.contains(reason.as_str()) && !state.is_empty());
    let failed = json::at(body, "/additionalAttributes/failedStage").map(|stage| format!(" in {stage}"));
    let mut labels = event.labels;
    labels.insert("state".to_owned(), state.clone());
    // Where the event is called by its state, that is said once.
    let said = if kind.ends_with(&state) { "" } else { &state };
    let stated = format!("{kind}: {name} {said}{}", failed.unwrap_or_default()).replace(":  ", ": ");
    let stated = stated.trim_end().to_owned();
    Event {
        action,
        dedup_key: if key.is_empty() { event.dedup_key } else { key_of(body, &key) },
        severity: Severity::parse(&of("severity")),
        summary: reason.map_or_else(|| stated.clone(), |reason| format!("{stated}: {reason}")),
        changed_at: json::text(body, "time")
            .and_then(|text| json::instant(&text))
            .filter(|_| matches!(action, Action::Trigger | Action::Resolve)),
        labels,
        ..event
    }
}

/// Pipelines of two accounts may have one name.
fn key_of(body: &Value, key: &str) -> String {
    let text = |key: &str| json::text(body, key).unwrap_or_default();
    format!("{}/{}/{key}", text("account"), text("region"))
}

fn state_change(body: &Value, detail: &Value, state: &str, sent: &Sent<'_>) -> Read {
    let at = |pointer| json::at(detail, pointer);
    let action = action(state)?;
    let muted = quiet(detail).filter(|_| action == Action::Trigger);
    let reason = at("/state/reason");
    let reason = match &muted {
        Some(why) => Some(format!("{why}: {}", reason.unwrap_or_default())),
        None => reason.map(Into::into),
    };
    let alarm = Alarm {
        reason,
        changed_at: at("/state/timestamp").and_then(|text| json::instant(&text)),
        ..alarm(body, detail, sent)
    };
    Ok(vec![alarm.event(if muted.is_some() { Action::Note } else { action }, sent)])
}

/// Somebody created, edited or deleted an alarm. The state in it is an old one; a deleted alarm fires no more.
fn configured(body: &Value, detail: &Value, sent: &Sent<'_>) -> Event {
    let operation = json::text(detail, "operation").unwrap_or_default();
    let alarm = Alarm {
        reason: Some(format!("the alarm's configuration: {operation}")),
        changed_at: json::text(body, "time").and_then(|text| json::instant(&text)),
        ..alarm(body, detail, sent)
    };
    let action = if operation == "delete" { Action::Resolve } else { Action::Change };
    alarm.event(action, sent)
}

fn alarm(body: &Value, detail: &Value, sent: &Sent<'_>) -> Alarm {
    let arn =
        json::list(body, "resources").iter().find_map(json::scalar).or_else(|| json::text(body, "alarmArn"));
    let name = json::text(detail, "alarmName").unwrap_or_default().into_owned();
    Alarm {
        arn: arn.map_or_else(|| made_arn(body, &name), Cow::into_owned),
        name,
        contributor: detail.get("alarmContributor").and_then(contributor),
        metric: metric(detail),
        description: description(detail),
        message_id: message_id(body, sent),
        ..Alarm::default()
    }
}

/// Of an event whose sender has left the resources out.
fn made_arn(body: &Value, name: &str) -> String {
    let text = |key: &str| json::text(body, key).unwrap_or_default();
    format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", text("region"), text("account"))
}

fn contributor(contributor: &Value) -> Option<Contributor> {
    let attributes = json::scalars(contributor.get("attributes"));
    Some(Contributor {
        id: json::text(contributor, "id")?.into_owned(),
        attributes: attributes.into_iter().collect(),
    })
}

/// Why CloudWatch itself takes no action, if it takes none.
fn quiet(detail: &Value) -> Option<String> {
    let suppressed = json::at(detail, "/state/actionsSuppressedBy");
    if let Some(by) = suppressed.filter(|by| !by.eq_ignore_ascii_case("none")) {
        return Some(format!("its actions are suppressed ({by})"));
    }
    let mute = detail.get("muteDetail").filter(|mute| !mute.is_null())?;
    Some(format!("its actions are muted by {}", json::text(mute, "mutedByArn").unwrap_or("a rule".into())))
}

fn metric(detail: &Value) -> Metric {
    let metrics = detail.pointer("/configuration/metrics").and_then(Value::as_array).into_iter().flatten();
    let Some(metric) = metrics.filter_map(|metric| metric.pointer("/metricStat/metric")).next() else {
        return Metric::default();
    };
    Metric {
        namespace: json::text(metric, "namespace").map(Into::into),
        name: json::text(metric, "name").map(Into::into),
        dimensions: json::scalars(metric.get("dimensions")).into_iter().collect(),
    }
}

fn description(detail: &Value) -> String {
    let at = |pointer| json::at(detail, pointer);
    let data = at("/state/reasonData").and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let data = data.unwrap_or_default();
    let children = json::list(&data, "triggeringAlarms").iter().filter_map(|child| {
        Some(format!("{} {}", json::text(child, "arn")?, json::at(child, "/state/value").unwrap_or_default()))
    });
    described(at("/configuration/description"), at("/configuration/alarmRule"), children)
}

/// AWS Health tells of one problem again and again, until it is closed.
/// <https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html>
fn health(body: &Value, detail: &Value, sent: &Sent<'_>) -> Event {
    let status = json::text(detail, "statusCode").unwrap_or_default();
    let is_over = status.eq_ignore_ascii_case("closed");
    let text = json::at(detail, "/eventDescription/0/latestDescription").unwrap_or_default();
    let text = text.replace("\\n", "\n");
    let entities =
        json::list(detail, "affectedEntities").iter().filter_map(|it| json::text(it, "entityValue"));
    let about = json::first(detail, &["eventTypeCode", "service"]).unwrap_or_default();
    let event = other(body, detail, sent);
    let mut labels = event.labels;
    for (key, label) in
        [("service", "service"), ("eventTypeCode", "event"), ("eventTypeCategory", "category")]
    {
        labels.extend(json::text(detail, key).map(|value| (label.to_owned(), value.into_owned())));
    }
    Event {
        action: if is_over { Action::Resolve } else { Action::Trigger },
        dedup_key: json::text(detail, "eventArn").unwrap_or_default().into_owned(),
        summary: format!("AWS Health: {about}: {}", cut(text.lines().next().unwrap_or_default(), HEALTH_MAX)),
        description: text,
        source: entities.collect::<Vec<_>>().join(" "),
        changed_at: json::text(body, "time").and_then(|text| json::instant(&text)),
        labels,
        ..event
    }
}

/// What else AWS tells: named by its type and what it is about, a problem each.
fn other(body: &Value, detail: &Value, sent: &Sent<'_>) -> Event {
    let kind = kind(body);
    let source = json::text(body, "source").unwrap_or_default();
    let words = json::first(
        detail,
        &["title", "Title", "message", "Message", "description", "Description", "eventName"],
    );
    let what = words.unwrap_or_else(|| source.clone());
    let resource = json::list(body, "resources").iter().find_map(json::scalar);
    let named = resource.as_deref().and_then(|arn| arn.rsplit(':').next());
    let named = named.map_or_else(String::new, |name| format!(" ({name})"));
    let labels =
        json::scalars(Some(body)).into_iter().filter(|(name, _)| name == "account" || name == "region");
    Event {
        dedup_key: message_id(body, sent).unwrap_or_else(|| super::bounds::hash(&[&body.to_string()])),
        summary: sent.subject.map_or_else(|| format!("{kind}: {what}{named}"), str::to_owned),
        description: serde_json::to_string_pretty(detail).unwrap_or_default(),
        source: resource.unwrap_or(source).into_owned(),
        labels: labels.chain([("detail_type".to_owned(), kind.into_owned())]).collect(),
        message_id: message_id(body, sent),
        ..Event::blank(Action::Trigger)
    }
}

/// The event's own id, which stays however often it is delivered.
fn message_id(body: &Value, sent: &Sent<'_>) -> Option<String> {
    json::text(body, "id").map(Into::into).or_else(|| sent.message_id.map(str::to_owned))
}
