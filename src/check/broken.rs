//! What errors may explain: where a config has errors, a check still says what has nothing to do with them.
//!
//! An error takes its piece of a file with it: a wrong key is left out, a name that is not known leads nowhere. What a
//! check then finds may be only that error once more, so it is not said. Each check says by a [`Doubt`] what else than
//! the places it points at its finding depends on.

use super::found::{Doubt, Found};
use crate::compile::{Compiled, Diagnostic, Entry, Node, NodeKind, Severity, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// The pieces of the files that errors have spoilt.
pub(super) struct Broken<'c> {
    compiled: &'c Compiled,
    files: BTreeMap<Arc<str>, Spoilt>,
    lost: &'c BTreeSet<&'static str>,
}

/// What errors have spoilt of one file.
#[derive(Default)]
struct Spoilt {
    spans: Vec<Range<usize>>,
    /// What the errors say.
    said: String,
    /// Where what they are about is written: many errors may be about the same bytes, which are searched once.
    written: Vec<Range<usize>>,
    /// The file could not be read: it may have said anything.
    anything: bool,
}

impl<'c> Broken<'c> {
    pub(super) fn new(compiled: &'c Compiled) -> Broken<'c> {
        let mut files: BTreeMap<Arc<str>, Spoilt> = BTreeMap::new();
        for error in compiled.diagnostics.iter().filter(|each| each.severity == Severity::Error) {
            let source = compiled.sources.files.get(&error.location.file);
            files.entry(error.location.file.clone()).or_default().add(error, source);
        }
        for spoilt in files.values_mut() {
            spoilt.written.sort_by_key(|span| (span.start, span.end));
            spoilt.written.dedup();
        }
        Broken { compiled, files, lost: &compiled.lost }
    }

    /// Whether the finding may be nothing but the consequence of an error.
    pub(super) fn may_explain(&self, found: &Found) -> bool {
        if self.files.is_empty() {
            return false;
        }
        let labels = found.labels.iter().map(|(spot, _)| spot);
        let spoilt = std::iter::once(&found.spot).chain(labels).any(|spot| {
            let at = self.compiled.sources.location(spot);
            let spans = self.files.get(&at.file).map_or(&[][..], |spoilt| &spoilt.spans);
            spans.iter().any(|span| span.start <= at.span.end && at.span.start <= span.end)
        });
        spoilt || found.doubts.iter().any(|doubt| self.justifies(doubt))
    }

    fn justifies(&self, doubt: &Doubt) -> bool {
        match doubt {
            Doubt::File(file) => self.files.contains_key(file),
            Doubt::Folder(folder) => self.files.keys().any(|file| file.starts_with(folder)),
            Doubt::Lost(noun) => self.lost.contains(noun),
            Doubt::Word(file, word) => {
                let mut files =
                    self.files.iter().filter(|(name, _)| file.as_ref().is_none_or(|it| it == *name));
                files.any(|(name, spoilt)| {
                    let text = self.compiled.sources.files.get(name).map_or("", |source| &source.text);
                    spoilt.may_say(text, word)
                })
            }
        }
    }
}

impl Spoilt {
    /// The whole item or key around an error: the rest of it is not to be trusted either. What the error has cut out of a
    /// file may have said anything that is written in it.
    fn add(&mut self, error: &Diagnostic, source: Option<&SourceFile>) {
        let Some(source) = source else {
            self.anything = true;
            return self.spans.push(0..usize::MAX);
        };
        let help = error.help.as_ref().map_or("", |help| help.en.as_str());
        self.said.extend([error.message.en.as_str(), "\n", help, "\n"]);
        let whole = 0..source.text.len();
        let root = source.root.as_ref().filter(|_| error.location.line > 0);
        let (span, written) = match root.map(|root| around(root, &error.location.span)) {
            Some(Some(span)) => (span.clone(), span),
            Some(None) => (lines(&source.text, &error.location.span), whole),
            None => (0..usize::MAX, whole),
        };
        self.spans.push(span);
        self.written.push(written);
    }

    fn may_say(&self, text: &str, word: &str) -> bool {
        let mut written = self.written.iter().filter_map(|span| text.get(span.clone()));
        self.anything || says(&self.said, word) || written.any(|written| says(written, word))
    }
}

/// The outermost item of a list that holds this, else the entry of the file that does.
fn around(root: &Node, span: &Range<usize>) -> Option<Range<usize>> {
    let NodeKind::Mapping(entries) = &root.kind else { return item_around(root, span).flatten() };
    let whole = |entry: &Entry| entry.key_span.start..entry.value.span.end;
    let entry = entries.iter().find(|entry| holds(&whole(entry), span))?;
    item_around(&entry.value, span).unwrap_or_else(|| Some(whole(entry)))
}

/// `None` where no list is on the way, and `Some(None)` where the item is cut out already.
fn item_around(node: &Node, span: &Range<usize>) -> Option<Option<Range<usize>>> {
    match &node.kind {
        NodeKind::Scalar { .. } => None,
        NodeKind::Sequence(items) => Some(items.iter().map(|it| it.span.clone()).find(|it| holds(it, span))),
        NodeKind::Mapping(entries) => {
            let entry = entries.iter().find(|entry| holds(&entry.value.span, span))?;
            item_around(&entry.value, span)
        }
    }
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn lines(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text.get(span.end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| span.end + at);
    start..end
}

/// Whether the word stands there by itself: `web` is not said by `web-primary`.
fn says(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}
