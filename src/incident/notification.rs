//! What leaves next, and what follows from how it went.
//!
//! Waiting notifications are state. One leaves when its channel has a free slot, the most urgent first, and among
//! equals the one whose service has waited longest; all that is due for one person by one method leaves as one.
//! A mirror (the channel's message, the ticket) leaves when it is behind. Providers never retry: that is here.

use super::entry::Change;
use super::escalation::later;
use super::index::{Waiting, due_in};
use super::state::{Channel, HangUp, Incident, Mirror, Purpose, Stage, What};
use super::{Call, Delivery, DeliveryId, HANDLE_MAX, IncidentId, Outcome, Task, message};
use crate::config::{Contact, Urgency};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many pages become one.
pub const BUNDLE_MAX: usize = 100;
/// How often a contact is tried before it is given up.
pub const ATTEMPTS_MAX: u8 = 10;
/// How often a mirror's version is tried before the next version is waited for.
pub const MIRROR_ATTEMPTS_MAX: u8 = 20;
/// How long an answer to a delivery is waited for.
const IN_FLIGHT: SignedDuration = SignedDuration::from_secs(60);
/// The first wait before another attempt; doubled each time.
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(5);
const RETRY_LAST: SignedDuration = SignedDuration::from_mins(5);
/// After so many failures of one contact the next method is tried early.
const FAILURES_BEFORE_NEXT: u8 = 2;

impl Channel {
    const ALL: [Channel; 5] =
        [Channel::HangUp, Channel::Call, Channel::Direct, Channel::Channel, Channel::Ticket];

    /// How many deliveries may be in flight at once.
    pub(super) fn slots_max(self) -> usize {
        match self {
            Channel::Call | Channel::Direct => 8,
            Channel::HangUp | Channel::Channel => 4,
            Channel::Ticket => 2,
        }
    }
}

