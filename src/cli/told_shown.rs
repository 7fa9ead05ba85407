//! What the parts of an answer about played alerts share: for whom it is, every contact, what an alert comes to in words.

use super::instant::Clock;
use crate::config::{Config, Contact};
use crate::incident::{AlertChange, Change, Delivery, IncidentId, Opened};
use crate::language::Language;
use crate::language::played::{HeldNow, Playing};
use crate::place::Place;
use crate::preview::Simulated;
use crate::preview::timeline::{held_by, level};
use crate::preview::together::{Fate, What};
use crate::provider::{COLUMNS, wrap};
use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

/// For whom it is shown, and when the alerts came.
#[derive(Clone, Copy)]
pub(super) struct Shown<'c> {
    pub config: &'c Config,
    pub language: Language,
    pub at: Timestamp,
}

/// One contact of a person.
pub(super) struct Told<'p> {
    pub after: SignedDuration,
    pub at: Timestamp,
    pub user: &'p str,
    pub by: Contact,
    pub delivery: &'p Delivery,
}

impl Shown<'_> {
    pub(super) fn clock(&self, at: Timestamp) -> String {
        Clock { zone: &self.config.organisation.time_zone, language: self.language }.local(at)
    }

    pub(super) fn say(&self, piece: Playing<'_>) -> String {
        self.language.playing(piece)
    }
}

/// What an alert comes to, and what holds that back: `opens 1-2 of web: critical, urgency high; muted by 1-1 …`.
pub(super) fn fate_text(show: Shown<'_>, simulated: &Simulated, fate: &Fate) -> String {
    let id = fate.incident.map(|id| id.to_string()).unwrap_or_default();
    let (incident, alerts) = (id.as_str(), fate.alerts);
    let mut text = match &fate.what {
        What::Opens => match opened(simulated).iter().find(|(of, _)| Some(*of) == fate.incident) {
            Some((_, opened)) => show.say(Playing::Opens {
                incident,
                service: opened.service.as_deref(),
                severity: opened.severity.as_str(),
                urgency: show.language.urgency_word(level(opened.urgency)),
            }),
            None => id.clone(),
        },
        What::BeginsStorm(folded) | What::Folds(folded) => {
            let why = show.language.why(&folded.why);
            let rule = folded.rule.as_ref().map(Place::to_string).unwrap_or_default();
            let (why, rule) = (why.as_str(), rule.as_str());
            match &fate.what {
                What::Folds(_) => show.say(Playing::Folds { incident, why, rule, alerts }),
                _ => show.say(Playing::BeginsStorm { incident, why, rule, alerts }),
            }
        }
        What::Joins => show.say(Playing::Joins { incident, alerts }),
        What::Reopens => show.say(Playing::Reopens { incident }),
        What::Changes => show.say(Playing::Changes { incident }),
        What::Ends => show.say(Playing::Ends { incident }),
        What::Taken => show.say(Playing::Taken { incident }),
        What::Noted => show.say(Playing::Noted),
        What::Ignored(why) => show.say(Playing::Ignored { why: &show.language.why(why) }),
        What::Nothing => show.say(Playing::TellsNobody),
    };
    if let Some(held) = held(show, fate) {
        text.push_str(if show.language == Language::Ja { "。" } else { "; " });
        text.push_str(&held);
    }
    text
}

/// What holds the incident of an alert back.
pub(super) fn held(show: Shown<'_>, fate: &Fate) -> Option<String> {
    let held = fate.held.as_ref()?;
    let (until, rule) = (show.clock(held.until), held.origin.to_string());
    let source = held.source.map(|id| id.to_string());
    let source = source.as_deref().zip(fate.source.as_deref());
    let now = HeldNow { by: held_by(held.by), until: &until, reason: &held.reason, rule: &rule, source };
    Some(show.say(Playing::Held(now)))
}

/// The incidents that were opened, each with what opened it.
pub(super) fn opened(simulated: &Simulated) -> Vec<(IncidentId, &Opened)> {
    let opened = simulated.entries.iter().filter_map(|entry| match &entry.change {
        Change::Alert(AlertChange::Opened(opened)) => Some((entry.incident?, &**opened)),
        _ => None,
    });
    opened.collect()
}

pub(super) fn contacts(simulated: &Simulated, from: Timestamp) -> Vec<Told<'_>> {
    let mut contacts = Vec::new();
    for (at, delivery) in &simulated.sent {
        // What is about no incident would be told without this alert too.
        let told = delivery.task.contact().filter(|_| !delivery.incidents.is_empty());
        let Some((user, by)) = told else { continue };
        contacts.push(Told { after: at.duration_since(from), at: *at, user, by, delivery });
    }
    contacts
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
