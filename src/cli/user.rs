//! `oncall user`: somebody joins, or leaves for good.

use super::edited::{self, Options, refused};
use super::instant::date;
use super::known::known;
use super::{Output, complete};
use crate::edit::{
    Edit, EditError, Insertion, LineUpChange, LineUpWish, Newcomer, Subject, add_user, leave, line_up, then,
};
use crate::language::commands::Noun;
use anyhow::Result;
use jiff::civil::Date;

/// Add somebody new, or remove somebody who leaves from every rotation
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the file of somebody new, and let them join a rotation
    #[command(after_help = "\
Written as people write an address: `Emma Smith <emma@example.com>`. The id is the part before the @; \
another one stands in front, as in `smith=Emma Smith <emma@example.com>`. A phone number with the country \
code and a Slack member id may follow: `Emma Smith <emma@example.com> +1 202 555 0101 U012AB3CD`.")]
    Add(Box<Add>),
    /// Set `left` in their file, and append line-ups without them
    #[command(
        after_help = "Other places that name them (steps, overrides, covers) are listed for you to change."
    )]
    Leave(Leave),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The name and the e-mail address, as in `Emma Smith <emma@example.com>`
    #[arg(value_name = "PERSON")]
    person: String,
    /// How a call says the name
    #[arg(long, value_name = "TEXT")]
    reading: Option<String>,
    /// The phone number, with the country code
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The Slack member id, from the profile ("Copy member ID")
    #[arg(long, value_name = "ID")]
    slack: Option<String>,
    /// They take turns on this schedule
    #[arg(add = complete::schedules(), long, value_name = "ID")]
    schedule: Option<String>,
    /// Only in this layer, if the schedule has several rotations
    #[arg(long, value_name = "NAME", requires = "schedule")]
    layer: Option<String>,
    /// Their turn comes after this member's [default: at the end of the list]
    #[arg(add = complete::users(), long, value_name = "USER", requires = "schedule")]
    after: Option<String>,
    /// From the first handoff on or after this day [default: the next handoff]
    #[arg(long, value_name = "DATE", value_parser = date, requires = "schedule")]
    from: Option<Date>,
    #[command(flatten)]
    options: Options,
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
    let options = match &arguments.command {
        Command::Add(add) => &add.options,
        Command::Leave(leave) => &leave.options,
    };
    edited::run(options, |subject| arguments.edit(subject))
}

impl Arguments {
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        match &self.command {
            Command::Add(add) => add.edit(subject),
            Command::Leave(Leave { user, date, .. }) => {
                let (user, _) = known(subject.compiled.language, Noun::User, &subject.config.users, user)
                    .map_err(|error| refused(&error))?;
                leave(subject, user, *date)
            }
        }
    }
}

impl Add {
    fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let read = Newcomer::read(&self.person, subject.compiled.language).map_err(EditError::Asked)?;
        let newcomer = Newcomer {
            reading: self.reading.clone(),
            phone: self.phone.clone().or(read.phone.clone()),
            slack: self.slack.clone().or(read.slack.clone()),
            ..read
        };
        let added = add_user(subject, &newcomer)?;
        match &self.schedule {
            Some(schedule) => then(subject, added, |subject| self.joins(subject, &newcomer, schedule)),
            None => Ok(added),
        }
    }

    fn joins(&self, subject: &Subject<'_>, newcomer: &Newcomer, schedule: &str) -> Result<Edit, EditError> {
        let asked = |error: anyhow::Error| refused(&error);
        let schedules = &subject.config.schedules.schedules;
        let (schedule, _) =
            known(subject.compiled.language, Noun::Schedule, schedules, schedule).map_err(asked)?;
        let users = &subject.config.users;
        let position = match &self.after {
            Some(user) => Insertion::After(
                known(subject.compiled.language, Noun::User, users, user).map_err(asked)?.0.clone(),
            ),
            None => Insertion::Last,
        };
        let user =
            known(subject.compiled.language, Noun::User, users, &newcomer.id).map_err(asked)?.0.clone();
        let change = LineUpChange::Add { user, position };
        line_up(subject, &LineUpWish { schedule, layer: self.layer.as_deref(), change, from: self.from })
    }
}
