//! What is said to people in Slack beside pages and rooms, as requests: answers that only they see, modals, the Home tab.
//!
//! Whether Slack took one is read here, too; what to do about it is up to whoever sent it.

use super::blocks::TEXT_MAX;
use super::http::{Failure, Request, Response};
use super::slack_view::{MESSAGE_BLOCKS_MAX, Modal, Piece, VIEW_BLOCKS_MAX, escape, pieces};
use super::{Provider, secret};
use crate::config::{Config, Secret, Secrets};
use crate::incident::message::cut;
use serde_json::{Value, json};

/// The longest error of Slack's that is quoted, in characters.
const ERROR_MAX: usize = 80;

/// An answer to a command or a press, which only that member sees.
pub fn ephemeral(response_url: &Secret, all: &[Piece]) -> Request {
    let mut body = message(all);
    body["response_type"] = "ephemeral".into();
    body["replace_original"] = false.into();
    Request::json(response_url.expose().to_owned(), None, &body)
}

/// A direct message; nothing where the token is missing.
pub fn direct(config: &Config, secrets: &Secrets, member: &str, all: &[Piece]) -> Option<Request> {
    let mut body = message(all);
    body["channel"] = member.into();
    (body["unfurl_links"], body["unfurl_media"]) = (false.into(), false.into());
    call(config, secrets, "chat.postMessage", &body)
}

/// A modal.
pub fn open(config: &Config, secrets: &Secrets, trigger: &str, view: &Modal) -> Option<Request> {
    call(config, secrets, "views.open", &json!({"trigger_id": trigger, "view": view.json()}))
}

/// Somebody's Home tab.
pub fn publish(config: &Config, secrets: &Secrets, member: &str, all: &[Piece]) -> Option<Request> {
    let view = json!({"type": "home", "blocks": pieces(all, VIEW_BLOCKS_MAX)});
    call(config, secrets, "views.publish", &json!({"user_id": member, "view": view}))
}

/// Any method of the Web API.
pub fn call(config: &Config, secrets: &Secrets, method: &str, body: &Value) -> Option<Request> {
    let slack = config.organisation.slack.as_ref()?;
    let token = secret(secrets, Provider::Slack, &slack.bot_token, "bot_token").ok()?;
    let bearer = Secret::new(&format!("Bearer {}", token.expose()));
    Some(Request::json(format!("{}/{method}", slack.api_url), Some(bearer), body))
}

/// What Slack answered to a call, or why it did not do it: its word for it, or what went wrong on the way.
pub fn accepted(result: Result<Response, Failure>) -> Result<Value, String> {
    let response = match result {
        Ok(response) => response,
        Err(Failure::NotSent(why) | Failure::Unknown(why)) => return Err(why),
    };
    let body = response.json();
    match body["ok"].as_bool() {
        Some(true) => Ok(body),
        Some(false) => Err(cut(body["error"].as_str().unwrap_or("no error named"), ERROR_MAX)),
        None => Err(format!("answered {}", response.status)),
    }
}

/// The text alone, where there is nothing to press: a client shows it as it is.
fn message(all: &[Piece]) -> Value {
    let texts: Vec<&str> = all
        .iter()
        .filter_map(|piece| match piece {
            Piece::Header(text) | Piece::Text(text) | Piece::Context(text) => Some(text.as_str()),
            Piece::Line | Piece::Buttons(_) | Piece::Blank(_) => None,
        })
        .collect();
    let mut body = json!({"text": escape(&texts.join("\n"), TEXT_MAX)});
    if all.iter().any(|part| !matches!(part, Piece::Text(_))) {
        body["blocks"] = pieces(all, MESSAGE_BLOCKS_MAX).into();
    }
    body
}
