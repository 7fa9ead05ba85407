//! `oncall man`: the manual pages, one for each command, for packages.

use super::Output;
use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use clap_mangen::generate_to;
use std::path::PathBuf;

/// Write the manual pages into a directory that exists
#[derive(Debug, clap::Args)]
#[command(after_help = "For example: oncall man /usr/local/share/man/man1 && man oncall-serve")]
pub struct Arguments {
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let directory = &arguments.directory;
    if !directory.is_dir() {
        bail!("{} is not a directory: make it first", directory.display());
    }
    let command = super::Arguments::command().version(super::version());
    generate_to(command, directory).with_context(|| format!("cannot write to {}", directory.display()))?;
    Ok(Output::fine(format!("The manual pages are in {}\n", directory.display())))
}
