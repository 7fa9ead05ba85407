//! What is found fast: the next deadline, what waits to be sent, and groups that can be joined.
//!
//! Everything here follows from the state, and is kept in step with it by `record`; none of it is in the journal.

use super::errand::HangUp;

use super::outlet::{self, Outlet};
use super::parts::Status;
use super::planned::Purpose;
use super::state::{Incident, State};
use super::{DeliveryId, IncidentId};
use crate::config::{Contact, Id, MirrorKind, Provider, Urgency};
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
#[derive(Debug, Default)]
pub(super) struct Lane {
    untold: BTreeSet<Waiting>,
    /// Those whose timeline says what they wait for.
    told: BTreeSet<Waiting>,
}

/// A mirror that is behind: from when on it may be sent, its incident, and its place in the incident's list.
pub(super) type Behind = (Timestamp, IncidentId, usize);

/// What is behind of one way, by urgency and service.
type InTurn = BTreeMap<(Reverse<Urgency>, Option<Id>), BTreeSet<Behind>>;

#[derive(Debug, Default)]
pub(super) struct Index {
    deadlines: BTreeSet<(Timestamp, IncidentId)>,
    pub lanes: BTreeMap<(Contact, UserId), Lane>,
    /// Mirrors that are behind, each by its place in the incident's list, in the order in which they leave: by urgency, then
    /// one service after the other.
    mirrors: BTreeMap<(Provider, MirrorKind), InTurn>,
    /// Direct messages that are behind, and from when on each may be edited.
    pub directs: BTreeMap<(Provider, Contact), BTreeSet<(Timestamp, DeliveryId)>>,
    /// Direct messages that follow an incident.
    pub directs_of: BTreeMap<IncidentId, BTreeSet<DeliveryId>>,
    /// Open incidents of services that group, by the values their alerts share.
    pub groups: BTreeMap<(Id, String), BTreeSet<IncidentId>>,
    /// How many incidents are open.
    pub open: usize,
    /// Open storms, by service and urgency.
    pub storms: BTreeMap<(Option<Id>, Urgency), BTreeSet<IncidentId>>,
    /// Open incidents about bodies that cannot be read, by integration.
    pub unread: BTreeMap<Box<str>, BTreeSet<IncidentId>>,
}

impl Index {
    pub fn of(state: &State) -> Index {
        let mut index = Index::default();
        state.incidents.values().for_each(|incident| index.insert(incident));
        state.directs.keys().for_each(|page| index.insert_direct(state, *page));
        index
    }

    pub fn insert(&mut self, incident: &Incident) {
        if let Some(at) = incident.deadline() {
            self.deadlines.insert((at, incident.id));
        }
        for (by, user, told, waiting) in incident.waiting() {
            self.lanes.entry((by, user.clone())).or_default().side(told).insert(waiting);
        }
        for (way, waits) in incident.mirrors_due() {
            let in_turn = self.mirrors.entry(way).or_default();
            in_turn.entry((Reverse(incident.urgency), incident.service.clone())).or_default().insert(waits);
        }
        if let Some(key) = incident.group_key() {
            self.groups.entry(key).or_default().insert(incident.id);
        }
        if incident.status == Status::Resolved {
            return;
        }
        self.open += 1;
        if incident.unread {
            self.unread.entry(incident.integration.clone()).or_default().insert(incident.id);
        } else if incident.storm.is_some() {
            let key = (incident.service.clone(), incident.urgency);
            self.storms.entry(key).or_default().insert(incident.id);
        }
    }

