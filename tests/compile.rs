//! Trees of files to what `compile` and `check` say about them.
//!
//! A case in `tests/configs/*.case` is a patch of [`BASE`]: `--- path` begins a file, which replaces that of the base or
//! is added to it; `--- path (deleted)` takes one out. The rendered findings are the snapshot beside it.

use oncall::compile::{self, Tree};
use oncall::{check, document};
use std::collections::BTreeSet;
use std::path::Path;

/// The least that is valid.
const BASE: &str = include_str!("configs/base.txt");
/// When the cases are looked at: noon in Tokyo.
const TODAY: &str = "2026-11-23T12:00:00+09:00";

#[test]
fn cases() {
    insta::glob!("configs/*.case", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "configs", omit_expression => true }, {
            insta::assert_snapshot!(findings(&tree(&text)));
        });
    });
}

#[test]
fn the_base_and_the_example_are_fine() {
    assert_eq!(findings(&tree("")), "0 errors, 0 warnings\n");
    assert_eq!(findings(&example()), "0 errors, 0 warnings\n");
}

#[test]
fn every_code_has_a_case() {
    let mut shown = BTreeSet::new();
    for entry in std::fs::read_dir("tests/configs").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "case") {
            let text = std::fs::read_to_string(&path).unwrap();
            shown.extend(diagnostics(&tree(&text)).into_iter().map(|diagnostic| diagnostic.code));
        }
    }
    let tables = compile::code::CODES.iter().map(|(code, _)| *code);
    let known: BTreeSet<&str> = tables.chain(check::CHECKS.iter().map(|check| check.code)).collect();
    let without: Vec<_> = known.iter().filter(|code| !shown.contains(**code)).collect();
    assert!(without.is_empty(), "no case shows {without:?}");
    let unknown: Vec<_> = shown.iter().filter(|code| !known.contains(**code)).collect();
    assert!(unknown.is_empty(), "not in a table: {unknown:?}");
}

/// `UPDATE_SCHEMAS=1 cargo test --test compile` writes them.
#[test]
fn schemas_are_current() {
    for (name, text) in document::schemas() {
        let path = Path::new("schema").join(&name);
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some(&*text), "{name} is not current");
    }
}

fn findings(tree: &Tree) -> String {
    compile::render_human(tree, &diagnostics(tree), false)
}

fn diagnostics(tree: &Tree) -> Vec<compile::Diagnostic> {
    let compiled = compile::compile(tree);
    let broken = compiled.diagnostics.iter().any(|each| each.severity == compile::Severity::Error);
    assert_eq!(compiled.config.is_none(), broken, "a config is there exactly if there is no error");
    let mut all = compiled.diagnostics.clone();
    all.extend(check::run(&compiled, Some(TODAY.parse().unwrap())));
    all
}

fn tree(patch: &str) -> Tree {
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

fn example() -> Tree {
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
