//! Temporary changes to what the layers give.

use super::UserId;
use jiff::Timestamp;
use std::{collections::BTreeSet, sync::Arc};

/// A temporary change to a schedule over `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub from: Timestamp,
    pub until: Timestamp,
    pub action: OverrideAction,
    /// Where it is written, `file:line`.
    pub place: Arc<str>,
    pub reason: Option<String>,
}

/// What an override does to the set of people on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverrideAction {
    /// `with` alone: these people, whoever it was; empty is `nobody`, a gap on purpose.
    Set(Vec<UserId>),
    /// `replace` and `with`: exchanges one person, if they are in the set.
    Replace { who: UserId, with: Vec<UserId> },
    /// `add`: beside whoever it is.
    Add(Vec<UserId>),
}

impl Override {
    /// Whether it is in force at `at`.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Changes the set; `false` if there was nobody to replace.
    pub(super) fn apply(&self, users: &mut BTreeSet<UserId>) -> bool {
        match &self.action {
            OverrideAction::Set(with) => *users = with.iter().cloned().collect(),
            OverrideAction::Replace { who, with } => {
                if !users.remove(who) {
                    return false;
                }
                users.extend(with.iter().cloned());
            }
            OverrideAction::Add(more) => users.extend(more.iter().cloned()),
        }
        true
    }
}
