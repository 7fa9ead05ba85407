//! In which language a command answers: that of the repository, unless another one is asked for.
//!
//! What is said before a config is read, or without one, is for whoever types: see [`reader`].

use super::complete::root;
use crate::compile::{self, Tree};
use crate::config::Config;
use crate::language::failed::of_the_system;
use crate::language::words::Words;
use crate::language::{Language, commands};
use clap::ValueEnum;
use std::path::Path;
use std::{env, error, fmt, fs, io};

/// The option of commands whose answers people read.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Spoken {
    /// The language of the answer [default: the repository's]
    #[arg(long, value_enum, value_name = "LANGUAGE", env = "ONCALL_LANGUAGE", hide_env_values = true)]
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
        self.language.map_or(language, SpokenLanguage::language)
    }
}

impl SpokenLanguage {
    pub(super) fn language(self) -> Language {
        match self {
            SpokenLanguage::Ja => Language::Ja,
            SpokenLanguage::En => Language::En,
        }
    }
}

/// The language of whoever types: that of `--language`, of ONCALL_LANGUAGE, of the repository that is named or around,
/// or of the terminal.
pub fn reader() -> Language {
    let typed: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let said = typed.iter().zip(1..).find_map(|(word, next)| match word.strip_prefix("--language")? {
        "" => typed.get(next).cloned(),
        rest => rest.strip_prefix('=').map(str::to_owned),
    });
    let asked = [said, env::var("ONCALL_LANGUAGE").ok()].into_iter().flatten();
    let asked = asked.filter_map(|word| SpokenLanguage::from_str(&word, true).ok()).next();
    let named = || typed.iter().find_map(|word| of_repository(Path::new(word)));
    let around = || of_repository(&root(&env::current_dir().ok()?)?);
    let asked = asked.map(SpokenLanguage::language);
    asked.or_else(named).or_else(around).unwrap_or_else(of_the_terminal)
}

/// The language of the config in a folder, if there is one.
pub(super) fn of_repository(dir: &Path) -> Option<Language> {
    let file = ("oncall.yaml".to_owned(), fs::read(dir.join("oncall.yaml")).ok()?);
    Some(compile::language_of(&Tree { files: [file].into_iter().collect(), ..Tree::default() }))
}

/// Japanese if the terminal is Japanese.
pub(super) fn of_the_terminal() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(locale) if locale.starts_with("ja") => Language::Ja,
        _ => Language::En,
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

impl error::Error for Refusal {}

pub(super) fn no(language: Language, why: &Words) -> anyhow::Error {
    Refusal { language, text: why.of(language).to_owned() }.into()
}

/// What went wrong, in both languages: who reads it is known where it is shown.
#[derive(Debug)]
pub(super) struct Told {
    pub words: Words,
    cause: Option<anyhow::Error>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.words.en)
    }
}

impl error::Error for Told {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&**self.cause.as_ref()?)
    }
}

pub(super) fn told(words: Words) -> Told {
    Told { words, cause: None }
}

/// The same, with what it comes of.
pub(super) fn caused(words: Words, cause: impl Into<anyhow::Error>) -> anyhow::Error {
    Told { words, cause: Some(cause.into()) }.into()
}

/// An error and its causes in a sentence.
pub(super) fn sentence(error: &anyhow::Error, language: Language) -> String {
    let one = |cause: &(dyn error::Error + 'static)| {
        if let Some(told) = cause.downcast_ref::<Told>() {
            return told.words.of(language).to_owned();
        }
        let system = cause.downcast_ref::<io::Error>().and_then(|error| of_the_system(error.kind()));
        match language {
            Language::Ja => system.map_or_else(|| cause.to_string(), str::to_owned),
            Language::En => cause.to_string(),
        }
    };
    error.chain().map(one).collect::<Vec<_>>().join(": ")
}

/// What is wrong, on a line of its own.
pub(super) fn error_line(language: Language, what: &str) -> String {
    format!("{}{what}\n", commands::error().of(language))
}
