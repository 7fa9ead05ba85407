//! Who places calls: Amazon Connect's settings, and the order in which providers are tried.

use super::code;
use super::diagnostic::{Part, Spot};
use super::resolve::Resolver;
use crate::config::{Connect, Provider};
use crate::document::{self, CallProvider};
use crate::language::words::Words;

impl Resolver<'_> {
    pub(super) fn connect(&mut self, connect: &document::Connect, at: &Spot) -> Option<Connect> {
        let secret_access_key = self.secret(&connect.secret_access_key, &at.key("secret_access_key"));
        let from = self.phone_number(&connect.from, &at.key("from"));
        let own = connect.api_url.as_ref().map(|url| url.0.trim_end_matches('/').to_owned());
        Some(Connect {
            region: connect.region.clone(),
            instance: connect.instance.clone(),
            contact_flow: connect.contact_flow.clone(),
            from: from?,
            access_key_id: connect.access_key_id.clone(),
            secret_access_key: secret_access_key?,
            api_url: own.unwrap_or_else(|| format!("https://connect.{}.amazonaws.com", connect.region)),
        })
    }

    /// Each once, and none that is not set up.
    pub(super) fn calls(&mut self, document: &document::Organisation, at: &Spot) -> Vec<Provider> {
        let set_up = document.providers.as_ref();
        let mut order = Vec::new();
        for (index, named) in document.calls.iter().flatten().enumerate() {
            let spot = at.index(index);
            let (provider, there) = match named {
                CallProvider::Twilio => (Provider::Twilio, set_up.is_some_and(|all| all.twilio.is_some())),
                CallProvider::Connect => (Provider::Connect, set_up.is_some_and(|all| all.connect.is_some())),
            };
            let key = provider.row().key;
            if order.contains(&provider) {
                let twice = Words::new(format!("`{key}` is here twice"), format!("`{key}` が重複しています"));
                self.error(code::TWICE, spot, twice);
            } else if !there {
                let message = Words::new(
                    format!("`{key}` places no calls: `providers:` does not configure it"),
                    format!("`providers:` に `{key}` の設定がないため、電話をかけられません"),
                );
                let help = Words::new(
                    format!("add `{key}:` under `providers:`, or leave it out here"),
                    format!("`providers:` に `{key}:` を追加するか、ここから削除してください"),
                );
                self.error_help(code::NOT_CONFIGURED, spot.on(Part::Value), message, help);
            } else {
                order.push(provider);
            }
        }
        order
    }
}
