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
use std::collections::BTreeSet;

#[test]
fn cases_in_japanese() {
    insta::glob!("../configs", "*.case", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../configs/ja", omit_expression => true }, {
            insta::assert_snapshot!(findings_in(&tree(&text), Language::Ja));
        });
    });
}

/// Keys, ids and YAML stay as they are; whatever else a finding says is Japanese, with no space too many or too few.
#[test]
fn every_finding_is_said_in_japanese() {
    let said = |tree| said_of(&tree).into_iter().filter(|words| !is_japanese(&words.ja) || is_odd(&words.ja));
    let wrong = wrong_trees().flat_map(said).map(|words| format!("{} | {}", words.en, words.ja));
    let wrong: BTreeSet<String> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every tree that is wrong: the examples of the checks, and the cases.
fn wrong_trees() -> impl Iterator<Item = Tree> {
    let examples =
        explain::table().into_iter().map(|line| tree(&block(explain::long(line.code).unwrap(), "wrong")));
    let files = std::fs::read_dir("tests/configs").unwrap().map(|file| file.unwrap().path());
    let cases = files.filter(|path| path.extension().is_some_and(|end| end == "case"));
    examples.chain(cases.map(|path| tree(&std::fs::read_to_string(path).unwrap())))
}

fn said_of(tree: &Tree) -> Vec<Words> {
    let words = |finding: &Diagnostic| {
        let labels = finding.labels.iter().map(|label| label.message.clone());
        let all: Vec<Words> =
            [finding.message.clone()].into_iter().chain(labels).chain(finding.help.clone()).collect();
        all
    };
    diagnostics(tree).iter().flat_map(words).collect()
}

#[test]
fn a_space_too_many_or_too_few_is_found() {
    for text in [" Slack を", "電話 ", "場所に  Git", "場所にGit", "Slackを", "（ Slack ）", "`a`を", "を`a`"]
    {
        assert!(is_odd(text), "{text}");
    }
    for text in ["Slack を使う設定", "3 つ、`a` と `b`（`c`）。", "2026-11-23（月）12:00 から"]
    {
        assert!(!is_odd(text), "{text}");
    }
}

/// Between Japanese and what is not there is one space, at the ends and beside brackets and stops none. What an expectation shows
/// beside what happens is in columns, and is none of that.
fn is_odd(text: &str) -> bool {
    let kana =
        |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let latin = |c: char| c.is_ascii_alphabetic() || c == '`';
    let stop = |c: char| "（）「」、。".contains(c);
    let mut code = false;
    let mut pairs = text.chars().zip(text.chars().skip(1));
    let odd = pairs.any(|(a, b)| {
        code ^= a == '`';
        let inside = code && a != '`';
        !inside
            && ((a == ' ' && (b == ' ' || stop(b)))
                || (stop(a) && b == ' ')
                || (kana(a) && latin(b))
                || (!code && latin(a) && kana(b)))
    });
    !text.contains('\n') && (odd || text != text.trim())
}

/// Something in it is, unless all of it is a piece of YAML.
fn is_japanese(text: &str) -> bool {
    let prose: String = text.split('`').step_by(2).collect();
    let japanese = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    prose.chars().any(japanese) || !prose.chars().any(char::is_alphabetic)
}

/// Three English words in a row are a sentence that nobody has translated, unless they are code or quoted.
#[test]
fn no_finding_and_no_explanation_has_an_english_sentence() {
    let said = wrong_trees().flat_map(|tree| said_of(&tree)).map(|words| words.ja);
    let explained = explain::table().into_iter().map(|line| {
        let text = explain::text(line.code, Language::Ja).unwrap();
        let prose = text.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>();
        prose.join("\n")
    });
    let english: BTreeSet<String> = said.chain(explained).filter(|text| is_english(text)).collect();
    assert!(english.is_empty(), "{english:#?}");
    assert!(is_english("このテンプレートは動きません: filter titel is unknown"), "the rule finds one");
}

fn is_english(text: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let quoted = |line: &str| line.split(['「', '」']).step_by(2).collect::<Vec<_>>().join("・");
    let prose = text.lines().map(|line| quoted(&line.split('`').step_by(2).collect::<Vec<_>>().join("・")));
    // A diff of what an expectation says and what happens is in columns of names.
    prose.filter(|line| !line.contains("  ")).any(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        words.windows(3).any(|three| three.iter().all(is_word))
    })
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
