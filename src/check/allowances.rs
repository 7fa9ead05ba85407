//! `# oncall: allow OC124 reason`: a warning that is meant.
//!
//! At the end of a line it is about that line, and on lines of its own about the next line that is no comment. Only
//! warnings can be allowed, and only with a reason. An allowance that allows nothing is a warning itself, unless it is about
//! what comes and goes with the date.

use super::CHECKS;
use super::explain::{nearest, summary};
use crate::compile::{Diagnostic, Finding, Part, Severity, Sources, Spot, comments};
use crate::language::words::{Words, did_you_mean};
use std::sync::Arc;

const CODE: &str = "OC133";
/// What a comment must begin with.
const WORDS: &str = "oncall: allow";

struct Allowance {
    file: Arc<str>,
    code: String,
    reason: bool,
    /// The line that it is about, counted from 1.
    line: usize,
    spot: Spot,
}

/// The findings without those that are allowed, and with those about allowances; sorted by file and position. What
/// is doubtful is not said, but what allows it is used.
pub(super) fn apply(
    sources: &Sources,
    findings: Vec<Diagnostic>,
    doubtful: &[Diagnostic],
) -> Vec<Diagnostic> {
    let allowances: Vec<Allowance> =
        sources.files.iter().flat_map(|(file, source)| in_file(file, &source.text)).collect();
    if allowances.is_empty() {
        return findings;
    }
    let allows = |allowance: &Allowance, finding: &Diagnostic| {
        finding.severity == Severity::Warning
            && allowance.code == finding.code
            && allowance.file == finding.location.file
            && allowance.line == finding.location.line
    };
    let wrong = allowances.iter().filter_map(|allowance| {
        let used = findings.iter().chain(doubtful).any(|finding| allows(allowance, finding));
        wrong(allowance, used)
    });
    let wrong = sources.locate(wrong.collect());
    let allowed = |finding: &Diagnostic| allowances.iter().any(|it| it.reason && allows(it, finding));
    let mut left: Vec<Diagnostic> =
        findings.into_iter().filter(|finding| !allowed(finding)).chain(wrong).collect();
    left.sort_by(|a, b| a.place().cmp(&b.place()));
    left
}

fn in_file(file: &Arc<str>, text: &str) -> Vec<Allowance> {
    if !text.contains(WORDS) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let allowance = |(bytes, comment): (std::ops::Range<usize>, String)| {
        let mut words = comment.trim().strip_prefix(WORDS)?.split_whitespace();
        let own = text.get(..bytes.start)?.matches('\n').count();
        let is_alone = |line: usize| lines.get(line).is_some_and(|line| line.trim_start().starts_with('#'));
        let line = if is_alone(own) { (own..).find(|line| !is_alone(*line))? } else { own };
        Some(Allowance {
            file: file.clone(),
            code: words.next().unwrap_or_default().to_owned(),
            reason: words.next().is_some(),
            line: line + 1,
            spot: Spot::root(file).on(Part::Bytes(bytes.start, bytes.end)),
        })
    };
    comments(text).into_iter().filter_map(allowance).collect()
}

/// What is wrong with an allowance, if anything is.
fn wrong(allowance: &Allowance, used: bool) -> Option<Finding> {
    let Allowance { code, spot, .. } = allowance;
    let check = CHECKS.iter().find(|check| check.code == code);
    let (message, help) = match check {
        None if summary(code).is_some() => (
            Words::new(
                format!("{code} is an error: it cannot be allowed"),
                format!("{code} はエラーなので、許可できません"),
            ),
            Words::new("mend it", "直してください"),
        ),
        None => (
            Words::new(
                format!("there is no check `{code}` that could be allowed"),
                format!("`{code}` という、許可できるチェックはありません"),
            ),
            nearest(code).map_or_else(
                || {
                    Words::new(
                        "write the code of the warning, as in `# oncall: allow OC124 reason`",
                        "`# oncall: allow OC124 理由` のように、警告のコードを書いてください",
                    )
                },
                did_you_mean,
            ),
        ),
        Some(check) if check.severity == Severity::Error => (
            Words::new(
                format!("{code} is an error: it cannot be allowed"),
                format!("{code} はエラーなので、許可できません"),
            ),
            Words::new("mend it", "直してください"),
        ),
        Some(_) if !allowance.reason => (
            Words::new(
                format!("why is {code} fine here?"),
                format!("{code} がここで問題ない理由がありません"),
            ),
            Words::new(
                format!("give the reason: `# {WORDS} {code} reason`"),
                format!("理由を書いてください: `# {WORDS} {code} 理由`"),
            ),
        ),
        Some(check) if !used && !check.dated => (
            Words::new(
                format!("this allows {code}, but there is nothing to allow"),
                format!("{code} を許可していますが、許可するものがありません"),
            ),
            Words::new(
                "it can go, or it belongs at the line that the warning names",
                "消してよいか、警告が示す行に書くべきものです",
            ),
        ),
        Some(_) => return None,
    };
    Some(Finding::warning(CODE, spot.clone(), message).help(help))
}
