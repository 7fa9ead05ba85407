//! The alerts by which two versions of a config are compared, and the instants at which they come.
//!
//! One alert of every severity for every service, one for every line of an integration, and one for every matcher of a
//! silence or an urgency rule; at night and in office hours, and when a silence or hours begin that only one of the versions
//! has. What comes of them is decided by the state machine ([`reach`](super::reach)).

use super::difference::Sides;
use crate::alert::{Action, Event, Severity};
use crate::config::{
    Config, Endpoint, GenericFields, Id, Matcher, Pattern, PatternTest, Route, RouteTarget, Service, Silence,
    SilencePeriod, field,
};
use crate::place::Place;
use crate::schedule::{Hours, any_next_end, any_next_start, first_instant};
use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};
use std::collections::BTreeSet;

/// The most alerts that are played on each side; one of every severity at every instant counts as that many.
pub const ALERTS_MAX: usize = 6_000;
/// The most instants at which a silence or hours begin or end.
const EDGES_MAX: usize = 6;
/// The most alerts with fields of their own for one service, or for one integration.
const FIELDS_MAX: usize = 24;
/// How many days ahead office hours are looked for: holidays may follow each other.
const OFFICE_DAYS_MAX: i64 = 30;
/// The local hours at which office hours and the night are tried.
const OFFICE_HOUR: i8 = 11;
const NIGHT_HOUR: i8 = 3;

/// Every severity, the worst first.
pub const SEVERITIES: [Severity; 4] =
    [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info];
/// The integration by which an alert comes to a service whatever the routes say.
const DIRECT: &str = "oncall-dry-run";
/// The label by which it does.
const DIRECT_LABEL: &str = "oncall_dry_run_service";

/// An alert of every severity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    pub to: To,
    /// Beside the severity: `labels.env` and its value.
    pub fields: Vec<(String, String)>,
}

/// Where an alert comes in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    Service(Id),
    Integration(Id),
}

/// An instant at which alerts come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub kind: MomentKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MomentKind {
    Night,
    Office,
    /// A silence, or hours of an urgency rule, of one version only; where it is written, and the services that it is about
    /// (none: all).
    Edge(Place, Vec<Id>),
}

impl Alert {
    /// As an event; `integration` is the door's id on the side where it is played.
    pub fn event(&self, severity: Severity, integration: &str) -> Event {
        let mut event = Event {
            integration: integration.to_owned(),
            dedup_key: "dry-run".to_owned(),
            severity: Some(severity),
            summary: "An alert of dry-run".to_owned(),
            ..Event::blank(Action::Trigger)
        };
        for (key, value) in &self.fields {
            match key.as_str() {
                "summary" => event.summary.clone_from(value),
                "description" => event.description.clone_from(value),
                "source" => event.source.clone_from(value),
                _ => {
                    if let Some(name) = key.strip_prefix("labels.") {
                        event.labels.insert(name.to_owned(), value.clone());
                    }
                }
            }
        }
        if let To::Service(id) = &self.to {
            event.labels.insert(DIRECT_LABEL.to_owned(), id.to_string());
        }
        event
    }

    /// The door on one side, which may have been renamed; `None` where that side has no such service.
    pub fn door(&self, config: &Config) -> Option<Id> {
        match &self.to {
            To::Service(id) => config.services.contains_key(id).then(|| DIRECT.into()),
            To::Integration(id) => {
                let renamed = || config.endpoints.values().find(|it| it.formerly.contains(id));
                let known = config.endpoints.get(id).or_else(renamed);
                Some(known.map_or_else(|| id.clone(), |it| it.id.clone()))
            }
        }
    }
}

/// The config with a door that leads to every service.
pub fn with_door(config: &Config) -> Config {
    let mut config = config.clone();
    let target = RouteTarget::ServiceFrom(format!("labels.{DIRECT_LABEL}"));
    let door = Endpoint {
        id: DIRECT.into(),
        monitor: "generic",
        secret: Vec::new(),
        signing_secret: Vec::new(),
        topics: Vec::new(),
        fields: GenericFields::default(),
        samples: Vec::new(),
        formerly: Vec::new(),
        rules: Vec::new(),
        severity: Vec::new(),
        stale_after: None,
        heartbeat: None,
        routes: vec![Route { when: None, during: None, target, place: Place::default() }],
        place: Place::default(),
    };
    config.endpoints.insert(DIRECT.into(), door);
    config
}

