//! What steps do beside telling everybody in them, as entries hold it: whose turn it is, and who must still acknowledge.

use super::each::Awaited;
use super::entry::{Change, Recipient};
use super::lines::Happened;
use super::message::NAMES_MAX;
use super::state::{Incident, State, StepAt};
use super::turns::Chosen;
use crate::actor::Actor;
use crate::place::Place;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whose turn it is, and who must still acknowledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepsChange {
    /// A step with `round_robin` chose this person.
    Chosen(TurnTaken),
    /// Somebody acknowledges, and these of the step must do so too.
    Awaited {
        users: Vec<UserId>,
        /// When those who have not are told once more.
        until: Timestamp,
        wait_seconds: u32,
        rule: Place,
    },
    /// They have not acknowledged, and are told once more.
    ToldAgain { people: Vec<Recipient>, until: Timestamp, rule: Place },
    /// They have not acknowledged, and are told no more; nobody: those who were waited for do not count any more.
    Unanswered { users: Vec<UserId>, rule: Place },
    /// They were paged too, because this person asked for them, and have not answered.
    AlsoUnanswered { users: Vec<UserId>, by: Actor },
    /// These are not in the running step any more, and are told on until somebody new was reached.
    Leaves { users: Vec<UserId>, rule: Place },
    /// They are in it again before that.
    Stays { users: Vec<UserId>, rule: Place },
}

/// Whose turn a step with `round_robin` says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnTaken {
    pub at: StepAt,
    pub user: UserId,
    /// Who would have come first, and has something else to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub busy: Vec<UserId>,
    pub rule: Place,
}

impl From<StepsChange> for Change {
    fn from(change: StepsChange) -> Change {
        Change::Steps(change)
    }
}

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
            StepsChange::AlsoUnanswered { .. } => self.also.retain(|asked| asked.due > at),
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
