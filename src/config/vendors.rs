//! What a config says of each vendor: whether it is set up, its rooms, its secrets, and who serves a contact method.

use super::{Config, Contact, Organisation, PROVIDERS, Provider, ProviderRow, Rooms, SecretSource};
use std::borrow::Cow;

impl Organisation {
    /// The rooms of a vendor that are webhooks.
    pub fn webhooks(&self, provider: Provider) -> Option<&Rooms> {
        match provider {
            Provider::Teams => self.teams.as_ref(),
            Provider::GoogleChat => self.google_chat.as_ref(),
            Provider::Slack
            | Provider::Jira
            | Provider::Twilio
            | Provider::Connect
            | Provider::Mail
            | Provider::Ntfy
            | Provider::Pushover
            | Provider::AwsSms => None,
        }
    }

    /// The room of a vendor for incidents whose service names none.
    pub fn shared_room(&self, provider: Provider) -> Option<String> {
        match provider {
            Provider::Slack => self.slack.as_ref().map(|slack| slack.channel.clone()),
            Provider::Teams | Provider::GoogleChat => self.webhooks(provider)?.shared_name(),
            Provider::Jira
            | Provider::Twilio
            | Provider::Connect
            | Provider::Mail
            | Provider::Ntfy
            | Provider::Pushover
            | Provider::AwsSms => None,
        }
    }

    /// Whether `oncall.yaml` sets the vendor up.
    pub fn has(&self, provider: Provider) -> bool {
        match provider {
            Provider::Slack => self.slack.is_some(),
            Provider::Jira => self.jira.is_some(),
            Provider::Twilio => self.twilio.is_some(),
            Provider::Teams | Provider::GoogleChat => self.webhooks(provider).is_some(),
            Provider::Connect => self.connect.is_some(),
            Provider::Mail => self.mail.is_some(),
            Provider::Ntfy => self.ntfy.is_some(),
            Provider::Pushover => self.pushover.is_some(),
            Provider::AwsSms => self.aws_sms.is_some(),
        }
    }

    /// The secrets of a vendor that is set up: the field, and where its value is. Any one of a field's will do.
    fn secrets_of(&self, provider: Provider) -> Vec<(Cow<'static, str>, &SecretSource)> {
        let named = |(field, source): (&'static str, _)| (Cow::Borrowed(field), source);
        match provider {
            Provider::Slack => self
                .slack
                .iter()
                .flat_map(|slack| {
                    let signing = slack.signing_secret.iter().map(|source| ("signing_secret", source));
                    let socket = slack.app_token.iter().map(|source| ("app_token", source));
                    std::iter::once(("bot_token", &slack.bot_token)).chain(signing).chain(socket)
                })
                .map(named)
                .collect(),
            Provider::Jira => self
                .jira
                .iter()
                .flat_map(|jira| {
                    let webhook = jira.webhook_secret.iter().map(|source| ("webhook_secret", source));
                    std::iter::once(("api_token", &jira.api_token)).chain(webhook)
                })
                .map(named)
                .collect(),
            Provider::Twilio => {
                self.twilio.iter().map(|twilio| named(("auth_token", &twilio.auth_token))).collect()
            }
            Provider::Connect => self
                .connect
                .iter()
                .map(|connect| named(("secret_access_key", &connect.secret_access_key)))
                .collect(),
            Provider::Teams | Provider::GoogleChat => {
                self.webhooks(provider).iter().flat_map(|rooms| rooms.secrets()).collect()
            }
            Provider::Mail => {
                let credentials = self.mail.iter().filter_map(|mail| mail.credentials.as_ref());
                credentials.map(|(_, password)| named(("password", password))).collect()
            }
            Provider::Ntfy => {
                let token = self.ntfy.iter().filter_map(|ntfy| ntfy.token.as_ref());
                token.map(|token| named(("token", token))).collect()
            }
            Provider::Pushover => self.pushover.iter().map(|it| named(("token", &it.token))).collect(),
            Provider::AwsSms => {
                self.aws_sms.iter().map(|it| named(("secret_access_key", &it.secret_access_key))).collect()
            }
        }
    }
}

impl Config {
    /// Who serves a contact method, in the order in which they are tried (`calls` and `texts` say it): those that are set
    /// up, or, where none is, the first that could be, so that what is missing is said by name.
    pub fn providers_of(&self, contact: Contact) -> impl Iterator<Item = Provider> + use<> {
        let rows = PROVIDERS.iter().filter(|row| row.contacts.contains(&contact)).map(|row| row.provider);
        let mut served: Vec<Provider> = rows.collect();
        let none = Vec::new();
        let order = match contact.method() {
            method if method.rings => &self.organisation.calls,
            method if method.answers => &self.organisation.texts,
            _ => &none,
        };
        let place = |provider: &Provider| order.iter().position(|named| named == provider);
        served.sort_by_key(|provider| place(provider).unwrap_or(order.len()));
        let first = served.first().copied();
        let listed = |it: &Provider| order.is_empty() || order.contains(it);
        let mut there: Vec<Provider> =
            served.into_iter().filter(|it| self.organisation.has(*it) && listed(it)).collect();
        if there.is_empty() {
            there.extend(first);
        }
        there.into_iter()
    }

    /// The secrets of providers: the provider, the field, and where its value is. Any one of a field's will do.
    pub fn provider_secrets(
        &self,
    ) -> impl Iterator<Item = (&'static ProviderRow, Cow<'static, str>, &SecretSource)> {
        PROVIDERS.iter().flat_map(|row| {
            let secrets = self.organisation.secrets_of(row.provider).into_iter();
            secrets.map(move |(field, source)| (row, field, source))
        })
    }
}
