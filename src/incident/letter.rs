//! What a mail says: the card of a direct message, a subject that never changes, and what its link is for.
//!
//! The subject is the incident's first summary and its number, so that mail programs keep all mails about it in one thread, whatever the
//! monitor says later. Threading, MIME and escaping are the provider's.

use super::Incident;
use super::reader::one_line;
use super::text::plain;
use super::words::{Card, Letter};
use crate::language::Shown;

/// The longest subject, in characters.
pub const SUBJECT_MAX: usize = 120;

/// The mail with this card about these incidents.
pub(super) fn letter(incidents: &[&Incident], card: Card) -> Letter {
    let language = card.language;
    let subject = match incidents {
        [incident] => format!("{} ({})", one_line(&plain(&incident.opened_as), SUBJECT_MAX), incident.id),
        several => language.shown(&Shown::Several { count: several.len() }),
    };
    Letter { subject, card, call_to_action: language.page().link_in_mail }
}
