//! People, schedules and rules, as the command line names them.

use crate::config::{Config, Id};
use crate::schedule::{OnCall, Source, UserId};
use anyhow::{Result, bail};
use std::collections::BTreeMap;

/// The id itself, if there is such a `noun`.
pub(super) fn known<'c, T>(noun: &str, all: &'c BTreeMap<Id, T>, id: &str) -> Result<&'c Id> {
    if let Some((known, _)) = all.get_key_value(id) {
        return Ok(known);
    }
    let ids: Vec<&str> = all.keys().map(|id| &**id).collect();
    let Some(near) =
        ids.iter().max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)))
    else {
        bail!("there is no {noun} `{id}`: the config has none");
    };
    bail!("there is no {noun} `{id}`: did you mean `{near}`? There are: {}", ids.join(", "))
}

/// Where it follows from, as the config page writes it: `layer/weekly`, or an override's `file:line`.
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

/// `田中 太郎 (tanaka)`, kept together in a table.
pub(super) fn name(config: &Config, id: &UserId) -> String {
    match config.users.get(id) {
        Some(user) => super::table::together(&format!("{} ({id})", user.name)),
        None => id.to_string(),
    }
}

/// `田中 太郎 (tanaka), 佐藤 花子 (sato)`, or `nobody`.
pub(super) fn names(config: &Config, ids: &[UserId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| name(config, id)).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}
