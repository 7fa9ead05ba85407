//! What holds back a page that is due: its person is on the phone, or its provider asked us to slow down.
//!
//! Each hold-back is told once, in the timeline of the incident that waits. A page that waits only for a free slot is not: it
//! leaves within the moment. What leaves is decided in `dispatch`.

use super::entry::{DeliveryChange, WaitsFor};
use super::errand::{Dispatch, Errand, Stage};
use super::escalation::later;
use super::outlet::{self, Outlet};
use super::{Call, HANDLE_MAX, IncidentId};
use crate::config::{Contact, Provider};
use crate::schedule::UserId;
use jiff::Timestamp;

/// How many incidents of the call that is waited for are named.
pub const NAMED_MAX: usize = 3;

impl Call<'_> {
    /// Tells what waits and has not been told; what is beyond the bound is told at the next occasion.
    pub(super) fn tell_waits(&mut self) {
        let mut room = HANDLE_MAX;
        for by in outlet::contacts() {
            self.tell_calls(by, &mut room);
            self.tell_paused(by, &mut room);
        }
    }

    fn tell_calls(&mut self, by: Contact, room: &mut usize) {
        if !by.method().one_at_a_time {
            return;
        }
        let busy: Vec<UserId> = self.state.busy(by).into_iter().cloned().collect();
        for user in busy {
            let waits = self.untold(by, &user, *room);
            *room -= waits.len();
            let call = waits.first().and_then(|_| self.call_to(by, &user));
            let Some((why, until)) = call else { continue };
            self.tell(&waits, &user, by, &why, until);
        }
    }

    /// Where no provider of a method takes more than one at a time.
    fn tell_paused(&mut self, by: Contact, room: &mut usize) {
        let (outlet, now) = (Outlet::Page(by), self.now);
        let paused = |provider: Provider| {
            let until = self.state.paused.get(&(provider, outlet)).copied().filter(|until| *until > now);
            until.filter(|_| !self.state.is_free(provider, outlet, now)).map(|until| (provider, until))
        };
        let all: Vec<_> = self.config.providers_of(by).map(paused).collect();
        let Some(first) = all.iter().copied().collect::<Option<Vec<_>>>() else { return };
        let Some((provider, until)) = first.into_iter().min_by_key(|(_, until)| *until) else { return };
        let lanes: Vec<UserId> = self.index.lanes_by(by).map(|(user, _)| user.clone()).collect();
        for user in lanes {
            let waits = self.untold(by, &user, *room);
            *room -= waits.len();
            self.tell(&waits, &user, by, &WaitsFor::Provider(provider), until);
        }
    }

    /// The incidents whose page for a person is due, and whose timeline does not say what it waits for.
    fn untold(&self, by: Contact, user: &UserId, room: usize) -> Vec<IncidentId> {
        let lane = self.index.lanes.get(&(by, user.clone()));
        let mut waits: Vec<IncidentId> =
            lane.iter().flat_map(|lane| lane.untold_due(self.now)).map(|it| it.incident).take(room).collect();
        waits.sort();
        waits.dedup();
        waits
    }

    fn tell(&mut self, waits: &[IncidentId], user: &UserId, by: Contact, why: &WaitsFor, until: Timestamp) {
        for id in waits {
            self.about(*id, DeliveryChange::Waits { user: user.clone(), by, why: why.clone(), until });
        }
    }

    /// The call to a person that is under way, and when it is over as far as is known.
    fn call_to(&self, by: Contact, user: &UserId) -> Option<(WaitsFor, Timestamp)> {
        let is_it = |dispatch: &&Dispatch| match &dispatch.errand {
            Errand::Page { user: to, by: method } => {
                to == user && *method == by && dispatch.stage != Stage::InDoubt
            }
            Errand::Mirror { .. }
            | Errand::HangUp(_)
            | Errand::Ask(_)
            | Errand::Edit { .. }
            | Errand::Notice { .. } => false,
        };
        let call = self.state.deliveries.values().find(is_it)?;
        let until = match call.stage {
            Stage::Leaving => later(self.now, by.method().unheard_max),
            Stage::InDoubt | Stage::Taken | Stage::UnderWay | Stage::Answered => call.expires_at,
        };
        let count = u32::try_from(call.about.len()).unwrap_or(u32::MAX);
        let about = call.about.iter().take(NAMED_MAX).map(|carried| carried.incident).collect();
        Some((WaitsFor::Call { about, count, answered: call.stage == Stage::Answered }, until))
    }
}
