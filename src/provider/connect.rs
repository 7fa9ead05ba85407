//! Amazon Connect: a call by a contact flow of ours, its course and its key by asking, and its end.
//!
//! <https://docs.aws.amazon.com/connect/latest/APIReference/API_StartOutboundVoiceContact.html>. The words go along as attributes; the
//! flow (`contrib/amazon-connect/contact-flow.json`) says them and notes the key that is pressed as one. Nothing calls us back: the contact
//! is asked for, and once it is over its attributes once more, so that a key at the last moment counts. What a key led to goes back as
//! another attribute, which the flow waits for and says. `ClientToken` makes the same
//! delivery one call, whatever is lost on the way.

use super::escape::xml;
use super::http::{Failure, Method, Request, Response, Signing, answered, unavailable};
use super::twilio::{BUSY_SECONDS, phone};
use super::{Listener, Progress, not_carried, secret};
use crate::config::{Config, Connect, Provider, RING_SECONDS, Secrets};
use crate::incident::message::{CallScript, cut, reply_spoken};
use crate::incident::{Delivery, Outcome, Reason, Reply, Task, Words};
use crate::language::{Language, Spoken};
use crate::reason::Fault;
use serde_json::{Value, json};

/// The longest text that is said, in characters, its markup included: Polly takes 3000.
pub const SSML_MAX: usize = 2_500;
/// The longest name or reason that is taken from an answer, in characters.
const NAME_MAX: usize = 80;
/// Between two looks at whether the outcome is there.
const PAUSE: &str = "<speak><break time=\"2s\"/></speak>";
/// The keys that mean something.
const KEYS: [&str; 3] = ["4", "5", "6"];

/// A call, or a question about one, between two requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending {
    Call,
    /// The end of a call, by Connect's name for it.
    HangUp {
        contact: String,
    },
    /// What became of a call; `over`: it has ended for this reason, and its attributes are looked at.
    Ask {
        contact: String,
        answered: bool,
        over: Option<String>,
    },
    Contact {
        contact: String,
    },
}

