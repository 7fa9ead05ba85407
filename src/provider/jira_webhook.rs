//! What Jira says by itself: a ticket that is done resolves its incident, a comment is a note.
//!
//! The Cloud signs (`X-Hub-Signature`, HMAC-SHA256 of the body); Data Center may do so, or knows the secret as the end of the URL:
//! <https://developer.atlassian.com/cloud/jira/platform/webhooks/>. Whoever may close the ticket closes the incident by it: that is
//! what `webhook_secret` asks for. What our own account did is no news to us.

use super::callback::{Callback, CallbackRequest, Refusal};
use super::http::{HttpAnswer, header};
use crate::actor::{Actor, Via};
use crate::config::{Config, Deployment, Jira, Secret, Secrets};
use crate::incident::message::cut;
use crate::incident::{Asked, Command, NOTE_MAX, Respond, Target};
use jiff::Timestamp;
use ring::hmac;
use serde_json::Value;

/// The longest name taken from a webhook, in characters.
const NAME_MAX: usize = 80;
/// The longest key of a ticket.
const KEY_MAX: usize = 100;
/// How old the news that a ticket is done may be, in seconds: what is older may be about an incident that was opened again since.
pub const DONE_AGE_MAX: i64 = 30 * 60;
/// How deep and how long a comment's document is read.
const DEPTH_MAX: usize = 20;
const NODES_MAX: usize = 2_000;

/// Verifies what came, then reads it. `rest`: the end of the URL.
pub(super) fn callback(
    config: &Config,
    secrets: &Secrets,
    request: &CallbackRequest,
    rest: &str,
    now: Timestamp,
) -> Result<Callback, Refusal> {
    let jira = config.organisation.jira.as_ref().filter(|jira| !jira.webhook_secret.is_empty());
    let jira = jira.ok_or_else(Refusal::unknown)?;
    verify(jira, secrets, request, rest)?;
    let body: Value = serde_json::from_slice(request.body)
        .map_err(|_| Refusal::new(400, "bad_payload", "the body is not JSON".into()))?;
    // Jira names a message alike each time it tries again.
    let once = header(&request.headers, "x-atlassian-webhook-identifier").unwrap_or_default();
    let once = if once.is_empty() { String::new() } else { format!("jira {}", cut(once, KEY_MAX)) };
    Ok(match heard(config, jira, &body, now) {
        Some(respond) => Callback::Ticket { command: Command::Respond(respond), once },
        None => Callback::Answer(HttpAnswer::empty()),
    })
}

fn verify(jira: &Jira, secrets: &Secrets, request: &CallbackRequest, rest: &str) -> Result<(), Refusal> {
    let mut keys = secrets.all(&jira.webhook_secret).peekable();
    if keys.peek().is_none() {
        let message = "providers.jira.webhook_secret is not set where the server runs".into();
        return Err(Refusal::new(503, "no_secret", message));
    }
    let refuse = |code, message: &str| Err(Refusal::new(401, code, message.to_owned()));
    match header(&request.headers, "x-hub-signature") {
        Some(signature) => {
            let given = signature.trim().strip_prefix("sha256=").map(str::as_bytes).unwrap_or_default();
            let given = data_encoding::HEXLOWER_PERMISSIVE.decode(given).unwrap_or_default();
            let good = keys.fold(false, |good, key| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes());
                good | hmac::verify(&key, request.body, &given).is_ok()
            });
            if good { Ok(()) } else { refuse("bad_signature", "the signature of Jira does not match") }
        }
        None if jira.deployment == Deployment::DataCenter && !rest.is_empty() => {
            match keys.fold(false, |good, key| good | is_same(key, rest)) {
                true => Ok(()),
                false => refuse("bad_secret", "the end of the URL is not the secret"),
            }
        }
        None => refuse("unsigned", "the request carries no signature: give the webhook the secret"),
    }
}

