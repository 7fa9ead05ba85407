//! In which language a command answers: that of the repository, unless another one is asked for.

use crate::config::Config;
use crate::language::Language;
use crate::language::words::Words;
use std::fmt;

/// The option of commands whose answers people read.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Spoken {
    /// The language of the answer [default: the repository's]
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub language: Option<SpokenLanguage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SpokenLanguage {
    Ja,
    En,
}

impl Spoken {
    pub(super) fn of(self, config: &Config) -> Language {
        self.or(config.organisation.language)
    }

    /// The language that was asked for, or this one.
    pub(super) fn or(self, language: Language) -> Language {
        match self.language {
            Some(SpokenLanguage::Ja) => Language::Ja,
            Some(SpokenLanguage::En) => Language::En,
            None => language,
        }
    }
}

/// Why a command does nothing, in the language of whoever reads it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub language: Language,
    text: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)
    }
}

impl std::error::Error for Refusal {}

pub(super) fn no(language: Language, why: &Words) -> anyhow::Error {
    Refusal { language, text: why.of(language).to_owned() }.into()
}
