//! Formats people, schedules and rules for the command line.

use crate::config::Config;
use crate::language::Language;
use crate::language::on_call::OnCall;
use crate::schedule::UserId;

/// `田中 太郎 (tanaka)`, which a table does not break.
pub(super) fn name(config: &Config, id: &UserId) -> String {
    super::table::together(&named(config, id))
}

/// `田中 太郎 (tanaka)`
pub(super) fn named(config: &Config, id: &UserId) -> String {
    config.users.get(id).map_or_else(|| id.to_string(), |user| format!("{} ({id})", user.name))
}

/// `田中 太郎 (tanaka), 佐藤 花子 (sato)`, or `nobody`.
pub(super) fn names(config: &Config, ids: &[UserId], language: Language) -> String {
    let names: Vec<String> = ids.iter().map(|id| name(config, id)).collect();
    if names.is_empty() { language.on_call(OnCall::Nobody) } else { language.names(&names) }
}
