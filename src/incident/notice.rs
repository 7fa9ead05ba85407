//! Contacts about no incident: shifts that come and end, words to the maker of something, an answer that does not come.
//!
//! A notice is planned by an entry, and waits until it is due. It leaves by an outlet of its own, so that it delays no page, and is
//! tried a few times; what has no point any more (the override has ended) is dropped. Which shifts are told is decided in
//! `shifts`, what people do to each other's overrides in `makers`, the words in `notice_words`.

use super::entry::Entry;
use super::errand::Errand;
use super::escalation::later;
use super::notice_change::{Notice, NoticeChange, NoticeTo, Noticed};
use super::outlet::Outlet;
use super::state::State;
use super::test::TEST_EVERY;
use super::{Call, Delivery, DeliveryId, Outcome, Reason, Task, notice_words};
use crate::actor::Actor;
use crate::config::{CONTACTS, Contact, Follows, MirrorKind, Provider};
use crate::reason::Fault;
use crate::schedule::UserId;
use jiff::Timestamp;

/// How many notices wait at most; one more is not planned.
pub const NOTICES_MAX: usize = 1_000;
/// How often one is tried.
pub const NOTICE_ATTEMPTS_MAX: u8 = 5;

impl State {
    pub(super) fn apply_notice(&mut self, change: &NoticeChange, entry: &Entry) {
        let seq = entry.seq;
        match change {
            NoticeChange::Planned { to, what, due } => {
                if self.notices.len() < NOTICES_MAX {
                    let (to, what, due) = (to.clone(), what.clone(), *due);
                    self.notices.insert(seq, Notice { to, what, due, in_flight: None, failed: 0 });
                }
            }
            NoticeChange::Dropped { notice } => drop(self.notices.remove(notice)),
            NoticeChange::ShiftsTold { until } => self.shifts_told_until = Some(*until),
            NoticeChange::RoomFull { .. } => self.room_full(change, entry.incident, (seq, entry.at)),
            NoticeChange::GapsTold { told, over } => self.gaps_told(told, over),
            NoticeChange::Declined { .. } => {}
            NoticeChange::OptedOut { user, by, to, out: true } => {
                let way = (user.clone(), *by, to.clone());
                self.unreachable.insert(way, Reason::ours(Fault::OptedOut));
            }
            NoticeChange::OptedOut { user, by, to, out: false } => {
                self.unreachable.remove(&(user.clone(), *by, to.clone()));
            }
        }
    }

    pub(super) fn notice_sent(&mut self, notice: u64, delivery: DeliveryId) {
        if let Some(found) = self.notices.get_mut(&notice) {
            found.in_flight = Some(delivery);
        }
    }

    pub(super) fn notice_settled(
        &mut self,
        notice: u64,
        outcome: &Outcome,
        retry_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        let Some(found) = self.notices.get_mut(&notice) else { return };
        match retry_at.filter(|_| !outcome.is_taken()) {
            Some(at) => {
                (found.in_flight, found.due) = (None, at);
                found.failed = found.failed.saturating_add(1);
            }
            None if found.what == Noticed::Test => {
                (found.in_flight, found.what, found.due) = (None, Noticed::TestGone, later(at, TEST_EVERY));
            }
            None => drop(self.notices.remove(&notice)),
        }
    }

    /// When the next notice can leave.
    pub(super) fn notice_due(&self, free: impl Fn(&Notice) -> bool) -> Option<Timestamp> {
        let waits = self.notices.values().filter(|it| it.in_flight.is_none() && free(it));
        waits.map(|it| it.due).min()
    }
}

impl Notice {
    /// The method that carries it; the room's is that of messages.
    pub fn by(&self) -> Contact {
        match &self.to {
            NoticeTo::Person { by, .. } => *by,
            NoticeTo::Room | NoticeTo::Place { .. } => room_contact(),
        }
    }

    pub(super) fn is_for(&self, person: &UserId) -> bool {
        match &self.to {
            NoticeTo::Person { user, .. } => user == person,
            NoticeTo::Room | NoticeTo::Place { .. } => false,
        }
    }

    fn place(&self) -> Option<String> {
        match &self.to {
            NoticeTo::Place { place, .. } => Some(place.clone()),
            NoticeTo::Person { .. } | NoticeTo::Room => None,
        }
    }

    /// The only provider that can carry it.
    pub(super) fn provider(&self) -> Option<Provider> {
        match &self.to {
            NoticeTo::Place { provider, .. } => Some(*provider),
            NoticeTo::Person { .. } | NoticeTo::Room => None,
        }
    }
}

