//! `expect --record`: plays an alert and writes what happens as an expectation for later pull requests.
//!
//! The expectation contains what the state machine does today: the first contact of each kind for each person in each
//! step, named by schedule if the step tells one. If the alert calls nobody, the expectation says so.

use super::overrides::{instant, schema_line};
use super::splice::append;
use super::writing::{Entries, Style, Value, block, text};
use super::{Edit, EditError, Proposal, Subject, proved};
use crate::actor::Origin;
use crate::alert::Event;
use crate::check::beside::{dropped_by, held_by, muted_by};
use crate::check::expectations::{CODE, event};
use crate::compile::{ExpectedAlert, NodeKind};
use crate::config::{Config, Contact, Id, Notify, Step};
use crate::incident::{AlertChange, Change};
use crate::language::edits;
use crate::preview::{Script, Simulated, Told, simulate, told};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// The expectation to record.
#[derive(Clone, Debug)]
pub struct ExpectationWish<'a> {
    /// The promise, in one sentence.
    pub name: &'a str,
    pub at: Timestamp,
    /// How far to play the alert.
    pub until: SignedDuration,
    /// The alert, as the integration read it.
    pub event: &'a Event,
    /// A path below `expectations/`.
    pub file: &'a str,
}

/// One line of the expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Promise {
    after: SignedDuration,
    who: Notify,
    by: Contact,
}

/// Appends an expectation of what happens today.
pub fn record(subject: &Subject<'_>, wish: &ExpectationWish<'_>) -> Result<Edit, EditError> {
    let (folder, name) = wish.file.split_once('/').unwrap_or(("", wish.file));
    if folder != "expectations" || !name.ends_with(".yaml") {
        return subject.no(&edits::not_among_expectations(wish.file));
    }
    let alert = alert(wish.event);
    let config = Arc::new(subject.config.clone());
    let script = Script { acknowledge_after: None, horizon: wish.until };
    let simulated = simulate(&config, event(&alert), wish.at, &script);
    let entries = entries(subject, wish, &alert, &simulated)?;
    let mut proposal = Proposal::default();
    let file: Arc<str> = wish.file.into();
    match subject.compiled.sources.files.get(&file) {
        Some(source) => {
            let list = source.root.as_ref().filter(|root| matches!(root.kind, NodeKind::Sequence(_)));
            let splices = list.map_or_else(Vec::new, |list| append(&source.text, list, &entries));
            proposal.splices.insert(file, splices);
        }
        None => {
            let style = Style { braces: false, lists: Some(2), ..Style::default() };
            let lines = block(&entries, &style).join("\n  ");
            let text = format!("{}- {lines}\n", schema_line(subject, "expectations"));
            proposal.created.insert(wish.file.to_owned(), text);
        }
    }
    let edit = proved(subject, proposal, &subject.config.schedules)?;
    if let Some(broken) = edit.findings.iter().find(|finding| finding.code == CODE) {
        return subject.no(&edits::does_not_hold_again(&broken.message));
    }
    Ok(edit)
}

/// The alert as an expectation describes it.
fn alert(event: &Event) -> ExpectedAlert {
    ExpectedAlert {
        integration: event.integration.as_str().into(),
        severity: event.severity,
        summary: event.summary.clone(),
        description: event.description.clone(),
        source: event.source.clone(),
        labels: event.labels.clone(),
    }
}

fn entries(
    subject: &Subject<'_>,
    wish: &ExpectationWish<'_>,
    alert: &ExpectedAlert,
    simulated: &Simulated,
) -> Result<Entries, EditError> {
    let config = subject.config;
    let expect = expected(config, wish, simulated);
    let never = uncalled(config, simulated, &expect);
    let dropped = dropped_by(simulated).is_some();
    if expect.is_empty() && never.is_empty() && !dropped {
        return subject.no(&edits::nothing_to_promise());
    }
    let zone = &config.organisation.time_zone;
    let mut entries = vec![
        ("name", Value::Word(text(wish.name))),
        ("at", Value::Word(instant(wish.at, zone, false))),
        ("alert", Value::Map(alert_entries(alert))),
    ];
    if dropped {
        entries.push(("dropped", Value::Word("true".to_owned())));
    }
    if let Some(Origin::File(place)) = muted_by(simulated).map(|held| &held.origin) {
        entries.push(("muted_by", Value::Word(text(&place.file))));
    }
    if held_by(simulated).is_some() {
        entries.push(("held", Value::Word("true".to_owned())));
    }
    let lists: [(_, Vec<Value>); 2] =
        [("expect", expect.iter().map(line).collect()), ("never", never.iter().map(never_line).collect())];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    entries.extend(lists.map(|(key, list)| (key, Value::List(list))));
    if !never.is_empty() {
        entries.push(("until", Value::Word(duration(wish.until))));
    }
    Ok(entries)
}

