//! Looks up ids as people type them, and suggests the one they may have meant.

use crate::config::Id;
use anyhow::{Result, bail};
use std::collections::BTreeMap;

/// The id and the item it names; `noun` says what kind of item.
pub(super) fn known<'c, T>(noun: &str, all: &'c BTreeMap<Id, T>, id: &str) -> Result<(&'c Id, &'c T)> {
    if let Some(known) = all.get_key_value(id) {
        return Ok(known);
    }
    let ids: Vec<&str> = all.keys().map(|id| &**id).collect();
    let near = ids.iter().max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)));
    let Some(near) = near else { bail!("there is no {noun} `{id}`: the config has none") };
    bail!("there is no {noun} `{id}`: did you mean `{near}`? There are: {}", ids.join(", "))
}
