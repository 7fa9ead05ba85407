//! Looks up ids as people type them, and suggests the one they may have meant.

use super::spoken::no;
use crate::config::Id;
use crate::language::Language;
use crate::language::commands::{Noun, unknown_among_none, unknown_near};
use anyhow::Result;
use std::collections::BTreeMap;

/// What the config has by this id; why not, in the reader's language.
pub(super) fn known<'c, T>(
    language: Language,
    noun: Noun,
    all: &'c BTreeMap<Id, T>,
    id: &str,
) -> Result<(&'c Id, &'c T)> {
    if let Some(known) = all.get_key_value(id) {
        return Ok(known);
    }
    let ids: Vec<&str> = all.keys().map(|id| &**id).collect();
    let near = ids.iter().max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)));
    let why = near
        .map_or_else(|| unknown_among_none(noun, id), |near| unknown_near(noun, id, near, &ids.join(", ")));
    Err(no(language, &why))
}
