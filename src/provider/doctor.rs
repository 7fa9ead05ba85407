//! Questions that tell whether the providers would take what we send: read-only requests, and what the answers mean.
//!
//! Pure, like deliveries: [`questions`] begins, [`answer`] turns a response into verdicts and perhaps further questions (people and
//! channels are asked about once the token is good). The server sends them; `oncall doctor` shows the verdicts. Of an
//! answer only what a provider says about itself is quoted, never a number or a token.

use super::http::{Failure, Method, Request, Response};
use super::{doctor_connect, doctor_jira, doctor_push, doctor_rooms, doctor_slack, doctor_twilio};
use crate::config::{CONTACTS, Config, Secrets};
use crate::incident::message::CallScript;
use crate::incident::{Delivery, DeliveryId, Task, Words};
use crate::language::Spoken;

/// The most people, and the most channels, that Slack is asked about.
pub const ASKED_MAX: usize = 500;

/// Whom a verdict is about, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Examined {
    Slack,
    Jira,
    Twilio,
    Connect,
    Teams,
    GoogleChat,
    Mail,
    Ntfy,
    Pushover,
    PublicUrl,
}

/// What of it, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Token,
    Scopes,
    Socket,
    Groups,
    People,
    Channels,
    Account,
    Projects,
    Permissions,
    Transitions,
    From,
    Flow,
    Rooms,
    PublicUrl,
}

/// A request, and what its answer will say.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub topic: Topic,
    pub request: Request,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    Slack(doctor_slack::Topic),
    Jira(doctor_jira::Topic),
    Twilio(doctor_twilio::Topic),
    Connect,
    Push(doctor_push::Topic),
    PublicUrl,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub examined: Examined,
    /// Verdicts of one kind that say the same are shown as one.
    pub kind: Kind,
    /// Which of its kind; empty where there is only one.
    pub name: String,
    pub found: Found,
}

/// How it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// With a word about it, or empty.
    Well(String),
    /// It works, and should not stay so.
    Doubtful {
        why: String,
        way_out: String,
    },
    Wrong {
        why: String,
        way_out: String,
    },
}

/// What an answer says, and what is asked next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub verdicts: Vec<Verdict>,
    pub next: Vec<Question>,
}

/// The first questions to every provider that is configured and whose secrets are there.
pub fn questions(config: &Config, secrets: &Secrets) -> Answer {
    let mut all = Answer::default();
    all.add(doctor_slack::begin(config, secrets));
    all.add(doctor_jira::begin(config, secrets));
    all.add(doctor_twilio::begin(config, secrets));
    all.add(doctor_connect::begin(config, secrets));
    all.add(doctor_rooms::begin(config, secrets));
    all.add(doctor_push::begin(config, secrets));
    all.add(public_url(config));
    all
}

/// What the answer to a question says.
pub fn answer(
    config: &Config,
    secrets: &Secrets,
    topic: &Topic,
    result: Result<Response, Failure>,
) -> Answer {
    match topic {
        Topic::Slack(topic) => doctor_slack::answer(config, secrets, topic, result),
        Topic::Jira(topic) => doctor_jira::answer(config, secrets, topic, result),
        Topic::Twilio(topic) => doctor_twilio::answer(config, secrets, topic, result),
        Topic::Connect => doctor_connect::answer(config, result).into(),
        Topic::Push(topic) => doctor_push::answer(config, topic, result),
        Topic::PublicUrl => reachable(config, result).into(),
    }
}

/// Calls to this person that say that they are a test, one by each provider, by the way of every other call. They take no keys.
pub fn test_calls(config: &Config, user: &str) -> Vec<Delivery> {
    let Some(user) = config.users.get(user) else { return Vec::new() };
    let name = user.reading.as_deref().unwrap_or(&user.name);
    let language = user.language;
    let script = CallScript {
        language,
        words: vec![language.spoken(&Spoken::TestCall { name })],
        menu: vec![language.spoken(&Spoken::TestCallEnds)],
    };
    let Some(by) = CONTACTS.iter().find(|method| method.rings).map(|method| method.contact) else {
        return Vec::new();
    };
    let task = Task::Page { user: user.id.clone(), by, to: None, words: Words::Script(script) };
    let delivery = |provider| {
        let (id, incidents) = (DeliveryId::default(), Vec::new());
        Delivery { id, provider, incidents, task: task.clone(), repeat: false }
    };
    config.providers_of(by).map(delivery).collect()
}

