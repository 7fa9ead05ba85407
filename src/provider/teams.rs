//! Microsoft Teams: an Adaptive Card to the URL of a workflow.
//!
//! <https://learn.microsoft.com/connectors/teams/>, <https://adaptivecards.io/explorer/RichTextBlock.html>. The answer is 202
//! without a word: there is no name to edit or to reply to, and no proof that the card was shown. Text goes into text runs,
//! which know no markdown, so that an alert cannot forge a link; a mention would need an entity, and there are none.

use super::Progress;
use super::http::{Failure, Request, Response};
use super::webhook::{PIECES, Post, cut, post, refused, url};
use crate::config::{Config, Provider, Secrets};
use crate::incident::message;
use crate::incident::{Delivery, Outcome, Reason};
use serde_json::{Value, json};

/// The largest body, in bytes. Teams counts 28,672 bytes of UTF-16, with what the workflow adds.
pub const BODY_MAX: usize = 20_000;
pub const BODY_UTF16_MAX: usize = 13_000;
/// How much of the workflow's own words a reason quotes.
const SAID_MAX: usize = 200;
/// What a message is called that nobody gave a name.
const POSTED: &str = "posted";

/// A card that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending;

pub(super) fn begin(config: &Config, secrets: &Secrets, delivery: &Delivery) -> Result<Progress, Reason> {
    let url = url(config, secrets, delivery)?;
    let Some(post) = post(config, delivery)? else {
        return Ok(Progress::Done(Outcome::delivered(POSTED)));
    };
    let request = Request::json(url.to_owned(), None, &fitting(&post));
    Ok(Progress::Send(super::Pending::Teams(Pending), request))
}

pub(super) fn resume(result: Result<Response, Failure>) -> Outcome {
    match result {
        Ok(response) if response.is_success() => Outcome::delivered(POSTED),
        Ok(response) => {
            let said = response.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
            refused(Provider::Teams, &response, &message::cut(&said, SAID_MAX))
        }
        Err(failure) => failure.outcome(Provider::Teams),
    }
}

/// The card with texts as long as fit.
fn fitting(post: &Post<'_>) -> Value {
    let mut card = Value::Null;
    for max in PIECES {
        card = message_of(post, max);
        let text = card.to_string();
        if text.len() <= BODY_MAX && text.encode_utf16().count() <= BODY_UTF16_MAX {
            return card;
        }
    }
    card["attachments"][0]["content"]["actions"] = json!([]);
    card
}

fn message_of(post: &Post<'_>, max: usize) -> Value {
    let mut body = vec![paragraph(&[(&cut(&post.headline, max), true)])];
    body.extend(post.again.iter().map(|text| paragraph(&[(text, false)])));
    body.extend(post.fields.iter().map(|(label, value)| {
        let label = format!("{label}  ");
        paragraph(&[(&label, true), (&cut(value, max), false)])
    }));
    body.extend(post.lines.iter().map(|line| paragraph(&[(&cut(line, max), false)])));
    let open =
        |(label, url): &(String, String)| json!({"type": "Action.OpenUrl", "title": label, "url": url});
    let content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": post.links.iter().map(open).collect::<Vec<_>>(),
        "msteams": {"width": "Full"},
    });
    let kind = "application/vnd.microsoft.card.adaptive";
    json!({"type": "message", "attachments": [{"contentType": kind, "content": content}]})
}

/// Runs of text, the bold ones marked.
fn paragraph(runs: &[(&str, bool)]) -> Value {
    let run = |(text, bold): &(&str, bool)| {
        let mut run = json!({"type": "TextRun", "text": disarmed(text)});
        if *bold {
            run["weight"] = "Bolder".into();
        }
        run
    };
    json!({"type": "RichTextBlock", "inlines": runs.iter().map(run).collect::<Vec<_>>()})
}

/// A card's texts may call functions, `{{DATE(…)}}`, and a workflow's `@{…}`: the pairs are parted.
fn disarmed(text: &str) -> String {
    text.replace("{{", "{\u{200b}{").replace("@{", "@\u{200b}{").replace("<at>", "<\u{200b}at>")
}
