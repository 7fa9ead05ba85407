//! `oncall who`: who is on call at an instant, by which rule, until when, and who is next.

use super::Output;
use super::directory::{Directory, now};
use super::instant::{instant, local, zone_name};
use super::known::known;
use super::people::{name, names};
use super::table::table;
use crate::config::Config;
use crate::preview::on_call::{HORIZON, who_object};
use crate::schedule::{Handover, Reason, UserId};
use anyhow::Result;
use jiff::Timestamp;
use serde_json::Value;

/// Show who is on call, from which layer or override, until when, and who is next
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

/// One schedule at this instant.
struct WhoAnswer<'c> {
    schedule: &'c str,
    handover: Handover,
    reason: Reason<'c>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let schedules = &config.schedules;
    let zone = &config.organisation.time_zone;
    let at = arguments.at.as_deref().map_or_else(|| Ok(now()), |text| instant(text, zone))?;
    let ids: Vec<&str> = match &arguments.schedule {
        Some(id) => vec![known("schedule", &schedules.schedules, id)?.0],
        None => schedules.schedules.keys().map(|id| &**id).collect(),
    };
    let answers = ids.into_iter().map(|schedule| WhoAnswer {
        schedule,
        handover: schedules.next_handover(schedule, at, HORIZON),
        reason: schedules.reason(schedule, at),
    });
    Ok(Output::fine(match arguments.format {
        Format::Text => text(config, at, answers),
        Format::Json => format!("{:#}\n", Value::Array(answers.map(|answer| object(&answer)).collect())),
    }))
}

fn text<'c>(config: &Config, at: Timestamp, answers: impl Iterator<Item = WhoAnswer<'c>>) -> String {
    let zone = &config.organisation.time_zone;
    let row = |answer: WhoAnswer<'c>| [answer.schedule.to_owned(), lines(config, at, &answer).join("\n")];
    let rows = table(["Schedule", "On call"], &[0], answers.map(row));
    format!("{} ({})\n\n{rows}", local(at, zone), zone_name(zone))
}

/// Who is on call, by which rules, and until when.
fn lines(config: &Config, at: Timestamp, answer: &WhoAnswer<'_>) -> Vec<String> {
    let zone = &config.organisation.time_zone;
    let WhoAnswer { handover, reason, .. } = answer;
    let mut lines = vec![names(config, &handover.on_call.users)];
    if !handover.on_call.shadows.is_empty() {
        lines.push(format!("shadow {}", names(config, &handover.on_call.shadows)));
    }
    let rules = reason.layer.iter().chain(&reason.beside);
    lines.extend(rules.map(|rule| format!("layer {}, {}", rule.layer, rule.place)));
    lines.extend(reason.away.iter().map(|user| away(config, at, user)));
    lines.extend(reason.overrides.iter().map(|change| match &change.reason {
        Some(reason) => format!("override {}: {reason}", change.origin),
        None => format!("override {}", change.origin),
    }));
    lines.push(match &handover.next {
        Some(next) => {
            format!("until {}, then {}", local(handover.until, zone), names(config, &next.users))
        }
        None => format!("no change within {} days", HORIZON.as_hours() / 24),
    });
    lines
}

/// The person whose turn it would be.
fn away(config: &Config, at: Timestamp, user: &UserId) -> String {
    let why = match config.schedules.is_off(user, at).map(|off| off.back(at)) {
        Some(Some(until)) => format!("off until {}", local(until, &config.organisation.time_zone)),
        Some(None) => "who has left".to_owned(),
        None => "on call elsewhere".to_owned(),
    };
    format!("turn of {}, {why}", name(config, user))
}

fn object(answer: &WhoAnswer<'_>) -> Value {
    who_object(answer.schedule, &answer.handover, &answer.reason)
}
