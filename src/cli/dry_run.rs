//! `oncall dry-run`: what a change does ([`compare`](super::compare)), or who an alert would reach.
//!
//! The body is parsed as the server parses it, but needs no secret. Each alert in it is then played alone through the
//! server's state machine. [`told`](super::told) formats the result.

use super::directory::{Directory, now};
use super::instant::instant;
use super::known::known;
use super::spoken::Spoken;
use super::told::{Played, json, text};
use super::{Output, body, complete};
use crate::alert::{Action, Event};
use crate::config::{Config, Endpoint};
use crate::integration::read_trusted;
use crate::language::commands::Noun;
use crate::preview::{Script, simulate_over};
use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
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
    /// Another alert that fires already and that somebody has taken: a file with a webhook's body, `ID=FILE` where
    /// another integration receives it; may be repeated
    #[arg(long, value_name = "FILE", requires = "alert")]
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
    let open = opened(config, endpoint, &arguments.open, at)?;
    let config = Arc::new(config.clone());
    let acknowledge_after = arguments.acknowledge_after;
    let script = Script { acknowledge_after, horizon: HORIZON.max(acknowledge_after.unwrap_or_default()) };
    let played: Vec<Played> = read_trusted(endpoint, &body, at)
        .into_iter()
        .map(|event| {
            let simulated = (event.action == Action::Trigger)
                .then(|| simulate_over(&config, open.clone(), event.clone(), at, &script));
            Played { event, simulated }
        })
        .collect();
    Ok(Output::fine(match arguments.format {
        Format::Text => text(&config, at, script.horizon, &played),
        Format::Markdown => bail!("an alert is played as text or json: `--format text`"),
        Format::Json => json(at, &played),
    }))
}

/// The alerts of each body that fire; `ID=FILE` names the integration that receives it.
fn opened(config: &Config, endpoint: &Endpoint, bodies: &[String], at: Timestamp) -> Result<Vec<Event>> {
    let mut open = Vec::new();
    for named in bodies {
        let (endpoint, file) = match named.split_once('=') {
            Some((id, file)) => {
                (known(config.organisation.language, Noun::Integration, &config.endpoints, id)?.1, file)
            }
            None => (endpoint, named.as_str()),
        };
        let events = read_trusted(endpoint, &body::read(Path::new(file))?, at);
        let known = open.len();
        open.extend(events.into_iter().filter(|event| event.action == Action::Trigger));
        if open.len() == known {
            bail!("--open {named}: nothing in it fires");
        }
    }
    Ok(open)
}

/// `30s`, `5m`, `1h30m`.
pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let duration: Option<SignedDuration> = text.parse().ok();
    duration
        .filter(SignedDuration::is_positive)
        .ok_or_else(|| "write a duration such as 30s, 5m or 1h30m".to_owned())
}

/// A longer range than this is refused.
pub(super) const DAYS_MAX: u16 = 400;

fn days(text: &str) -> Result<u16, String> {
    let days = text.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
    days.ok_or_else(|| format!("write a number of days from 1 to {DAYS_MAX}"))
}
