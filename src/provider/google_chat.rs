//! Google Chat: messages to the webhook of a space, all of an incident in one thread.
//!
//! <https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create>: `threadKey` names the thread,
//! `requestId` makes the same message come once. Fields and lines stand in a card, whose text is HTML and is escaped; in plain
//! text, where there is no escape, what begins a mention or a link is parted.

use super::Progress;
use super::http::{Failure, Request, Response};
use super::webhook::{PIECES, Post, cut, post, refused, url};
use crate::config::{Config, Provider, Secrets};
use crate::incident::message;
use crate::incident::{Delivery, Outcome, Reason, Task};
use crate::reason::Fault;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

/// The largest body, in bytes; Google takes 32,000.
pub const BODY_MAX: usize = 30_000;
/// How much of Google's own words a reason quotes.
const SAID_MAX: usize = 200;
/// How many bytes of a digest name a message.
const DIGEST_BYTES: usize = 12;

/// A message that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending;

pub(super) fn begin(config: &Config, secrets: &Secrets, delivery: &Delivery) -> Result<Progress, Reason> {
    let url = url(config, secrets, delivery)?;
    let Some(post) = post(config, delivery)? else {
        let known = match &delivery.task {
            Task::Mirror { reference, .. } => reference.clone().unwrap_or_default(),
            Task::Page { .. } | Task::Edit { .. } | Task::HangUp { .. } | Task::Ask { .. } => String::new(),
        };
        return Ok(Progress::Done(Outcome::delivered(known)));
    };
    let mut body = fitting(&post);
    if let Some(id) = delivery.incidents.first() {
        body["thread"] = json!({"threadKey": format!("oncall-{id}")});
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    let once = once(delivery, &body);
    let option = "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD";
    let request = Request::json(format!("{url}{joint}{option}&requestId={once}"), None, &body);
    Ok(Progress::Send(super::Pending::GoogleChat(Pending), request))
}

/// The same message after the same entry has the same name, so that another attempt does not double it.
fn once(delivery: &Delivery, body: &Value) -> String {
    let after = match &delivery.task {
        Task::Mirror { after, .. } => *after,
        Task::Page { .. } | Task::Edit { .. } | Task::HangUp { .. } | Task::Ask { .. } => 0,
    };
    let digest = digest(&SHA256, format!("{after} {body}").as_bytes());
    let short = digest.as_ref().get(..DIGEST_BYTES).unwrap_or_default();
    format!("oncall-{}", data_encoding::HEXLOWER.encode(short))
}

pub(super) fn resume(result: Result<Response, Failure>) -> Outcome {
    let provider = Provider::GoogleChat;
    let response = match result {
        Ok(response) => response,
        // The same request again is the same message.
        Err(failure) => return failure.harmless(provider),
    };
    let body = response.json();
    if !response.is_success() {
        let said = body["error"]["message"].as_str().unwrap_or_default();
        return refused(provider, &response, &message::cut(said, SAID_MAX));
    }
    match body["name"].as_str() {
        Some(name) => Outcome::delivered(name),
        None => Outcome::Unknown { reason: Reason::of(provider, Fault::NotItsAnswer, "") },
    }
}

/// The message with texts as long as fit.
fn fitting(post: &Post<'_>) -> Value {
    let mut body = Value::Null;
    for max in PIECES {
        body = message_of(post, max);
        if body.to_string().len() <= BODY_MAX {
            return body;
        }
    }
    body
}

fn message_of(post: &Post<'_>, max: usize) -> Value {
    let mut text = vec![plain(&cut(&post.headline, max))];
    text.extend(post.again.iter().map(|again| plain(again)));
    let first = !post.fields.is_empty();
    if !first {
        text.extend(post.lines.iter().map(|line| plain(&cut(line, max))));
        return json!({"text": text.join("\n")});
    }
    let mut widgets: Vec<Value> = post
        .fields
        .iter()
        .map(|(label, value)| {
            let text = html(&cut(value, max));
            json!({"decoratedText": {"topLabel": label, "text": text, "wrapText": true}})
        })
        .collect();
    widgets.extend(post.lines.iter().map(|line| json!({"textParagraph": {"text": html(&cut(line, max))}})));
    let button =
        |(label, url): &(String, String)| json!({"text": label, "onClick": {"openLink": {"url": url}}});
    let buttons: Vec<Value> = post.links.iter().map(button).collect();
    if !buttons.is_empty() {
        widgets.push(json!({"buttonList": {"buttons": buttons}}));
    }
    let card = json!({"sections": [{"widgets": widgets}]});
    json!({"text": text.join("\n"), "cardsV2": [{"cardId": "incident", "card": card}]})
}

/// `<users/all>` would mention everybody, `<url|text>` would be a link that says something else.
fn plain(text: &str) -> String {
    text.replace('<', "<\u{200b}")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
