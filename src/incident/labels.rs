//! The labels of an incident, in one block of memory.

use serde::{Deserialize, Serialize};

/// The labels of an incident in one block of memory, ordered by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels(Box<str>);

const LABEL_END: char = '\u{1}';
const NAME_END: char = '\u{2}';

impl Labels {
    pub fn new<'l>(labels: impl IntoIterator<Item = (&'l String, &'l String)>) -> Labels {
        let mut block = String::new();
        for (name, value) in labels {
            block.extend(clean(name));
            block.push(NAME_END);
            block.extend(clean(value));
            block.push(LABEL_END);
        }
        Labels(block.into())
    }

    /// Whether these are the labels that it was made of.
    pub fn are<'l>(&self, labels: impl IntoIterator<Item = (&'l String, &'l String)>) -> bool {
        let mut rest = &*self.0;
        let mut goes_on = |part: &str| rest.strip_prefix(part).map(|left| rest = left).is_some();
        for (name, value) in labels {
            let name = clean(name).all(&mut goes_on) && goes_on("\u{2}");
            if !name || !clean(value).all(&mut goes_on) || !goes_on("\u{1}") {
                return false;
            }
        }
        rest.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split_terminator(LABEL_END).filter_map(|label| label.split_once(NAME_END))
    }

    /// How many bytes they take.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// The value of a label; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

/// A text with spaces in place of what ends names and labels, in pieces.
fn clean(text: &str) -> impl Iterator<Item = &str> {
    text.split([LABEL_END, NAME_END])
        .enumerate()
        .flat_map(|(n, piece)| [if n == 0 { "" } else { " " }, piece])
}
