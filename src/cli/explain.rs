//! `oncall explain`: the long explanation of a finding's code, or the table of all codes.

use super::Output;
use crate::check::explain::{lines, nearest, normal, text};
use anyhow::{Result, bail};

/// Explain a finding's code: what it means, why it matters, and what is right
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The code, such as OC124 or 124; without it, list all codes
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let Some(code) = &arguments.code else { return Ok(Output::fine(lines())) };
    match text(&normal(code)) {
        Some(text) => Ok(Output::fine(text)),
        None => match nearest(code) {
            Some(near) => bail!("there is no code `{code}`: did you mean `{near}`?"),
            None => bail!("there is no code `{code}`: `oncall explain` lists all of them"),
        },
    }
}
