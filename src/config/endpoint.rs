//! Webhook endpoints, one for each integration, and their routes to services.

use super::event_rule::EventRule;
use super::template::Field;
use super::{Id, Matcher, SecretSource};
use crate::alert::Severity;
use crate::place::Place;
use crate::schedule::Hours;
use jiff::SignedDuration;
use std::sync::Arc;

/// One webhook URL for one monitor.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: Id,
    /// The value of `type:`, the name of a monitor that `integration` knows.
    pub monitor: &'static str,
    /// The URL's secrets; any of them is accepted.
    pub secret: Vec<SecretSource>,
    /// The secrets the monitor signs requests with. If there are any, unsigned requests are refused.
    pub signing_secret: Vec<SecretSource>,
    /// The ARNs of the SNS topics whose messages are accepted.
    pub topics: Vec<String>,
    /// Only for `generic`.
    pub fields: GenericFields,
    /// Sample bodies as the monitor posts them, to test the rest with.
    pub samples: Vec<Sample>,
    /// Old ids: their URLs still work, and their alerts are known as this one's.
    pub formerly: Vec<Id>,
    /// Every one that matches is applied, in order, before `severity` and `routes`.
    pub rules: Vec<EventRule>,
    /// Corrections of the severity; the first match wins.
    pub severity: Vec<SeverityRule>,
    /// An alert not heard of for this long is resolved.
    pub stale_after: Option<SignedDuration>,
    /// If nothing is heard for this long, an incident opens.
    pub heartbeat: Option<Heartbeat>,
    pub routes: Vec<Route>,
    pub place: Place,
}

/// A sample body kept beside the config.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its path below the root of the repository.
    pub path: String,
    /// `None` if there is no such file.
    pub body: Option<Arc<[u8]>>,
}

/// How often an integration must be heard from.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    pub every: SignedDuration,
    pub grace: SignedDuration,
    /// Which alerts are heartbeats. `None`: every request is a heartbeat, and nothing else.
    pub when: Option<Matcher>,
}

/// Where a generic body says what.
#[derive(Clone, Debug, Default)]
pub struct GenericFields {
    /// A JSON pointer to the list of alerts; the other fields are looked up in each of them.
    pub each: Option<String>,
    pub dedup_key: Option<Field>,
    pub summary: Option<Field>,
    pub description: Option<Field>,
    pub severity: Option<Field>,
    pub source: Option<Field>,
    /// The field that says whether the alert fires.
    pub status: Option<Field>,
    /// The values of `status` that mean resolved; case does not matter.
    pub resolved: Vec<String>,
    /// Instead of both: whether it is over, as `true` or `false`.
    pub resolve_when: Option<Field>,
    /// Label names, and where their values are.
    pub labels: Vec<(String, Field)>,
    pub link: Option<Field>,
}

impl GenericFields {
    /// Every field that is configured, with its path of keys below `fields:`.
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
    /// Taken only within these hours.
    pub during: Option<Vec<Hours>>,
    pub target: RouteTarget,
    pub place: Place,
}

impl Endpoint {
    /// Whether every request is a heartbeat, whatever it contains.
    pub fn takes_only_beats(&self) -> bool {
        self.heartbeat.as_ref().is_some_and(|heartbeat| heartbeat.when.is_none())
    }
}

impl Heartbeat {
    /// The longest silence that is not yet an incident.
    pub fn patience(&self) -> SignedDuration {
        self.every.saturating_add(self.grace)
    }
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    Service(Id),
    /// The service named by this field (`labels.service`). If there is no such service, the next route is tried.
    ServiceFrom(String),
}
