//! Trees of files for tests: the base with a patch, and the example company.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding")]

use oncall::check;
use oncall::check::expectations::unmet;
use oncall::compile::{self, Tree};
use std::path::Path;

/// The least that is valid.
const BASE: &str = include_str!("base.txt");
/// When the cases are looked at: noon in Tokyo.
const TODAY: &str = "2026-11-23T12:00:00+09:00";

pub fn findings(tree: &Tree) -> String {
    compile::render_human(tree, &diagnostics(tree), false)
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

pub fn tree(patch: &str) -> Tree {
    let mut tree = Tree::default();
    for text in [BASE, patch] {
        for part in format!("\n{text}").split("\n--- ").skip(1) {
            let (path, body) = part.split_once('\n').unwrap_or((part, ""));
            match path.strip_suffix(" (deleted)") {
                Some(path) => drop(tree.files.remove(path)),
                None => drop(tree.files.insert(path.to_owned(), bytes(body))),
            }
        }
    }
    tree
}

/// A case is text; `\xFF` in it is that byte, `\t` a tab and `\r` a carriage return.
fn bytes(body: &str) -> Vec<u8> {
    let text = body.replace("\\t", "\t").replace("\\r", "\r") + "\n";
    let mut bytes = Vec::new();
    for (index, piece) in text.split("\\xFF").enumerate() {
        if index > 0 {
            bytes.push(0xFF);
        }
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes
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
