//! From an event to a service, a severity and an urgency, each with the rule that decided.
//!
//! First the integration's own rules, in [`rules`]: everything else here is about what they make of an event.
//! Nothing here fails: what no rule knows is critical, high, and goes to the fallback. Whether an event joins an
//! open incident is decided in [`incident`](crate::incident).

mod rules;

pub use rules::{Ruled, rules, why_dropped};

use crate::alert::{Event, Severity, TEST, UNPARSED};
use crate::config::{
    Config, Endpoint, Id, RouteTarget, Service, SeverityRule, Silence, SilencePeriod, Urgency, field,
};
use crate::reason::{Rule, Why};
use crate::schedule::{any_contains, any_next_start};
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;

/// The integration of the server's own troubles.
pub const OWN_INTEGRATION: &str = "oncall";

/// The integration of what people declare.
pub const PEOPLE: &str = "people";

/// Where an event belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// `None`: the fallback policy answers for it.
    pub service: Option<Id>,
    pub severity: Severity,
    /// What decided on the service.
    pub rule: Rule,
}

/// How people are disturbed about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrgencyDecision {
    pub urgency: Urgency,
    /// When it becomes high by itself.
    pub raise_at: Option<Timestamp>,
    /// The policy that the rule names, in place of the service's.
    pub policy: Option<Id>,
    pub rule: Rule,
    /// Nobody is told if it is over within this time.
    pub hold: Option<SignedDuration>,
}

/// Everything that the config decides about an alert when it opens an incident.
#[derive(Clone, Debug)]
pub struct Decision<'c> {
    pub routed: Routed,
    pub urgency: UrgencyDecision,
    /// The silence in force, and when it ends.
    pub silence: Option<(&'c Silence, Timestamp)>,
}

/// Decides on an alert at an instant: service, severity, urgency and silence.
pub fn decide<'c>(config: &'c Config, event: &Event, now: Timestamp) -> Decision<'c> {
    let routed = route(config, event, now);
    let value = |key: &str| field(event, routed.severity, key);
    let service = routed.service.as_ref().and_then(|id| config.services.get(id));
    let urgency = urgency(service, routed.severity, value, now);
    let key = (event.integration.clone(), event.dedup_key.clone());
    let silence = silence(config, routed.service.as_deref(), &key, value, now);
    Decision { routed, urgency, silence }
}

/// The service and the severity of an event at an instant.
pub fn route(config: &Config, event: &Event, now: Timestamp) -> Routed {
    let Some(endpoint) = config.endpoints.get(event.integration.as_str()) else {
        let rule = match event.integration.as_str() {
            OWN_INTEGRATION => Why::OwnTrouble,
            gone => Why::IntegrationGone(gone.to_owned()),
        };
        let severity = event.severity.unwrap_or(Severity::Critical);
        return Routed { service: None, severity, rule: rule.into() };
    };
    let severity = severity(endpoint, event);
    for route in &endpoint.routes {
        let hit = route.when.as_ref().is_none_or(|when| when.matches(|key| field(event, severity, key)));
        let open = || route.during.as_ref().is_none_or(|hours| any_contains(hours, now));
        if !hit || !open() {
            continue;
        }
        match &route.target {
            RouteTarget::Service(service) => {
                return Routed { service: Some(service.clone()), severity, rule: Rule::from(&route.place) };
            }
            RouteTarget::ServiceFrom(key) => {
                let name = field(event, severity, key);
                if let Some((id, _)) = config.services.get_key_value(name.as_ref()) {
                    return Routed { service: Some(id.clone()), severity, rule: Rule::from(&route.place) };
                }
            }
        }
    }
    Routed { service: None, severity, rule: Why::NoRoute(endpoint.place.file.clone()).into() }
}

/// The severity by the integration's own rules, else as the source said it, else critical.
fn severity(endpoint: &Endpoint, event: &Event) -> Severity {
    let said = event.severity.unwrap_or(Severity::Critical);
    severity_rule(endpoint, event).map_or(said, |rule| rule.severity)
}