pub(super) fn begin(config: &Config, secrets: &Secrets, delivery: &Delivery) -> Result<Progress, Reason> {
    let connect = config.organisation.connect.as_ref();
    let connect = connect.ok_or_else(|| Reason::of(Provider::Connect, Fault::NotSetUp, ""))?;
    let signing = signing(connect, secrets)?;
    let (pending, request) = match &delivery.task {
        Task::Page { user, to, words: Words::Script(script), .. } => {
            let gone = || Reason::of(Provider::Connect, Fault::PersonGone, format!("users/{user}.yaml"));
            let user = config.users.get(user).ok_or_else(gone)?;
            let to = phone(user, to.as_deref(), secrets)
                .map_err(|reason| Reason { provider: Some(Provider::Connect), ..reason })?;
            let body = call(connect, to, script, delivery, config.organisation.slack.is_some());
            let url = format!("{}/contact/outbound-voice", connect.api_url);
            (Pending::Call, Request::aws(Method::Put, url, Some(&body), signing))
        }
        Task::HangUp { call } if is_name(call) => {
            let body = json!({"ContactId": call, "InstanceId": connect.instance});
            let url = format!("{}/contact/stop", connect.api_url);
            let pending = Pending::HangUp { contact: call.clone() };
            (pending, Request::aws(Method::Post, url, Some(&body), signing))
        }
        Task::Ask { reference, .. } if is_name(reference) => {
            let url = format!("{}/contacts/{}/{reference}", connect.api_url, connect.instance);
            let pending = Pending::Contact { contact: reference.clone() };
            (pending, Request::aws(Method::Get, url, None, signing))
        }
        Task::Page { .. }
        | Task::HangUp { .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::Ask { .. } => return Err(not_carried(Provider::Connect)),
    };
    Ok(Progress::Send(super::Pending::Connect(pending), request))
}

pub(super) fn resume(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    result: Result<Response, Failure>,
) -> Result<Progress, Reason> {
    let connect = config.organisation.connect.as_ref();
    let connect = connect.ok_or_else(|| Reason::of(Provider::Connect, Fault::NotSetUp, ""))?;
    Ok(Progress::Done(match (pending, result) {
        // The same token again is the same call.
        (Pending::Call, Err(failure)) => failure.outcome(Provider::Connect),
        (Pending::HangUp { .. }, Err(failure)) => failure.harmless(Provider::Connect),
        (Pending::Call, Ok(response)) if response.is_success() => started(&response),
        (Pending::HangUp { contact }, Ok(response)) if response.is_success() || is_gone(&response) => {
            Outcome::delivered(contact)
        }
        (Pending::Call | Pending::HangUp { .. }, Ok(response)) => classify(&response),
        (Pending::Contact { contact }, result) => match told(result) {
            Err(unknown) => unknown,
            Ok(body) => {
                let about = &body["Contact"];
                let reason = about["DisconnectReason"].as_str().unwrap_or("ended");
                let over = about.get("DisconnectTimestamp").map(|_| cut(reason, NAME_MAX));
                let answered = about.get("ConnectedToSystemTimestamp").is_some();
                let url = format!("{}/contact/attributes/{}/{contact}", connect.api_url, connect.instance);
                let request = Request::aws(Method::Get, url, None, signing(connect, secrets)?);
                let pending = Pending::Ask { contact, answered, over };
                return Ok(Progress::Send(super::Pending::Connect(pending), request));
            }
        },
        (Pending::Ask { contact, answered, over }, result) => match told(result) {
            Err(unknown) => unknown,
            Ok(body) => {
                let digit = body["Attributes"]["digit"].as_str().unwrap_or_default();
                match (KEYS.contains(&digit), over) {
                    (true, None) => {
                        let is_ja = body["Attributes"]["language"] == "ja";
                        let language = if is_ja { Language::Ja } else { Language::En };
                        let listener = Listener { call: contact, language };
                        return Ok(Progress::Heard(Outcome::Pressed { key: digit.to_owned() }, listener));
                    }
                    (true, Some(_)) => Outcome::Pressed { key: digit.to_owned() },
                    (false, Some(why)) => course(&why),
                    (false, None) if answered => Outcome::Answered,
                    (false, None) => Outcome::Accepted { reference: contact },
                }
            }
        },
    }))
}

/// What a key led to becomes an attribute of the call, for which the flow waits some seconds. Once: where it does not come in time, the
/// flow says that the key was received, and where to look.
pub(super) fn tell(
    config: &Config,
    secrets: &Secrets,
    listener: &Listener,
    reply: &Reply,
) -> Option<Request> {
    let connect = config.organisation.connect.as_ref()?;
    let words = ssml(&[reply_spoken(reply, listener.language)], &[]);
    let body = json!({
        "Attributes": { "answered": "yes", "outcome": words },
        "InitialContactId": listener.call,
        "InstanceId": connect.instance,
    });
    let url = format!("{}/contact/attributes", connect.api_url);
    let signing = signing(connect, secrets).ok()?;
    Some(Request::aws(Method::Post, url, Some(&body), signing))
}

/// With whose key requests are signed.
pub(super) fn signing(connect: &Connect, secrets: &Secrets) -> Result<Signing, Reason> {
    let key = secret(secrets, Provider::Connect, &connect.secret_access_key, "secret_access_key")?;
    Ok(Signing {
        region: connect.region.clone(),
        service: "connect",
        key_id: connect.access_key_id.clone(),
        key: key.clone(),
    })
}

fn call(connect: &Connect, to: &str, script: &CallScript, delivery: &Delivery, slack_too: bool) -> Value {
    let language = script.language;
    let mut words = script.words.clone();
    if delivery.repeat {
        let place = words.len().min(1);
        words.insert(place, language.spoken(&Spoken::Repeated));
    }
    let say = |phrase: &Spoken| ssml(&[language.spoken(phrase)], &[]);
    json!({
        "Attributes": {
            "language": if language == Language::Ja { "ja" } else { "en" },
            "ssml": ssml(&words, &[language.sentences(&script.menu)]),
            "unknown": say(&Spoken::UnknownKey),
            "answered": "no",
            "moment": say(&Spoken::OneMoment),
            "pause": PAUSE,
            "taken": say(&Spoken::KeyTaken { slack: slack_too }),
            "nothing": say(&Spoken::NothingPressed),
        },
        "ClientToken": format!("oncall-{}", delivery.id),
        "ContactFlowId": connect.contact_flow,
        "DestinationPhoneNumber": to,
        "InstanceId": connect.instance,
        "RingTimeoutInSeconds": RING_SECONDS,
        "SourcePhoneNumber": connect.from,
    })
}

/// The words and the menu in Polly's markup. Where there are too many, the words are cut and the menu is whole.
fn ssml(words: &[String], menu: &[String]) -> String {
    let sentences = |texts: &[String]| texts.iter().map(|text| sentence(text)).collect::<String>();
    let menu = sentences(menu);
    let room = SSML_MAX.saturating_sub(menu.chars().count());
    let mut said = String::new();
    for text in words {
        let rest = room.saturating_sub(said.chars().count());
        let whole = sentence(text);
        if whole.chars().count() <= rest {
            said.push_str(&whole);
            continue;
        }
        // An escape is up to six characters.
        said.push_str(&sentence(&cut(text, rest.saturating_sub(7) / 6)));
        break;
    }
    format!("<speak>{said}{menu}</speak>")
}

fn sentence(text: &str) -> String {
    format!("<s>{}</s>", xml(text, usize::MAX))
}

fn started(response: &Response) -> Outcome {
    match response.json()["ContactId"].as_str().filter(|id| is_name(id)) {
        Some(id) => Outcome::Accepted { reference: id.to_owned() },
        None => Outcome::Unknown { reason: Reason::of(Provider::Connect, Fault::Unnamed, "") },
    }
}

/// The body of an answer to a question; an answer that says nothing leaves it unknown.
fn told(result: Result<Response, Failure>) -> Result<Value, Outcome> {
    let body = answered(Provider::Connect, result)?.json();
    let is_ours = body["Contact"].is_object() || body["Attributes"].is_object();
    let unknown = || Outcome::Unknown { reason: Reason::of(Provider::Connect, Fault::NotItsAnswer, "") };
    if is_ours { Ok(body) } else { Err(unknown()) }
}

/// Connect's names are of letters, digits and hyphens; nothing else becomes part of a URL.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_gone(response: &Response) -> bool {
    matches!(kind(response).as_str(), "ContactNotFoundException" | "ResourceNotFoundException")
}