/// Every alert of both sides: the plain ones first, so that a bound cuts the special ones.
pub fn alerts(sides: &Sides<&Config>) -> Vec<Alert> {
    let both = || [sides.before, sides.after].into_iter();
    let services: BTreeSet<&Id> = both().flat_map(|it| it.services.keys()).collect();
    let doors: BTreeSet<&Id> = both().flat_map(|it| it.endpoints.keys()).collect();
    let plain = services.iter().map(|id| Alert { to: To::Service((*id).clone()), fields: Vec::new() });
    let mut alerts: Vec<Alert> = plain.collect();
    let same_services = sides.before.services.keys().eq(sides.after.services.keys());
    for id in doors {
        // What an unchanged integration lets through is told by the services' own alerts.
        if same_services && is_same_door(sides, id) {
            continue;
        }
        let fields = both().filter_map(|it| it.endpoints.get(id)).flat_map(|it| of_door(sides, it));
        alerts.extend(bounded(fields).map(|fields| Alert { to: To::Integration(id.clone()), fields }));
    }
    for id in services {
        let matchers = both().flat_map(|config| of_service(config, id));
        let fields = matchers.filter_map(example).filter(|fields| !fields.is_empty());
        alerts.extend(bounded(fields).map(|fields| Alert { to: To::Service(id.clone()), fields }));
    }
    alerts
}

fn is_same_door(sides: &Sides<&Config>, id: &Id) -> bool {
    let side = |config: &Config| {
        let mut door = config.endpoints.get(id)?.clone();
        door.samples.clear();
        Some(format!("{door:?}"))
    };
    side(sides.before) == side(sides.after)
}

fn bounded(
    fields: impl Iterator<Item = Vec<(String, String)>>,
) -> impl Iterator<Item = Vec<(String, String)>> {
    let all: BTreeSet<_> = fields.collect();
    all.into_iter().take(FIELDS_MAX)
}

/// The matchers that decide between alerts of one service.
fn of_service<'c>(config: &'c Config, id: &Id) -> Vec<&'c Matcher> {
    let rules = config.services.get(id).into_iter().flat_map(|it| it.urgency.iter());
    let silences = config.silences.iter().filter(|it| it.services.is_empty() || it.services.contains(id));
    rules.filter_map(|it| it.when.as_ref()).chain(silences.filter_map(|it| it.when.as_ref())).collect()
}

/// An alert for every line of an integration.
fn of_door(sides: &Sides<&Config>, door: &Endpoint) -> Vec<Vec<(String, String)>> {
    let mut found = vec![Vec::new()];
    found.extend(door.rules.iter().filter_map(|rule| rule.when.as_ref()).filter_map(example));
    found.extend(door.severity.iter().filter_map(|rule| rule.when.as_ref()).filter_map(example));
    for route in &door.routes {
        let Some(fields) = route.when.as_ref().map_or_else(|| Some(Vec::new()), example) else { continue };
        match &route.target {
            RouteTarget::Service(_) => found.push(fields),
            RouteTarget::ServiceFrom(key) => {
                let named = |id: &Id| {
                    let mut fields = fields.clone();
                    fields.retain(|(other, _)| other != key);
                    fields.push((key.clone(), id.to_string()));
                    fields.sort();
                    fields
                };
                let (before, after) = (&sides.before.services, &sides.after.services);
                let one_side = before.keys().filter(|id| !after.contains_key(*id));
                let kept = before.keys().filter(|id| after.contains_key(*id)).take(1);
                found.extend(one_side.chain(kept).map(named));
            }
        }
    }
    found
}

/// The fields of an alert that a matcher takes, the severity aside; `None` where no example of a pattern is found.
fn example(when: &Matcher) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    for (key, patterns) in when.fields.iter().filter(|(key, _)| key != "severity") {
        let texts = patterns.iter().flat_map(examples);
        let one = |text: &String| {
            let alone = Matcher { fields: vec![(key.clone(), patterns.clone())] };
            let alert =
                Alert { to: To::Integration(DIRECT.into()), fields: vec![(key.clone(), text.clone())] };
            let event = alert.event(Severity::Critical, DIRECT);
            !text.is_empty() && alone.mutes(|key| field(&event, Severity::Critical, key))
        };
        fields.push((key.clone(), texts.filter(|text| !text.is_empty()).find(one)?));
    }
    fields.sort();
    Some(fields)
}

/// Texts that a pattern may take: its own, a glob without its stars, a branch of a simple expression.
fn examples(pattern: &Pattern) -> Vec<String> {
    match &pattern.test {
        _ if pattern.negated => vec!["other".to_owned()],
        PatternTest::Exact(text) => vec![text.clone()],
        PatternTest::Regex(regex) => {
            let text = regex.as_str();
            let inner = text.strip_prefix("^(?:").and_then(|it| it.strip_suffix(")$")).unwrap_or(text);
            let plain = |text: &str| {
                let text = text.replace(".*", "x").replace(".+", "x").replace("\\d", "1");
                text.replace(['\\', '^', '$', '(', ')', '+', '?'], "")
            };
            let branches = inner.split('|').take(FIELDS_MAX).map(plain);
            branches.chain([plain(&inner.replace(".*", "")), "x".to_owned()]).collect()
        }
    }
}

