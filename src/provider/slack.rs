//! Slack: messages, their updates and their threads; the buttons' callback.
//!
//! Web API: <https://docs.slack.dev/reference/methods/chat.postMessage>, `chat.update`. An error is HTTP 200 with
//! `ok: false`. Signatures: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use super::blocks::{TEXT_MAX, attachments, blocks};
use super::callback::{Callback, CallbackRequest, Refusal};
use super::http::{Failure, HttpAnswer, Request, Response, header, unavailable};
use super::slack_heard::{self, Interaction};
use super::slack_view::escape;
use super::{Progress, not_carried, secret};
use crate::config::{Config, Provider, Secret, Secrets, Slack};
use crate::incident::message::{Card, cut};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::reason::Fault;
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Map, Value, json};
use std::str::from_utf8;

pub use super::blocks::{BUTTON_INCIDENTS_MAX, FIELDS_MAX};
pub use super::slack_view::SECTION_MAX;

/// How far the time of a signed request may be from ours, in seconds.
pub const SIGNATURE_AGE_MAX: u64 = 300;
/// The most fields of a form that are read; Slack sends about a dozen.
const FORM_FIELDS_MAX: usize = 100;

/// A message between two requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    stage: Stage,
    /// Posted when the message to update is gone, and without its blocks when Slack refuses them.
    message: Value,
    /// The line for the thread.
    follow_up: Option<String>,
    /// `channel:ts` of the message that is shown.
    reference: String,
    /// Whether it is posted anew where the one to update is gone: nobody is told twice by that.
    reposts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Post,
    Update,
    Thread,
}

pub(super) fn begin(config: &Config, secrets: &Secrets, delivery: &Delivery) -> Result<Progress, Reason> {
    let slack = slack(config)?;
    let (place, card) = addressed(config, delivery)?;
    let message = card_message(place, card, delivery);
    let (reference, follow_up) = match &delivery.task {
        Task::Mirror { reference, news, .. } => (reference.clone(), news.clone()),
        Task::Edit { reference, .. } => (Some(reference.clone()), None),
        Task::Page { .. } | Task::HangUp { .. } | Task::Ask { .. } => (None, None),
    };
    let stage = match reference.as_deref().and_then(|reference| reference.split_once(':')) {
        Some((channel, ts)) if !channel.is_empty() && !ts.is_empty() => Stage::Update,
        _ => Stage::Post,
    };
    let reposts = delivery.task.edits().is_none();
    if stage == Stage::Post && !reposts {
        return Err(Reason::of(Provider::Slack, Fault::Unnamed, ""));
    }
    let reference = reference.unwrap_or_default();
    send(slack, secrets, Pending { stage, message, follow_up, reference, reposts })
}

pub(super) fn resume(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    result: Result<Response, Failure>,
) -> Result<Progress, Reason> {
    let slack = slack(config)?;
    let response = match result {
        Ok(response) => response,
        Err(failure) if pending.stage == Stage::Update => {
            return Ok(Progress::Done(failure.harmless(Provider::Slack)));
        }
        Err(failure) => return Ok(Progress::Done(failure.outcome(Provider::Slack))),
    };
    let body = response.json();
    if !response.is_success() {
        return Ok(Progress::Done(response.refusal(Provider::Slack, "")));
    }
    match body["ok"].as_bool() {
        Some(true) => accepted(slack, secrets, pending, &body),
        Some(false) => refused(slack, secrets, pending, &response, &body),
        None => Ok(Progress::Done(Outcome::Unknown {
            reason: Reason::of(Provider::Slack, Fault::NotItsAnswer, ""),
        })),
    }
}

