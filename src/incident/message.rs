//! The words of every page, message and ticket, built from an incident and the config, in one language.
//!
//! A person is addressed in their language and zone, a channel and a ticket in the organisation's. Providers escape,
//! cut to their limits and wrap; they choose no words. So a dry run shows the words without a provider. Whether and
//! whom to tell is decided elsewhere; what is said aloud is in `script`.

pub use super::answer::{reply_text, warning};
pub use super::card::{CARD_DESCRIPTION_MAX, LISTED_INCIDENTS_MAX, headline, state_word};
pub use super::letter::SUBJECT_MAX;
pub use super::reader::{NAMES_MAX, cut, is_url};
pub use super::script::{call, reply_spoken};
pub use super::subject::{SPOKEN_INCIDENTS_MAX, SPOKEN_SUMMARY_MAX};
pub use super::text::{LINK_MAX, TEXT_MAX, in_two_segments};
pub use super::thread::follow_up;
pub use super::words::{Button, ButtonKind, CallScript, Card, Field, Letter, Text, Ticket};

use super::card::{card, direct};
use super::letter::letter;
use super::reader::Reader;
use super::text::text;
use super::ticket::ticket;
use super::{Incident, Words};
use crate::config::{Config, Contact, Form, MirrorKind};

/// The words of a page to `user` about these incidents, in the form that the method carries.
pub fn page(config: &Config, incidents: &[&Incident], user: &str, by: Contact) -> Words {
    match by.method().form {
        Form::Script => Words::Script(call(config, incidents, user)),
        Form::Card => Words::Card(direct(config, incidents, user)),
        Form::Text => Words::Text(text(config, incidents, user)),
        Form::Letter => Words::Letter(letter(incidents, direct(config, incidents, user))),
    }
}

/// The words of a room's message or a ticket, as the incident stands now.
pub fn mirror(config: &Config, incident: &Incident, kind: MirrorKind, place: &str) -> Words {
    match kind {
        MirrorKind::Room => Words::Card(card(config, incident, &Reader::organisation(config))),
        MirrorKind::Ticket => Words::Ticket(ticket(config, incident, place)),
    }
}
