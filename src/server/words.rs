//! The words that the log's lines share: who, which alert, what holds back, and the word of a value as the journal spells it.

use super::line::{Line, Value};
use crate::actor::{Actor, Origin};
use crate::alert::{Event, HEARTBEAT_KEY};
use crate::incident::{HeldBack, Recipient};
use crate::place::Place;
use serde::Serialize;
use tracing::Level;

/// Names and values behind the event.
pub(super) type Fields<'e> = Vec<(&'static str, Value<'e>)>;

/// An alert with its words.
pub(super) fn of_event<'e>(effect: &'static str, event: &'e Event, rest: Fields<'e>) -> Line<'e> {
    let severity = event.severity.map(|severity| severity.as_str());
    let by_rules = event.by_rules.as_deref();
    let set = by_rules.filter(|it| !it.set.is_empty()).map(|it| list(it.set.iter()));
    let failed =
        by_rules.filter(|it| !it.failed.is_empty()).map(|it| list(it.failed.iter().map(|it| &it.rule)));
    let words = [
        ("severity", severity.into()),
        ("summary", (&*event.summary).into()),
        ("set_by", set.into()),
        ("failed_rule", failed.into()),
    ];
    of_key(effect, &event.integration, &event.dedup_key, words.into_iter().chain(rest).collect())
}

fn list<'p>(places: impl Iterator<Item = &'p Place>) -> String {
    places.map(ToString::to_string).collect::<Vec<_>>().join(",")
}

pub(super) fn of_key<'e>(
    effect: &'static str,
    integration: &'e str,
    dedup_key: &'e str,
    rest: Fields<'e>,
) -> Line<'e> {
    let key = if dedup_key == HEARTBEAT_KEY { "heartbeat" } else { dedup_key };
    let first = [("effect", effect.into()), ("integration", integration.into()), ("key", key.into())];
    let mut line = Line::new(Level::INFO, "alert", first);
    line.fields.extend(rest);
    line
}

/// What came of it, after the alert that said so.
pub(super) fn by_alert<'e>(effect: &'static str, event: Option<&'e Event>, line: Line<'e>) -> Vec<Line<'e>> {
    let said = event.map(|event| of_event(effect, event, Vec::new()));
    said.into_iter().chain([line]).collect()
}

pub(super) fn held_back(held: &HeldBack) -> [(&'static str, Value<'_>); 5] {
    [
        ("why", word(&held.by).into()),
        ("until", held.until.into()),
        ("reason", Some(&*held.reason).filter(|reason| !reason.is_empty()).into()),
        ("rule", held_by(&held.origin).into()),
        ("source", held.source.into()),
    ]
}

pub(super) fn held_by(origin: &Origin) -> String {
    match origin {
        Origin::File(place) => place.to_string(),
        Origin::RunTime { id, by, .. } => format!("{}#{id}", actor(by)),
    }
}

/// Who did it: somebody in `users/` by id; others are marked, so that nobody can pass for one of them by a name.
pub(super) fn actor(actor: &Actor) -> String {
    let name = actor.stored_name();
    match actor {
        Actor::User(_) => name.to_owned(),
        Actor::Stranger { .. } => format!("stranger:{name}"),
        // The person comes first: they did it, by a tool of theirs.
        Actor::Token { acts_for: Some(user), .. } => format!("{user}/token:{name}"),
        Actor::Token { .. } => format!("token:{name}"),
        Actor::Integration(_) => format!("integration:{name}"),
        Actor::Rule(_) => format!("rule:{name}"),
    }
}

pub(super) fn people(people: &[Recipient]) -> String {
    people.iter().map(|person| &*person.user).collect::<Vec<_>>().join(",")
}

/// The name by which a value is stored.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(object)) => {
            object.into_iter().map(|(name, _)| name).next().unwrap_or_default()
        }
        _ => String::new(),
    }
}
