//! Messages that told people follow their incidents: taken, triggered again, over.
//!
//! Only where an incident stands is followed: by an edit of the message, or where a method cannot edit (mail) by another one in its
//! thread, which says only that somebody has it and that it is over, each at most once. A bundle is one message about several incidents
//! and is forgotten when all of them are over. Edits have an outlet of their own, so that they delay no page.

use super::entry::{AlertChange, Change, DeliveryChange, Entry};
use super::errand::{Direct, Dispatch, Errand};
use super::index::Index;
use super::outlet::Outlet;
use super::parts::Status;
use super::state::{Incident, State};
use super::{Call, Delivery, DeliveryId, IncidentId, Outcome, Reason, Task, message};
use crate::config::{Contact, Follows, Provider};
use crate::reason::Fault;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How many messages follow their incidents; the oldest gives way.
pub const DIRECTS_MAX: usize = 10_000;

impl State {
    /// Where an incident stands; one that is forgotten is over.
    fn stands(&self, id: IncidentId) -> Status {
        self.incidents.get(&id).map_or(Status::Resolved, |incident| incident.status)
    }

    /// A page was taken: its message follows, where its method can edit one.
    pub(super) fn follow(&mut self, page: DeliveryId, dispatch: &Dispatch, outcome: &Outcome) {
        let Errand::Page { user, by } = &dispatch.errand else { return };
        let Outcome::Delivered { reference, .. } = outcome else { return };
        if by.method().follows == Follows::Not {
            return;
        }
        for older in self.superseded(dispatch) {
            self.directs.remove(&older);
        }
        while self.directs.len() >= DIRECTS_MAX {
            self.directs.pop_first();
        }
        let direct = Direct {
            provider: dispatch.provider,
            user: user.clone(),
            by: *by,
            reference: reference.clone(),
            about: dispatch.about.iter().map(|carried| (carried.incident, carried.status)).collect(),
            in_flight: None,
            not_before: None,
            failed: 0,
        };
        self.directs.insert(page, direct);
    }

    /// The messages that follow no more once this page is there: mails to the same person about nothing else, which the newest
    /// one follows alone, so that its end comes once.
    fn superseded(&self, page: &Dispatch) -> Vec<DeliveryId> {
        let Errand::Page { user, by } = &page.errand else { return Vec::new() };
        if by.method().follows != Follows::Replied {
            return Vec::new();
        }
        let same = |direct: &Direct| direct.user == *user && direct.by == *by;
        let within = |direct: &Direct| direct.about.iter().all(|(id, _)| page.is_about(*id));
        let older = self.directs.iter().filter(|(_, direct)| same(direct) && within(direct));
        older.map(|(id, _)| *id).collect()
    }

    pub(super) fn edit_sent(&mut self, page: DeliveryId, delivery: DeliveryId) {
        let Some(direct) = self.directs.get(&page) else { return };
        let shows = direct.about.iter().map(|(id, _)| self.stands(*id)).collect();
        if let Some(direct) = self.directs.get_mut(&page) {
            direct.in_flight = Some((delivery, shows));
            direct.not_before = None;
        }
    }

    /// What became of an edit. What is refused is not tried again until something changes.
    pub(super) fn edit_settled(&mut self, page: DeliveryId, outcome: &Outcome, retry_at: Option<Timestamp>) {
        let Some(direct) = self.directs.get_mut(&page) else { return };
        let Some((_, shows)) = direct.in_flight.take() else { return };
        if !outcome.is_taken() && retry_at.is_some() {
            direct.failed = direct.failed.saturating_add(1);
            direct.not_before = retry_at;
            return;
        }
        direct.failed = 0;
        let over = shows.iter().all(|status| *status == Status::Resolved);
        direct.about.iter_mut().zip(shows).for_each(|((_, shown), status)| *shown = status);
        if over {
            self.directs.remove(&page);
        }
    }

    /// From when on a message may be brought up to date; `None` where it shows what it should, or is under way.
    fn edit_due(&self, direct: &Direct) -> Option<Timestamp> {
        let stands = || direct.about.iter().map(|(id, _)| self.stands(*id));
        let behind = match direct.by.method().follows {
            Follows::Not => false,
            Follows::Edited => stands().zip(&direct.about).any(|(now, (_, shown))| now != *shown),
            // Of a bundle, what is the least far.
            Follows::Replied => stands().min() > direct.about.iter().map(|(_, shown)| *shown).min(),
        };
        let due = behind && direct.in_flight.is_none();
        due.then(|| direct.not_before.unwrap_or(Timestamp::MIN))
    }

