//! One attempt to tell somebody something: what the engine lets go and a provider turns into HTTP.

use super::message::{CallScript, Card, Letter, Text, Ticket};
use crate::config::{Contact, MirrorKind, Provider};
use crate::schedule::UserId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// The number of an incident: the epoch in which it was opened and a counter. Written `3-17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IncidentId {
    pub epoch: u32,
    pub n: u32,
}

/// The number of a delivery, in the same form. Unforgeable it is not: callbacks are signed by the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DeliveryId {
    pub epoch: u32,
    pub n: u32,
}

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

/// A text that is not an id of the form `3-17`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnId(pub String);

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a number like 3-17", self.0)
    }
}

impl std::error::Error for NotAnId {}

fn parse(text: &str) -> Result<(u32, u32), NotAnId> {
    let wrong = || NotAnId(text.chars().take(40).collect());
    let (epoch, n) = text.split_once('-').ok_or_else(wrong)?;
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse().map_err(|_| wrong()) } else { Err(wrong()) }
    };
    Ok((number(epoch)?, number(n)?))
}

impl FromStr for IncidentId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        parse(text).map(|(epoch, n)| IncidentId { epoch, n })
    }
}

impl FromStr for DeliveryId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        parse(text).map(|(epoch, n)| DeliveryId { epoch, n })
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.n)
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.n)
    }
}

impl Serialize for IncidentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for DeliveryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IncidentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for DeliveryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
