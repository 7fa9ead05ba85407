//! Twilio's settings: who calls, who an SMS is from, and whether it can be answered.

use super::diagnostic::{Part, Spot};
use super::organisation::url;
use super::resolve::Resolver;
use super::{code, value};
use crate::config::Twilio;
use crate::document;
use crate::language::words::Words;

const TWILIO_API: &str = "https://api.twilio.com";

impl Resolver<'_> {
    pub(super) fn twilio(
        &mut self,
        twilio: &document::Twilio,
        organisation: &document::Organisation,
        at: &Spot,
    ) -> Option<Twilio> {
        let public = organisation.public_url.is_some();
        let auth_token = self.secret(&twilio.auth_token, &at.key("auth_token"));
        let from = self.phone_number(&twilio.from, &at.key("from"));
        let api_url = twilio.api_url.as_ref().map_or_else(|| TWILIO_API.to_owned(), url);
        let sms_from = twilio.sms_from.as_ref();
        let sms_from = sms_from.map(|sender| self.sms_sender(sender, &at.key("sms_from")));
        let from = from?;
        let sender = twilio.sms_from.as_deref().unwrap_or(&twilio.from);
        self.sms_replies(twilio.sms_replies, (sender, public), at);
        Some(Twilio {
            account_sid: twilio.account_sid.clone(),
            auth_token: auth_token?,
            sms_from: sms_from.unwrap_or_else(|| Some(from.clone()))?,
            from,
            sms_replies: twilio.sms_replies.unwrap_or(false),
            api_url,
        })
    }

    /// An answer that reaches nobody is believed by whoever sends it: a name cannot be answered, and Twilio needs an address.
    fn sms_replies(&mut self, wanted: Option<bool>, (sender, public): (&str, bool), at: &Spot) {
        let spot = at.key("sms_replies").on(Part::Value);
        if wanted == Some(true) && value::is_sender_name(sender) {
            let message = Words::new(
                format!("nobody can answer an SMS that is from a name: `{sender}`"),
                format!("名前（`{sender}`）から届いた SMS には返信できません"),
            );
            let help = Words::new(
                "make `sms_from` a number of the account, or leave `sms_replies` out",
                "`sms_from` をアカウントの番号にするか、`sms_replies` を消してください",
            );
            self.error_help(code::SMS_REPLIES, spot.clone(), message, help);
        }
        if wanted == Some(true) && !public {
            let message = Words::new(
                "answers to an SMS cannot reach this server: there is no `public_url`",
                "`public_url` がないため、SMS の返信がこのサーバーに届きません",
            );
            let help = Words::new(
                "add `public_url:`, at which Twilio posts them, or leave `sms_replies` out",
                "Twilio の送信先になる `public_url:` を加えるか、`sms_replies` を消してください",
            );
            self.error_help(code::SMS_REPLIES, spot, message, help);
        }
    }

    /// Who an SMS is from: a name that carriers take, or a number.
    fn sms_sender(&mut self, text: &str, at: &Spot) -> Option<String> {
        if value::is_sender_name(text) {
            return Some(text.to_owned());
        }
        if text.starts_with('+') || !text.contains(|c: char| c.is_alphabetic()) {
            return self.phone_number(text, at);
        }
        let message = Words::new(
            "this is neither a phone number nor a name that an SMS can be from",
            "電話番号でも、SMS の送信元に使える名前でもありません",
        );
        let help = Words::new(
            "a name has at most 11 letters (A to Z), digits and spaces, and a letter among them: `OnCall`",
            "名前は英字（A〜Z）、数字、空白で 11 文字まで、英字を 1 文字以上含めます（例: `OnCall`）",
        );
        self.error_help(code::VALUE, at.clone(), message, help);
        None
    }
}
