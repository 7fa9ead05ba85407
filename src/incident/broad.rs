//! A silence that names no service: the main room hears when it begins, what it has muted, and when it ends.
//!
//! It mutes also what nobody thought of when it was made. What it mutes is told a few minutes at a time, so that a storm is
//! a number and not a flood.

use super::Call;
use super::apply::REMEMBERED;
use super::entry::{AlertChange, Change, Entry, EscalationChange};
use super::escalation::later;
use super::notice_change::{Broad, NoticeChange, NoticeTo, Noticed};
use super::parts::HeldBack;
use super::state::State;
use crate::actor::Origin;
use crate::config::RunTimeSilence;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long what is muted is gathered before it is told.
const GATHERED: SignedDuration = SignedDuration::from_mins(5);

impl Call<'_> {
    /// Plans what the room hears of a silence that somebody makes.
    pub(super) fn tell_of_silence(&mut self, id: u64) {
        let Some(made) = self.state.run_time.silences.get(&id).filter(|made| made.is_broad()) else { return };
        let (from, until) = (made.from, made.until);
        self.tell_room(id, Broad::Begins, from);
        self.tell_room(id, Broad::Over(until), until);
    }

    /// It ends before its time.
    pub(super) fn tell_of_early_end(&mut self, id: u64) {
        let Some(made) = self.state.run_time.silences.get(&id).filter(|made| made.is_broad()) else { return };
        let until = made.until;
        self.tell_room(id, Broad::Over(until), until);
    }

    /// Plans to tell what such a silence has muted in this call.
    pub(super) fn tell_of_what_is_muted(&mut self) {
        let muting = self.turn.entries.iter().filter_map(|entry| muted_by(&entry.change));
        let muting: BTreeSet<u64> = muting.collect();
        for id in muting {
            let due = later(self.now, GATHERED);
            let broad =
                self.state.run_time.silences.get(&id).is_some_and(|made| made.is_broad() && due < made.until);
            let what = Noticed::Broad { id, what: Broad::Mutes };
            if broad && !self.state.notices.values().any(|it| it.what == what && it.in_flight.is_none()) {
                self.tell_room(id, Broad::Mutes, due);
            }
        }
    }

    fn tell_room(&mut self, id: u64, what: Broad, due: Timestamp) {
        if self.config.organisation.slack.is_some() {
            let what = Noticed::Broad { id, what };
            self.about_server(NoticeChange::Planned { to: NoticeTo::Room, what, due });
        }
    }

    /// Whether the room must still hear that of a silence.
    pub(super) fn is_still_so(&self, id: u64, what: Broad) -> bool {
        self.state.run_time.silences.get(&id).is_some_and(|made| match what {
            Broad::Begins | Broad::Mutes => self.now < made.until,
            // One that was ended early is told as that; one that never began, not at all.
            Broad::Over(until) => made.until == until && made.from < made.until,
        })
    }
}

impl State {
    /// Counts an incident that a broad silence mutes from now on.
    pub(super) fn count_muted(&mut self, entry: &Entry) {
        let Some(id) = muted_by(&entry.change) else { return };
        if !self.run_time.silences.get(&id).is_some_and(RunTimeSilence::is_broad) {
            return;
        }
        let held = entry.incident.and_then(|id| self.incidents.get(&id)?.held_back.as_deref());
        if held.and_then(silence) != Some(id) {
            let count = self.muted.entry(id).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Forgets what is counted for silences that are long over.
    pub(super) fn forget_muted(&mut self, now: Timestamp) {
        self.run_time.forget_ended(now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN));
        let known = &self.run_time.silences;
        self.muted.retain(|id, _| known.contains_key(id));
    }
}

/// The silence of run time by which this change mutes its incident.
fn muted_by(change: &Change) -> Option<u64> {
    if let Change::Alert(AlertChange::Opened(opened)) = change {
        return opened.held_back.as_ref().and_then(silence);
    }
    if let Change::Escalation(EscalationChange::HeldBack(held)) = change {
        return silence(held);
    }
    None
}

pub(super) fn silence(held: &HeldBack) -> Option<u64> {
    match held.origin {
        Origin::RunTime { id, .. } => Some(id),
        Origin::File(_) => None,
    }
}
