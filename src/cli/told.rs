//! What came of an alert that was played: a summary, the rules that decided, a [`picture`](super::picture), and every
//! contact with its words.

use super::instant::{local, zone_name};
use super::picture::picture;
use crate::alert::{Action, Event, UNPARSED};
use crate::config::{Config, Contact, Urgency};
use crate::incident::{Change, Delivery, DeliveryId, Entry, Opened, Purpose, Task, What};
use crate::preview::{Simulated, timeline};
use crate::provider::{COLUMNS, words, wrap};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How far the words of a contact are set in, in columns.
const WORDS_INDENT: usize = 4;
/// The most of a summary of an alert that is shown, in characters.
const SUMMARY_MAX: usize = 200;

/// An event of the body, and what came of it; nothing is played of one that triggers nothing.
pub(super) struct Played {
    pub event: Event,
    pub simulated: Option<Simulated>,
}

/// One contact of a person.
struct Told<'p> {
    after: SignedDuration,
    at: Timestamp,
    user: &'p str,
    by: Contact,
    delivery: &'p Delivery,
}

/// A timeline for a terminal: first in one sentence, then every contact until `horizon`.
pub(super) fn text(config: &Config, at: Timestamp, horizon: SignedDuration, played: &[Played]) -> String {
    let mut out = match played {
        [] => return "Nobody is told: there is no alert in it.\n".to_owned(),
        [_] => String::new(),
        several => format!("{} alerts are in it. Each is played alone.\n\n", several.len()),
    };
    let parts: Vec<String> = played.iter().map(|one| one_text(config, at, horizon, one)).collect();
    out.push_str(&parts.join(&format!("\n{}\n", "─".repeat(COLUMNS))));
    out
}

/// An array of contacts in the order of time.
pub(super) fn json(at: Timestamp, played: &[Played]) -> String {
    let mut contacts: Vec<Told> =
        played.iter().filter_map(|one| one.simulated.as_ref()).flat_map(|it| contacts(it, at)).collect();
    contacts.sort_by_key(|told| told.at);
    let object = |told: &Told| {
        json!({
            "at": told.at.to_string(),
            "after_seconds": told.after.as_secs(),
            "user": told.user,
            "by": if told.by == Contact::Call { "call" } else { "slack" },
            "words": plain_words(told.delivery),
        })
    };
    format!("{:#}\n", Value::Array(contacts.iter().map(object).collect()))
}

fn one_text(config: &Config, at: Timestamp, horizon: SignedDuration, played: &Played) -> String {
    let mut out = String::new();
    if played.event.labels.contains_key(UNPARSED) {
        push_wrapped(
            &mut out,
            "!! ",
            &format!(
                "THIS BODY COULD NOT BE READ: {}. The server keeps it and acts on it as below.",
                played.event.summary
            ),
        );
        out.push('\n');
    }
    let Some(simulated) = &played.simulated else {
        if played.event.action == Action::Beat {
            let text = format!("Nobody is told: it is a heartbeat of {}.", played.event.integration);
            push_wrapped(&mut out, "", &text);
            return out;
        }
        let text = format!(
            "Nobody is told: it says that \"{}\" is {}.",
            crate::alert::cut(&played.event.summary, SUMMARY_MAX),
            match played.event.action {
                Action::Resolve => "over",
                Action::Acknowledge => "acknowledged",
                Action::Trigger | Action::Update | Action::Note | Action::Change | Action::Beat => {
                    "to be noted in the timeline"
                }
            }
        );
        push_wrapped(&mut out, "", &text);
        return out;
    };
    let contacts = contacts(simulated, at);
    push_wrapped(&mut out, "", &sentence(config, at, simulated, &contacts));
    out.push('\n');
    out.push_str(&header(config, at, &played.event, opened(simulated)));
    out.push('\n');
    if !contacts.is_empty() {
        out.push_str(&picture(at, simulated));
        out.push('\n');
    }
    out.push_str(&lines(config, at, simulated, &contacts));
    let over = simulated.entries.iter().any(|it| matches!(it.change, Change::Acknowledged { .. }));
    if !over && is_high(simulated) {
        let end = at.checked_add(horizon).unwrap_or(at);
        let text = "nobody has acknowledged: it goes on until somebody does";
        push_line(&mut out, &config.organisation.time_zone, at, end, text, "");
    }
    out
}

