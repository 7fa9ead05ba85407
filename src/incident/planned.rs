//! Who is to be told, by which contacts and why, as entries and the state hold it.

use super::DeliveryId;
use super::seldom::Seldom;
use crate::config::Contact;
use crate::place::Place;
use crate::reason::Because;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person who is told, why, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub user: UserId,
    pub because: Because,
    pub contacts: Vec<PlannedContact>,
}

/// One contact of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedContact {
    pub by: Contact,
    /// Which of the person's addresses, by name, where they have several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    pub due: Timestamp,
    /// Made again, until somebody acknowledges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    pub rule: Place,
}

/// A planned contact. It is kept while it waits or is in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number within the incident.
    pub n: u16,
    pub user: UserId,
    pub by: Contact,
    /// Which of the person's addresses, by name, where they have several.
    pub to: Option<String>,
    pub due: Timestamp,
    /// What is left of a rule that repeats.
    pub again: Option<Again>,
    pub purpose: Purpose,
    /// The rule that planned it.
    pub rule: Place,
    pub in_flight: Option<DeliveryId>,
    /// How many attempts failed.
    pub failed: u8,
    /// Earlier attempts that may have gone out.
    pub doubted: Seldom<Vec<DeliveryId>>,
    /// It is due and waits, and its timeline says for what.
    pub wait_told: bool,
}

/// A contact that is made again and again, until somebody acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// Counted from the end of the last one.
    pub every_seconds: u32,
    /// How often after this one.
    pub left: u16,
}

/// Why somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To get somebody to work on it.
    Page,
    /// A trainee who watches.
    Shadow,
    /// `inform:`, acknowledged or not.
    Inform,
    /// Somebody wanted them told too, acknowledged or not.
    Also,
    /// Somebody has it, and each of the step must acknowledge.
    Each,
}
