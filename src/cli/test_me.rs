//! `oncall test-me`: a person tries out how they are reached, at a running server and without its secrets.

use super::remote::{ENVIRONMENT, Question, Server};
use super::{Output, complete};
use anyhow::Result;
use serde_json::{Value, json};

/// Send yourself a test by one of your own ways, at a running server
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Arguments {
    /// Who you are; the token must be allowed to `act_for` people
    #[arg(add = complete::users(), long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    /// The way, as in your rules: `call`, `sms`, `email` … [default: what rings first by them]
    #[arg(long, value_name = "WAY")]
    by: Option<String>,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let question = Question::post("/v1/test", json!({ "by": arguments.by })).acting_for(&arguments.user);
    arguments.server.ask(&question, |answer: &Value| {
        let said = answer["text"].as_str().unwrap_or_default();
        format!("{said} How it went is said by another of your ways.\n")
    })
}
