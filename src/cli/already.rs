//! `--open`: what is open before alerts are played. Other alerts, as a monitor posts them; or the incidents of a server, by
//! its address, by a file that `/v1/incidents` or `oncall incident ID` wrote, or by its state directory.
//!
//! A server and a state directory give all that is known. A list has no timeline: of each incident it says what it is about
//! with its labels, who has it and what holds it back, and that is taken.

use super::known::known;
use super::remote::{Question, Server, segment};
use super::spoken::no;
use super::{Output, body};
use crate::actor::{Actor, Origin, Via};
use crate::alert::{Action, Event, Severity};
use crate::config::{Config, Endpoint, RunTimeAbsence, RunTimeOverride, RunTimeSilence, Urgency};
use crate::disk::directory::StateDir;
use crate::disk::recover;
use crate::incident::{
    AlertChange, Change, Entry, HeldBack, IncidentId, Opened, ResponseChange, RunTimeChange, State, group_of,
};
use crate::integration::read_trusted;
use crate::language::Language;
use crate::language::commands::Noun;
use crate::language::failed::{
    is_later, no_state_directory, nothing_fires, of_open, one_server_only, too_many_open,
};
use crate::language::storage::Cost;
use crate::language::words::Words;
use crate::place::Place;
use crate::preview::together::{Before, state_of};
use crate::reason::{Rule, Why};
use crate::schedule::OverrideAction;
use anyhow::Result;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

/// How many open incidents of a server are asked for, the most urgent first.
const INCIDENTS_MAX: usize = 100;

/// What is open, and of how many incidents no labels are known.
pub(super) struct Already {
    pub before: Before,
    pub without_labels: usize,
}

/// Reads every `--open`; at most one of them is about a server.
pub(super) fn already(
    config: &Config,
    endpoint: &Endpoint,
    opens: &[String],
    at: Timestamp,
    language: Language,
) -> Result<Result<Already, Output>> {
    let mut already = Already { before: Before::default(), without_labels: 0 };
    for named in opens {
        let state = if named.starts_with("http://") || named.starts_with("https://") {
            match asked(named, config, language)? {
                Ok(entries) => state_of(entries),
                Err(refused) => return Ok(Err(refused)),
            }
        } else if Path::new(named).is_dir() {
            in_directory(Path::new(named), language)?
        } else {
            let (endpoint, file) = match named.split_once('=') {
                Some((id, file)) => (known(language, Noun::Integration, &config.endpoints, id)?.1, file),
                None => (endpoint, named.as_str()),
            };
            let text = body::read(Path::new(file))?;
            match incidents(&text) {
                Some(list) => {
                    already.without_labels = list.iter().filter(|it| lacks_labels(it)).count();
                    state_of(list.iter().flat_map(|it| of_incident(it, config)).collect())
                }
                None => {
                    let events = read_trusted(endpoint, &text, at);
                    let known = already.before.alerts.len();
                    let fires = events.into_iter().filter(|event| event.action == Action::Trigger);
                    already.before.alerts.extend(fires);
                    if already.before.alerts.len() == known {
                        return Err(no(language, &of_open(named, &nothing_fires())));
                    }
                    continue;
                }
            }
        };
        if already.before.state.is_some() {
            return Err(no(language, &of_open(named, &one_server_only())));
        }
        if state.at > at {
            return Err(no(language, &of_open(named, &is_later(&state.at.to_string()))));
        }
        already.before.state = Some(state);
    }
    Ok(Ok(already))
}

/// The incidents in what `/v1/incidents`, `/v1/incidents/ID` or the command line wrote; `None`: it is something else.
fn incidents(text: &[u8]) -> Option<Vec<Value>> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let is_one =
        |value: &Value| value["id"].is_string() && value["status"].is_string() && value["alerts"].is_array();
    if is_one(&value) {
        return Some(vec![value]);
    }
    let list = value["incidents"].as_array()?;
    (value["counts"].is_object() || list.iter().all(is_one)).then(|| list.clone())
}

/// A list leaves out labels that are more than it holds; that of an older server has none.
fn lacks_labels(incident: &Value) -> bool {
    let mut own = incident["alerts"].as_array().into_iter().flatten().map(|alert| &alert["own"]);
    let known = incident["labels"].is_object() && own.all(|own| own.is_null() || own["labels"].is_object());
    incident["timeline"].is_null() && !known
}

