//! A room in which much happens: beyond ten messages a minute the others wait for their turn, and one line sums them up.
//!
//! What counts is what stands in the room itself: the first message of an incident, and what follows where a vendor edits nothing. A
//! message that waits is promised its place in the following minutes, so that every incident stays to be found there; nobody is
//! told later by it, since pages are no messages of a room.

use super::errand::Mirror;
use super::escalation::later;
use super::notice::NOTICES_MAX;
use super::notice_change::{Crowd, Notice, NoticeChange, NoticeTo, Noticed, POSTS_MAX, RoomPace};
use super::state::{Incident, State};
use super::{Call, IncidentId};
use crate::config::{MirrorKind, Provider};
use jiff::{SignedDuration, Timestamp};

/// Within this, so many messages stand in a room.
const WITHIN: SignedDuration = SignedDuration::from_mins(1);
/// How long what waits is gathered before it is summed up.
const GATHERED: SignedDuration = SignedDuration::from_secs(15);
/// How many incidents a summary knows; the others are counted.
pub const CROWD_MAX: usize = 200;

impl RoomPace {
    /// When the next message may stand in the room, where that is not now.
    fn full_until(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self.posts.front().filter(|_| self.posts.len() >= POSTS_MAX)?;
        Some(later(*first, WITHIN)).filter(|until| *until > now)
    }

    fn post(&mut self, at: Timestamp) {
        let place = self.posts.partition_point(|known| *known <= at);
        self.posts.insert(place, at);
        while self.posts.len() > POSTS_MAX {
            self.posts.pop_front();
        }
    }
}

impl Mirror {
    /// Whether what leaves now is one more message in the room itself.
    fn posts(&self) -> bool {
        self.kind == MirrorKind::Room && (self.reference.is_none() || !self.provider.row().edits_mirrors)
    }
}

impl Incident {
    /// Its message waits for its turn.
    pub(super) fn wait_in_room(&mut self, provider: Provider, place: &str, until: Timestamp) {
        let mut mirrors = self.mirrors.iter_mut();
        if let Some(mirror) = mirrors.find(|mirror| mirror.is(provider, MirrorKind::Room, place)) {
            mirror.not_before = Some(until);
        }
    }
}

impl State {
    /// A mirror is about to leave: what has waited for its turn, or was tried before, was counted then.
    pub(super) fn count_post(
        &mut self,
        incident: Option<IncidentId>,
        provider: Provider,
        place: &str,
        at: Timestamp,
    ) {
        let known = incident.and_then(|id| self.incidents.get(&id));
        let mirror =
            known.and_then(|it| it.mirrors.iter().find(|it| it.is(provider, MirrorKind::Room, place)));
        if mirror.is_some_and(|mirror| mirror.posts() && mirror.not_before.is_none()) {
            self.rooms.entry((provider, place.to_owned())).or_default().post(at);
        }
    }

    /// A message waits for its turn, which is promised; it is summed up with what else waits.
    pub(super) fn room_full(&mut self, change: &NoticeChange, incident: Option<IncidentId>, seq: u64) {
        let NoticeChange::RoomFull { provider, place, until, sum_up_at, new } = change else { return };
        let pace = self.rooms.entry((*provider, place.clone())).or_default();
        pace.post(*until);
        let to = NoticeTo::Place { provider: *provider, place: place.clone() };
        let waits = |it: &&mut Notice| it.to == to && it.in_flight.is_none() && it.failed == 0;
        let (mut waiting, room) = (None, self.notices.len() < NOTICES_MAX);
        if let Some(Notice { what: Noticed::RoomFull(crowd), .. }) = self.notices.values_mut().find(waits) {
            waiting = Some(crowd);
        }
        match (waiting, incident) {
            (Some(crowd), Some(id)) => crowd.add(id, *new),
            (None, Some(id)) if room => {
                let mut crowd = Crowd::default();
                crowd.add(id, *new);
                pace.summed_up = Some(*sum_up_at);
                let (what, due) = (Noticed::RoomFull(crowd), *sum_up_at);
                self.notices.insert(seq, Notice { to, what, due, in_flight: None, failed: 0 });
            }
            (_, _) => {}
        }
    }

    /// Forgets rooms in which nothing is said any more.
    pub(super) fn forget_rooms(&mut self, now: Timestamp) {
        let old = later(now, -WITHIN);
        self.rooms.retain(|_, pace| pace.posts.back().is_some_and(|last| *last > old));
    }

    pub(super) fn shift_rooms(&mut self, by: SignedDuration) {
        for pace in self.rooms.values_mut() {
            let all = pace.posts.iter_mut().chain(pace.summed_up.as_mut());
            all.for_each(|at| *at = at.saturating_add(by).unwrap_or(*at));
        }
    }
}

impl Crowd {
    fn add(&mut self, id: IncidentId, new: bool) {
        if !new {
            self.news = self.news.saturating_add(1);
        } else if self.new.len() < CROWD_MAX {
            self.new.push(id);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}

impl Call<'_> {
    /// Whether a message finds its room full: then it waits for its turn.
    pub(super) fn waits_in_room(&mut self, id: IncidentId, mirror: &Mirror) -> bool {
        if !mirror.posts() || mirror.not_before.is_some() {
            return false;
        }
        let (provider, place) = (mirror.provider, mirror.place.clone());
        let Some(pace) = self.state.rooms.get(&(provider, place.clone())) else { return false };
        let Some(until) = pace.full_until(self.now) else { return false };
        let soon = later(self.now, GATHERED);
        let sum_up_at = pace.summed_up.map_or(soon, |last| soon.max(later(last, WITHIN)));
        let new = mirror.reference.is_none();
        self.about(id, NoticeChange::RoomFull { provider, place, until, sum_up_at, new });
        true
    }
}
