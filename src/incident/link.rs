//! What a link of a message may do: act for the person it was sent to, on what it was sent for, for a day.
//!
//! It acts on an incident while that stands at the trigger that the message told of: once somebody has had it and it pages
//! again, a newer message carries the link that acts. One that only informed, or was for somebody who only watches, shows and
//! never acts. How a link is signed is in [`Links`](crate::config::Links).

use super::apply::REMEMBERED;
use super::errand::{Carried, Paged};
use super::parts::Status;
use super::state::{Incident, State};
use super::{Call, DeliveryId, IncidentId, Refused};
use crate::schedule::UserId;
use jiff::Timestamp;

/// How many incidents a link shows; the rest are counted.
pub const LINKED_MAX: usize = 10;

/// What a link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Whom the message told.
    pub user: UserId,
    /// Those that it told of, as they stand.
    pub incidents: Vec<LinkedIncident>,
    /// How many more there are.
    pub more: usize,
    /// Whether the message asked for an answer at all.
    pub asks: bool,
}

/// An incident that a link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIncident {
    pub incident: Incident,
    /// Whether the link acts on it, as far as there is anything left to do.
    pub acts: bool,
    pub acknowledge: bool,
    pub escalate: bool,
}

impl State {
    /// What the message of this delivery told of; `None` for one that is unknown or older than a day.
    pub fn linked(&self, delivery: DeliveryId, now: Timestamp) -> Option<Linked> {
        let page = self.linked_page(delivery, now)?;
        let mut incidents: Vec<LinkedIncident> = Vec::new();
        let mut more = 0;
        for carried in &page.about {
            let Some(incident) = self.incidents.get(&self.answers_for(carried.incident)) else { continue };
            if incidents.iter().any(|known| known.incident.id == incident.id) {
                continue;
            }
            if incidents.len() == LINKED_MAX {
                more += 1;
                continue;
            }
            let acts = self.acts(page, carried);
            let triggered = incident.status == Status::Triggered;
            let asked = incident.status == Status::Acknowledged && incident.awaits(&page.user);
            incidents.push(LinkedIncident {
                incident: Incident::clone(incident),
                acts,
                acknowledge: acts && (triggered || asked),
                escalate: acts && triggered,
            });
        }
        let asks = page.about.iter().any(|carried| carried.asks);
        Some(Linked { user: page.user.clone(), incidents, more, asks })
    }

    fn linked_page(&self, delivery: DeliveryId, now: Timestamp) -> Option<&Paged> {
        self.pages.get(&delivery).filter(|page| now.duration_since(page.at) <= REMEMBERED)
    }

    /// Whether a link acts on an incident: it was to get somebody to work on it, and nobody has had it since.
    fn acts(&self, page: &Paged, carried: &Carried) -> bool {
        let ids = [carried.incident, self.answers_for(carried.incident)];
        let again = ids.iter().filter_map(|id| self.incidents.get(id)?.rare.triggered_again_at).max();
        carried.asks && again <= Some(page.at)
    }
}

impl Call<'_> {
    /// The incidents of a page that its link acts on; without a reason, there is no such page any more.
    pub(super) fn open_to_link(&self, delivery: DeliveryId) -> Result<Vec<IncidentId>, Option<Refused>> {
        let page = self.state.linked_page(delivery, self.now).ok_or(None)?;
        let acted = page.about.iter().filter(|carried| self.state.acts(page, carried));
        let open: Vec<IncidentId> = acted.map(|carried| carried.incident).collect();
        match open.is_empty() {
            false => Ok(open),
            true if page.about.iter().any(|carried| carried.asks) => Err(Some(Refused::OlderTrigger)),
            true => Err(Some(Refused::OnlyShows)),
        }
    }
}
