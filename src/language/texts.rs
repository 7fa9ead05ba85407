//! The words of text messages that people answer, in every language.
//!
//! They are short: everything fits two segments. What an answer leads to is said by [`answer`](super::answer).

use super::Language;

/// A line, or a part of one.
#[derive(Clone, Copy, Debug)]
pub enum TextLine<'a> {
    /// How to acknowledge by an answer.
    ReplyWith { code: &'a str },
    /// No message of the last day has this code.
    NoSuchCode { code: &'a str },
    /// An answer acknowledges and does nothing else.
    OnlyFour,
    /// It has paged anew since.
    OlderTrigger,
    /// The message only informed.
    OnlyInformed,
}

impl Language {
    /// Behind a way that somebody shut by STOP.
    pub fn stopped(self) -> &'static str {
        match self {
            Language::En => " (stopped: send START to the number our messages come from)",
            Language::Ja => "（STOP により停止中。再開するには送信元の番号に START と送ってください）",
        }
    }

    /// Told by another way to whoever said STOP to this one.
    pub(super) fn opted_out(self, way: &str) -> String {
        match self {
            Language::En => format!(
                "You answered STOP: no {way} of ours reaches you. To take them again, send START to the number they come from."
            ),
            Language::Ja => format!(
                "STOP の返信により、{way}は届かなくなりました。再開するには、送信元の番号に START と送ってください。"
            ),
        }
    }

    pub fn text_line(self, line: &TextLine) -> String {
        match (self, line) {
            (Language::En, TextLine::ReplyWith { code }) => format!("reply 4 {code}"),
            (Language::Ja, TextLine::ReplyWith { code }) => format!("返信 4 {code}"),
            (Language::En, TextLine::NoSuchCode { code }) => {
                format!("No message of the last day has the code {code}. Nothing was acknowledged.")
            }
            (Language::Ja, TextLine::NoSuchCode { code }) => {
                format!("コード {code} のメッセージは、過去24時間にありません。対応は始まっていません。")
            }
            (Language::En, TextLine::OnlyFour) => {
                "Reply 4 and the code at the end of the message. All else: by its link, or on the phone.".into()
            }
            (Language::Ja, TextLine::OnlyFour) => {
                "4 とメッセージ末尾のコードを返信してください。ほかの操作は、リンクか電話で行えます。".into()
            }
            (Language::En, TextLine::OlderTrigger) => {
                "It has paged anew since: use the newest message. Nothing was acknowledged.".into()
            }
            (Language::Ja, TextLine::OlderTrigger) => {
                "その後あらためて呼び出しています。最新のメッセージに返信してください。対応は始まっていません。".into()
            }
            (Language::En, TextLine::OnlyInformed) => "You were only informed of it.".into(),
            (Language::Ja, TextLine::OnlyInformed) => "これはお知らせです。返信での操作はできません。".into(),
        }
    }
}
