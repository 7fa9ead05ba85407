//! Every code of the tables: its explanation, whose examples are compiled, and thirty mistakes found in one run.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

use crate::case::tree;
use crate::tree::{diagnostics, example, findings};
use oncall::check::CHECKS;
use oncall::check::explain::{self, Summary};
use oncall::compile::{Diagnostic, Severity, Tree};
use oncall::language::Language;
use std::collections::BTreeSet;

/// What is shown as wrong is found by the code and nothing else is; what is shown as right is fine.
#[test]
fn the_examples_of_every_code_hold() {
    let mut wrong_ones = Vec::new();
    for Summary { code, .. } in explain::table() {
        let text = explain::long(code).unwrap_or_else(|| panic!("{code} has no docs/checks/{code}.md"));
        let (wrong, right) = (block(text, "wrong"), block(text, "right"));
        let found: BTreeSet<&str> = diagnostics(&tree(&wrong)).iter().map(|each| each.code).collect();
        if found != BTreeSet::from([code]) {
            wrong_ones.push(format!("{code}, wrong: {}", findings(&tree(&wrong))));
        }
        if !diagnostics(&tree(&right)).is_empty() {
            wrong_ones.push(format!("{code}, right: {}", findings(&tree(&right))));
        }
    }
    assert!(wrong_ones.is_empty(), "{}", wrong_ones.join("\n"));
}

#[test]
fn what_is_wrong_looks_like_this() {
    insta::glob!("../../docs/checks", "*.md", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "explained", omit_expression => true }, {
            insta::assert_snapshot!(findings(&tree(&block(&text, "wrong"))));
        });
    });
}

#[test]
fn every_code_is_there_once_and_explained() {
    const LEAST: usize = 50;
    let table = explain::table();
    let codes: Vec<&str> = table.iter().map(|line| line.code).collect();
    let unique: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(unique.len(), codes.len(), "a code is there twice");
    assert!(CHECKS.len() >= LEAST);
    for Summary { code, doc, .. } in table {
        assert_eq!(explain::normal(&code.to_lowercase()), code);
        assert_eq!(explain::normal(code.trim_start_matches("OC").trim_start_matches('0')), code);
        let text = explain::text(code, Language::En)
            .unwrap_or_else(|| panic!("{code} has no docs/checks/{code}.md"));
        assert!(text.contains(doc) && text.contains("Wrong:") && text.contains("Right:"), "{text}");
        let title = format!("# {code}: {doc}");
        assert_eq!(explain::long(code).unwrap().lines().next(), Some(&*title));
        for line in explain::long(code).unwrap().lines().skip(1).take_while(|line| !line.starts_with("```")) {
            assert!(line.chars().count() <= 80, "{code}: {line}");
        }
    }
    let files = std::fs::read_dir("docs/checks").unwrap();
    let names: BTreeSet<String> =
        files.map(|it| it.unwrap().file_name().to_string_lossy().replace(".md", "")).collect();
    let codes: BTreeSet<String> = codes.into_iter().map(str::to_owned).collect();
    assert_eq!(names, codes, "docs/checks/ and the tables");
}

/// `UPDATE_DOCS=1 cargo test --test compile` writes it.
#[test]
fn the_page_of_all_checks_is_current() {
    let page = explain::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write("docs/checks.md", &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string("docs/checks.md").ok(), Some(page), "docs/checks.md is not current");
}

/// The example of an explanation as a patch of the base: `# path` begins a file.
pub fn block(text: &str, kind: &str) -> String {
    let fence = format!("```yaml {kind}\n");
    let (_, rest) = text.split_once(&fence).unwrap_or_else(|| panic!("no `{fence}` in {text}"));
    let (body, _) = rest.split_once("```").unwrap();
    let is_path = |line: &str| {
        let name = line.split_once(" (").map_or(line, |(name, _)| name);
        !name.contains(' ') && [".yaml", ".md", ".json"].iter().any(|end| name.ends_with(end))
    };
    let line = |line: &str| match line.strip_prefix("# ").filter(|path| is_path(path)) {
        Some(path) => format!("--- {path}\n"),
        None => format!("{line}\n"),
    };
    body.lines().map(line).collect()
}

/// A slip in a file of the example company: `was` becomes `is`, and the finding is at the line of `at`.
struct Mistake {
    code: &'static str,
    file: &'static str,
    was: &'static str,
    is: &'static str,
    /// The file and a piece of it whose line is named; after all the slips.
    at: (&'static str, &'static str),
}

