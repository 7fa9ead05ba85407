//! `oncall healthcheck`: whether the server on this machine is healthy, for containers, which have no curl.

use super::serve::runtime;
use super::spoken::{caused, error_line, reader, sentence};
use super::{Exit, Output};
use crate::language::failed::{cannot_reach, url_answers};
use anyhow::Result;
use std::time::Duration;

/// How long the answer may take; Docker's own limit is 30 s.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Ask the server on this machine whether its engine takes turns
///
/// For the health check of a container, and for scripts. It asks for /healthz, which needs no token.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 healthy, 3 not.")]
pub struct Arguments {
    /// The address of the server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", env = "ONCALL_HEALTH_URL")]
    pub url: String,
}

/// Asks once.
pub fn run(arguments: &Arguments) -> Result<Output> {
    let url = format!("{}/healthz", arguments.url.trim_end_matches('/'));
    let asked = async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(ANSWER_MAX).no_proxy().build()?;
        let answer =
            client.get(&url).send().await.map_err(|error| caused(cannot_reach(&url), error.without_url()))?;
        anyhow::Ok((answer.status().as_u16(), answer.text().await.unwrap_or_default()))
    };
    let language = reader();
    let (err, exit) = match runtime()?.block_on(asked) {
        Ok((200, _)) => return Ok(Output::fine(String::new())),
        Ok((status, said)) => (url_answers(&url, status, said.trim()).of(language).to_owned(), Exit::Server),
        Err(error) => (sentence(&error, language), Exit::Server),
    };
    Ok(Output { out: String::new(), err: error_line(language, &err), exit })
}
