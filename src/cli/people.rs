//! Formats people, schedules and rules for the command line.

use crate::config::Config;
use crate::schedule::{OnCall, Source, UserId};

/// The source as the config page writes it: `layer/weekly`, or an override's `file:line`.
pub(super) fn source(on_call: &OnCall) -> Option<String> {
    match &on_call.source {
        Source::Nobody => None,
        Source::Layer(name) => Some(layer(name)),
        Source::Override(place) => Some(place.to_string()),
    }
}

pub(super) fn layer(name: &str) -> String {
    format!("layer/{name}")
}

/// `田中 太郎 (tanaka)`, which a table does not break.
pub(super) fn name(config: &Config, id: &UserId) -> String {
    super::table::together(&named(config, id))
}

/// `田中 太郎 (tanaka)`
pub(super) fn named(config: &Config, id: &UserId) -> String {
    config.users.get(id).map_or_else(|| id.to_string(), |user| format!("{} ({id})", user.name))
}

/// `田中 太郎 (tanaka), 佐藤 花子 (sato)`, or `nobody`.
pub(super) fn names(config: &Config, ids: &[UserId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| name(config, id)).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}
