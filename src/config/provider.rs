//! The vendors that carry what leaves the house, and what each of them serves: one row each.
//!
//! The state machine chooses by this table; how a vendor is spoken to is in [`provider`](crate::provider). Several may
//! serve one contact method; the first that is set up is tried first.

use super::Contact;
use serde::{Deserialize, Serialize};

/// A vendor. Stored: a name is never changed, and a new one goes to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Slack,
    Jira,
    Twilio,
    Teams,
    GoogleChat,
    Connect,
    Mail,
    Ntfy,
    Pushover,
    AwsSms,
}

/// What shows an incident and follows it: one message or ticket that is kept level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MirrorKind {
    /// A message in a chat room, with a thread.
    Room,
    /// An issue of a tracker.
    Ticket,
}

/// A row of [`PROVIDERS`].
#[derive(Debug)]
pub struct ProviderRow {
    pub provider: Provider,
    /// As people write it.
    pub name: &'static str,
    /// Its key below `providers:` in `oncall.yaml`.
    pub key: &'static str,
    /// The contact methods that it serves.
    pub contacts: &'static [Contact],
    /// The mirrors that it keeps.
    pub mirrors: &'static [MirrorKind],
    /// Whether what a mirror shows is edited; where it is not, the thread or the comments say what changed.
    pub edits_mirrors: bool,
    /// Whether it tells only what it is asked: how a call goes on, and which key was pressed.
    pub tells_when_asked: bool,
}

/// Every vendor, in the order in which they are tried.
pub const PROVIDERS: [ProviderRow; 10] = [
    ProviderRow {
        provider: Provider::Slack,
        name: "Slack",
        key: "slack",
        contacts: &[Contact::Slack],
        mirrors: &[MirrorKind::Room],
        edits_mirrors: true,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::Jira,
        name: "Jira",
        key: "jira",
        contacts: &[],
        mirrors: &[MirrorKind::Ticket],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::Twilio,
        name: "Twilio",
        key: "twilio",
        contacts: &[Contact::Call, Contact::Sms],
        mirrors: &[],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::Teams,
        name: "Microsoft Teams",
        key: "teams",
        contacts: &[],
        mirrors: &[MirrorKind::Room],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::GoogleChat,
        name: "Google Chat",
        key: "google_chat",
        contacts: &[],
        mirrors: &[MirrorKind::Room],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::Connect,
        name: "Amazon Connect",
        key: "connect",
        contacts: &[Contact::Call],
        mirrors: &[],
        edits_mirrors: false,
        tells_when_asked: true,
    },
    ProviderRow {
        provider: Provider::Mail,
        name: "The mail server",
        key: "mail",
        contacts: &[Contact::Email],
        mirrors: &[],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::Ntfy,
        name: "ntfy",
        key: "ntfy",
        contacts: &[Contact::Ntfy],
        mirrors: &[],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::Pushover,
        name: "Pushover",
        key: "pushover",
        contacts: &[Contact::Pushover],
        mirrors: &[],
        edits_mirrors: false,
        tells_when_asked: false,
    },
    ProviderRow {
        provider: Provider::AwsSms,
        name: "AWS End User Messaging",
        key: "aws_sms",
        contacts: &[Contact::Sms],
        mirrors: &[],
        edits_mirrors: false,
        tells_when_asked: false,
    },
];

impl Provider {
    /// Its row. Every provider has one: `tests/architecture`.
    pub fn row(self) -> &'static ProviderRow {
        PROVIDERS.iter().find(|row| row.provider == self).unwrap_or(&PROVIDERS[0])
    }
}

impl ProviderRow {
    /// Whether its mirrors of this kind need no name beside their place: they are the first that there are.
    pub fn is_first_with(&self, kind: MirrorKind) -> bool {
        let first = PROVIDERS.iter().find(|row| row.mirrors.contains(&kind));
        first.is_some_and(|row| row.provider == self.provider)
    }
}
