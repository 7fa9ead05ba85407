//! What came of alerts that were played: what each came to beside the others, who is told in a sentence
//! ([`told_sentence`](super::told_sentence)), the rules that decided, a [`picture`](super::picture), and every contact with
//! its words ([`told_lines`](super::told_lines)).

use super::instant::zone_name;
use super::picture::picture;
use super::told_lines::{lines, push_goes_on};
use super::told_sentence::sentence;
use super::told_shown::{Shown, Told, contacts, fate_text, opened, push_wrapped};
use crate::alert::{Action, Event, UNPARSED};
use crate::config::Need;
use crate::incident::{Change, Delivery, EscalationChange, IncidentId, Opened, ResponseChange, Task, Words};
use crate::language::Language;
use crate::language::played::{Playing, RowName};
use crate::place::Place;
use crate::preview::Simulated;
use crate::preview::timeline::level;
use crate::preview::together::{Fate, What};
use crate::route;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr;

/// The most of a summary of an alert that is shown, in characters.
const SUMMARY_MAX: usize = 200;
/// Of how many alerts of a body it is shown what they come to, and of how many incidents the rules; JSON has all.
const FATES_MAX: usize = 20;
const HEADERS_MAX: usize = 10;
/// How wide the names of rows are, in columns.
const NAMES: usize = 10;

/// The alerts of a body, and what came of them together.
pub(super) struct Played {
    pub events: Vec<Event>,
    pub simulated: Simulated,
    /// Of so many open incidents the list does not say the labels.
    pub without_labels: usize,
}

/// A timeline for a terminal: first in one sentence, then every contact until `horizon`.
pub(super) fn text(show: Shown<'_>, horizon: SignedDuration, played: &Played) -> String {
    let mut out = String::new();
    let simulated = &played.simulated;
    let contacts = contacts(simulated, show.at);
    for event in played.events.iter().filter(|event| event.labels.contains_key(UNPARSED)) {
        push_wrapped(&mut out, "!! ", &show.say(Playing::CannotRead { summary: &event.summary }));
        out.push('\n');
    }
    match (&played.events[..], &simulated.fates[..]) {
        ([], _) => return show.say(Playing::NothingInIt) + "\n",
        ([event], [fate]) => {
            if event.action != Action::Trigger && contacts.is_empty() {
                out.push_str(&untold(show, event, simulated, fate));
                return out;
            }
            push_wrapped(&mut out, "", &sentence(show, simulated, &contacts));
        }
        (events, fates) => {
            let incidents = alive(fates).len();
            push_wrapped(&mut out, "", &show.say(Playing::InIt { alerts: events.len(), incidents }));
            out.push('\n');
            out.push_str(&each(show, events, simulated));
            out.push('\n');
            push_wrapped(&mut out, "", &sentence(show, simulated, &contacts));
        }
    }
    if played.without_labels > 0 {
        push_wrapped(&mut out, "", &show.say(Playing::NoLabels { incidents: played.without_labels }));
    }
    out.push('\n');
    out.push_str(&headers(show, played));
    out.push('\n');
    if !contacts.is_empty() {
        out.push_str(&picture(show.at, simulated, show.language));
        out.push('\n');
    }
    let several = alive(&simulated.fates).len() > 1;
    out.push_str(&lines(show, simulated, &contacts, several));
    let taken = |change: &Change| matches!(change, Change::Response(ResponseChange::Acknowledged { .. }));
    let pages = |change: &Change| matches!(change, Change::Escalation(EscalationChange::StepBegan(_)));
    let any = |of: fn(&Change) -> bool| simulated.entries.iter().any(|entry| of(&entry.change));
    if !any(taken) && any(pages) {
        push_goes_on(&mut out, show, show.at.checked_add(horizon).unwrap_or(show.at));
    }
    out
}

/// The incidents that alerts open, join or change.
fn alive(fates: &[Fate]) -> BTreeSet<IncidentId> {
    let ends = |fate: &&Fate| matches!(fate.what, What::Ends | What::Ignored(_) | What::Noted);
    fates.iter().filter(|fate| !ends(fate)).filter_map(|fate| fate.incident).collect()
}

/// Of one event that tells nobody: what it says, and the incident that hears of it.
fn untold(show: Shown<'_>, event: &Event, simulated: &Simulated, fate: &Fate) -> String {
    let cut = crate::alert::cut(&event.summary, SUMMARY_MAX);
    let summary = cut.as_str();
    let text = match event.action {
        Action::Beat => show.say(Playing::OnlyHeartbeat { integration: &event.integration }),
        Action::Resolve => show.say(Playing::Over { summary }),
        Action::Acknowledge => show.say(Playing::AlreadyTaken { summary }),
        Action::Trigger | Action::Update | Action::Note | Action::Change => {
            show.say(Playing::ToBeNoted { summary })
        }
    };
    let mut out = String::new();
    push_wrapped(&mut out, "", &text);
    if fate.incident.is_some() && event.action != Action::Beat {
        push_wrapped(&mut out, "", &fate_text(show, simulated, fate));
    }
    out
}

/// What each alert of several comes to.
fn each(show: Shown<'_>, events: &[Event], simulated: &Simulated) -> String {
    let mut out = String::new();
    for (n, (event, fate)) in events.iter().zip(&simulated.fates).enumerate().take(FATES_MAX) {
        let (cut, integration) = (crate::alert::cut(&event.summary, SUMMARY_MAX), &event.integration);
        let alert = show.say(Playing::Alert { summary: &cut, integration });
        push_wrapped(&mut out, &format!("{:>2}  ", n + 1), &alert);
        let text = match event.action {
            Action::Beat => show.say(Playing::Heartbeat { integration }),
            _ => fate_text(show, simulated, fate),
        };
        push_wrapped(&mut out, "    ", &text);
    }
    if let more @ 1.. = events.len().saturating_sub(FATES_MAX) {
        push_wrapped(&mut out, "    ", &show.say(Playing::MoreAlerts { more }));
    }
    out
}

