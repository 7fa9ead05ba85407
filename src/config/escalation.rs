//! Who is told next, and after how long.

use super::Id;
use crate::place::Place;
use jiff::SignedDuration;

/// An escalation policy: at least one step.
#[derive(Clone, Debug)]
pub struct EscalationPolicy {
    pub id: Id,
    pub steps: Vec<Step>,
    /// The policy runs `1 + repeat` times.
    pub repeat: u32,
    pub place: Place,
}

/// One step: these people, then a wait.
#[derive(Clone, Debug)]
pub struct Step {
    pub notify: Vec<Notify>,
    /// The time until the next step, counted from the start of this one.
    pub wait: SignedDuration,
    /// One of them for each incident, in turn.
    pub round_robin: bool,
    /// Each of them must acknowledge, not only the first.
    pub each: bool,
    pub place: Place,
}

/// Who a step tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The people on call on this schedule when the step begins.
    Schedule(Id),
    User(Id),
}
