//! Twilio: what people answer to text messages.
//!
//! `4` and the code of a message acknowledge what it was about; nothing else does anything, since a sender's number can be forged.
//! Twilio acts on STOP and START by itself and answers them; we note them. Whoever is nobody's phone is not answered, nor is what does
//! not look like an answer to us: an answering robot would answer that again. The webhook's form:
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>, its answer: <https://www.twilio.com/docs/messaging/twiml>.

use super::callback::{Callback, Context};
use super::http::HttpAnswer;
use super::twiml;
use crate::actor::{Actor, Via};
use crate::config::{CONTACTS, Config, Contact, Phone, Provider, Secrets, User};
use crate::incident::message::{in_two_segments, reply_text};
use crate::incident::{Asked, Command, Refused, Reply, Respond, Target};
use crate::language::Language;
use crate::language::texts::TextLine;
use crate::schedule::UserId;

/// The words by which Twilio stops and starts again. <https://help.twilio.com/articles/223134027>
const STOPS: [&str; 8] = ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"];
const STARTS: [&str; 3] = ["START", "YES", "UNSTOP"];
/// How many people may share a number.
const SHARERS_MAX: usize = 20;
/// The longest answer that is read, in characters: a signature below it does no harm.
const READ_MAX: usize = 200;

/// What an answer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meant {
    Acknowledge(String),
    Stop,
    Start,
    /// A key that does nothing here, or one without a code.
    OtherKey,
    Nothing,
}

pub(super) fn heard(config: &Config, secrets: &Secrets, form: &[(String, String)]) -> Callback {
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let silent = || Callback::Answer(twiml::answer(twiml::message(None)));
    let from = field("From").trim();
    let sharers = sharers(config, secrets, from);
    let Some(first) = sharers.first() else { return silent() };
    let language = first.language;
    let users: Vec<UserId> = sharers.iter().map(|user| user.id.clone()).collect();
    let by = Actor::User(first.id.clone());
    let meant = match field("OptOutType") {
        "STOP" => Meant::Stop,
        "START" => Meant::Start,
        "HELP" => Meant::Nothing,
        _ => read(field("Body")),
    };
    let heard = config.hears_answers(Provider::Twilio, Some(from));
    let (command, code) = match meant {
        Meant::Stop | Meant::Start => {
            let (contact, out) = (answered(), meant == Meant::Stop);
            let named = |user: &&User| (user.id.clone(), named(user, secrets, from));
            let phones = sharers.iter().map(named).collect();
            (Command::OptOut { phones, contact, out, by, via: Via::Sms }, None)
        }
        Meant::Nothing => return silent(),
        Meant::Acknowledge(_) | Meant::OtherKey if !heard => return silent(),
        Meant::OtherKey => {
            let words = language.text_line(&TextLine::OnlyFour);
            return Callback::Answer(twiml::answer(twiml::message(Some(&words))));
        }
        Meant::Acknowledge(code) => {
            let target = Target::Code { users, code: code.clone() };
            let respond = Respond { target, action: Asked::Acknowledge, by, via: Via::Sms };
            (Command::Respond(respond), Some(code))
        }
    };
    Callback::Command { command, context: Context::Text { user: first.id.clone(), language, code } }
}

/// What came of it. Without a code it was STOP or START, which Twilio answers.
pub(super) fn answer(
    config: &Config,
    (user, language): (&str, Language),
    code: Option<&str>,
    reply: &Reply,
) -> HttpAnswer {
    let zone = config.users.get(user).map_or(&config.organisation.time_zone, |user| &user.time_zone);
    let words = code.map(|code| match reply {
        Reply::NotFound => language.text_line(&TextLine::NoSuchCode { code }),
        Reply::Refused(Refused::OlderTrigger) => language.text_line(&TextLine::OlderTrigger),
        Reply::Refused(Refused::OnlyShows) => language.text_line(&TextLine::OnlyInformed),
        other => reply_text(config, other, language, zone),
    });
    twiml::answer(twiml::message(words.map(|words| in_two_segments(&words)).as_deref()))
}

/// Whose phone has this number.
fn sharers<'a>(config: &'a Config, secrets: &Secrets, number: &str) -> Vec<&'a User> {
    let has = |user: &&User| user.phones_by_name().iter().any(|(_, phone)| is_at(phone, secrets, number));
    let digits = number.strip_prefix('+').is_some_and(|rest| rest.len() >= 7);
    config.users.values().filter(|_| digits).filter(has).take(SHARERS_MAX).collect()
}

fn is_at(phone: &Phone, secrets: &Secrets, number: &str) -> bool {
    match phone {
        Phone::Number(own) => own == number,
        Phone::Secret(source) => secrets.get(source).is_some_and(|own| own.expose().trim() == number),
    }
}

/// What they call the phone with this number.
fn named(user: &User, secrets: &Secrets, number: &str) -> Option<String> {
    let named = user.phones.iter().find(|(_, phone)| is_at(phone, secrets, number));
    named.map(|(name, _)| name.clone())
}

/// The method whose messages are answered.
fn answered() -> Contact {
    CONTACTS.iter().find(|method| method.answers).unwrap_or(&CONTACTS[0]).contact
}

fn read(body: &str) -> Meant {
    let text: String = body.chars().take(READ_MAX).map(narrow).collect::<String>().to_uppercase();
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    if second.is_none() && STOPS.contains(&first) {
        return Meant::Stop;
    }
    if second.is_none() && STARTS.contains(&first) {
        return Meant::Start;
    }
    let is_code = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    match (first.strip_prefix('4'), second) {
        (Some(""), Some(code)) if is_code(code) => Meant::Acknowledge(code.to_owned()),
        (Some(code), _) if is_code(code) => Meant::Acknowledge(code.to_owned()),
        _ if matches!(first, "4" | "5" | "6") => Meant::OtherKey,
        _ => Meant::Nothing,
    }
}

/// A character of full width as the usual one: Japanese keyboards write `４　Ｋ７Ｍ`.
fn narrow(c: char) -> char {
    let wide = ('！'..='～').contains(&c);
    if wide { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c }
}