/// An object: what each alert comes to, and the contacts in the order of time.
pub(super) fn json(at: Timestamp, played: &Played) -> String {
    let simulated = &played.simulated;
    let mut contacts = contacts(simulated, at);
    contacts.sort_by_key(|told| told.at);
    let contact = |told: &Told| {
        json!({
            "at": told.at.to_string(),
            "after_seconds": told.after.as_secs(),
            "user": told.user,
            "by": told.by.method().name,
            "incidents": told.delivery.incidents,
            "words": plain_words(told.delivery),
        })
    };
    let alert = |(event, fate): (&Event, &Fate)| {
        json!({
            "integration": event.integration,
            "dedup_key": event.dedup_key,
            "summary": event.summary,
            "action": event.action,
            "becomes": word(&fate.what),
            "why": why(&fate.what),
            "incident": fate.incident,
            "service": fate.service,
            "alerts": fate.alerts,
            "held_back": fate.held.as_ref().map(|held| json!({
                "by": held.by, "rule": held.origin.to_string(), "reason": held.reason, "until": held.until,
                "source": held.source,
            })),
        })
    };
    let alerts: Vec<Value> = played.events.iter().zip(&simulated.fates).map(alert).collect();
    let contacts: Vec<Value> = contacts.iter().map(contact).collect();
    format!("{:#}\n", json!({ "alerts": alerts, "contacts": contacts }))
}

/// One word for programs.
fn word(what: &What) -> &'static str {
    match what {
        What::Opens => "opens",
        What::BeginsStorm(_) => "begins_storm",
        What::Joins => "joins",
        What::Folds(_) => "joins_storm",
        What::Reopens => "reopens",
        What::Changes => "changes",
        What::Ends => "ends",
        What::Taken => "acknowledged",
        What::Noted => "noted",
        What::Ignored(_) => "ignored",
        What::Nothing => "nothing",
    }
}

fn why(what: &What) -> Option<String> {
    match what {
        What::Ignored(why) => Some(Language::En.why(why)),
        What::BeginsStorm(folded) | What::Folds(folded) => Some(Language::En.why(&folded.why)),
        What::Opens
        | What::Joins
        | What::Reopens
        | What::Changes
        | What::Ends
        | What::Taken
        | What::Noted
        | What::Nothing => None,
    }
}

/// The alerts, and the rules that decided on them: of one, or of each that opened an incident.
fn headers(show: Shown<'_>, played: &Played) -> String {
    let opened = opened(&played.simulated);
    if let [event] = &played.events[..] {
        let event = route::rules(show.config, event.clone()).event;
        return header(show, &event, opened.first().map(|(_, opened)| *opened));
    }
    let first = opened.iter().take(HEADERS_MAX);
    let mut parts: Vec<String> =
        first.map(|(id, opened)| format!("{id}\n{}", header(show, &opened.event, Some(opened)))).collect();
    if let more @ 1.. = opened.len().saturating_sub(HEADERS_MAX) {
        parts.push(show.say(Playing::MoreIncidents { more }) + "\n");
    }
    parts.join("\n")
}

fn header(show: Shown<'_>, event: &Event, opened: Option<&Opened>) -> String {
    let (zone, language) = (&show.config.organisation.time_zone, show.language);
    let summary = crate::alert::cut(&event.summary, SUMMARY_MAX);
    let alert = show.say(Playing::Alert { summary: &summary, integration: &event.integration });
    let at = format!("{} {}", show.clock(show.at), zone_name(zone));
    let mut rows = vec![(RowName::Alert, alert), (RowName::At, at)];
    if let Some(opened) = opened {
        let none = show.say(Playing::NoService);
        let service = opened.service.as_deref().unwrap_or(&none);
        let severity = opened.severity.as_str();
        let severity = match event.severity.map(|said| said.as_str()) {
            Some(said) if said == severity => said.to_owned(),
            Some(said) => show.say(Playing::MonitorSays { severity, said }),
            None => show.say(Playing::MonitorSaysNone { severity }),
        };
        let urgency = language.urgency_word(level(opened.urgency));
        rows.push((RowName::Service, format!("{} [{}]", padded(service), language.rule(&opened.route_rule))));
        rows.push((RowName::Severity, severity));
        rows.push((
            RowName::Urgency,
            format!("{} [{}]", padded(urgency), language.rule(&opened.urgency_rule)),
        ));
        rows.extend(opened.policy.as_ref().map(|policy| (RowName::Policy, policy.to_string())));
    }
    if let Some(by_rules) = &event.by_rules {
        let places =
            |places: Vec<&Place>| places.iter().map(|it| it.to_string()).collect::<Vec<_>>().join(", ");
        let fields = by_rules.was.keys().cloned().collect::<Vec<_>>().join(", ");
        let set = (!by_rules.set.is_empty()).then(|| places(by_rules.set.iter().collect()));
        rows.extend(set.map(|set| (RowName::Set, format!("{} [{set}]", padded(&fields)))));
        let failed = by_rules.failed.iter();
        rows.extend(
            failed.map(|it| (RowName::RuleFails, format!(" {}: {} [{}]", it.field, it.why, it.rule))),
        );
    }
    let mut out = String::new();
    for (name, value) in rows {
        push_wrapped(&mut out, &padded(language.row_name(name)), &value);
    }
    out
}

/// Filled up to the columns of a name.
fn padded(text: &str) -> String {
    format!("{text}{:room$}", "", room = NAMES.saturating_sub(text.width()))
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
