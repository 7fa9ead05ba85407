//! What somebody changed about a service (a deploy): told in the timelines of its incidents, never a reason to page.
//!
//! A change is the service's own line first. Incidents that are open get it at once, those that open within a day get the last
//! few: what was changed just before is the first thing that people ask.

use super::entry::AlertChange;
use super::{Call, IncidentId};
use crate::alert::{Action, Event};
use crate::reason::Why;
use crate::route;
use std::collections::BTreeSet;

/// How many changes of a service are kept for incidents to come.
pub const CHANGES_MAX: usize = 5;
/// How many open incidents one change is told in, the newest first.
const TOLD_IN_MAX: usize = 20;

impl Call<'_> {
    pub(super) fn changed(&mut self, event: Event) {
        let Some(service) = route::route(self.config, &event, self.now).service else {
            let why = Why::NoServiceOfChange;
            return self.record(None, AlertChange::Ignored { event: Box::new(event), why });
        };
        let event = Box::new(event);
        self.record(None, AlertChange::Noted { event: event.clone(), service: Some(service.clone()) });
        let open: BTreeSet<IncidentId> = self.state.keys.values().filter_map(|known| known.open).collect();
        let of_service = |id: &IncidentId| {
            self.incident(*id).is_some_and(|incident| incident.service.as_ref() == Some(&service))
        };
        let told: Vec<IncidentId> = open.into_iter().rev().filter(of_service).take(TOLD_IN_MAX).collect();
        for id in told {
            self.about(id, AlertChange::Noted { event: event.clone(), service: None });
        }
    }

    /// The last changes of the service, in the timeline of an incident that has just opened.
    pub(super) fn recall(&mut self, id: IncidentId) {
        let service = self.incident(id).and_then(|incident| incident.service.as_ref());
        let recent = service.and_then(|service| self.state.changes.get(service)).cloned();
        for change in recent.into_iter().flatten() {
            let event = Event {
                integration: change.integration,
                dedup_key: change.dedup_key,
                summary: change.summary,
                links: change.links,
                started_at: Some(change.at),
                ..Event::blank(Action::Change)
            };
            self.about(id, AlertChange::Noted { event: Box::new(event), service: None });
        }
    }
}
