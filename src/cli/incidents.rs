//! `oncall incidents`: the incidents of a running server.

use super::Output;
use super::remote::{ENVIRONMENT, Question, Server, clock};
use super::table::table;
use anyhow::Result;
use serde_json::Value;

/// List the incidents of a running server, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    /// `open`, `triggered`, `acknowledged` or `resolved`
    #[arg(long, default_value = "open")]
    status: String,
    /// Of this service
    #[arg(long, value_name = "ID")]
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
    /// Those before this one
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let mut question = Question::get("/v1/incidents");
    question.query = vec![("status", arguments.status.clone()), ("limit", arguments.limit.to_string())];
    let filters = [
        ("service", &arguments.service),
        ("severity", &arguments.severity),
        ("urgency", &arguments.urgency),
        ("before", &arguments.before),
    ];
    question.query.extend(filters.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    arguments.server.ask(&question, |answer| text(answer, arguments.limit))
}

fn text(answer: &Value, limit: u32) -> String {
    let incidents = answer["incidents"].as_array().map(Vec::as_slice).unwrap_or_default();
    if incidents.is_empty() {
        return "no incidents\n".to_owned();
    }
    let cell = |incident: &Value, key: &str| incident[key].as_str().unwrap_or("-").to_owned();
    let row = |incident: &Value| {
        let who = incident["acknowledged_by"].as_str().map(|who| format!("\n{who}")).unwrap_or_default();
        let until = &incident["held"]["until"];
        let held = until.is_string().then(|| format!("\nheld until {}", clock(until, answer)));
        let held = held.unwrap_or_default();
        [
            cell(incident, "id"),
            format!("{}{who}{held}", cell(incident, "status")),
            cell(incident, "severity"),
            cell(incident, "service"),
            cell(incident, "summary"),
        ]
    };
    let rows = table(["Id", "Status", "Severity", "Service", "Summary"], &[0, 2], incidents.iter().map(row));
    let full = u32::try_from(incidents.len()).is_ok_and(|count| count >= limit);
    let more = answer["next_before"].as_str().filter(|_| full);
    more.map_or_else(|| rows.clone(), |id| format!("{rows}\nmay go on: --before {id}\n"))
}
