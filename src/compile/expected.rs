//! What a config expects of itself: an alert at a time, and who is told. [`check`](crate::check) runs them.

use super::diagnostic::Spot;
use crate::alert::Severity;
use crate::config::{Contact, Id, Notify};
use crate::place::Place;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// "This alert at that time tells these people."
#[derive(Clone, Debug)]
pub struct Expectation {
    pub name: String,
    pub at: Timestamp,
    pub alert: ExpectedAlert,
    /// Those that fire already.
    pub open: Vec<ExpectedAlert>,
    /// Those of the same body that come before it.
    pub together: Vec<ExpectedAlert>,
    /// Whether a rule of the integration drops it; `None`: not said.
    pub dropped: Option<bool>,
    /// Whether an inhibition mutes it when it comes.
    pub muted: Option<bool>,
    /// The file of the silence or inhibition that does, or its `file:line`.
    pub muted_by: Option<String>,
    /// Whether an urgency rule holds it.
    pub held: Option<bool>,
    /// Whether it becomes part of an incident that is there already.
    pub joins: Option<bool>,
    /// At least these are told.
    pub expect: Vec<Expected>,
    /// These are not told, until `until`.
    pub never: Vec<Never>,
    /// Counted from the alert; by default the last `after` in `expect`.
    pub until: SignedDuration,
    /// The place for findings about it.
    pub spot: Spot,
    pub place: Place,
}

/// The alert in an expectation.
#[derive(Clone, Debug)]
pub struct ExpectedAlert {
    pub integration: Id,
    pub severity: Option<Severity>,
    pub summary: String,
    pub description: String,
    pub source: String,
    pub labels: BTreeMap<String, String>,
}

/// Somebody is told. A schedule stands for the people on call at that moment.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Counted from the alert.
    pub after: SignedDuration,
    pub who: Notify,
    pub by: Contact,
    pub spot: Spot,
    pub place: Place,
}

/// Somebody is not told.
#[derive(Clone, Debug)]
pub struct Never {
    pub who: Notify,
    /// `None`: by no method.
    pub by: Option<Contact>,
    pub spot: Spot,
    pub place: Place,
}
