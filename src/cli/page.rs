//! `oncall page`: declares an incident at a running server.

use super::remote::{ENVIRONMENT, Question, Server};
use super::{Output, complete};
use anyhow::Result;
use serde_json::json;

/// Declare an incident at a running server: people are really paged
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    /// The service that is in trouble
    #[arg(add = complete::services())]
    service: String,
    /// What is wrong, in one line
    #[arg(required = true)]
    text: Vec<String>,
    /// `critical`, `error`, `warning` or `info`
    #[arg(long, default_value = "critical")]
    severity: String,
    /// More about it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let body = json!({
        "service": arguments.service,
        "summary": arguments.text.join(" "),
        "severity": arguments.severity,
        "description": arguments.description,
    });
    arguments.server.ask(&Question::post("/v1/incidents", body), |answer| {
        let said = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        let urgency = said("urgency");
        format!("{} is declared, with urgency {urgency}\n", said("id"))
    })
}
