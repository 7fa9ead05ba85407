//! From the files of a commit to a [`Config`], or to everything that is wrong with them.
//!
//! `yaml` reads, `schema` and `shape` compare with the JSON Schema, `document` is the result as written, and the
//! resolvers turn text into values and names into references. What is found depends on the tree alone: never on
//! the date, never on the environment; both are for [`check`](crate::check). A file with mistakes still defines
//! its id, and a wrong node is cut out, so that one mistake is one finding.

pub mod code;
mod comments;
mod diagnostic;
mod expectation;
mod fields;
mod integration;
mod layout;
mod matcher;
mod organisation;
mod overrides;
mod policy;
mod read;
mod render;
mod resolve;
mod rotation;
mod schedule;
mod schema;
mod service;
mod shape;
mod silence;
mod source;
mod suggest;
mod tree;
mod user;
mod value;
mod window;
mod yaml;

pub use comments::comments;
pub use diagnostic::{Diagnostic, Finding, Label, Location, Part, Severity, Spot};
pub use expectation::{Expectation, Expected, ExpectedAlert, Never};
pub use layout::is_not_text;
pub use render::{render_human, render_json};
pub use source::{Source, Sources};
pub use tree::{FILE_MAX, FILES_MAX, Tree};
pub use yaml::{Entry, Node, NodeKind};

use crate::config::Config;

/// What a tree means.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `None` if there is an error.
    pub config: Option<Config>,
    /// Sorted by file and position.
    pub diagnostics: Vec<Diagnostic>,
    /// Those that could be read.
    pub expectations: Vec<Expectation>,
    /// Where everything is written, for whoever finds something later.
    pub sources: Sources,
}

/// Compiles a tree. It never fails otherwise than by its diagnostics.
pub fn compile(tree: &Tree) -> Compiled {
    let (documents, sources, mut findings) = read::read(tree);
    let resolved = resolve::resolve(&documents, &sources, tree);
    findings.extend(resolved.findings);
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    let config = resolved.config.filter(|_| !broken);
    let diagnostics = sources.locate(findings);
    Compiled { config, diagnostics, expectations: resolved.expectations, sources }
}