const fn slip(
    code: &'static str,
    file: &'static str,
    was: &'static str,
    is: &'static str,
    at: &'static str,
) -> Mistake {
    Mistake { code, file, was, is, at: (file, at) }
}

#[rustfmt::skip]
const MISTAKES: [Mistake; 30] = [
    // The shape.
    slip("OC006", "users/tanaka.yaml", "slack: U0TANAKA", "slak: U0TANAKA", "slak:"),
    slip("OC028", "users/sato.yaml", "\"+81 90 0000 0003\"", "+819000000003", "+819000000003"),
    slip("OC009", "users/kimura.yaml", "{ by: call, after: 2m }", "{ by: cal, after: 2m }", "by: cal,"),
    slip("OC013", "users/nakamura.yaml", "last_day: 2026-12-30", "last_day: 2026-11-31", "2026-11-31"),
    slip("OC013", "escalation-policies/web.yaml", "wait: 10m", "wait: 10 minuets", "10 minuets"),
    slip("OC014", "escalation-policies/last-resort.yaml", "wait: 15m", "wait: 3 days", "3 days"),
    slip("OC004", "services/platform.yaml", "name: Platform\n", "name: Platform\nname: The platform\n", "name: The platform"),
    slip("OC013", "services/search.yaml", "within: 10m", "within: 10x", "within: 10x"),
    slip("OC013", "integrations/batch.yaml", "dedup_key: /job/id", "dedup_key: job.id", "job.id"),
    slip("OC013", "business-hours/office.yaml", "days: mon-fri", "days: mon-fry", "mon-fry"),
    slip("OC017", "oncall.yaml", "token: { env: ONCALL_TOKEN_CI }", "token: s3cret-s3cret", "s3cret"),
    Mistake { code: "OC010", file: "silence/more.yaml", was: "", is: "- {}\n", at: ("silence/more.yaml", "") },
    // References, and what does not fit together.
    slip("OC015", "schedules/web-secondary.yaml", "kimura", "kimra", "kimra"),
    slip("OC015", "silences/maintenance.yaml", "services: [search]", "services: [serch]", "serch"),
    slip("OC015", "oncall.yaml", "fallback: last-resort ", "fallback: last-resrt ", "last-resrt"),
    slip("OC019", "schedules/web-primary.yaml", "from: 2026-12-14", "from: 2026-12-15", "2026-12-15"),
    slip("OC018", "integrations/pagerduty.yaml", "source: \"checkout*\"", "severity: crit", "severity: crit"),
    slip("OC026", "integrations/cloudwatch.yaml", "  - { severity: error }\n", "", "staging|dev"),
    slip("OC021", "overrides/2026-12.yaml", "until: 2026-12-25 10:00", "until: 2026-12-23 10:00", "2026-12-23"),
    slip("OC029", "holidays/japan.yaml", "2028-11-03, name: 文化の日 }\n", "2028-11-03, name: 文化の日 }\n- { date: 2028-11-03, name: 休日 }\n", "name: 休日 }\n- { date: 2028-11-23"),
    // What is valid and hardly meant.
    slip("OC101", "users/smith.yaml", "phone: \"+81 90 0000 0007\"\n", "", "name: Emma"),
    slip("OC104", "escalation-policies/platform.yaml", "[{ users: [nakamura, smith, ito] }], wait: 10m, round_robin: true", "[{ schedule: platform-primary }], wait: 10m", "wait: 10m"),
    slip("OC106", "services/checkout.yaml", "runbook: checkout.md", "runbook: chekout.md", "chekout.md"),
    slip("OC113", "services/checkout.yaml", "acknowledgement_timeout: 1h", "acknowledgement_timeout: 3m", "acknowledgement_timeout"),
    slip("OC114", "escalation-policies/spare.yaml", "", "steps: [{ notify: [{ user: sato }], wait: 5m }]\n", "steps"),
    slip("OC121", "schedules/platform-primary.yaml", ", starts_with: smith", "", "nakamura, smith, yamada"),
    slip("OC134", "integrations/prometheus.yaml", "  - { service: platform }", "  - { when: { labels.namespace: payment-api }, service: platform }\n  - { service: platform }", "payment-api"),
    slip("OC135", "services/search.yaml", "{ severity: info }", "{ severity: critical }", "urgency: none"),
    slip("OC149", "integrations/opensearch.yaml", "stale_after: 15m ", "# ", "type: opensearch"),
    slip("OC157", "silences/maintenance.yaml", "until: 2027-03-31", "until: 2072-03-31", "- services: [platform]"),
];

