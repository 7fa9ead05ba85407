//! In which language a line of a timeline, its phrases and what a chat says are said.

use super::chat::Chat;
use super::timeline::{Remarked, TimelineLine, Way};
use super::{Language, chat_en, chat_ja, phrase_en, phrase_ja, timeline_en, timeline_ja};
use crate::reason::{Because, Fault, Rule, Why};

impl Language {
    /// A line of a timeline.
    pub fn timeline(self, line: &TimelineLine) -> String {
        match self {
            Language::Ja => timeline_ja::line(line),
            Language::En => timeline_en::line(line),
        }
    }

    /// Why something happened.
    pub fn why(self, why: &Why) -> String {
        match self {
            Language::Ja => phrase_ja::why(why),
            Language::En => phrase_en::why(why),
        }
    }

    /// What somebody says who may not respond, without a full stop.
    pub fn remark(self, by: &str, what: Remarked) -> String {
        match self {
            Language::Ja => timeline_ja::remark(by, what),
            Language::En => timeline_en::remark(by, what),
        }
    }

    /// Why somebody is told; `by` names the actor of a reassignment.
    pub fn because(self, because: &Because, by: &str) -> String {
        match self {
            Language::Ja => phrase_ja::because(because, by),
            Language::En => phrase_en::because(because, by),
        }
    }

    /// A contact method in the middle of a sentence: `call`, `Slack`.
    pub fn contact(self, way: Way) -> &'static str {
        match self {
            Language::Ja => phrase_ja::contact(way),
            Language::En => phrase_en::contact(way),
        }
    }

    /// The same, with the name of the phone where it has one: `SMS (work)`.
    pub fn contact_to(self, way: Way, to: Option<&str>) -> String {
        let way = self.contact(way);
        match (self, to) {
            (_, None) => way.to_owned(),
            (Language::Ja, Some(name)) => format!("{way}（{name}）"),
            (Language::En, Some(name)) => format!("{way} ({name})"),
        }
    }

    /// What is sent by a contact method: `call`, `Slack message`.
    pub fn contact_sent(self, way: Way) -> &'static str {
        match self {
            Language::Ja => phrase_ja::contact_sent(way),
            Language::En => phrase_en::contact_sent(way),
        }
    }

    /// A rule: its `file:line`, or the words of one that has none.
    pub fn rule(self, rule: &Rule) -> String {
        match rule {
            Rule::Place(place) => place.to_string(),
            Rule::Why(why) => self.why(why),
        }
    }

    /// What went wrong with a delivery, or how it ended: who says so, what we make of it, and what was said.
    pub fn fault(self, provider: Option<&str>, fault: Fault, said: &str) -> String {
        let words = match self {
            Language::Ja => phrase_ja::fault(fault),
            Language::En => phrase_en::fault(fault),
        };
        let provider = provider.map(|name| format!("{name}: ")).unwrap_or_default();
        match (words.is_empty(), said.is_empty()) {
            (true, _) => format!("{provider}{said}"),
            (false, true) => format!("{provider}{words}"),
            (false, false) => match self {
                Language::Ja => format!("{provider}{words}（{said}）"),
                Language::En => format!("{provider}{words} ({said})"),
            },
        }
    }

    /// What is said in a chat.
    pub fn chat(self, phrase: &Chat) -> String {
        match self {
            Language::En => chat_en::chat(phrase),
            Language::Ja => chat_ja::chat(phrase),
        }
    }
}
