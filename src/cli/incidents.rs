//! `oncall incidents`: the incidents of a running server.

use super::remote::{ENVIRONMENT, Question, Server, clock, spoken_by};
use super::table::table;
use super::watch::{Items, Watch};
use super::{Output, complete};
use crate::language::asked::{self, Head, value};
use anyhow::Result;
use serde_json::Value;

/// List the incidents of a running server, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    /// `open`, `triggered`, `acknowledged` or `resolved`
    #[arg(long, default_value = "open")]
    status: String,
    /// The same as `--status resolved`: what closed, as far back as history is kept
    #[arg(long, conflicts_with = "status")]
    closed: bool,
    /// With these words in the summary, the service or an alert's key
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// Somebody who was paged, has it or closed it
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// Opened at this time or later: `2026-11-01`, `2026-11-30 18:00`
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Opened before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Of this service
    #[arg(add = complete::services(), long, value_name = "ID")]
    service: Option<String>,
    /// `critical`, `error`, `warning` or `info`
    #[arg(long)]
    severity: Option<String>,
    /// `high`, `low` or `none`
    #[arg(long)]
    urgency: Option<String>,
    /// At most so many, up to 100
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Those before this one, as the page before said
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    #[command(flatten)]
    watch: Watch,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let mut question = Question::get("/v1/incidents");
    let status = if arguments.closed { "resolved".to_owned() } else { arguments.status.clone() };
    question.query = vec![("status", status), ("limit", arguments.limit.to_string())];
    let filters = [
        ("service", &arguments.service),
        ("severity", &arguments.severity),
        ("urgency", &arguments.urgency),
        ("before", &arguments.before),
        ("text", &arguments.text),
        ("person", &arguments.person),
        ("from", &arguments.from),
        ("until", &arguments.until),
    ];
    question.query.extend(filters.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    let items = Items { list: "incidents", name: "id", line };
    arguments.watch.ask(&arguments.server, &question, items, text)
}

fn line(incident: &Value, answer: &Value) -> String {
    let said = |key: &str| incident[key].as_str().unwrap_or("-");
    let language = spoken_by(answer);
    let who = incident["acknowledged_by"].as_str().map(|who| asked::by(who).of(language).to_owned());
    let who = who.unwrap_or_default();
    let (id, status, severity) =
        (said("id"), value(said("status"), language), value(said("severity"), language));
    format!("{id}  {status}{who}  {severity}  {}  {}", said("service"), said("summary"))
}

fn text(answer: &Value) -> String {
    let language = spoken_by(answer);
    let incidents = answer["incidents"].as_array().map(Vec::as_slice).unwrap_or_default();
    if incidents.is_empty() {
        return format!("{}\n", asked::no_incidents().of(language));
    }
    let cell = |incident: &Value, key: &str| incident[key].as_str().unwrap_or("-").to_owned();
    let word = |incident: &Value, key: &str| value(&cell(incident, key), language).to_owned();
    let row = |incident: &Value| {
        let who = incident["acknowledged_by"].as_str().map(|who| format!("\n{who}")).unwrap_or_default();
        let held = Some(&incident["held_back"]).filter(|held| held["by"] == "wait");
        let held = held.map(|held| asked::held_until(&clock(&held["until"], answer)));
        let held = held.map(|held| format!("\n{}", held.of(language))).unwrap_or_default();
        [
            cell(incident, "id"),
            format!("{}{who}{held}", word(incident, "status")),
            word(incident, "severity"),
            cell(incident, "service"),
            cell(incident, "summary"),
        ]
    };
    let heads = [Head::Id, Head::Status, Head::Severity, Head::Service, Head::Summary].map(Head::title);
    let heads = heads.each_ref().map(|head| head.of(language));
    let rows = table(heads, &[0, 2], incidents.iter().map(row));
    let more = answer["next_before"].as_str();
    more.map_or_else(|| rows.clone(), |id| format!("{rows}\n{}\n", asked::there_are_more(id).of(language)))
}
