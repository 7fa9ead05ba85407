//! Who is away at an instant, and who stands in.
//!
//! People are away if they have time off, or if they are on call on a schedule this one is kept apart from. A cover
//! named on the time off stands in. If there is none, the rotation chooses the next member (`rotation.rs`).

use super::{Schedules, UserId};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The longest chain of covers who are off themselves.
const COVERS_MAX: usize = 8;

/// Who is away from one schedule at one instant.
pub(super) struct Absence<'a> {
    pub schedules: &'a Schedules,
    pub at: Timestamp,
    /// People on call on a schedule this one is kept apart from.
    pub elsewhere: BTreeSet<UserId>,
    /// People on call on this schedule already: they stand in for nobody.
    pub taken: Vec<UserId>,
}

impl<'a> Absence<'a> {
    /// The members of a set who are not away, and covers for those who are.
    pub fn fill(&self, set: &[UserId]) -> Vec<UserId> {
        set.iter()
            .filter_map(|user| if self.is_present(user) { Some(user) } else { self.cover(user) })
            .cloned()
            .collect()
    }

    /// The members of a set who are not away.
    pub fn present(&self, set: &[UserId]) -> Vec<UserId> {
        set.iter().filter(|user| self.is_present(user)).cloned().collect()
    }

    /// The members of a set who may stand in.
    pub fn free(&self, set: &[UserId]) -> Vec<UserId> {
        set.iter().filter(|user| self.is_free(user)).cloned().collect()
    }

    fn is_free(&self, user: &UserId) -> bool {
        self.is_present(user) && !self.taken.contains(user)
    }

    pub fn is_present(&self, user: &UserId) -> bool {
        !self.elsewhere.contains(user) && self.schedules.is_off(user, self.at).is_none()
    }

    /// The cover for somebody who is off; if the cover is off too, the cover's cover, and so on. A cover who is on call
    /// here already is passed over.
    fn cover(&self, user: &UserId) -> Option<&'a UserId> {
        let mut cover = self.schedules.cover(user, self.at)?;
        for _ in 0..COVERS_MAX {
            if self.is_free(cover) {
                return Some(cover);
            }
            cover = self.schedules.cover(cover, self.at)?;
        }
        None
    }
}
