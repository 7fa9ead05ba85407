//! The same words in each language, for what is read by whoever looks: a finding does not know its reader.
//!
//! Whoever builds them writes both languages beside each other; whoever shows them chooses. What others wrote (an id, a
//! value of a file) stands in both as it was written.

use super::Language;
use jiff::civil::DateTime;

/// Words in English and in Japanese.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words {
    pub en: String,
    pub ja: String,
}

impl Words {
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Words {
        Words { en: en.into(), ja: ja.into() }
    }

    /// What is the same in every language: a piece of YAML, a number.
    pub fn same(text: impl Into<String>) -> Words {
        let en = text.into();
        Words { ja: en.clone(), en }
    }

    /// The words for a reader of this language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }

    /// The words after a change of each text.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Words {
        Words { en: change(&self.en), ja: change(&self.ja) }
    }
}

/// `did you mean …?`
pub fn did_you_mean(near: &str) -> Words {
    Words::new(format!("did you mean `{near}`?"), format!("`{near}` のことですか？"))
}

/// `a`, `a or b`, `a, b or c`.
pub fn any_of(words: &[String]) -> Words {
    match words {
        [] => Words::new("something else", "別のもの"),
        [only] => Words::same(only),
        [first @ .., last] => {
            Words::new(format!("{} or {last}", first.join(", ")), format!("{}か {last}", spaced(first, "、")))
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn all_of(words: &[String]) -> Words {
    match words {
        [] => Words::new("nothing", "なし"),
        [only] => Words::same(only),
        [first @ .., last] => {
            Words::new(format!("{} and {last}", first.join(", ")), format!("{}、{last}", first.join("、")))
        }
    }
}

/// Joined, with the space that Japanese leaves after a piece of code.
fn spaced(words: &[String], between: &str) -> String {
    format!("{} ", words.join(between))
}

/// A word inside of a Japanese sentence: what is not Japanese has a space on both sides.
pub fn in_japanese(word: &str) -> String {
    if word.is_ascii() { format!(" {word} ") } else { word.to_owned() }
}

/// `Mon 2026-12-07 10:00`
pub fn moment(at: DateTime) -> Words {
    const DAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let day = usize::try_from(at.weekday().to_monday_zero_offset()).ok().and_then(|day| DAYS.get(day));
    Words::new(
        at.strftime("%a %Y-%m-%d %H:%M").to_string(),
        format!("{}（{}）{}", at.date(), day.unwrap_or(&""), at.strftime("%H:%M")),
    )
}
