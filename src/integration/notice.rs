//! Any message of an Amazon SNS topic (`type: sns`): a CloudWatch alarm, an EventBridge event, JSON of one's own, or words.
//!
//! JSON of one's own is read by the good guesses of [`generic`]. Of words, the subject or the first line is the summary, and
//! every message is a problem of its own: nothing says that it is over.

use super::posted::{Posted, Sent};
use super::subscription::topic_labels;
use super::{Monitor, Read, Sample, Sns, Stop, bounds::is_web, cloudwatch, generic, json};
use crate::alert::{Action, Event, Link};
use serde_json::Value;
use std::borrow::Cow;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    sns: Sns::Always,
    setup: r#"Subscribe it to the topic; it confirms itself:
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}""#,
    sample: Sample {
        body: r#"{"dedup_key":"oncall-send","summary":"test alert from oncall send","severity":"info","status":"{state}"}"#,
        firing: "firing",
        resolved: "resolved",
    },
    ..Monitor::webhook("sns", "Amazon SNS", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let Some(sent) = posted.sent else {
        return Err(Stop::unparsed("not a message of Amazon SNS"));
    };
    let body = json::parse(posted.body).ok().filter(|body| body.is_object());
    let Some(body) = body else { return notice(posted.body, &sent) };
    if let Some(alarm) = cloudwatch::alarm_or_event(&body, &sent) {
        return alarm;
    }
    let Ok(event) = generic::guessed(&body) else {
        return notice(posted.body, &sent);
    };
    let mut labels = topic_labels(sent.topic.unwrap_or_default(), &sent);
    labels.extend(event.labels);
    Ok(vec![Event { labels, ..event }])
}

/// Words, or JSON that says nothing of its state: the subject, the first line or what the JSON says, and the whole.
pub fn notice(message: &[u8], sent: &Sent<'_>) -> Read {
    let message = String::from_utf8_lossy(message);
    let body = serde_json::from_str::<Value>(&message).ok().filter(Value::is_object);
    let first_line = message.lines().map(str::trim).find(|line| !line.is_empty());
    let summary = match (&body, sent.subject) {
        (None, subject) => subject.or(first_line).map(str::to_owned),
        (Some(body), None) => Some(said(body).map_or_else(|| body.to_string(), Cow::into_owned)),
        (Some(body), Some(subject)) => {
            let words = said(body).filter(|words| !subject.contains(words.as_ref()));
            Some(words.map_or_else(|| subject.to_owned(), |words| format!("{subject}: {words}")))
        }
    };
    let Some(summary) = summary else {
        return Err(Stop::unparsed("the SNS message is empty"));
    };
    let key = sent.message_id.map_or_else(|| super::bounds::hash(&[&message]), str::to_owned);
    let members = json::scalars(body.as_ref());
    let links = members.into_iter().filter(|(_, value)| is_web(value));
    Ok(vec![Event {
        dedup_key: key,
        summary,
        labels: topic_labels(sent.topic.unwrap_or_default(), sent),
        links: links.map(|(text, href)| Link { href, text }).collect(),
        message_id: sent.message_id.map(str::to_owned),
        description: body
            .and_then(|body| serde_json::to_string_pretty(&body).ok())
            .unwrap_or(message.into_owned()),
        ..Event::blank(Action::Trigger)
    }])
}

/// What AWS's own messages call their words: `Event Message` (RDS), `Description` (Auto Scaling), `content.title` (a chat's).
fn said(body: &Value) -> Option<Cow<'_, str>> {
    const NAMES: [&str; 8] =
        ["summary", "title", "eventmessage", "message", "text", "description", "reason", "event"];
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    [Some(body), body.get("content")].into_iter().flatten().find_map(|object| {
        NAMES.iter().find_map(|wanted| {
            let members = object.as_object()?.iter();
            members.filter(|(name, _)| plain(name) == *wanted).find_map(|(_, value)| json::scalar(value))
        })
    })
}
