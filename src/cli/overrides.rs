//! `oncall override`: temporarily changes who is on call, in the files of the config or at a running server.

use super::directory::Directory;
use super::edited::{self, Options, refused};
use super::instant::{TIMES, in_zones, minute, typed};
use super::known::known;
use super::remote::{ENVIRONMENT, Format, Question, Server, clock, environment, spoken_by};
use super::silence::{End, List, columns, id, ids, said, why};
use super::spoken::{Spoken, no, told};
use super::table::table;
use super::watch::Items;
use super::{Exit, Output, complete};
use crate::actor::{Actor, Via};
use crate::config::RunTimeOverride;
use crate::edit::{Edit, EditError, OverrideWish, PULLED, Pulled, Subject, add_override, pull};
use crate::language::commands::{self, Column, Noun};
use crate::language::failed::{me_is_not_set, unreadable_answer};
use crate::language::moment::{Moment, length};
use crate::language::on_call::OnCall;
use crate::language::words::Words;
use crate::language::{Language, edits};
use crate::schedule::{OverrideAction, Schedule, UserId};
use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How far a handoff is looked for.
const HANDOFF_WITHIN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Change who is on call for a while
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Append an override to the right file, or make it at a running server
    #[command(
        override_usage = "oncall override add <SCHEDULES> [--from <T>] <--until <T>|--for <D>>\n       \
            <--with <USERS>|--replace <USER> --with <USERS>|--add <USERS>>\n       [OPTIONS] [DIR]",
        after_help = format!("It goes into the file of an override it overlaps, or into overrides/<YYYY-MM>.yaml. With --url, \
                      it is made at the running server instead, with the token in ONCALL_TOKEN.\n\n{TIMES}")
    )]
    Add(Box<Add>),
    /// Write those that run at a server, or are to come, into overrides/run-time.yaml
    #[command(after_help = PULLING)]
    Pull(Pull),
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
    /// Its number, as `list` shows it, or its place in git: `overrides/2026.yaml:3`
    id: String,
    /// Who cannot
    #[arg(long = "as", value_name = "USER")]
    user: String,
    #[command(flatten)]
    server: Server,
}

/// What `pull` does, and for whom.
const PULLING: &str = "\
Each is written with its id. When that is in force, the server's own copy ends, and nobody is told again. \
Entries that have been over for 90 days are dropped. The file lies on top of the other files and may overlap them.

Environment:
  ONCALL_URL    the address of the server, unless --url gives it
  ONCALL_TOKEN  the value of one of the server's api_tokens";