/// The integration's rule that sets or corrects the severity of an event, if there is one.
pub fn severity_rule<'e>(endpoint: &'e Endpoint, event: &Event) -> Option<&'e SeverityRule> {
    let said = event.severity.unwrap_or(Severity::Critical);
    // The rules are about alerts that could be read, and meant: a typo in a template must not turn a page into a
    // message, nor a test button a message into a page.
    let excepted = [UNPARSED, TEST].iter().any(|label| event.labels.contains_key(*label));
    let mut rules = endpoint.severity.iter().filter(|_| !excepted);
    rules.find(|rule| rule.when.as_ref().is_none_or(|when| when.matches(|key| field(event, said, key))))
}

/// The urgency of something on a service at an instant; `value` gives its fields, the severity among them.
pub fn urgency<'v>(
    service: Option<&Service>,
    severity: Severity,
    value: impl Fn(&str) -> Cow<'v, str>,
    now: Timestamp,
) -> UrgencyDecision {
    let Some(service) = service else {
        return own_urgency(severity);
    };
    let rule = service.urgency.iter().find(|rule| {
        rule.when.as_ref().is_none_or(|when| when.matches(&value))
            && rule.during.as_ref().is_none_or(|hours| any_contains(hours, now))
    });
    match rule {
        None => UrgencyDecision {
            urgency: Urgency::High,
            raise_at: None,
            policy: None,
            rule: Why::NoUrgencyRule(service.place.clone()).into(),
            hold: None,
        },
        Some(rule) => {
            // Within the hours it is raised at once.
            let hours = rule.raise_when.as_ref();
            let raised = hours.is_some_and(|hours| any_contains(hours, now));
            UrgencyDecision {
                urgency: if raised { Urgency::High } else { rule.urgency },
                raise_at: hours.filter(|_| !raised).and_then(|hours| any_next_start(hours, now)),
                policy: rule.policy.clone(),
                rule: Rule::from(&rule.place),
                hold: rule.hold,
            }
        }
    }
}

/// What has no service is the server's own trouble, or an alert whose service is gone: it is told by severity.
fn own_urgency(severity: Severity) -> UrgencyDecision {
    let urgency = match severity {
        Severity::Info => Urgency::None,
        Severity::Warning => Urgency::Low,
        Severity::Error | Severity::Critical => Urgency::High,
    };
    UrgencyDecision { urgency, raise_at: None, policy: None, rule: Why::BySeverity.into(), hold: None }
}

/// The silence in force for something on a service, with the instant at which it ends. What a person starts is muted only by
/// its own key.
pub fn silence<'c, 'v>(
    config: &'c Config,
    service: Option<&str>,
    key: &(String, String),
    value: impl Fn(&str) -> Cow<'v, str>,
    now: Timestamp,
) -> Option<(&'c Silence, Timestamp)> {
    config
        .silences
        .iter()
        .filter(|silence| {
            if !silence.keys.is_empty() {
                return silence.keys.contains(key);
            }
            let scope = silence.services.is_empty()
                || service.is_some_and(|id| silence.services.iter().any(|scoped| scoped.as_ref() == id));
            key.0 != PEOPLE && scope && silence.when.as_ref().is_none_or(|when| when.mutes(&value))
        })
        .filter_map(|silence| Some((silence, in_force_until(&silence.period, now)?)))
        .max_by_key(|(_, until)| *until)
}

/// The silence in force that names no service, with the instant at which it ends: of all, the one that lasts longest.
pub fn broad_silence(config: &Config, now: Timestamp) -> Option<(&Silence, Timestamp)> {
    let broad = config.silences.iter().filter(|it| it.services.is_empty() && it.keys.is_empty());
    let running = broad.filter_map(|silence| Some((silence, in_force_until(&silence.period, now)?)));
    // One of everything says more than one of some alerts.
    running.max_by_key(|(silence, until)| (silence.when.is_none(), *until))
}

fn in_force_until(period: &SilencePeriod, now: Timestamp) -> Option<Timestamp> {
    match period {
        SilencePeriod::Once { from, until } => (*from <= now && now < *until).then_some(*until),
        SilencePeriod::Every { hours, from, until } => {
            // A window belongs to the day on which it starts: the last one runs to its end.
            let last = hours.last_end(*until);
            let open = from.is_none_or(|from| from <= now) && now < last && hours.contains(now);
            open.then(|| hours.next_end(now).map_or(last, |end| end.min(last)))
        }
    }
}
