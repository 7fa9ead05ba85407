//! What leaves next.
//!
//! Waiting notifications are state. One leaves when an outlet that serves its method has a free slot, the most urgent
//! first, and among equals the one whose service has waited longest; all that is due for one person by one method
//! leaves as one. A mirror (a room's message, a ticket) leaves when it is behind. What follows from how it went is in
//! `outcome`.

use super::entry::DeliveryChange;
use super::errand::{Errand, HangUp, Mirror};
use super::escalation::later;
use super::index::{Waiting, due_in};
use super::outlet::{self, Outlet};
use super::state::Incident;
use super::{Call, Delivery, DeliveryId, IncidentId, Outcome, Reason, Task, message};
use crate::config::{Contact, MirrorKind, Provider, Urgency};
use crate::reason::Fault;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many pages become one.
pub const BUNDLE_MAX: usize = 100;
/// How long an answer to a delivery is waited for.
const IN_FLIGHT: SignedDuration = SignedDuration::from_secs(60);

impl Call<'_> {
    /// Lets go whatever is due and has a free slot.
    pub(super) fn dispatch(&mut self) {
        while self.send_hang_up() {}
        for contact in outlet::contacts() {
            while self.send_page(contact) {}
        }
        for (provider, kind) in outlet::mirrors() {
            while self.send_mirror(provider, kind) {}
        }
    }

    fn is_free(&self, provider: Provider, outlet: Outlet) -> bool {
        self.state.is_free(provider, outlet, self.now)
    }

    /// Sends one page, or finds out that one need not be sent; false when nothing is left to do.
    fn send_page(&mut self, by: Contact) -> bool {
        let mut providers = self.config.providers_of(by);
        let Some(provider) = providers.find(|provider| self.is_free(*provider, Outlet::Page(by))) else {
            return false;
        };
        let Some(user) = self.next_person(by) else { return false };
        let waiting = self.waiting(by, &user);
        let about: BTreeSet<IncidentId> = waiting.iter().map(|waiting| waiting.incident).collect();
        let mut silenced = false;
        for id in &about {
            silenced |= self.silence_begins(*id);
        }
        if silenced {
            return true;
        }
        let mut numbers: BTreeMap<IncidentId, Vec<u16>> = BTreeMap::new();
        for waiting in waiting {
            numbers.entry(waiting.incident).or_default().push(waiting.n);
        }
        self.send_bundle(provider, &user, by, numbers);
        true
    }

    fn send_bundle(
        &mut self,
        provider: Provider,
        user: &UserId,
        by: Contact,
        numbers: BTreeMap<IncidentId, Vec<u16>>,
    ) {
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let repeat = numbers.iter().any(|(id, ns)| {
            let found = self.incident(*id).map_or(&[][..], |incident| &incident.notifications);
            found.iter().any(|notification| !notification.doubted.is_empty() && ns.contains(&notification.n))
        });
        let mut incidents: Vec<IncidentId> = numbers.keys().copied().collect();
        // What is worst now is named first, then what was, then the oldest.
        let worst = |it: &Incident| Reverse(it.worst().map(|alert| alert.severity));
        incidents
            .sort_by_key(|id| self.incident(*id).map(|it| (worst(it), Reverse(it.severity), it.opened_at)));
        for (id, notifications) in numbers {
            let errand = Errand::Page { user: user.clone(), by };
            let sent = DeliveryChange::Sent { delivery, provider, errand, notifications, repeat, expires_at };
            self.about(id, sent);
        }
        let about: Vec<&Incident> = incidents.iter().filter_map(|id| self.incident(*id)).collect();
        let words = message::page(self.config, &about, user, by);
        let task = Task::Page { user: user.clone(), by, words };
        self.turn.deliveries.push(Delivery { id: delivery, provider, incidents, task, repeat });
    }

    /// Whose page leaves next: the most urgent, then of the service that has waited longest, then the oldest.
    fn next_person(&self, by: Contact) -> Option<UserId> {
        let busy = self.state.busy(by);
        let lanes =
            self.index.lanes.iter().filter(|((method, user), _)| *method == by && !busy.contains(user));
        let heads = lanes.filter_map(|((_, user), lane)| Some((user, due_in(lane, self.now).next()?)));
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
        let mut due: Vec<Waiting> = lane.iter().flat_map(|lane| due_in(lane, self.now)).copied().collect();
        if due.len() > BUNDLE_MAX {
            due.sort_by_cached_key(|waiting| self.rank(waiting));
            due.truncate(BUNDLE_MAX);
        }
        due
    }

    fn send_hang_up(&mut self) -> bool {
        let wanted = self.state.deliveries.iter().find_map(|(id, dispatch)| match dispatch.hang_up {
            HangUp::Wanted(at) if at <= self.now && self.is_free(dispatch.provider, Outlet::HangUp) => {
                Some((*id, dispatch.provider, dispatch.reference.clone()?))
            }
            HangUp::Wanted(_) | HangUp::No | HangUp::InFlight => None,
        });
        let Some((call, provider, reference)) = wanted else { return false };
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let errand = Errand::HangUp(call);
        let (notifications, repeat) = (Vec::new(), false);
        self.about_server(DeliveryChange::Sent {
            delivery,
            provider,
            errand,
            notifications,
            repeat,
            expires_at,
        });
        let task = Task::HangUp { call: reference };
        let incidents = Vec::new();
        self.turn.deliveries.push(Delivery { id: delivery, provider, incidents, task, repeat });
        true
    }

    fn send_mirror(&mut self, provider: Provider, kind: MirrorKind) -> bool {
        if !self.is_free(provider, Outlet::Mirror(kind)) {
            return false;
        }
        let behind = self.index.mirrors.get(&(provider, kind)).and_then(|behind| behind.first().copied());
        let Some((_, id, n)) = behind.filter(|(at, ..)| *at <= self.now) else { return false };
        let Some(mirror) = self.incident(id).and_then(|it| it.mirrors.get(n)).cloned() else { return false };
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let errand = Errand::Mirror { kind, place: mirror.place.clone() };
        let (notifications, repeat) = (Vec::new(), mirror.doubtful);
        let sent = DeliveryChange::Sent { delivery, provider, errand, notifications, repeat, expires_at };
        self.about(id, sent);
        match self.incident(id).and_then(|incident| self.mirror_task(incident, mirror)) {
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

    fn mirror_task(&self, incident: &Incident, mirror: Mirror) -> Option<Task> {
        if !self.config.organisation.has(mirror.provider) {
            return None;
        }
        let Mirror { kind, place, reference, .. } = mirror;
        let words = message::mirror(self.config, incident, kind, &place);
        let news = reference.is_some().then(|| message::follow_up(self.config, incident));
        Some(Task::Mirror { kind, place, reference, words, news })
    }

    fn next_delivery(&self) -> DeliveryId {
        DeliveryId { epoch: self.state.epoch, n: self.state.next_delivery.max(1) }
    }
}
