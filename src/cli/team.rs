//! `oncall team`: another team in the same repository.

use super::edited::{self, Options, refused};
use super::init::zone;
use super::known::known;
use super::{Output, complete};
use crate::config::Id;
use crate::edit::{Edit, EditError, Newcomer, Subject, TeamWish, add_team};
use crate::language::commands::Noun;
use anyhow::Result;
use jiff::tz::TimeZone;

/// Add a team: schedules, policy, service and runbook
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the files of another team: two schedules, a policy, a service and its runbook
    #[command(after_help = "\
Turns last a week, from Monday 10:00. One person alone has no secondary schedule. Review CODEOWNERS yourself.")]
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The team's id: lower-case letters, digits and `-`
    #[arg(value_name = "ID")]
    id: String,
    /// The name that people read [default: the id]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Who takes turns, in their order; separate several with commas
    #[arg(add = complete::users(), long, value_name = "USERS", value_delimiter = ',')]
    members: Vec<String>,
    /// Who is new, as in `Emma Smith <emma@example.com>`, and takes turns after them; with commas or repeated
    #[arg(long, value_name = "PERSON", value_delimiter = ',')]
    people: Vec<String>,
    /// The time zone of the team's schedules [default: the organisation's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<TimeZone>,
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let Command::Add(add) = &arguments.command;
    edited::run(&add.options, |subject| arguments.edit(subject))
}

impl Arguments {
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let Command::Add(add) = &self.command;
        let language = subject.compiled.language;
        let user = |id: &String| {
            known(language, Noun::User, &subject.config.users, id.trim()).map(|(id, _)| id.clone())
        };
        let members: Vec<Id> =
            add.members.iter().map(user).collect::<Result<_>>().map_err(|error| refused(&error))?;
        let newcomers = add.people.iter().map(|said| Newcomer::read(said, language));
        let newcomers: Vec<Newcomer> = newcomers.collect::<Result<_, _>>().map_err(EditError::Asked)?;
        add_team(
            subject,
            &TeamWish {
                id: &add.id,
                name: add.name.as_deref(),
                members: &members,
                newcomers: &newcomers,
                time_zone: add.time_zone.as_ref(),
            },
        )
    }
}