fn opened(simulated: &Simulated) -> Option<&Opened> {
    simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Opened(opened) => Some(&**opened),
        _ => None,
    })
}

fn is_high(simulated: &Simulated) -> bool {
    simulated.entries.iter().any(|entry| matches!(entry.change, Change::StepBegan(_)))
}

fn contacts(simulated: &Simulated, from: Timestamp) -> Vec<Told<'_>> {
    let mut contacts = Vec::new();
    for (at, delivery) in &simulated.sent {
        let (user, by) = match &delivery.task {
            Task::Call { user, .. } => (user, Contact::Call),
            Task::Direct { user, .. } => (user, Contact::Slack),
            _ => continue,
        };
        contacts.push(Told { after: at.duration_since(from), at: *at, user, by, delivery });
    }
    contacts
}

/// Who is told of an alert until the end of its simulation, in a sentence; and whether anybody is called.
pub(super) fn outlook(config: &Config, at: Timestamp, simulated: &Simulated) -> (String, bool) {
    let contacts = contacts(simulated, at);
    let calls = contacts.iter().any(|told| told.by == Contact::Call);
    (sentence(config, at, simulated, &contacts), calls)
}

/// `tanaka is called at once, kimura after 5 min; ito gets a Slack message at once.`
fn sentence(config: &Config, at: Timestamp, simulated: &Simulated, contacts: &[Told]) -> String {
    let zone = &config.organisation.time_zone;
    let opened = opened(simulated);
    let mut parts = Vec::new();
    let called = first_contacts(contacts, |told| told.by == Contact::Call);
    let is_called = |user: &str| called.iter().any(|(_, users)| users.contains(&user));
    let written = first_contacts(contacts, |told| told.by == Contact::Slack && !is_called(told.user));
    parts.extend(phrase(&called, "is called", "are called"));
    parts.extend(phrase(&written, "gets a Slack message", "get a Slack message"));
    if parts.is_empty() {
        parts.push("Nobody is told".to_owned());
        parts.extend(simulated.entries.iter().find_map(|entry| match &entry.change {
            Change::Ignored { why, .. } => Some(why.clone()),
            _ => None,
        }));
    } else if called.is_empty() {
        parts.push("nobody is called".to_owned());
    }
    if let Some(silenced) = opened.and_then(|opened| opened.silenced.as_ref()) {
        let until = local(silenced.until, zone);
        parts.push(format!("silenced until {until} ({}, {})", silenced.reason, silenced.rule));
    }
    if let Some(raise_at) = opened.and_then(|opened| opened.raise_at) {
        parts.push(format!("still open on {}, it becomes high urgency", local(raise_at, zone)));
    }
    parts.extend(simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Acknowledged { by, .. } => {
            let who = by.user.as_deref().unwrap_or(&by.name);
            Some(format!("{who} acknowledges {}", after(entry.at.duration_since(at))))
        }
        _ => None,
    }));
    format!("{}.", parts.join("; "))
}

/// Everybody's first contact of a kind: who, by how long after.
fn first_contacts<'p>(
    contacts: &[Told<'p>],
    wanted: impl Fn(&Told) -> bool,
) -> Vec<(SignedDuration, Vec<&'p str>)> {
    let mut groups: Vec<(SignedDuration, Vec<&str>)> = Vec::new();
    for told in contacts.iter().filter(|told| wanted(told)) {
        if groups.iter().any(|(_, users)| users.contains(&told.user)) {
            continue;
        }
        match groups.last_mut() {
            Some((at, users)) if at.as_secs() == told.after.as_secs() => users.push(told.user),
            _ => groups.push((told.after, vec![told.user])),
        }
    }
    groups
}

