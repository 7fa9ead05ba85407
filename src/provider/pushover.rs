//! Pushover: a notification that rings again and again at high urgency until somebody acknowledges it in the app.
//!
//! Messages and receipts: <https://pushover.net/api>, <https://pushover.net/api/receipts>. What is urgent has priority 2 and a receipt,
//! which is asked about until it is acknowledged, is over, or is cancelled because nobody needs it any more. Whoever acknowledges in the
//! app has acknowledged here. Pushover's own callback is unsigned and is not used.

use super::http::{Failure, Request, Response, answered};
use super::ntfy::address;
use super::{Progress, not_carried, secret};
use crate::actor::{Actor, Via};
use crate::config::{Config, PUSHOVER_EXPIRE_SECONDS, Provider, Secrets};
use crate::incident::message::cut;
use crate::incident::{Asked, Command, Delivery, DeliveryId, Outcome, Reason, Respond, Target, Task, Words};
use crate::reason::Fault;

/// The longest message and the longest title, in characters.
pub const MESSAGE_MAX: usize = 1_024;
const TITLE_MAX: usize = 250;
/// How often it rings again, in seconds; Pushover allows no less than 30.
const RETRY_SECONDS: u32 = 60;
/// The longest name taken from an answer, in characters.
const NAME_MAX: usize = 80;

/// Between request and response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// `receipt`: it is urgent, and has one.
    Send {
        receipt: bool,
    },
    Cancel {
        receipt: String,
    },
    Ask {
        of: DeliveryId,
        receipt: String,
    },
}

pub(super) fn begin(
    config: &Config,
    secrets: &Secrets,
    delivery: &Delivery,
    link: Option<&str>,
) -> Result<Progress, Reason> {
    let pushover = config.organisation.pushover.as_ref();
    let pushover = pushover.ok_or_else(|| Reason::of(Provider::Pushover, Fault::NotSetUp, ""))?;
    let token = secret(secrets, Provider::Pushover, &pushover.token, "token")?.expose();
    let api = &pushover.api_url;
    let (pending, request) = match &delivery.task {
        Task::Page { user, words: Words::Text(text), .. } => {
            let user = address(config, secrets, Provider::Pushover, user)?;
            let (title, message) = text.title_and_message(delivery.repeat);
            let (title, message) = (cut(&title, TITLE_MAX), cut(&message, MESSAGE_MAX));
            let (retry, expire) = (RETRY_SECONDS.to_string(), PUSHOVER_EXPIRE_SECONDS.to_string());
            let mut form =
                vec![("token", token), ("user", user.expose()), ("title", &title), ("message", &message)];
            if text.urgent {
                form.extend([("priority", "2"), ("retry", &retry), ("expire", &expire)]);
            }
            form.extend(link.map(|link| ("url", link)));
            let request = Request::open_form(format!("{api}/1/messages.json"), &form);
            (Pending::Send { receipt: text.urgent }, request)
        }
        Task::HangUp { call } if is_name(call) => {
            let url = format!("{api}/1/receipts/{call}/cancel.json");
            let request = Request::open_form(url, &[("token", token)]);
            (Pending::Cancel { receipt: call.clone() }, request)
        }
        Task::Ask { of, reference, .. } if is_name(reference) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
            let url = format!("{api}/1/receipts/{reference}.json?{query}");
            let request = Request::open(super::Method::Get, url);
            (Pending::Ask { of: *of, receipt: reference.clone() }, request)
        }
        Task::Page { .. }
        | Task::HangUp { .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::Ask { .. } => return Err(not_carried(Provider::Pushover)),
    };
    Ok(Progress::Send(super::Pending::Pushover(pending), request))
}

pub(super) fn resume(pending: Pending, result: Result<Response, Failure>) -> Progress {
    match (pending, result) {
        (Pending::Send { .. }, Err(failure)) => Progress::Done(failure.outcome(Provider::Pushover)),
        (Pending::Cancel { .. }, Err(failure)) => Progress::Done(failure.harmless(Provider::Pushover)),
        (Pending::Send { receipt }, Ok(response)) => Progress::Done(sent(receipt, &response)),
        // A receipt that is not there any more is over.
        (Pending::Cancel { receipt }, Ok(response)) if response.is_success() || response.status == 404 => {
            Progress::Done(Outcome::delivered(receipt))
        }
        (Pending::Cancel { .. }, Ok(response)) => Progress::Done(refused(&response)),
        (Pending::Ask { of, receipt }, result) => told(of, receipt, result),
    }
}

fn sent(receipt: bool, response: &Response) -> Outcome {
    let body = response.json();
    if !response.is_success() || body["status"] != 1 {
        return refused(response);
    }
    let unnamed = || Outcome::Unknown { reason: Reason::of(Provider::Pushover, Fault::Unnamed, "") };
    let named = |key: &str| body[key].as_str().map(|name| cut(name, NAME_MAX));
    match receipt {
        true => named("receipt").map_or_else(unnamed, |reference| Outcome::Accepted { reference }),
        false => named("request").map_or_else(unnamed, Outcome::delivered),
    }
}

/// 4xx will never work as it is, but 429: the month's messages are used up. <https://pushover.net/api#friendly>
fn refused(response: &Response) -> Outcome {
    let body = response.json();
    let says = |key: &str| body[key].as_str().is_some_and(|it| it == "invalid");
    let reason = |fault| Reason::of(Provider::Pushover, fault, response.status.to_string());
    match response.status {
        400..500 if response.status != 429 && says("user") => {
            Outcome::Rejected { reason: reason(Fault::NoAddress) }
        }
        400..500 if response.status != 429 && says("token") => {
            Outcome::Rejected { reason: reason(Fault::CredentialsRefused) }
        }
        _ => response.refusal(Provider::Pushover, ""),
    }
}

/// What became of a receipt; that nobody has acknowledged it yet is no news.
fn told(of: DeliveryId, receipt: String, result: Result<Response, Failure>) -> Progress {
    let unknown = |fault, said: &str| {
        Progress::Done(Outcome::Unknown { reason: Reason::of(Provider::Pushover, fault, said) })
    };
    let body = match answered(Provider::Pushover, result) {
        Ok(response) => response.json(),
        Err(outcome) => return Progress::Done(outcome),
    };
    if body["status"] != 1 {
        return unknown(Fault::NotItsAnswer, "");
    }
    if body["acknowledged"] == 1 {
        let respond = Respond {
            target: Target::Delivery(of),
            action: Asked::Acknowledge,
            // Whose it is is known by the delivery.
            by: Actor::Stranger { name: "Pushover".to_owned(), way: Via::Push },
            via: Via::Push,
        };
        let outcome = Outcome::delivered(receipt);
        return Progress::Answered(outcome, Box::new(Command::Respond(respond)));
    }
    if body["expired"] == 1 {
        let reason = Reason::of(Provider::Pushover, Fault::RangOut, "");
        return Progress::Done(Outcome::Ended { reason });
    }
    unknown(Fault::Said, "not acknowledged yet")
}

/// Receipts are of letters and digits; nothing else becomes part of a URL.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}
