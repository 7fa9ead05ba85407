//! Where something is written in the config's repository: a file and a line.
//!
//! Every rule carries its place from the parser to the timeline as a value. It becomes text only when it is printed.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A file and a line: `services/checkout.yaml:14`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: Arc<str>,
    /// Starts at 1.
    pub line: u32,
}

impl Place {
    /// Parses `services/checkout.yaml:14`.
    pub fn read(text: &str) -> Option<Place> {
        let (file, line) = text.rsplit_once(':')?;
        Some(Place { file: Arc::from(file), line: line.parse().ok()? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Place;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a place like web.yaml:3")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Place, E> {
        let wrong = || E::custom(format!("`{text}` is not a place like web.yaml:3"));
        Place::read(text).ok_or_else(wrong)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Written)
    }
}
