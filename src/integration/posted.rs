//! What a monitor's reader is given: a request that was let in, out of the envelope it may have come in.

use crate::alert::{Action, Event};
use crate::config::Endpoint;
use jiff::Timestamp;

/// An authenticated request, or the message in it.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    pub endpoint: &'a Endpoint,
    /// Still percent-encoded; empty where an alert is only tried out.
    pub path: &'a str,
    pub query: &'a str,
    /// Names in lower case; none of a message that came by SNS.
    pub headers: &'a [(String, String)],
    /// Without its SNS envelope, if it came in one.
    pub body: &'a [u8],
    /// What SNS says of it, if it came that way.
    pub sent: Option<Sent<'a>>,
    pub now: Timestamp,
}

/// What came with an SNS message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent<'a> {
    pub message_id: Option<&'a str>,
    pub topic: Option<&'a str>,
    pub subject: Option<&'a str>,
    /// When it was published. SNS does not keep the order.
    pub at: Option<Timestamp>,
}

impl<'a> Posted<'a> {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The topic that it came by, if it came by one.
    pub fn topic(&self) -> Option<&'a str> {
        self.sent.and_then(|sent| sent.topic)
    }

    /// An event keeps the id and the time of the message it came in, unless it has its own.
    pub fn numbered(&self, event: Event) -> Event {
        let Some(sent) = self.sent else { return event };
        let at = sent.at.filter(|_| matches!(event.action, Action::Trigger | Action::Resolve));
        Event {
            message_id: event.message_id.or_else(|| sent.message_id.map(str::to_owned)),
            changed_at: event.changed_at.or(at),
            ..event
        }
    }
}
