//! What is shown of an incident in a message: the headline, the fields, the lines, the buttons.
//!
//! Nothing is escaped or cut to a vendor's limits here.

use super::marks::marks;
use super::reader::{NAMES_MAX, Reader, cut, is_url, one_line, person, service_name, severity, urgency};
use super::runbook::{runbook_file, runbook_url};
use super::subject::{subject, worst_lines};
use super::words::{Button, ButtonKind, Card, Field};
use super::{Escalation, Hold, Incident, Status, StepAt};
use crate::actor::Actor;
use crate::alert;
use crate::config::{Config, MirrorKind};
use crate::language::chat::Doing;
use crate::language::timeline::Held;
use crate::language::{Language, Shown, Word};
use crate::schedule::UserId;
use jiff::Timestamp;

/// The most incidents that a bundled card lists; the rest are counted.
pub const LISTED_INCIDENTS_MAX: usize = 10;
/// The most of a description that a card shows, in characters.
pub const CARD_DESCRIPTION_MAX: usize = 1500;

/// The direct message to `user` about these incidents.
pub(super) fn direct(config: &Config, incidents: &[&Incident], user: &str) -> Card {
    let reader = Reader::person(config, user);
    let mut card = match incidents {
        [incident] => card(config, incident, &reader),
        several => several_card(config, several, &reader),
    };
    let asked = incidents.iter().any(|incident| incident.awaits(user));
    if asked && !card.buttons.iter().any(|button| button.kind == ButtonKind::Acknowledge) {
        let word = if incidents.len() > 1 { Word::AcknowledgeAll } else { Word::Acknowledge };
        card.buttons.insert(0, button(ButtonKind::Acknowledge, reader.language, word));
    }
    if let [incident] = incidents
        && asked
        && let Some(who) = by(config, incident, reader.language)
    {
        card.lines.insert(0, reader.language.shown(&Shown::EachIsAsked { who: &who }));
    }
    card
}

pub(super) fn card(config: &Config, incident: &Incident, reader: &Reader) -> Card {
    let language = reader.language;
    let description = cut(incident.description.trim(), CARD_DESCRIPTION_MAX);
    let firing = incident.firing_lines(reader).join("\n");
    let mut buttons = match incident.status {
        Status::Triggered => vec![
            button(ButtonKind::Acknowledge, language, Word::Acknowledge),
            button(ButtonKind::Resolve, language, Word::Resolve),
        ],
        Status::Acknowledged => vec![button(ButtonKind::Resolve, language, Word::Resolve)],
        Status::Resolved => Vec::new(),
    };
    buttons.extend(
        runbook_url(config, incident)
            .filter(|_| incident.status != Status::Resolved)
            .map(|url| button(ButtonKind::Open(url), language, Word::Runbook)),
    );
    Card {
        language,
        incidents: vec![incident.id],
        headline: format!(
            "{} {}{}",
            mark(incident.status),
            bare_headline(config, incident, language),
            inhibited(incident, language) + &marks(incident, reader)
        ),
        fields: fields(config, incident, reader),
        lines: match incident.storm_size() {
            Some(_) => worst_lines(incident, LISTED_INCIDENTS_MAX, language),
            None => [firing, description].into_iter().filter(|text| !text.is_empty()).collect(),
        },
        links: incident.links.iter().filter(|link| is_url(&link.href)).cloned().collect(),
        buttons,
        menu: match incident.status {
            Status::Triggered | Status::Acknowledged => {
                vec![Doing::Escalate, Doing::Snooze, Doing::Reassign, Doing::Note]
            }
            // Nothing to press stays on what is over; `/oncall reopen` opens it again.
            Status::Resolved => Vec::new(),
        },
        severity: Some(incident.severity),
    }
}

fn several_card(config: &Config, incidents: &[&Incident], reader: &Reader) -> Card {
    let language = reader.language;
    let mut lines: Vec<String> = incidents
        .iter()
        .take(LISTED_INCIDENTS_MAX)
        .map(|incident| {
            let headline = bare_headline(config, incident, language);
            let others = Some(incident.firing() - 1).filter(|count| *count > 0);
            let others = others.map(|count| format!(", {}", language.shown(&Shown::More { count })));
            format!("{} {headline}{} ({})", mark(incident.status), others.unwrap_or_default(), incident.id)
        })
        .collect();
    if let Some(count) = incidents.len().checked_sub(LISTED_INCIDENTS_MAX).filter(|&n| n > 0) {
        lines.push(language.shown(&Shown::More { count }));
    }
    let least = incidents.iter().map(|incident| incident.status).min().unwrap_or(Status::Resolved);
    let mut buttons = Vec::new();
    if least == Status::Triggered {
        buttons.push(button(ButtonKind::Acknowledge, language, Word::AcknowledgeAll));
    }
    Card {
        language,
        incidents: incidents.iter().map(|incident| incident.id).collect(),
        headline: format!("{} {}", mark(least), language.shown(&Shown::Several { count: incidents.len() })),
        fields: Vec::new(),
        lines,
        links: Vec::new(),
        buttons,
        menu: Vec::new(),
        severity: incidents.iter().map(|incident| incident.severity).max(),
    }
}

fn button(kind: ButtonKind, language: Language, word: Word) -> Button {
    Button { kind, label: language.word(word).to_owned() }
}

