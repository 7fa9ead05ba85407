//! Who is away at an instant, and who is there instead.
//!
//! Away are those with time off and those on call on a schedule that this one is kept apart from. A cover named on
//! the time off stands in; the next member of a line-up is the line-up's own business (`rotation.rs`).

use super::{Schedules, UserId};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// How many covers may be off themselves, each with a cover of their own.
const COVERS_MAX: usize = 8;

/// Who is away from one schedule at one instant.
pub(super) struct Absence<'a> {
    pub schedules: &'a Schedules,
    pub at: Timestamp,
    /// On call on a schedule that this one is kept apart from.
    pub elsewhere: BTreeSet<UserId>,
}

impl<'a> Absence<'a> {
    /// Those of a set who are there, and the covers of those who are not.
    pub fn fill(&self, set: &[UserId]) -> Vec<UserId> {
        set.iter()
            .filter_map(|user| if self.is_present(user) { Some(user) } else { self.cover(user) })
            .cloned()
            .collect()
    }

    /// Those of a set who are there.
    pub fn present(&self, set: &[UserId]) -> Vec<UserId> {
        set.iter().filter(|user| self.is_present(user)).cloned().collect()
    }

    pub fn is_present(&self, user: &UserId) -> bool {
        !self.elsewhere.contains(user) && self.schedules.is_off(user, self.at).is_none()
    }

    /// The cover of somebody who is off, or that one's cover, and so on.
    fn cover(&self, user: &UserId) -> Option<&'a UserId> {
        let mut cover = self.schedules.cover(user, self.at)?;
        for _ in 0..COVERS_MAX {
            if self.is_present(cover) {
                return Some(cover);
            }
            cover = self.schedules.cover(cover, self.at)?;
        }
        None
    }
}
