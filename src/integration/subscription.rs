//! Requests by way of an Amazon SNS subscription: the envelope is verified and opened, and what is in it is read as if the
//! monitor had posted it. A raw delivery has no signature: the secret in the URL vouches for it.
//!
//! Which envelopes are believed is decided in [`sns`]; what a message says, by the monitor's reader.

use super::posted::{Posted, Sent};
use super::reading::{Fetched, Read, Stop};
use super::{json, sns};
use crate::alert::{Action, EVENTS_MAX, Event, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether an envelope must be verified.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// With what was fetched so far.
    Verified(&'a Fetched),
    /// Believed as it is, for trying an alert out.
    AsItIs,
}

/// The events of a request that may be an SNS message; of one that is none, what the reader makes of it.
pub fn read(posted: &Posted<'_>, trust: Trust<'_>, reader: fn(&Posted<'_>) -> Read) -> Read {
    if posted.header("x-amz-sns-rawdelivery").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return raw(posted, reader);
    }
    let Some(body) = looks_like_json(posted.body).then(|| json::parse(posted.body).ok()).flatten() else {
        return reader(posted);
    };
    let Some(envelope) = sns::envelope(&body) else {
        return records(posted, &body, reader).unwrap_or_else(|| reader(posted));
    };
    if let Trust::Verified(fetched) = trust {
        sns::verify(&envelope, &posted.endpoint.topics, posted.now, fetched)?;
        if envelope.purpose == sns::Purpose::SubscriptionConfirmation {
            sns::confirm(&envelope, fetched)?;
        }
    }
    let sent = Sent {
        message_id: Some(envelope.message_id),
        topic: Some(envelope.topic),
        subject: envelope.subject,
        at: envelope.sent_at(),
    };
    let event = match envelope.purpose {
        sns::Purpose::Notification => return message(posted, envelope.message.as_bytes(), sent, reader),
        sns::Purpose::SubscriptionConfirmation => subscription(&sent, Action::Resolve),
        sns::Purpose::UnsubscribeConfirmation => subscription(&sent, Action::Trigger),
    };
    Ok(vec![event])
}

fn raw(posted: &Posted<'_>, reader: fn(&Posted<'_>) -> Read) -> Read {
    let topic = posted.header("x-amz-sns-topic-arn");
    if let Some(topic) = topic {
        sns::check_topic(topic, &posted.endpoint.topics)?;
    }
    let sent = Sent { message_id: posted.header("x-amz-sns-message-id"), topic, subject: None, at: None };
    message(posted, posted.body, sent, reader)
}

/// What a Lambda function was given and hands on: SNS messages, or those of a queue. The secret in the URL vouches for them, as
/// for a raw delivery. `None` where there are none. <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
fn records(posted: &Posted<'_>, body: &Value, reader: fn(&Posted<'_>) -> Read) -> Option<Read> {
    let records = json::list(body, "Records");
    let mut events = Vec::new();
    for record in records.iter().take(EVENTS_MAX) {
        match record_events(posted, record, reader)? {
            Ok(found) => events.extend(found),
            Err(stop) => return Some(Err(stop)),
        }
    }
    (!records.is_empty()).then_some(Ok(events))
}

fn record_events(posted: &Posted<'_>, record: &Value, reader: fn(&Posted<'_>) -> Read) -> Option<Read> {
    let text = |object: &'_ Value, key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let queued = || json::text(record, "body").and_then(|body| json::parse(body.as_bytes()).ok());
    let queued = record.get("messageId").and_then(|_| queued());
    let of_topic = [record.get("Sns"), queued.as_ref()].into_iter().flatten();
    let Some(sns) =
        of_topic.into_iter().find(|it| it.get("TopicArn").is_some() && it.get("Message").is_some())
    else {
        let (id, body) = (text(record, "messageId")?, text(record, "body")?);
        let sent = Sent { message_id: Some(&id), ..Sent::default() };
        return Some(message(posted, body.as_bytes(), sent, reader));
    };
    let (id, topic, subject) = (text(sns, "MessageId"), text(sns, "TopicArn")?, text(sns, "Subject"));
    if let Err(stop) = sns::check_topic(&topic, &posted.endpoint.topics) {
        return Some(Err(stop));
    }
    let sent = Sent {
        message_id: id.as_deref(),
        topic: Some(&topic),
        subject: subject.as_deref().filter(|subject| !subject.trim().is_empty()),
        at: json::time(sns, &["Timestamp"]),
    };
    Some(message(posted, text(sns, "Message")?.as_bytes(), sent, reader))
}

/// The same message may come twice, and after a later one: its id and its time are those of each event in it.
fn message(posted: &Posted<'_>, body: &[u8], sent: Sent<'_>, reader: fn(&Posted<'_>) -> Read) -> Read {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Stop::unparsed("the SNS message is empty"));
    }
    let message = Posted { body, headers: &[], sent: Some(sent), ..*posted };
    Ok(reader(&message)?.into_iter().map(|event| message.numbered(event)).collect())
}

fn looks_like_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"{")
}

/// Without its subscription an endpoint hears nothing any more; a new one ends that.
fn subscription(sent: &Sent<'_>, action: Action) -> Event {
    let topic = sent.topic.unwrap_or_default();
    let what =
        if action == Action::Resolve { "confirmed" } else { "removed: its alarms no longer arrive here" };
    Event {
        dedup_key: format!("subscription/{topic}"),
        severity: Some(Severity::Warning),
        summary: format!("The SNS subscription to {topic} was {what}"),
        labels: topic_labels(topic, sent),
        message_id: sent.message_id.map(str::to_owned),
        changed_at: sent.at,
        ..Event::blank(action)
    }
}

/// `region`, `account` and `topic`: the first two of the ARN of whatever it is about.
pub fn topic_labels(arn: &str, sent: &Sent<'_>) -> BTreeMap<String, String> {
    let mut parts = arn.split(':');
    let region = parts.nth(3).unwrap_or_default();
    let account = parts.next().unwrap_or_default();
    let topic = sent.topic.unwrap_or_default();
    [("region", region), ("account", account), ("topic", topic)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
