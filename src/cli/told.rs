//! What came of an alert that was played: a summary, the rules that decided, a [`picture`](super::picture), and every
//! contact with its words.

use super::instant::{local, zone_name};
use super::picture::picture;
use crate::alert::{Action, Event, UNPARSED};
use crate::config::{CONTACTS, Config, Contact, Id, MirrorKind, Need, Urgency};
use crate::incident::{
    AlertChange, Change, Delivery, DeliveryChange, DeliveryId, Entry, Errand, EscalationChange, Hold, Opened,
    Purpose, ResponseChange, ServerChange, Task, Words,
};
use crate::language::Language;
use crate::place::Place;
use crate::preview::Simulated;
use crate::preview::timeline::Reader;
use crate::provider::{COLUMNS, words, wrap};
use crate::route;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

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
        several => {
            let storms = storms(config, at, several);
            format!("{} alerts are in it. Each is played alone.\n{storms}\n", several.len())
        }
    };
    let parts: Vec<String> = played.iter().map(|one| one_text(config, at, horizon, one)).collect();
    out.push_str(&parts.join(&format!("\n{}\n", "─".repeat(COLUMNS))));
    out
}

/// Which services would be in a storm if all of them came at once.
fn storms(config: &Config, at: Timestamp, played: &[Played]) -> String {
    let triggers = played.iter().filter(|one| one.event.action == Action::Trigger);
    let mut counts: BTreeMap<Id, usize> = BTreeMap::new();
    let taken = triggers.filter_map(|one| {
        let ruled = route::rules(config, one.event.clone());
        ruled.dropped.is_none().then_some(ruled.event)
    });
    for service in taken.filter_map(|event| route::route(config, &event, at).service) {
        *counts.entry(service).or_default() += 1;
    }
    let said = counts.iter().filter_map(|(id, count)| {
        let rule = config.services.get(id)?.storm.as_ref().filter(|rule| *count > rule.incidents as usize)?;
        let (why, place) = (Language::En.why(&rule.why()), &rule.place);
        let text =
            format!("All at once, the {count} of {id} are a storm, one incident for many: {why} ({place}).");
        Some(wrap(&text, COLUMNS).join("\n") + "\n")
    });
    said.collect()
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
            "by": told.by.method().name,
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
    let event = route::rules(config, played.event.clone()).event;
    out.push_str(&header(config, at, &event, opened(simulated)));
    out.push('\n');
    if !contacts.is_empty() {
        out.push_str(&picture(at, simulated));
        out.push('\n');
    }
    out.push_str(&lines(config, at, simulated, &contacts));
    let over = simulated
        .entries
        .iter()
        .any(|it| matches!(it.change, Change::Response(ResponseChange::Acknowledged { .. })));
    if !over && is_high(simulated) {
        let end = at.checked_add(horizon).unwrap_or(at);
        let text = "nobody has acknowledged: it goes on until somebody does";
        push_line(&mut out, &config.organisation.time_zone, at, end, text, "");
    }
    out
}

fn opened(simulated: &Simulated) -> Option<&Opened> {
    simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Alert(AlertChange::Opened(opened)) => Some(&**opened),
        _ => None,
    })
}

fn is_high(simulated: &Simulated) -> bool {
    simulated
        .entries
        .iter()
        .any(|entry| matches!(entry.change, Change::Escalation(EscalationChange::StepBegan(_))))
}

fn contacts(simulated: &Simulated, from: Timestamp) -> Vec<Told<'_>> {
    let mut contacts = Vec::new();
    for (at, delivery) in &simulated.sent {
        // What is about no incident would be told without this alert too.
        let told = delivery.task.contact().filter(|_| !delivery.incidents.is_empty());
        let Some((user, by)) = told else { continue };
        contacts.push(Told { after: at.duration_since(from), at: *at, user, by, delivery });
    }
    contacts
}

/// Who is told of an alert until the end of its simulation, in a sentence; and whether anybody is called.
pub(super) fn outlook(config: &Config, at: Timestamp, simulated: &Simulated) -> (String, bool) {
    let contacts = contacts(simulated, at);
    let calls = contacts.iter().any(|told| told.by.method().rings);
    (sentence(config, at, simulated, &contacts), calls)
}

