//! CloudWatch alarms, as SNS delivers them: in an envelope, raw, or made by EventBridge.
//!
//! Field names are those of CloudWatch's SNS message; `Trigger` has a metric, a list of metrics (metric math) or, for
//! composite alarms, is not there. CloudWatch names no severity. What is no alarm at all (AWS Health, a budget) is an
//! event by its subject.

use super::posted::{Posted, Sent};
use super::subscription::topic_labels;
use super::{Monitor, Read, Sample, Sns, Stop, eventbridge, json, notice, url};
use crate::alert::{Action, Event, Link};
use jiff::Timestamp;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

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
    notice::message(posted, &sent)
}

/// `None` where it is neither.
pub fn alarm_or_event(body: &Value, sent: &Sent<'_>) -> Option<Read> {
    if body.get("AlarmName").is_some() && body.get("NewStateValue").is_some() {
        return Some(alarm(body, sent));
    }
    // CodeStar's notifications are such events with another spelling.
    let is_event = ["detail-type", "alarmData", "detailType"].iter().any(|key| body.get(*key).is_some());
    is_event.then(|| eventbridge::read(body, sent))
}

/// `ALARM` triggers and `OK` resolves; `INSUFFICIENT_DATA` says neither.
pub fn action(state: &str) -> Result<Action, Stop> {
    match state {
        "ALARM" => Ok(Action::Trigger),
        "OK" => Ok(Action::Resolve),
        "INSUFFICIENT_DATA" => Ok(Action::Note),
        _ => Err(Stop::unparsed("the alarm's state is not ALARM, OK or INSUFFICIENT_DATA")),
    }
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

/// What is said of an alarm, in whichever form.
#[derive(Debug, Default)]
pub struct Alarm {
    pub arn: String,
    pub name: String,
    pub contributor: Option<Contributor>,
    pub metric: Metric,
    pub reason: Option<String>,
    pub description: String,
    pub changed_at: Option<Timestamp>,
    pub message_id: Option<String>,
}

/// One of the time series of an alarm, which has a state of its own.
#[derive(Debug)]
pub struct Contributor {
    pub id: String,
    /// What tells it from the others: `TableName`.
    pub attributes: Vec<(String, String)>,
}

impl Alarm {
    pub fn event(self, action: Action, sent: &Sent<'_>) -> Event {
        let Alarm { arn, name, contributor, mut metric, .. } = self;
        let mut about = name.clone();
        let mut key = arn.clone();
        if let Some(Contributor { id, attributes }) = contributor {
            key = format!("{arn}/{id}");
            let attributes: Vec<(String, String)> =
                if attributes.is_empty() { vec![("contributor".to_owned(), id)] } else { attributes };
            about = format!("{name} ({})", pairs(&attributes).join(", "));
            metric.dimensions = attributes;
        }
        let source = metric.source();
        let mut labels: BTreeMap<String, String> = metric.dimensions.into_iter().collect();
        labels.extend(topic_labels(&arn, sent));
        labels.extend(
            Some(name.clone()).filter(|name| !name.is_empty()).map(|name| ("alarm".to_owned(), name)),
        );
        labels.extend(metric.namespace.map(|text| ("namespace".to_owned(), text)));
        labels.extend(metric.name.map(|text| ("metric".to_owned(), text)));
        Event {
            dedup_key: key,
            summary: match self.reason {
                Some(reason) => format!("{about}: {}", named(&reason)),
                None => about,
            },
            links: [console_link(&arn, &name)].into_iter().chain(url::links(&self.description)).collect(),
            description: self.description,
            source,
            labels,
            started_at: self.changed_at.filter(|_| action == Action::Trigger),
            // A note is no change: an alarm that comes after it, and is older, still pages.
            changed_at: self.changed_at.filter(|_| matches!(action, Action::Trigger | Action::Resolve)),
            message_id: self.message_id,
            ..Event::blank(action)
        }
    }
}

/// A reason with the names of alarms in place of their ARNs: composite alarms speak of others by those.
fn named(reason: &str) -> String {
    let mut named = String::with_capacity(reason.len());
    for word in reason.split_inclusive(char::is_whitespace) {
        let name = word.strip_prefix("arn:").and_then(|arn| arn.split_once(":alarm:"));
        named.push_str(name.map_or(word, |(_, name)| name));
    }
    named
}

fn pairs(pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect()
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
        self.namespace.iter().cloned().chain(pairs(&self.dimensions)).collect::<Vec<_>>().join(" ")
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

/// An alarm's description; for a composite one also its rule, and the alarms that have changed it.
pub fn described(
    description: Option<Cow<'_, str>>,
    rule: Option<Cow<'_, str>>,
    children: impl Iterator<Item = String>,
) -> String {
    let description = description.map(Cow::into_owned);
    let rule = rule.map(|rule| format!("AlarmRule: {rule}"));
    description.into_iter().chain(rule).chain(children).collect::<Vec<_>>().join("\n")
}

/// The alarm in the console of its partition.
fn console_link(arn: &str, name: &str) -> Link {
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
