//! What the providers are asked to see whether they would take what we send, and what their answers say.
//!
//! [`examination`](super::examination) asks; `oncall doctor` shows the verdicts.

use super::http::{Failure, Request};
use crate::config::{Id, Proxy};

/// The most people, and the most channels, that Slack is asked about.
pub const ASKED_MAX: usize = 500;

/// Whom a verdict is about, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Examined {
    Slack,
    Jira,
    Twilio,
    Connect,
    AwsSms,
    Teams,
    GoogleChat,
    Mail,
    Ntfy,
    Pushover,
    SignIn,
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
    Replies,
    Flow,
    Rooms,
    Issuer,
    Keys,
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
    Slack(SlackTopic),
    Jira(JiraTopic),
    Twilio(TwilioTopic),
    Connect,
    AwsSms,
    Push(PushTopic),
    SignIn(SignInTopic),
    PublicUrl,
}

/// What Slack is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlackTopic {
    Token,
    /// Whether a socket would be opened.
    Socket,
    Group {
        group: String,
    },
    Person {
        user: Id,
        slack: String,
    },
    Channel {
        channel: String,
    },
}

/// What Jira is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JiraTopic {
    Account,
    Project {
        key: String,
        issue_types: Vec<String>,
    },
    Permissions {
        key: String,
    },
    /// A ticket of ours that is open.
    OpenTicket {
        key: String,
    },
    /// The ways out of its status.
    Transitions {
        key: String,
        ticket: String,
    },
}

/// What Twilio is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwilioTopic {
    Account,
    Number,
    CallerId,
    /// The number that people answer.
    Replies,
}

/// What ntfy or Pushover is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushTopic {
    Ntfy,
    /// Whom it takes our token for.
    NtfyToken,
    /// The key of this person.
    Pushover(String),
}

/// What is asked of those who vouch for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInTopic {
    Discovery,
    /// The keys at the provider.
    Keys,
    ProxyKeys(Proxy),
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
            Kind::Replies => "answers",
            Kind::Flow => "contact flow",
            Kind::Rooms => "rooms",
            Kind::Issuer => "identity provider",
            Kind::Keys => "keys",
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
            Examined::AwsSms => "AWS End User Messaging",
            Examined::Teams => "Microsoft Teams",
            Examined::GoogleChat => "Google Chat",
            Examined::Mail => "Mail",
            Examined::Ntfy => "ntfy",
            Examined::Pushover => "Pushover",
            Examined::SignIn => "Sign-in",
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
        let way_out = match why.contains("certificate") {
            true => "check its name and its certificate; an authority of your own is named in SSL_CERT_FILE"
                .to_owned(),
            false => format!("check that this machine reaches {url}"),
        };
        Verdict::wrong(examined, kind, name, &format!("no answer: {why}"), &way_out)
    }
}
