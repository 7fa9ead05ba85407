//! Compiles the files of a commit into a [`Config`], or reports everything wrong with them.
//!
//! `yaml` parses, `schema` and `shape` compare with the JSON Schema, `document` holds the result as written, and the
//! resolvers turn text into values and names into references. The findings depend only on the tree, never on the date
//! or the environment; both are left to [`check`](crate::check). A file with mistakes still defines its id, and a
//! wrong node is cut out, so that one mistake gives one finding.

mod access;
mod calls;
pub mod code;
mod comments;
mod diagnostic;
mod event_rule;
mod expectation;
mod expected;
mod fields;
mod handoff;
mod inhibition;
mod instants;
mod integration;
mod layout;
mod mail;
mod masked;
mod matcher;
mod noise;
mod organisation;
mod overrides;
mod policy;
mod read;
mod reference;
mod render;
mod resolve;
mod rooms;
mod rotation;
mod schedule;
mod schema;
mod service;
mod shape;
mod silence;
mod sops;
mod source;
mod spoken;
mod suggest;
mod ticket;
mod tree;
mod twilio;
mod typed;
mod unfit;
mod user;
mod value;
mod web;
mod window;
mod written;
mod yaml;

pub use comments::comments;
pub use diagnostic::{Diagnostic, Finding, Label, Location, Part, Severity, Spot};
pub use expected::{Expectation, Expected, ExpectedAlert, Never};
pub use handoff::day_of_handoff;
pub use layout::is_not_text;
pub use render::{render_human, render_json};
pub use source::{SourceFile, Sources};
pub use suggest::nearest;
pub use tree::{FILE_MAX, FILES_MAX, FOLDERS_MAX, TREE_BYTES_MAX, Tree, Unread};
pub use value::why_no_date;
pub use written::example as written_example;
pub use yaml::{Entry, Node, NodeKind, Parsed, Problem, parse};

use crate::config::Config;
use crate::language::Language;
use schema::Schemas;
use std::collections::BTreeSet;

/// The most findings of one tree that are listed; the rest are counted.
pub const FINDINGS_MAX: usize = 1_000;

/// The result of compiling a tree.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `None` if there is an error.
    pub config: Option<Config>,
    /// What is left of a config with errors. Only for the checks, so that one pass finds every mistake.
    pub draft: Option<Config>,
    /// Names in references that resemble nothing in the config: `user`, `schedule`, …
    pub lost: BTreeSet<&'static str>,
    /// Sorted by file and position.
    pub diagnostics: Vec<Diagnostic>,
    /// The expectations that could be read.
    pub expectations: Vec<Expectation>,
    /// Where everything is written, for code that finds problems later.
    pub sources: Sources,
    /// The repository's, in which its findings are read: that of `oncall.yaml`, however much of it is wrong.
    pub language: Language,
}

/// The schemas, built once for callers that compile often: building them takes longer than compiling a small config.
#[derive(Debug)]
pub struct Compiler {
    schemas: Schemas,
}

/// Compiles a tree. Never fails; errors are in its diagnostics.
pub fn compile(tree: &Tree) -> Compiled {
    Compiler::new().compile(tree)
}

impl Compiler {
    #[expect(clippy::new_without_default, reason = "it costs milliseconds, which a default should not")]
    pub fn new() -> Compiler {
        Compiler { schemas: schema::schemas() }
    }

    /// The same as [`compile`].
    pub fn compile(&self, tree: &Tree) -> Compiled {
        compile_with(&self.schemas, tree)
    }
}

fn compile_with(schemas: &Schemas, tree: &Tree) -> Compiled {
    let language = language_of(tree);
    if let Some((path, unread)) = tree.unread.iter().find(|(_, unread)| unread.ends()) {
        let sources = Sources::default();
        let diagnostics = sources.locate(vec![unread.finding(path)]);
        let (draft, lost, expectations) = (None, BTreeSet::new(), Vec::new());
        return Compiled { config: None, draft, lost, diagnostics, expectations, sources, language };
    }
    let (documents, sources, mut findings) = read::read(tree, schemas);
    let mut resolved = resolve::resolve(&documents, &sources, tree);
    findings.append(&mut resolved.findings);
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    let config = resolved.config.take();
    let (config, draft) = if broken { (None, config) } else { (config, None) };
    let more = findings.len().saturating_sub(FINDINGS_MAX);
    findings.truncate(FINDINGS_MAX);
    findings.extend(diagnostic::more(code::UNREADABLE, Spot::file(&".".into()), more));
    let mut diagnostics = sources.locate(findings);
    typed::explain(&mut diagnostics, &sources);
    let resolve::Resolved { lost, expectations, .. } = resolved;
    Compiled { config, draft, lost, diagnostics, expectations, sources, language }
}

/// The repository's language. Read from the line itself, because what is wrong with the file is told in this language, too.
pub fn language_of(tree: &Tree) -> Language {
    let file = ["oncall.yaml", "oncall.yml"].iter().find_map(|path| tree.files.get(*path));
    let text = file.map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("language"));
    let value = lines.next().map(|rest| rest.trim_start_matches([':', '：', ' ', '\u{3000}', '"', '\'']));
    if value.is_some_and(|value| value.starts_with("ja")) { Language::Ja } else { Language::En }
}
