//! A config directory: reads, compiles and checks it.

use super::report::human;
use super::spoken::told;
use super::{Exit, Output};
use crate::check;
use crate::compile::{Compiled, Diagnostic, Severity, Tree, compile};
use crate::config::Config;
use crate::git::files::read_dir;
use crate::language::failed::{no_config_in, no_folder};
use crate::server::clock::Clock;
use anyhow::Result;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// The last argument of every command that reads a config.
#[derive(Clone, Debug, clap::Args)]
pub struct Directory {
    /// The config directory: the one with oncall.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// The contents of a config directory.
#[derive(Debug)]
pub struct Loaded {
    pub tree: Tree,
    pub compiled: Compiled,
}

impl Directory {
    pub fn load(&self) -> Result<Loaded> {
        load(&self.dir)
    }
}

/// Reads and compiles a directory. Fails if it cannot be read or is not a config directory.
pub fn load(dir: &Path) -> Result<Loaded> {
    if !dir.exists() {
        return Err(told(no_folder(&dir.display().to_string())).into());
    }
    let tree = read_dir(dir)?;
    let none = !dir.join("oncall.yaml").exists() && !tree.files.contains_key("oncall.yml");
    if none && !tree.unread.contains_key("oncall.yaml") {
        return Err(told(no_config_in(&dir.display().to_string())).into());
    }
    let compiled = compile(&tree);
    Ok(Loaded { tree, compiled })
}

impl Loaded {
    /// The config, or an answer that says what is wrong with it.
    pub fn config(&self) -> Result<&Config, Output> {
        self.compiled.config.as_ref().ok_or_else(|| {
            let errors: Vec<Diagnostic> = self
                .compiled
                .diagnostics
                .iter()
                .filter(|it| it.severity == Severity::Error)
                .cloned()
                .collect();
            Output {
                out: String::new(),
                err: human(&self.tree, &errors, self.compiled.language),
                exit: Exit::Config,
            }
        })
    }

    /// Every finding, including those of the checks, sorted by file and position.
    pub fn findings(&self, today: Timestamp) -> Vec<Diagnostic> {
        let mut findings = self.compiled.diagnostics.clone();
        findings.extend(check::run(&self.compiled, Some(today)));
        findings.sort_by(|a, b| a.place().cmp(&b.place()));
        findings
    }
}

/// The current time.
pub fn now() -> Timestamp {
    Clock::wall().now()
}
