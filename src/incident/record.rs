//! What is remembered of an incident's course: its first times, and everybody who was paged about it.
//!
//! It is made of entries alone, so that the state and whoever reads the feed of entries remember the same.

use super::entry::{Change, DeliveryChange, Entry};
use super::errand::Errand;
use super::noise_change::NoiseChange;
use super::response::ResponseChange;
use super::seldom::{Empty, Seldom};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many people are remembered as paged.
pub const PAGED_MAX: usize = 32;

/// The first times of an incident, and who was paged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When the first page left.
    pub first_page_at: Option<Timestamp>,
    /// When somebody took it first, whatever came of that.
    pub first_acknowledged_at: Option<Timestamp>,
    /// When it was closed, while it is.
    pub resolved_at: Option<Timestamp>,
    /// Everybody who was paged, in the order of their first page.
    pub paged: Vec<UserId>,
}

impl Empty for Record {
    const EMPTY: &'static Record =
        &Record { first_page_at: None, first_acknowledged_at: None, resolved_at: None, paged: Vec::new() };
}

impl Seldom<Record> {
    /// Takes in an entry about the incident.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.change {
            Change::Delivery(DeliveryChange::Sent { errand: Errand::Page { user, .. }, .. }) => {
                self.first_page_at.get_or_insert(entry.at);
                if self.paged.len() < PAGED_MAX && !self.paged.contains(user) {
                    self.paged.push(user.clone());
                }
            }
            Change::Response(change) => self.respond(change, entry.at),
            Change::Noise(NoiseChange::Reopened(_)) => self.open_again(),
            Change::Delivery(_)
            | Change::Noise(
                NoiseChange::Flaps { .. } | NoiseChange::Cleared { .. } | NoiseChange::Calmed { .. },
            )
            | Change::Alert(_)
            | Change::Server(_)
            | Change::Heartbeat(_)
            | Change::Escalation(_)
            | Change::Steps(_)
            | Change::Notice(_)
            | Change::RunTime(_) => {}
        }
    }

    fn open_again(&mut self) {
        self.filled().into_iter().for_each(|record| record.resolved_at = None);
        self.settle();
    }

    fn respond(&mut self, change: &ResponseChange, at: Timestamp) {
        match change {
            ResponseChange::Acknowledged { .. } => {
                self.first_acknowledged_at.get_or_insert(at);
            }
            ResponseChange::Resolved { .. } | ResponseChange::Merged { .. } => self.resolved_at = Some(at),
            ResponseChange::Reopened { .. } | ResponseChange::Unmerged { .. } => self.open_again(),
            ResponseChange::AlsoAcknowledged { .. }
            | ResponseChange::Remarked { .. }
            | ResponseChange::Escalated { .. }
            | ResponseChange::Retriggered { .. }
            | ResponseChange::Reassigned { .. }
            | ResponseChange::GivenBack { .. }
            | ResponseChange::PagedAlso { .. }
            | ResponseChange::UrgencyChosen { .. }
            | ResponseChange::LetThrough { .. }
            | ResponseChange::MovedTo(_)
            | ResponseChange::Noted { .. }
            | ResponseChange::TookOver { .. }
            | ResponseChange::GaveBack { .. } => {}
        }
    }
}
