//! Which trees go into force: what `validate` refuses is refused, save what was in force when the server ended.
//!
//! A release may know a check that the last one did not, and an upgrade must not stop a pager: so what was in force is taken
//! again as far as it can be read, and what speaks against it is told. Unmet expectations refuse nothing here.

use crate::check;
use crate::compile::{Compiled, Diagnostic, Tree, compile, render_human};
use crate::config::Config;
use crate::language::Language;
use anyhow::{Context, Result, anyhow};

/// How many findings of a broken commit are told.
const FINDINGS_TOLD_MAX: usize = 5;

/// What speaks against a config that is in force all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objections {
    /// The first findings, as people read them.
    pub findings: String,
    /// Part of it could not be read, and is missing.
    pub partial: bool,
}

/// The config, if nothing speaks against it; an error holds the first findings as people read them.
pub fn judge(tree: &Tree) -> Result<Config> {
    let compiled = compile(tree);
    let errors = check::errors(&compiled);
    match compiled.config.filter(|_| errors.is_empty()) {
        Some(config) => Ok(config),
        None => {
            let count = errors.len();
            let noun = if count == 1 { "error" } else { "errors" };
            Err(anyhow!(told(tree, errors, compiled.language))).context(format!("{count} {noun}"))
        }
    }
}

/// The same for what was in force before: only where nothing of it can be read it is an error.
pub fn judge_again(tree: &Tree) -> Result<(Config, Option<Objections>)> {
    let compiled = compile(tree);
    let errors = check::errors(&compiled);
    let Compiled { config, draft, language, .. } = compiled;
    let partial = config.is_none();
    let objections =
        (!errors.is_empty()).then(|| Objections { findings: told(tree, errors.clone(), language), partial });
    match config.or(draft) {
        Some(config) => Ok((config, objections)),
        None => Err(anyhow!(told(tree, errors, language))),
    }
}

fn told(tree: &Tree, mut errors: Vec<Diagnostic>, language: Language) -> String {
    let count = errors.len();
    errors.truncate(FINDINGS_TOLD_MAX);
    let shown = render_human(tree, &errors, language, false);
    match count.saturating_sub(FINDINGS_TOLD_MAX) {
        0 => shown,
        more if language == Language::Ja => format!("{shown}\n… ほか {more} 件"),
        more => format!("{shown}\n… and {more} more"),
    }
}
