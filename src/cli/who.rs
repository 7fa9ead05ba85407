//! `oncall who`: who is on call at an instant, from which layer or override, until when, and who is next.

use super::Output;
use super::directory::{Directory, now};
use super::instant::{instant, local, zone_name};
use super::known::known;
use super::table::table;
use crate::config::Config;
use crate::schedule::{Handover, OnCall, Source, UserId};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How far ahead the next hand-over is looked for.
const HORIZON: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Who is on call, from which layer or override, until when, and who is next
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this schedule [default: all]
    #[arg(long, value_name = "ID")]
    schedule: Option<String>,
    /// At this instant: `2026-12-05 10:00` in the organisation's time zone, or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    at: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let zone = &config.organisation.time_zone;
    let at = arguments.at.as_deref().map_or_else(|| Ok(now()), |text| instant(text, zone))?;
    let ids: Vec<&str> = match &arguments.schedule {
        Some(id) => vec![known("schedule", &config.schedules.schedules, id)?.0],
        None => config.schedules.schedules.keys().map(|id| &**id).collect(),
    };
    let answers = ids.into_iter().map(|id| (id, config.schedules.next_handover(id, at, HORIZON)));
    Ok(Output::fine(match arguments.format {
        Format::Text => text(config, at, answers),
        Format::Json => format!("{:#}\n", Value::Array(answers.map(|(id, it)| object(id, &it)).collect())),
    }))
}

/// Where it follows from, as the config page writes it: `layer/weekly`, or an override's `file:line`.
pub(super) fn source(on_call: &OnCall) -> Option<String> {
    match &on_call.source {
        Source::Nobody => None,
        Source::Layer(name) => Some(format!("layer/{name}")),
        Source::Override(place) => Some(place.to_string()),
    }
}

/// `田中 太郎 (tanaka), 佐藤 花子 (sato)`, or `nobody`.
pub(super) fn people(config: &Config, on_call: &OnCall) -> String {
    let mut names: Vec<String> = on_call.users.iter().map(|id| named(config, id)).collect();
    if names.is_empty() {
        names.push("nobody".to_owned());
    }
    names.extend(on_call.shadows.iter().map(|id| format!("{} as shadow", named(config, id))));
    names.join(", ")
}

/// `田中 太郎 (tanaka)`
pub(super) fn named(config: &Config, id: &UserId) -> String {
    config.users.get(id).map_or_else(|| id.to_string(), |user| format!("{} ({id})", user.name))
}

fn text<'a>(config: &Config, at: Timestamp, answers: impl Iterator<Item = (&'a str, Handover)>) -> String {
    let zone = &config.organisation.time_zone;
    let row = |(id, handover): (&str, Handover)| {
        let by = source(&handover.on_call).map_or_else(String::new, |by| format!("\nby {by}"));
        let until = match &handover.next {
            Some(next) => format!("{}\nthen {}", local(handover.until, zone), people(config, next)),
            None => "(no change)".to_owned(),
        };
        [id.to_owned(), format!("{}{by}", people(config, &handover.on_call)), until]
    };
    let rows = table(["Schedule", "On call", "Until"], &[0], answers.map(row));
    format!("{} ({})\n\n{rows}", local(at, zone), zone_name(zone))
}

fn object(id: &str, handover: &Handover) -> Value {
    json!({
        "schedule": id,
        "users": handover.on_call.users,
        "shadows": handover.on_call.shadows,
        "source": source(&handover.on_call),
        "until": handover.next.as_ref().map(|_| handover.until.to_string()),
        "next": handover.next.as_ref().map(|next| json!({
            "users": next.users, "shadows": next.shadows, "source": source(next),
        })),
    })
}
