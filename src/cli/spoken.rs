//! In which language a command answers: that of the repository, unless another one is asked for.

use crate::config::Config;
use crate::language::Language;

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
        match self.language {
            Some(SpokenLanguage::Ja) => Language::Ja,
            Some(SpokenLanguage::En) => Language::En,
            None => config.organisation.language,
        }
    }
}