/// The name of an error: in a header, or in the body.
fn kind(response: &Response) -> String {
    let body = response.json();
    let named = response.header("x-amzn-errortype").or_else(|| body["__type"].as_str()).unwrap_or_default();
    let name = named.rsplit('#').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default().to_owned()
}

/// A refusal by the name of the error. Its own message is not quoted: it may name the number.
fn classify(response: &Response) -> Outcome {
    let name = kind(response);
    let fault = match name.as_str() {
        "OutboundContactNotPermittedException" => Fault::CallerRefused,
        "DestinationNotAllowedException" => Fault::CountryRefused,
        "AccessDeniedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "InvalidClientTokenId"
        | "IncompleteSignature"
        | "ExpiredTokenException" => Fault::CredentialsRefused,
        "ResourceNotFoundException" => Fault::AccountUnknown,
        "InvalidParameterException" | "InvalidRequestException" => Fault::NumberRefused,
        "LimitExceededException" | "ThrottlingException" | "TooManyRequestsException" => {
            let reason = Reason::of(Provider::Connect, Fault::SlowDown, name);
            return Outcome::Unavailable { reason, retry_after: response.retry_after() };
        }
        _ if response.status == 403 => Fault::CredentialsRefused,
        _ => return response.refusal(Provider::Connect, &cut(&name, NAME_MAX)),
    };
    Outcome::Rejected { reason: Reason::of(Provider::Connect, fault, cut(&name, NAME_MAX)) }
}

/// What the end of a contact means.
fn course(why: &str) -> Outcome {
    match why {
        "TELECOM_BUSY" => {
            Outcome::Unavailable { reason: Reason::ours(Fault::Busy), retry_after: Some(BUSY_SECONDS) }
        }
        "TELECOM_NUMBER_INVALID" => {
            Outcome::Rejected { reason: Reason::of(Provider::Connect, Fault::NumberInvalid, why) }
        }
        "TELECOM_POTENTIAL_BLOCKING" => {
            Outcome::Rejected { reason: Reason::of(Provider::Connect, Fault::CallFailed, why) }
        }
        "TELECOM_TIMEOUT" | "OUTBOUND_ATTEMPT_FAILED" | "TELECOM_ORIGINATOR_CANCEL" => {
            unavailable(Reason::of(Provider::Connect, Fault::CarrierFailed, why))
        }
        other => Outcome::Ended { reason: Reason::said(other) },
    }
}
