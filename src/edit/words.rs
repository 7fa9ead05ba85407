//! People, days and lists of them, as used in an edit's sentences.

use crate::config::{Config, Id};
use crate::language::edits;
use crate::language::words::{Words, all_of};

/// `木村 美咲 (kimura)`
pub(super) fn person(config: &Config, id: &str) -> String {
    config.users.get(id).map_or_else(|| id.to_owned(), |user| format!("{} ({id})", user.name))
}

/// Several people, or `nobody`.
pub(super) fn people(config: &Config, ids: &[Id]) -> Words {
    let names: Vec<String> = ids.iter().map(|id| person(config, id)).collect();
    if names.is_empty() { edits::nobody() } else { all_of(&names) }
}

/// `suzuki, sato + kimura, nobody`: members in turn order.
pub(super) fn turns<'m>(members: impl Iterator<Item = &'m [Id]>) -> Words {
    let name =
        |member: &[Id]| if member.is_empty() { edits::nobody() } else { Words::same(member.join(" + ")) };
    let names: Vec<Words> = members.map(name).collect();
    let joined = |one: fn(&Words) -> &str, between| names.iter().map(one).collect::<Vec<_>>().join(between);
    Words::new(joined(|it| &it.en, ", "), joined(|it| &it.ja, "、"))
}
