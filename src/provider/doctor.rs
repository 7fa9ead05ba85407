//! What the providers are asked to see whether they would take what we send, and what their answers say.
//!
//! [`examination`](super::examination) asks; `oncall doctor` shows the verdicts.

use super::http::{Failure, Request};
use crate::config::{Id, Proxy};
use crate::language::Language;
use crate::language::words::Words;

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
    Well(Words),
    /// It works, and should not stay so.
    Doubtful {
        why: Words,
        way_out: Words,
    },
    Wrong {
        why: Words,
        way_out: Words,
    },
}

/// What an answer says, and what is asked next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub verdicts: Vec<Verdict>,
    pub next: Vec<Question>,
}

/// A vendor's answer of which only the status is known.
pub(super) fn answered(vendor: &str, status: u16) -> Words {
    Words::new(format!("{vendor} answered {status}"), format!("{vendor} から {status} が返りました"))
}

/// The way out where only the status is known.
pub(super) fn again() -> Words {
    Words::new("ask again in a minute", "1 分ほど待って、もう一度実行します")
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
    pub fn words(self, language: Language) -> &'static str {
        let (en, ja) = match self {
            Kind::Token => ("token", "トークン"),
            Kind::Scopes => ("scopes", "スコープ"),
            Kind::Socket => ("socket", "ソケット"),
            Kind::Groups => ("user groups", "ユーザーグループ"),
            Kind::People => ("people", "メンバー"),
            Kind::Channels => ("channels", "チャンネル"),
            Kind::Account => ("account", "アカウント"),
            Kind::Projects => ("projects", "プロジェクト"),
            Kind::Permissions => ("permissions", "権限"),
            Kind::Transitions => ("transitions", "トランジション"),
            Kind::From => ("from", "発信元"),
            Kind::Replies => ("answers", "返信"),
            Kind::Flow => ("contact flow", "コンタクトフロー"),
            Kind::Rooms => ("rooms", "ルーム"),
            Kind::Issuer => ("identity provider", "ID プロバイダー"),
            Kind::Keys => ("keys", "鍵"),
            Kind::PublicUrl => ("public_url", "public_url"),
        };
        if language == Language::Ja { ja } else { en }
    }
}

impl Examined {
    pub fn words(self, language: Language) -> &'static str {
        let (en, ja) = match self {
            Examined::Slack => ("Slack", "Slack"),
            Examined::Jira => ("Jira", "Jira"),
            Examined::Twilio => ("Twilio", "Twilio"),
            Examined::Connect => ("Amazon Connect", "Amazon Connect"),
            Examined::AwsSms => ("AWS End User Messaging", "AWS End User Messaging"),
            Examined::Teams => ("Microsoft Teams", "Microsoft Teams"),
            Examined::GoogleChat => ("Google Chat", "Google Chat"),
            Examined::Mail => ("Mail", "メール"),
            Examined::Ntfy => ("ntfy", "ntfy"),
            Examined::Pushover => ("Pushover", "Pushover"),
            Examined::SignIn => ("Sign-in", "サインイン"),
            Examined::PublicUrl => ("Public URL", "公開アドレス"),
        };
        if language == Language::Ja { ja } else { en }
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
    pub(super) fn well(examined: Examined, kind: Kind, name: &str, word: Words) -> Verdict {
        Verdict { examined, kind, name: name.to_owned(), found: Found::Well(word) }
    }

    pub(super) fn wrong(examined: Examined, kind: Kind, name: &str, why: Words, way_out: Words) -> Verdict {
        Verdict { examined, kind, name: name.to_owned(), found: Found::Wrong { why, way_out } }
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
            true => Words::new(
                "check its name and its certificate; an authority of your own is named in SSL_CERT_FILE",
                "ホスト名と証明書を確認します。独自の認証局は SSL_CERT_FILE で指定します",
            ),
            false => Words::new(
                format!("check that this machine reaches {url}"),
                format!("このマシンから {url} に接続できるか確認します"),
            ),
        };
        let why = Words::new(format!("no answer: {why}"), format!("応答がありません: {why}"));
        Verdict::wrong(examined, kind, name, why, way_out)
    }
}
