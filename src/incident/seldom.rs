//! What most incidents do without: one pointer until something is in it, and read as if it were always there.
//!
//! It is stored, compared and read as the value that it holds, so nobody else asks whether there is a box.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A value that is empty in most incidents.
#[derive(Clone)]
pub struct Seldom<T>(Option<Box<T>>);

/// What a value is while nothing is in it.
pub trait Empty: PartialEq + Sized + 'static {
    const EMPTY: &'static Self;
}

impl<T: PartialEq + 'static> Empty for Vec<T> {
    const EMPTY: &'static Vec<T> = &Vec::new();
}

impl<T: Empty> Seldom<T> {
    pub fn new(value: T) -> Seldom<T> {
        Seldom((value != *T::EMPTY).then(|| Box::new(value)))
    }

    /// The value to be changed, if anything is in it.
    pub(super) fn filled(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }

    /// Gives the box back once nothing is in it.
    pub(super) fn settle(&mut self) {
        if self.0.as_deref().is_some_and(|value| value == T::EMPTY) {
            self.0 = None;
        }
    }
}

impl<T> Default for Seldom<T> {
    fn default() -> Seldom<T> {
        Seldom(None)
    }
}

impl<T: Empty> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::EMPTY)
    }
}

impl<T: Empty + Default> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Empty> PartialEq for Seldom<T> {
    fn eq(&self, other: &Seldom<T>) -> bool {
        **self == **other
    }
}

impl<T: Empty + Eq> Eq for Seldom<T> {}

impl<T: Empty + fmt::Debug> fmt::Debug for Seldom<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Empty + Serialize> Serialize for Seldom<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Empty + Deserialize<'de>> Deserialize<'de> for Seldom<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Seldom::new)
    }
}