fn phrase(groups: &[(SignedDuration, Vec<&str>)], one: &str, several: &str) -> Option<String> {
    let (first, rest) = groups.split_first()?;
    let verb = if first.1.len() == 1 { one } else { several };
    let mut text = format!("{} {verb} {}", first.1.join(" and "), after(first.0));
    for (at, users) in rest {
        text.push_str(&format!(", {} {}", users.join(" and "), after(*at)));
    }
    Some(text)
}

/// `at once`, `after 5 min`, `after 1 h 30 min`.
fn after(after: SignedDuration) -> String {
    let seconds = after.as_secs();
    if seconds == 0 {
        return "at once".to_owned();
    }
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let shown = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}"));
    format!("after {}", shown.collect::<Vec<_>>().join(" "))
}

/// The alert, and the rules that decided on it.
fn header(config: &Config, at: Timestamp, event: &Event, opened: Option<&Opened>) -> String {
    let zone = &config.organisation.time_zone;
    let mut rows = vec![
        ("alert", format!("{} (from {})", crate::alert::cut(&event.summary, SUMMARY_MAX), event.integration)),
        ("at", format!("{} {}", local(at, zone), zone_name(zone))),
    ];
    if let Some(opened) = opened {
        let service = opened.service.as_deref().unwrap_or("none");
        let said = event.severity.map(|said| said.as_str());
        let severity = match said {
            Some(said) if said == opened.severity.as_str() => said.to_owned(),
            Some(said) => format!("{} (the monitor says {said})", opened.severity.as_str()),
            None => format!("{} (the monitor says none)", opened.severity.as_str()),
        };
        let urgency = match opened.urgency {
            Urgency::High => "high",
            Urgency::Low => "low",
            Urgency::None => "none",
        };
        rows.push(("service", format!("{service:<10} [{}]", opened.route_rule)));
        rows.push(("severity", severity));
        rows.push(("urgency", format!("{urgency:<10} [{}]", opened.urgency_rule)));
    }
    let mut out = String::new();
    for (name, value) in rows {
        push_wrapped(&mut out, &format!("{name:<10}"), &value);
    }
    out
}

fn lines(config: &Config, from: Timestamp, simulated: &Simulated, contacts: &[Told]) -> String {
    let zone = &config.organisation.time_zone;
    let mut out = String::new();
    let mut shown: Vec<&Told> = Vec::new();
    for entry in &simulated.entries {
        let Some(line) = line(config, entry, contacts, &simulated.sent) else { continue };
        push_line(&mut out, zone, from, entry.at, &line.text, &line.rule);
        if let Some(told) = line.told {
            out.push_str(&said(config, told, &shown));
            shown.push(told);
        }
    }
    out
}

/// The words of a contact; those that were shown before are not shown again.
fn said(config: &Config, told: &Told, shown: &[&Told]) -> String {
    if shown.iter().any(|before| says_the_same(&before.delivery.task, &told.delivery.task)) {
        return format!("{:WORDS_INDENT$}(the same words)\n\n", "");
    }
    let own = words(config, told.delivery, COLUMNS - WORDS_INDENT - 2);
    let mut out: String = own.iter().map(|line| format!("{:WORDS_INDENT$}{line}\n", "")).collect();
    out.push('\n');
    out
}

/// Whether a reader would find nothing new: the fields of a message only say how far the escalation is.
fn says_the_same(before: &Task, now: &Task) -> bool {
    match (before, now) {
        (Task::Call { script: before, .. }, Task::Call { script: now, .. }) => before == now,
        (Task::Direct { card: before, .. }, Task::Direct { card: now, .. }) => {
            (before.language, &before.headline, &before.lines) == (now.language, &now.headline, &now.lines)
        }
        _ => false,
    }
}

