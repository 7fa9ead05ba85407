//! Reads every file of the tree: what kind it is, and its document.

use super::code;
use super::diagnostic::{self, Finding, Part, Spot};
use super::layout::{self, Meaning};
use super::schema::Schemas;
use super::source::{SourceFile, Sources};
use super::tree::{FILE_MAX, FILES_MAX, Tree};
use super::{shape, typed, yaml};
use crate::config::Id;
use crate::document::{self, Kind};
use crate::language::words::Words;
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, sync::Arc};

/// A file of one kind. It defines its id even if it could not be read.
#[derive(Debug)]
pub(super) struct File<T> {
    pub(super) id: Id,
    pub(super) at: Spot,
    pub(super) document: Option<T>,
}

/// Every document, as written.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) organisation: Option<File<document::Organisation>>,
    pub(super) users: BTreeMap<Id, File<document::User>>,
    pub(super) schedules: BTreeMap<Id, File<document::Schedule>>,
    pub(super) policies: BTreeMap<Id, File<document::EscalationPolicy>>,
    pub(super) services: BTreeMap<Id, File<document::Service>>,
    pub(super) integrations: BTreeMap<Id, File<document::Integration>>,
    pub(super) business_hours: BTreeMap<Id, File<document::BusinessHours>>,
    pub(super) holidays: BTreeMap<Id, File<Vec<document::Holiday>>>,
    pub(super) overrides: Vec<File<Vec<document::Override>>>,
    pub(super) silences: Vec<File<Vec<document::Silence>>>,
    pub(super) inhibitions: Vec<File<Vec<document::Inhibition>>>,
    pub(super) expectations: Vec<File<Vec<document::Expectation>>>,
    /// The paths below `runbooks/`.
    pub(super) runbooks: Vec<String>,
}

impl Documents {
    /// An object of which only the id is known.
    fn define(&mut self, kind: Kind, id: Id, at: &Spot) {
        match kind {
            Kind::Organisation => self.organisation = Some(File::unread(id, at)),
            Kind::User => drop(self.users.insert(id.clone(), File::unread(id, at))),
            Kind::Schedule => drop(self.schedules.insert(id.clone(), File::unread(id, at))),
            Kind::EscalationPolicy => drop(self.policies.insert(id.clone(), File::unread(id, at))),
            Kind::Service => drop(self.services.insert(id.clone(), File::unread(id, at))),
            Kind::Integration => drop(self.integrations.insert(id.clone(), File::unread(id, at))),
            Kind::BusinessHours => drop(self.business_hours.insert(id.clone(), File::unread(id, at))),
            Kind::Holidays => drop(self.holidays.insert(id.clone(), File::unread(id, at))),
            // No reference names these.
            Kind::Overrides | Kind::Silences | Kind::Inhibitions | Kind::Expectations => {}
        }
    }
}

impl<T> File<T> {
    fn unread(id: Id, at: &Spot) -> File<T> {
        File { id, at: at.clone(), document: None }
    }
}

pub(super) fn read(tree: &Tree, schemas: &Schemas) -> (Documents, Sources, Vec<Finding>) {
    let mut reader = TreeReader {
        schemas,
        documents: Documents::default(),
        sources: Sources::default(),
        findings: Vec::new(),
        meant: Vec::new(),
    };
    for (path, bytes) in tree.files.iter().take(FILES_MAX) {
        reader.file(path, bytes);
    }
    for (path, unread) in &tree.unread {
        reader.findings.push(unread.finding(path));
        reader.defined(path);
    }
    // What a misplaced file would define is not missing as well: the place is all that is wrong.
    for path in std::mem::take(&mut reader.meant) {
        if !tree.files.contains_key(&path) && !tree.unread.contains_key(&path) {
            reader.defined(&path);
        }
    }
    if tree.files.len() > FILES_MAX {
        let root = Spot::file(&Arc::from("."));
        reader.findings.push(Finding::error(
            code::UNREADABLE,
            root,
            Words::new(
                format!("more than {FILES_MAX} files"),
                format!("ファイルが {FILES_MAX} 個を超えています"),
            ),
        ));
    }
    (reader.documents, reader.sources, reader.findings)
}

struct TreeReader<'a> {
    schemas: &'a Schemas,
    documents: Documents,
    sources: Sources,
    findings: Vec<Finding>,
    /// Paths that files were meant to have.
    meant: Vec<String>,
}