    pub fn remove(&mut self, incident: &Incident) {
        if let Some(at) = incident.deadline() {
            self.deadlines.remove(&(at, incident.id));
        }
        for (by, user, told, waiting) in incident.waiting() {
            let key = (by, user.clone());
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.side(told).remove(&waiting);
                if lane.untold.is_empty() && lane.told.is_empty() {
                    self.lanes.remove(&key);
                }
            }
        }
        for (way, waits) in incident.mirrors_due() {
            if let Some(in_turn) = self.mirrors.get_mut(&way) {
                take(in_turn, &(Reverse(incident.urgency), incident.service.clone()), &waits);
                if in_turn.is_empty() {
                    self.mirrors.remove(&way);
                }
            }
        }
        if let Some(key) = incident.group_key() {
            take(&mut self.groups, &key, &incident.id);
        }
        if incident.status == Status::Resolved {
            return;
        }
        self.open = self.open.saturating_sub(1);
        if incident.unread {
            take(&mut self.unread, &incident.integration, &incident.id);
        } else if incident.storm.is_some() {
            take(&mut self.storms, &(incident.service.clone(), incident.urgency), &incident.id);
        }
    }

    /// The mirror that leaves next: the most urgent, then of the service that has waited longest, then the oldest.
    pub fn next_mirror(
        &self,
        way: (Provider, MirrorKind),
        served: impl Fn(&Id) -> u64,
        now: Timestamp,
    ) -> Option<(IncidentId, usize)> {
        let heads = self.mirrors.get(&way)?.iter().filter_map(|((urgency, service), behind)| {
            let (at, id, n) = behind.first().copied().filter(|(at, ..)| *at <= now)?;
            Some((*urgency, service.as_ref().map_or(0, &served), at, id, n))
        });
        heads.min().map(|(.., id, n)| (id, n))
    }

    /// What waits by a contact method, person by person.
    pub fn lanes_by(&self, by: Contact) -> impl Iterator<Item = (&UserId, &Lane)> {
        let lanes = self.lanes.iter().filter(move |((method, _), _)| *method == by);
        lanes.map(|((_, user), lane)| (user, lane))
    }

    /// An incident that has something due.
    pub fn due(&self, now: Timestamp) -> Option<IncidentId> {
        self.deadlines.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    /// The next instant at which something can be done; in the past if it can be done now. What is due but waits for
    /// a slot, for its person to hang up, or for a pause to end is woken by whatever ends that.
    pub fn next_deadline(
        &self,
        state: &State,
        serving: &[(Contact, Provider)],
        now: Timestamp,
    ) -> Option<Timestamp> {
        let free = |provider: Provider, outlet: Outlet| state.is_free(provider, outlet, now);
        let open = outlet::contacts().filter(|by| {
            let mut serve = serving.iter().filter(|(contact, _)| contact == by);
            serve.any(|(_, provider)| free(*provider, Outlet::Page(*by)))
        });
        let pages = open.flat_map(|by| {
            let busy = state.busy(by);
            let lanes = self.lanes_by(by).filter(move |(user, _)| !busy.contains(user));
            lanes.flat_map(|(_, lane)| lane.soonest())
        });
        let mirrors =
            self.mirrors.iter().filter(|((provider, kind), _)| free(*provider, Outlet::Mirror(*kind)));
        let mirrors = mirrors.flat_map(|(_, in_turn)| in_turn.values());
        let mirrors = mirrors.filter_map(|behind| behind.first().map(|(at, ..)| *at));
        let edits = self.directs.iter().filter(|((provider, by), _)| free(*provider, Outlet::Edit(*by)));
        let edits = edits.filter_map(|(_, behind)| behind.first().map(|(at, _)| *at));
        let deliveries = state.deliveries.values().flat_map(|dispatch| {
            let hangs_up = || dispatch.reference.is_some() && free(dispatch.provider, Outlet::HangUp);
            let hang_up = match dispatch.hang_up {
                HangUp::Wanted(at) => Some(at).filter(|_| hangs_up()),
                HangUp::No | HangUp::InFlight => None,
            };
            [Some(dispatch.expires_at), hang_up].into_iter().flatten()
        });
        let asks = outlet::asked().filter_map(|provider| {
            let serves = |by: Contact| serving.contains(&(by, provider));
            let at = state.questions(provider, serves).map(|(at, ..)| at).min()?;
            free(provider, Outlet::Ask).then_some(at)
        });
        pages
            .chain(mirrors)
            .chain(asks)
            .chain(edits)
            .chain(deliveries)
            .chain(state.notice_due(|notice| {
                let by = notice.by();
                let any = carried(serving, by).filter(|_| notice.provider().is_none());
                let mut ways = notice.provider().into_iter().chain(any);
                ways.any(|provider| free(provider, Outlet::Notice(by)))
            }))
            .chain(self.deadlines.first().map(|(at, _)| *at))
            .chain(state.heartbeats.values().filter_map(|heartbeat| heartbeat.due))
            .chain(state.paused.values().copied().filter(|until| *until > now))
            .min()
    }
}

