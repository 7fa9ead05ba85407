//! One alert's noise: when it counts as flapping, when it opens its incident again, and how long it may be held.

use crate::place::Place;
use jiff::SignedDuration;

/// For how long an urgency rule may hold an alert before anybody is told.
pub const HOLD_MAX: SignedDuration = SignedDuration::from_mins(10);

/// An alert that begins to fire so often within that time flaps, until it has not changed for `quiet`.
#[derive(Clone, Debug)]
pub struct FlappingRule {
    pub fires: u32,
    pub within: SignedDuration,
    pub quiet: SignedDuration,
    /// The service's own line where the rule is the one that holds unless something is said.
    pub place: Place,
}

/// An alert that fires again so soon after its incident was closed opens it again.
#[derive(Clone, Debug)]
pub struct ReopenRule {
    pub within: SignedDuration,
    /// The service's own line where the rule is the one that holds unless something is said.
    pub place: Place,
}

impl FlappingRule {
    /// What holds unless something is said.
    pub const FIRES: u32 = 3;
    pub const WITHIN: SignedDuration = SignedDuration::from_mins(30);
    pub const QUIET: SignedDuration = SignedDuration::from_mins(15);
    /// The numbers that can be said. Nobody remembers more beginnings of one alert than `FIRES_MAX`.
    pub const FIRES_MIN: u32 = 2;
    pub const FIRES_MAX: u32 = 50;
    pub const WITHIN_MAX: SignedDuration = SignedDuration::from_hours(24);
    pub const QUIET_MAX: SignedDuration = SignedDuration::from_hours(24);
}

impl ReopenRule {
    /// What holds unless something is said.
    pub const WITHIN: SignedDuration = SignedDuration::from_mins(5);
    /// For so long a closed incident is remembered.
    pub const WITHIN_MAX: SignedDuration = SignedDuration::from_hours(24);
}
