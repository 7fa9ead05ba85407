//! Who reads, and how things are named to them: people, services, severities, in their language and zone.

use super::{Hold, Incident};
use crate::alert::Severity;
use crate::config::{Config, Service, Urgency, User};
use crate::language::timeline::HeldBy;
use crate::language::{Language, Word};
use crate::route::OWN_INTEGRATION;
use jiff::tz::TimeZone;

/// The most names that are listed as told.
pub const NAMES_MAX: usize = 10;

/// `text` in at most `max` characters, cut at a character with a mark.
pub fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

/// Whose language and clock the words are in.
pub(super) struct Reader<'a> {
    pub language: Language,
    pub zone: &'a TimeZone,
}

impl<'a> Reader<'a> {
    pub(super) fn organisation(config: &'a Config) -> Reader<'a> {
        Reader { language: config.organisation.language, zone: &config.organisation.time_zone }
    }

    pub(super) fn person(config: &'a Config, user: &str) -> Reader<'a> {
        let own = |user: &'a User| Reader { language: user.language, zone: &user.time_zone };
        config.users.get(user).map_or_else(|| Reader::organisation(config), own)
    }
}

pub(super) fn person(config: &Config, user: &str) -> String {
    config.users.get(user).map_or(user, |user| &user.name).to_owned()
}

pub(super) fn service<'a>(config: &'a Config, incident: &Incident) -> Option<&'a Service> {
    config.services.get(incident.service.as_ref()?)
}

pub(super) fn service_name(config: &Config, incident: &Incident, language: Language) -> String {
    match (service(config, incident), &incident.service) {
        (Some(service), _) => service.name.clone(),
        (None, Some(id)) => id.to_string(),
        (None, None) if *incident.integration == *OWN_INTEGRATION => {
            language.word(Word::OwnServer).to_owned()
        }
        (None, None) => language.word(Word::UnknownService).to_owned(),
    }
}

pub fn is_url(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

pub(super) fn one_line(text: &str, max: usize) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

pub(super) fn severity(severity: Severity) -> Word {
    match severity {
        Severity::Critical => Word::Critical,
        Severity::Error => Word::Error,
        Severity::Warning => Word::Warning,
        Severity::Info => Word::Info,
    }
}

pub(super) fn urgency(urgency: Urgency) -> Word {
    match urgency {
        Urgency::High => Word::High,
        Urgency::Low => Word::Low,
        Urgency::None => Word::NoUrgency,
    }
}

pub(super) fn held_by(by: Hold) -> HeldBy {
    match by {
        Hold::Silence => HeldBy::Silence,
        Hold::Inhibition => HeldBy::Inhibition,
        Hold::Wait => HeldBy::Wait,
    }
}
