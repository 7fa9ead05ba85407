//! What a text message says: one line that fits two segments, in the language of the person.
//!
//! How bad, which service, what, and the incident's number; of several alerts, how many and the worst. A code to answer with stands
//! only where an answer can reach us: from Japan none does. The summary gives way where the line is too long. Sending it is the provider's.

use super::Incident;
use super::reader::{Reader, one_line, service_name, severity};
use super::subject::subject;
use super::words::Text;
use crate::alert;
use crate::config::{Config, Urgency};
use crate::language::Shown;
use crate::language::texts::TextLine;

/// The longest line, in UTF-16 units: two joined segments of 67.
pub const TEXT_MAX: usize = 134;
/// The longest link, in UTF-16 units: something must be left for the words.
pub const LINK_MAX: usize = 90;
/// The most of a service's name, in UTF-16 units.
const SERVICE_MAX: usize = 40;

/// The text message to `user` about these incidents.
pub(super) fn text(config: &Config, incidents: &[&Incident], user: &str) -> Text {
    let language = Reader::person(config, user).language;
    // Of equals, the one that is listed first.
    let worst = incidents.iter().rev().max_by_key(|incident| incident.severity);
    let firing: usize = incidents.iter().map(|incident| incident.firing()).sum();
    let several = (firing > 1).then_some(Shown::WorstOf { count: firing });
    let several = several.map(|phrase| language.shown(&phrase) + " ").unwrap_or_default();
    let Some(worst) = worst else {
        let (summary, incident) = (String::new(), String::new());
        return Text { language, lead: several, summary, incident, urgent: false, code: None };
    };
    let service = cut_units(&plain(&service_name(config, worst, language)), SERVICE_MAX);
    Text {
        language,
        lead: format!("{several}[{}] {service}:", language.word(severity(worst.severity))),
        summary: plain(&subject(worst, language)),
        incident: format!("({})", worst.id),
        urgent: incidents.iter().any(|incident| incident.urgency == Urgency::High),
        code: None,
    }
}

impl Text {
    /// The whole line, at most [`TEXT_MAX`] long, with the link at its end. `repeat`: an earlier attempt may have got through,
    /// and it says so. The words are cut and never the link; one that leaves no room for words is left out.
    pub fn line(&self, repeat: bool, link: Option<&str>) -> String {
        let link = link.filter(|link| units(link) <= LINK_MAX);
        let again = repeat.then(|| self.language.shown(&Shown::SentAgain));
        let lead: Vec<&str> = again.iter().map(String::as_str).chain([self.lead.as_str()]).collect();
        // A space holds each part apart from the next.
        let code = self.code.as_ref().map(|code| self.language.text_line(&TextLine::ReplyWith { code }));
        let code = code.unwrap_or_default();
        let fixed = [&self.incident, &code, link.unwrap_or_default()];
        let last: usize =
            fixed.iter().map(|part| units(part)).filter(|size| *size > 0).map(|size| size + 1).sum();
        let lead = cut_units(&lead.join(" "), TEXT_MAX.saturating_sub(last));
        let summary = cut_units(&self.summary, TEXT_MAX.saturating_sub(last + units(&lead) + 1));
        let parts = [lead.as_str(), &summary, &self.incident, &code, link.unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl Text {
    /// The same in two parts, for what shows a title: how bad and which service, then what and the number.
    pub fn title_and_message(&self, repeat: bool) -> (String, String) {
        let again = repeat.then(|| self.language.shown(&Shown::SentAgain));
        let message = [again.as_deref().unwrap_or_default(), &self.summary, &self.incident];
        let message = message.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let title = self.lead.trim_end_matches(':').to_owned();
        // What is about no incident has no title.
        if title.is_empty() { ("oncall".to_owned(), message) } else { (title, message) }
    }
}

/// One line without what a phone would not show, or would show the other way round.
pub(super) fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen =
        |c: char| turns(c) || (c.is_control() && !c.is_whitespace()) || c == '\u{feff}' || c == '\u{fffe}';
    one_line(&text.replace(unseen, ""), alert::SUMMARY_MAX)
}

/// An answer to a text message, cut as every text message is.
pub fn in_two_segments(text: &str) -> String {
    cut_units(text, TEXT_MAX)
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// At most `max` UTF-16 units, cut between two characters.
fn cut_units(text: &str, max: usize) -> String {
    if units(text) <= max {
        return text.to_owned();
    }
    if max == 0 {
        return String::new();
    }
    let mut left = max - 1;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept.trim_end().to_owned() + "…"
}
