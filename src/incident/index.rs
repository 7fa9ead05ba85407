//! What is found fast: the next deadline, what waits to be sent, and groups that can be joined.
//!
//! Everything here follows from the state, and is kept in step with it by `record`; none of it is in the journal.

use super::IncidentId;
use super::state::{Channel, HangUp, Incident, State, Status};
use crate::config::{Contact, Id, Urgency};
use crate::schedule::UserId;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What waits in a lane, the most urgent first, then by when it is due: one notification of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    pub urgency: Reverse<Urgency>,
    pub due: Timestamp,
    pub incident: IncidentId,
    pub n: u16,
}

/// One person and one contact method, so that several pages become one.
pub(super) type Lane = BTreeSet<Waiting>;

#[derive(Debug, Default)]
pub(super) struct Index {
    deadlines: BTreeSet<(Timestamp, IncidentId)>,
    deadline_of: BTreeMap<IncidentId, Timestamp>,
    pub lanes: BTreeMap<(Contact, UserId), Lane>,
    /// Mirrors that are behind.
    pub channels: BTreeSet<(Timestamp, IncidentId)>,
    pub tickets: BTreeSet<(Timestamp, IncidentId)>,
    /// Open incidents of services that group, by the values their alerts share.
    pub groups: BTreeMap<(Id, String), BTreeSet<IncidentId>>,
}

impl Index {
    pub fn of(state: &State) -> Index {
        let mut index = Index::default();
        state.incidents.values().for_each(|incident| index.insert(incident));
        index
    }

    pub fn insert(&mut self, incident: &Incident) {
        if let Some(at) = incident.deadline() {
            self.deadlines.insert((at, incident.id));
            self.deadline_of.insert(incident.id, at);
        }
        for (by, user, waiting) in incident.waiting() {
            self.lanes.entry((by, user.clone())).or_default().insert(waiting);
        }
        if let Some(at) = incident.mirror_due(Channel::Channel) {
            self.channels.insert((at, incident.id));
        }
        if let Some(at) = incident.mirror_due(Channel::Ticket) {
            self.tickets.insert((at, incident.id));
        }
        if let Some(key) = incident.group_key() {
            self.groups.entry(key).or_default().insert(incident.id);
        }
    }

    pub fn remove(&mut self, incident: &Incident) {
        if let Some(at) = self.deadline_of.remove(&incident.id) {
            self.deadlines.remove(&(at, incident.id));
        }
        for (by, user, waiting) in incident.waiting() {
            let key = (by, user.clone());
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.remove(&waiting);
                if lane.is_empty() {
                    self.lanes.remove(&key);
                }
            }
        }
        if let Some(at) = incident.mirror_due(Channel::Channel) {
            self.channels.remove(&(at, incident.id));
        }
        if let Some(at) = incident.mirror_due(Channel::Ticket) {
            self.tickets.remove(&(at, incident.id));
        }
        if let Some(key) = incident.group_key()
            && let Some(known) = self.groups.get_mut(&key)
        {
            known.remove(&incident.id);
            if known.is_empty() {
                self.groups.remove(&key);
            }
        }
    }

    /// An incident that has something due.
    pub fn due(&self, now: Timestamp) -> Option<IncidentId> {
        self.deadlines.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    pub fn is_due(&self, id: IncidentId, now: Timestamp) -> bool {
        self.deadline_of.get(&id).is_some_and(|at| *at <= now)
    }

    /// The next instant at which something can be done; in the past if it can be done now. What is due but waits for
    /// a slot, for its person to hang up, or for a pause to end is woken by whatever ends that.
    pub fn next_deadline(&self, state: &State, now: Timestamp) -> Option<Timestamp> {
        let open = |channel: Channel| {
            let paused = state.paused.get(&channel).is_some_and(|until| *until > now);
            !paused && state.in_flight(channel) < channel.slots_max()
        };
        let methods = [(Contact::Call, Channel::Call), (Contact::Slack, Channel::Direct)];
        let waiting = methods.into_iter().filter(|(_, channel)| open(*channel)).flat_map(|(by, _)| {
            let busy = state.busy(by);
            let lanes =
                self.lanes.iter().filter(move |((method, user), _)| *method == by && !busy.contains(user));
            lanes.flat_map(|(_, lane)| soonest(lane))
        });
        let channels = self.channels.first().filter(|_| open(Channel::Channel)).map(|(at, _)| *at);
        let tickets = self.tickets.first().filter(|_| open(Channel::Ticket)).map(|(at, _)| *at);
        let hangs_up = open(Channel::HangUp);
        let deliveries = state.deliveries.values().flat_map(|dispatch| {
            let hang_up = match dispatch.hang_up {
                HangUp::Wanted(at) if hangs_up && dispatch.reference.is_some() => Some(at),
                _ => None,
            };
            [Some(dispatch.expires_at), hang_up].into_iter().flatten()
        });
        waiting
            .chain(deliveries)
            .chain(self.deadlines.first().map(|(at, _)| *at))
            .chain(channels)
            .chain(tickets)
            .chain(state.heartbeats.values().filter_map(|heartbeat| heartbeat.due))
            .chain(state.paused.values().copied().filter(|until| *until > now))
            .min()
    }
}

