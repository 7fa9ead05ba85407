//! What people ask for: acknowledge, resolve, escalate, reassign, and the words of a call once more.

use super::entry::{DeliveryChange, ResponseChange};
use super::errand::HangUp;
use super::escalation::later;
use super::state::{Escalation, Incident, Notification, Purpose, Status};
use super::{Asked, Call, Command, DeliveryId, IncidentId, Refused, Reply, Respond, Target, message};
use crate::actor::{Actor, Via};
use crate::alert::Event;
use crate::config::Urgency;
use crate::reason::{Because, Why};
use crate::schedule::UserId;

impl Call<'_> {
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Respond(respond) => self.respond(respond),
            // No door makes these yet: the issue about run time does.
            Command::Declare(_)
            | Command::Override(_)
            | Command::Silence(_)
            | Command::End { .. }
            | Command::Test { .. } => self.turn.reply = Some(Reply::NotFound),
        }
    }

    fn respond(&mut self, Respond { target, action, by, via }: Respond) {
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
        // A call names the worst of several: what it did not name, or what has joined since, is not closed by a key.
        let unsaid = incidents.len() > 1 || delivery.is_some_and(|delivery| self.has_grown_since(delivery));
        if action == Asked::Repeat || via == Via::Call && action == Asked::Resolve && unsaid {
            self.turn.reply = Some(self.say_again(&incidents, &by));
            return;
        }
        if let Asked::Reassign(to) = &action
            && let Some(refused) = self.cannot_take(to)
        {
            self.turn.reply = Some(refused);
            return;
        }
        let (mut done, mut already) = (Vec::new(), Vec::new());
        for id in incidents {
            match self.standing_in_the_way(id, &action, delivery) {
                None => {}
                Some(Some(name)) => already.push((id, name)),
                Some(None) => {
                    self.act(id, &action, (&by, via), delivery);
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
        let incidents = page.about.iter().map(|carried| carried.incident).collect();
        Some((incidents, Actor::User(page.user.clone())))
    }

    /// Whether an alert that fires has joined, or become worse, after the words of a page were made.
    fn has_grown_since(&self, delivery: DeliveryId) -> bool {
        let Some(page) = self.state.pages.get(&delivery) else { return false };
        let about = page.about.iter().filter_map(|carried| self.incident(carried.incident));
        about.flat_map(|incident| &incident.alerts).any(|alert| alert.firing && alert.since > page.at)
    }

    /// `None`: no such incident. `Some(None)`: go ahead. `Some(Some(name))`: that person has done it.
    fn standing_in_the_way(
        &self,
        id: IncidentId,
        action: &Asked,
        delivery: Option<DeliveryId>,
    ) -> Option<Option<String>> {
        let incident = self.incident(id)?;
        let name = |by: Option<&Actor>| Some(by.map_or("", |by| self.config.name_of(by)).to_owned());
        Some(match (incident.status, action) {
            (Status::Resolved, _) => name(incident.resolved_by.as_ref()),
            (Status::Acknowledged, Asked::Acknowledge | Asked::Escalate) => name(incident.acknowledged_by()),
            (Status::Triggered, Asked::Escalate) => self.escalated_since(incident, delivery),
            (Status::Triggered | Status::Acknowledged, _) => None,
        })
    }

    /// Who is told instead, where the step that a call was about is over, or its key was pressed before: one press is one
    /// escalation, and nobody is skipped by an old call.
    fn escalated_since(&self, incident: &Incident, delivery: Option<DeliveryId>) -> Option<String> {
        let page = self.state.pages.get(&delivery?)?;
        let about = page.about.iter().find(|carried| carried.incident == incident.id)?;
        let running = incident.escalation.as_ref();
        let same = running.map(|running| &running.at) == about.step.as_ref();
        let name =
            |user: &UserId| self.config.users.get(user).map_or(&**user, |known| &known.name).to_owned();
        let told = running.map_or(&[][..], |running| &running.told);
        (page.escalated || !same).then(|| told.iter().map(name).collect::<Vec<_>>().join(", "))
    }

    /// Why somebody cannot take an incident, if they cannot: they are not there, have left, or have no way to be told.
    fn cannot_take(&self, user: &UserId) -> Option<Reply> {
        let Some(known) = self.config.users.get(user) else { return Some(Reply::NotFound) };
        let off = self.config.schedules.is_off(user, self.now);
        if off.is_some_and(|off| off.until.is_none()) {
            return Some(Reply::Refused(Refused::HasLeft(known.name.clone())));
        }
        let told = known.high.iter().chain(&known.low).any(|rule| known.can_be_told_by(rule.by));
        (!told).then(|| Reply::Refused(Refused::CannotBeTold(known.name.clone())))
    }

    fn act(
        &mut self,
        id: IncidentId,
        action: &Asked,
        (by, via): (&Actor, Via),
        delivery: Option<DeliveryId>,
    ) {
        match action {
            Asked::Acknowledge => {
                self.acknowledge(id, by, via, None);
                self.untold_by(id, delivery);
            }
            Asked::Resolve => {
                let why = Why::AskedFor;
                self.about(id, ResponseChange::Resolved { by: by.clone(), via, why, event: None });
            }
            Asked::Escalate => {
                self.about(id, ResponseChange::Escalated { by: by.clone(), via, delivery });
                self.escalate(id);
            }
            Asked::Reassign(user) => self.reassign(id, user, by, via),
            Asked::Repeat => {}
        }
    }

    /// A key acknowledges what was said: alerts that joined after the words were made are told anew.
    fn untold_by(&mut self, id: IncidentId, delivery: Option<DeliveryId>) {
        let Some(page) = delivery.and_then(|delivery| self.state.pages.get(&delivery)) else { return };
        let said_at = page.at;
        let new = |incident: &Incident| {
            incident.urgency == Urgency::High
                && incident.alerts.iter().any(|alert| alert.firing && alert.since > said_at)
        };
        if self.incident(id).is_some_and(new) {
            self.tell_newcomers_since(id, said_at);
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
        let (by, snoozed) = (by.clone(), false);
        self.about(id, ResponseChange::Acknowledged { by, via, until, snoozed, quiet_seconds, event });
    }

    /// Somebody else is told as if they were the running step; after its wait the policy goes on.
    fn reassign(&mut self, id: IncidentId, user: &UserId, by: &Actor, via: Via) {
        let Some(incident) = self.incident(id) else { return };
        let Some(known) = self.config.users.get(user) else { return };
        let because = || Because::Reassigned(by.clone());
        let mut to = self.plan(known, because(), incident.urgency);
        if to.contacts.is_empty() {
            // Without rules for what can wait, those for what is urgent.
            to = self.plan(known, because(), Urgency::High);
        }
        let to = vec![to];
        let escalation = self.running(id).filter(|_| incident.urgency == Urgency::High).map(|running| {
            let mut told = running.told.clone();
            if !told.contains(user) {
                told.push(user.clone());
            }
            let reached = running.reached.iter().filter(|reached| *reached != user).cloned().collect();
            let deadline = later(self.now, self.wait_of(id, &running));
            Escalation { began_at: self.now, deadline, told, reached, ..running }
        });
        self.about(id, ResponseChange::Reassigned { to, by: by.clone(), via, escalation });
        self.pass_if_unreachable(id);
    }

    fn say_again(&self, incidents: &[IncidentId], by: &Actor) -> Reply {
        let known: Vec<_> = incidents.iter().filter_map(|id| self.incident(*id)).collect();
        match by.user().map(|user| &**user) {
            Some(user) if !known.is_empty() => Reply::Say(message::call(self.config, &known, user)),
            _ => Reply::NotFound,
        }
    }

    /// Ends calls about an incident that nobody needs any more, other than the one its answer came from.
    pub(super) fn hang_up_needless(&mut self, id: IncidentId, except: Option<DeliveryId>) {
        let needless: Vec<DeliveryId> = self
            .state
            .deliveries
            .iter()
            .filter(|(delivery, dispatch)| {
                let call = dispatch.errand.contact().is_some_and(|by| by.method().rings);
                call && Some(**delivery) != except
                    && dispatch.reference.is_some()
                    && dispatch.hang_up == HangUp::No
                    && dispatch.is_about(id)
                    && !dispatch.about.iter().any(|it| self.still_needs(it.incident, **delivery))
            })
            .map(|(delivery, _)| *delivery)
            .collect();
        for delivery in needless {
            self.about_server(DeliveryChange::HangUp { delivery, state: HangUp::Wanted(self.now) });
        }
    }

    fn still_needs(&self, id: IncidentId, call: DeliveryId) -> bool {
        let Some(incident) = self.incident(id) else { return false };
        let informs =
            |found: &Notification| found.purpose == Purpose::Inform && found.in_flight == Some(call);
        incident.pages()
            || (incident.status != Status::Resolved && incident.notifications.iter().any(informs))
    }
}
