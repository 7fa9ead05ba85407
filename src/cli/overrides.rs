//! `oncall override`: temporarily changes who is on call.

use super::Output;
use super::edited::{self, Options, refused};
use super::instant::instant;
use super::known::known;
use crate::edit::{Edit, EditError, OverrideWish, Subject, add_override};
use crate::schedule::{OverrideAction, Schedule, UserId};
use anyhow::{Result, bail};

/// Change who is on call for a while
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Append an override to the right file
    #[command(
        override_usage = "oncall override add --schedule <ID> --from <T> --until <T>\n       \
            <--with <USERS>|--replace <USER> --with <USERS>|--add <USERS>>\n       [OPTIONS] [DIR]",
        after_help = "It goes into the file of an override it overlaps, or into overrides/<YYYY-MM>.yaml."
    )]
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The schedule
    #[arg(long, value_name = "ID")]
    schedule: String,
    /// From this instant: `2026-12-05 10:00` in the schedule's time zone, or RFC 3339
    #[arg(long, value_name = "T")]
    from: String,
    /// Until this instant (excluded)
    #[arg(long, value_name = "T")]
    until: String,
    /// Replace only this person by `--with`, if they are on call
    #[arg(long, value_name = "USER", requires = "with")]
    replace: Option<String>,
    /// Who is on call instead; separate several with commas, or `nobody`
    #[arg(long, value_name = "USERS", value_delimiter = ',', required_unless_present = "add")]
    with: Vec<String>,
    /// Who is on call in addition; separate several with commas
    #[arg(long, value_name = "USERS", value_delimiter = ',', conflicts_with_all = ["with", "replace"])]
    add: Vec<String>,
    /// The reason, for readers of the file
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
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
        add_override(subject, &add.wish(subject).map_err(|error| refused(&error))?)
    }
}

impl Add {
    fn wish<'a>(&'a self, subject: &Subject<'a>) -> Result<OverrideWish<'a>> {
        let schedules = &subject.config.schedules.schedules;
        let (schedule, Schedule { time_zone: zone, .. }) = known("schedule", schedules, &self.schedule)?;
        let action = match &self.replace {
            Some(who) => OverrideAction::Replace {
                who: known("user", &subject.config.users, who)?.0.clone(),
                with: people(subject, &self.with)?,
            },
            None if self.add.is_empty() => OverrideAction::Set(people(subject, &self.with)?),
            None => OverrideAction::Add(people(subject, &self.add)?),
        };
        if matches!(&action, OverrideAction::Add(nobody) if nobody.is_empty()) {
            bail!("--add nobody changes nothing: name who helps, or use `--with nobody` for a gap");
        }
        let (from, until) = (instant(&self.from, zone)?, instant(&self.until, zone)?);
        Ok(OverrideWish { schedule, from, until, action, reason: self.reason.as_deref() })
    }
}

/// Users in the given order, without duplicates; empty for `nobody`.
fn people(subject: &Subject<'_>, names: &[String]) -> Result<Vec<UserId>> {
    if let [only] = names
        && only == "nobody"
    {
        return Ok(Vec::new());
    }
    let mut people: Vec<UserId> = Vec::new();
    for name in names {
        let (id, _) = known("user", &subject.config.users, name.trim())?;
        if people.contains(id) {
            bail!("`{id}` is named twice");
        }
        people.push(id.clone());
    }
    Ok(people)
}
