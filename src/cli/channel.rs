//! The ways to tell people that `oncall init` can set up: what each writes into `oncall.yaml` and into a person's file.
//!
//! The phone is always among them: without somebody who can be called, the fallback is refused.
//! What nobody has said yet is a sample, which `oncall doctor` lists: accounts of providers, phone numbers, ids.

use crate::document::Language;
use crate::edit::Newcomer;

/// A way to tell people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Channel {
    /// Messages with buttons
    Slack,
    /// Notifications that ring, by Pushover
    Pushover,
    /// Notifications by ntfy
    Ntfy,
    /// Text messages, by Twilio
    Sms,
    Email,
    /// Phone calls, by Twilio
    Call,
}

/// What is used at low urgency: the first that there is.
const QUIET: [Channel; 5] = [Channel::Slack, Channel::Ntfy, Channel::Pushover, Channel::Email, Channel::Sms];

impl Channel {
    /// The word after `by:`.
    pub fn word(self) -> &'static str {
        match self {
            Channel::Slack => "slack",
            Channel::Pushover => "pushover",
            Channel::Ntfy => "ntfy",
            Channel::Sms => "sms",
            Channel::Email => "email",
            Channel::Call => "call",
        }
    }
}

/// The quietest of these. Who is only called gets a text message by the same provider.
pub fn quiet(channels: &[Channel]) -> Channel {
    QUIET.into_iter().find(|it| channels.contains(it)).unwrap_or(Channel::Sms)
}

/// The rules at high urgency: every message at once, and the phone, twice.
pub fn high(channels: &[Channel]) -> String {
    let messages = channels.iter().filter(|it| **it != Channel::Call);
    let mut rules: Vec<String> = messages.map(|it| format!("{{ by: {} }}", it.word())).collect();
    rules.extend(["{ by: call }", "{ by: call, after: 3m }"].map(str::to_owned));
    rules.join(", ")
}

/// What stands below `providers:`.
pub fn providers(channels: &[Channel], language: Language, in_japan: bool) -> String {
    let has = |any: &[Channel]| any.iter().any(|it| channels.contains(it));
    let said = |en: &'static str, ja: &'static str| if language == Language::Ja { ja } else { en };
    let mut out = String::new();
    if has(&[Channel::Slack]) {
        out.push_str(&format!(
            "  slack:\n    bot_token: {{ env: SLACK_BOT_TOKEN }}\n    signing_secret: {{ env: SLACK_SIGNING_SECRET }}\n    \
             channel: C0INCIDENTS           # {}\n",
            said("the id at the bottom of the channel's details", "チャンネル詳細の一番下にある ID")
        ));
    }
    let from = if in_japan { "+81 50 0000 0100" } else { "+1 202 555 0100" };
    let quotes = said("in quotes", "引用符が必要です");
    let from = format!("from: \"{from}\"");
    out.push_str(&format!(
        "  twilio:\n    account_sid: AC00000000000000000000000000000000\n    auth_token: {{ env: TWILIO_AUTH_TOKEN }}\n    \
         {from:<31}# {quotes}\n",
    ));
    if has(&[Channel::Sms]) && in_japan {
        out.push_str("    sms_from: OnCall\n");
    }
    if has(&[Channel::Email]) {
        out.push_str(
            "  mail:\n    smtp: smtps://smtp.example.com\n    username: oncall@example.com\n    \
             password: { env: SMTP_PASSWORD }\n    from: oncall@example.com\n",
        );
    }
    if has(&[Channel::Ntfy]) {
        out.push_str("  ntfy: { url: https://ntfy.sh }\n");
    }
    if has(&[Channel::Pushover]) {
        out.push_str("  pushover:\n    token: { env: PUSHOVER_TOKEN }\n");
    }
    out + &commented_out(channels, language)
}

/// The ways that were not chosen, for whoever wants them later.
fn commented_out(channels: &[Channel], language: Language) -> String {
    let said = |en: &'static str, ja: &'static str| if language == Language::Ja { ja } else { en };
    let mut out = format!(
        "  # {}\n",
        said(
            "More ways, for whoever wants them: remove the `#`, and name them in rules as `by: email`, `by: ntfy`, `by: pushover`.",
            "ほかの連絡手段です。使うものは `#` を外し、通知の設定に `by: email`、`by: ntfy`、`by: pushover` と書きます。",
        )
    );
    let others = [
        (
            Channel::Email,
            "mail: { smtp: \"smtps://smtp.example.com\", username: oncall, password: { env: SMTP_PASSWORD }, from: oncall@example.com }",
        ),
        (Channel::Ntfy, "ntfy: { url: \"https://ntfy.example.com\", token: { env: NTFY_TOKEN } }"),
        (Channel::Pushover, "pushover: { token: { env: PUSHOVER_TOKEN } }"),
    ];
    for (channel, line) in others {
        if !channels.contains(&channel) {
            out.push_str(&format!("  # {line}\n"));
        }
    }
    let room = said(
        "a room that shows incidents; `teams` is written the same way",
        "インシデントを表示するスペース。`teams` も同じ書き方です",
    );
    out.push_str(&format!("  # google_chat: {{ webhook: {{ env: GOOGLE_CHAT_URL }} }}   # {room}\n"));
    out
}

/// A person's file below its first line: what is not known of them is a sample. `number` tells samples apart.
pub fn member(
    newcomer: &Newcomer,
    (channels, language): (&[Channel], Language),
    in_japan: bool,
    number: usize,
) -> String {
    let has = |any: &[Channel]| any.iter().any(|it| channels.contains(it));
    let said = |en: &'static str, ja: &'static str| if language == Language::Ja { ja } else { en };
    let mut out = newcomer.text();
    let upper: String = newcomer.id.bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect();
    let upper = upper.to_ascii_uppercase();
    if has(&[Channel::Email]) && newcomer.email.is_none() {
        out.push_str(&format!("email: {}@example.com\n", newcomer.id));
    }
    if has(&[Channel::Slack]) && newcomer.slack.is_none() {
        let where_it_is = said(
            "a sample: \"Copy member ID\" in the Slack profile",
            "見本です。Slack のプロフィールの「メンバー ID をコピー」",
        );
        out.push_str(&format!("slack: U0{upper}  # {where_it_is}\n"));
    }
    if newcomer.phone.is_none() {
        let form = said(
            "a sample: with the country code, in quotes",
            "見本です。国番号から、引用符を付けて書きます",
        );
        out.push_str(&format!("phone: \"{}\"  # {form}\n", sample_number(in_japan, number)));
    }
    if has(&[Channel::Ntfy]) {
        out.push_str(&format!("ntfy: {{ env: NTFY_TOPIC_{upper} }}\n"));
    }
    if has(&[Channel::Pushover]) {
        out.push_str(&format!("pushover: {{ env: PUSHOVER_KEY_{upper} }}\n"));
    }
    out
}

/// A number that leads nowhere, and that `oncall validate` knows as such beside real ones.
fn sample_number(in_japan: bool, number: usize) -> String {
    match (in_japan, number) {
        (true, _) => format!("+81 90 0000 {number:04}"),
        (false, 0..=9) => format!("+1 202 555 {:04}", 100 + number),
        (false, _) => format!("+1 555 010 {number:04}"),
    }
}
