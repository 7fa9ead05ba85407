//! A planned contact of an incident, and why somebody is told. A part of the state, serialised with it.

use super::DeliveryId;
use crate::config::Contact;
use crate::place::Place;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    pub purpose: Purpose,
    /// The rule that planned it.
    pub rule: Place,
    pub in_flight: Option<DeliveryId>,
    /// How many attempts failed.
    pub failed: u8,
    /// Earlier attempts that may have gone out.
    pub doubted: Vec<DeliveryId>,
    /// It is due and waits, and its timeline says for what.
    pub wait_told: bool,
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
}

impl Purpose {
    /// Whether it is for the incident's whole life, acknowledged or held back, and not for a step.
    pub fn outlives_a_step(self) -> bool {
        match self {
            Purpose::Inform | Purpose::Also => true,
            Purpose::Page | Purpose::Shadow => false,
        }
    }

    /// Whether it is to get somebody to work on it, so that a way that fails brings the next one early.
    pub fn gets_somebody(self) -> bool {
        match self {
            Purpose::Page | Purpose::Also => true,
            Purpose::Inform | Purpose::Shadow => false,
        }
    }
}
