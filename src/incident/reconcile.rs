//! A config change carried to open incidents.
//!
//! People are added to or dropped from a running step only where the old and the new config differ *at now*: a
//! handoff that has passed since the step began moves nobody. The wait still counts from the step's beginning.

use super::entry::EscalationChange;
use super::escalation::{Members, later, members};
use super::parts::{Escalation, Status};
use super::planned::Purpose;
use super::response::ResponseChange;
use super::{Call, HANDLE_MAX, IncidentId};
use crate::actor::Actor;
use crate::config::{Config, Step, Urgency};
use crate::reason::{Because, Why};
use crate::schedule::UserId;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// A change on its way through the open incidents.
#[derive(Debug)]
pub(super) struct Reconcile {
    previous: Option<Arc<Config>>,
    /// The last incident that has been seen to.
    after: Option<IncidentId>,
}

impl Reconcile {
    pub fn new(previous: Option<Arc<Config>>) -> Reconcile {
        Reconcile { previous, after: None }
    }
}

impl Call<'_> {
    /// Sees to at most `HANDLE_MAX` incidents; what remains is given back.
    pub(super) fn reconcile(&mut self, change: Reconcile) -> Option<Reconcile> {
        let from = change.after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = self.state.incidents.range((from, Bound::Unbounded));
        let ids: Vec<IncidentId> = range.map(|(id, _)| *id).take(HANDLE_MAX).collect();
        for id in &ids {
            self.reconcile_incident(*id, change.previous.as_deref());
        }
        (ids.len() == HANDLE_MAX).then(|| Reconcile { after: ids.last().copied(), ..change })
    }

    fn reconcile_incident(&mut self, id: IncidentId, previous: Option<&Config>) {
        self.reconsider_flapping(id);
        self.drop_what_is_open(id, previous);
        self.reconsider_hold(id);
        self.reconsider_all(id);
        self.follow_rule(id, previous);
        self.nobody_has_it(id);
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        let Some(running) = incident.escalation.clone() else { return };
        if !running.at.fallback && self.has_no_policy(id) {
            return self.advance_to_fallback(id);
        }
        let Some(policy) = self.policy(id, running.at.fallback) else { return };
        let at = (running.at.step as usize).min(policy.steps.len().saturating_sub(1));
        let Some(step) = policy.steps.get(at).cloned() else { return };
        let (policy, last) = (policy.id.clone(), at + 1 == policy.steps.len());
        // The fallback's last step repeats by its own clock, whatever its wait says.
        let deadline = match running.at.fallback && last {
            true => running.deadline,
            false => later(running.began_at, step.wait),
        };
        if policy != running.at.policy || at as u32 != running.at.step || deadline != running.deadline {
            let (step, rule) = (at as u32, step.place.clone());
            self.about(id, EscalationChange::Moved { policy, step, deadline, rule });
        }
        let now = members(self.config, &step.notify, self.now, running.at.fallback);
        let Some(before) = previous.map(|config| self.members_before(config, &running)) else { return };
        self.exchange(id, &running, &before, &now, &step);
    }

    /// Whoever acknowledged it has left: nobody works on it, so it pages again.
    fn nobody_has_it(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|it| it.status == Status::Acknowledged) else { return };
        let Some(held) = &incident.acknowledgement else { return };
        let has_left = |by: &Actor| by.user().is_some_and(|user| self.has_left(user));
        let last = held.by.last().and_then(Actor::user);
        let Some(last) = last.filter(|_| held.by.iter().all(has_left)) else { return };
        let why = Why::HolderLeft(last.clone());
        self.about(id, ResponseChange::Retriggered { why, rule: None });
        self.begin(id);
    }

    pub(super) fn has_left(&self, user: &UserId) -> bool {
        let off = self.config.schedules.is_off(user, self.now);
        !self.config.users.contains_key(user) || off.is_some_and(|off| off.until.is_none())
    }

    /// Who the old config says is in the running step, now.
    fn members_before(&self, config: &Config, running: &Escalation) -> Members {
        let step = config
            .policies
            .get(&running.at.policy)
            .and_then(|policy| policy.steps.get(running.at.step as usize));
        let mut before = step.map_or_else(Members::default, |step| {
            members(config, &step.notify, self.now, running.at.fallback)
        });
        if step.is_some_and(|step| step.round_robin) {
            // Of those in it, only these were told.
            before.people.retain(|user, _| running.told.contains(user));
        }
        before
    }

    fn exchange(
        &mut self,
        id: IncidentId,
        running: &Escalation,
        before: &Members,
        now: &Members,
        step: &Step,
    ) {
        let rule = &step.place;
        let gone = |user: &&UserId| before.people.contains_key(*user) && !now.people.contains_key(*user);
        let users: Vec<UserId> = running.told.iter().filter(gone).cloned().collect();
        let leaving = running.leaving.iter().flat_map(|leaving| &leaving.users);
        let back: Vec<UserId> = leaving.filter(|user| now.people.contains_key(*user)).cloned().collect();
        let known = |user: &UserId| running.told.contains(user) || back.contains(user);
        let new = |user: &UserId| !before.people.contains_key(user) && !known(user);
        // A step that tells one of them has somebody: who is new has a turn with another incident.
        let all = !step.round_robin || running.told.is_empty();
        let added: BTreeMap<UserId, Because> = now
            .people
            .iter()
            .filter(|(user, _)| all && new(user))
            .map(|(user, why)| (user.clone(), why.clone()))
            .collect();
        self.leave_or_stay(id, users, back, rule);
        if !added.is_empty() {
            let people = self.plans(&added, Urgency::High);
            let rule = rule.clone();
            self.about(
                id,
                EscalationChange::Told { people, purpose: Purpose::Page, in_step: true, rule, low: None },
            );
        }
        self.drop_who_leaves(id);
        self.pass_if_unreachable(id);
    }
}
