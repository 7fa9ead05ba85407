//! Temporary changes on top of the layers.

use super::UserId;
use crate::actor::Origin;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    mem,
    ops::{Deref, Range},
    slice,
    sync::Arc,
};

/// A temporary change to a schedule over `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub from: Timestamp,
    pub until: Timestamp,
    /// The name of the only layer that it changes, in that layer's own hours; `None`: the whole schedule.
    pub layer: Option<Arc<str>>,
    pub action: OverrideAction,
    pub origin: Origin,
    pub reason: Option<String>,
}

/// What an override does to the set of people on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideAction {
    /// `with` alone: exactly these people. Empty is `nobody`, a deliberate gap.
    Set(Vec<UserId>),
    /// `replace` and `with`: swaps out one person, if they are in the set.
    Replace { who: UserId, with: Vec<UserId> },
    /// `add`: these people too.
    Add(Vec<UserId>),
}

/// The overrides of a schedule, in the order in which they apply. Finding the k in force at an instant takes O(log n)
/// per override found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    list: Vec<Override>,
    /// An interval tree: sorted by `from`, the middle of each range is its root.
    tree: Vec<TreeNode>,
}

/// The index of an override, and the latest end in the range below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TreeNode {
    index: usize,
    last_end: Timestamp,
}

impl Overrides {
    /// The overrides in force at `at`, in the order in which they apply.
    pub fn in_force(&self, at: Timestamp) -> impl Iterator<Item = &Override> {
        self.touching(at, at).into_iter().filter_map(|index| self.list.get(index))
    }

    /// The indices of overrides in force at any instant from `from` to `last` inclusive, in order.
    pub fn touching(&self, from: Timestamp, last: Timestamp) -> Vec<usize> {
        let mut found = Vec::new();
        self.find(0..self.tree.len(), from, last, &mut found);
        found.sort_unstable();
        found
    }

    fn find(&self, range: Range<usize>, from: Timestamp, last: Timestamp, found: &mut Vec<usize>) {
        let middle = range.start + range.len() / 2;
        let node = self.tree.get(middle).filter(|node| !range.is_empty() && from < node.last_end);
        let Some(node) = node else { return };
        self.find(range.start..middle, from, last, found);
        let Some(root) = self.list.get(node.index).filter(|root| root.from <= last) else { return };
        if from < root.until {
            found.push(node.index);
        }
        self.find(middle + 1..range.end, from, last, found);
    }
}

impl From<Vec<Override>> for Overrides {
    fn from(list: Vec<Override>) -> Overrides {
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by_key(|index| list.get(*index).map(|it| it.from));
        let leaf = |index: usize| TreeNode {
            index,
            last_end: list.get(index).map_or(Timestamp::MIN, |it| it.until),
        };
        let mut tree: Vec<TreeNode> = order.into_iter().map(leaf).collect();
        plant(&mut tree);
        Overrides { list, tree }
    }
}

/// Stores the latest end of each range in its root, and returns the latest of all.
fn plant(range: &mut [TreeNode]) -> Timestamp {
    let (before, rest) = range.split_at_mut(range.len() / 2);
    let Some((root, after)) = rest.split_first_mut() else { return Timestamp::MIN };
    root.last_end = root.last_end.max(plant(before)).max(plant(after));
    root.last_end
}

impl Deref for Overrides {
    type Target = [Override];

    fn deref(&self) -> &[Override] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Overrides {
    type Item = &'a Override;
    type IntoIter = slice::Iter<'a, Override>;

    fn into_iter(self) -> slice::Iter<'a, Override> {
        self.list.iter()
    }
}

impl Override {
    /// Whether it is in force at `at`.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Applies the change to a sorted set, which stays sorted; `false` if the person to replace is not in it.
    pub(super) fn apply(&self, users: &mut Vec<UserId>) -> bool {
        let more = match &self.action {
            OverrideAction::Set(with) => {
                users.clear();
                with
            }
            OverrideAction::Replace { who, with } => {
                let Ok(place) = users.binary_search(who) else { return false };
                users.remove(place);
                with
            }
            OverrideAction::Add(more) => more,
        };
        users.extend(more.iter().cloned());
        *users = sorted(mem::take(users));
        true
    }
}

/// A set of people: sorted by id, each once.
pub(super) fn sorted(mut users: Vec<UserId>) -> Vec<UserId> {
    users.sort_unstable();
    users.dedup();
    users
}
