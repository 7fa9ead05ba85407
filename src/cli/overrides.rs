//! `oncall override`: temporarily changes who is on call, in the files of the config or at a running server.

use super::edited::{self, Options, refused};
use super::instant::instant;
use super::known::known;
use super::remote::{ENVIRONMENT, Format, Question, Server, clock};
use super::silence::{End, List, ids, said};
use super::table::table;
use super::{Exit, Output};
use crate::edit::{Edit, EditError, OverrideWish, Subject, add_override};
use crate::schedule::{OverrideAction, Schedule, UserId};
use anyhow::{Result, bail};
use serde_json::{Value, json};

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
        override_usage = "oncall override add --schedule <IDS> --from <T> --until <T>\n       \
            <--with <USERS>|--replace <USER> --with <USERS>|--add <USERS>>\n       [OPTIONS] [DIR]",
        after_help = "It goes into the file of an override it overlaps, or into overrides/<YYYY-MM>.yaml. With --url, \
                      it is made at the running server instead, with the token in ONCALL_TOKEN."
    )]
    Add(Add),
    /// List those that were made at a running server
    #[command(after_help = ENVIRONMENT)]
    List(List),
    /// End one now, at a running server
    #[command(after_help = ENVIRONMENT)]
    End(End),
    /// Say that somebody cannot: its maker and the room are told
    #[command(after_help = ENVIRONMENT)]
    Cannot(Cannot),
}

#[derive(Debug, clap::Args)]
struct Cannot {
    /// Its number, as `list` shows it
    id: u64,
    /// Who cannot
    #[arg(long = "as", value_name = "USER")]
    user: String,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The schedule; separate several with commas
    #[arg(long, value_name = "IDS", value_delimiter = ',', required = true)]
    schedule: Vec<String>,
    /// Only this layer, by its name, in its own hours
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    layer: Option<String>,
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
    /// Make it at this running server, at once; T may then be `now`, `2h`, `mon 10:00` or `handoff`
    #[arg(long, value_name = "URL", conflicts_with = "write")]
    url: Option<String>,
    /// With --url: do it although something warns of it
    #[arg(long, requires = "url")]
    confirm: bool,
    /// With --url: what is printed
    #[arg(long, value_enum, requires = "url")]
    format: Option<Format>,
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    match &arguments.command {
        Command::Add(add) if add.url.is_some() => add.at_server(),
        Command::Add(add) => edited::run(&add.options, |subject| add.edit(subject)),
        Command::List(list) => list.server.ask(&Question::get("/v1/overrides"), text),
        Command::End(end) => end.run("overrides"),
        Command::Cannot(Cannot { id, user, server }) => {
            server.ask(&Question::post(&format!("/v1/overrides/{id}/cannot"), json!({ "user": user })), said)
        }
    }
}

fn text(answer: &Value) -> String {
    let all = answer["overrides"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return "no overrides\n".to_owned();
    }
    let row = |it: &Value| {
        let said = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        let with = Some(ids(&it["with"])).filter(|ids| !ids.is_empty());
        let with = with.unwrap_or_else(|| "nobody".to_owned());
        let change = match (it["replace"].as_str(), it["add"].is_array()) {
            (Some(who), _) => format!("{with} for {who}"),
            (None, true) => format!("also {}", ids(&it["add"])),
            (None, false) => with,
        };
        let why = format!("{}\nby {}", said("reason"), said("by"));
        let when = format!("{}\n{}", clock(&it["from"], answer), clock(&it["until"], answer));
        [it["id"].to_string(), said("schedule"), change, when, why.trim().to_owned()]
    };
    table(["Id", "Schedule", "On call", "From, until", "Why"], &[0, 3], all.iter().map(row))
}

impl Arguments {
    /// `None`: it is about a server, and edits nothing.
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Option<Result<Edit, EditError>> {
        match &self.command {
            Command::Add(add) => add.url.is_none().then(|| add.edit(subject)),
            Command::List(_) | Command::End(_) | Command::Cannot(_) => None,
        }
    }
}

impl Add {
    fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        add_override(subject, &self.wish(subject).map_err(|error| refused(&error))?)
    }

    fn at_server(&self) -> Result<Output> {
        let server = Server { url: self.url.clone(), format: self.format.unwrap_or(Format::Text) };
        let people = |ids: &Vec<String>| (!ids.is_empty()).then(|| json!(ids));
        let mut done = Output::fine(String::new());
        for schedule in &self.schedule {
            let body = json!({
                "schedule": schedule, "from": self.from, "until": self.until,
                "with": people(&self.with), "replace": self.replace, "add": people(&self.add),
                "reason": self.reason, "confirm": self.confirm,
            });
            let one = server.ask(&Question::post("/v1/overrides", body), said)?;
            done.out.push_str(&one.out);
            if one.exit != Exit::Fine {
                return Ok(Output { out: done.out, ..one });
            }
        }
        Ok(done)
    }

    fn wish<'a>(&'a self, subject: &Subject<'a>) -> Result<OverrideWish<'a>> {
        let schedules = &subject.config.schedules.schedules;
        let mut named: Vec<&str> = Vec::new();
        let mut zone = &subject.config.organisation.time_zone;
        for id in &self.schedule {
            let (id, Schedule { time_zone, .. }) = known("schedule", schedules, id.trim())?;
            if named.contains(&&**id) {
                bail!("`{id}` is named twice");
            }
            if named.is_empty() {
                zone = time_zone;
            }
            named.push(id);
        }
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
        let (layer, reason) = (self.layer.as_deref(), self.reason.as_deref());
        Ok(OverrideWish { schedules: named, from, until, layer, action, reason })
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
