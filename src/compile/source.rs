//! The parsed files: maps a file and a JSON pointer to bytes, lines and columns.

use super::diagnostic::{Diagnostic, Finding, Label, Location, Part, Spot};
use super::masked;
use super::yaml::{Node, NodeKind};
use crate::language::words::Words;
use crate::place::Place;
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// Every file that was read as YAML.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub files: BTreeMap<Arc<str>, SourceFile>,
}

/// One file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub text: String,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    /// Secrets in it as findings might quote them.
    quoted: Vec<String>,
    /// What is left after pruning.
    pub root: Option<Node>,
    /// Whether something was pruned: a missing node may have been there but wrong.
    pub incomplete: bool,
}

impl SourceFile {
    pub fn new(text: String) -> SourceFile {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let quoted = masked::quoted(&text, &masked::secrets_in(&text));
        SourceFile { text, lines, quoted, root: None, incomplete: false }
    }

    /// A file of which nothing could be read.
    pub(super) fn unread(text: String) -> SourceFile {
        SourceFile { incomplete: true, ..SourceFile::new(text) }
    }

    /// The texts under this key in a list of objects.
    pub fn scalars<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s str> {
        let items = self.root.as_ref().map_or(&[][..], Node::items);
        items.iter().filter_map(move |item| item.get(key)?.text())
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|&start| start <= at)
    }

    fn location(&self, file: &Arc<str>, span: Range<usize>) -> Location {
        let line = self.line(span.start);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..span.start).map_or(0, |before| before.chars().count()) + 1;
        Location { file: file.clone(), span, line, column }
    }

    /// The text of a line, trimmed.
    fn line_span(&self, line: usize) -> Range<usize> {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        self.trimmed(start..end)
    }

    fn first_line(&self, span: Range<usize>) -> Range<usize> {
        let end = self.lines.get(self.line(span.start)).copied().unwrap_or(self.text.len());
        self.trimmed(span.start..span.end.min(end))
    }

    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let piece = self.text.get(span.clone()).unwrap_or("");
        let start = span.start + (piece.len() - piece.trim_start().len());
        start.min(span.end)..start.max(span.start + piece.trim_end().len())
    }

    /// The bytes of a spot in this file.
    pub(super) fn span(&self, spot: &Spot) -> Range<usize> {
        match spot.part {
            Part::Line(line) => return self.line_span(line as usize),
            Part::Bytes(start, end) => return start..end,
            _ => {}
        }
        let found = self.root.as_ref().map(|root| find(root, &spot.pointer));
        match (found, spot.part) {
            (Some((_, Some(key))), Part::Key) => key,
            (Some((node, _)), Part::FirstLine) => self.first_line(node.span.clone()),
            (Some((node, _)), _) => node.span.clone(),
            (None, _) => 0..0,
        }
    }
}

impl Sources {
    /// The bytes, the line and the column of a spot.
    pub fn location(&self, spot: &Spot) -> Location {
        match self.files.get(&spot.file) {
            Some(source) if spot.part != Part::File => source.location(&spot.file, source.span(spot)),
            _ => Location { file: spot.file.clone(), span: 0..0, line: 0, column: 0 },
        }
    }

    /// The file and line of a spot, as a timeline shows them.
    pub fn place(&self, spot: &Spot) -> Place {
        let line = u32::try_from(self.location(spot).line.max(1)).unwrap_or(u32::MAX);
        Place { file: spot.file.clone(), line }
    }

    /// Whether something was pruned from this file.
    pub fn incomplete(&self, file: &str) -> bool {
        self.files.get(file).is_none_or(|source| source.incomplete)
    }

    /// Whether the scalar there was written without quotes.
    pub fn is_plain(&self, spot: &Spot) -> bool {
        self.files.get(&spot.file).and_then(|source| source.root.as_ref()).is_some_and(|root| {
            matches!(find(root, &spot.pointer).0.kind, NodeKind::Scalar { plain: true, .. })
        })
    }

    /// Turns findings into diagnostics, sorted by file and position, without duplicates.
    pub fn locate(&self, findings: Vec<Finding>) -> Vec<Diagnostic> {
        let mut secrets: Vec<String> =
            self.files.values().flat_map(|source| source.quoted.iter().cloned()).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let located = findings.into_iter().map(|finding| self.diagnostic(finding, &secrets));
        let mut located: Vec<Diagnostic> = located.collect();
        located.sort_by(|a, b| {
            let key = |d: &Diagnostic| {
                (d.location.file.clone(), d.location.span.start, d.location.span.end, d.code)
            };
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        located.dedup();
        located
    }

    /// Without the secrets that its words may quote.
    fn diagnostic(&self, finding: Finding, secrets: &[String]) -> Diagnostic {
        let shown = |words: Words| words.map(|text| masked::without(secrets, text));
        let label = |(spot, message): (Spot, Words)| Label {
            location: self.location(&spot),
            message: shown(message),
        };
        Diagnostic {
            code: finding.code,
            severity: finding.severity,
            message: shown(finding.message),
            location: self.location(&finding.spot),
            labels: finding.labels.into_iter().map(label).collect(),
            help: finding.help.map(shown),
        }
    }
}

/// The node at a JSON pointer, or its nearest existing ancestor, and the span of its key.
pub(super) fn find<'n>(root: &'n Node, pointer: &str) -> (&'n Node, Option<Range<usize>>) {
    let (mut node, mut key) = (root, None);
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match &node.kind {
            NodeKind::Mapping(entries) => entries
                .iter()
                .find(|entry| entry.key == part)
                .map(|entry| (&entry.value, Some(entry.key_span.clone()))),
            NodeKind::Sequence(items) => {
                part.parse::<usize>().ok().and_then(|index| items.get(index)).map(|item| (item, None))
            }
            NodeKind::Scalar { .. } => None,
        };
        match next {
            Some((child, child_key)) => (node, key) = (child, child_key),
            None => break,
        }
    }
    (node, key)
}
