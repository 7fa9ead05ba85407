//! `oncall dry-run --alert`: who would be told what, how and when.

use super::Output;
use super::directory::Directory;
use anyhow::{Result, bail};
use jiff::SignedDuration;
use std::path::PathBuf;

/// Play an alert: who would be told what, how and when, if nobody (or somebody) reacted
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing is sent. FILE is what the monitor would post: `-` reads standard input.")]
pub struct Arguments {
    /// The body of the webhook, as the monitor posts it
    #[arg(long, value_name = "FILE")]
    pub alert: PathBuf,
    /// The integration it is posted to
    #[arg(long, value_name = "ID")]
    pub integration: String,
    /// At this instant: `2026-12-05 02:00` in the organisation's time zone, or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    pub at: Option<String>,
    /// Somebody acknowledges after so long, as in `7m` [default: nobody does]
    #[arg(long, value_name = "D", value_parser = parse_duration)]
    pub acknowledge_after: Option<SignedDuration>,
    #[command(flatten)]
    pub directory: Directory,
}

pub(super) fn run(_: &Arguments) -> Result<Output> {
    bail!("`dry-run` is not part of this build")
}

/// `30s`, `5m`, `1h30m`.
pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let duration: Option<SignedDuration> = text.parse().ok();
    duration
        .filter(SignedDuration::is_positive)
        .ok_or_else(|| "write a duration such as 30s, 5m or 1h30m".to_owned())
}