/// Compared in a time that does not tell where they differ.
fn is_same(secret: &Secret, given: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let other = hmac::Key::new(hmac::HMAC_SHA256, given.as_bytes());
    let message = b"the end of a webhook's URL";
    hmac::verify(&key, message, hmac::sign(&other, message).as_ref()).is_ok()
}

/// What it asks for; `None`: nothing that concerns us.
fn heard(config: &Config, jira: &Jira, body: &Value, now: Timestamp) -> Option<Respond> {
    let key = body["issue"]["key"].as_str().filter(|key| !key.is_empty() && key.len() <= KEY_MAX)?;
    let (who, action) = match body["webhookEvent"].as_str()? {
        "jira:issue_updated" if is_done(body) => {
            if is_old(body, now) {
                return None;
            }
            let reason = said(&body["comment"]["body"]);
            (&body["user"], Asked::Resolve { reason })
        }
        "jira:issue_updated" => (&body["user"], Asked::Note(said(&body["comment"]["body"])?)),
        "comment_created" => (&body["comment"]["author"], Asked::Note(said(&body["comment"]["body"])?)),
        _ => return None,
    };
    if is_ours(jira, who) {
        return None;
    }
    let (target, via) = (Target::Ticket(key.to_owned()), Via::Ticket);
    Some(Respond { target, action, by: actor(config, who), via })
}

/// Whether this moved the ticket to where it is done.
fn is_done(body: &Value) -> bool {
    let items = body["changelog"]["items"].as_array().into_iter().flatten();
    let moved = items.into_iter().any(|item| item["field"] == "status");
    moved && body["issue"]["fields"]["status"]["statusCategory"]["key"] == "done"
}

fn is_old(body: &Value, now: Timestamp) -> bool {
    let sent = body["timestamp"].as_i64().unwrap_or_else(|| now.as_millisecond());
    now.as_millisecond().saturating_sub(sent) > DONE_AGE_MAX * 1000
}

fn is_ours(jira: &Jira, who: &Value) -> bool {
    let account = jira.account.as_deref();
    let is = |field: &str, ours: Option<&str>| ours.is_some() && who[field].as_str() == ours;
    ["accountId", "name", "key"].iter().any(|field| is(field, account))
        || is("emailAddress", jira.email.as_deref())
}

/// The person of ours with this address; else the name that Jira shows.
fn actor(config: &Config, who: &Value) -> Actor {
    let email = who["emailAddress"].as_str().filter(|email| !email.is_empty());
    let has = |own: &String| email.is_some_and(|email| own.eq_ignore_ascii_case(email));
    if let Some(user) = config.users.values().find(|user| user.email.as_ref().is_some_and(has)) {
        return Actor::User(user.id.clone());
    }
    let name = who["displayName"].as_str().or_else(|| who["name"].as_str()).unwrap_or("Jira");
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    Actor::Stranger { name: cut(&name, NAME_MAX), way: Via::Ticket }
}

/// A comment, as text or as a document.
fn said(body: &Value) -> Option<String> {
    let text = match body {
        Value::String(text) => text.clone(),
        Value::Object(_) => {
            let (mut text, mut room) = (String::new(), NODES_MAX);
            gather(body, DEPTH_MAX, &mut room, &mut text);
            text
        }
        _ => return None,
    };
    let clean: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    Some(cut(clean.trim(), NOTE_MAX)).filter(|text| !text.is_empty())
}

fn gather(node: &Value, depth: usize, room: &mut usize, text: &mut String) {
    if depth == 0 || *room == 0 {
        return;
    }
    *room -= 1;
    if let Some(words) = node["text"].as_str().or_else(|| node["attrs"]["text"].as_str()) {
        text.push_str(words);
    }
    for child in node["content"].as_array().into_iter().flatten() {
        gather(child, depth - 1, room, text);
    }
    if matches!(node["type"].as_str(), Some("paragraph" | "heading" | "hardBreak" | "listItem")) {
        text.push('\n');
    }
}