/// What somebody did: verifies the signature, then reads it.
pub(super) fn callback(
    config: &Config,
    secrets: &Secrets,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Callback, Refusal> {
    let slack = config.organisation.slack.as_ref().ok_or_else(Refusal::unknown)?;
    verify(slack, secrets, request, now)?;
    let form: Map<String, Value> = form_urlencoded::parse(request.body)
        .map(|(key, value)| (key.into_owned(), Value::from(value)))
        .take(FORM_FIELDS_MAX)
        .collect();
    let interaction = if let Some(payload) = form.get("payload") {
        let payload = serde_json::from_str(payload.as_str().unwrap_or_default())
            .map_err(|_| Refusal::new(400, "bad_payload", "`payload` is not JSON".into()))?;
        slack_heard::interactive(slack, &payload)
    } else if form.contains_key("command") {
        slack_heard::typed(slack, &Value::Object(form))
    } else {
        let body = from_utf8(request.body).ok().and_then(|text| serde_json::from_str(text).ok());
        let body: Value = body.unwrap_or_default();
        match slack_heard::event(&body) {
            Some(event) => return Ok(Callback::Slack(Box::new(event))),
            None => return Ok(Callback::Answer(challenge(&body))),
        }
    };
    let Some(interaction) = interaction else { return Ok(Callback::Answer(HttpAnswer::empty())) };
    // Slack sends these once: the same signature again is the same request.
    let once = header(&request.headers, "x-slack-signature").unwrap_or_default().to_owned();
    Ok(Callback::Slack(Box::new(Interaction { once, ..interaction })))
}

fn slack(config: &Config) -> Result<&Slack, Reason> {
    config.organisation.slack.as_ref().ok_or_else(|| Reason::of(Provider::Slack, Fault::NotSetUp, ""))
}

/// Where a message goes, and its card.
fn addressed<'a>(config: &'a Config, delivery: &'a Delivery) -> Result<(&'a str, &'a Card), Reason> {
    let (place, words) = match &delivery.task {
        Task::Page { user, words, .. } => {
            let person = config.users.get(user).ok_or_else(|| {
                Reason::of(Provider::Slack, Fault::PersonGone, format!("users/{user}.yaml"))
            })?;
            let id = person.slack.as_deref().ok_or_else(|| {
                Reason::of(Provider::Slack, Fault::NoAddress, format!("{}: slack", person.place))
            })?;
            (id, words)
        }
        Task::Mirror { place, words, .. } => (place.as_str(), words),
        // The message is where its reference says.
        Task::Edit { words, .. } => ("", words),
        Task::HangUp { .. } | Task::Ask { .. } => return Err(not_carried(Provider::Slack)),
    };
    match words {
        Words::Card(card) => Ok((place, card)),
        Words::Script(_) | Words::Ticket(_) | Words::Text(_) | Words::Letter(_) => {
            Err(not_carried(Provider::Slack))
        }
    }
}

fn card_message(channel: &str, card: &Card, delivery: &Delivery) -> Value {
    let mut message = plain(channel, &card.headline);
    message["blocks"] = Value::Array(blocks(card, delivery));
    if let Some(attachments) = attachments(card) {
        message["attachments"] = attachments;
    }
    message
}

fn plain(channel: &str, text: &str) -> Value {
    json!({
        "channel": channel, "text": escape(text, TEXT_MAX), "unfurl_links": false, "unfurl_media": false,
    })
}

fn send(slack: &Slack, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    let token = secret(secrets, Provider::Slack, &slack.bot_token, "bot_token")?;
    let (channel, ts) = pending.reference.split_once(':').unwrap_or_default();
    let (method, body) = match pending.stage {
        Stage::Post => ("chat.postMessage", pending.message.clone()),
        Stage::Update => {
            let mut body = json!({"channel": channel, "ts": ts, "text": pending.message["text"]});
            for key in ["blocks", "attachments"] {
                if let Some(value) = pending.message.get(key) {
                    body[key] = value.clone();
                }
            }
            ("chat.update", body)
        }
        Stage::Thread => {
            let mut body = plain(channel, pending.follow_up.as_deref().unwrap_or_default());
            body["thread_ts"] = ts.into();
            ("chat.postMessage", body)
        }
    };
    let bearer = Secret::new(&format!("Bearer {}", token.expose()));
    let url = format!("{}/{method}", slack.api_url);
    let request = Request::json(url, Some(bearer), &body);
    Ok(Progress::Send(super::Pending::Slack(pending), request))
}

fn accepted(slack: &Slack, secrets: &Secrets, pending: Pending, body: &Value) -> Result<Progress, Reason> {
    match pending.stage {
        Stage::Post => {
            let (channel, ts) = (body["channel"].as_str(), body["ts"].as_str());
            Ok(Progress::Done(match (channel, ts) {
                (Some(channel), Some(ts)) => Outcome::delivered(format!("{channel}:{ts}")),
                _ => Outcome::Unknown { reason: Reason::of(Provider::Slack, Fault::Unnamed, "") },
            }))
        }
        Stage::Update if pending.follow_up.as_deref().is_some_and(|text| !text.trim().is_empty()) => {
            send(slack, secrets, Pending { stage: Stage::Thread, ..pending })
        }
        Stage::Update | Stage::Thread => Ok(Progress::Done(Outcome::delivered(pending.reference))),
    }
}

