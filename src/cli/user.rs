//! `oncall user`: somebody leaves for good.

use super::edited::{self, Options, refused};
use super::instant::date;
use super::known::known;
use super::{Output, complete};
use crate::edit::{Edit, EditError, Subject, leave};
use anyhow::Result;
use jiff::civil::Date;

/// Remove somebody who leaves from every rotation
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Set `left` in their file, and append line-ups without them
    #[command(
        after_help = "Other places that name them (steps, overrides, covers) are listed for you to change."
    )]
    Leave(Leave),
}

#[derive(Debug, clap::Args)]
struct Leave {
    /// Who leaves
    #[arg(add = complete::users(), value_name = "USER")]
    user: String,
    /// The first day without them
    #[arg(long, value_name = "DATE", value_parser = date)]
    date: Date,
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let Command::Leave(leave) = &arguments.command;
    edited::run(&leave.options, |subject| arguments.edit(subject))
}

impl Arguments {
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let Command::Leave(Leave { user, date, .. }) = &self.command;
        let (user, _) = known("user", &subject.config.users, user).map_err(|error| refused(&error))?;
        leave(subject, user, *date)
    }
}
