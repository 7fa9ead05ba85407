//! Slack's Socket Mode: asking for a socket, what its frames say, and how an envelope is acknowledged.
//!
//! Payloads on a socket carry no signature: it was asked for with a token, and is TLS to Slack. When a socket is opened, left and
//! opened again is decided by whoever holds it. <https://docs.slack.dev/apis/events-api/using-socket-mode>

use super::http::Request;
use super::slack_heard::{Interaction, enveloped};
use super::{Provider, secret};
use crate::config::{Config, Secret, Secrets};
use crate::incident::message::cut;
use serde_json::{Value, json};

/// The largest frame that is read, in bytes.
pub const FRAME_MAX: usize = 1024 * 1024;
/// The longest word of Slack's that is kept.
const WORD_MAX: usize = 80;

/// What a frame says.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The socket is good.
    Hello,
    /// Something to acknowledge; `None`: none of ours.
    Envelope { id: String, interaction: Option<Box<Interaction>> },
    /// Slack ends it soon: `warning`, `refresh_requested`, `link_disabled`, `too_many_websockets`.
    Disconnect(String),
    /// Nothing that is known.
    Other,
}

/// The token that opens a socket, where one is wanted and known.
pub fn token<'a>(config: &Config, secrets: &'a Secrets) -> Option<&'a Secret> {
    let source = config.organisation.slack.as_ref()?.app_token.as_ref()?;
    secret(secrets, Provider::Slack, source, "app_token").ok()
}

/// Asks for the address of a socket, which is good for one.
pub fn ask(config: &Config, token: &Secret) -> Option<Request> {
    let slack = config.organisation.slack.as_ref()?;
    let bearer = Secret::new(&format!("Bearer {}", token.expose()));
    Some(Request::json(format!("{}/apps.connections.open", slack.api_url), Some(bearer), &json!({})))
}

/// Whether asking again cannot help before the token is another one.
pub fn is_final(error: &str) -> bool {
    matches!(
        error,
        "not_authed"
            | "invalid_auth"
            | "account_inactive"
            | "not_allowed_token_type"
            | "missing_scope"
            | "token_revoked"
    )
}

/// Reads a frame.
pub fn read(config: &Config, text: &str) -> Frame {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let kind = body["type"].as_str().unwrap_or_default();
    match (kind, body["envelope_id"].as_str()) {
        ("hello", _) => Frame::Hello,
        ("disconnect", _) => Frame::Disconnect(cut(body["reason"].as_str().unwrap_or("warning"), WORD_MAX)),
        (kind, Some(id)) => {
            let interaction = enveloped(config, kind, &body["payload"]).map(Box::new);
            Frame::Envelope { id: id.to_owned(), interaction }
        }
        _ => Frame::Other,
    }
}

/// The acknowledgement of an envelope, with the answer that a modal waits for.
pub fn acknowledge(envelope: &str, answer: Option<&Value>) -> String {
    let mut body = json!({"envelope_id": envelope});
    if let Some(answer) = answer {
        body["payload"] = answer.clone();
    }
    body.to_string()
}
