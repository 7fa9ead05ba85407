//! Who places calls and sends text messages beside Twilio: Amazon's settings, and the order in which providers are tried.

use super::code;
use super::diagnostic::{Part, Spot};
use super::resolve::Resolver;
use crate::config::{AwsSms, Connect, Provider};
use crate::document::{self, CallProvider, TextProvider};
use crate::language::words::Words;

/// What of the organisation is decided here.
pub(super) struct Carriers {
    pub connect: Option<Connect>,
    pub aws_sms: Option<AwsSms>,
    pub calls: Vec<Provider>,
    pub texts: Vec<Provider>,
}

impl Resolver<'_> {
    fn connect(&mut self, connect: &document::Connect, at: &Spot) -> Option<Connect> {
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

    pub(super) fn carriers(&mut self, document: &document::Organisation, at: &Spot) -> Carriers {
        let providers = document.providers.as_ref();
        let spot = at.key("providers");
        let connect = providers.and_then(|all| self.connect(all.connect.as_ref()?, &spot.key("connect")));
        let aws_sms = providers.and_then(|all| self.aws_sms(all.aws_sms.as_ref()?, &spot.key("aws_sms")));
        let twilio = providers.is_some_and(|all| all.twilio.is_some());
        let calls = document.calls.iter().flatten().map(|named| match named {
            CallProvider::Twilio => (Provider::Twilio, twilio),
            CallProvider::Connect => (Provider::Connect, providers.is_some_and(|all| all.connect.is_some())),
        });
        let does = ("places no calls", "電話をかけられません");
        let calls = self.tried(calls.collect(), does, &at.key("calls"));
        let texts = document.texts.iter().flatten().map(|named| match named {
            TextProvider::Twilio => (Provider::Twilio, twilio),
            TextProvider::AwsSms => (Provider::AwsSms, providers.is_some_and(|all| all.aws_sms.is_some())),
        });
        let does = ("sends no text messages", "SMS を送れません");
        let texts = self.tried(texts.collect(), does, &at.key("texts"));
        Carriers { connect, aws_sms, calls, texts }
    }

    fn aws_sms(&mut self, aws: &document::AwsSms, at: &Spot) -> Option<AwsSms> {
        let secret_access_key = self.secret(&aws.secret_access_key, &at.key("secret_access_key"));
        // A number is told by its sign; everything else is a name of the account's own.
        let from = if aws.from.starts_with('+') {
            self.phone_number(&aws.from, &at.key("from"))
        } else {
            Some(aws.from.clone())
        };
        let own = aws.api_url.as_ref().map(|url| url.0.trim_end_matches('/').to_owned());
        Some(AwsSms {
            region: aws.region.clone(),
            from: from?,
            access_key_id: aws.access_key_id.clone(),
            secret_access_key: secret_access_key?,
            api_url: own.unwrap_or_else(|| format!("https://sms-voice.{}.amazonaws.com", aws.region)),
        })
    }

    /// Each once, and none that is not set up. `does`: what one that is not set up does not do.
    fn tried(&mut self, named: Vec<(Provider, bool)>, does: (&str, &str), at: &Spot) -> Vec<Provider> {
        let mut order = Vec::new();
        for (index, (provider, there)) in named.into_iter().enumerate() {
            let spot = at.index(index);
            let key = provider.row().key;
            if order.contains(&provider) {
                let twice = Words::new(format!("`{key}` is here twice"), format!("`{key}` が重複しています"));
                self.error(code::TWICE, spot, twice);
            } else if !there {
                let message = Words::new(
                    format!("`{key}` {}: `providers:` does not configure it", does.0),
                    format!("`providers:` に `{key}` の設定がないため、{}", does.1),
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
