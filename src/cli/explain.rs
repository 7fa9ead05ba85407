//! `oncall explain`: the long explanation of a finding's code, or the table of all codes.

use super::Output;
use crate::check::explain::{lines, nearest, normal, text};
use crate::compile::{self, Tree};
use crate::language::Language;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Explain a finding's code: what it means, why it matters, and what is right
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The code, such as OC124 or 124; without it, list all codes
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// The config directory, in whose language it is explained
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let language = language_of(&arguments.dir);
    let Some(code) = &arguments.code else { return Ok(Output::fine(lines(language))) };
    match text(&normal(code), language) {
        Some(text) => Ok(Output::fine(text)),
        None => match nearest(code) {
            Some(near) => bail!("there is no code `{code}`: did you mean `{near}`?"),
            None => bail!("there is no code `{code}`: `oncall explain` lists all of them"),
        },
    }
}

/// That of the repository; English where there is none.
fn language_of(dir: &Path) -> Language {
    let file = std::fs::read(dir.join("oncall.yaml")).ok().map(|bytes| ("oncall.yaml".to_owned(), bytes));
    compile::language_of(&Tree { files: file.into_iter().collect(), ..Tree::default() })
}
