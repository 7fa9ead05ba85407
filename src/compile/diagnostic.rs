//! What is wrong with a config, and where.
//!
//! A check writes a [`Finding`] at a [`Spot`], which is a file and a JSON pointer. At the end,
//! [`Sources::locate`](super::source::Sources::locate) turns all of them into [`Diagnostic`]s with byte spans, lines
//! and columns.

use crate::language::words::Words;
use serde::Serialize;
use std::{ops::Range, sync::Arc};

/// Whether it stops the config from loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

/// One finding, located.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable: `OC015`.
    pub code: &'static str,
    pub severity: Severity,
    pub message: Words,
    pub location: Location,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    pub help: Option<Words>,
}

/// A range in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    pub file: Arc<str>,
    /// In bytes; empty at 0 for a finding about the file itself.
    pub span: Range<usize>,
    /// From 1; 0 for a finding about the file itself.
    pub line: usize,
    /// In characters, from 1; 0 for a finding about the file itself.
    pub column: usize,
}

/// Another place, with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub location: Location,
    pub message: Words,
}

/// A place in the sources: a file, a JSON pointer, and a part of the node it points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub file: Arc<str>,
    /// RFC 6901; empty means the whole document.
    pub pointer: String,
    pub part: Part,
}

/// A part of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Value,
    /// The key before the value.
    Key,
    /// The first line of an object: for something missing in it.
    FirstLine,
    /// This line of the file, from 1; the pointer is ignored.
    Line(u32),
    /// These bytes; the pointer is ignored.
    Bytes(usize, usize),
    /// The file itself.
    File,
}

/// A problem, not yet located.
#[derive(Clone, Debug)]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    pub message: Words,
    pub spot: Spot,
    pub labels: Vec<(Spot, Words)>,
    pub help: Option<Words>,
}

/// What stands for findings that are not listed, if there are any.
pub(super) fn more(code: &'static str, spot: Spot, count: usize) -> Option<Finding> {
    let findings = if count == 1 { "1 more finding is" } else { &format!("{count} more findings are") };
    let message = Words::new(
        format!("{findings} not listed here"),
        format!("ほかに {count} 件あり、ここには並べていません"),
    );
    let help = Words::new(
        "mend those that are, then run it again",
        "表示されたものを直してから、もう一度実行してください",
    );
    (count > 0).then(|| Finding::error(code, spot, message).help(help))
}

impl Spot {
    /// The root of a file.
    pub fn root(file: &Arc<str>) -> Spot {
        Spot { file: file.clone(), pointer: String::new(), part: Part::Value }
    }

    /// The file itself, whatever it contains.
    pub fn file(file: &Arc<str>) -> Spot {
        Spot { part: Part::File, ..Spot::root(file) }
    }

    /// A whole line.
    pub fn line(place: &crate::place::Place) -> Spot {
        Spot { part: Part::Line(place.line), ..Spot::root(&place.file) }
    }

    /// The value of a key.
    pub fn key(&self, key: &str) -> Spot {
        let key = key.replace('~', "~0").replace('/', "~1");
        Spot { file: self.file.clone(), pointer: format!("{}/{key}", self.pointer), part: Part::Value }
    }

    /// An item of a list.
    pub fn index(&self, index: usize) -> Spot {
        Spot { file: self.file.clone(), pointer: format!("{}/{index}", self.pointer), part: Part::Value }
    }

    /// The list that contains this item; itself if it is not an item.
    pub fn above_index(&self) -> Spot {
        let above = self.pointer.rsplit_once('/').map_or("", |(above, _)| above);
        Spot { file: self.file.clone(), pointer: above.to_owned(), part: Part::Value }
    }

    /// The object that has the key `key` on the path to this spot.
    pub fn above(&self, key: &str) -> Spot {
        let above = self.pointer.rsplit_once(&format!("/{key}/")).map_or("", |(above, _)| above);
        Spot { file: self.file.clone(), pointer: above.to_owned(), part: Part::Value }
    }

    /// Another part of the same node.
    pub fn on(&self, part: Part) -> Spot {
        Spot { part, ..self.clone() }
    }
}

impl Diagnostic {
    /// The order of findings.
    pub fn place(&self) -> (&str, usize, usize, &str) {
        let Location { file, span, .. } = &self.location;
        (file, span.start, span.end, self.code)
    }
}

impl Finding {
    pub fn error(code: &'static str, spot: Spot, message: impl Into<Words>) -> Finding {
        Finding::new(code, Severity::Error, spot, message.into())
    }

    pub fn warning(code: &'static str, spot: Spot, message: impl Into<Words>) -> Finding {
        Finding::new(code, Severity::Warning, spot, message.into())
    }

    pub fn label(mut self, spot: Spot, message: impl Into<Words>) -> Finding {
        self.labels.push((spot, message.into()));
        self
    }

    pub fn help(mut self, help: impl Into<Words>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Adds the help, if there is any.
    pub fn maybe_help(mut self, help: Option<impl Into<Words>>) -> Finding {
        self.help = help.map(Into::into);
        self
    }

    fn new(code: &'static str, severity: Severity, spot: Spot, message: Words) -> Finding {
        Finding { code, severity, message, spot, labels: Vec::new(), help: None }
    }
}
