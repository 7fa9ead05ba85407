//! What people ask for: acknowledge, resolve, escalate, reassign, and the words of a call once more.

use super::entry::Change;
use super::escalation::later;
use super::state::{HangUp, Status, What};
use super::{Actor, Asked, Call, Command, DeliveryId, IncidentId, Reply, Target, Via, message};
use crate::alert::Event;
use crate::config::{Contact, Urgency};
use jiff::SignedDuration;

/// How long after a reassignment the policy goes on, where its step is not known.
const REASSIGNED_WAIT: SignedDuration = SignedDuration::from_mins(5);

impl Call<'_> {
    pub(super) fn command(&mut self, command: Command) {
        let Command { target, action, by, via } = command;
        let (incidents, delivery, by) = match target {
            Target::Incidents(incidents) => (incidents, None, by),
            Target::Delivery(delivery) => match self.paged(delivery) {
                // A key is pressed by whoever was called; a button names the person who pressed it.
                Some((incidents, called)) => {
                    (incidents, Some(delivery), if via == Via::Call { called } else { by })
                }
                None => {
                    self.turn.reply = Some(Reply::NotFound);
                    return;
                }
            },
        };
        if action == Asked::Repeat {
            self.turn.reply = Some(self.say_again(&incidents, &by));
            return;
        }
        let (mut done, mut already) = (Vec::new(), Vec::new());
        for id in incidents {
            match self.standing_in_the_way(id, &action) {
                None => {}
                Some(Some(name)) => already.push((id, name)),
                Some(None) => {
                    self.act(id, &action, &by, via);
                    self.hang_up_needless(id, delivery);
                    done.push(id);
                }
            }
        }
        self.replied(action, done, already);
    }

    /// The incidents that a page told about, and the person it was for.
    fn paged(&self, delivery: DeliveryId) -> Option<(Vec<IncidentId>, Actor)> {
        let page = self.state.pages.get(&delivery)?;
        Some((page.incidents.clone(), self.actor(&page.user)))
    }

    fn actor(&self, user: &crate::schedule::UserId) -> Actor {
        let name = self.config.users.get(user).map_or_else(|| user.to_string(), |known| known.name.clone());
        Actor { user: Some(user.clone()), name }
    }

    /// `None`: no such incident. `Some(None)`: go ahead. `Some(Some(name))`: that person has done it.
    fn standing_in_the_way(&self, id: IncidentId, action: &Asked) -> Option<Option<String>> {
        let incident = self.incident(id)?;
        let name = |by: &Option<Actor>| Some(by.as_ref().map_or_else(String::new, |by| by.name.clone()));
        Some(match (incident.status, action) {
            (Status::Resolved, _) => name(&incident.resolved_by),
            (Status::Acknowledged, Asked::Acknowledge | Asked::Escalate) => name(&incident.acknowledged_by),
            _ => None,
        })
    }

    fn act(&mut self, id: IncidentId, action: &Asked, by: &Actor, via: Via) {
        match action {
            Asked::Acknowledge => self.acknowledge(id, by, via, None),
            Asked::Resolve => self.resolve(id, by, via, "asked for".to_owned()),
            Asked::Escalate => {
                self.about(id, Change::Escalated { by: by.clone(), via });
                self.advance(id);
            }
            Asked::Reassign(user) => self.reassign(id, user, by, via),
            Asked::Repeat => {}
        }
    }

    pub(super) fn acknowledge(&mut self, id: IncidentId, by: &Actor, via: Via, event: Option<Event>) {
        let Some(incident) = self.incident(id).filter(|incident| incident.status == Status::Triggered) else {
            return;
        };
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let until = service
            .and_then(|service| service.acknowledgement_timeout)
            .map(|timeout| later(self.now, timeout));
        let quiet = service.and_then(|service| service.auto_resolve_after);
        let quiet_seconds = quiet.and_then(|quiet| u32::try_from(quiet.as_secs()).ok());
        let event = event.map(Box::new);
        self.about(id, Change::Acknowledged { by: by.clone(), via, until, quiet_seconds, event });
    }

    fn reassign(&mut self, id: IncidentId, user: &str, by: &Actor, via: Via) {
        let Some(known) = self.config.users.get(user) else { return };
        let to = self.plan(known, &format!("reassigned by {}", by.name), Urgency::High);
        let running = self.incident(id).and_then(|incident| incident.escalation.clone());
        let wait = running.and_then(|escalation| {
            let policy = self.policy(id, escalation.fallback)?;
            Some(policy.steps.get(escalation.step as usize)?.wait)
        });
        let deadline = later(self.now, wait.unwrap_or(REASSIGNED_WAIT));
        self.about(id, Change::Reassigned { to, by: by.clone(), via, deadline });
    }

    fn say_again(&self, incidents: &[IncidentId], by: &Actor) -> Reply {
        let known: Vec<_> = incidents.iter().filter_map(|id| self.incident(*id)).collect();
        match by.user.as_deref() {
            Some(user) if !known.is_empty() => Reply::Say(message::call(self.config, &known, user)),
            _ => Reply::NotFound,
        }
    }

    /// Ends calls about an incident that no longer page for anything, other than the one its answer came from.
    pub(super) fn hang_up_needless(&mut self, id: IncidentId, except: Option<DeliveryId>) {
        let needless: Vec<DeliveryId> = self
            .state
            .deliveries
            .iter()
            .filter(|(delivery, dispatch)| {
                let call = matches!(dispatch.what, What::Page { by: Contact::Call, .. });
                call && Some(**delivery) != except
                    && dispatch.reference.is_some()
                    && dispatch.hang_up == HangUp::No
                    && dispatch.incidents.contains(&id)
                    && !dispatch.incidents.iter().any(|about| self.still_pages(*about))
            })
            .map(|(delivery, _)| *delivery)
            .collect();
        for delivery in needless {
            self.about_server(Change::HangUp { delivery, state: HangUp::Wanted(self.now) });
        }
    }

    fn still_pages(&self, id: IncidentId) -> bool {
        self.incident(id).is_some_and(super::Incident::pages)
    }
}
