//! Tags as labels: `team:web` (or `team=web`) is a label of that name, and the others are one label, `tags`.

use std::collections::BTreeMap;

/// The labels that a list of tags stands for.
pub fn labels<'t>(tags: impl Iterator<Item = &'t str>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut plain = Vec::new();
    for tag in tags.map(str::trim).filter(|tag| !tag.is_empty()) {
        match tag.split_once([':', '=']).map(|(name, value)| (name.trim(), value.trim())) {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                labels.insert(name.to_owned(), value.to_owned());
            }
            _ => plain.push(tag),
        }
    }
    if !plain.is_empty() {
        labels.insert("tags".to_owned(), plain.join(","));
    }
    labels
}
