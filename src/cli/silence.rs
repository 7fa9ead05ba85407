//! `oncall silence`: mutes pages for a while, in the files of the config or at a running server.

use super::directory::Directory;
use super::edited::{self, Options, refused};
use super::instant::{TIMES, minute, typed};
use super::known::known;
use super::remote::{ENVIRONMENT, Question, Server, clock, environment, segment, spoken_by};
use super::spoken::{Spoken, no, told};
use super::table::table;
use super::watch::{Items, Watch};
use super::{Output, complete};
use crate::edit::{Edit, EditError, SilenceWish, Subject, add_silence};
use crate::language::added::NotAdded;
use crate::language::commands::{self, Column, Noun};
use crate::language::failed::not_a_condition;
use crate::language::moment::{Moment, length};
use crate::language::words::Words;
use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Mute pages for a while
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Begin a silence: in silences/<YYYY-MM>.yaml, or at a running server
    #[command(after_help = format!("\
With --url, or ONCALL_URL and none of --write, --dry-run and DIR, it begins at the running server at once; otherwise it is \
written into the repository.\n\n{TIMES}\n\n{ENVIRONMENT}"))]
    Add(Box<Add>),
    /// List those that run or are to come
    #[command(after_help = ENVIRONMENT)]
    List(List),
    /// End one now
    #[command(after_help = ENVIRONMENT)]
    End(End),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Of these services; separate several with commas
    #[arg(add = complete::services(), long, value_name = "IDS", value_delimiter = ',')]
    service: Vec<String>,
    /// Of alerts that match, as in labels.env=staging; all that are given must
    #[arg(long, value_name = "KEY=PATTERN")]
    when: Vec<String>,
    /// Everything, at a running server
    #[arg(long, conflicts_with_all = ["service", "when"])]
    everything: bool,
    /// From then: `18:00`, `mon 10:00`, or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// Until then: `2h`, `18:00`, `tomorrow 10:00`, or RFC 3339
    #[arg(long, value_name = "T", required_unless_present = "lasts")]
    until: Option<String>,
    /// For so long: `2h`, `30m`
    #[arg(long = "for", id = "lasts", value_name = "D", conflicts_with = "until")]
    lasts: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// At a server: do it although something warns of it
    #[arg(long)]
    confirm: bool,
    /// Write the file; without it, show the change, and ask where there is a terminal
    #[arg(long, conflicts_with = "url")]
    write: bool,
    /// Only show the change, and ask nothing
    #[arg(long, conflicts_with_all = ["url", "write"])]
    dry_run: bool,
    #[command(flatten)]
    spoken: Spoken,
    #[command(flatten)]
    server: Server,
    /// The config directory: the one with oncall.yaml [default: .]
    #[arg(value_name = "DIR", conflicts_with = "url")]
    dir: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    pub watch: Watch,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, clap::Args)]
pub(super) struct End {
    /// Its number, as `list` shows it, or its place in git, as in overrides/2026.yaml:3
    pub id: String,
    #[command(flatten)]
    pub server: Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    match &arguments.command {
        Command::Add(add) if add.is_at_server() => add.at_server(),
        Command::Add(add) => edited::run(&add.options(), |subject| add.edit(subject)),
        Command::List(list) => {
            let items = Items { list: "silences", name: "id", line };
            list.watch.ask(&list.server, &Question::get("/v1/silences"), items, text)
        }
        Command::End(end) => end.run("silences"),
    }
}

impl Arguments {
    /// `None`: it is about a server, and edits nothing.
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Option<Result<Edit, EditError>> {
        match &self.command {
            Command::Add(add) => (!add.is_at_server()).then(|| add.edit(subject)),
            Command::List(_) | Command::End(_) => None,
        }
    }
}

impl Add {
    fn is_at_server(&self) -> bool {
        let files = self.write || self.dry_run || self.dir.is_some();
        self.server.url.is_some() || (!files && environment("ONCALL_URL").is_some())
    }

    fn options(&self) -> Options {
        let dir = self.dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let (write, dry_run, spoken) = (self.write, self.dry_run, self.spoken);
        Options { write, dry_run, spoken, directory: Directory { dir } }
    }

    fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let language = subject.compiled.language;
        let no = |why: NotAdded<'_>| Err(EditError::Asked(language.not_added(why)));
        if self.everything {
            return no(NotAdded::EverythingInGit);
        }
        let mut when: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for text in &self.when {
            let Some((key, pattern)) = text.split_once('=') else {
                return no(NotAdded::NotAPattern { text });
            };
            when.entry(key.trim()).or_default().push(pattern);
        }
        let mut services: Vec<&str> = Vec::new();
        for id in &self.service {
            let (id, _) = known(language, Noun::Service, &subject.config.services, id.trim())
                .map_err(|error| refused(&error))?;
            if services.contains(&&**id) {
                return no(NotAdded::NamedTwice { id });
            }
            services.push(id);
        }
        let (from, until) = self.time(subject).map_err(|error| refused(&error))?;
        add_silence(subject, &SilenceWish { services, when, from, until, reason: &self.reason })
    }

    fn time(&self, subject: &Subject<'_>) -> Result<(Timestamp, Timestamp)> {
        let (zone, language) = (&subject.config.organisation.time_zone, subject.compiled.language);
        let at = |said: &str, now: Timestamp| match typed(said, now, zone, language)? {
            Moment::At(at) => Ok(minute(said, at)),
            Moment::Handoff => Err(no(language, &commands::silence_until_handoff(said))),
        };
        let from = at(self.from.as_deref().unwrap_or("now"), subject.now)?;
        let until = match (&self.until, &self.lasts) {
            (Some(said), _) => at(said, from.max(subject.now))?,
            (None, said) => {
                let said = said.as_deref().unwrap_or_default();
                let lasts = length(said)
                    .map_err(|why| no(language, &Words::same(language.not_a_moment(said, why))))?;
                from.checked_add(lasts)?
            }
        };
        Ok((from, until))
    }

    fn at_server(&self) -> Result<Output> {
        let mut when: Map<String, Value> = Map::new();
        for text in &self.when {
            let (key, pattern) = text.split_once('=').ok_or_else(|| told(not_a_condition(text)))?;
            match when.entry(key.to_owned()).or_insert_with(|| json!([])) {
                Value::Array(patterns) => patterns.push(json!(pattern)),
                other => *other = json!([pattern]),
            }
        }
        let body = json!({
            "services": self.service, "when": when, "everything": self.everything, "from": self.from,
            "until": self.until, "for": self.lasts, "reason": self.reason, "confirm": self.confirm,
        });
        self.server.ask(&Question::post("/v1/silences", body), said)
    }
}

impl End {
    pub(super) fn run(&self, kind: &str) -> Result<Output> {
        // A place holds slashes, which the server takes as they are.
        let id: Vec<String> = self.id.split('/').map(segment).collect();
        self.server.ask(&Question::delete(&format!("/v1/{kind}/{}", id.join("/"))), said)
    }
}

/// What the server says was done.
pub(super) fn said(answer: &Value) -> String {
    format!("{}\n", answer["text"].as_str().unwrap_or("Done."))
}

/// Ids, with commas.
pub(super) fn ids(list: &Value) -> String {
    let ids = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    ids.collect::<Vec<_>>().join(", ")
}

/// Its number, or its place in git.
pub(super) fn id(it: &Value) -> String {
    it["id"].as_str().map_or_else(|| it["id"].to_string(), str::to_owned)
}

/// Its reason, and who made it; nobody is named for what is in git.
pub(super) fn why(it: &Value, answer: &Value, between: &str) -> String {
    let language = spoken_by(answer);
    let by = it["by"].as_str().map(|by| commands::made_by(by).of(language).to_owned());
    let reason = it["reason"].as_str().filter(|reason| !reason.is_empty()).map(str::to_owned);
    reason.into_iter().chain(by).collect::<Vec<_>>().join(between)
}

/// What it mutes.
fn scope(it: &Value, answer: &Value) -> Vec<String> {
    let when = it["when"].as_object().into_iter().flatten();
    let when = when.map(|(key, patterns)| format!("{key}: {}", ids(patterns)));
    let services = Some(ids(&it["services"])).filter(|ids| !ids.is_empty());
    let scope: Vec<String> = services.into_iter().chain(when).collect();
    let everything = || vec![commands::everything().of(spoken_by(answer)).to_owned()];
    if scope.is_empty() { everything() } else { scope }
}

/// The headings of a list, in the language of the answer.
pub(super) fn columns<const N: usize>(of: [Column; N], answer: &Value) -> [String; N] {
    of.map(|it| commands::column(it).of(spoken_by(answer)).to_owned())
}

fn line(it: &Value, answer: &Value) -> String {
    let (from, until) = (clock(&it["from"], answer), clock(&it["until"], answer));
    format!("{}  {}  {from} - {until}  {}", id(it), scope(it, answer).join(", "), why(it, answer, "  "))
}

fn text(answer: &Value) -> String {
    let all = answer["silences"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return format!("{}\n", commands::no_silences().of(spoken_by(answer)));
    }
    let row = |it: &Value| {
        let scope = scope(it, answer).join("\n");
        let when = format!("{}\n{}", clock(&it["from"], answer), clock(&it["until"], answer));
        [id(it), scope, when, why(it, answer, "\n")]
    };
    let header = columns([Column::Id, Column::Mutes, Column::FromUntil, Column::Why], answer);
    table(header.each_ref().map(String::as_str), &[0, 2], all.iter().map(row))
}
