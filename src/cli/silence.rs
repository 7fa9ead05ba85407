//! `oncall silence`: mutes pages for a while, at a running server.

use super::remote::{ENVIRONMENT, Question, Server, clock, segment};
use super::table::table;
use super::watch::{Items, Watch};
use super::{Output, complete};
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// Mute pages for a while, at a running server
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Begin a silence
    #[command(after_help = ENVIRONMENT)]
    Add(Add),
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
    /// Everything
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
    /// Do it although something warns of it
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    server: Server,
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
        Command::Add(add) => add.run(),
        Command::List(list) => {
            let items = Items { list: "silences", name: "id", line };
            list.watch.ask(&list.server, &Question::get("/v1/silences"), items, text)
        }
        Command::End(end) => end.run("silences"),
    }
}

impl Add {
    fn run(&self) -> Result<Output> {
        let mut when: Map<String, Value> = Map::new();
        for text in &self.when {
            let (key, pattern) = text
                .split_once('=')
                .with_context(|| format!("`{text}` should be KEY=PATTERN, as in labels.env=staging"))?;
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
pub(super) fn why(it: &Value, between: &str) -> String {
    let by = it["by"].as_str().map(|by| format!("by {by}"));
    let reason = it["reason"].as_str().filter(|reason| !reason.is_empty()).map(str::to_owned);
    reason.into_iter().chain(by).collect::<Vec<_>>().join(between)
}

/// What it mutes.
fn scope(it: &Value) -> Vec<String> {
    let when = it["when"].as_object().into_iter().flatten();
    let when = when.map(|(key, patterns)| format!("{key}: {}", ids(patterns)));
    let services = Some(ids(&it["services"])).filter(|ids| !ids.is_empty());
    let scope: Vec<String> = services.into_iter().chain(when).collect();
    if scope.is_empty() { vec!["everything".to_owned()] } else { scope }
}

fn line(it: &Value, answer: &Value) -> String {
    let (from, until) = (clock(&it["from"], answer), clock(&it["until"], answer));
    format!("{}  {}  {from} - {until}  {}", id(it), scope(it).join(", "), why(it, "  "))
}

fn text(answer: &Value) -> String {
    let all = answer["silences"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return "no silences\n".to_owned();
    }
    let row = |it: &Value| {
        let scope = scope(it).join("\n");
        let when = format!("{}\n{}", clock(&it["from"], answer), clock(&it["until"], answer));
        [id(it), scope, when, why(it, "\n")]
    };
    table(["Id", "Mutes", "From, until", "Why"], &[0, 2], all.iter().map(row))
}
