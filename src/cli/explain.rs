//! `oncall explain`: the long explanation of a finding's code, or the table of all codes.

use super::Output;
use super::spoken::{no, of_repository, reader};
use crate::check::explain::{lines, nearest, normal, text};
use crate::language::commands::{no_code, no_code_near};
use anyhow::Result;
use std::path::PathBuf;

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
    let language = of_repository(&arguments.dir).unwrap_or_else(reader);
    let Some(code) = &arguments.code else { return Ok(Output::fine(lines(language))) };
    match text(&normal(code), language) {
        Some(text) => Ok(Output::fine(text)),
        None => match nearest(code) {
            Some(near) => Err(no(language, &no_code_near(code, near))),
            None => Err(no(language, &no_code(code))),
        },
    }
}
