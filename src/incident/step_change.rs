//! What steps do beside telling everybody in them, as entries hold it: whose turn it is, and who must still acknowledge.

use super::parts::StepAt;
use super::planned::Recipient;
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