/// `tanaka is called at once, kimura after 5 min; ito gets a Slack message at once.`
fn sentence(config: &Config, at: Timestamp, simulated: &Simulated, contacts: &[Told]) -> String {
    let zone = &config.organisation.time_zone;
    let opened = opened(simulated);
    let mut parts = Vec::new();
    // Each person once, by the method that comes first in the table: whom a phone rings needs no mention of a message.
    let mut named: Vec<&str> = Vec::new();
    for method in &CONTACTS {
        let wanted = |told: &Told| told.by == method.contact && !named.contains(&told.user);
        let groups = first_contacts(contacts, wanted);
        parts.extend(phrase(&groups, method.verb.0, method.verb.1));
        named.extend(groups.iter().flat_map(|(_, users)| users.iter().copied()));
    }
    if parts.is_empty() {
        parts.push("Nobody is told".to_owned());
        parts.extend(simulated.entries.iter().find_map(|entry| match &entry.change {
            Change::Alert(AlertChange::Ignored { why, .. }) => Some(Language::En.why(why)),
            _ => None,
        }));
    } else if !contacts.iter().any(|told| told.by.method().rings) {
        parts.push("nobody is called".to_owned());
    }
    if let Some(held) = opened.and_then(|opened| opened.held_back.as_ref()) {
        let until = local(held.until, zone);
        let held_by = match held.by {
            Hold::Inhibition => "muted by an alert that is open, at most",
            Hold::Silence | Hold::Wait => "silenced",
        };
        parts.push(format!("{held_by} until {until} ({}, {})", held.reason, held.origin));
    }
    if let Some(raise_at) = opened.and_then(|opened| opened.raise_at) {
        parts.push(format!("still open on {}, it becomes high urgency", local(raise_at, zone)));
    }
    parts.extend(simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Response(ResponseChange::Acknowledged { by, .. }) => {
            let who = by.stored_name();
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
pub(super) fn after(after: SignedDuration) -> String {
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
        rows.push(("service", format!("{service:<10} [{}]", Language::En.rule(&opened.route_rule))));
        rows.push(("severity", severity));
        rows.push(("urgency", format!("{urgency:<10} [{}]", Language::En.rule(&opened.urgency_rule))));
        rows.extend(opened.policy.as_ref().map(|policy| ("policy", policy.to_string())));
    }
    if let Some(by_rules) = &event.by_rules {
        let places =
            |places: Vec<&Place>| places.iter().map(|it| it.to_string()).collect::<Vec<_>>().join(", ");
        let fields = by_rules.was.keys().cloned().collect::<Vec<_>>().join(", ");
        let set = (!by_rules.set.is_empty()).then(|| places(by_rules.set.iter().collect()));
        rows.extend(set.map(|set| ("set", format!("{fields:<10} [{set}]"))));
        let failed = by_rules.failed.iter();
        rows.extend(failed.map(|it| ("rule fails", format!(" {}: {} [{}]", it.field, it.why, it.rule))));
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
    let words = |task: &Task| match task {
        Task::Page { words, .. } => Some(words.clone()),
        Task::Mirror { .. } | Task::Edit { .. } | Task::HangUp { .. } | Task::Ask { .. } => None,
    };
    match (words(before), words(now)) {
        (Some(Words::Card(before)), Some(Words::Card(now))) => {
            (before.language, &before.headline, &before.lines) == (now.language, &now.headline, &now.lines)
        }
        (Some(before), Some(now)) => before == now,
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
        Change::Server(ServerChange::Revision { .. } | ServerChange::Started { .. })
        | Change::Heartbeat(_)
        | Change::Notice(_)
        | Change::Delivery(DeliveryChange::Sent { errand: Errand::Notice { .. }, .. })
        | Change::Alert(AlertChange::Opened(_))
        | Change::Escalation(EscalationChange::Told { purpose: Purpose::Inform, .. })
        | Change::Delivery(DeliveryChange::Outcome { .. } | DeliveryChange::HangUp { .. }) => None,
        Change::Delivery(DeliveryChange::Sent {
            delivery, errand: Errand::Page { user, by }, to, ..
        }) => {
            let told = contacts.iter().find(|told| told.delivery.id == *delivery);
            let name = config.users.get(user).map_or("", |user| &user.name);
            let noun = by.method().noun.0;
            let noun = if by.method().rings { noun.to_uppercase() } else { noun.to_owned() };
            let phone = to.as_ref().map_or_else(String::new, |to| format!(", {to}"));
            let fails =
                if told.is_some() { String::new() } else { format!(" FAILS: no {}", by.method().need.key()) };
            let text = format!("{noun} to {user} ({name}{phone}){fails}");
            Some(Line { text, rule: String::new(), told })
        }
        Change::Delivery(DeliveryChange::Sent { delivery, .. }) => {
            Some(Line { text: first_mirror(*delivery, sent)?, rule: String::new(), told: None })
        }
        _ => {
            let line = Reader::english(config).line(entry);
            Some(Line { text: line.text, rule: line.rule, told: None })
        }
    }
}

/// The channel's message and the ticket, when they are made; not each time they are brought up to date.
fn first_mirror(delivery: DeliveryId, sent: &[(Timestamp, Delivery)]) -> Option<String> {
    let (_, delivery) = sent.iter().find(|(_, it)| it.id == delivery)?;
    let provider = delivery.provider.row().name;
    match &delivery.task {
        Task::Mirror { kind: MirrorKind::Room, place, reference: None, .. } => {
            Some(format!("{provider} channel {place} shows it"))
        }
        Task::Mirror { kind: MirrorKind::Ticket, place, reference: None, .. } => {
            Some(format!("{provider} ticket in {place}"))
        }
        Task::Page { .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::HangUp { .. }
        | Task::Ask { .. } => None,
    }
}

/// The words without the layout of a terminal.
fn plain_words(delivery: &Delivery) -> String {
    match &delivery.task {
        Task::Page { words: Words::Script(script), .. } => {
            let sentences: Vec<String> = script.words.iter().chain(&script.menu).cloned().collect();
            script.language.sentences(&sentences)
        }
        Task::Page { words: Words::Card(card), .. } => {
            [&card.headline].into_iter().chain(&card.lines).cloned().collect::<Vec<_>>().join("\n")
        }
        Task::Page { by, words: Words::Text(text), .. } if by.method().need == Need::Phone => {
            text.line(delivery.repeat, None)
        }
        Task::Page { words: Words::Text(text), .. } => {
            let (title, message) = text.title_and_message(delivery.repeat);
            format!("{title}\n{message}")
        }
        Task::Page { words: Words::Letter(letter), .. } => {
            let lines = [&letter.subject, &letter.card.headline].into_iter().chain(&letter.card.lines);
            lines.cloned().collect::<Vec<_>>().join("\n")
        }
        Task::Page { words: Words::Ticket(_), .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::HangUp { .. }
        | Task::Ask { .. } => String::new(),
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
    let indent = lead.width();
    debug_assert!(indent < COLUMNS / 2, "a lead is narrow");
    for (n, line) in wrap(text, COLUMNS - indent - 2).into_iter().enumerate() {
        let lead = if n == 0 { lead.to_owned() } else { " ".repeat(indent) };
        out.push_str(format!("{lead}{line}").trim_end());
        out.push('\n');
    }
}
