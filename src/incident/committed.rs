//! What a commit changes of who is on call by an override: both people hear of it when it is made and when it begins.
//!
//! One that only moves to another line is the same. One that was made at run time and has come to git was told then. Whoever
//! made an override at run time hears that a commit wants otherwise for some of its hours: theirs lies on top.

use super::Call;
use super::makers::{Told, concerned};
use super::notice_change::{Noticed, OverrideNotice};
use crate::actor::Actor;
use crate::config::{Config, Id};
use crate::place::Place;
use crate::schedule::{Override, OverrideAction};
use jiff::Timestamp;

/// How many overrides of one commit are told.
pub const COMMITTED_MAX: usize = 100;

/// An override of git.
struct Committed {
    schedule: Id,
    place: Place,
    change: Override,
}

impl Call<'_> {
    /// Tells of the overrides that this config has and the one before had not.
    pub(super) fn tell_of_commit(&mut self, previous: &Config) {
        let mut new: Vec<Committed> = Vec::new();
        for (id, schedule) in &self.config.schedules.schedules {
            let before = previous.schedules.schedules.get(id);
            let was = |change: &Override| {
                let mut known = before.into_iter().flat_map(|schedule| schedule.overrides.iter());
                known.any(|it| it.origin.place().is_some() && is_same(it, change))
            };
            let run_time = |change: &Override| {
                let (from, until) = (change.from, change.until);
                self.config
                    .retired
                    .iter()
                    .any(|it| it.schedule == *id && it.from == from && it.until == until)
            };
            for change in schedule.overrides.iter().filter(|it| self.now < it.until) {
                let Some(place) = change.origin.place() else { continue };
                if new.len() < COMMITTED_MAX && !was(change) && !run_time(change) {
                    let (schedule, place, change) = (id.clone(), place.clone(), change.clone());
                    new.push(Committed { schedule, place, change });
                }
            }
        }
        for committed in new {
            self.tell_of_committed(&committed);
            self.tell_who_lies_on_top(&committed);
        }
    }

    fn tell_of_committed(&mut self, Committed { schedule, place, change }: &Committed) {
        let (from, until) = (change.from.max(self.now), change.until);
        let mut without = self.config.schedules.clone();
        if let Some(known) = without.schedules.get_mut(schedule) {
            let others = known.overrides.iter().filter(|it| *it != change).cloned().collect::<Vec<_>>();
            known.overrides = others.into();
        }
        let had = without.shifts(schedule, from, until);
        let has = self.config.schedules.shifts(schedule, from, until);
        let notice = OverrideNotice {
            id: 0,
            place: Some(place.clone()),
            schedule: schedule.clone(),
            from,
            until,
            on_call: true,
            others: Vec::new(),
            by: Actor::Rule("git".to_owned()),
            reason: change.reason.clone(),
        };
        self.tell_both(&notice, &concerned(&had, &has));
    }

    /// An override of run time is laid on what a commit says.
    fn tell_who_lies_on_top(&mut self, Committed { schedule, place, change }: &Committed) {
        let adds = matches!(change.action, OverrideAction::Add(_));
        let overlaps = |from: Timestamp, until: Timestamp| from < change.until && change.from < until;
        let on_top = self.state.run_time.overrides.iter().filter(|(_, made)| {
            made.schedule == *schedule && self.now < made.until && overlaps(made.from, made.until) && !adds
        });
        let on_top: Vec<_> = on_top.map(|(id, made)| (*id, made.by.clone())).collect();
        for (id, maker) in on_top {
            let (schedule, place) = (schedule.clone(), place.clone());
            let what = Noticed::CommitBelow { id, schedule, place };
            let now = self.now;
            maker.user().iter().for_each(|maker| self.notify(maker, None, what.clone(), now));
        }
    }

    /// Whether somebody's `begins` of such an override is planned already.
    pub(super) fn is_announced(&self, told: &Told, notice: &OverrideNotice) -> bool {
        self.state.notices.values().any(|it| match &it.what {
            Noticed::OverrideBegins(known) => {
                let same = (&known.schedule, known.from, known.on_call);
                same == (&notice.schedule, notice.from, told.on_call) && it.is_for(&told.user)
            }
            Noticed::ShiftComes { .. }
            | Noticed::ShiftOver { .. }
            | Noticed::Override(_)
            | Noticed::MadeEnded { .. }
            | Noticed::MadeHidden { .. }
            | Noticed::CommitBelow { .. }
            | Noticed::Cannot { .. }
            | Noticed::Offered { .. }
            | Noticed::OfferOver { .. }
            | Noticed::AlsoUnanswered { .. }
            | Noticed::Broad { .. }
            | Noticed::RoomFull(_)
            | Noticed::Test
            | Noticed::TestGone
            | Noticed::OptedOut { .. }
            | Noticed::Tested { .. } => false,
        })
    }

    /// The override of git that puts somebody on call, by its place, while it has not ended.
    pub(super) fn committed(&self, place: &Place) -> Option<(Id, Override)> {
        let schedules = self.config.schedules.schedules.iter();
        let mut all = schedules.flat_map(|(id, schedule)| schedule.overrides.iter().map(move |it| (id, it)));
        let found = all.find(|(_, it)| it.origin.place() == Some(place) && self.now < it.until);
        found.map(|(id, it)| (id.clone(), it.clone()))
    }
}

fn is_same(one: &Override, other: &Override) -> bool {
    (one.from, one.until, &one.layer, &one.action) == (other.from, other.until, &other.layer, &other.action)
}
