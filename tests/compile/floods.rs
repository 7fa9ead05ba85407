//! More mistakes than anybody can read: the first are listed, the rest counted, in a time that grows with the text alone.

use crate::tree;
use crate::tree::diagnostics;
use oncall::compile::{Compiled, FINDINGS_MAX, compile};

fn with(path: &str, text: String) -> Compiled {
    let mut tree = tree("");
    tree.files.insert(path.to_owned(), text.into_bytes());
    compile(&tree)
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// 90,000 keys that nobody knows, in a file of 1 MiB.
#[test]
fn keys_that_nobody_knows() {
    let text = format!("name: Web\nescalation_policy: team\n{}", lines(90_000, |n| format!("k{n}: 1\n")));
    let compiled = with("services/flood.yaml", text);
    let said: Vec<&str> = compiled.diagnostics.iter().map(|it| it.message.en.as_str()).collect();
    assert_eq!((said.len(), said[0]), (51, "89950 more findings are not listed here"));
    assert_eq!((said[1], said[50]), ("unknown key `k0`", "unknown key `k49`"));
    assert!(compiled.config.is_none());
}

/// The same in a list: what is wrong is cut out of it, and the rest is read.
#[test]
fn items_that_have_no_shape() {
    let text = format!(
        "name: Web\nescalation_policy: team\ninform:\n{}  - {{ after: 1m, user: nobody-known, by: slack }}\n",
        lines(90_000, |n| format!("  - k{n}\n"))
    );
    let compiled = with("services/flood.yaml", text);
    let said: Vec<&str> = compiled.diagnostics.iter().map(|it| it.message.en.as_str()).collect();
    assert_eq!((said.len(), said[0]), (52, "89950 more findings are not listed here"));
    assert!(said.contains(&"no user `nobody-known`"), "{said:?}");
}

/// Keys that are there twice, and keys without a value.
#[test]
fn keys_twice_and_keys_without_a_value() {
    let twice = lines(40_000, |n| format!("k{n}: 1\nk{n}: 2\n"));
    let messages = |text: String| -> Vec<String> {
        with("services/flood.yaml", text).diagnostics.into_iter().map(|it| it.message.en).collect()
    };
    let said = messages(format!("name: Web\nescalation_policy: team\n{twice}"));
    assert!(said.iter().any(|it| it == "39950 more findings are not listed here"), "{:?}", &said[..3]);
    let said =
        messages(format!("name: Web\nescalation_policy: team\n{}", lines(60_000, |n| format!("k{n}:\n"))));
    assert_eq!((said.len(), said[0].as_str()), (51, "59950 more findings are not listed here"));
}

/// Names that lead nowhere, in one file and in all: so many are listed, whatever finds them.
#[test]
fn names_that_lead_nowhere() {
    let text = format!(
        "name: Web\nescalation_policy: team\ninform:\n{}",
        lines(20_000, |n| format!("  - {{ after: 1m, user: u{n}, by: slack }}\n"))
    );
    let compiled = with("services/flood.yaml", text);
    let more = format!("{} more findings are not listed here", 20_000 - FINDINGS_MAX);
    assert_eq!(compiled.diagnostics.len(), FINDINGS_MAX + 1);
    assert_eq!(compiled.diagnostics[0].message.en, more);
    assert!(diagnostics(&tree("")).is_empty(), "the base is fine");
}
