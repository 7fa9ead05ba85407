//! CloudWatch alarms, as SNS delivers them: in an envelope, raw, or made by EventBridge.
//!
//! Field names are those of CloudWatch's SNS message; `Trigger` has a metric, a list of metrics (metric math) or, for
//! composite alarms, is not there. CloudWatch names no severity. What is no alarm at all (AWS Health, a budget) is an
//! event by its subject.

use super::posted::{Posted, Sent};
use super::subscription::topic_labels;
use super::{Monitor, Read, Sample, Sns, Stop, eventbridge, json, notice, url};
use crate::alert::{Action, Event, Link};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    sns: Sns::Always,
    setup: r#"Subscribe it to the topic of the alarms' actions (AlarmActions and OKActions); it confirms itself:
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}"
or in Terraform:
  resource "aws_sns_topic_subscription" "oncall" {
    topic_arn              = "{topic}"
    protocol               = "https"
    endpoint               = "{url}"
    endpoint_auto_confirms = true
  }"#,
    sample: Sample {
        body: r#"{"AlarmName":"test alert from oncall send","AlarmArn":"oncall-send","NewStateValue":"{state}","NewStateReason":"a test"}"#,
        firing: "ALARM",
        resolved: "OK",
    },
    ..Monitor::webhook("cloudwatch", "CloudWatch", read)
};

/// An alarm, or what else came to its topic.
fn read(posted: &Posted<'_>) -> Read {
    let Some(sent) = posted.sent else {
        let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
        return alarm_or_event(&body, &Sent::default())
            .unwrap_or_else(|| Err(Stop::unparsed("neither an SNS message nor a CloudWatch alarm")));
    };
    let body = json::parse(posted.body).unwrap_or(Value::Null);
    alarm_or_event(&body, &sent).unwrap_or_else(|| notice::notice(posted.body, &sent))
}

/// `None` where it is neither.
pub fn alarm_or_event(body: &Value, sent: &Sent<'_>) -> Option<Read> {
    if body.get("AlarmName").is_some() && body.get("NewStateValue").is_some() {
        return Some(alarm(body, sent));
    }
    body.get("detail-type").map(|_| eventbridge::read(body, sent))
}

/// `ALARM` triggers and `OK` resolves; `INSUFFICIENT_DATA` changes nothing.
pub fn action(state: &str) -> Result<Option<Action>, Stop> {
    match state {
        "ALARM" => Ok(Some(Action::Trigger)),
        "OK" => Ok(Some(Action::Resolve)),
        "INSUFFICIENT_DATA" => Ok(None),
        _ => Err(Stop::unparsed("the alarm's state is not ALARM, OK or INSUFFICIENT_DATA")),
    }
}

fn alarm(body: &Value, sent: &Sent<'_>) -> Read {
    let Some(action) = action(&json::text(body, "NewStateValue").unwrap_or_default())? else {
        return Ok(Vec::new());
    };
    let name = json::text(body, "AlarmName").unwrap_or_default();
    let arn = json::text(body, "AlarmArn").map_or_else(|| made_arn(body, &name, sent), Into::into);
    let metric = metric(body);
    let changed_at = json::text(body, "StateChangeTime").and_then(|text| json::instant(&text));
    let mut labels: BTreeMap<String, String> = metric.dimensions.iter().cloned().collect();
    labels.extend(own_labels(&arn, &name, sent));
    labels.extend(metric.namespace.as_ref().map(|text| ("namespace".to_owned(), text.clone())));
    labels.extend(metric.name.as_ref().map(|text| ("metric".to_owned(), text.clone())));
    Ok(vec![Event {
        summary: summary(&name, json::text(body, "NewStateReason").as_deref()),
        description: description(body),
        source: metric.source(),
        labels,
        links: vec![console_link(&arn, &name)],
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at,
        message_id: sent.message_id.map(str::to_owned),
        dedup_key: arn,
        ..Event::blank(action)
    }])
}

/// What an alarm watches.
#[derive(Debug, Default)]
pub struct Metric {
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub dimensions: Vec<(String, String)>,
}

impl Metric {
    /// `AWS/EC2 InstanceId=i-0123`
    pub fn source(&self) -> String {
        let dimensions = self.dimensions.iter().map(|(name, value)| format!("{name}={value}"));
        self.namespace.iter().cloned().chain(dimensions).collect::<Vec<_>>().join(" ")
    }
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

/// The labels that every alarm has: `alarm`, `region`, `account`, and the `topic` it came by.
pub fn own_labels(arn: &str, name: &str, sent: &Sent<'_>) -> BTreeMap<String, String> {
    let mut labels = topic_labels(arn, sent);
    if !name.is_empty() {
        labels.insert("alarm".to_owned(), name.to_owned());
    }
    labels
}

/// The alarm and, where it is said, why.
pub fn summary(name: &str, reason: Option<&str>) -> String {
    reason.map_or_else(|| name.to_owned(), |reason| format!("{name}: {reason}"))
}

fn description(body: &Value) -> String {
    let rule = json::text(body, "AlarmRule").map(|rule| format!("AlarmRule: {rule}"));
    let children = json::list(body, "TriggeringChildren").iter().filter_map(|child| {
        let state = child.pointer("/State/Value").and_then(json::scalar).unwrap_or_default();
        Some(format!("{} {state}", json::text(child, "Arn")?))
    });
    let description = json::text(body, "AlarmDescription").map(|text| text.into_owned());
    description.into_iter().chain(rule).chain(children).collect::<Vec<_>>().join("\n")
}

/// The alarm in the console of its partition.
pub fn console_link(arn: &str, name: &str) -> Link {
    let mut parts = arn.split(':').skip(1);
    let domain = match parts.next() {
        Some("aws-cn") => "console.amazonaws.cn",
        Some("aws-us-gov") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    let region = parts.nth(1).unwrap_or_default();
    let name = url::encoded(name);
    let path = format!("cloudwatch/deeplink.js?region={region}#alarmsV2:alarm/{name}");
    let host = if region.is_empty() { domain.to_owned() } else { format!("{region}.{domain}") };
    Link { href: format!("https://{host}/{path}"), text: "CloudWatch".to_owned() }
}
