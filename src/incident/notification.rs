//! Whether a planned contact is still worth while, and what follows it.
//!
//! A rule that repeats plans its next contact when the last one is over; what takes its place is decided in `transition`.

use super::parts::Status;
use super::planned::{Again, Notification, PlannedContact, Purpose};
use super::state::Incident;
use super::{DeliveryId, Outcome};
use crate::config::Repeating;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};

/// Where an incident stands, as far as its contacts care.
pub(super) struct Stands {
    status: Status,
    held: bool,
    /// Who must still acknowledge it.
    asked: Vec<UserId>,
    /// Who has it.
    holders: Vec<UserId>,
}

impl Notification {
    /// Whether it is worth while, or another attempt of it, by where its incident stands.
    pub(super) fn is_wanted(&self, stands: &Stands) -> bool {
        let Stands { status, held, asked, holders } = stands;
        match self.purpose {
            Purpose::Inform => *status != Status::Resolved,
            Purpose::Also => *status != Status::Resolved && !holders.contains(&self.user),
            Purpose::Page | Purpose::Shadow => *status == Status::Triggered && !held,
            Purpose::Each => *status == Status::Acknowledged && !held && asked.contains(&self.user),
        }
    }
}

impl Incident {
    pub(super) fn stands(&self) -> Stands {
        let held = self.acknowledgement.as_ref().filter(|_| self.status == Status::Acknowledged);
        let holders = held.iter().flat_map(|held| &held.by).filter_map(|by| by.user().cloned()).collect();
        let asked = self.rare.awaited.iter().flat_map(|awaited| &awaited.users).cloned().collect();
        Stands { status: self.status, held: self.held_back.is_some(), asked, holders }
    }

    /// A contact of a rule that repeats is over: the next one is planned. One that rings is over when it has ended, any
    /// other when its provider has taken it.
    pub(super) fn repeat(&mut self, delivery: DeliveryId, outcome: &Outcome, at: Timestamp) {
        let stands = self.stands();
        let over = |found: &Notification| match outcome {
            Outcome::Ended { .. } | Outcome::Delivered { .. } | Outcome::Pressed { .. } => true,
            Outcome::Accepted { .. } => !found.by.method().one_at_a_time,
            Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Rejected { .. }
            | Outcome::Unavailable { .. }
            | Outcome::Unknown { .. } => false,
        };
        let carried =
            |found: &Notification| found.in_flight == Some(delivery) || found.doubted.contains(&delivery);
        let mut next = Vec::new();
        for found in self.notifications.iter_mut().filter(|found| carried(found) && over(found)) {
            let Some(again) = found.again.take().filter(|again| again.left > 0) else { continue };
            if found.is_wanted(&stands) {
                let every = SignedDuration::from_secs(i64::from(again.every_seconds));
                let due = at.saturating_add(every).unwrap_or(Timestamp::MAX);
                let again = Some(Again { left: again.left - 1, ..again });
                let planned = PlannedContact {
                    by: found.by,
                    to: found.to.clone(),
                    due,
                    again,
                    rule: found.rule.clone(),
                };
                next.push((found.user.clone(), planned, found.purpose));
            }
        }
        next.iter().for_each(|(user, planned, purpose)| self.plan_one(user, planned, *purpose));
    }
}

impl From<Repeating> for Again {
    /// The first contact is one of them.
    fn from(rule: Repeating) -> Again {
        let every_seconds = u32::try_from(rule.every.as_secs()).unwrap_or(u32::MAX);
        Again { every_seconds, left: rule.times.saturating_sub(1) }
    }
}

impl Purpose {
    /// Whether it is for the incident's whole life, acknowledged or held back, and not for a step.
    pub fn outlives_a_step(self) -> bool {
        match self {
            Purpose::Inform | Purpose::Also | Purpose::Each => true,
            Purpose::Page | Purpose::Shadow => false,
        }
    }

    /// Whether it is to get somebody to work on it, so that a way that fails brings the next one early.
    pub fn gets_somebody(self) -> bool {
        match self {
            Purpose::Page | Purpose::Also | Purpose::Each => true,
            Purpose::Inform | Purpose::Shadow => false,
        }
    }
}
