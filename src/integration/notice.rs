//! Any message of an Amazon SNS topic (`type: sns`): a CloudWatch alarm, an EventBridge event, JSON of one's own, or words.
//!
//! JSON of one's own is read by the good guesses of [`generic`]. Of words, the subject or the first line is the summary, and
//! every message is a problem of its own: nothing says that it is over.

use super::posted::{Posted, Sent};
use super::subscription::topic_labels;
use super::{Monitor, Read, Sample, Sns, Stop, cloudwatch, generic, json};
use crate::alert::{Action, Event};

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

/// Words: the subject or the first line, and the whole.
pub fn notice(message: &[u8], sent: &Sent<'_>) -> Read {
    let message = String::from_utf8_lossy(message);
    let first_line = message.lines().map(str::trim).find(|line| !line.is_empty());
    let Some(summary) = sent.subject.or(first_line) else {
        return Err(Stop::unparsed("the SNS message is empty"));
    };
    let key = sent.message_id.map_or_else(|| super::bounds::hash(&[&message]), str::to_owned);
    Ok(vec![Event {
        dedup_key: key,
        summary: summary.to_owned(),
        labels: topic_labels(sent.topic.unwrap_or_default(), sent),
        message_id: sent.message_id.map(str::to_owned),
        description: message.into_owned(),
        ..Event::blank(Action::Trigger)
    }])
}
