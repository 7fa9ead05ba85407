//! ntfy: a notification on the phones that listen to a person's topic, on ntfy.sh or one's own server.
//!
//! Publishing as JSON: <https://docs.ntfy.sh/publish/#publish-as-json>. Whoever knows a topic reads it, so it says what a text message
//! says and no more. Its button posts to our own link, whose page does what it says.

use super::http::{Failure, Request, Response};
use super::{Progress, not_carried, secret};
use crate::config::{Config, Provider, Secret, Secrets};
use crate::incident::message::{Text, cut};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::language::Word;
use crate::reason::Fault;
use serde_json::{Value, json};

/// The longest message that ntfy does not turn into a file, in bytes.
pub const NTFY_MAX: usize = 4_096;
/// The longest name taken from an answer, in characters.
const NAME_MAX: usize = 80;
/// It rings through Do Not Disturb where the phone allows it, or is one among others.
const URGENT: u8 = 5;
const USUAL: u8 = 3;

/// A notification between request and response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending;

pub(super) fn begin(
    config: &Config,
    secrets: &Secrets,
    delivery: &Delivery,
    link: Option<&str>,
) -> Result<Progress, Reason> {
    let Task::Page { user, words: Words::Text(text), .. } = &delivery.task else {
        return Err(not_carried(Provider::Ntfy));
    };
    let ntfy = config.organisation.ntfy.as_ref();
    let ntfy = ntfy.ok_or_else(|| Reason::of(Provider::Ntfy, Fault::NotSetUp, ""))?;
    let token = ntfy.token.as_ref().map(|it| secret(secrets, Provider::Ntfy, it, "token")).transpose()?;
    let topic = address(config, secrets, Provider::Ntfy, user)?;
    let authorization = token.map(|token| Secret::new(&format!("Bearer {}", token.expose())));
    let body = body(text, topic.expose(), delivery.repeat, link);
    let request = Request::json(format!("{}/", ntfy.url), authorization, &body);
    Ok(Progress::Send(super::Pending::Ntfy(Pending), request))
}

/// The secret address of a person at a vendor of push messages.
pub(super) fn address<'a>(
    config: &Config,
    secrets: &'a Secrets,
    provider: Provider,
    user: &str,
) -> Result<&'a Secret, Reason> {
    let key = provider.row().key;
    let gone = || Reason::of(provider, Fault::PersonGone, format!("users/{user}.yaml"));
    let known = config.users.get(user).ok_or_else(gone)?;
    let source = if provider == Provider::Ntfy { &known.ntfy } else { &known.pushover };
    let missing = |fault, said: String| Reason::of(provider, fault, said);
    let source =
        source.as_ref().ok_or_else(|| missing(Fault::NoAddress, format!("{}: {key}", known.place)))?;
    let unset = || missing(Fault::SecretMissing, format!("{source}, wanted by {}: {key}", known.place));
    secrets.get(source).ok_or_else(unset)
}

fn body(text: &Text, topic: &str, repeat: bool, link: Option<&str>) -> Value {
    let (title, mut message) = text.title_and_message(repeat);
    let priority = if text.urgent { URGENT } else { USUAL };
    loop {
        let mut body = json!({ "topic": topic, "title": title, "message": message, "priority": priority });
        if let Some(link) = link {
            body["click"] = link.into();
            if text.urgent {
                body["actions"] = json!([{
                    "action": "http",
                    "label": text.language.word(Word::Acknowledge),
                    "url": link,
                    "method": "POST",
                    "headers": { "Content-Type": "application/x-www-form-urlencoded" },
                    "body": "do=acknowledge",
                    "clear": true,
                }]);
            }
        }
        let characters = message.chars().count();
        if body.to_string().len() <= NTFY_MAX || characters == 0 {
            return body;
        }
        // Cut at a character until all of it fits.
        message = cut(&message, characters * 9 / 10);
    }
}

pub(super) fn resume(result: Result<Response, Failure>) -> Outcome {
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.outcome(Provider::Ntfy),
    };
    let reason = |fault| Reason::of(Provider::Ntfy, fault, response.status.to_string());
    match response.status {
        200..300 => match response.json()["id"].as_str() {
            Some(id) => Outcome::delivered(cut(id, NAME_MAX)),
            None => Outcome::Unknown { reason: Reason::of(Provider::Ntfy, Fault::Unnamed, "") },
        },
        401 => Outcome::Rejected { reason: reason(Fault::CredentialsRefused) },
        403 => Outcome::Rejected { reason: reason(Fault::Forbidden) },
        _ => response.refusal(Provider::Ntfy, ""),
    }
}