impl Call<'_> {
    /// Lets go whatever is due and has a free slot.
    pub(super) fn dispatch(&mut self) {
        for channel in Channel::ALL {
            if self.state.paused.get(&channel).is_some_and(|until| *until > self.now) {
                continue;
            }
            while self.state.in_flight(channel) < channel.slots_max() && self.send_next(channel) {}
        }
    }

    /// Sends one, or finds out that one need not be sent; false when nothing is left to do.
    fn send_next(&mut self, channel: Channel) -> bool {
        match channel {
            Channel::Call => self.send_page(Contact::Call),
            Channel::Direct => self.send_page(Contact::Slack),
            Channel::HangUp => self.send_hang_up(),
            Channel::Channel => self.send_mirror(channel),
            Channel::Ticket => self.send_mirror(channel),
        }
    }

    fn send_page(&mut self, by: Contact) -> bool {
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
        self.send_bundle(&user, by, numbers);
        true
    }

    fn send_bundle(&mut self, user: &UserId, by: Contact, numbers: BTreeMap<IncidentId, Vec<u16>>) {
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let repeat = numbers.iter().any(|(id, ns)| {
            let found = self.incident(*id).map_or(&[][..], |incident| &incident.notifications);
            found.iter().any(|notification| !notification.doubted.is_empty() && ns.contains(&notification.n))
        });
        let incidents: Vec<IncidentId> = numbers.keys().copied().collect();
        for (id, notifications) in numbers {
            let what = What::Page { user: user.clone(), by };
            self.about(id, Change::Sent { delivery, what, notifications, repeat, expires_at });
        }
        let about: Vec<&Incident> = incidents.iter().filter_map(|id| self.incident(*id)).collect();
        let user = user.clone();
        let task = match by {
            Contact::Call => Task::Call { script: message::call(self.config, &about, &user), user },
            Contact::Slack => Task::Direct { card: message::direct(self.config, &about, &user), user },
        };
        self.turn.deliveries.push(Delivery { id: delivery, incidents, task, repeat });
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
            HangUp::Wanted(at) if at <= self.now => Some((*id, dispatch.reference.clone()?)),
            _ => None,
        });
        let Some((call, reference)) = wanted else { return false };
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let what = What::HangUp(call);
        self.about_server(Change::Sent {
            delivery,
            what,
            notifications: Vec::new(),
            repeat: false,
            expires_at,
        });
        let task = Task::HangUp { call: reference };
        self.turn.deliveries.push(Delivery { id: delivery, incidents: Vec::new(), task, repeat: false });
        true
    }

    fn send_mirror(&mut self, channel: Channel) -> bool {
        let behind = if channel == Channel::Ticket { &self.index.tickets } else { &self.index.channels };
        let Some((at, id)) = behind.first().copied() else { return false };
        if at > self.now {
            return false;
        }
        let delivery = self.next_delivery();
        let expires_at = later(self.now, IN_FLIGHT);
        let what = if channel == Channel::Ticket { What::Ticket } else { What::Channel };
        let before =
            self.incident(id).and_then(|incident| incident.mirror(channel).cloned()).unwrap_or_default();
        let repeat = before.doubtful;
        self.about(id, Change::Sent { delivery, what, notifications: Vec::new(), repeat, expires_at });
        let task = self.incident(id).and_then(|incident| self.mirror_task(incident, channel, &before));
        match task {
            Some(task) => {
                self.turn.deliveries.push(Delivery { id: delivery, incidents: vec![id], task, repeat })
            }
            // The provider has gone from the config since: there is nothing to show it in.
            None => {
                self.outcome(delivery, &Outcome::Rejected { reason: "not configured any more".to_owned() })
            }
        }
        true
    }

    fn mirror_task(&self, incident: &Incident, channel: Channel, before: &Mirror) -> Option<Task> {
        let reference = before.reference.clone();
        if channel == Channel::Ticket {
            let ticket = message::ticket(self.config, incident, reference.as_deref())?;
            return Some(Task::Ticket { reference, ticket });
        }
        let slack = self.config.organisation.slack.as_ref()?;
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service));
        let own = service.and_then(|service| service.slack_channel.clone());
        Some(Task::Channel {
            channel: own.unwrap_or_else(|| slack.channel.clone()),
            follow_up: reference.is_some().then(|| message::follow_up(self.config, incident)),
            card: message::channel(self.config, incident),
            reference,
        })
    }

    fn next_delivery(&self) -> DeliveryId {
        DeliveryId { epoch: self.state.epoch, n: self.state.next_delivery.max(1) }
    }

    /// What became of a delivery. One that is not under way any more changes nothing.
    pub(super) fn outcome(&mut self, delivery: DeliveryId, outcome: &Outcome) {
        let stage = self.state.deliveries.get(&delivery).map(|dispatch| dispatch.stage);
        // The answer to our request was lost, but the provider has called back since: the phone rings.
        if stage != Some(Stage::Leaving) && matches!(outcome, Outcome::Unknown { .. }) {
            return;
        }
        let retry_at = match outcome {
            Outcome::Unavailable { retry_after: Some(seconds), .. } => {
                Some(later(self.now, SignedDuration::from_secs(i64::from(*seconds))))
            }
            _ => None,
        };
        self.settle(delivery, outcome, retry_at);
    }

    /// `retry_at`: when to try again, if it failed; `None`: by how often it failed before.
    fn settle(&mut self, delivery: DeliveryId, outcome: &Outcome, retry_at: Option<Timestamp>) {
        let Some(dispatch) = self.state.deliveries.get(&delivery).cloned() else { return };
        let channel = dispatch.channel();
        let slowed = matches!(outcome, Outcome::Unavailable { retry_after: Some(_), .. });
        // A busy line asks for patience with one person, not with the channel.
        let paused_until = retry_at.filter(|_| slowed && dispatch.stage == Stage::Leaving);
        if let What::HangUp(call) = dispatch.what {
            return self.hung_up(delivery, call, outcome, paused_until);
        }
        for id in dispatch.incidents.iter().copied() {
            let failed = self.failed(id, delivery);
            let page = matches!(dispatch.what, What::Page { .. });
            let max = if page { ATTEMPTS_MAX } else { MIRROR_ATTEMPTS_MAX };
            let numbers = self.carried(id, delivery);
            // A call in doubt carries nothing any more.
            let again = matches!(outcome, Outcome::Unavailable { .. } | Outcome::Unknown { .. })
                && failed < max
                && !(page && numbers.is_empty());
            let retry_at = again.then(|| retry_at.unwrap_or_else(|| later(self.now, backoff(failed))));
            let outcome = outcome.clone();
            self.about(
                id,
                Change::Outcome { delivery, channel, outcome: outcome.clone(), retry_at, paused_until },
            );
            if let What::Page { user, by } = &dispatch.what {
                self.after_page(id, user, *by, &numbers, &outcome, failed);
            }
        }
        let first = dispatch.incidents.first().copied();
        if let (Outcome::Accepted { .. }, Some(id)) = (outcome, first) {
            self.hang_up_needless(id, None);
        }
    }

    /// How often what this delivery carries had failed before.
    fn failed(&self, id: IncidentId, delivery: DeliveryId) -> u8 {
        let Some(incident) = self.incident(id) else { return 0 };
        let mirrors = [&incident.channel, &incident.ticket].into_iter().flatten();
        let carried =
            mirrors.filter(|mirror| mirror.in_flight.is_some_and(|(carried, _)| carried == delivery));
        let pages = incident.notifications.iter().filter(|found| found.in_flight == Some(delivery));
        carried.map(|mirror| mirror.failed).chain(pages.map(|found| found.failed)).max().unwrap_or(0)
    }

    /// The notifications of an incident that a delivery carries.
    fn carried(&self, id: IncidentId, delivery: DeliveryId) -> Vec<(u16, Purpose)> {
        let found = self.incident(id).map_or(&[][..], |incident| &incident.notifications);
        found
            .iter()
            .filter(|found| found.in_flight == Some(delivery))
            .map(|found| (found.n, found.purpose))
            .collect()
    }

    fn after_page(
        &mut self,
        id: IncidentId,
        user: &UserId,
        by: Contact,
        carried: &[(u16, Purpose)],
        outcome: &Outcome,
        failed_before: u8,
    ) {
        if outcome.is_taken() || !carried.iter().any(|(_, purpose)| *purpose == Purpose::Page) {
            return;
        }
        let never = matches!(outcome, Outcome::Rejected { .. });
        let why = outcome.reason().to_owned();
        if never {
            let more = |found: &super::Notification| {
                found.user == *user && found.by == by && found.in_flight.is_none()
            };
            if self.incident(id).is_some_and(|incident| incident.notifications.iter().any(more)) {
                self.about(id, Change::GaveUp { user: user.clone(), by, why: why.clone() });
            }
        }
        if never || failed_before + 1 == FAILURES_BEFORE_NEXT {
            self.hasten(id, user, by, why);
        }
        self.pass_if_unreachable(id);
    }

    /// Tries the next method of a person early.
    fn hasten(&mut self, id: IncidentId, user: &UserId, failed: Contact, why: String) {
        let Some(incident) = self.incident(id) else { return };
        let waiting = incident.notifications.iter().filter(|found| {
            found.user == *user && found.by != failed && found.in_flight.is_none() && found.due > self.now
        });
        let next = waiting.filter(|found| found.purpose == Purpose::Page && found.failed == 0);
        if let Some((n, by)) = next.min_by_key(|found| (found.due, found.n)).map(|found| (found.n, found.by))
        {
            self.about(id, Change::Hastened { user: user.clone(), by, notification: n, why });
        }
    }

    fn hung_up(
        &mut self,
        delivery: DeliveryId,
        call: DeliveryId,
        outcome: &Outcome,
        paused_until: Option<Timestamp>,
    ) {
        let (channel, retry_at) = (Channel::HangUp, None);
        let again = matches!(outcome, Outcome::Unavailable { .. } | Outcome::Unknown { .. });
        self.about_server(Change::Outcome {
            delivery,
            channel,
            outcome: outcome.clone(),
            retry_at,
            paused_until,
        });
        if again {
            let state = HangUp::Wanted(later(self.now, RETRY_FIRST));
            self.about_server(Change::HangUp { delivery: call, state });
        }
    }

    /// Gives up waiting for answers that are overdue.
    pub(super) fn expire(&mut self) {
        let overdue = self.state.deliveries.iter().filter(|(_, dispatch)| dispatch.expires_at <= self.now);
        let overdue: Vec<(DeliveryId, Stage)> =
            overdue.take(HANDLE_MAX).map(|(id, dispatch)| (*id, dispatch.stage)).collect();
        for (delivery, stage) in overdue {
            let (outcome, retry_at) = match stage {
                Stage::Leaving => {
                    (unknown("no answer came back: it may or may not have left"), Some(self.now))
                }
                Stage::InDoubt => (unknown("nothing more was heard of it"), None),
                Stage::Taken => {
                    (Outcome::Ended { reason: "the provider never said how it ended".to_owned() }, None)
                }
            };
            self.settle(delivery, &outcome, retry_at);
        }
    }
}

impl Incident {
    fn mirror(&self, channel: Channel) -> Option<&Mirror> {
        if channel == Channel::Ticket { self.ticket.as_ref() } else { self.channel.as_ref() }
    }
}

fn unknown(reason: &str) -> Outcome {
    Outcome::Unknown { reason: reason.to_owned() }
}

/// The wait before another attempt, after so many that failed.
fn backoff(failed: u8) -> SignedDuration {
    (RETRY_FIRST * 2i32.pow(u32::from(failed.min(10)))).min(RETRY_LAST)
}