/// Planted over a copy of `example-config`: each is found, at its line, in one run, and nothing else is.
#[test]
fn thirty_mistakes_are_thirty_findings() {
    let mut tree = example();
    for mistake in &MISTAKES {
        plant(&mut tree, mistake);
    }
    let expected: BTreeSet<(String, usize, &str)> =
        MISTAKES.iter().map(|it| (it.at.0.to_owned(), line(&tree, it), it.code)).collect();
    let found = diagnostics(&tree);
    let places: BTreeSet<(String, usize, &str)> = found.iter().map(place).collect();
    assert_eq!(places, expected, "{}", findings(&tree));
    assert_eq!(found.len(), MISTAKES.len(), "{}", findings(&tree));
}

/// Each alone is one finding, too.
#[test]
fn each_of_the_mistakes_is_one_finding() {
    for mistake in &MISTAKES {
        let mut tree = example();
        plant(&mut tree, mistake);
        let found = diagnostics(&tree);
        let places: Vec<(String, usize, &str)> = found.iter().map(place).collect();
        assert_eq!(
            places,
            [(mistake.at.0.to_owned(), line(&tree, mistake), mistake.code)],
            "{}",
            findings(&tree)
        );
    }
}

/// Wherever a file is broken, that is all there is to say: nothing that follows from it.
#[test]
fn a_slip_in_any_file_is_one_finding() {
    let content = |line: &&mut String| !line.trim().is_empty() && !line.starts_with('#');
    type Slip = fn(&mut String);
    let slips: [(&str, bool, Slip); 2] = [
        ("a tab", false, |last| last.insert(0, '\t')),
        ("an unknown key", true, |first| {
            *first = match first.strip_prefix("- ").map(str::trim_start) {
                Some(item) => item
                    .strip_prefix('{')
                    .map_or_else(|| format!("- zzz: 1\n  {item}"), |inside| format!("- {{ zzz: 1, {inside}")),
                None => format!("zzz: 1\n{first}"),
            };
        }),
    ];
    for name in example().files.keys().filter(|name| name.ends_with(".yaml")) {
        for (slip, at_first, make) in &slips {
            let mut tree = example();
            let text = String::from_utf8(tree.files[name].clone()).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let mut written = lines.iter_mut().filter(content);
            make(if *at_first { written.next() } else { written.last() }.unwrap());
            tree.files.insert(name.clone(), lines.join("\n").into_bytes());
            let found = diagnostics(&tree);
            assert_eq!(found.len(), 1, "{slip} in {name}:\n{}", findings(&tree));
            assert_eq!(*found[0].location.file, **name);
        }
    }
}

fn plant(tree: &mut Tree, mistake: &Mistake) {
    let body = tree.files.remove(mistake.file).map(|it| String::from_utf8(it).unwrap()).unwrap_or_default();
    assert!(body.contains(mistake.was) && body.is_empty() == mistake.was.is_empty(), "{}", mistake.file);
    tree.files.insert(mistake.file.to_owned(), body.replacen(mistake.was, mistake.is, 1).into_bytes());
}

/// The line of the piece, counted in the text; 0 for a finding about the file itself.
fn line(tree: &Tree, mistake: &Mistake) -> usize {
    let (file, piece) = mistake.at;
    let text = std::str::from_utf8(&tree.files[file]).unwrap();
    let before = text.find(piece).unwrap_or_else(|| panic!("`{piece}` is not in {file}"));
    if piece.is_empty() { 0 } else { text[..before].matches('\n').count() + 1 }
}

fn place(found: &Diagnostic) -> (String, usize, &'static str) {
    (found.location.file.to_string(), found.location.line, found.code)
}

/// A warning is the table's, and an error cannot be allowed: the explanation says which.
#[test]
fn an_explanation_says_how_to_allow_a_warning() {
    for Summary { code, severity, .. } in explain::table() {
        let text = explain::text(code, Language::En).unwrap();
        let allowed = text.contains(&format!("# oncall: allow {code} the reason"));
        assert_eq!(allowed, severity == Severity::Warning, "{code}");
    }
}