/// As a server that starts there would find it; nothing in it is changed, and a server may run.
fn in_directory(path: &Path, language: Language) -> Result<State> {
    if !path.join("journal").is_dir() {
        return Err(no(language, &of_open(&path.display().to_string(), &no_state_directory())));
    }
    let directory = StateDir::read_only(path)?;
    let (incidents, _, troubles) = recover::load(&directory)?;
    if let Some(trouble) = troubles.iter().find(|it| it.cost() != Cost::Nothing) {
        let why = Words::new(trouble.words(Language::En), trouble.words(Language::Ja));
        return Err(no(language, &of_open(&path.display().to_string(), &why)));
    }
    Ok(incidents.state().clone())
}

/// Everything that the server knows of what is open, and what people made at run time.
fn asked(url: &str, config: &Config, language: Language) -> Result<Result<Vec<Entry>, Output>> {
    let server = Server { url: Some(url.to_owned()), format: super::remote::Format::Text };
    let mut question = Question::get("/v1/incidents");
    let limit = INCIDENTS_MAX.to_string();
    question.query = [("status", "open"), ("order", "urgent"), ("limit", &limit)]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
    let list = match server.answer(&question)? {
        Ok(list) => list,
        Err(refused) => return Ok(Err(refused)),
    };
    if !list["next_before"].is_null() {
        return Err(no(language, &of_open(url, &too_many_open(INCIDENTS_MAX))));
    }
    let mut entries = Vec::new();
    for id in list["incidents"].as_array().into_iter().flatten().filter_map(|it| it["id"].as_str()) {
        let path = format!("/v1/incidents/{}", segment(id));
        match server.answer(&Question::get(&path))? {
            Ok(incident) => entries.extend(of_incident(&incident, config)),
            Err(refused) => return Ok(Err(refused)),
        }
    }
    for (path, name) in
        [("/v1/overrides", "overrides"), ("/v1/silences", "silences"), ("/v1/absences", "absences")]
    {
        let made = match server.answer(&Question::get(path))? {
            Ok(made) => made,
            Err(refused) => return Ok(Err(refused)),
        };
        entries.extend(made[name].as_array().into_iter().flatten().filter_map(|it| of_made(name, it)));
    }
    Ok(Ok(entries))
}

/// What an incident's timeline recorded; without one, what it says of itself.
fn of_incident(incident: &Value, config: &Config) -> Vec<Entry> {
    let Some(id) = read::<IncidentId>(&incident["id"]) else { return Vec::new() };
    match incident["timeline"].as_array() {
        Some(lines) => lines.iter().filter_map(|line| of_line(id, line)).collect(),
        None => of_list(id, incident, config).unwrap_or_default(),
    }
}

fn of_line(id: IncidentId, line: &Value) -> Option<Entry> {
    let change: Change = read(&line["change"])?;
    let revision = read(&line["revision"])?;
    Some(Entry { seq: line["seq"].as_u64()?, at: read(&line["at"])?, revision, incident: Some(id), change })
}

