//! Who leaves a running step, because a commit or somebody at run time changed who is in it.
//!
//! Nobody is dropped before somebody new was reached: until then whoever leaves is told on, though the step waits for the
//! others alone. One who is in it again meanwhile has never left. Who was dropped keeps the say: what told them still acts. Only who
//! has left the company hears nothing more at once.

use super::entry::EscalationChange;
use super::parts::{Escalation, Leaving};
use super::state::Incident;
use super::step_change::StepsChange;
use super::{Call, IncidentId};
use crate::place::Place;
use crate::schedule::UserId;

impl Escalation {
    /// Who leaves is told on, and does not count for the step any more.
    fn leave(&mut self, users: &[UserId], rule: &Place) {
        self.told.retain(|user| !users.contains(user));
        let none = || Box::new(Leaving { users: Vec::new(), newcomers: Vec::new(), rule: rule.clone() });
        let leaving = self.leaving.get_or_insert_with(none);
        leaving.rule.clone_from(rule);
        leaving.newcomers.retain(|user| !users.contains(user));
        let new = users.iter().filter(|user| !leaving.users.contains(user)).cloned().collect::<Vec<_>>();
        leaving.users.extend(new);
    }

    /// They are told in place of whoever leaves.
    pub(super) fn come(&mut self, users: impl Iterator<Item = UserId>) {
        if let Some(leaving) = &mut self.leaving {
            leaving.newcomers.extend(users);
        }
    }

    /// What of it goes on when another step begins, which tells these.
    pub(super) fn left_to(self, told: &[UserId]) -> Option<Box<Leaving>> {
        let mut leaving = self.leaving?;
        leaving.users.retain(|user| !told.contains(user));
        leaving.newcomers = told.to_vec();
        (!leaving.users.is_empty()).then_some(leaving)
    }

    fn forget(&mut self, users: &[UserId]) {
        if let Some(leaving) = &mut self.leaving {
            leaving.users.retain(|user| !users.contains(user));
        }
        if self.leaving.as_ref().is_some_and(|leaving| leaving.users.is_empty()) {
            self.leaving = None;
        }
    }
}

impl Incident {
    pub(super) fn leave_step(&mut self, users: &[UserId], rule: &Place) {
        if let Some(running) = &mut self.escalation {
            running.leave(users, rule);
        }
    }

    /// They are in it again before anybody was told in their place.
    pub(super) fn stay_in_step(&mut self, users: &[UserId]) {
        if let Some(running) = &mut self.escalation {
            running.forget(users);
            running.told.extend(users.iter().cloned());
        }
    }

    /// They are told no more. Somebody who comes back is told from the start, and only what reaches them from then on counts.
    pub(super) fn dropped(&mut self, users: &[UserId]) {
        if let Some(running) = &mut self.escalation {
            running.told.retain(|user| !users.contains(user));
            running.reached.retain(|user| !users.contains(user));
            running.forget(users);
        }
        self.give_way(|found| !found.purpose.outlives_a_step() && users.contains(&found.user));
    }
}

impl Call<'_> {
    /// Those of a running step who are not in it any more leave it, and those who are again stay.
    pub(super) fn leave_or_stay(
        &mut self,
        id: IncidentId,
        gone: Vec<UserId>,
        back: Vec<UserId>,
        rule: &Place,
    ) {
        if !back.is_empty() {
            self.about(id, StepsChange::Stays { users: back, rule: rule.clone() });
        }
        // Whose word does not count any more is told no more.
        let (left, gone): (Vec<UserId>, Vec<UserId>) = gone.into_iter().partition(|user| self.has_left(user));
        if !left.is_empty() {
            self.about(id, EscalationChange::Dropped { users: left, rule: rule.clone() });
        }
        if !gone.is_empty() {
            self.about(id, StepsChange::Leaves { users: gone, rule: rule.clone() });
        }
    }

    /// Somebody was reached: whoever leaves is told no more.
    pub(super) fn drop_who_leaves(&mut self, id: IncidentId) {
        let Some(running) = self.incident(id).and_then(|incident| incident.escalation.as_deref()) else {
            return;
        };
        let Some(leaving) = running.leaving.as_deref() else { return };
        let new = if leaving.newcomers.is_empty() { &running.told } else { &leaving.newcomers };
        if new.iter().any(|user| running.told.contains(user) && running.reached.contains(user)) {
            let (users, rule) = (leaving.users.clone(), leaving.rule.clone());
            self.about(id, EscalationChange::Dropped { users, rule });
        }
    }
}