/// What is due in a lane, urgency by urgency, the oldest first.
pub(super) fn due_in(lane: &Lane, now: Timestamp) -> impl Iterator<Item = &Waiting> {
    URGENCIES
        .iter()
        .flat_map(move |urgency| lane.range(Waiting::first(*urgency)..=Waiting::last(*urgency, now)))
}

/// When something of a lane can leave, for each urgency; in the past if it can now.
fn soonest(lane: &Lane) -> impl Iterator<Item = Timestamp> {
    URGENCIES.iter().filter_map(|urgency| {
        let next = lane.range(Waiting::first(*urgency)..).next();
        next.filter(|next| next.urgency.0 == *urgency).map(|next| next.due)
    })
}

const URGENCIES: [Urgency; 3] = [Urgency::High, Urgency::Low, Urgency::None];

impl Waiting {
    fn first(urgency: Urgency) -> Waiting {
        let incident = IncidentId::default();
        Waiting { urgency: Reverse(urgency), due: Timestamp::MIN, incident, n: 0 }
    }

    fn last(urgency: Urgency, due: Timestamp) -> Waiting {
        Waiting { urgency: Reverse(urgency), due, incident: IncidentId::MAX, n: u16::MAX }
    }
}

impl IncidentId {
    const MAX: IncidentId = IncidentId { epoch: u32::MAX, n: u32::MAX };
}

impl Incident {
    /// When something about it falls due by itself, other than what waits to be sent.
    pub fn deadline(&self) -> Option<Timestamp> {
        if self.status == Status::Resolved {
            return None;
        }
        let stale = self.alerts.iter().filter(|alert| alert.firing).filter_map(|alert| alert.stale_at);
        let silenced = self.silenced.as_ref().map(|silenced| silenced.until);
        let paging = [self.escalation.as_ref().map(|escalation| escalation.deadline), self.raise_at];
        let paging = paging.into_iter().flatten().filter(|_| self.pages());
        stale.chain(silenced).chain(paging).chain(self.acknowledged_until).chain(self.quiet_at()).min()
    }

    /// When it closes by itself for want of events, while acknowledged.
    pub fn quiet_at(&self) -> Option<Timestamp> {
        let quiet = self.quiet_seconds.filter(|_| self.status == Status::Acknowledged)?;
        self.last_event_at.checked_add(jiff::SignedDuration::from_secs(i64::from(quiet))).ok()
    }

    /// The notifications that wait to be sent; none while it is silenced.
    fn waiting(&self) -> impl Iterator<Item = (Contact, &UserId, Waiting)> {
        let (urgency, incident) = (Reverse(self.urgency), self.id);
        let held = |found: &&super::Notification| found.in_flight.is_none() && self.silenced.is_none();
        self.notifications.iter().filter(held).map(move |found| {
            (found.by, &found.user, Waiting { urgency, due: found.due, incident, n: found.n })
        })
    }

    /// From when on a mirror may be sent; `None` where it shows what it should, or is under way.
    pub fn mirror_due(&self, channel: Channel) -> Option<Timestamp> {
        let mirror = if channel == Channel::Ticket { &self.ticket } else { &self.channel };
        let behind = |mirror: &&super::Mirror| mirror.in_flight.is_none() && mirror.shown < self.version;
        mirror.as_ref().filter(behind).map(|mirror| mirror.not_before.unwrap_or(Timestamp::MIN))
    }

    fn group_key(&self) -> Option<(Id, String)> {
        let open = self.status != Status::Resolved;
        open.then(|| self.service.clone().zip(self.group.clone())).flatten()
    }
}