/// The number of an entry says its order alone: those of one list are the age of its incidents.
fn of_list(id: IncidentId, incident: &Value, config: &Config) -> Option<Vec<Entry>> {
    let at: Timestamp = read(&incident["opened_at"])?;
    let severity: Severity = read(&incident["severity"]).unwrap_or(Severity::Critical);
    let rule = || Rule::from(Why::NotResolvedInTime);
    let mut changes: Vec<(Timestamp, Change)> = Vec::new();
    for (n, alert) in incident["alerts"].as_array()?.iter().filter(|it| it["firing"] == true).enumerate() {
        let own = read(&alert["severity"]);
        let words = if alert["own"].is_object() { &alert["own"] } else { incident };
        let event = Event {
            integration: alert["integration"].as_str()?.to_owned(),
            dedup_key: alert["dedup_key"].as_str()?.to_owned(),
            severity: own,
            summary: words["summary"].as_str().unwrap_or_default().to_owned(),
            labels: read(&words["labels"]).unwrap_or_default(),
            ..Event::blank(Action::Trigger)
        };
        let service = incident["service"].as_str().and_then(|id| config.services.get(id));
        let group = service.and_then(|service| group_of(service, &event, severity));
        let change = match n {
            0 => AlertChange::Opened(Box::new(Opened {
                event,
                service: incident["service"].as_str().map(Into::into),
                severity,
                urgency: read(&incident["urgency"]).unwrap_or(Urgency::High),
                route_rule: rule(),
                urgency_rule: rule(),
                raise_at: None,
                held_back: held_back(incident),
                policy: None,
                group,
                stale_at: None,
                mirrors: Vec::new(),
                declared: None,
                idle_seconds: None,
                folded: None,
            })),
            _ => AlertChange::Joined {
                event: Box::new(event),
                severity: own.unwrap_or(severity),
                mirrors: Vec::new(),
                stale_at: None,
                folded: None,
            },
        };
        changes.push((at, change.into()));
    }
    if let (Some(by), Some(at)) = (incident["acknowledged_by"].as_str(), read(&incident["acknowledged_at"])) {
        let named = || config.users.iter().find(|(_, user)| user.name == by).map(|(id, _)| id.clone());
        let id = incident["acknowledged_by_user"].as_str().map(Into::into).or_else(named);
        let by = id.map_or_else(|| Actor::Stranger { name: by.to_owned(), way: Via::Api }, Actor::User);
        let (until, snoozed) = (read(&incident["acknowledged_until"]), incident["snoozed"] == true);
        let taken = ResponseChange::Acknowledged {
            by,
            via: Via::Api,
            until,
            snoozed,
            quiet_seconds: None,
            event: None,
        };
        changes.push((at, taken.into()));
    }
    let first = u64::try_from(at.as_microsecond()).unwrap_or_default();
    let numbered = changes.into_iter().zip(first..);
    Some(
        numbered
            .map(|((at, change), seq)| Entry { seq, at, revision: 0, incident: Some(id), change })
            .collect(),
    )
}

fn held_back(incident: &Value) -> Option<HeldBack> {
    let held = &incident["held_back"];
    Some(HeldBack {
        by: read(&held["by"])?,
        origin: Origin::File(Place::read(held["rule"].as_str()?)?),
        reason: held["reason"].as_str().unwrap_or_default().to_owned(),
        until: read(&held["until"])?,
        source: read(&incident["inhibited_by"]),
    })
}

/// What was made at run time, which a number names; what git has comes with the config.
fn of_made(name: &str, made: &Value) -> Option<Entry> {
    let seq = made["id"].as_u64()?;
    let (from, until) = (read(&made["from"])?, read(&made["until"])?);
    let named = made["by"].as_str().unwrap_or_default();
    let by = made["by_user"].as_str().map_or_else(
        || Actor::Stranger { name: named.to_owned(), way: Via::Api },
        |id| Actor::User(id.into()),
    );
    let (via, reason) = (read(&made["via"]).unwrap_or(Via::Api), made["reason"].as_str().map(str::to_owned));
    let change = match name {
        "overrides" => RunTimeChange::Override(Box::new(RunTimeOverride {
            schedule: read(&made["schedule"])?,
            layer: read(&made["layer"]),
            from,
            until,
            action: action(made)?,
            reason,
            by,
            via,
        })),
        "absences" => RunTimeChange::Absence(Box::new(RunTimeAbsence {
            user: read(&made["user"])?,
            from,
            until,
            cover: read(&made["cover"]),
            by,
            via,
        })),
        // One of an incident's own alerts is in the incident's timeline.
        _ if made["alerts"].as_array().is_some_and(|alerts| !alerts.is_empty()) => return None,
        _ => RunTimeChange::Silence(Box::new(RunTimeSilence {
            services: read(&made["services"])?,
            when: made["when"]
                .as_object()?
                .iter()
                .map(|(key, it)| Some((key.clone(), read(it)?)))
                .collect::<Option<_>>()?,
            from,
            until,
            reason: reason.unwrap_or_default(),
            by,
            via,
            keys: Default::default(),
            at_most: None,
        })),
    };
    // When it was made is not said; it was before now.
    let at = Timestamp::UNIX_EPOCH;
    Some(Entry { seq, at, revision: 0, incident: None, change: change.into() })
}

fn action(made: &Value) -> Option<OverrideAction> {
    if let Some(who) = read(&made["replace"]) {
        return Some(OverrideAction::Replace { who, with: read(&made["with"])? });
    }
    if let Some(add) = read(&made["add"]) {
        return Some(OverrideAction::Add(add));
    }
    Some(OverrideAction::Set(read(&made["with"])?))
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}