/// A phone number as it may be shown: `+81…11`.
pub fn masked(number: &str) -> String {
    let digits: Vec<char> = number.trim().chars().collect();
    match (digits.get(..3), digits.len().checked_sub(2).and_then(|from| digits.get(from..))) {
        (Some(first), Some(last)) if digits.len() >= 8 => {
            format!("{}…{}", String::from_iter(first), String::from_iter(last))
        }
        _ => "…".to_owned(),
    }
}

fn public_url(config: &Config) -> Answer {
    let organisation = &config.organisation;
    match &organisation.public_url {
        Some(url) => {
            let request = Request::open(Method::Get, format!("{url}/healthz"));
            Question { topic: Topic::PublicUrl, request }.into()
        }
        None if organisation.slack.is_some() || organisation.twilio.is_some() => {
            let why = "it is not set: buttons in Slack and keys on the phone cannot come back";
            Verdict::wrong(
                Examined::PublicUrl,
                Kind::PublicUrl,
                "",
                why,
                "add `public_url: https://…` to oncall.yaml",
            )
            .into()
        }
        None => Answer::default(),
    }
}

/// What `/healthz` of our own says.
fn reachable(config: &Config, result: Result<Response, Failure>) -> Verdict {
    let url = config.organisation.public_url.as_deref().unwrap_or_default();
    let wrong =
        |why: String, way_out: &str| Verdict::wrong(Examined::PublicUrl, Kind::PublicUrl, url, &why, way_out);
    match result {
        Ok(response) if response.status == 200 && response.body.trim_ascii() == b"ok" => {
            let word = "answers, seen from here only".to_owned();
            Verdict {
                examined: Examined::PublicUrl,
                kind: Kind::PublicUrl,
                name: url.to_owned(),
                found: Found::Well(word),
            }
        }
        Ok(response) => wrong(
            format!("something answers {} to /healthz that is not oncall", response.status),
            "let whatever is in front pass all paths on to `oncall serve --listen`",
        ),
        Err(Failure::NotSent(why) | Failure::Unknown(why)) => wrong(
            format!("no answer from here: {why}"),
            "check the name, the certificate and the firewall, and that `oncall serve` runs",
        ),
    }
}

impl Kind {
    pub fn words(self) -> &'static str {
        match self {
            Kind::Token => "token",
            Kind::Scopes => "scopes",
            Kind::Socket => "socket",
            Kind::Groups => "user groups",
            Kind::People => "people",
            Kind::Channels => "channels",
            Kind::Account => "account",
            Kind::Projects => "projects",
            Kind::Permissions => "permissions",
            Kind::Transitions => "transitions",
            Kind::From => "from",
            Kind::Flow => "contact flow",
            Kind::Rooms => "rooms",
            Kind::PublicUrl => "public_url",
        }
    }
}

impl Examined {
    pub fn words(self) -> &'static str {
        match self {
            Examined::Slack => "Slack",
            Examined::Jira => "Jira",
            Examined::Twilio => "Twilio",
            Examined::Connect => "Amazon Connect",
            Examined::Teams => "Microsoft Teams",
            Examined::GoogleChat => "Google Chat",
            Examined::Mail => "Mail",
            Examined::Ntfy => "ntfy",
            Examined::Pushover => "Pushover",
            Examined::PublicUrl => "Public URL",
        }
    }
}

impl Answer {
    pub(super) fn add(&mut self, other: Answer) {
        self.verdicts.extend(other.verdicts);
        self.next.extend(other.next);
    }
}

impl From<Question> for Answer {
    fn from(question: Question) -> Answer {
        Answer { verdicts: Vec::new(), next: vec![question] }
    }
}

impl From<Verdict> for Answer {
    fn from(verdict: Verdict) -> Answer {
        Answer { verdicts: vec![verdict], next: Vec::new() }
    }
}

impl Verdict {
    pub(super) fn well(examined: Examined, kind: Kind, name: &str, word: &str) -> Verdict {
        Verdict { examined, kind, name: name.to_owned(), found: Found::Well(word.to_owned()) }
    }

    pub(super) fn wrong(examined: Examined, kind: Kind, name: &str, why: &str, way_out: &str) -> Verdict {
        let found = Found::Wrong { why: why.to_owned(), way_out: way_out.to_owned() };
        Verdict { examined, kind, name: name.to_owned(), found }
    }

    pub fn is_well(&self) -> bool {
        matches!(self.found, Found::Well(_))
    }
}

impl Failure {
    /// Why there is no answer, and what to do.
    pub(super) fn verdict(self, examined: Examined, kind: Kind, name: &str, url: &str) -> Verdict {
        let (Failure::NotSent(why) | Failure::Unknown(why)) = self;
        let way_out = format!("check that this machine reaches {url}");
        Verdict::wrong(examined, kind, name, &format!("no answer: {why}"), &way_out)
    }
}
