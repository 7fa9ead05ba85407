//! What is under way to somebody: deliveries, pages that may still be answered, and mirrors.
//!
//! A part of the state, serialised with it. What leaves next is decided in `dispatch`, what an outcome changes in
//! `apply` and `transition`.

use super::outlet::Outlet;
use super::parts::{Status, StepAt};
use super::{DeliveryId, IncidentId};
use crate::config::{Contact, MirrorKind, Provider};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a room or a ticket shows of an incident, against what it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    pub provider: Provider,
    pub kind: MirrorKind,
    /// The channel or the project, fixed when the mirror is made: a changed config makes no old message move.
    pub place: Box<str>,
    /// The provider's name for it, once it is there.
    pub reference: Option<String>,
    /// The version it shows.
    pub shown: u32,
    /// The last entry that its thread has said.
    pub said: u64,
    /// The last entry that it refused to say: said with the next one, and not a reason to try again.
    pub refused: u64,
    /// When its thread last said something.
    pub said_at: Option<Timestamp>,
    /// How many lines were too many to be kept, and its thread has not counted.
    pub left_out: u32,
    pub in_flight: Option<Box<Shipment>>,
    pub not_before: Option<Timestamp>,
    pub failed: u8,
    pub doubtful: bool,
}

/// An update of a mirror that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    pub delivery: DeliveryId,
    /// The version that it shows.
    pub version: u32,
    /// The last entry that it says, if it says anything.
    pub says: Option<u64>,
    /// How many lines it counts that were not kept.
    pub left_out: u32,
}

/// A message that told somebody, and follows its incidents until all of them are over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direct {
    pub provider: Provider,
    pub user: UserId,
    pub by: Contact,
    /// The provider's name for it.
    pub reference: String,
    /// Its incidents, and where it shows each to stand.
    pub about: Vec<(IncidentId, Status)>,
    /// The delivery under way, and where it shows each to stand.
    pub in_flight: Option<(DeliveryId, Vec<Status>)>,
    pub not_before: Option<Timestamp>,
    pub failed: u8,
}

/// A delivery under way, or one that a provider has taken and not yet ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    pub provider: Provider,
    pub errand: Errand,
    /// Which of the person's addresses, by name.
    pub to: Option<String>,
    pub about: Vec<Carried>,
    /// The provider's name for it, once it took it.
    pub reference: Option<String>,
    /// When we stop waiting for more.
    pub expires_at: Timestamp,
    /// A call that nobody needs any more.
    pub hang_up: HangUp,
    /// When its provider is asked what became of it.
    pub ask_at: Option<Timestamp>,
    /// How often it was asked.
    pub asked: u8,
    pub stage: Stage,
}

/// An incident that a delivery is about, and how it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    pub incident: IncidentId,
    pub step: Option<StepAt>,
    /// Where it stood when the words were made.
    pub status: Status,
    /// Whether it was to get somebody to work on it, and not only to let them know.
    pub asks: bool,
}

/// How far a delivery has come, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// On its way to the provider.
    Leaving,
    /// It may or may not have left. It holds no slot, but its answer is heard.
    InDoubt,
    /// The provider took it and has more to tell.
    Taken,
    /// The provider has told of it since: a phone rings.
    UnderWay,
    /// Somebody picked up.
    Answered,
}

/// Whom a page told about what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paged {
    pub at: Timestamp,
    pub user: UserId,
    pub by: Contact,
    pub about: Vec<Carried>,
    /// Whether the next step was asked for by its keys: one press counts once.
    pub escalated: bool,
    /// By which an answer names it, where its method is answered.
    pub code: Option<Box<str>>,
}

/// What a delivery does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    Page {
        user: UserId,
        by: Contact,
    },
    Mirror {
        kind: MirrorKind,
        place: String,
    },
    /// Ends the call of that delivery.
    HangUp(DeliveryId),
    /// Asks what became of that delivery.
    Ask(DeliveryId),
    /// Brings the message of that page up to date.
    Edit {
        page: DeliveryId,
        by: Contact,
    },
    /// Carries that notice.
    Notice {
        notice: u64,
        by: Contact,
    },
}

/// Whether a call is to be ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HangUp {
    #[default]
    No,
    /// Not before this instant.
    Wanted(Timestamp),
    InFlight,
}

impl Errand {
    /// Whose slots it takes while it is in flight.
    pub fn outlet(&self) -> Outlet {
        match self {
            Errand::Page { by, .. } => Outlet::Page(*by),
            Errand::Mirror { kind, .. } => Outlet::Mirror(*kind),
            Errand::HangUp(_) => Outlet::HangUp,
            Errand::Ask(_) => Outlet::Ask,
            Errand::Edit { by, .. } => Outlet::Edit(*by),
            Errand::Notice { by, .. } => Outlet::Notice(*by),
        }
    }

    /// The contact method of a page.
    pub fn contact(&self) -> Option<Contact> {
        match self {
            Errand::Page { by, .. } => Some(*by),
            Errand::Mirror { .. }
            | Errand::HangUp(_)
            | Errand::Ask(_)
            | Errand::Edit { .. }
            | Errand::Notice { .. } => None,
        }
    }
}

impl Mirror {
    pub fn new(provider: Provider, kind: MirrorKind, place: String) -> Mirror {
        Mirror {
            provider,
            kind,
            place: place.into(),
            reference: None,
            shown: 0,
            said: 0,
            refused: 0,
            said_at: None,
            left_out: 0,
            in_flight: None,
            not_before: None,
            failed: 0,
            doubtful: false,
        }
    }
}

impl Mirror {
    pub fn is(&self, provider: Provider, kind: MirrorKind, place: &str) -> bool {
        self.provider == provider && self.kind == kind && *self.place == *place
    }
}

impl Dispatch {
    /// Whether it is about an incident.
    pub fn is_about(&self, id: IncidentId) -> bool {
        self.about.iter().any(|carried| carried.incident == id)
    }
}

/// A room or a ticket in which an incident is to be shown, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMirror {
    pub provider: Provider,
    pub kind: MirrorKind,
    /// The channel or the project.
    pub place: String,
}

impl From<&NewMirror> for Mirror {
    fn from(new: &NewMirror) -> Mirror {
        Mirror::new(new.provider, new.kind, new.place.clone())
    }
}