impl Lane {
    fn side(&mut self, told: bool) -> &mut BTreeSet<Waiting> {
        if told { &mut self.told } else { &mut self.untold }
    }

    /// What is due.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = &Waiting> {
        due_in(&self.untold, now).chain(due_in(&self.told, now))
    }

    /// What is due, and has not been told to wait.
    pub fn untold_due(&self, now: Timestamp) -> impl Iterator<Item = &Waiting> {
        due_in(&self.untold, now)
    }

    /// What leaves first of what is due: the most urgent, then the oldest.
    pub fn first_due(&self, now: Timestamp) -> Option<&Waiting> {
        let firsts = [&self.untold, &self.told].map(|side| due_in(side, now).next());
        firsts.into_iter().flatten().min()
    }

    /// When something can leave, for each urgency; in the past if it can now.
    fn soonest(&self) -> impl Iterator<Item = Timestamp> {
        [&self.untold, &self.told].into_iter().flat_map(|side| {
            URGENCIES.iter().filter_map(|urgency| {
                let next = side.range(Waiting::first(*urgency)..).next();
                next.filter(|next| next.urgency.0 == *urgency).map(|next| next.due)
            })
        })
    }
}

/// Removes one of a set, and the set with the last.
fn take<K: Ord, V: Ord>(sets: &mut BTreeMap<K, BTreeSet<V>>, key: &K, value: &V) {
    if let Some(set) = sets.get_mut(key) {
        set.remove(value);
        if set.is_empty() {
            sets.remove(key);
        }
    }
}

/// What is due, urgency by urgency, the oldest first.
fn due_in(side: &BTreeSet<Waiting>, now: Timestamp) -> impl Iterator<Item = &Waiting> {
    URGENCIES
        .iter()
        .flat_map(move |urgency| side.range(Waiting::first(*urgency)..=Waiting::last(*urgency, now)))
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
    /// The notifications that wait to be sent, and whether that was told; while they are held back, those that somebody asked
    /// for.
    fn waiting(&self) -> impl Iterator<Item = (Contact, &UserId, bool, Waiting)> {
        let (urgency, incident) = (Reverse(self.urgency), self.id);
        let held = |found: &&super::Notification| {
            found.in_flight.is_none() && (self.held_back.is_none() || found.purpose == Purpose::Also)
        };
        self.notifications.iter().filter(held).map(move |found| {
            let waiting = Waiting { urgency, due: found.due, incident, n: found.n };
            (found.by, &found.user, found.wait_told, waiting)
        })
    }

    /// The mirrors that are behind and may be sent from an instant on.
    fn mirrors_due(&self) -> impl Iterator<Item = ((Provider, MirrorKind), Behind)> {
        self.mirrors.iter().enumerate().filter_map(|(n, mirror)| {
            Some(((mirror.provider, mirror.kind), (self.mirror_due(mirror)?, self.id, n)))
        })
    }

    fn group_key(&self) -> Option<(Id, String)> {
        let open = self.status != Status::Resolved;
        open.then(|| self.service.clone().zip(self.group.clone())).flatten()
    }
}

/// The providers that carry notices, with their methods.
pub(super) fn carried(serving: &[(Contact, Provider)], by: Contact) -> impl Iterator<Item = Provider> {
    serving.iter().filter(move |(contact, _)| *contact == by).map(|(_, provider)| *provider)
}
