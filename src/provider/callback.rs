//! What providers say to us of their own accord: what people do in Slack, keys on the phone, the course of a call.
//!
//! The server bounds the body and hands the request over as it came; whose it is, [`incoming`](super::incoming) decides.

use super::http::HttpAnswer;
use super::slack_heard::Interaction;
use crate::config::Id;
use crate::incident::{Command, DeliveryId, Outcome};
use crate::language::Language;

/// The largest body of a callback, in bytes: Slack sends the whole message along.
pub const CALLBACK_BODY_MAX: usize = 512 * 1024;

/// A request to a path below `/v1/callbacks/`.
#[derive(Clone, Debug)]
pub struct CallbackRequest<'a> {
    /// As sent, still percent-encoded.
    pub path: &'a str,
    /// As sent, without the `?`.
    pub query: Option<&'a str>,
    pub headers: Vec<(String, String)>,
    pub body: &'a [u8],
}

/// What a callback means.
#[derive(Clone, Debug, PartialEq)]
pub enum Callback {
    /// A person asks for something; the reply goes through [`answer`](super::answer) with the context.
    Command { command: Command, context: Context },
    /// Somebody did something in Slack.
    Slack(Box<Interaction>),
    /// Somebody did something in a ticket. Answered with [`HttpAnswer::empty`]; `once`: what names it when it comes again.
    Ticket { command: Command, once: String },
    /// A delivery went on. Answered with [`HttpAnswer::empty`].
    Outcome { delivery: DeliveryId, outcome: Outcome },
    /// Nothing to decide: this is the answer.
    Answer(HttpAnswer),
}

/// What the answer to a command needs to know about the one who asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Context {
    Call {
        delivery: DeliveryId,
        user: Option<Id>,
        language: Language,
        /// How often the words will have been said, the next time included.
        round: u32,
        /// The key that was pressed means nothing.
        unknown_key: bool,
    },
    /// Somebody answered a text message; without a code it was STOP or START.
    Text { user: Id, language: Language, code: Option<String> },
}

/// A request that is not believed or not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// For metrics and tests: `bad_signature`.
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: String) -> Refusal {
        Refusal { status, code, message }
    }

    pub(super) fn unknown() -> Refusal {
        Refusal::new(404, "unknown_callback", "no provider calls back here".into())
    }
}
