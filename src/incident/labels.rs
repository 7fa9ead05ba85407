//! The labels of an incident, in one block of memory.

use serde::{Deserialize, Serialize};

/// The labels of an incident in one block of memory, ordered by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels(Box<str>);

const LABEL_END: char = '\u{1}';
const NAME_END: char = '\u{2}';

impl Labels {
    pub fn new<'l>(labels: impl IntoIterator<Item = (&'l String, &'l String)>) -> Labels {
        let clean = |text: &str| text.replace([LABEL_END, NAME_END], " ");
        let mut block = String::new();
        for (name, value) in labels {
            block.push_str(&clean(name));
            block.push(NAME_END);
            block.push_str(&clean(value));
            block.push(LABEL_END);
        }
        Labels(block.into())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split_terminator(LABEL_END).filter_map(|label| label.split_once(NAME_END))
    }

    /// The value of a label; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}
