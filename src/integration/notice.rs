//! Any message of an Amazon SNS topic (`type: sns`). What such a message says is read in [`message`].

use super::message;
use super::monitor::{Monitor, Sample, Sns};
use super::posted::Posted;
use super::reading::{Read, Stop};

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    has_fields: true,
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
    match posted.sent {
        Some(sent) => message::message(posted, &sent),
        None => Err(Stop::unparsed("not a message of Amazon SNS")),
    }
}
