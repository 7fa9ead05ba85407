//! Edits of the config that keep everything else in a file: from a compiled tree and a wish to new texts.
//!
//! A wish ([`line_up()`], [`leave()`], [`add_override`]) decides which text goes where, and what the schedules shall be.
//! Here the new tree is compiled and checked: there is an edit only if the schedules are exactly what was wished and
//! nothing is wrong that was not wrong before. Reading and writing files is left to `cli`.

mod diff;
mod expectation;
mod leave;
mod line_up;
mod mentions;
mod overrides;
mod planned;
mod said;
mod splice;
mod text;
mod words;
mod writing;

pub use diff::unified;
pub use expectation::{ExpectationWish, record};
pub use leave::leave;
pub use line_up::{LineUpWish, line_up};
pub use mentions::Mention;
pub use overrides::{OverrideWish, add_override};
pub use planned::{Change, Position};

use crate::check;
use crate::compile::{Compiled, Diagnostic, Severity, Tree, compile};
use crate::config::Config;
use crate::schedule::{Override, Schedules, Turn};
use jiff::Timestamp;
use splice::{Splice, spliced};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is edited.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub tree: &'a Tree,
    pub compiled: &'a Compiled,
    pub config: &'a Config,
    pub now: Timestamp,
}

/// New texts, and what they change.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The files that are other than before, or new; whole.
    pub files: BTreeMap<String, String>,
    /// What changes, in sentences.
    pub said: Vec<String>,
    /// From when until when an override lasts. Everything else changes things for good.
    pub lasts: Option<(Timestamp, Timestamp)>,
    /// What only a person can decide.
    pub undecided: Vec<Mention>,
    /// What `validate` finds then and did not find before: warnings, and expectations that no longer hold.
    pub findings: Vec<Diagnostic>,
    /// The tree with the new files.
    pub tree: Tree,
    pub config: Config,
}

/// Why there is no edit.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What is asked cannot be: the thing, the place and the way out.
    Asked(String),
    /// The tree would have these errors, which it has not yet.
    Broken { tree: Tree, findings: Vec<Diagnostic> },
}

/// What a wish decided, to be proved.
#[derive(Debug, Default)]
struct Proposal {
    splices: BTreeMap<Arc<str>, Vec<Splice>>,
    /// Files that are new.
    created: BTreeMap<String, String>,
    said: Vec<String>,
    lasts: Option<(Timestamp, Timestamp)>,
    undecided: Vec<Mention>,
}

fn asked<T>(text: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Asked(text.into()))
}

/// The edit, if the schedules are then exactly `wished` and nothing new is wrong.
fn proved(subject: &Subject<'_>, proposal: Proposal, wished: &Schedules) -> Result<Edit, Refusal> {
    let files = files(subject, &proposal);
    let mut tree = subject.tree.clone();
    tree.files.extend(files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    let compiled = compile(&tree);
    let findings = new_findings(subject, &compiled);
    let Some(config) = compiled.config.filter(|_| !findings.iter().any(is_broken)) else {
        let findings = findings.into_iter().filter(|it| it.severity == Severity::Error).collect();
        return Err(Refusal::Broken { tree, findings });
    };
    if without_places(&config.schedules) != without_places(wished) {
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        return asked(format!("{}: it would not say what is asked: change it by hand", paths.join(", ")));
    }
    let Proposal { said, lasts, undecided, .. } = proposal;
    Ok(Edit { files, said, lasts, undecided, findings, tree, config })
}

fn files(subject: &Subject<'_>, proposal: &Proposal) -> BTreeMap<String, String> {
    let mut files = proposal.created.clone();
    for (file, splices) in &proposal.splices {
        if let Some(source) = subject.compiled.sources.files.get(file) {
            files.insert(file.to_string(), spliced(&source.text, splices));
        }
    }
    files
}

/// Errors but for expectations: those fail a pull request, which may be about to change them too.
fn is_broken(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && finding.code != check::expectations::CODE
}

/// What is found in the new tree and was not in the old; a finding that only moved is not new.
fn new_findings(subject: &Subject<'_>, compiled: &Compiled) -> Vec<Diagnostic> {
    let what = |it: &Diagnostic| (it.code, it.location.file.clone(), it.message.clone());
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for finding in all_findings(subject.compiled, subject.now) {
        *known.entry(what(&finding)).or_default() += 1;
    }
    let mut findings = all_findings(compiled, subject.now);
    findings.retain(|finding| match known.get_mut(&what(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    findings
}

fn all_findings(compiled: &Compiled, now: Timestamp) -> Vec<Diagnostic> {
    let mut findings = compiled.diagnostics.clone();
    findings.extend(check::run(compiled, Some(now)));
    findings.extend(check::expectations::unmet(compiled));
    findings
}

/// The schedules less where each thing is written: an edit may move a line.
fn without_places(schedules: &Schedules) -> Schedules {
    let mut schedules = schedules.clone();
    for schedule in schedules.schedules.values_mut() {
        let placeless = |each: &Override| Override { place: Arc::default(), ..each.clone() };
        schedule.overrides = schedule.overrides.iter().map(placeless).collect::<Vec<_>>().into();
        for layer in &mut schedule.layers {
            layer.place = Arc::default();
            if let Turn::Rotation(rotation) = &mut layer.turn {
                rotation.line_ups.iter_mut().for_each(|line_up| line_up.place = Arc::default());
            }
        }
    }
    schedules.time_off.values_mut().flatten().for_each(|off| off.place = Arc::default());
    schedules
}
