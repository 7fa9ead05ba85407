//! What an incident is about, in few words: its worst alert; of a storm, the number of its alerts and the worst.

use super::Incident;
use super::reader::one_line;

use crate::alert::Severity;
use crate::language::{Language, Shown, Spoken};

/// The most of a summary that is said aloud, in characters: about a minute.
pub const SPOKEN_SUMMARY_MAX: usize = 300;

/// The most incidents whose words a bundled call says; the rest are counted.
pub const SPOKEN_INCIDENTS_MAX: usize = 3;

/// In a line: `storm 214 (3 critical): orders hang`.
pub(super) fn subject(incident: &Incident, language: Language) -> String {
    let worst = incident.worst_summary();
    match incident.storm_size() {
        Some(size) => {
            let storm = language.shown(&Shown::Storm { alerts: size.alerts, critical: size.critical });
            format!("{storm}: {worst}")
        }
        None => worst.to_owned(),
    }
}

/// The worst alerts that fire in a storm, a line for each, and how many there are beside; empty for any other incident.
pub(super) fn worst_lines(incident: &Incident, max: usize, language: Language) -> Vec<String> {
    let Some(size) = incident.storm_size() else { return Vec::new() };
    let worst = incident.worst_ones(max);
    let line = |alert: &&super::Alert| {
        let severity = language.word(super::reader::severity(alert.severity));
        format!("[{severity}] {}", one_line(incident.summary_of(alert), SPOKEN_SUMMARY_MAX))
    };
    let more = size.alerts.saturating_sub(worst.len());
    let more = (more > 0 && !worst.is_empty()).then(|| language.shown(&Shown::More { count: more }));
    worst.iter().map(line).chain(more).collect()
}

/// What a call says of it: the critical alerts of a storm by their words, as many as can be listened to, then the number.
pub(super) fn spoken(incident: &Incident, language: Language) -> Vec<String> {
    let said = |text: &str| one_line(text, SPOKEN_SUMMARY_MAX);
    let Some(size) = incident.storm_size() else {
        return vec![language.spoken(&Spoken::Summary { text: &said(incident.worst_summary()) })];
    };
    let worst = incident.worst_ones(SPOKEN_INCIDENTS_MAX);
    let named = worst.iter().enumerate().filter(|(n, alert)| *n == 0 || alert.severity == Severity::Critical);
    let mut words: Vec<String> = named
        .map(|(_, alert)| language.spoken(&Spoken::Summary { text: &said(incident.summary_of(alert)) }))
        .collect();
    words.push(language.spoken(&Spoken::Storm { alerts: size.alerts, critical: size.critical }));
    words
}

/// The same among several incidents, in a few words.
pub(super) fn spoken_among(incident: &Incident, language: Language) -> String {
    let worst = one_line(incident.worst_summary(), SPOKEN_SUMMARY_MAX);
    match incident.storm_size() {
        Some(size) => {
            let storm = language.spoken(&Spoken::Storm { alerts: size.alerts, critical: size.critical });
            language.sentences(&[language.spoken(&Spoken::Sentence { text: &worst }), storm])
        }
        None => worst,
    }
}
