//! What a call says, and what it answers to a key: the words that are heard, not read.
//!
//! Short, in the language of the person who is called, the menu last. The voice, the keys and the limits of a call are
//! the provider's.

use super::reader::{Reader, service, service_name, severity};
use super::subject::{SPOKEN_INCIDENTS_MAX, spoken, spoken_among};
use super::words::CallScript;
use super::{Asked, Incident, Reply};
use crate::config::Config;
use crate::language::{Language, Spoken};

/// The words of a call to `user` about these incidents, most urgent first as given.
pub fn call(config: &Config, incidents: &[&Incident], user: &str) -> CallScript {
    let reader = Reader::person(config, user);
    let language = reader.language;
    let name = config.users.get(user).map_or(user, |u| u.reading.as_deref().unwrap_or(&u.name));
    let mut words = vec![language.spoken(&Spoken::Greeting { name })];
    if incidents.iter().any(|incident| fallback(incident)) {
        words.push(language.spoken(&Spoken::Fallback));
    }
    match incidents {
        [incident] => {
            words.extend(one_spoken(config, incident, &reader));
            words.extend(incident.awaits(user).then(|| language.spoken(&Spoken::EachIsAsked)));
        }
        several => words.extend(several_spoken(config, several, language)),
    }
    let organisation = &config.organisation;
    let back = match (&organisation.public_url, &organisation.slack) {
        (Some(_), _) => Back::Keys,
        // A button comes back through a socket, or not at all.
        (None, Some(slack)) if slack.app_token.is_some() => Back::Slack,
        (None, _) => Back::Nothing,
    };
    CallScript { language, words, menu: menu(language, back, incidents.len() > 1) }
}

/// The keys of a call about so many incidents, which its provider tells when it is asked.
pub(super) fn give_keys(script: &mut CallScript, several: bool) {
    script.menu = menu(script.language, Back::Keys, several);
}

/// How an answer to a call comes back to us.
#[derive(Clone, Copy)]
enum Back {
    Keys,
    Slack,
    Nothing,
}

/// The answer to a key on the phone, to be heard before the call ends; `Say` is said by its script instead.
pub fn reply_spoken(reply: &Reply, language: Language) -> String {
    language.spoken(&match reply {
        Reply::Done { action: Asked::Acknowledge, .. } => Spoken::Acknowledged,
        Reply::Done { action: Asked::Resolve { .. }, .. } => Spoken::Resolved,
        Reply::Done { action: Asked::Escalate { .. }, .. } => Spoken::Escalated,
        Reply::Already { action: Asked::Acknowledge, by, .. } => Spoken::AlreadyAcknowledged { by },
        Reply::Already { action: Asked::Resolve { .. }, by, .. } => Spoken::AlreadyResolved { by },
        Reply::Already { action: Asked::Escalate { .. }, by, .. } => Spoken::AlreadyEscalated { to: by },
        Reply::Already { by, .. } => Spoken::AlreadyDone { by },
        Reply::Noted { .. } => Spoken::Noted,
        Reply::Done { .. }
        | Reply::Confirm(_)
        | Reply::Made { .. }
        | Reply::Ended
        | Reply::Passed
        | Reply::Testing { .. }
        | Reply::Taken { .. }
        | Reply::Say(_)
        | Reply::Refused(_)
        | Reply::NotFound => Spoken::NotFound,
    })
}

fn one_spoken(config: &Config, incident: &Incident, reader: &Reader) -> Vec<String> {
    let service = spoken_service(config, incident, reader.language);
    let at = incident.opened_at.to_zoned(reader.zone.clone());
    let alert = Spoken::Alert { service: &service, severity: severity(incident.severity) };
    let mut words = vec![reader.language.spoken(&alert)];
    words.extend(spoken(incident, reader.language));
    let others = others(incident).filter(|_| incident.storm_size().is_none());
    words.extend(others.map(|others| reader.language.spoken(&others)));
    words.push(reader.language.spoken(&Spoken::Began { at: &at }));
    words
}

fn several_spoken(config: &Config, incidents: &[&Incident], language: Language) -> Vec<String> {
    let firing = |incidents: &[&Incident]| incidents.iter().map(|incident| incident.firing()).sum();
    let mut words = vec![language.spoken(&Spoken::Several { count: firing(incidents) })];
    for (index, incident) in incidents.iter().take(SPOKEN_INCIDENTS_MAX).enumerate() {
        words.push(language.spoken(&Spoken::Numbered {
            number: index + 1,
            service: &spoken_service(config, incident, language),
            severity: severity(incident.severity),
            text: &spoken_among(incident, language),
        }));
        words.extend(others(incident).map(|phrase| language.spoken(&phrase)));
    }
    if let Some(rest) = incidents.get(SPOKEN_INCIDENTS_MAX..).filter(|rest| !rest.is_empty()) {
        words.push(language.spoken(&Spoken::More { count: firing(rest) }));
    }
    words
}

/// How many alerts fire beside the one that was named, where there are more.
fn others(incident: &Incident) -> Option<Spoken<'static>> {
    let count = incident.firing() - 1;
    (count > 0 && incident.storm_size().is_none()).then_some(Spoken::Others { count })
}

fn menu(language: Language, back: Back, several: bool) -> Vec<String> {
    let phrases: &[Spoken] = match (back, several) {
        (Back::Slack, _) => &[Spoken::NoKeys],
        (Back::Nothing, _) => &[Spoken::NoWayBack],
        (Back::Keys, false) => {
            &[Spoken::AcknowledgeKey, Spoken::EscalateKey, Spoken::ResolveKey, Spoken::RepeatKey]
        }
        (Back::Keys, true) => &[Spoken::AcknowledgeAllKey, Spoken::EscalateKey, Spoken::RepeatKey],
    };
    phrases.iter().map(|phrase| language.spoken(phrase)).collect()
}

/// A reading is for a voice of the organisation's language; another one says the name.
fn spoken_service(config: &Config, incident: &Incident, language: Language) -> String {
    let reading = service(config, incident).and_then(|service| service.reading.clone());
    reading
        .filter(|_| language == config.organisation.language)
        .unwrap_or_else(|| service_name(config, incident, language))
}

fn fallback(incident: &Incident) -> bool {
    incident.escalation.as_ref().is_some_and(|escalation| escalation.at.fallback)
}
