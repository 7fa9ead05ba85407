//! What `validate` refuses the server refuses, expectations alone excepted: one list of codes, fed to both.

use crate::case::tree;
use crate::checks::block;
use crate::tree::diagnostics;
use oncall::check::CHECKS;
use oncall::check::explain::{self, Summary};
use oncall::compile::{Severity, Tree};
use oncall::server::verdict::{judge, judge_again};

/// An expectation that does not hold: it fails a pull request, and stops no reload.
const UNMET: &str = "OC090";

/// The codes for which `validate` fails.
fn refused_by_validate(tree: &Tree) -> Vec<&'static str> {
    let errors = diagnostics(tree).into_iter().filter(|each| each.severity == Severity::Error);
    errors.map(|each| each.code).filter(|code| *code != UNMET).collect()
}

/// Whether the server agrees, and what it says.
fn agree(name: &str, tree: &Tree) -> Option<String> {
    let (codes, judged) = (refused_by_validate(tree), judge(tree));
    assert_eq!(judged.is_err(), !codes.is_empty(), "{name}: validate refuses it for {codes:?}");
    let said = format!("{:#}", judged.err()?);
    let named = codes.iter().filter(|code| said.contains(&format!("[{code}]"))).count();
    assert!(named > 0, "{name}: {codes:?} in {said}");
    Some(said)
}

#[test]
fn the_server_refuses_every_case_that_validate_refuses_and_no_other() {
    let mut refused = 0;
    for file in std::fs::read_dir("tests/configs").unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "case") {
            let text = std::fs::read_to_string(&path).unwrap();
            refused += usize::from(agree(&path.display().to_string(), &tree(&text)).is_some());
        }
    }
    assert!(refused >= 30, "{refused}");
}

#[test]
fn the_wrong_example_of_every_error_is_refused_by_both_and_of_every_warning_by_none() {
    for Summary { code, severity, .. } in explain::table() {
        let wrong = tree(&block(explain::long(code).unwrap(), "wrong"));
        let said = agree(code, &wrong);
        assert_eq!(said.is_some(), severity == Severity::Error && code != UNMET, "{code}: {said:?}");
    }
}

/// The server judges without a date: what comes and goes by itself must not refuse a commit.
#[test]
fn no_error_depends_on_the_date() {
    let dated: Vec<_> = CHECKS.iter().filter(|it| it.dated && it.severity == Severity::Error).collect();
    assert!(dated.is_empty(), "{dated:?}");
}

/// An upgrade must not stop a pager: what was in force goes into force again, as far as it can be read.
#[test]
fn what_was_in_force_is_taken_again_whatever_speaks_against_it() {
    for Summary { code, severity, .. } in explain::table() {
        let wrong = tree(&block(explain::long(code).unwrap(), "wrong"));
        let refused = severity == Severity::Error && code != UNMET;
        let check = CHECKS.iter().any(|check| check.code == code);
        match judge_again(&wrong) {
            Ok((_, objections)) => {
                assert_eq!(objections.is_some(), refused, "{code}");
                let partial = objections.as_ref().is_some_and(|it| it.partial);
                assert_eq!(partial, refused && !check, "{code}: a check leaves nothing out");
                let said = objections.map(|it| it.findings).unwrap_or_default();
                assert_eq!(said.contains(&format!("[{code}]")), refused, "{code}: {said}");
            }
            Err(error) => assert!(refused && !check, "{code}: {error:#}"),
        }
    }
    let mended = judge_again(&tree("")).unwrap();
    assert_eq!(mended.1, None);
    assert!(judge_again(&Tree::default()).is_err(), "nothing is no config");
}
