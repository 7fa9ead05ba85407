//! `oncall parse`: how a monitor's body is understood: each event in it, and the rules that apply.
//!
//! The body is parsed as the server parses it, but needs no secret. [`dry_run`](super::dry_run) shows who would be
//! told.

use super::directory::{Directory, now};
use super::instant::{Clock, instant, zone_name};
use super::known::known;
use super::spoken::Spoken;
use super::told_shown::push_wrapped;
use super::{Exit, Output, body};
use crate::alert::{Action, Event, UNPARSED};
use crate::config::{Config, Endpoint, Urgency};
use crate::integration::read_trusted;
use crate::language::Language;
use crate::language::commands::Noun;
use crate::language::understood::{self as words, Doing, Row};
use crate::language::words::{Words, moment};
use crate::provider::COLUMNS;
use crate::reason::Why;
use crate::route::{Decision, Ruled, decide, rules, severity_rule};
use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

/// The column of the values.
const LEAD: usize = 12;

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
    #[command(flatten)]
    spoken: Spoken,
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
    let language = arguments.spoken.of(config);
    let (_, endpoint) = known(language, Noun::Integration, &config.endpoints, &arguments.integration)?;
    let zone = &config.organisation.time_zone;
    let at = arguments.at.as_deref().map_or_else(|| Ok(now()), |text| instant(text, zone, language))?;
    let events = read_trusted(endpoint, &body::read(&arguments.file)?, at);
    let unread = events.iter().any(|event| event.labels.contains_key(UNPARSED));
    // Programs read the words of rules in English.
    let told_in = if arguments.format == Format::Json { Language::En } else { language };
    let understood: Vec<Understood> =
        events.into_iter().map(|event| understood((config, told_in), endpoint, event, at)).collect();
    let out = match arguments.format {
        Format::Text => text(Clock { zone, language }, &understood),
        Format::Json => format!("{:#}\n", Value::Array(understood.iter().map(object).collect())),
    };
    Ok(Output { out, err: String::new(), exit: if unread { Exit::Config } else { Exit::Fine } })
}

fn understood(
    (config, language): (&Config, Language),
    endpoint: &Endpoint,
    event: Event,
    at: Timestamp,
) -> Understood {
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
        route_rule: language.rule(&routed.rule),
        urgency: match decided.urgency {
            Urgency::High => "high",
            Urgency::Low => "low",
            Urgency::None => "none",
        },
        urgency_rule: language.rule(&decided.rule),
        policy: decided.policy.as_ref().map(ToString::to_string),
        raise_at: decided.raise_at,
        silenced,
        dropped,
        event,
    }
}

fn text(clock: Clock<'_>, understood: &[Understood]) -> String {
    let mut out = match understood {
        [] => return format!("{}\n", words::no_alert().of(clock.language)),
        [_] => String::new(),
        several => format!("{}\n\n", words::several_events(several.len()).of(clock.language)),
    };
    let parts: Vec<String> = understood.iter().map(|one| one_text(clock, one)).collect();
    out.push_str(&parts.join(&format!("{}\n", "─".repeat(COLUMNS))));
    out
}

fn one_text(clock: Clock<'_>, understood: &Understood) -> String {
    let event = &understood.event;
    let mut out = String::new();
    if event.labels.contains_key(UNPARSED) {
        let text = words::could_not_be_read(&event.summary);
        push_wrapped(&mut out, "!! ", text.of(clock.language));
        out.push('\n');
    }
    for (name, value) in rows(clock, understood) {
        let name = words::row(name);
        let name = name.of(clock.language);
        let lead = format!("{name}{}", " ".repeat(LEAD.saturating_sub(name.width())));
        push_wrapped(&mut out, &lead, value.of(clock.language));
    }
    if !event.description.is_empty() {
        out.push_str(&format!("{}\n", words::row(Row::Description).of(clock.language)));
        for line in event.description.lines() {
            push_wrapped(&mut out, "    ", line);
        }
    }
    out
}