    /// The messages that an entry may put behind, or bring level.
    pub(super) fn edits_touched(&self, index: &Index, entry: &Entry) -> BTreeSet<DeliveryId> {
        match &entry.change {
            Change::Response(_) | Change::Noise(_) | Change::Alert(AlertChange::Moved(_)) => {
                let of_incident = entry.incident.and_then(|id| index.directs_of.get(&id));
                of_incident.cloned().unwrap_or_default()
            }
            Change::Delivery(DeliveryChange::Sent { errand: Errand::Edit { page, .. }, .. }) => {
                BTreeSet::from([*page])
            }
            Change::Delivery(DeliveryChange::Outcome { delivery, .. }) => {
                match self.deliveries.get(delivery).map(|dispatch| &dispatch.errand) {
                    Some(Errand::Edit { page, .. }) => BTreeSet::from([*page]),
                    Some(Errand::Page { .. }) => {
                        let page = self.deliveries.get(delivery);
                        let superseded = page.map(|page| self.superseded(page)).unwrap_or_default();
                        let full = self.directs.len() >= DIRECTS_MAX;
                        let oldest = self.directs.first_key_value().filter(|_| full).map(|(page, _)| *page);
                        oldest.into_iter().chain([*delivery]).chain(superseded).collect()
                    }
                    Some(
                        Errand::Mirror { .. } | Errand::HangUp(_) | Errand::Ask(_) | Errand::Notice { .. },
                    )
                    | None => BTreeSet::new(),
                }
            }
            Change::Server(_)
            | Change::RunTime(_)
            | Change::Steps(_)
            | Change::Notice(_)
            | Change::Heartbeat(_)
            | Change::Alert(_)
            | Change::Escalation(_)
            | Change::Delivery(_) => BTreeSet::new(),
        }
    }
}

impl Index {
    pub fn insert_direct(&mut self, state: &State, page: DeliveryId) {
        let Some(direct) = state.directs.get(&page) else { return };
        for (id, _) in &direct.about {
            self.directs_of.entry(*id).or_default().insert(page);
        }
        if let Some(at) = state.edit_due(direct) {
            self.directs.entry((direct.provider, direct.by)).or_default().insert((at, page));
        }
    }

    pub fn remove_direct(&mut self, state: &State, page: DeliveryId) {
        let Some(direct) = state.directs.get(&page) else { return };
        for (id, _) in &direct.about {
            if let Some(pages) = self.directs_of.get_mut(id) {
                pages.remove(&page);
                if pages.is_empty() {
                    self.directs_of.remove(id);
                }
            }
        }
        let way = (direct.provider, direct.by);
        if let (Some(at), Some(behind)) = (state.edit_due(direct), self.directs.get_mut(&way)) {
            behind.remove(&(at, page));
            if behind.is_empty() {
                self.directs.remove(&way);
            }
        }
    }
}

impl Call<'_> {
    /// Brings one message up to date; false when nothing is left to do.
    pub(super) fn send_edit(&mut self) -> bool {
        let due = |(way, behind): (&(Provider, Contact), &BTreeSet<(Timestamp, DeliveryId)>)| {
            let (at, page) = behind.first()?;
            (*at <= self.now && self.state.is_free(way.0, Outlet::Edit(way.1), self.now)).then_some(*page)
        };
        let Some(page) = self.index.directs.iter().find_map(due) else { return false };
        let Some(direct) = self.state.directs.get(&page).cloned() else { return false };
        let provider = direct.provider;
        let id = self.begin_errand(provider, Errand::Edit { page, by: direct.by }, false);
        let known = direct.about.iter().filter_map(|(id, _)| self.incident(*id));
        let mut about: Vec<&Incident> = known.collect();
        // As the page had them: the worst first, then the oldest.
        about.sort_by_key(|incident| (Reverse(incident.severity), incident.opened_at));
        if about.is_empty() || !self.config.organisation.has(provider) {
            let reason = Reason::ours(Fault::NotSetUp);
            self.outcome(id, &Outcome::Rejected { reason });
            return true;
        }
        let incidents = about.iter().map(|incident| incident.id).collect();
        let Direct { user, by, reference, .. } = direct;
        let words = message::page(self.config, &about, &user, by);
        let task = Task::Edit { page, user, by, reference, words };
        self.turn.deliveries.push(Delivery { id, provider, incidents, task, repeat: false });
        true
    }
}
