//! The doors of monitors: one endpoint for each integration, and its routes to services.

use super::{Id, Matcher, Place, SecretSource};
use crate::alert::Severity;
use jiff::SignedDuration;

/// One webhook URL for one monitor.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: Id,
    pub kind: Kind,
    /// Any of them opens the door.
    pub secret: Vec<SecretSource>,
    /// Old ids whose URLs still work.
    pub formerly: Vec<Id>,
    /// Corrections of the severity; the first that matches.
    pub severity: Vec<SeverityRule>,
    /// Silence for so long is a resolve.
    pub stale_after: Option<SignedDuration>,
    pub routes: Vec<Route>,
    pub place: Place,
}

/// The monitor's language.
#[derive(Clone, Debug)]
pub enum Kind {
    Alertmanager,
    Grafana,
    /// SNS topics whose messages are accepted, as ARNs.
    Cloudwatch {
        topics: Vec<String>,
    },
    Opensearch,
    Pagerduty,
    Generic(GenericFields),
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

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    Service(Id),
    /// The service named by this field (`labels.service`); an unknown one goes on to the next route.
    ServiceFrom(String),
}

impl Kind {
    /// The word written in `type:`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Kind::Alertmanager => "alertmanager",
            Kind::Grafana => "grafana",
            Kind::Cloudwatch { .. } => "cloudwatch",
            Kind::Opensearch => "opensearch",
            Kind::Pagerduty => "pagerduty",
            Kind::Generic(_) => "generic",
        }
    }
}