pub(super) fn fields(config: &Config, incident: &Incident, reader: &Reader) -> Vec<Field> {
    let language = reader.language;
    let field = |label: Word, value: String| Field { label: language.word(label), value };
    let mut all = vec![
        field(Word::Status, state_word(config, incident, language)),
        field(Word::Service, service_name(config, incident, language)),
        field(Word::Severity, language.word(severity(incident.severity)).to_owned()),
        field(Word::Urgency, language.word(urgency(incident.urgency)).to_owned()),
        field(Word::Began, language.date_time(incident.opened_at, reader.zone)),
        field(Word::Incident, incident.id.to_string()),
    ];
    if incident.alerts.len() > 1 {
        let beyond = incident.storm.as_ref().map_or(0, |storm| storm.beyond as usize);
        let firing = incident.alerts.iter().filter(|alert| alert.lasts()).count() + beyond;
        let count = Shown::AlertCount { firing, total: incident.alerts.len() + beyond };
        all.push(field(Word::Alerts, language.shown(&count)));
    }
    let labels = incident.shown_labels();
    if !labels.is_empty() {
        all.push(field(Word::Labels, labels.join("\n")));
    }
    if !incident.source.is_empty() {
        all.push(field(Word::Source, one_line(&incident.source, alert::LABEL_MAX)));
    }
    let muted = incident.held_back.as_ref().filter(|_| incident.is_muted());
    if let Some(held) = muted.filter(|_| incident.status != Status::Resolved) {
        let until = language.date_time(held.until, reader.zone);
        let rule = held.origin.to_string();
        let source = held.source.map(|id| id.to_string());
        let held_words = Held {
            by: super::reader::held_by(held.by),
            until: &until,
            rule: &rule,
            reason: &held.reason,
            source: source.as_deref(),
        };
        let label = if held.by == Hold::Inhibition { Word::Inhibited } else { Word::Silenced };
        all.push(field(label, language.shown(&Shown::Held(held_words))));
    }
    if let Some(escalation) = incident.escalation.as_ref().filter(|_| incident.status == Status::Triggered) {
        all.push(field(Word::Telling, telling(config, escalation, reader)));
    }
    let tickets = incident.mirrors.iter().filter(|mirror| mirror.kind == MirrorKind::Ticket);
    let keys: Vec<String> = tickets.filter_map(|mirror| mirror.reference.clone()).collect();
    if !keys.is_empty() {
        all.push(field(Word::Ticket, language.list(&keys)));
    }
    // What is over has no buttons; nor can what has no address be opened by one.
    if incident.status == Status::Resolved || runbook_url(config, incident).is_none() {
        all.extend(runbook_file(config, incident).map(|book| field(Word::Runbook, book)));
    }
    all
}

/// Where it stands, and by whom.
pub fn state_word(config: &Config, incident: &Incident, language: Language) -> String {
    let status = match incident.status {
        Status::Triggered => Word::Triggered,
        Status::Acknowledged => Word::Acknowledged,
        Status::Resolved => Word::Resolved,
    };
    match by(config, incident, language) {
        Some(who) => language.shown(&Shown::By { status, who: &who }),
        None => language.word(status).to_owned(),
    }
}

/// Who brought the incident to where it stands.
fn by(config: &Config, incident: &Incident, language: Language) -> Option<String> {
    let actors: Vec<&Actor> = match incident.status {
        Status::Triggered => Vec::new(),
        Status::Acknowledged => incident.acknowledgement.iter().flat_map(|held| &held.by).collect(),
        Status::Resolved => incident.resolved_by.as_deref().into_iter().collect(),
    };
    let names: Vec<String> = actors.iter().map(|actor| config.name_of(actor).to_owned()).collect();
    (!names.is_empty()).then(|| language.list(&names))
}

fn telling(config: &Config, escalation: &Escalation, reader: &Reader) -> String {
    telling_line(config, &escalation.at, &escalation.told, escalation.deadline, reader)
}

/// Who is told in a step, and when the next begins.
pub(super) fn telling_line(
    config: &Config,
    at: &StepAt,
    told: &[UserId],
    next: Timestamp,
    reader: &Reader,
) -> String {
    let steps = config.policies.get(&at.policy).map_or(1, |policy| policy.steps.len());
    let step = at.step.saturating_add(1);
    let names: Vec<String> = told.iter().take(NAMES_MAX).map(|user| person(config, user)).collect();
    reader.language.shown(&Shown::Telling {
        step,
        steps: u32::try_from(steps).unwrap_or(u32::MAX).max(step),
        round: at.round.saturating_add(1),
        names: &names,
        fallback: at.fallback,
        next: &reader.language.clock(next, reader.zone),
    })
}

/// The mark of where it stands, and its headline.
pub fn headline(config: &Config, incident: &Incident, language: Language) -> (&'static str, String) {
    (mark(incident.status), bare_headline(config, incident, language))
}

pub(super) fn bare_headline(config: &Config, incident: &Incident, language: Language) -> String {
    let severity = language.word(severity(incident.severity));
    let service = service_name(config, incident, language);
    let others = incident.alerts.iter().filter(|alert| alert.lasts()).count().saturating_sub(1);
    let counted = incident.storm_size().is_none() && others > 0;
    let others = if counted { format!(" +{others}") } else { String::new() };
    let words = one_line(&subject(incident, language), alert::SUMMARY_MAX);
    format!("[{severity}] {service}: {words}{others}")
}

/// Which incident inhibits it, behind the headline.
fn inhibited(incident: &Incident, language: Language) -> String {
    let held = incident.held_back.as_ref().filter(|_| incident.status != Status::Resolved);
    let source = held.and_then(|held| held.source).map(|id| id.to_string());
    source.map_or_else(String::new, |source| language.shown(&Shown::InhibitedBy { source: &source }))
}

fn mark(status: Status) -> &'static str {
    match status {
        Status::Triggered => "🔴",
        Status::Acknowledged => "🟡",
        Status::Resolved => "✅",
    }
}
