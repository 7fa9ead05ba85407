//! The doors of monitors: one endpoint for each integration, and its routes to services.

use super::{Id, Matcher, Place, SecretSource};
use crate::alert::Severity;
use jiff::SignedDuration;

/// One webhook URL for one monitor.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: Id,
    /// The word written in `type:`: the name of one of the monitors that `integration` knows.
    pub monitor: &'static str,
    /// Any of them opens the door.
    pub secret: Vec<SecretSource>,
    /// What the monitor signs its requests with; where there is one, they must be signed.
    pub signing_secret: Vec<SecretSource>,
    /// SNS topics whose messages are accepted, as ARNs.
    pub topics: Vec<String>,
    /// For `generic`.
    pub fields: GenericFields,
    /// Old ids whose URLs still work.
    pub formerly: Vec<Id>,
    /// Corrections of the severity; the first that matches.
    pub severity: Vec<SeverityRule>,
    /// Silence for so long is a resolve.
    pub stale_after: Option<SignedDuration>,
    /// Silence for so long is an incident.
    pub heartbeat: Option<Heartbeat>,
    pub routes: Vec<Route>,
    pub place: Place,
}

/// How often an integration must be heard from.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    pub every: SignedDuration,
    pub grace: SignedDuration,
    /// Which alerts are heartbeats; `None`: every request is one, and nothing else.
    pub when: Option<Matcher>,
}

/// Where a generic body says what: JSON pointers.
#[derive(Clone, Debug, Default)]
pub struct GenericFields {
    pub dedup_key: Option<FieldPath>,
    pub summary: Option<FieldPath>,
    pub description: Option<FieldPath>,
    pub severity: Option<FieldPath>,
    pub source: Option<FieldPath>,
    /// The field that says whether it fires.
    pub status: Option<FieldPath>,
    /// The values of `status` that mean resolved, compared without case.
    pub resolved: Vec<String>,
    /// Label name and where its value is.
    pub labels: Vec<(String, FieldPath)>,
    pub link: Option<FieldPath>,
}

/// A JSON pointer (RFC 6901), such as `/monitor/name`.
pub type FieldPath = String;

/// One line of an integration's `severity:`.
#[derive(Clone, Debug)]
pub struct SeverityRule {
    pub when: Option<Matcher>,
    pub severity: Severity,
    pub place: Place,
}

/// One line of an integration's `routes:`.
#[derive(Clone, Debug)]
pub struct Route {
    pub when: Option<Matcher>,
    pub target: RouteTarget,
    pub place: Place,
}

impl Endpoint {
    /// Whether every request is a heartbeat, whatever it says.
    pub fn takes_only_beats(&self) -> bool {
        self.heartbeat.as_ref().is_some_and(|heartbeat| heartbeat.when.is_none())
    }
}

impl Heartbeat {
    /// For how long nothing may be heard.
    pub fn patience(&self) -> SignedDuration {
        self.every.saturating_add(self.grace)
    }
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    Service(Id),
    /// The service named by this field (`labels.service`); an unknown one goes on to the next route.
    ServiceFrom(String),
}