/// The method whose messages are edited is the one of rooms.
fn room_contact() -> Contact {
    CONTACTS.iter().find(|method| method.follows == Follows::Edited).unwrap_or(&CONTACTS[0]).contact
}

impl Call<'_> {
    /// Plans a notice to a person, by the way that they chose for shifts, or the first that does not ring. Nobody hears of what
    /// they did themselves.
    pub(super) fn notify(&mut self, user: &UserId, but: Option<&Actor>, what: Noticed, due: Timestamp) {
        if but.and_then(Actor::user) == Some(user) {
            return;
        }
        if let Some(by) = self.quiet_way(user) {
            let to = NoticeTo::Person { user: user.clone(), by };
            self.about_server(NoticeChange::Planned { to, what, due });
        }
    }

    /// The organisation's room hears of it, where there is one.
    pub(super) fn notify_room(&mut self, what: Noticed) {
        if self.config.organisation.slack.is_some() {
            let due = self.now;
            self.about_server(NoticeChange::Planned { to: NoticeTo::Room, what, due });
        }
    }

    pub(super) fn quiet_way(&self, user: &UserId) -> Option<Contact> {
        let known = self.config.users.get(user)?;
        let serves = |by: Contact| self.config.providers_of(by).next().is_some() && known.can_be_told_by(by);
        let chosen = known.shifts.iter().map(|rule| rule.by);
        let quiet = CONTACTS.iter().rev().filter(|method| !method.rings).map(|method| method.contact);
        chosen.chain(quiet).find(|by| serves(*by))
    }

    /// Sends one notice that is due, or drops one that has no point any more; false when nothing is left to do.
    pub(super) fn send_notice(&mut self) -> bool {
        let now = self.now;
        let ways = |notice: &Notice| {
            let by = notice.by();
            let only = notice.provider().filter(|provider| self.config.organisation.has(*provider));
            let any = self.config.providers_of(by).filter(|_| notice.provider().is_none());
            only.into_iter().chain(any).find(|it| self.state.is_free(*it, Outlet::Notice(by), now))
        };
        let due = self.state.notices.iter().filter(|(_, it)| it.in_flight.is_none() && it.due <= now);
        let next = due.filter_map(|(id, it)| Some((it.due, *id, ways(it)?))).min();
        let Some((_, notice, provider)) = next else { return false };
        let Some(found) = self.state.notices.get(&notice).cloned() else { return false };
        if !self.has_a_point(&found) {
            self.about_server(NoticeChange::Dropped { notice });
            return true;
        }
        let (by, repeat) = (found.by(), found.failed > 0);
        let id = self.begin_errand(provider, Errand::Notice { notice, by }, repeat);
        let task = match &found.to {
            NoticeTo::Person { user, by } => {
                let words = notice_words::words(self.config, self.state, &found.what, Some(user), *by);
                Task::Page { user: user.clone(), by: *by, to: None, words }
            }
            NoticeTo::Room | NoticeTo::Place { .. } => {
                let words = notice_words::words(self.config, self.state, &found.what, None, by);
                let shared = self.config.organisation.slack.as_ref().map(|slack| slack.channel.clone());
                let place = found.place().or(shared);
                let (place, reference, news) = (place.unwrap_or_default(), None, None);
                Task::Mirror { kind: MirrorKind::Room, place, reference, words, news, after: 0 }
            }
        };
        self.turn.deliveries.push(Delivery { id, provider, incidents: Vec::new(), task, repeat });
        true
    }

    /// Whether what a notice is about is still so.
    fn has_a_point(&self, found: &Notice) -> bool {
        match &found.what {
            Noticed::OverrideBegins(notice) if notice.place.is_some() => {
                let on_call = self.config.schedules.on_call(&notice.schedule, self.now).users;
                on_call.iter().any(|user| found.is_for(user)) == notice.on_call
            }
            Noticed::OverrideBegins(notice) => {
                let made = self.state.run_time.overrides.get(&notice.id);
                made.is_some_and(|made| self.now < made.until)
            }
            Noticed::Broad { id, what } => self.is_still_so(*id, *what),
            Noticed::Offered { id } | Noticed::OfferOver { id } => self.is_offered(*id),
            Noticed::TestGone => false,
            Noticed::Test
            | Noticed::Tested { .. }
            | Noticed::ShiftComes { .. }
            | Noticed::ShiftOver { .. }
            | Noticed::Override(_)
            | Noticed::MadeEnded { .. }
            | Noticed::MadeHidden { .. }
            | Noticed::CommitBelow { .. }
            | Noticed::Cannot { .. }
            | Noticed::OptedOut { .. }
            | Noticed::RoomFull(_)
            | Noticed::AlsoUnanswered { .. } => true,
        }
    }
}
