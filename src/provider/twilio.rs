//! Twilio: a call, its course, the keys pressed during it, and its end; a text message is in `twilio_sms`, answers to it in
//! `twilio_heard`.
//!
//! Calls: <https://www.twilio.com/docs/voice/api/call-resource>. Callbacks are signed over the public URL
//! (<https://www.twilio.com/docs/usage/security#validating-requests>); their URLs carry the delivery, the person and
//! the round, so that a key is understood after a restart too. A picked-up call proves nothing; only a key does.

use super::callback::{Callback, CallbackRequest, Context, Refusal};
use super::http::{Failure, HttpAnswer, Request, Response, answered, basic, header, unavailable};
use super::twilio_names::{NAME_MAX, about};
use super::{Progress, not_carried, secret, twilio_sms, twiml};
use crate::actor::{Actor, Via};
use crate::config::{
    CALL_LASTS_MAX, Config, Form, Id, Phone, Provider, RING_SECONDS, Secret, Secrets, Twilio, User,
};
use crate::incident::message::{CallScript, Text, cut, reply_spoken};
use crate::incident::{
    Asked, Command, Delivery, DeliveryId, Outcome, Reason, Reply, Respond, Target, Task, Words,
};
use crate::language::{Language, Spoken};
use crate::reason::Fault;
use jiff::Timestamp;
use ring::hmac;
use std::collections::BTreeMap;

pub use super::twiml::{KEY_WAIT_SECONDS, TWIML_MAX};

/// How often the words are said while nobody presses a key.
pub const SILENT_ROUNDS_MAX: u32 = 4;
/// How often they are said at all, for somebody who keeps pressing `*`.
pub const ROUNDS_MAX: u32 = 10;
/// How long to leave a busy line alone, in seconds.
pub const BUSY_SECONDS: u32 = 60;

/// A call, or the end of one, between request and response.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending {
    /// `keys`: Twilio will tell us how the call goes on.
    Call { keys: bool },
    /// Twilio's name for the call.
    HangUp { call: String },
    /// `receipts`: Twilio will tell us whether it arrived.
    Sms { receipts: bool },
    /// What became of a call or a text message, by Twilio's name for it.
    Ask { form: Form, reference: String },
}

/// What the URLs of one call's callbacks say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub delivery: DeliveryId,
    pub user: Option<&'a str>,
    pub round: u32,
}

/// Whether Twilio signed this form for this URL: base64 of HMAC-SHA1 over the URL as Twilio called it and every key and
/// value, sorted; a repeated field counts once. Compared in constant time.
pub fn is_signed(token: &Secret, url: &str, form: &[(String, String)], signature: &str) -> bool {
    let mut pairs: Vec<&(String, String)> = form.iter().collect();
    pairs.sort();
    pairs.dedup();
    let mut signed = url.to_owned();
    pairs.into_iter().for_each(|(key, value)| signed.extend([key.as_str(), value.as_str()]));
    let given = data_encoding::BASE64.decode(signature.trim().as_bytes()).unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.expose().as_bytes());
    hmac::verify(&key, signed.as_bytes(), &given).is_ok()
}

