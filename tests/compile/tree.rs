//! Trees of files for tests: the base with a patch, and the example company.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use oncall::check;
use oncall::check::expectations::unmet;
use oncall::compile::{self, Tree};
use oncall::language::Language;
use std::path::Path;

/// When the cases are looked at: noon in Tokyo.
const TODAY: &str = "2026-11-23T12:00:00+09:00";

pub fn findings(tree: &Tree) -> String {
    findings_in(tree, Language::En)
}

pub fn findings_in(tree: &Tree, language: Language) -> String {
    compile::render_human(tree, &diagnostics(tree), language, false)
}

pub fn diagnostics(tree: &Tree) -> Vec<compile::Diagnostic> {
    let compiled = compile::compile(tree);
    let broken = compiled.diagnostics.iter().any(|each| each.severity == compile::Severity::Error);
    assert_eq!(compiled.config.is_none(), broken, "a config is there exactly if there is no error");
    let mut all = compiled.diagnostics.clone();
    all.extend(check::run(&compiled, Some(TODAY.parse().unwrap())));
    all.extend(unmet(&compiled));
    all
}

pub fn example() -> Tree {
    let mut tree = Tree::default();
    read_into(&mut tree, Path::new("example-config"), "");
    tree
}

fn read_into(tree: &mut Tree, folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            read_into(tree, &entry.path(), &format!("{path}/"));
        } else {
            tree.files.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}