/// Night, office hours, and the instants at which a silence or hours of one side only begin or end.
pub fn moments(sides: &Sides<&Config>, from: Timestamp) -> Vec<Moment> {
    let organisation = &sides.after.organisation;
    let zone = &organisation.time_zone;
    let today = from.to_zoned(zone.clone()).date();
    let at = |days: i64, hour: i8| Some(local(today, days, hour, zone)?).filter(|at| *at >= from);
    let night = (0..=1).find_map(|days| at(days, NIGHT_HOUR)).unwrap_or(from);
    let works = |days: &i64| {
        let Ok(date) = today.checked_add((*days).days()) else { return false };
        date.weekday().to_monday_zero_offset() < 5 && !organisation.holidays.contains(&date)
    };
    let office = (0..=OFFICE_DAYS_MAX).filter(works).find_map(|days| at(days, OFFICE_HOUR)).unwrap_or(from);
    let base = [(night, MomentKind::Night), (office, MomentKind::Office)];
    let mut moments: Vec<Moment> = base.into_iter().map(|(at, kind)| Moment { at, kind }).collect();
    let mut edges: Vec<Moment> = silence_edges(sides, from);
    edges.extend(hour_edges(sides, from));
    edges.sort_by_key(|edge| edge.at);
    moments.extend(joined(edges).into_iter().take(EDGES_MAX));
    moments
}

/// Edges at one instant are one, about the services of all.
fn joined(edges: Vec<Moment>) -> Vec<Moment> {
    let mut joined: Vec<Moment> = Vec::new();
    for edge in edges {
        match (joined.last_mut().filter(|last| last.at == edge.at).map(|last| &mut last.kind), &edge.kind) {
            (Some(MomentKind::Edge(_, about)), MomentKind::Edge(_, more)) => {
                let all = about.is_empty() || more.is_empty();
                about.extend(more.iter().cloned());
                about.sort();
                about.dedup();
                if all {
                    about.clear();
                }
            }
            _ => joined.push(edge),
        }
    }
    joined
}

fn local(date: civil::Date, days: i64, hour: i8, zone: &TimeZone) -> Option<Timestamp> {
    let date = date.checked_add(days.days()).ok()?;
    Some(first_instant(zone, date.at(hour, 0, 0, 0)))
}

fn silence_edges(sides: &Sides<&Config>, from: Timestamp) -> Vec<Moment> {
    // Where it is written may move without a change.
    let same = |one: &Silence, other: &Silence| {
        let text = |it: &Silence| format!("{:?} {:?} {:?}", it.services, it.when, it.period);
        text(one) == text(other)
    };
    let only = |own: &Config, other: &Config| {
        let new = own.silences.iter().filter(|it| !other.silences.iter().any(|one| same(it, one)));
        new.cloned().collect::<Vec<_>>()
    };
    let changed = only(sides.after, sides.before).into_iter().chain(only(sides.before, sides.after));
    let edge = |silence: Silence| {
        let at = match &silence.period {
            SilencePeriod::Once { from: begins, until } => {
                Some((*begins).max(from)).filter(|begins| begins < until)
            }
            SilencePeriod::Every { hours, from: begins, until } => {
                let from = begins.unwrap_or(from).max(from);
                let at = if hours.contains(from) { Some(from) } else { hours.next_start(from) };
                at.filter(|at| at < until)
            }
        }?;
        let kind = MomentKind::Edge(silence.place(), silence.services);
        Some(Moment { at, kind })
    };
    changed.filter_map(edge).collect()
}

/// The hours of urgency rules that only one side has: one of its edges is where the sides differ.
fn hour_edges(sides: &Sides<&Config>, from: Timestamp) -> Vec<Moment> {
    let mut found = Vec::new();
    for (id, after) in &sides.after.services {
        let Some(before) = sides.before.services.get(id) else { continue };
        for (own, other) in [(after, before), (before, after)] {
            for (hours, place) in rule_hours(own) {
                if rule_hours(other).any(|(known, _)| known == hours) {
                    continue;
                }
                for at in [any_next_start(hours, from), any_next_end(hours, from)].into_iter().flatten() {
                    found.push(Moment { at, kind: MomentKind::Edge(place.clone(), vec![id.clone()]) });
                }
            }
        }
    }
    found
}

fn rule_hours(service: &Service) -> impl Iterator<Item = (&[Hours], &Place)> {
    let rules = service.urgency.iter();
    rules.flat_map(|rule| {
        [&rule.during, &rule.raise_when].into_iter().flatten().map(|hours| (hours.as_slice(), &rule.place))
    })
}