/// `ok: false`: a way around it if there is one, or what it means.
fn refused(
    slack: &Slack,
    secrets: &Secrets,
    mut pending: Pending,
    response: &Response,
    body: &Value,
) -> Result<Progress, Reason> {
    let error = body["error"].as_str().unwrap_or("no error named");
    let gone = matches!(
        error,
        "message_not_found" | "cant_update_message" | "edit_window_closed" | "thread_not_found"
    );
    if pending.stage == Stage::Update && gone && pending.reposts {
        return send(slack, secrets, Pending { stage: Stage::Post, follow_up: None, ..pending });
    }
    let bad_blocks = matches!(error, "invalid_blocks" | "invalid_blocks_format" | "msg_blocks_too_long");
    let message = pending.message.as_object_mut().filter(|_| bad_blocks);
    let had_blocks = message.is_some_and(|it| {
        it.shift_remove("attachments");
        it.shift_remove("blocks").is_some()
    });
    if had_blocks {
        return send(slack, secrets, pending);
    }
    let outcome = classify(error, response, body);
    if pending.stage == Stage::Thread && matches!(outcome, Outcome::Rejected { .. }) {
        // The message itself is up to date: a thread that takes no line does not undo that.
        return Ok(Progress::Done(Outcome::delivered(pending.reference)));
    }
    Ok(Progress::Done(outcome))
}

/// <https://docs.slack.dev/reference/methods/chat.postMessage#errors>
fn classify(error: &str, response: &Response, body: &Value) -> Outcome {
    let fault = match error {
        "ratelimited" | "rate_limited" => {
            let reason = Reason::of(Provider::Slack, Fault::SlowDown, error);
            return Outcome::Unavailable { reason, retry_after: response.retry_after() };
        }
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => {
            return unavailable(Reason::of(Provider::Slack, Fault::Said, error));
        }
        "channel_not_found" | "not_in_channel" => Fault::ChannelUnknown,
        "is_archived" => Fault::ChannelArchived,
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            Fault::TokenRefused
        }
        "missing_scope" => Fault::ScopeMissing,
        "user_not_found"
        | "users_not_found"
        | "user_disabled"
        | "cannot_dm_bot"
        | "messages_tab_disabled" => Fault::MemberUnknown,
        _ => Fault::Status,
    };
    let needed = body["needed"].as_str().map(|scope| format!(": {}", cut(scope, 100))).unwrap_or_default();
    let said = format!("{}{needed}", cut(error, 100));
    Outcome::Rejected { reason: Reason::of(Provider::Slack, fault, said) }
}

fn verify(
    slack: &Slack,
    secrets: &Secrets,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Refusal::new(401, code, message.to_owned());
    let stamp = header(&request.headers, "x-slack-request-timestamp");
    let signature = header(&request.headers, "x-slack-signature");
    let (Some(stamp), Some(signature)) = (stamp, signature) else {
        return Err(refuse("unsigned", "the request carries no Slack signature"));
    };
    let sent: i64 =
        stamp.parse().map_err(|_| refuse("bad_timestamp", "the signature's time is not a number"))?;
    if now.as_second().abs_diff(sent) > SIGNATURE_AGE_MAX {
        return Err(refuse("stale", "the signature is older than 300 s: check this machine's clock"));
    }
    let given = signature.strip_prefix("v0=").map(str::as_bytes).unwrap_or_default();
    let given = data_encoding::HEXLOWER_PERMISSIVE.decode(given).unwrap_or_default();
    let mut signed = format!("v0:{stamp}:").into_bytes();
    signed.extend_from_slice(request.body);
    let mut keys = secrets.all(&slack.signing_secret).peekable();
    if keys.peek().is_none() {
        let message = "providers.slack.signing_secret is not set where the server runs".into();
        return Err(Refusal::new(503, "no_secret", message));
    }
    let good = keys.fold(false, |good, key| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes());
        good | hmac::verify(&key, &signed, &given).is_ok()
    });
    if good { Ok(()) } else { Err(refuse("bad_signature", "the Slack signature does not match")) }
}

/// Slack checks a URL by having a challenge said back; anything else signed needs no answer.
fn challenge(body: &Value) -> HttpAnswer {
    match (body["type"].as_str(), body["challenge"].as_str()) {
        (Some("url_verification"), Some(challenge)) => {
            HttpAnswer { body: challenge.as_bytes().to_vec(), ..HttpAnswer::empty() }
        }
        _ => HttpAnswer::empty(),
    }
}
