//! `oncall completions`: a shell script that completes commands and options.

use super::Output;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For example: oncall completions bash > ~/.local/share/bash-completion/completions/oncall"
)]
pub struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Output {
    let mut bytes = Vec::new();
    generate(arguments.shell, &mut super::Arguments::command(), "oncall", &mut bytes);
    Output::fine(String::from_utf8_lossy(&bytes).into_owned())
}
