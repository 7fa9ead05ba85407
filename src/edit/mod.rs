//! Edits of the config that keep everything else in a file: a compiled tree and a wish give new texts.
//!
//! A wish ([`line_up()`], [`leave()`], [`add_override`], [`pull()`], [`add_team`] and its like) decides which text goes where, and what the schedules should
//! become. Here the new tree is compiled and checked: an edit is returned only if the schedules are exactly as wished
//! and there are no new errors. `cli` reads and writes the files.

mod diff;
mod expectation;
mod leave;
mod line_up;
mod mentions;
mod newcomer;
mod overrides;
mod planned;
mod pull;
mod said;
mod service;
mod silence;
mod splice;
mod team;
mod text;
mod words;
mod writing;

pub use diff::unified;
pub use expectation::{ExpectationWish, record};
pub use leave::leave;
pub use line_up::{LineUpWish, line_up};
pub use mentions::Mention;
pub use newcomer::{Newcomer, add_user, is_id};
pub use overrides::{OverrideWish, add_override};
pub use planned::{Insertion, LineUpChange};
pub use pull::{PULLED, Pulled, pull};
pub use service::{ServiceWish, add_service};
pub use silence::{SilenceWish, add_silence};
pub use team::{Team, TeamWish, add_team, blocks, texts};

use crate::actor::Origin;
use crate::check;
use crate::compile::{Compiled, Diagnostic, Severity, Tree, compile};
use crate::config::Config;
use crate::language::added::NotAdded;
use crate::language::commands;
use crate::language::words::Words;
use crate::place::Place;
use crate::schedule::{Override, Schedules, Turn};
use jiff::Timestamp;
use splice::{Splice, spliced};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The config to edit.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub tree: &'a Tree,
    pub compiled: &'a Compiled,
    pub config: &'a Config,
    pub now: Timestamp,
}

/// The new texts, and what they change.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The complete texts of new and changed files.
    pub files: BTreeMap<String, String>,
    /// The changes, in sentences.
    pub said: Vec<String>,
    /// The period of an override. `None` for all other edits, which are permanent.
    pub lasts: Option<(Timestamp, Timestamp)>,
    /// Decisions left to a person.
    pub undecided: Vec<Mention>,
    /// What `validate` would newly find: warnings, and expectations that no longer hold.
    pub findings: Vec<Diagnostic>,
    /// The tree with the new files.
    pub tree: Tree,
    pub config: Config,
}

/// Why there is no edit.
#[derive(Clone, Debug)]
pub enum EditError {
    /// The request is impossible: names the thing, the place and the way out.
    Asked(String),
    /// The new tree would have these errors, which the current one does not have.
    Broken { tree: Tree, findings: Vec<Diagnostic> },
}

/// The outcome of a wish, before it is proved.
#[derive(Debug, Default)]
struct Proposal {
    splices: BTreeMap<Arc<str>, Vec<Splice>>,
    /// New files.
    created: BTreeMap<String, String>,
    said: Vec<String>,
    lasts: Option<(Timestamp, Timestamp)>,
    undecided: Vec<Mention>,
}

fn asked<T>(text: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::Asked(text.into()))
}

impl Subject<'_> {
    /// The words for whoever edits this config.
    fn say(&self, words: &Words) -> String {
        words.of(self.compiled.language).to_owned()
    }

    /// The same, as the reason why there is no edit.
    fn no<T>(&self, why: &Words) -> Result<T, EditError> {
        asked(self.say(why))
    }
}

/// Returns the edit if the schedules come out exactly as `wished` and there are no new errors.
fn proved(subject: &Subject<'_>, proposal: Proposal, wished: &Schedules) -> Result<Edit, EditError> {
    let wished = without_places(wished);
    proved_by(subject, proposal, |config| without_places(&config.schedules) == wished)
}

/// The same of what is no change of schedules: `is_as_wished` looks at what comes out.
fn proved_by(
    subject: &Subject<'_>,
    proposal: Proposal,
    is_as_wished: impl FnOnce(&Config) -> bool,
) -> Result<Edit, EditError> {
    let files = files(subject, &proposal);
    let mut tree = subject.tree.clone();
    tree.files.extend(files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    let Proposal { said, lasts, undecided, .. } = proposal;
    let (findings, config) = unbroken(subject, &tree)?;
    if !is_as_wished(&config) {
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        return subject.no(&commands::not_as_asked(&paths.join(", ")));
    }
    Ok(Edit { files, said, lasts, undecided, findings, tree, config })
}

/// The config of the new tree, and what is found in it that was not found before.
fn unbroken(subject: &Subject<'_>, tree: &Tree) -> Result<(Vec<Diagnostic>, Config), EditError> {
    let compiled = compile(tree);
    let findings = new_findings(subject, &compiled);
    match compiled.config.filter(|_| !findings.iter().any(is_broken)) {
        Some(config) => Ok((findings, config)),
        None => {
            let findings = findings.into_iter().filter(|it| it.severity == Severity::Error).collect();
            Err(EditError::Broken { tree: tree.clone(), findings })
        }
    }
}

/// One edit after another: `next` sees what `first` makes of the config.
pub fn then(
    subject: &Subject<'_>,
    first: Edit,
    next: impl FnOnce(&Subject<'_>) -> Result<Edit, EditError>,
) -> Result<Edit, EditError> {
    let compiled = Compiled { language: subject.compiled.language, ..compile(&first.tree) };
    let between = Subject { tree: &first.tree, compiled: &compiled, config: &first.config, now: subject.now };
    let second = next(&between)?;
    let (findings, config) = unbroken(subject, &second.tree)?;
    let mut files = first.files;
    files.extend(second.files);
    let said = first.said.into_iter().chain(second.said).collect();
    let undecided = first.undecided.into_iter().chain(second.undecided).collect();
    Ok(Edit { files, said, lasts: second.lasts, undecided, findings, tree: second.tree, config })
}

/// Whether all schedules but the new ones are as they were.
fn kept(subject: &Subject<'_>, config: &Config, new: &[&str]) -> bool {
    let mut now = without_places(&config.schedules);
    now.schedules.retain(|id, _| !new.contains(&&**id));
    now == without_places(&subject.config.schedules)
}

/// The schema line of a file that is so much deeper than those beside the kind's folder as its id has slashes.
fn deeper(line: &str, id: &str) -> String {
    let up = "../".repeat(id.matches('/').count());
    line.replacen("$schema=..", &format!("$schema={up}.."), 1)
}

/// A new file; what is there stays.
fn create(
    subject: &Subject<'_>,
    proposal: &mut Proposal,
    path: String,
    text: String,
) -> Result<(), EditError> {
    let language = subject.compiled.language;
    if subject.tree.files.contains_key(&path) {
        return asked(language.not_added(NotAdded::IsThere { file: &path }));
    }
    proposal.created.insert(path, text);
    Ok(())
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

/// Errors other than expectations. An unmet expectation fails a pull request, but that may be about to change it too.
fn is_broken(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && finding.code != check::expectations::CODE
}

/// Findings in the new tree that are not in the old one. A finding that only moved is not new.
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

/// The schedules without their places, because an edit may move a line.
fn without_places(schedules: &Schedules) -> Schedules {
    let mut schedules = schedules.clone();
    for schedule in schedules.schedules.values_mut() {
        let placeless = |each: &Override| Override { origin: Origin::File(Place::default()), ..each.clone() };
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
