//! The same words in each language, for what is read by whoever looks: a finding does not know its reader.
//!
//! Whoever builds them writes both languages beside each other; whoever shows them chooses. What others wrote (an id, a
//! value of a file) stands in both as it was written.

use super::Language;

/// Words in English and in Japanese.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words {
    pub en: String,
    /// `None`: not said in Japanese yet, so that English is shown.
    pub ja: Option<String>,
}

impl Words {
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Words {
        Words { en: en.into(), ja: Some(ja.into()) }
    }

    /// What is the same in every language: a piece of YAML, a number.
    pub fn same(text: impl Into<String>) -> Words {
        let en = text.into();
        Words { ja: Some(en.clone()), en }
    }

    /// The words for a reader of this language.
    pub fn of(&self, language: Language) -> &str {
        match (language, &self.ja) {
            (Language::Ja, Some(ja)) => ja,
            (Language::Ja, None) | (Language::En, _) => &self.en,
        }
    }

    /// The words after a change of each text.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Words {
        Words { en: change(&self.en), ja: self.ja.as_deref().map(change) }
    }
}

impl From<&str> for Words {
    fn from(en: &str) -> Words {
        Words { en: en.to_owned(), ja: None }
    }
}

impl From<String> for Words {
    fn from(en: String) -> Words {
        Words { en, ja: None }
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
