//! People, days and lists of them, as used in an edit's sentences.

use crate::config::{Config, Id};
use jiff::civil::{Date, DateTime};

/// `木村 美咲 (kimura)`
pub(super) fn person(config: &Config, id: &str) -> String {
    config.users.get(id).map_or_else(|| id.to_owned(), |user| format!("{} ({id})", user.name))
}

/// Several people, or `nobody`.
pub(super) fn people(config: &Config, ids: &[Id]) -> String {
    let names: Vec<String> = ids.iter().map(|id| person(config, id)).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `suzuki, sato + kimura, nobody`: members in turn order.
pub(super) fn turns<'m>(members: impl Iterator<Item = &'m [Id]>) -> String {
    let name = |member: &[Id]| if member.is_empty() { "nobody".to_owned() } else { member.join(" + ") };
    members.map(name).collect::<Vec<_>>().join(", ")
}

/// `Mon 2026-12-14 10:00`
pub(super) fn local(at: DateTime) -> String {
    at.strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// `Wednesday`
pub(super) fn weekday(day: Date) -> String {
    day.strftime("%A").to_string()
}