#[derive(Debug, clap::Args)]
struct Add {
    /// The schedule; separate several with commas
    #[arg(add = complete::schedules(), value_name = "SCHEDULES", required_unless_present = "schedule")]
    id: Option<String>,
    /// The same, as an option
    #[arg(add = complete::schedules(), long, value_name = "IDS", value_delimiter = ',')]
    schedule: Vec<String>,
    /// Only this layer, by its name, in its own hours
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// From then, in the schedule's time zone [default: now]
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// Until then (excluded); `handoff` is when the next person's turn begins
    #[arg(long, value_name = "T", required_unless_present = "lasts")]
    until: Option<String>,
    /// For so long: `2h`, `30m`
    #[arg(long = "for", id = "lasts", value_name = "D", conflicts_with = "until")]
    lasts: Option<String>,
    /// Replace only this person by `--with`, if they are on call
    #[arg(add = complete::users(), long, value_name = "USER", requires = "with")]
    replace: Option<String>,
    /// Who is on call instead; separate several with commas; `nobody`, or `me` for the user in ONCALL_USER
    #[arg(add = complete::users(), long, value_name = "USERS", value_delimiter = ',', required_unless_present = "add")]
    with: Vec<String>,
    /// Who is on call in addition; separate several with commas
    #[arg(add = complete::users(), long, value_name = "USERS", value_delimiter = ',', conflicts_with_all = ["with", "replace"])]
    add: Vec<String>,
    /// The reason, for readers of the file
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Make it at this running server, at once
    #[arg(long, value_name = "URL", conflicts_with_all = ["write", "dry_run"])]
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

#[derive(Debug, clap::Args)]
struct Pull {
    /// Only show what would be written
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    spoken: Spoken,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    directory: Directory,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    match &arguments.command {
        Command::Add(add) if add.url.is_some() => add.at_server(),
        Command::Add(add) => edited::run(&add.options(), |subject| add.edit(subject)),
        Command::Pull(pull) => pull.run(),
        Command::List(list) => {
            let items = Items { list: "overrides", name: "id", line };
            list.watch.ask(&list.server, &Question::get("/v1/overrides"), items, text)
        }
        Command::End(end) => end.run("overrides"),
        Command::Cannot(Cannot { id, user, server }) => {
            server.ask(&Question::post(&format!("/v1/overrides/{id}/cannot"), json!({ "user": user })), said)
        }
    }
}

/// Who is on call by it.
fn change(it: &Value, answer: &Value) -> String {
    let language = spoken_by(answer);
    let with = Some(ids(&it["with"])).filter(|ids| !ids.is_empty());
    let with = with.unwrap_or_else(|| language.on_call(OnCall::Nobody));
    match (it["replace"].as_str(), it["add"].is_array()) {
        (Some(who), _) => commands::instead_of(&with, who).of(language).to_owned(),
        (None, true) => commands::also(&ids(&it["add"])).of(language).to_owned(),
        (None, false) => with,
    }
}

/// The schedule, and its layer where only that is changed.
fn place(it: &Value, answer: &Value) -> String {
    let schedule = it["schedule"].as_str().unwrap_or_default();
    let Some(layer) = it["layer"].as_str() else { return schedule.to_owned() };
    commands::in_layer(schedule, layer).of(spoken_by(answer)).to_owned()
}

fn line(it: &Value, answer: &Value) -> String {
    let (from, until) = (clock(&it["from"], answer), clock(&it["until"], answer));
    let (place, change) = (place(it, answer), change(it, answer));
    let what = format!("{}  {place}  {change}  {from} - {until}", id(it));
    format!("{what}  {}", why(it, answer, "  "))
}

fn text(answer: &Value) -> String {
    let all = answer["overrides"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return format!("{}\n", commands::no_overrides().of(spoken_by(answer)));
    }
    let row = |it: &Value| {
        let when = format!("{}\n{}", clock(&it["from"], answer), clock(&it["until"], answer));
        [id(it), place(it, answer), change(it, answer), when, why(it, answer, "\n")]
    };
    let columns =
        columns([Column::Id, Column::Schedule, Column::OnCall, Column::FromUntil, Column::Why], answer);
    table(columns.each_ref().map(String::as_str), &[0, 3], all.iter().map(row))
}

impl Arguments {
    /// `None`: it is about a server, and edits nothing.
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Option<Result<Edit, EditError>> {
        match &self.command {
            Command::Add(add) => add.url.is_none().then(|| add.edit(subject)),
            Command::Pull(_) | Command::List(_) | Command::End(_) | Command::Cannot(_) => None,
        }
    }
}

impl Pull {
    fn run(&self) -> Result<Output> {
        let answer = match self.server.answer(&Question::get("/v1/overrides"))? {
            Ok(answer) => answer,
            Err(refused) => return Ok(refused),
        };
        let all =
            answer["overrides"].as_array().ok_or_else(|| told(unreadable_answer(&answer.to_string())))?;
        // Those of git are listed beside them, by their place in place of a number, and are in the files already.
        let made = all.iter().filter(|it| it["id"].is_u64());
        let pulled: Vec<Pulled> = made.map(read).collect::<Result<_>>()?;
        let options = Options {
            write: !self.dry_run,
            dry_run: self.dry_run,
            spoken: self.spoken,
            directory: Directory { dir: self.directory.dir.clone() },
        };
        let mut language = Language::En;
        let mut left_out = Vec::new();
        let output = edited::maybe(&options, |subject| {
            language = subject.compiled.language;
            let (edit, why) = pull(subject, &pulled)?;
            left_out = why;
            Ok(edit)
        })?;
        let warning = commands::warning();
        let warned: String = left_out.iter().map(|why| format!("{}{why}\n", warning.of(language))).collect();
        let json = (self.server.format == Format::Json && output.exit == Exit::Fine).then(|| {
            format!(
                "{:#}\n",
                json!({ "file": PULLED, "overrides": answer["overrides"], "left_out": left_out })
            )
        });
        Ok(Output {
            out: json.unwrap_or(output.out),
            err: format!("{}{warned}", output.err),
            exit: output.exit,
        })
    }
}

/// One as the server lists it.
fn read(it: &Value) -> Result<Pulled> {
    let wrong = || told(unreadable_answer(&it.to_string()));
    let text = |key: &str| it[key].as_str().map(str::to_owned);
    let at = |key: &str| text(key).and_then(|said| said.parse().ok()).ok_or_else(wrong);
    let people = |key: &str| -> Option<Vec<UserId>> {
        it[key].as_array().map(|all| all.iter().filter_map(Value::as_str).map(UserId::from).collect())
    };
    let action = match (text("replace"), people("with"), people("add")) {
        (Some(who), Some(with), None) => OverrideAction::Replace { who: who.into(), with },
        (None, Some(with), None) => OverrideAction::Set(with),
        (None, None, Some(add)) => OverrideAction::Add(add),
        _ => return Err(wrong().into()),
    };
    let name = text("by").unwrap_or_default();
    let made = RunTimeOverride {
        schedule: text("schedule").ok_or_else(wrong)?.into(),
        layer: text("layer"),
        from: at("from")?,
        until: at("until")?,
        action,
        reason: text("reason"),
        by: Actor::Stranger { name, way: Via::Api },
        via: Via::Api,
    };
    Ok(Pulled { id: it["id"].as_u64().ok_or_else(wrong)?, made })
}

impl Add {
    /// The schedules: a word of its own, or the option, and then the word is the directory.
    fn schedules(&self) -> Vec<&str> {
        match &self.id {
            Some(ids) if self.schedule.is_empty() => ids.split(',').map(str::trim).collect(),
            _ => self.schedule.iter().map(|id| id.trim()).collect(),
        }
    }

