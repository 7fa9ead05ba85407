//! `oncall line-up`: somebody joins or leaves a rotation, or takes over another person's turns; everybody else keeps
//! theirs.

use super::edited::{self, Options, refused};
use super::instant::date;
use super::known::known;
use super::{Output, complete};
use crate::config::Id;
use crate::edit::{Edit, EditError, Insertion, LineUpChange, LineUpWish, Subject, line_up};
use crate::language::commands::Noun;
use anyhow::Result;
use jiff::civil::Date;

/// Change who takes turns, by appending a line-up; everybody else keeps their turn
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Comments in the file stay. The new line-up begins at a handoff, so no shift is cut short."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Somebody joins a rotation
    Add(Add),
    /// Somebody stops taking turns
    Remove(Remove),
    /// Somebody takes over another person's turns
    #[command(
        override_usage = "oncall line-up replace <USER> --with <USER> --schedule <ID>\n       [OPTIONS] [DIR]"
    )]
    Replace(Replace),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Who joins
    #[arg(add = complete::users(), value_name = "USER")]
    user: String,
    #[command(flatten)]
    place: LineUpPlace,
    /// The member after whom their turn comes [default: at the end of the list]
    #[arg(long, value_name = "USER", conflicts_with = "first")]
    after: Option<String>,
    /// Put them first in the list
    #[arg(long)]
    first: bool,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Remove {
    /// Who stops taking turns
    #[arg(add = complete::users(), value_name = "USER")]
    user: String,
    #[command(flatten)]
    place: LineUpPlace,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Replace {
    /// Who stops taking turns
    #[arg(add = complete::users(), value_name = "USER")]
    user: String,
    /// Who takes over
    #[arg(add = complete::users(), long, value_name = "USER")]
    with: String,
    #[command(flatten)]
    place: LineUpPlace,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct LineUpPlace {
    /// The schedule
    #[arg(long, value_name = "ID")]
    schedule: String,
    /// Only this layer, if the schedule has several rotations
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// Begin at the first handoff on or after this day [default: the next handoff]
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<Date>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    edited::run(arguments.options(), |subject| arguments.edit(subject))
}

impl Arguments {
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let user = |id: &str| -> Result<Id, EditError> {
            let known = known(subject.compiled.language, Noun::User, &subject.config.users, id);
            known.map(|(id, _)| id.clone()).map_err(|error| refused(&error))
        };
        let change = match &self.command {
            Command::Add(add) => {
                let position = match &add.after {
                    Some(id) => Insertion::After(user(id)?),
                    None if add.first => Insertion::First,
                    None => Insertion::Last,
                };
                LineUpChange::Add { user: user(&add.user)?, position }
            }
            Command::Remove(remove) => LineUpChange::Remove { user: user(&remove.user)? },
            Command::Replace(replace) => {
                LineUpChange::Replace { user: user(&replace.user)?, with: user(&replace.with)? }
            }
        };
        let place = self.place();
        let schedules = &subject.config.schedules.schedules;
        let (schedule, _) = known(subject.compiled.language, Noun::Schedule, schedules, &place.schedule)
            .map_err(|error| refused(&error))?;
        line_up(subject, &LineUpWish { schedule, layer: place.layer.as_deref(), change, from: place.from })
    }

    fn place(&self) -> &LineUpPlace {
        match &self.command {
            Command::Add(Add { place, .. })
            | Command::Remove(Remove { place, .. })
            | Command::Replace(Replace { place, .. }) => place,
        }
    }

    fn options(&self) -> &Options {
        match &self.command {
            Command::Add(Add { options, .. })
            | Command::Remove(Remove { options, .. })
            | Command::Replace(Replace { options, .. }) => options,
        }
    }
}