impl TreeReader<'_> {
    fn file(&mut self, path: &str, bytes: &[u8]) {
        match layout::meaning(path) {
            Meaning::Object { kind, id } => self.object(kind, id, &Arc::from(path), bytes),
            Meaning::Runbook(below) => self.documents.runbooks.push(below),
            Meaning::Wrong { finding, meant } => {
                self.findings.push(*finding);
                self.unread(path, bytes);
                self.meant.extend(meant);
            }
            Meaning::LeftAlone => {}
        }
    }

    /// A file that could not be read still defines its id, so that references to it are not reported as missing.
    fn defined(&mut self, path: &str) {
        let (at, documents) = (Spot::root(&Arc::from(path)), &mut self.documents);
        match layout::meaning(path) {
            Meaning::Runbook(below) => documents.runbooks.push(below),
            Meaning::Object { kind, id } => documents.define(kind, id, &at),
            Meaning::Wrong { .. } | Meaning::LeftAlone => {}
        }
    }

    /// A file that is not read may contain what another one refers to.
    fn unread(&mut self, path: &str, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= FILE_MAX);
        let source = text.map(|text| SourceFile::new(text.to_owned()));
        self.sources.files.extend(source.map(|source| (Arc::from(path), source)));
    }

    fn object(&mut self, kind: Kind, id: Id, file: &Arc<str>, bytes: &[u8]) {
        match kind {
            Kind::Organisation => self.documents.organisation = Some(self.document(kind, id, file, bytes)),
            Kind::User => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.users.insert(id, read);
            }
            Kind::Schedule => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.schedules.insert(id, read);
            }
            Kind::EscalationPolicy => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.policies.insert(id, read);
            }
            Kind::Service => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.services.insert(id, read);
            }
            Kind::Integration => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.integrations.insert(id, read);
            }
            Kind::BusinessHours => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.business_hours.insert(id, read);
            }
            Kind::Holidays => {
                let read = self.document(kind, id.clone(), file, bytes);
                self.documents.holidays.insert(id, read);
            }
            Kind::Overrides => {
                let read = self.document(kind, id, file, bytes);
                self.documents.overrides.push(read);
            }
            Kind::Silences => {
                let read = self.document(kind, id, file, bytes);
                self.documents.silences.push(read);
            }
            Kind::Inhibitions => {
                let read = self.document(kind, id, file, bytes);
                self.documents.inhibitions.push(read);
            }
            Kind::Expectations => {
                let read = self.document(kind, id, file, bytes);
                self.documents.expectations.push(read);
            }
        }
    }

    fn document<T: DeserializeOwned>(
        &mut self,
        kind: Kind,
        id: Id,
        file: &Arc<str>,
        bytes: &[u8],
    ) -> File<T> {
        let at = Spot::root(file);
        let document = self.text(file, bytes).and_then(|text| self.parse(kind, file, text));
        File { id, at, document }
    }

    fn text(&mut self, file: &Arc<str>, bytes: &[u8]) -> Option<String> {
        let message = if bytes.len() > FILE_MAX {
            let size = FILE_MAX / 1024;
            Words::new(
                format!("this file is larger than {size} KiB"),
                format!("ファイルが {size} KiB を超えています"),
            )
        } else {
            match std::str::from_utf8(bytes) {
                Ok(text) => return Some(text.to_owned()),
                Err(error) => {
                    let byte = error.valid_up_to() + 1;
                    Words::new(
                        format!("this file is not UTF-8: byte {byte} is wrong"),
                        format!("ファイルが UTF-8 ではありません（{byte} バイト目）"),
                    )
                }
            }
        };
        self.findings.push(Finding::error(code::UNREADABLE, Spot::file(file), message));
        None
    }

    fn parse<T: DeserializeOwned>(&mut self, kind: Kind, file: &Arc<str>, text: String) -> Option<T> {
        let parsed = yaml::parse(&text);
        let marks = match typed::conflict(file, &text) {
            Some(conflict) => vec![conflict],
            None => typed::marks(file, &text, &parsed),
        };
        if !marks.is_empty() {
            self.findings.extend(marks);
            self.sources.files.insert(file.clone(), SourceFile::unread(text));
            return None;
        }
        for problem in &parsed.problems {
            let spot = |span: &std::ops::Range<usize>| Spot::root(file).on(Part::Bytes(span.start, span.end));
            let mut finding = Finding::error(problem.code, spot(&problem.span), problem.message.clone());
            if let Some((span, label)) = &problem.label {
                finding = finding.label(spot(span), label.clone());
            }
            self.findings.push(finding.maybe_help(problem.help.clone()));
        }
        self.findings.extend(diagnostic::more(code::SYNTAX, Spot::file(file), parsed.more_problems));
        if parsed.root.is_none() && parsed.problems.is_empty() {
            self.findings.push(Finding::error(
                code::SHAPE,
                Spot::file(file),
                Words::new("this file is empty", "ファイルが空です"),
            ));
        }
        let schema = self.schemas.get(&kind)?;
        let mut source = SourceFile::new(text);
        let document = shape::document(file, &mut source, parsed, schema, &mut self.findings);
        source.incomplete |= document.is_none();
        self.sources.files.insert(file.clone(), source);
        document
    }
}