pub(super) fn begin(
    config: &Config,
    secrets: &Secrets,
    delivery: &Delivery,
    link: Option<&str>,
) -> Result<Progress, Reason> {
    let twilio = config.organisation.twilio.as_ref();
    let twilio = twilio.ok_or_else(|| Reason::of(Provider::Twilio, Fault::NotSetUp, ""))?;
    let token = secret(secrets, Provider::Twilio, &twilio.auth_token, "auth_token")?;
    let authorization = basic(&twilio.account_sid, token);
    let account = format!("{}/2010-04-01/Accounts/{}", twilio.api_url, twilio.account_sid);
    let calls = format!("{account}/Calls");
    match &delivery.task {
        Task::Page { user, to, words: Words::Script(script), .. } => {
            let user = person(config, user)?;
            let to = phone(user, to.as_deref(), secrets)?;
            let form = call_form(config, twilio, user, to, script, delivery);
            let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let keys = takes_keys(config, delivery);
            let request = Request::form(format!("{calls}.json"), authorization, &form);
            Ok(Progress::Send(super::Pending::Twilio(Pending::Call { keys }), request))
        }
        Task::Page { user, to, words: Words::Text(text), .. } => {
            let to = phone(person(config, user)?, to.as_deref(), secrets)?;
            // A number that is a secret is known only here.
            let heard = config.hears_answers(Provider::Twilio, Some(to));
            let body = Text { code: text.code.clone().filter(|_| heard), ..text.clone() };
            let body = body.line(delivery.repeat, link);
            let request = twilio_sms::request(config, twilio, authorization, to, (&body, delivery));
            let receipts = config.organisation.public_url.is_some();
            Ok(Progress::Send(super::Pending::Twilio(Pending::Sms { receipts }), request))
        }
        Task::HangUp { call } if is_name(call) => {
            let request =
                Request::form(format!("{calls}/{call}.json"), authorization, &[("Status", "completed")]);
            Ok(Progress::Send(super::Pending::Twilio(Pending::HangUp { call: call.clone() }), request))
        }
        Task::Ask { by, reference, .. } if is_name(reference) => {
            let form = by.method().form;
            let what = match form {
                Form::Script => "Calls",
                Form::Text => "Messages",
                Form::Card | Form::Letter => return Err(not_carried(Provider::Twilio)),
            };
            let request = Request::get(format!("{account}/{what}/{reference}.json"), authorization);
            let pending = Pending::Ask { form, reference: reference.clone() };
            Ok(Progress::Send(super::Pending::Twilio(pending), request))
        }
        Task::Page { .. }
        | Task::HangUp { .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::Ask { .. } => Err(not_carried(Provider::Twilio)),
    }
}

pub(super) fn resume(pending: Pending, result: Result<Response, Failure>) -> Outcome {
    match (pending, result) {
        (Pending::Call { .. } | Pending::Sms { .. }, Err(failure)) => failure.outcome(Provider::Twilio),
        (Pending::HangUp { .. }, Err(failure)) => failure.harmless(Provider::Twilio),
        (Pending::Ask { form, reference }, result) => told(form, &reference, result),
        (Pending::Call { keys: more } | Pending::Sms { receipts: more }, Ok(response))
            if response.is_success() =>
        {
            started(more, &response)
        }
        (Pending::HangUp { call }, Ok(response)) if ended(&response) => Outcome::delivered(call),
        (_, Ok(response)) => classify(&response),
    }
}

/// The form of a request that Twilio signed.
pub(super) fn verified(
    config: &Config,
    secrets: &Secrets,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Vec<(String, String)>, Refusal> {
    let form: Vec<(String, String)> = form_urlencoded::parse(request.body).into_owned().collect();
    verify(config, secrets, request, &form, now)?;
    Ok(form)
}

/// A key, or a step in the course of a call: verifies the signature, then reads it.
pub(super) fn callback(
    config: &Config,
    secrets: &Secrets,
    request: &CallbackRequest,
    rest: &str,
    now: Timestamp,
) -> Result<Callback, Refusal> {
    let form = verified(config, secrets, request, now)?;
    let (delivery, what) = rest.split_once('/').ok_or_else(Refusal::unknown)?;
    let delivery = delivery.parse().map_err(|_| Refusal::unknown())?;
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match what {
        "key" => Ok(key(config, request, delivery, field("Digits").unwrap_or_default())),
        "status" => {
            let sid = field("CallSid").unwrap_or_default();
            let outcome = course(field("CallStatus").unwrap_or_default(), sid, field("SipResponseCode"));
            let empty = Callback::Answer(HttpAnswer::empty());
            Ok(outcome.map_or(empty, |outcome| Callback::Outcome { delivery, outcome }))
        }
        "machine" => {
            let by = field("AnsweredBy").unwrap_or_default();
            let machine = by.starts_with("machine") || by == "fax";
            let empty = Callback::Answer(HttpAnswer::empty());
            Ok(if machine { Callback::Outcome { delivery, outcome: Outcome::ByMachine } } else { empty })
        }
        "sms" => {
            let sid = field("MessageSid").unwrap_or_default();
            let outcome =
                twilio_sms::receipt(field("MessageStatus").unwrap_or_default(), sid, field("ErrorCode"));
            let empty = Callback::Answer(HttpAnswer::empty());
            Ok(outcome.map_or(empty, |outcome| Callback::Outcome { delivery, outcome }))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// The reply to a key: the words again, or one sentence and the end of the call.
pub(super) fn answer(
    config: &Config,
    call: &Call,
    language: Language,
    unknown_key: bool,
    reply: &Reply,
) -> HttpAnswer {
    let text = match (reply, key_url(config, call)) {
        (Reply::Say(script), Some(url)) => {
            let before = unknown_key.then(|| language.spoken(&Spoken::UnknownKey));
            twiml::gather(script, before, &url)
        }
        _ => twiml::say_and_hang_up(language, &reply_spoken(reply, language)),
    };
    twiml::answer(text)
}

fn person<'a>(config: &'a Config, user: &str) -> Result<&'a User, Reason> {
    let gone = || Reason::of(Provider::Twilio, Fault::PersonGone, format!("users/{user}.yaml"));
    config.users.get(user).ok_or_else(gone)
}

/// The number of a person's phone, by name where one is named, E.164. The error does not say it.
pub fn phone<'a>(user: &'a User, name: Option<&str>, secrets: &'a Secrets) -> Result<&'a str, Reason> {
    let which = name.map_or_else(|| "phone".to_owned(), |name| format!("phone {name}"));
    let wrong = |fault| Reason::of(Provider::Twilio, fault, format!("{}: {which}", user.place));
    let number = match user.phone_named(name) {
        None => return Err(wrong(Fault::NoAddress)),
        Some(Phone::Number(number)) => number.as_str(),
        Some(Phone::Secret(source)) => {
            let missing = || {
                let said = format!("{source}, wanted by {}: {which}", user.place);
                Reason::of(Provider::Twilio, Fault::SecretMissing, said)
            };
            secrets.get(source).ok_or_else(missing)?.expose().trim()
        }
    };
    let digits = number.strip_prefix('+').unwrap_or_default();
    // E.164: at most 15 digits.
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(wrong(Fault::BadNumber))
    }
}

fn call_form(
    config: &Config,
    twilio: &Twilio,
    user: &User,
    to: &str,
    script: &CallScript,
    delivery: &Delivery,
) -> Vec<(&'static str, String)> {
    let mut script = script.clone();
    if delivery.repeat {
        let place = script.words.len().min(1);
        script.words.insert(place, script.language.spoken(&Spoken::Repeated));
    }
    let mut form = vec![
        ("To", to.to_owned()),
        ("From", twilio.from.clone()),
        ("Timeout", RING_SECONDS.to_string()),
        // We hold the person's phone no longer for a call that was answered.
        ("TimeLimit", CALL_LASTS_MAX.as_secs().to_string()),
    ];
    // The words are said once before the first callback.
    let call = Call { delivery: delivery.id, user: Some(&user.id), round: 2 };
    match (key_url(config, &call), &config.organisation.public_url) {
        (Some(url), Some(public)) if takes_keys(config, delivery) => {
            form.push(("Twiml", twiml::gather(&script, None, &url)));
            form.push(("StatusCallback", format!("{public}/v1/callbacks/twilio/{}/status", delivery.id)));
            let events = ["initiated", "ringing", "answered", "completed"];
            form.extend(events.map(|event| ("StatusCallbackEvent", event.to_owned())));
            // Looked into while the words are said: they wait for nothing.
            form.extend([("MachineDetection", "Enable".to_owned()), ("AsyncAmd", "true".to_owned())]);
            let machine = format!("{public}/v1/callbacks/twilio/{}/machine", delivery.id);
            form.push(("AsyncAmdStatusCallback", machine));
        }
        _ => form.push(("Twiml", twiml::say_twice(&script))),
    }
    form
}

/// Whether there is anything to press, and a way back for it: a test is about no incident.
fn takes_keys(config: &Config, delivery: &Delivery) -> bool {
    config.organisation.public_url.is_some() && !delivery.incidents.is_empty()
}

fn key_url(config: &Config, call: &Call) -> Option<String> {
    let public = config.organisation.public_url.as_ref()?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(user) = call.user {
        query.append_pair("user", user);
    }
    let query = query.append_pair("round", &call.round.to_string()).finish();
    Some(format!("{public}/v1/callbacks/twilio/{}/key?{query}", call.delivery))
}

fn started(more: bool, response: &Response) -> Outcome {
    match response.json()["sid"].as_str() {
        Some(sid) if more => Outcome::Accepted { reference: cut(sid, NAME_MAX) },
        // Without a public URL nothing more will be heard of it.
        Some(sid) => Outcome::delivered(cut(sid, NAME_MAX)),
        None => Outcome::Unknown { reason: Reason::of(Provider::Twilio, Fault::Unnamed, "") },
    }
}

/// What Twilio says of a call or a text message when it is asked, read as its callbacks are. What says nothing, an answer
/// about something else and no answer leave it unknown.
fn told(form: Form, reference: &str, result: Result<Response, Failure>) -> Outcome {
    let unknown = |fault, said: &str| Outcome::Unknown { reason: Reason::of(Provider::Twilio, fault, said) };
    let body = match answered(Provider::Twilio, result) {
        Ok(response) => response.json(),
        Err(outcome) => return outcome,
    };
    let Some(status) = body["status"].as_str().filter(|_| is_about(&body, reference)) else {
        return unknown(Fault::NotItsAnswer, "");
    };
    let outcome = match form {
        // One that still waits for its turn at Twilio is no news: it is what we were told when it was taken.
        Form::Script if status == "queued" => None,
        Form::Script => course(status, reference, None),
        Form::Text => {
            let code = body["error_code"].as_u64().map(|code| code.to_string());
            twilio_sms::receipt(status, reference, code.as_deref())
        }
        Form::Card | Form::Letter => None,
    };
    outcome.unwrap_or_else(|| unknown(Fault::Said, &cut(status, NAME_MAX)))
}

/// Whether an answer is about this, as far as it says.
fn is_about(body: &serde_json::Value, reference: &str) -> bool {
    body["sid"].as_str().is_none_or(|sid| sid == reference)
}

/// Twilio's names are of letters and digits; nothing else becomes part of a URL.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether the call is over: by us, or before us (21220, 20404).
fn ended(response: &Response) -> bool {
    response.is_success() || response.status == 404 || response.json()["code"] == 21220
}

/// A refusal by Twilio's error code. Its own message is not quoted: it names the number.
/// <https://www.twilio.com/docs/api/errors>
fn classify(response: &Response) -> Outcome {
    let code = response.json()["code"].as_u64();
    let fault = match code {
        _ if response.status >= 500 || response.status == 429 => {
            return response.refusal(Provider::Twilio, "");
        }
        Some(20429) => return unavailable(Reason::of(Provider::Twilio, Fault::SlowDown, about(code))),
        Some(20003) => Fault::CredentialsRefused,
        Some(21211 | 21217 | 13224) => Fault::NumberInvalid,
        Some(21214 | 21216 | 21612 | 21614) => Fault::NumberRefused,
        Some(21215 | 21408) => Fault::CountryRefused,
        Some(21219 | 21608) => Fault::TrialAccount,
        Some(21210 | 21212 | 21213 | 21606) => Fault::CallerRefused,
        Some(21610) => Fault::OptedOut,
        Some(21201 | 21205 | 21609) => Fault::UrlRefused,
        _ if response.status == 401 => Fault::CredentialsRefused,
        _ if response.status == 403 => Fault::Forbidden,
        _ if response.status == 404 => Fault::AccountUnknown,
        _ => return response.refusal(Provider::Twilio, &about(code)),
    };
    Outcome::Rejected { reason: Reason::of(Provider::Twilio, fault, about(code)) }
}

fn verify(
    config: &Config,
    secrets: &Secrets,
    request: &CallbackRequest,
    form: &[(String, String)],
    now: Timestamp,
) -> Result<(), Refusal> {
    let unset = |what: &str| Refusal::new(503, "no_secret", format!("{what} is not set"));
    let organisation = &config.organisation;
    let twilio = organisation.twilio.as_ref().ok_or_else(Refusal::unknown)?;
    let former = organisation.former_urls.iter().filter(|former| former.until > now);
    let mut urls = organisation.public_url.iter().chain(former.map(|former| &former.url)).peekable();
    if urls.peek().is_none() {
        return Err(unset("public_url"));
    }
    let token = secrets.get(&twilio.auth_token).ok_or_else(|| unset("providers.twilio.auth_token"))?;
    let Some(given) = header(&request.headers, "x-twilio-signature") else {
        return Err(Refusal::new(401, "unsigned", "the request carries no Twilio signature".into()));
    };
    let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
    if urls.any(|public| is_signed(token, &format!("{public}{}{query}", request.path), form, given)) {
        return Ok(());
    }
    let message = "the Twilio signature does not match: is public_url the URL that Twilio calls?";
    Err(Refusal::new(401, "bad_signature", message.into()))
}

/// 4 acknowledge, 5 escalate, 6 resolve; anything else, silence too, says the words again for so many rounds.
fn key(config: &Config, request: &CallbackRequest, delivery: DeliveryId, digits: &str) -> Callback {
    let query: BTreeMap<_, _> =
        form_urlencoded::parse(request.query.unwrap_or_default().as_bytes()).collect();
    let round = query.get("round").and_then(|round| round.parse().ok()).unwrap_or(ROUNDS_MAX);
    let named = query.get("user").map(|user| &**user);
    let user = named.and_then(|user| config.users.get(user));
    let language = user.map_or(config.organisation.language, |user| user.language);
    let action = match digits {
        "4" => Asked::Acknowledge,
        "5" => Asked::Escalate { step: None },
        "6" => Asked::Resolve { reason: None },
        _ => Asked::Repeat,
    };
    let rounds = if digits == "*" { ROUNDS_MAX } else { SILENT_ROUNDS_MAX };
    if action == Asked::Repeat && round > rounds {
        let text = language.spoken(&Spoken::NothingPressed);
        return Callback::Answer(twiml::answer(twiml::say_and_hang_up(language, &text)));
    }
    let stranger = || Actor::Stranger { name: cut(named.unwrap_or("Twilio"), NAME_MAX), way: Via::Call };
    let user: Option<Id> = user.map(|user| user.id.clone());
    let by = user.clone().map_or_else(stranger, Actor::User);
    Callback::Command {
        command: Command::Respond(Respond {
            target: Target::Delivery(delivery),
            by,
            via: Via::Call,
            action: action.clone(),
        }),
        context: Context::Call {
            delivery,
            user,
            language,
            round: round.saturating_add(1),
            unknown_key: action == Asked::Repeat && !digits.is_empty() && digits != "*",
        },
    }
}

/// What a `CallStatus` means; `None` for one that says nothing.
fn course(status: &str, sid: &str, sip: Option<&str>) -> Option<Outcome> {
    let sip: Option<u16> = sip.and_then(|code| code.parse().ok());
    Some(match status {
        "queued" | "initiated" | "ringing" if !sid.is_empty() => {
            Outcome::Accepted { reference: cut(sid, NAME_MAX) }
        }
        "in-progress" | "answered" => Outcome::Answered,
        "completed" | "no-answer" | "canceled" => Outcome::Ended { reason: Reason::said(status) },
        "busy" => Outcome::Unavailable { reason: Reason::ours(Fault::Busy), retry_after: Some(BUSY_SECONDS) },
        "failed" => match sip {
            Some(code @ 500..) => {
                unavailable(Reason::of(Provider::Twilio, Fault::CarrierFailed, format!("SIP {code}")))
            }
            Some(code) => {
                let reason = Reason::of(Provider::Twilio, Fault::CallFailed, format!("SIP {code}"));
                Outcome::Rejected { reason }
            }
            None => Outcome::Rejected { reason: Reason::of(Provider::Twilio, Fault::CallFailed, "") },
        },
        _ => return None,
    })
}
