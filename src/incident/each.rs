//! `acknowledge: each`: the first acknowledgement stops the steps, and the others of the step are told on.
//!
//! Whoever is paged too by somebody has five minutes before that person hears that they have not answered.
//!
//! They are told by their own rules, and once more after the step's wait; then the thread names who did not answer. Whoever is
//! off, has left or cannot be reached does not count. When it is triggered again or over, nobody is waited for.

use super::escalation::later;
use super::notice_change::Noticed;
use super::parts::{AlsoAsked, Awaited, Status};
use super::planned::{Notification, Purpose, Recipient};
use super::state::Incident;
use super::step_change::StepsChange;
use super::{Call, IncidentId};
use crate::actor::Actor;
use crate::config::Urgency;
use crate::reason::Because;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How many wishes for others an incident waits for.
pub const ALSO_MAX: usize = 10;
/// How long somebody who is paged too has to answer.
const ALSO_ANSWERS_WITHIN: SignedDuration = SignedDuration::from_mins(5);

impl Incident {
    /// Whether this person must still acknowledge, though somebody has it.
    pub fn awaits(&self, user: &str) -> bool {
        self.rare.awaited.as_ref().is_some_and(|awaited| awaited.users.iter().any(|known| &**known == user))
    }

    /// What the step planned for them goes on, whoever has it.
    pub(super) fn await_each(&mut self, awaited: Awaited) {
        let theirs =
            |found: &&mut Notification| found.purpose == Purpose::Page && awaited.users.contains(&found.user);
        self.notifications.iter_mut().filter(theirs).for_each(|found| found.purpose = Purpose::Each);
        self.rare.awaited = Some(Box::new(awaited));
    }

    pub(super) fn told_again(&mut self, people: &[Recipient], until: Timestamp) {
        self.plan(people, Purpose::Each);
        if let Some(awaited) = &mut self.rare.awaited {
            awaited.users = people.iter().map(|told| told.user.clone()).collect();
            (awaited.due, awaited.told_again) = (until, true);
        }
    }

    pub(super) fn await_nobody(&mut self) {
        if self.rare.awaited.take().is_some() {
            self.give_way(|found| found.purpose == Purpose::Each);
        }
    }

    /// Somebody has acknowledged.
    pub(super) fn awaited_no_more(&mut self, by: &Actor) {
        let Some(awaited) = &mut self.rare.awaited else { return };
        awaited.users.retain(|user| by.user() != Some(user));
        if awaited.users.is_empty() {
            self.rare.awaited = None;
        }
    }
}

impl Incident {
    /// Somebody has these paged too, and hears of it when none of them answers.
    pub(super) fn asked_also(&mut self, to: &[Recipient], by: &Actor, at: Timestamp) {
        let users: Vec<UserId> =
            to.iter().map(|told| told.user.clone()).filter(|it| by.user() != Some(it)).collect();
        if users.is_empty() {
            return;
        }
        if self.rare.also.len() >= ALSO_MAX {
            self.rare.also.remove(0);
        }
        let due = at.saturating_add(ALSO_ANSWERS_WITHIN).unwrap_or(Timestamp::MAX);
        self.rare.also.push(AlsoAsked { by: by.clone(), users, due });
    }

    /// Somebody has answered: what they say now is theirs.
    pub(super) fn answered_also(&mut self, by: &Actor) {
        self.rare.also.retain(|asked| !asked.users.iter().any(|user| by.user() == Some(user)));
    }
}

impl Call<'_> {
    /// Nobody of those who were paged too has answered: whoever asked for them hears of it, and the thread.
    pub(super) fn also_is_due(&mut self, id: IncidentId) {
        let due =
            |incident: &Incident| incident.rare.also.iter().find(|asked| asked.due <= self.now).cloned();
        let Some(AlsoAsked { by, users, .. }) = self.incident(id).and_then(due) else { return };
        self.about(id, StepsChange::AlsoUnanswered { users: users.clone(), by: by.clone() });
        let (what, now) = (Noticed::AlsoUnanswered { incident: id, users }, self.now);
        by.user().iter().for_each(|asker| self.notify(asker, None, what.clone(), now));
    }

    pub(super) fn awaits(&self, id: IncidentId, by: &Actor) -> bool {
        let incident = self.incident(id).filter(|incident| incident.status == Status::Acknowledged);
        by.user().is_some_and(|user| incident.is_some_and(|incident| incident.awaits(user)))
    }

    /// Somebody acknowledges: where the running step asks each, the others of it must too.
    pub(super) fn await_the_others(&mut self, id: IncidentId, by: &Actor) {
        let Some(incident) = self.incident(id).filter(|incident| incident.status == Status::Triggered) else {
            return;
        };
        let Some(running) = &incident.escalation else { return };
        let Some(step) = self.step_at(id, &running.at).filter(|step| step.each && !running.at.fallback)
        else {
            return;
        };
        let waits = |user: &&UserId| {
            incident.notifications.iter().any(|it| it.user == **user && it.purpose == Purpose::Page)
        };
        let reached = |user: &&UserId| running.reached.contains(user) || waits(user);
        let others = running.told.iter().filter(|user| by.user() != Some(user)).filter(reached);
        let users: Vec<UserId> = others.filter(|user| self.counts(user)).cloned().collect();
        let until = running.deadline.max(self.now);
        let wait_seconds = u32::try_from(step.wait.as_secs()).unwrap_or(u32::MAX);
        if !users.is_empty() {
            self.about(id, StepsChange::Awaited { users, until, wait_seconds, rule: step.place });
        }
    }

    /// Whether somebody is here, so that an answer can be asked of them.
    fn counts(&self, user: &UserId) -> bool {
        self.config.users.contains_key(user) && self.config.schedules.is_off(user, self.now).is_none()
    }

    /// The wait for those who have not acknowledged has passed.
    pub(super) fn each_is_due(&mut self, id: IncidentId) {
        let Some(awaited) = self.incident(id).and_then(|incident| incident.rare.awaited.clone()) else {
            return;
        };
        let Awaited { users, wait_seconds, told_again, rule, .. } = *awaited;
        let counting: Vec<UserId> = users.into_iter().filter(|user| self.counts(user)).collect();
        let because: BTreeMap<UserId, Because> =
            counting.iter().map(|user| (user.clone(), Because::Named)).collect();
        let people: Vec<Recipient> =
            self.plans(&because, Urgency::High).into_iter().filter(|it| !it.contacts.is_empty()).collect();
        if told_again || people.is_empty() {
            return self.about(id, StepsChange::Unanswered { users: counting, rule });
        }
        let until = later(self.now, SignedDuration::from_secs(i64::from(wait_seconds)));
        self.about(id, StepsChange::ToldAgain { people, until, rule });
    }
}