/// The first contact of each kind for each person in each step.
fn expected(config: &Config, wish: &ExpectationWish<'_>, simulated: &Simulated) -> Vec<Promise> {
    let mut first: Vec<Told> = Vec::new();
    for one in told(simulated) {
        if !first.iter().any(|it| (&it.user, it.by, &it.rule) == (&one.user, one.by, &one.rule)) {
            first.push(one);
        }
    }
    let mut lines: Vec<Promise> = Vec::new();
    for one in &first {
        let after = SignedDuration::from_secs(one.at.duration_since(wish.at).as_secs());
        let line = Promise { after, who: who(config, simulated, one), by: one.by };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// People who are told but never called. If the alert tells nobody, the people its service's policy would tell.
fn uncalled(config: &Config, simulated: &Simulated, expect: &[Promise]) -> Vec<Notify> {
    if expect.iter().any(|line| line.by.method().rings) {
        return Vec::new();
    }
    if expect.is_empty() {
        return first_step(config, simulated).map_or_else(Vec::new, |step| step.notify.clone());
    }
    let mut uncalled: Vec<Notify> = Vec::new();
    for line in expect {
        if !uncalled.contains(&line.who) {
            uncalled.push(line.who.clone());
        }
    }
    uncalled
}

/// The schedule through which the step tells this person, or the person.
fn who(config: &Config, simulated: &Simulated, told: &Told) -> Notify {
    let steps = config.policies.values().flat_map(|policy| &policy.steps);
    let mut by_rule = steps.filter(|step| Some(&step.place) == told.rule.as_ref());
    let step = by_rule.next().or_else(|| first_step(config, simulated));
    let schedules = step.into_iter().flat_map(|step| &step.notify).filter(|notify| match notify {
        Notify::Schedule(id) => config.schedules.on_call(id, told.at).users.contains(&told.user),
        Notify::User(_) => false,
    });
    schedules.into_iter().next().cloned().unwrap_or_else(|| Notify::User(told.user.clone()))
}

/// The first step of the policy of the alert's service.
fn first_step<'c>(config: &'c Config, simulated: &Simulated) -> Option<&'c Step> {
    let opened = simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Alert(AlertChange::Opened(opened)) => Some(opened),
        _ => None,
    })?;
    let own = || config.services.get(opened.service.as_ref()?).map(|service| &service.policy);
    config.policies.get(opened.policy.as_ref().or_else(own)?)?.steps.first()
}

fn alert_entries(alert: &ExpectedAlert) -> Vec<(String, Value)> {
    let word = |key: &str, value: &str| (key.to_owned(), Value::Word(text(value)));
    let mut entries = vec![word("integration", &alert.integration)];
    entries.extend(alert.severity.map(|severity| word("severity", severity.as_str())));
    entries.push(word("summary", &alert.summary));
    let others = [("description", &alert.description), ("source", &alert.source)];
    entries.extend(others.into_iter().filter(|(_, it)| !it.is_empty()).map(|(key, it)| word(key, it)));
    if !alert.labels.is_empty() {
        let labels = alert.labels.iter().map(|(key, value)| (text(key), Value::Word(text(value))));
        entries.push(("labels".to_owned(), Value::Map(labels.collect())));
    }
    entries
}

fn line(line: &Promise) -> Value {
    let mut entries = Vec::new();
    if !line.after.is_zero() {
        entries.push(("after".to_owned(), Value::Word(duration(line.after))));
    }
    entries.push(target(&line.who));
    entries.push(("by".to_owned(), Value::Word(line.by.method().name.to_owned())));
    Value::Map(entries)
}

fn never_line(who: &Notify) -> Value {
    Value::Map(vec![target(who), ("by".to_owned(), Value::Word("call".to_owned()))])
}

fn target(who: &Notify) -> (String, Value) {
    let (key, id): (&str, &Id) = match who {
        Notify::Schedule(id) => ("schedule", id),
        Notify::User(id) => ("user", id),
    };
    (key.to_owned(), Value::Word(id.to_string()))
}

/// `1h30m`
fn duration(duration: SignedDuration) -> String {
    format!("{duration:#}").replace(' ', "")
}
