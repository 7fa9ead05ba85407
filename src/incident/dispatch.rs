//! What leaves next.
//!
//! Waiting notifications are state. One leaves when an outlet that serves its method has a free slot, the most urgent
//! first, and among equals the one whose service has waited longest; all that is due for one person by one method
//! leaves as one. A mirror (a room's message, a ticket) leaves when it is behind, in the same order; a message to a person
//! that is behind, after them (`direct`); a question when what a provider should have told is late. What follows from how
//! it went is in `outcome`, what is told of pages that wait in `waits`.

use super::entry::DeliveryChange;
use super::errand::{Errand, HangUp, Mirror};
use super::escalation::later;
use super::index::Waiting;
use super::outlet::{self, Outlet};
use super::script::give_keys;
use super::state::Incident;
use super::{Call, Delivery, DeliveryId, IN_FLIGHT, IncidentId, Outcome, Reason, Task, Words, message};
use crate::config::{Contact, Id, MirrorKind, Provider, Urgency};
use crate::reason::Fault;
use crate::schedule::UserId;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many pages become one.
pub const BUNDLE_MAX: usize = 100;

impl Call<'_> {
    /// Lets go whatever is due and has a free slot.
    pub(super) fn dispatch(&mut self) {
        while self.send_hang_up() {}
        for contact in outlet::contacts() {
            while self.send_page(contact) {}
        }
        self.tell_waits();
        for provider in outlet::asked() {
            while self.send_question(provider) {}
        }
        for (provider, kind) in outlet::mirrors() {
            while self.send_mirror(provider, kind) {}
        }
        while self.send_edit() {}
        while self.send_notice() {}
    }

    fn is_free(&self, provider: Provider, outlet: Outlet) -> bool {
        self.state.is_free(provider, outlet, self.now)
    }

    /// Sends one page, or finds out that one need not be sent; false when nothing is left to do.
    fn send_page(&mut self, by: Contact) -> bool {
        let mut providers: Vec<Provider> = self.config.providers_of(by).collect();
        providers.retain(|provider| self.is_free(*provider, Outlet::Page(by)));
        if providers.is_empty() {
            return false;
        }
        let Some(user) = self.next_person(by) else { return false };
        let waiting = self.waiting(by, &user);
        let Some(provider) = self.in_turn(by, &waiting, &providers) else { return false };
        let about: BTreeSet<IncidentId> = waiting.iter().map(|waiting| waiting.incident).collect();
        let mut silenced = false;
        for id in &about {
            silenced |= self.silence_begins(*id);
        }
        if silenced || self.gather(by, &user, &waiting) {
            return true;
        }
        let to = waiting.first().and_then(|waiting| self.address_of(waiting));
        let mut numbers: BTreeMap<IncidentId, Vec<u16>> = BTreeMap::new();
        for waiting in waiting {
            numbers.entry(waiting.incident).or_default().push(waiting.n);
        }
        self.send_bundle(provider, &user, (by, to), numbers);
        true
    }

    /// The provider whose turn it is: after each attempt that failed it is the next one's, if that is free.
    fn in_turn(&self, by: Contact, waiting: &[Waiting], free: &[Provider]) -> Option<Provider> {
        let failed = |it: &Waiting| {
            let incident = self.incident(it.incident);
            let found = incident.and_then(|known| known.notifications.iter().find(|found| found.n == it.n));
            found.map_or(0, |found| usize::from(found.failed))
        };
        let failed = waiting.iter().map(failed).max().unwrap_or(0);
        let all: Vec<Provider> = self.config.providers_of(by).collect();
        let turns = all.iter().cycle().skip(failed % all.len().max(1)).take(all.len());
        turns.copied().find(|provider| free.contains(provider)).or_else(|| free.first().copied())
    }

    fn send_bundle(
        &mut self,
        provider: Provider,
        user: &UserId,
        (by, to): (Contact, Option<String>),
        numbers: BTreeMap<IncidentId, Vec<u16>>,
    ) {
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let repeat = numbers.iter().any(|(id, ns)| {
            let found = self.incident(*id).map_or(&[][..], |incident| &incident.notifications);
            found.iter().any(|notification| !notification.doubted.is_empty() && ns.contains(&notification.n))
        });
        let asks = numbers.iter().any(|(id, ns)| {
            let found = self.incident(*id).map_or(&[][..], |incident| &incident.notifications);
            found.iter().any(|it| it.purpose.gets_somebody() && ns.contains(&it.n))
        });
        let mut incidents: Vec<IncidentId> = numbers.keys().copied().collect();
        // What is worst now is named first, then what was, of equals the one that stands for many, then the oldest.
        let worst = |it: &Incident| Reverse(it.worst().map(|alert| alert.severity));
        incidents.sort_by_key(|id| {
            let rank = |it: &Incident| (worst(it), Reverse(it.severity), it.storm.is_none(), it.opened_at);
            self.incident(*id).map(rank)
        });
        for (id, notifications) in numbers {
            let errand = Errand::Page { user: user.clone(), by };
            let to = to.clone();
            let sent =
                DeliveryChange::Sent { delivery, provider, errand, to, notifications, repeat, expires_at };
            self.about(id, sent);
        }
        let about: Vec<&Incident> = incidents.iter().filter_map(|id| self.incident(*id)).collect();
        let mut words = message::page(self.config, &about, user, by);
        if let Words::Script(script) = &mut words
            && provider.row().tells_when_asked
        {
            give_keys(script, about.len() > 1);
        }
        if let Words::Text(text) = &mut words {
            text.urgent &= asks;
            let code = self.code_to_send(provider, user, to.as_deref(), delivery);
            text.code = code.filter(|_| asks);
        }
        let task = Task::Page { user: user.clone(), by, to, words };
        self.turn.deliveries.push(Delivery { id: delivery, provider, incidents, task, repeat });
    }

    /// Whose page leaves next: the most urgent, then of the service that has waited longest, then the oldest.
    fn next_person(&self, by: Contact) -> Option<UserId> {
        let busy = self.state.busy(by);
        let lanes = self.index.lanes_by(by).filter(|(user, _)| !busy.contains(user));
        let heads = lanes.filter_map(|(user, lane)| Some((user, lane.first_due(self.now)?)));
        heads.min_by_key(|(_, head)| self.rank(head)).map(|(user, _)| user.clone())
    }

    /// The lowest leaves first.
    fn rank(&self, waiting: &Waiting) -> (Reverse<Urgency>, u64, Timestamp) {
        let service = self.incident(waiting.incident).and_then(|incident| incident.service.as_ref());
        let served = service.and_then(|service| self.state.served.get(service)).copied().unwrap_or(0);
        (waiting.urgency, served, waiting.due)
    }

    /// What is due for a person by a method, up to the bound.
    fn waiting(&self, by: Contact, user: &UserId) -> Vec<Waiting> {
        let lane = self.index.lanes.get(&(by, user.clone()));
        let mut due: Vec<Waiting> = lane.iter().flat_map(|lane| lane.due(self.now)).copied().collect();
        // What goes to another of their phones is another call, after this one.
        let first = due.iter().min_by_key(|waiting| self.rank(waiting)).copied();
        let to = first.and_then(|first| self.address_of(&first));
        due.retain(|waiting| self.address_of(waiting) == to);
        if due.len() > BUNDLE_MAX {
            due.sort_by_cached_key(|waiting| self.rank(waiting));
            due.truncate(BUNDLE_MAX);
        }
        due
    }

    /// Which of the person's addresses one goes to.
    fn address_of(&self, waiting: &Waiting) -> Option<String> {
        let planned = &self.incident(waiting.incident)?.notifications;
        planned.iter().find(|found| found.n == waiting.n)?.to.clone()
    }

    /// Records that a delivery that pages nobody for an incident leaves now.
    pub(super) fn begin_errand(&mut self, provider: Provider, errand: Errand, repeat: bool) -> DeliveryId {
        let (delivery, expires_at) = (self.next_delivery(), later(self.now, IN_FLIGHT));
        let (to, notifications) = (None, Vec::new());
        let sent = DeliveryChange::Sent { delivery, provider, errand, to, notifications, repeat, expires_at };
        self.about_server(sent);
        delivery
    }

    fn send_hang_up(&mut self) -> bool {
        let wanted = self.state.deliveries.iter().find_map(|(id, dispatch)| match dispatch.hang_up {
            HangUp::Wanted(at) if at <= self.now && self.is_free(dispatch.provider, Outlet::HangUp) => {
                Some((*id, dispatch.provider, dispatch.reference.clone()?))
            }
            HangUp::Wanted(_) | HangUp::No | HangUp::InFlight => None,
        });
        let Some((call, provider, reference)) = wanted else { return false };
        let id = self.begin_errand(provider, Errand::HangUp(call), false);
        let (task, incidents) = (Task::HangUp { call: reference }, Vec::new());
        self.turn.deliveries.push(Delivery { id, provider, incidents, task, repeat: false });
        true
    }

    /// Asks a provider about the delivery that has waited longest for a word of it.
    fn send_question(&mut self, provider: Provider) -> bool {
        let serves = |by: Contact| self.config.providers_of(by).any(|it| it == provider);
        let due = self.state.questions(provider, serves).filter(|(at, ..)| *at <= self.now);
        let Some((_, of, by)) = due.min().filter(|_| self.is_free(provider, Outlet::Ask)) else {
            return false;
        };
        let reference = self.state.deliveries.get(&of).and_then(|dispatch| dispatch.reference.clone());
        let Some(reference) = reference else { return false };
        let id = self.begin_errand(provider, Errand::Ask(of), false);
        let (task, incidents) = (Task::Ask { of, by, reference }, Vec::new());
        self.turn.deliveries.push(Delivery { id, provider, incidents, task, repeat: false });
        true
    }

    fn send_mirror(&mut self, provider: Provider, kind: MirrorKind) -> bool {
        if !self.is_free(provider, Outlet::Mirror(kind)) {
            return false;
        }
        let shown = &self.state.shown;
        let served = |service: &Id| shown.get(&(kind, service.clone())).copied().unwrap_or(0);
        let next = self.index.next_mirror((provider, kind), served, self.now);
        let Some((id, n)) = next else { return false };
        let Some(mirror) = self.incident(id).and_then(|it| it.mirrors.get(n)).cloned() else { return false };
        if self.waits_in_room(id, &mirror) {
            return true;
        }
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let errand = Errand::Mirror { kind, place: mirror.place.to_string() };
        let (notifications, repeat) = (Vec::new(), mirror.doubtful);
        let says = self.incident(id).is_some_and(|incident| incident.has_news_for(&mirror, self.now));
        let to = None;
        let sent = DeliveryChange::Sent { delivery, provider, errand, to, notifications, repeat, expires_at };
        self.about(id, sent);
        match self.incident(id).and_then(|incident| self.mirror_task(incident, mirror, says)) {
            Some(task) => {
                let incidents = vec![id];
                self.turn.deliveries.push(Delivery { id: delivery, provider, incidents, task, repeat });
            }
            // The provider has gone from the config since: there is nothing to show it in.
            None => {
                let reason = Reason::ours(Fault::NotSetUp);
                self.outcome(delivery, &Outcome::Rejected { reason });
            }
        }
        true
    }

    /// `says`: with what it has not said yet.
    fn mirror_task(&self, incident: &Incident, mirror: Mirror, says: bool) -> Option<Task> {
        if !self.config.organisation.has(mirror.provider) {
            return None;
        }
        let Mirror { kind, place, reference, said, left_out, .. } = mirror;
        let mut words = message::mirror(self.config, incident, kind, &place);
        if let Words::Ticket(ticket) = &mut words {
            ticket.reopened = says && incident.is_reopened_since(said);
        }
        let news = says.then(|| message::follow_up(self.config, incident, kind, (said, left_out)));
        Some(Task::Mirror { kind, place: place.into(), reference, words, news, after: said })
    }

    pub(super) fn next_delivery(&self) -> DeliveryId {
        DeliveryId { epoch: self.state.epoch, n: self.state.next_delivery.max(1) }
    }
}