/// One line of the timeline, with the contact that it is about.
struct Line<'t> {
    text: String,
    rule: String,
    told: Option<&'t Told<'t>>,
}

/// `None`: of no interest here, such as what a provider answers in a simulation, or a plan whose contact follows.
fn line<'t>(
    config: &Config,
    entry: &Entry,
    contacts: &'t [Told<'t>],
    sent: &[(Timestamp, Delivery)],
) -> Option<Line<'t>> {
    match &entry.change {
        Change::Revision { .. }
        | Change::HeartbeatExpected { .. }
        | Change::Started { .. }
        | Change::Opened(_)
        | Change::Told { purpose: Purpose::Inform, .. }
        | Change::Outcome { .. }
        | Change::HangUp { .. } => None,
        Change::Sent { delivery, what: What::Page { user, by }, .. } => {
            let told = contacts.iter().find(|told| told.delivery.id == *delivery);
            let name = config.users.get(user).map_or("", |user| &user.name);
            let text = match by {
                Contact::Call => format!("CALL to {user} ({name})"),
                Contact::Slack => format!("Slack message to {user} ({name})"),
            };
            Some(Line { text, rule: String::new(), told })
        }
        Change::Sent { delivery, .. } => {
            Some(Line { text: first_mirror(*delivery, sent)?, rule: String::new(), told: None })
        }
        _ => {
            let line = timeline::line(entry, &config.organisation.time_zone);
            Some(Line { text: line.text, rule: line.rule, told: None })
        }
    }
}

/// The channel's message and the ticket, when they are made; not each time they are brought up to date.
fn first_mirror(delivery: DeliveryId, sent: &[(Timestamp, Delivery)]) -> Option<String> {
    let (_, delivery) = sent.iter().find(|(_, it)| it.id == delivery)?;
    match &delivery.task {
        Task::Channel { channel, reference: None, .. } => Some(format!("Slack channel {channel} shows it")),
        Task::Ticket { reference: None, ticket } => Some(format!("Jira ticket in {}", ticket.project)),
        _ => None,
    }
}

/// The words without the layout of a terminal.
fn plain_words(delivery: &Delivery) -> String {
    match &delivery.task {
        Task::Call { script, .. } => {
            let sentences: Vec<String> = script.words.iter().chain(&script.menu).cloned().collect();
            script.language.sentences(&sentences)
        }
        Task::Direct { card, .. } => {
            [&card.headline].into_iter().chain(&card.lines).cloned().collect::<Vec<_>>().join("\n")
        }
        Task::Channel { .. } | Task::Ticket { .. } | Task::HangUp { .. } => String::new(),
    }
}

/// ` +5m00s  02:05:00  text  [rule]`, wrapped under the text.
fn push_line(out: &mut String, zone: &TimeZone, from: Timestamp, at: Timestamp, text: &str, rule: &str) {
    let seconds = at.duration_since(from).as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let after = if hours > 0 {
        format!("+{hours}h{minutes:02}m{seconds:02}s")
    } else {
        format!("+{minutes}m{seconds:02}s")
    };
    let clock = at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let rule = if rule.is_empty() { String::new() } else { format!("  [{rule}]") };
    push_wrapped(out, &format!("{after:<9}  {clock}  "), &format!("{text}{rule}"));
}

/// A text behind a lead of less than half a line, wrapped under itself.
pub(super) fn push_wrapped(out: &mut String, lead: &str, text: &str) {
    let indent = lead.chars().count();
    debug_assert!(indent < COLUMNS / 2, "a lead is narrow");
    for (n, line) in wrap(text, COLUMNS - indent - 2).into_iter().enumerate() {
        let lead = if n == 0 { lead.to_owned() } else { " ".repeat(indent) };
        out.push_str(format!("{lead}{line}").trim_end());
        out.push('\n');
    }
}
