//! What comes of reading a request: events, something to fetch first, or a refusal, and the answer to the monitor.

use super::bounds;
use crate::alert::{Event, Severity, TEST};
use std::collections::BTreeMap;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// What the monitor said (possibly nothing), and how to answer it once that is stored.
    Events {
        events: Vec<Event>,
        answer: Answer,
    },
    /// This must be fetched first; then call [`receive`](super::receive) again with it.
    Fetch(Fetch),
    Reject(Reject),
}

/// The response to the monitor. With a 401 the server adds `WWW-Authenticate: Basic realm="oncall"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

/// Something to `GET` over verified TLS, without following redirects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    pub url: String,
    pub why: FetchReason,
}

/// What a fetch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchReason {
    /// May be kept for a day; to be forgotten when a request that used it is rejected as `certificate`.
    SigningCertificate,
    /// Has an effect and a one-time token: for this request only.
    ConfirmSubscription,
}

/// What was fetched, by URL: the body of a 200, or what went wrong.
pub type Fetched = BTreeMap<String, Result<Vec<u8>, String>>;

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// A stable word for metrics.
    pub code: &'static str,
    /// For people and logs; never holds a secret.
    pub message: String,
    pub answer: Answer,
}

/// Why a reader gave no events.
#[derive(Debug)]
pub(super) enum Stop {
    /// The sender is known, but not what it says.
    Unparsed(String),
    Fetch(Fetch),
    Reject(Reject),
}

/// What one monitor's reader makes of a body; `Event::integration` is filled in afterwards.
pub(super) type Read = Result<Vec<Event>, Stop>;

impl Stop {
    pub(super) fn unparsed(reason: impl Into<String>) -> Stop {
        Stop::Unparsed(reason.into())
    }

    pub(super) fn reject(status: u16, code: &'static str, message: impl Into<String>) -> Stop {
        Stop::Reject(Reject::new(status, code, message))
    }
}

impl Reject {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Reject {
        let message = message.into();
        let body = serde_json::json!({ "status": "rejected", "code": code, "message": message });
        Reject { code, message, answer: Answer::json(status, &body) }
    }
}

impl Answer {
    /// That so many events are taken.
    pub fn accepted(events: usize) -> Answer {
        Answer::json(202, &serde_json::json!({ "status": "accepted", "events": events }))
    }

    pub(super) fn json(status: u16, body: &serde_json::Value) -> Answer {
        Answer { status, content_type: "application/json", body: body.to_string() }
    }
}

/// The dedup key of what cannot be read: each such body is a problem of its own, and the same bytes are the same one.
pub(super) fn unparsed_key(body: &[u8]) -> String {
    format!("{UNPARSED_KEY}/{}", bounds::short_hash(body))
}

/// What the dedup keys of all that could not be read begin with.
const UNPARSED_KEY: &str = "unparsed";

/// What a monitor's test button sent: seen, but mild, and a problem of its own, so that it ends no real one.
pub(super) fn of_test_button(event: Event) -> Event {
    let mut labels = event.labels;
    labels.insert(TEST.to_owned(), "true".to_owned());
    let dedup_key = format!("test/{}", event.dedup_key);
    Event { dedup_key, severity: Some(Severity::Info), labels, ..event }
}
