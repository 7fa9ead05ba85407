//! What is found, in the language of the repository: the same cases in Japanese, and no finding without it.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

use crate::case::tree;
use crate::checks::block;
use crate::tree::{diagnostics, findings_in};
use oncall::check::explain;
use oncall::compile::{Diagnostic, Tree, compile};
use oncall::document::Kind;
use oncall::language::words::Words;
use oncall::language::{Language, findings};
use serde_json::Value;

#[test]
fn cases_in_japanese() {
    insta::glob!("../configs", "*.case", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../configs/ja", omit_expression => true }, {
            insta::assert_snapshot!(findings_in(&tree(&text), Language::Ja));
        });
    });
}

/// Keys, ids and YAML stay as they are; whatever else a finding says is Japanese.
#[test]
fn every_finding_is_said_in_japanese() {
    let examples =
        explain::table().into_iter().map(|line| tree(&block(explain::long(line.code).unwrap(), "wrong")));
    let files = std::fs::read_dir("tests/configs").unwrap().map(|file| file.unwrap().path());
    let cases = files.filter(|path| path.extension().is_some_and(|end| end == "case"));
    let cases = cases.map(|path| tree(&std::fs::read_to_string(path).unwrap()));
    let mut english: Vec<String> = examples.chain(cases).flat_map(|tree| left_in_english(&tree)).collect();
    english.dedup();
    assert!(english.is_empty(), "{}", english.join("\n"));
}

fn left_in_english(tree: &Tree) -> Vec<String> {
    let words = |finding: &Diagnostic| {
        let labels = finding.labels.iter().map(|label| label.message.clone());
        let all: Vec<Words> =
            [finding.message.clone()].into_iter().chain(labels).chain(finding.help.clone()).collect();
        all
    };
    let found = diagnostics(tree);
    let english = found.iter().flat_map(words).filter(|words| !is_japanese(&words.ja));
    english.map(|words| format!("{} | {}", words.en, words.ja)).collect()
}

/// Something in it is, unless all of it is a piece of YAML.
fn is_japanese(text: &str) -> bool {
    let prose: String = text.split('`').step_by(2).collect();
    let japanese = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    prose.chars().any(japanese) || !prose.chars().any(char::is_alphabetic)
}

#[test]
fn every_code_is_explained_in_japanese() {
    for line in explain::table() {
        let (title, meaning) = explain::in_japanese(line.code).unwrap_or_else(|| panic!("{}", line.code));
        assert!(is_japanese(title) && is_japanese(meaning), "{}: {title}", line.code);
        let text = explain::text(line.code, Language::Ja).unwrap();
        let parts = [title, "誤った例:", "正しい例:"];
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
    let sections = include_str!("../../docs/ja/checks.md").matches("\n## OC").count();
    assert_eq!(sections, explain::table().len(), "docs/ja/checks.md and the tables");
}

/// What a schema says when its pattern refuses a text.
#[test]
fn every_pattern_of_the_schemas_says_in_japanese_what_it_wants() {
    fn said<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
        match value {
            Value::Object(object) => {
                into.extend(object.get("patternErrorMessage").and_then(Value::as_str));
                object.values().for_each(|value| said(value, into));
            }
            Value::Array(items) => items.iter().for_each(|value| said(value, into)),
            _ => {}
        }
    }
    for kind in Kind::ALL {
        let root = kind.schema();
        let mut all = Vec::new();
        said(&root, &mut all);
        for half in all.into_iter().flat_map(|said| said.split("; ")) {
            assert!(is_japanese(findings::of_schema(half)), "{half}");
        }
    }
}

/// However much of `oncall.yaml` is wrong, its language is known.
#[test]
fn the_language_is_that_of_the_repository() {
    let language = |text: &str| compile(&tree(&format!("--- oncall.yaml\n{text}"))).language;
    assert_eq!(language("language: ja\n"), Language::Ja);
    assert_eq!(language("time_zone: [\nlanguage: \"ja\"  # the team's\n"), Language::Ja);
    assert_eq!(language("language：ja\n"), Language::Ja);
    assert_eq!(language("language: en\n"), Language::En);
    assert_eq!(compile(&Tree::default()).language, Language::En);
}
