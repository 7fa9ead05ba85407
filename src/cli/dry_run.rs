//! `oncall dry-run`: what a change does ([`compare`](super::compare)), or who an alert would reach.
//!
//! The body is parsed as the server parses it, but needs no secret. Its alerts are then played together through the server's
//! state machine, beside what is open ([`already`](super::already)). [`told`](super::told) formats the result.

use super::already::already;
use super::directory::{Directory, now};
use super::instant::{instant, parse_duration};
use super::known::known;
use super::spoken::{Spoken, Told, no, told};
use super::told::{Played, json, text};
use super::told_shown::Shown;
use super::{Output, body, complete};
use crate::integration::read_trusted;
use crate::language::commands::Noun;
use crate::language::failed::{not_as_markdown, not_so_many_days};
use crate::preview::Script;
use crate::preview::together::simulate_together;
use anyhow::Result;
use jiff::SignedDuration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far an alert is played if nobody acknowledges.
pub(super) const HORIZON: SignedDuration = SignedDuration::from_hours(2);

/// Preview a change (whose shifts move, whom alerts reach), or who would be told about an alert
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --alert, compares the config with another version of itself. With --alert, plays the alert as \
    if nobody (or somebody) acknowledged. Sends nothing."
)]
pub struct Arguments {
    /// Compare with this revision of the repository around DIR, or with this directory [default: where the branch
    /// left origin's]
    #[arg(long, value_name = "REV|DIR", conflicts_with = "alert")]
    pub base: Option<String>,
    /// The number of days to compare
    #[arg(long, value_name = "N", default_value = "28", value_parser = days, conflicts_with = "alert")]
    pub days: u16,
    /// Exit with 1 if the change does this
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', conflicts_with = "alert")]
    pub fail_on: Vec<FailOn>,
    /// Play an alert: a file with the webhook's body as the monitor posts it; `-` reads standard input
    #[arg(long, value_name = "FILE", requires = "integration")]
    pub alert: Option<PathBuf>,
    /// The integration that receives it
    #[arg(add = complete::integrations(), long, value_name = "ID", requires = "alert")]
    pub integration: Option<String>,
    /// What is open already: a server's address (with ONCALL_TOKEN), a file that `/v1/incidents` wrote, or a state
    /// directory. Or other alerts that fire and that somebody has taken: a file with a webhook's body, `ID=FILE` where
    /// another integration receives it; may be repeated
    #[arg(long, value_name = "FILE|URL|DIR", requires = "alert")]
    pub open: Vec<String>,
    /// When it arrives: `2026-12-05 02:00` in the organisation's time zone, or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    pub at: Option<String>,
    /// Somebody acknowledges after this long, such as `7m` [default: nobody does]
    #[arg(long, value_name = "D", value_parser = parse_duration, requires = "alert")]
    pub acknowledge_after: Option<SignedDuration>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub spoken: Spoken,
    #[command(flatten)]
    pub directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For a comment on a pull request; not with --alert
    Markdown,
    /// For programs
    Json,
}

/// What a pull request should not do unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// The people on call change, now or at the next handoff
    NowChanges,
    /// A gap opens in a schedule that is kept, unless an override asks for it
    Gaps,
    /// An alert that paged somebody now pages nobody
    Unpaged,
}

/// Plays an alert.
pub(super) fn play(arguments: &Arguments, alert: &Path, integration: &str) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let language = arguments.spoken.of(config);
    let (_, endpoint) = known(language, Noun::Integration, &config.endpoints, integration)?;
    let zone = &config.organisation.time_zone;
    let at = arguments.at.as_deref().map_or_else(|| Ok(now()), |text| instant(text, zone, language))?;
    let body = body::read(alert)?;
    let open = match already(config, endpoint, &arguments.open, at, language)? {
        Ok(open) => open,
        Err(refused) => return Ok(refused),
    };
    let config = Arc::new(config.clone());
    let acknowledge_after = arguments.acknowledge_after;
    let script = Script { acknowledge_after, horizon: HORIZON.max(acknowledge_after.unwrap_or_default()) };
    let events = read_trusted(endpoint, &body, at);
    let simulated = simulate_together(&config, open.before, &events, at, &script);
    let played = Played { events, simulated, without_labels: open.without_labels };
    let language = arguments.spoken.of(&config);
    Ok(Output::fine(match arguments.format {
        Format::Text => text(Shown { config: &config, language, at }, script.horizon, &played),
        Format::Markdown => return Err(no(language, &not_as_markdown())),
        Format::Json => json(at, &played),
    }))
}

/// A longer range than this is refused.
pub(super) const DAYS_MAX: u16 = 400;

fn days(text: &str) -> Result<u16, Told> {
    let days = text.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
    days.ok_or_else(|| told(not_so_many_days(DAYS_MAX)))
}
