//! The vendors that carry what leaves the house, and what each of them serves: one row each.
//!
//! The state machine chooses by this table; how a vendor is spoken to is in [`provider`](crate::provider). Several may
//! serve one contact method; the first that is set up is tried first.

use super::{Config, Contact, Organisation, SecretSource};
use serde::{Deserialize, Serialize};

/// A vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Slack,
    Jira,
    Twilio,
    Mail,
    Ntfy,
    Pushover,
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

impl MirrorKind {
    /// Whether what it shows is edited; what is not edited says in its thread or comments what changed.
    pub fn edits(self) -> bool {
        match self {
            MirrorKind::Room => true,
            MirrorKind::Ticket => false,
        }
    }
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
}

/// Every vendor, in the order in which they are tried.
pub const PROVIDERS: [ProviderRow; 6] = [
    ProviderRow {
        provider: Provider::Slack,
        name: "Slack",
        key: "slack",
        contacts: &[Contact::Slack],
        mirrors: &[MirrorKind::Room],
    },
    ProviderRow {
        provider: Provider::Jira,
        name: "Jira",
        key: "jira",
        contacts: &[],
        mirrors: &[MirrorKind::Ticket],
    },
    ProviderRow {
        provider: Provider::Twilio,
        name: "Twilio",
        key: "twilio",
        contacts: &[Contact::Call, Contact::Sms],
        mirrors: &[],
    },
    ProviderRow {
        provider: Provider::Mail,
        name: "The mail server",
        key: "mail",
        contacts: &[Contact::Email],
        mirrors: &[],
    },
    ProviderRow {
        provider: Provider::Ntfy,
        name: "ntfy",
        key: "ntfy",
        contacts: &[Contact::Ntfy],
        mirrors: &[],
    },
    ProviderRow {
        provider: Provider::Pushover,
        name: "Pushover",
        key: "pushover",
        contacts: &[Contact::Pushover],
        mirrors: &[],
    },
];

impl Provider {
    /// Its row. Every provider has one: `tests/architecture`.
    pub fn row(self) -> &'static ProviderRow {
        PROVIDERS.iter().find(|row| row.provider == self).unwrap_or(&PROVIDERS[0])
    }
}

impl Organisation {
    /// Whether `oncall.yaml` sets the vendor up.
    pub fn has(&self, provider: Provider) -> bool {
        match provider {
            Provider::Slack => self.slack.is_some(),
            Provider::Jira => self.jira.is_some(),
            Provider::Twilio => self.twilio.is_some(),
            Provider::Mail => self.mail.is_some(),
            Provider::Ntfy => self.ntfy.is_some(),
            Provider::Pushover => self.pushover.is_some(),
        }
    }

    /// The secrets of a vendor that is set up: the field, and where its value is. Any one of a field's will do.
    fn secrets_of(&self, provider: Provider) -> Vec<(&'static str, &SecretSource)> {
        match provider {
            Provider::Slack => self
                .slack
                .iter()
                .flat_map(|slack| {
                    let signing = slack.signing_secret.iter().map(|source| ("signing_secret", source));
                    let socket = slack.app_token.iter().map(|source| ("app_token", source));
                    std::iter::once(("bot_token", &slack.bot_token)).chain(signing).chain(socket)
                })
                .collect(),
            Provider::Jira => self.jira.iter().map(|jira| ("api_token", &jira.api_token)).collect(),
            Provider::Twilio => self.twilio.iter().map(|twilio| ("auth_token", &twilio.auth_token)).collect(),
            Provider::Mail => {
                let credentials = self.mail.iter().filter_map(|mail| mail.credentials.as_ref());
                credentials.map(|(_, password)| ("password", password)).collect()
            }
            Provider::Ntfy => self
                .ntfy
                .iter()
                .filter_map(|ntfy| ntfy.token.as_ref())
                .map(|token| ("token", token))
                .collect(),
            Provider::Pushover => self.pushover.iter().map(|it| ("token", &it.token)).collect(),
        }
    }
}

impl Config {
    /// Who serves a contact method, in the order in which they are tried: those that are set up, or, where none is,
    /// the first that could be, so that what is missing is said by name.
    pub fn providers_of(&self, contact: Contact) -> impl Iterator<Item = Provider> {
        let rows =
            PROVIDERS.iter().filter(move |row| row.contacts.contains(&contact)).map(|row| row.provider);
        let any = rows.clone().any(|provider| self.organisation.has(provider));
        let first = rows.clone().next();
        rows.filter(move |provider| self.organisation.has(*provider) || (!any && Some(*provider) == first))
    }

    /// The secrets of providers: the provider, the field, and where its value is. Any one of a field's will do.
    pub fn provider_secrets(
        &self,
    ) -> impl Iterator<Item = (&'static ProviderRow, &'static str, &SecretSource)> {
        PROVIDERS.iter().flat_map(|row| {
            let secrets = self.organisation.secrets_of(row.provider).into_iter();
            secrets.map(move |(field, source)| (row, field, source))
        })
    }
}
