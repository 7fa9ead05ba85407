//! What steps do beside telling everybody in them, applied: whose turn it is, and who must still acknowledge.

use super::news::Happened;
use super::parts::{Awaited, Chosen};
use super::reader::NAMES_MAX;
use super::state::{Incident, State};
use super::step_change::StepsChange;
use jiff::Timestamp;

impl StepsChange {
    /// What of it threads say.
    pub(super) fn happens(&self) -> Option<Happened> {
        match self {
            StepsChange::AlsoUnanswered { users, .. } | StepsChange::Unanswered { users, .. }
                if !users.is_empty() =>
            {
                Some(Happened::Unanswered(users.iter().take(NAMES_MAX).cloned().collect()))
            }
            StepsChange::Unanswered { .. }
            | StepsChange::AlsoUnanswered { .. }
            | StepsChange::Chosen(_)
            | StepsChange::Awaited { .. }
            | StepsChange::ToldAgain { .. }
            | StepsChange::Leaves { .. }
            | StepsChange::Stays { .. } => None,
        }
    }
}

impl State {
    pub(super) fn apply_steps(&mut self, change: &StepsChange) {
        match change {
            StepsChange::Chosen(turn) => self.turn_taken(turn),
            StepsChange::Awaited { .. }
            | StepsChange::ToldAgain { .. }
            | StepsChange::Unanswered { .. }
            | StepsChange::AlsoUnanswered { .. }
            | StepsChange::Leaves { .. }
            | StepsChange::Stays { .. } => {}
        }
    }
}

impl Incident {
    pub(super) fn apply_steps(&mut self, change: &StepsChange, at: Timestamp) {
        match change {
            StepsChange::AlsoUnanswered { .. } => self.rare.also.retain(|asked| asked.due > at),
            StepsChange::Chosen(turn) => self.keep_chosen(Chosen::from(turn)),
            StepsChange::Awaited { users, until, wait_seconds, rule } => {
                let (users, rule, told_again) = (users.clone(), rule.clone(), false);
                let awaited = Awaited { users, due: *until, wait_seconds: *wait_seconds, told_again, rule };
                self.await_each(awaited);
            }
            StepsChange::ToldAgain { people, until, .. } => self.told_again(people, *until),
            StepsChange::Unanswered { .. } => {
                self.await_nobody();
                self.version += 1;
            }
            StepsChange::Leaves { users, rule } => self.leave_step(users, rule),
            StepsChange::Stays { users, .. } => self.stay_in_step(users),
        }
    }
}
