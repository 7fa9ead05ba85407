//! `oncall parse`: how a monitor's body is understood: each event in it, and the rules that apply.
//!
//! The body is parsed as the server parses it, but needs no secret. [`dry_run`](super::dry_run) shows who would be
//! told.

use super::directory::{Directory, now};
use super::instant::{instant, local, zone_name};
use super::known::known;
use super::told_shown::push_wrapped;
use super::{Exit, Output, body};
use crate::alert::{Action, Event, UNPARSED};
use crate::config::{Config, Endpoint, Urgency};
use crate::integration::read_trusted;
use crate::language::Language;
use crate::provider::COLUMNS;
use crate::reason::Why;
use crate::route::{Decision, Ruled, decide, rules, severity_rule};
use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Show how a webhook's body is understood, without sending it
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The integration that would receive it
    #[arg(long, value_name = "ID")]
    integration: String,
    /// When it arrives: `2026-12-05 02:00` in the organisation's time zone, or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    at: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A file with the body as the monitor posts it (for a GET, its query); `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// An array of events, each with the decisions on it
    Json,
}

/// What the config decides on an event; empty for events that only appear in timelines.
struct Understood {
    /// As the rules of the integration make it.
    event: Event,
    /// The reason and the rule that drops it.
    dropped: Option<(String, String)>,
    severity: &'static str,
    severity_rule: Option<String>,
    service: Option<String>,
    route_rule: String,
    urgency: &'static str,
    urgency_rule: String,
    /// The one that the rule names in place of the service's.
    policy: Option<String>,
    raise_at: Option<Timestamp>,
    silenced: Option<(Timestamp, String)>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let (_, endpoint) = known("integration", &config.endpoints, &arguments.integration)?;
    let zone = &config.organisation.time_zone;
    let at = arguments.at.as_deref().map_or_else(|| Ok(now()), |text| instant(text, zone))?;
    let events = read_trusted(endpoint, &body::read(&arguments.file)?, at);
    let unread = events.iter().any(|event| event.labels.contains_key(UNPARSED));
    let understood: Vec<Understood> =
        events.into_iter().map(|event| understood(config, endpoint, event, at)).collect();
    let out = match arguments.format {
        Format::Text => text(config, &understood),
        Format::Json => format!("{:#}\n", Value::Array(understood.iter().map(object).collect())),
    };
    Ok(Output { out, err: String::new(), exit: if unread { Exit::Config } else { Exit::Fine } })
}

fn understood(config: &Config, endpoint: &Endpoint, event: Event, at: Timestamp) -> Understood {
    let Ruled { event, dropped } = rules(config, event);
    let dropped = dropped.and_then(|why| match why {
        Why::Dropped { rule, reason } => Some((reason, rule.to_string())),
        _ => None,
    });
    let Decision { routed, urgency: decided, silence } = decide(config, &event, at);
    let silenced =
        silence.map(|(silence, until)| (until, format!("{} ({})", silence.origin, silence.reason)));
    Understood {
        severity: routed.severity.as_str(),
        severity_rule: severity_rule(endpoint, &event).map(|rule| rule.place.to_string()),
        service: routed.service.map(|id| id.to_string()),
        route_rule: Language::En.rule(&routed.rule),
        urgency: match decided.urgency {
            Urgency::High => "high",
            Urgency::Low => "low",
            Urgency::None => "none",
        },
        urgency_rule: Language::En.rule(&decided.rule),
        policy: decided.policy.as_ref().map(ToString::to_string),
        raise_at: decided.raise_at,
        silenced,
        dropped,
        event,
    }
}

fn text(config: &Config, understood: &[Understood]) -> String {
    let mut out = match understood {
        [] => return "There is no alert in it: the server would answer 2xx and do nothing.\n".to_owned(),
        [_] => String::new(),
        several => format!("It contains {} events.\n\n", several.len()),
    };
    let parts: Vec<String> = understood.iter().map(|one| one_text(config, one)).collect();
    out.push_str(&parts.join(&format!("{}\n", "─".repeat(COLUMNS))));
    out
}

fn one_text(config: &Config, understood: &Understood) -> String {
    let event = &understood.event;
    let mut out = String::new();
    if event.labels.contains_key(UNPARSED) {
        let text = format!(
            "THIS BODY COULD NOT BE READ: {}. The server keeps it and acts on it as below.",
            event.summary
        );
        push_wrapped(&mut out, "!! ", &text);
        out.push('\n');
    }
    for (name, value) in rows(config, understood) {
        push_wrapped(&mut out, &format!("{name:<12}"), &value);
    }
    if !event.description.is_empty() {
        out.push_str("description\n");
        for line in event.description.lines() {
            push_wrapped(&mut out, "    ", line);
        }
    }
    out
}

