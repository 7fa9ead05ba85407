//! What a monitor is: everything that holds for a type of integration, said once.
//!
//! A monitor is one file with one `MONITOR`, and one line in [`MONITORS`](super::MONITORS). The schema's `type:`, the keys an
//! integration may have, how a request is authenticated and read, and what `oncall urls` prints all follow from that value.

use super::posted::Posted;
use super::reading::{Answer, Read};
use super::signature::Signature;
use crate::alert::{Action, Event};
use std::time::Duration;

/// How any integration is subscribed to a topic.
const SUBSCRIBE: &str = r#"Subscribe it to the topic; it confirms itself:
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}""#;

/// One type of integration.
#[derive(Clone, Copy, Debug)]
pub struct Monitor {
    /// The word written in `type:`.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// Whether it says how bad a problem is; otherwise `severity:` has to.
    pub sends_severity: bool,
    /// Whether it says a firing alert again and again, or can be set up to, so that its silence can mean that it is over.
    pub repeats: bool,
    /// How often it says a firing alert again unless it is told otherwise, where that is known.
    pub says_again: Option<Duration>,
    /// Whether what comes by Amazon SNS is taken.
    pub sns: Sns,
    /// Whether `fields:` say where a body says what.
    pub has_fields: bool,
    /// Whether it may say what it says in the query of a `GET`.
    pub gets: bool,
    /// How it signs its requests, if it does.
    pub signature: Option<Signature>,
    /// How long it waits for an answer, where that is less than we may take.
    pub patience: Option<Duration>,
    /// What `oncall urls` prints: `{base}`, `{id}`, `{secret}`, `{url_secret}` in a URL.
    pub address: &'static str,
    /// What to do at the monitor, a line each: `{url}` is the address, `{topic}` the first of `topics`.
    pub setup: &'static str,
    /// What to do there instead where it comes by Amazon SNS, and may also come otherwise.
    pub setup_by_sns: &'static str,
    /// What `oncall send` posts.
    pub sample: Sample,
    pub(super) reader: Reader,
}

/// One body, of a problem with the dedup key of its own that says `test alert from oncall send`; mild where it says how bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// `{state}` stands for one of the next two, `{secret}` for the secret, as JSON writes it.
    pub body: &'static str,
    pub firing: &'static str,
    pub resolved: &'static str,
}

/// Whether messages come by Amazon SNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sns {
    Never,
    /// Where the integration has `topics`.
    MayBe,
    Always,
}

/// How a monitor's requests are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reader {
    /// Bodies at the webhook's URL, answered by us.
    Body(fn(&Posted<'_>) -> Read),
    /// A protocol with paths and answers of its own.
    Protocol(fn(&Posted<'_>) -> Spoken),
}

/// What was said in a protocol of its own: events, or why there are none, and the answer that its clients expect.
#[derive(Debug)]
pub(super) struct Spoken {
    pub events: Result<Vec<Event>, String>,
    /// As what it is recorded where there are none: what would not have paged does not page unread.
    pub unread: Action,
    pub answer: Answer,
}

impl Monitor {
    /// What most have in common: a JSON body at the webhook's URL, once for each change, with a severity.
    pub(super) const fn webhook(
        name: &'static str,
        title: &'static str,
        read: fn(&Posted<'_>) -> Read,
    ) -> Monitor {
        Monitor { sns: Sns::MayBe, ..Monitor::new(name, title, Reader::Body(read)) }
    }

    /// The same, with paths and answers of its own, which SNS does not know.
    pub(super) const fn protocol(
        name: &'static str,
        title: &'static str,
        speak: fn(&Posted<'_>) -> Spoken,
    ) -> Monitor {
        Monitor::new(name, title, Reader::Protocol(speak))
    }

    const fn new(name: &'static str, title: &'static str, reader: Reader) -> Monitor {
        Monitor {
            name,
            title,
            sends_severity: true,
            repeats: false,
            says_again: None,
            sns: Sns::Never,
            has_fields: false,
            gets: false,
            signature: None,
            patience: None,
            address: "{base}/v1/webhooks/{id}/{url_secret}",
            setup: "",
            setup_by_sns: SUBSCRIBE,
            sample: Sample { body: "", firing: "", resolved: "" },
            reader,
        }
    }
}
