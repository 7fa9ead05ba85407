//! Rooms that are webhooks: whoever knows the URL may post, so each is a secret with a name.
//!
//! A service names them; one without a name is for incidents whose service names none.

use super::{Id, Provider, SecretSource};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the room is called that has no name of its own.
pub const SHARED_ROOM: &str = "default";
/// The most rooms that one vendor has.
pub const NAMED_ROOMS_MAX: usize = 100;
/// The most rooms that one service names.
pub const SERVICE_ROOMS_MAX: usize = 4;

/// The rooms of one vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rooms {
    /// For incidents whose service names none; `None`: they are not shown there.
    pub shared: Option<SecretSource>,
    pub named: BTreeMap<Id, SecretSource>,
}

/// A room in which a service's incidents are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub provider: Provider,
    /// The channel's id, or the room's name below `providers`.
    pub place: String,
}

impl Rooms {
    /// The webhook of a room.
    pub fn webhook(&self, place: &str) -> Option<&SecretSource> {
        self.named.get(place).or_else(|| self.shared.as_ref().filter(|_| place == SHARED_ROOM))
    }

    pub fn shared_name(&self) -> Option<String> {
        self.shared.as_ref().map(|_| SHARED_ROOM.to_owned())
    }

    /// Every room, by name.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.shared.iter().map(|_| SHARED_ROOM).chain(self.named.keys().map(|name| &**name))
    }

    /// Each webhook with the field that names it.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (Cow<'static, str>, &SecretSource)> {
        let shared = self.shared.iter().map(|source| (Cow::Borrowed("webhook"), source));
        shared.chain(self.named.iter().map(|(name, source)| (Cow::Owned(format!("rooms.{name}")), source)))
    }
}
