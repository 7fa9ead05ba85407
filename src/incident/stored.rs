//! The state as snapshots hold it: a layout's number, then the state.
//!
//! A layout that a release wrote is read by every later one; 0.1.0 is the first. A commit that changes the layout of [`State`]
//! after it adds a variant with the next number (a number is never used again), keeps the types of the old one in a file of
//! their own, and makes the new state of the old. A layout that no release wrote may be renamed instead. What is newer than this
//! release is refused by its number, and the start goes back to the segments. The golden snapshots in `tests/journals`, one
//! for each released layout and the newest, fail when the layout changed and the number did not, or when an old one is unreadable.

use super::State;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The number of the newest layout.
pub const LAYOUT: u32 = 16;

/// What a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored<'s> {
    V16(Cow<'s, State>),
}

impl<'s> From<&'s State> for Stored<'s> {
    fn from(state: &'s State) -> Stored<'s> {
        Stored::V16(Cow::Borrowed(state))
    }
}

impl Default for Stored<'static> {
    fn default() -> Stored<'static> {
        Stored::V16(Cow::Owned(State::default()))
    }
}

impl Stored<'_> {
    /// The state, to be changed.
    pub fn state_mut(&mut self) -> &mut State {
        match self {
            Stored::V16(state) => state.to_mut(),
        }
    }

    pub fn into_state(self) -> State {
        match self {
            Stored::V16(state) => state.into_owned(),
        }
    }
}

/// postcard numbers variants by their order, so a renamed one would be read as its successor: the number is written out.
impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Stored::V16(state) = self;
        let mut tuple = serializer.serialize_tuple(2)?;
        tuple.serialize_element(&LAYOUT)?;
        tuple.serialize_element(state.as_ref())?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Stored<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(2, Layouts)
    }
}

struct Layouts;

impl<'de> Visitor<'de> for Layouts {
    type Value = Stored<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a state in layout {LAYOUT}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = || A::Error::custom("it is cut short");
        match parts.next_element::<u32>()?.ok_or_else(missing)? {
            LAYOUT => Ok(Stored::V16(Cow::Owned(parts.next_element()?.ok_or_else(missing)?))),
            other => Err(A::Error::custom(format!("layout {other}, and this release reads {LAYOUT}"))),
        }
    }
}