    fn options(&self) -> Options {
        let dir = match &self.id {
            Some(dir) if !self.schedule.is_empty() => dir.into(),
            _ => self.options.directory.dir.clone(),
        };
        let Options { write, dry_run, spoken, .. } = self.options;
        Options { write, dry_run, spoken, directory: Directory { dir } }
    }

    fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let wish = self.wish(subject).map_err(|error| refused(&error))?;
        let schedules = &subject.config.schedules.schedules;
        let zone =
            wish.schedules.first().and_then(|id| schedules.get(*id)).map(|schedule| &schedule.time_zone);
        let ours = &subject.config.organisation.time_zone;
        let zone = zone.unwrap_or(ours);
        let [from, until] = [wish.from, wish.until].map(|at| in_zones(at, zone, ours));
        let mut edit = add_override(subject, &wish)?;
        if self.is_spoken() {
            let said = edits::from_until(&from, &until);
            edit.said.insert(0, said.of(subject.compiled.language).to_owned());
        }
        Ok(edit)
    }

    /// Whether a time is said that means another one tomorrow.
    fn is_spoken(&self) -> bool {
        let dated = |said: &Option<String>| said.as_ref().is_some_and(|it| it.trim().starts_with("20"));
        !dated(&self.from) || !dated(&self.until)
    }