/// The lines of an event. In a list, only the first line has a name.
fn rows(config: &Config, understood: &Understood) -> Vec<(&'static str, String)> {
    let event = &understood.event;
    let mut rows = vec![
        ("action", action(event.action).to_owned()),
        ("dedup key", event.dedup_key.clone()),
        ("summary", event.summary.clone()),
        ("severity", severity(understood)),
    ];
    rows.extend(by_rules(event));
    if let Some((reason, rule)) = &understood.dropped {
        rows.push(("dropped", format!("{reason}  [{rule}]")));
        said_beside(&mut rows, event);
        return rows;
    }
    rows.push((
        "service",
        format!(
            "{}  [{}]",
            understood.service.as_deref().unwrap_or("none: the fallback"),
            understood.route_rule
        ),
    ));
    if event.action == Action::Trigger {
        rows.push(("urgency", format!("{}  [{}]", understood.urgency, understood.urgency_rule)));
        rows.extend(understood.policy.clone().map(|policy| ("policy", policy)));
        let zone = &config.organisation.time_zone;
        let zoned = |at: Timestamp| format!("{} {}", local(at, zone), zone_name(zone));
        rows.extend(understood.raise_at.map(|at| ("", format!("high from {}", zoned(at)))));
        let silenced = understood.silenced.as_ref();
        rows.extend(silenced.map(|(until, rule)| ("silenced", format!("until {}  [{rule}]", zoned(*until)))));
    }
    said_beside(&mut rows, event);
    rows
}

/// What the rules of the integration changed, and what the monitor had said; and which rules failed.
fn by_rules(event: &Event) -> Vec<(&'static str, String)> {
    let Some(by_rules) = &event.by_rules else { return Vec::new() };
    let rules = by_rules.set.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut rows = Vec::new();
    let changed = by_rules.was.iter().map(|(field, was)| match was.is_empty() {
        true => format!("{field} (the monitor says none)"),
        false => format!("{field} (the monitor says \"{was}\")"),
    });
    list(&mut rows, "by rules", changed);
    rows.extend((!rules.is_empty()).then(|| ("", format!("[{rules}]"))));
    list(
        &mut rows,
        "rule fails",
        by_rules.failed.iter().map(|it| format!("{} of {}: {}  [nothing is set]", it.field, it.rule, it.why)),
    );
    rows
}

/// What the monitor says beside.
fn said_beside(rows: &mut Vec<(&'static str, String)>, event: &Event) {
    rows.extend((!event.source.is_empty()).then(|| ("source", event.source.clone())));
    list(rows, "labels", event.labels.iter().map(|(name, value)| format!("{name}={value}")));
    list(rows, "links", event.links.iter().map(|link| format!("{} {}", link.href, link.text)));
    list(rows, "images", event.images.iter().map(|link| link.href.clone()));
    rows.extend(event.runbook.clone().map(|url| ("runbook", url)));
    let instants = [("began", event.started_at), ("changed", event.changed_at)]
        .map(|(name, at)| Some((name, at?.to_string())));
    rows.extend(instants.into_iter().flatten());
    rows.extend(event.message_id.clone().map(|id| ("message id", id)));
}

fn list(rows: &mut Vec<(&'static str, String)>, name: &'static str, values: impl Iterator<Item = String>) {
    rows.extend(values.enumerate().map(|(n, value)| (if n == 0 { name } else { "" }, value)));
}

fn severity(understood: &Understood) -> String {
    let said = understood.event.severity.map(|said| said.as_str());
    let mut text = understood.severity.to_owned();
    if said != Some(understood.severity) {
        text.push_str(&format!(" (the monitor says {})", said.unwrap_or("none")));
    }
    match &understood.severity_rule {
        Some(rule) => format!("{text}  [{rule}]"),
        None => text,
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Trigger => "trigger",
        Action::Acknowledge => "acknowledge",
        Action::Resolve => "resolve",
        Action::Update => "update: of an open incident; never opens one",
        Action::Note => "note: only for the timeline",
        Action::Change => "change: only for timelines, never pages",
        Action::Beat => "heartbeat: the integration is alive",
    }
}

fn object(understood: &Understood) -> Value {
    let silenced = understood.silenced.as_ref();
    json!({
        "event": understood.event,
        "severity": understood.severity,
        "severity_rule": understood.severity_rule,
        "service": understood.service,
        "route_rule": understood.route_rule,
        "urgency": understood.urgency,
        "urgency_rule": understood.urgency_rule,
        "policy": understood.policy,
        "raise_at": understood.raise_at.map(|at| at.to_string()),
        "dropped": understood.dropped.as_ref().map(|(reason, rule)| json!({ "reason": reason, "rule": rule })),
        "silenced": silenced.map(|(until, rule)| json!({ "until": until.to_string(), "rule": rule })),
    })
}