/// The lines of an event. In a list, only the first line has a name.
fn rows(clock: Clock<'_>, understood: &Understood) -> Vec<(Row, Words)> {
    let event = &understood.event;
    let mut rows = vec![
        (Row::Action, words::doing(doing(event.action))),
        (Row::DedupKey, Words::same(&event.dedup_key)),
        (Row::Summary, Words::same(&event.summary)),
        (Row::Severity, severity(understood)),
    ];
    rows.extend(by_rules(event));
    if let Some((reason, rule)) = &understood.dropped {
        rows.push((Row::Dropped, Words::same(format!("{reason}  [{rule}]"))));
        said_beside(&mut rows, event);
        return rows;
    }
    let service = understood.service.as_deref().map_or_else(words::no_service, Words::same);
    rows.push((Row::Service, service.map(|service| format!("{service}  [{}]", understood.route_rule))));
    if event.action == Action::Trigger {
        let urgency = format!("{}  [{}]", understood.urgency, understood.urgency_rule);
        rows.push((Row::Urgency, Words::same(urgency)));
        rows.extend(understood.policy.as_ref().map(|policy| (Row::Policy, Words::same(policy))));
        let zoned = |at: Timestamp| {
            moment(clock.zone.to_datetime(at)).map(|it| format!("{it} {}", zone_name(clock.zone)))
        };
        rows.extend(understood.raise_at.map(|at| (Row::More, words::high_from(&zoned(at)))));
        let silenced = understood.silenced.as_ref();
        let until = |(until, rule): &(Timestamp, String)| words::silenced_until(&zoned(*until), rule);
        rows.extend(silenced.map(|it| (Row::Silenced, until(it))));
    }
    said_beside(&mut rows, event);
    rows
}

/// What the rules of the integration changed, and what the monitor had said; and which rules failed.
fn by_rules(event: &Event) -> Vec<(Row, Words)> {
    let Some(by_rules) = &event.by_rules else { return Vec::new() };
    let rules = by_rules.set.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut rows = Vec::new();
    let changed = by_rules.was.iter().map(|(field, was)| words::changed_from(field, was));
    list(&mut rows, Row::ByRules, changed);
    rows.extend((!rules.is_empty()).then(|| (Row::More, Words::same(format!("[{rules}]")))));
    let failed = by_rules.failed.iter();
    list(
        &mut rows,
        Row::RuleFails,
        failed.map(|it| words::rule_fails(&it.field.to_string(), &it.rule.to_string(), &it.why.to_string())),
    );
    rows
}

/// What the monitor says beside.
fn said_beside(rows: &mut Vec<(Row, Words)>, event: &Event) {
    let same = |text: &String| Words::same(text);
    rows.extend((!event.source.is_empty()).then(|| (Row::Source, same(&event.source))));
    list(rows, Row::Labels, event.labels.iter().map(|(name, value)| Words::same(format!("{name}={value}"))));
    list(
        rows,
        Row::Links,
        event.links.iter().map(|link| Words::same(format!("{} {}", link.href, link.text))),
    );
    list(rows, Row::Images, event.images.iter().map(|link| same(&link.href)));
    rows.extend(event.runbook.as_ref().map(|url| (Row::Runbook, same(url))));
    let instants = [(Row::Began, event.started_at), (Row::Changed, event.changed_at)]
        .map(|(name, at)| Some((name, Words::same(at?.to_string()))));
    rows.extend(instants.into_iter().flatten());
    rows.extend(event.message_id.as_ref().map(|id| (Row::MessageId, same(id))));
}

fn list(rows: &mut Vec<(Row, Words)>, name: Row, values: impl Iterator<Item = Words>) {
    rows.extend(values.enumerate().map(|(n, value)| (if n == 0 { name } else { Row::More }, value)));
}

fn severity(understood: &Understood) -> Words {
    let said = understood.event.severity.map(|said| said.as_str());
    let text = match said {
        Some(said) if said == understood.severity => Words::same(said),
        other => words::other_severity(understood.severity, other),
    };
    match &understood.severity_rule {
        Some(rule) => text.map(|text| format!("{text}  [{rule}]")),
        None => text,
    }
}

fn doing(action: Action) -> Doing {
    match action {
        Action::Trigger => Doing::Trigger,
        Action::Acknowledge => Doing::Acknowledge,
        Action::Resolve => Doing::Resolve,
        Action::Update => Doing::Update,
        Action::Note => Doing::Note,
        Action::Change => Doing::Change,
        Action::Beat => Doing::Beat,
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