    fn at_server(&self) -> Result<Output> {
        let server = Server { url: self.url.clone(), format: self.format.unwrap_or(Format::Text) };
        let people = |ids: &Vec<String>| -> Result<Option<Value>> {
            let ids: Vec<String> = ids.iter().map(|id| somebody(id)).collect::<Result<_>>()?;
            Ok((!ids.is_empty()).then(|| json!(ids)))
        };
        let (with, add) = (people(&self.with)?, people(&self.add)?);
        let replace = self.replace.as_deref().map(somebody).transpose()?;
        let mut done = Output::fine(String::new());
        for schedule in self.schedules() {
            let body = json!({
                "schedule": schedule, "layer": self.layer, "from": self.from, "until": self.until, "for": self.lasts, "with": with,
                "replace": replace, "add": add, "reason": self.reason, "confirm": self.confirm,
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
        let language = subject.compiled.language;
        let schedules = &subject.config.schedules.schedules;
        let mut named: Vec<&str> = Vec::new();
        let mut zone = &subject.config.organisation.time_zone;
        for id in self.schedules() {
            let (id, Schedule { time_zone, .. }) =
                known(subject.compiled.language, Noun::Schedule, schedules, id)?;
            if named.contains(&&**id) {
                return Err(no(language, &commands::named_twice(id)));
            }
            if named.is_empty() {
                zone = time_zone;
            }
            named.push(id);
        }
        let action = match &self.replace {
            Some(who) => OverrideAction::Replace {
                who: known(subject.compiled.language, Noun::User, &subject.config.users, &somebody(who)?)?
                    .0
                    .clone(),
                with: people(subject, &self.with)?,
            },
            None if self.add.is_empty() => OverrideAction::Set(people(subject, &self.with)?),
            None => OverrideAction::Add(people(subject, &self.add)?),
        };
        if matches!(&action, OverrideAction::Add(nobody) if nobody.is_empty()) {
            return Err(no(language, &edits::add_nobody()));
        }
        let first = named.first().copied().unwrap_or_default();
        let at = |said: &str, after: Timestamp| match typed(said, subject.now, zone, language)? {
            Moment::At(at) => Ok(at),
            Moment::Handoff => handoff(subject, first, after),
        };
        let from = match &self.from {
            Some(said) => minute(said, at(said, subject.now)?),
            None => minute("now", subject.now),
        };
        let until = match (&self.until, &self.lasts) {
            (Some(said), _) => minute(said, at(said, from.max(subject.now))?),
            (None, said) => {
                let said = said.as_deref().unwrap_or_default();
                let lasts = length(said)
                    .map_err(|why| no(language, &Words::same(language.not_a_moment(said, why))))?;
                from.checked_add(lasts)?
            }
        };
        let (layer, reason) = (self.layer.as_deref(), self.reason.as_deref());
        Ok(OverrideWish { schedules: named, from, until, layer, action, reason })
    }
}

/// When the schedule changes hands next.
fn handoff(subject: &Subject<'_>, schedule: &str, after: Timestamp) -> Result<Timestamp> {
    let next = subject.config.schedules.next_handoff(schedule, after, HANDOFF_WITHIN);
    let until = next.next.map(|_| next.until);
    until.with_context(|| edits::no_handoff_soon(schedule).of(subject.compiled.language).to_owned())
}

/// The id, or for `me` the user in ONCALL_USER.
fn somebody(id: &str) -> Result<String> {
    if id.trim() != "me" {
        return Ok(id.trim().to_owned());
    }
    Ok(environment("ONCALL_USER").ok_or_else(|| told(me_is_not_set()))?)
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
        let (id, _) = known(subject.compiled.language, Noun::User, &subject.config.users, &somebody(name)?)?;
        if people.contains(id) {
            return Err(no(subject.compiled.language, &commands::named_twice(id)));
        }
        people.push(id.clone());
    }
    Ok(people)
}
