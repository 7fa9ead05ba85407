//! One attempt to tell somebody something: what the engine lets go and a provider turns into HTTP.

use super::id::{DeliveryId, IncidentId};
use super::words::{CallScript, Card, Letter, Text, Ticket};
use crate::config::{Contact, MirrorKind, Provider};
use crate::schedule::UserId;

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    /// Who carries it.
    pub provider: Provider,
    /// What it is about; several for a bundled page.
    pub incidents: Vec<IncidentId>,
    pub task: Task,
    /// An earlier attempt of the same may have gone out: look before creating, and say so.
    pub repeat: bool,
}

/// What to do. A person is named, never a number or an address: the provider looks those up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Somebody is told; `to`: which of their addresses, by name.
    Page { user: UserId, by: Contact, to: Option<String>, words: Words },
    /// A message or a ticket is made, or brought up to date.
    Mirror {
        kind: MirrorKind,
        /// The channel or the project.
        place: String,
        /// The provider's name for it, once there is one.
        reference: Option<String>,
        words: Words,
        /// What is said in the thread or in a comment; only with a `reference`.
        news: Option<String>,
        /// The last entry that it had said before: the same words after another one are said again.
        after: u64,
    },
    /// The message of a page is brought up to date.
    Edit {
        /// The delivery that told.
        page: DeliveryId,
        user: UserId,
        by: Contact,
        /// The provider's name for the message.
        reference: String,
        words: Words,
    },
    /// Ends a call of ours; `call` is the provider's reference.
    HangUp { call: String },
    /// Asks what became of a delivery by this method; `reference` is the provider's name for it.
    Ask { of: DeliveryId, by: Contact, reference: String },
}

/// The words of a delivery, built once, in the form that its method or mirror takes. A provider escapes, cuts and wraps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// To be read, with fields and buttons.
    Card(Card),
    /// To be heard.
    Script(CallScript),
    /// An issue of a tracker.
    Ticket(Ticket),
    /// One short line.
    Text(Text),
    /// To be read as a mail.
    Letter(Letter),
}

impl Task {
    /// The page whose message is brought up to date.
    pub fn edits(&self) -> Option<DeliveryId> {
        match self {
            Task::Edit { page, .. } => Some(*page),
            Task::Page { .. } | Task::Mirror { .. } | Task::HangUp { .. } | Task::Ask { .. } => None,
        }
    }

    /// Who is told, and by what.
    pub fn contact(&self) -> Option<(&UserId, Contact)> {
        match self {
            Task::Page { user, by, .. } => Some((user, *by)),
            Task::Mirror { .. } | Task::Edit { .. } | Task::HangUp { .. } | Task::Ask { .. } => None,
        }
    }
}
