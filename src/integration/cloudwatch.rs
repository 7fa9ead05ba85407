//! CloudWatch alarms, as SNS delivers them: in an envelope, raw, or made by EventBridge.
//!
//! Field names are those of CloudWatch's SNS message; `Trigger` has a metric, a list of metrics (metric math) or, for
//! composite alarms, is not there. CloudWatch names no severity. What is no alarm at all (AWS Health, a budget) is an
//! event by its subject.

use super::monitor::{Monitor, Sample, Sns};
use super::posted::{Posted, Sent};
use super::reading::{Read, Stop};
use super::{alarm_message, json, message};

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
        return alarm_message::alarm_or_event(&body, &Sent::default())
            .unwrap_or_else(|| Err(Stop::unparsed("neither an SNS message nor a CloudWatch alarm")));
    };
    message::message(posted, &sent)
}
