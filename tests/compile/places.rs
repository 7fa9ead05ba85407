//! What every finding keeps to: its place is in its file. For tests and for the fuzz targets.

use oncall::compile::{Diagnostic, Location, Node, NodeKind, Tree, parse};
use std::ops::Range;

/// Panics where a finding, or one of its labels, is outside of its file.
pub fn inside(tree: &Tree, findings: &[Diagnostic]) {
    for found in findings {
        let labels = found.labels.iter().map(|label| &label.location);
        for location in std::iter::once(&found.location).chain(labels) {
            assert!(is_inside(tree, location), "{found:?}");
        }
    }
}

fn is_inside(tree: &Tree, location: &Location) -> bool {
    let Location { file, span, line, column } = location;
    if *line == 0 {
        return (span.clone(), *column) == (0..0, 0);
    }
    // What is no text is told of the file, not of a place in it.
    let text = tree.files.get(&**file).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.is_some_and(|text| {
        let Some(shown) = text.split('\n').nth(line - 1) else { return false };
        fits(text, span) && (1..=shown.chars().count() + 1).contains(column)
    })
}

fn fits(text: &str, span: &Range<usize>) -> bool {
    text.get(span.clone()).is_some()
}

/// Reads one file as YAML, and panics where a node or a problem is outside of it.
pub fn yaml(text: &str) {
    let parsed = parse(text);
    for problem in &parsed.problems {
        let label = problem.label.as_ref().is_none_or(|(span, _)| fits(text, span));
        assert!(fits(text, &problem.span) && label, "{problem:?} in {text:?}");
    }
    if let Some(root) = &parsed.root {
        node(text, root);
    }
}

fn node(text: &str, here: &Node) {
    assert!(fits(text, &here.span), "{here:?} in {text:?}");
    match &here.kind {
        NodeKind::Scalar { .. } => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| node(text, item)),
        NodeKind::Mapping(entries) => {
            for entry in entries {
                assert!(fits(text, &entry.key_span), "{entry:?} in {text:?}");
                node(text, &entry.value);
            }
        }
    }
}
