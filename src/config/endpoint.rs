//! The doors of monitors: one endpoint for each integration, and its routes to services.

use super::template::Field;
use super::{Id, Matcher, SecretSource};
use crate::alert::Severity;
use crate::place::Place;
use jiff::SignedDuration;
use std::sync::Arc;

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
    /// Bodies as the monitor posts them, to try the rest on.
    pub samples: Vec<Sample>,
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

/// A body that is kept beside the config.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Below the root of the repository.
    pub path: String,
    /// `None`: there is no such file.
    pub body: Option<Arc<[u8]>>,
}

/// How often an integration must be heard from.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    pub every: SignedDuration,
    pub grace: SignedDuration,
    /// Which alerts are heartbeats; `None`: every request is one, and nothing else.
    pub when: Option<Matcher>,
}

/// Where a generic body says what.
#[derive(Clone, Debug, Default)]
pub struct GenericFields {
    /// A JSON pointer to the list of alerts; all else is looked for in each of them.
    pub each: Option<String>,
    pub dedup_key: Option<Field>,
    pub summary: Option<Field>,
    pub description: Option<Field>,
    pub severity: Option<Field>,
    pub source: Option<Field>,
    /// The field that says whether it fires.
    pub status: Option<Field>,
    /// The values of `status` that mean resolved, compared without case.
    pub resolved: Vec<String>,
    /// Instead of both: whether it is over, as `true` or `false`.
    pub resolve_when: Option<Field>,
    /// Label name and where its value is.
    pub labels: Vec<(String, Field)>,
    pub link: Option<Field>,
}

impl GenericFields {
    /// Every field that is configured, with the keys that lead to it below `fields:`.
    pub fn all(&self) -> impl Iterator<Item = (Vec<&str>, &Field)> {
        let named = [
            ("dedup_key", &self.dedup_key),
            ("summary", &self.summary),
            ("description", &self.description),
            ("severity", &self.severity),
            ("source", &self.source),
            ("status", &self.status),
            ("resolve_when", &self.resolve_when),
            ("link", &self.link),
        ];
        let named = named.into_iter().filter_map(|(name, field)| Some((vec![name], field.as_ref()?)));
        named.chain(self.labels.iter().map(|(name, field)| (vec!["labels", name.as_str()], field)))
    }
}

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
