//! A room in which much happens: beyond ten messages a minute the others wait for their turn, and one line sums them up.
//!
//! What counts is what stands in the room itself: the first message of an incident, and what follows where a vendor edits nothing. A
//! message that waits is promised its place in the following minutes, so that every incident stays to be found there; nobody is
//! told later by it, since pages are no messages of a room. That somebody has an incident, or that it is over, does not wait
//! behind what others report: such words have room of their own, ten more a minute.

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
/// How many messages more may stand in a room within a minute, if they say that an incident stands elsewhere now.
pub const ACTS_MAX: usize = 10;

impl RoomPace {
    /// When the next message may stand in the room, where that is not now.
    fn full_until(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self.posts.len().checked_sub(POSTS_MAX).and_then(|n| self.posts.get(n))?;
        Some(later(*first, WITHIN)).filter(|until| *until > now)
    }

    /// Whether there is no room either for what does not wait behind others. What is promised to these does not count.
    fn full_of_acts(&self, now: Timestamp) -> bool {
        let since = later(now, -WITHIN);
        self.posts.iter().filter(|at| **at > since && **at <= now).count() >= POSTS_MAX + ACTS_MAX
    }

    /// A message stands in the room at an instant, or is promised to.
    fn post(&mut self, at: Timestamp, now: Timestamp) {
        let place = self.posts.partition_point(|known| *known <= at);
        self.posts.insert(place, at);
        let standing = self.posts.partition_point(|known| *known <= now);
        let promised = self.posts.len() - standing;
        self.posts.drain(standing..standing + promised.saturating_sub(POSTS_MAX));
        self.posts.drain(..standing.saturating_sub(POSTS_MAX + ACTS_MAX));
    }
}

impl Mirror {
    /// Whether what leaves now is one more message in the room itself.
    fn posts(&self) -> bool {
        self.kind == MirrorKind::Room && (self.reference.is_none() || !self.provider.row().edits_mirrors)
    }

    /// It has waited for its turn, and goes now: what it has to say does not wait behind others.
    pub(super) fn wait_no_more(&mut self) {
        let retried = self.failed > 0;
        if self.posts() && self.reference.is_some() && !retried {
            self.not_before = None;
        }
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
            self.rooms.entry((provider, place.to_owned())).or_default().post(at, at);
        }
    }

    /// A message waits for its turn, which is promised; it is summed up with what else waits.
    pub(super) fn room_full(
        &mut self,
        change: &NoticeChange,
        incident: Option<IncidentId>,
        (seq, at): (u64, Timestamp),
    ) {
        let NoticeChange::RoomFull { provider, place, until, sum_up_at, new } = change else { return };
        let pace = self.rooms.entry((*provider, place.clone())).or_default();
        pace.post(*until, at);
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
        let (provider, place) = (mirror.provider, mirror.place.to_string());
        let Some(pace) = self.state.rooms.get(&(provider, place.clone())) else { return false };
        let Some(until) = pace.full_until(self.now) else { return false };
        let stands_elsewhere = self.incident(id).is_some_and(|incident| incident.says_at_once(mirror));
        if stands_elsewhere && !pace.full_of_acts(self.now) {
            return false;
        }
        let soon = later(self.now, GATHERED);
        let sum_up_at = pace.summed_up.map_or(soon, |last| soon.max(later(last, WITHIN)));
        let new = mirror.reference.is_none();
        self.about(id, NoticeChange::RoomFull { provider, place, until, sum_up_at, new });
        true
    }
}
