//! `oncall completions`: a shell script that completes commands, options, and the ids of the config.
//!
//! The script asks this program again for each Tab: what it answers is in [`complete`](super::complete) and in `main`.

use super::{Output, complete_by};
use anyhow::{Context, Result};
use clap_complete::Shell;
use clap_complete::env::Shells;

/// Print completions for a shell: commands, options, and the ids of the config you stand in
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For example:
  bash  echo 'source <(oncall completions bash)' >> ~/.bashrc
  zsh   echo 'source <(oncall completions zsh)' >> ~/.zshrc
  fish  oncall completions fish > ~/.config/fish/completions/oncall.fish

Ids are those of the nearest folder with an oncall.yaml, from where the shell stands upwards.")]
pub struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let name = arguments.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells.completer(&name).with_context(|| format!("{name} is not known"))?;
    let mut bytes = Vec::new();
    shell.write_registration(complete_by(), "oncall", "oncall", "oncall", &mut bytes)?;
    Ok(Output::fine(String::from_utf8_lossy(&bytes).into_owned()))
}
