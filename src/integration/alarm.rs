//! A CloudWatch alarm, in whichever form it came, and the event that it is.

use super::posted::Sent;
use super::reading::Stop;
use super::subscription::topic_labels;
use super::url;
use crate::alert::{Action, Event, Link};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// `ALARM` triggers and `OK` resolves; `INSUFFICIENT_DATA` says neither.
pub fn action(state: &str) -> Result<Action, Stop> {
    match state {
        "ALARM" => Ok(Action::Trigger),
        "OK" => Ok(Action::Resolve),
        "INSUFFICIENT_DATA" => Ok(Action::Note),
        _ => Err(Stop::unparsed("the alarm's state is not ALARM, OK or INSUFFICIENT_DATA")),
    }
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
