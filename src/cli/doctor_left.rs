//! The list of what is left to do, with which `oncall doctor` begins: in order, each with the command or the place.
//!
//! The samples are found by [`check::to_do`](crate::check::to_do); here is what only the machine knows: secrets, CI's files,
//! git, what the server heard. What is done is named in a word. Nothing is listed once all of it is done.

use super::directory::{Loaded, now};
use super::doctor_text::marked;
use super::remote::{Format, Question, Server, environment};
use crate::check::expectations::unmet;
use crate::check::to_do::{LeftIn, Sample, left_in};
use crate::compile::Severity;
use crate::config::{Config, SecretSource, place_name};
use crate::language::Language;
use crate::language::to_do::{Done, ToDo};
use crate::provider::doctor::{Found, Kind, Verdict};
use crate::server::secrets::Read;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many places are shown below one step.
const PLACES_MAX: usize = 12;
/// How many integrations the server is asked about.
const ASKED_MAX: usize = 50;
/// The address of oncall's source that nobody has, in the files for CI.
const SOURCE: &str = "git.example.com/oncall.git";
const CI_FILES: [&str; 3] =
    [".github/workflows/oncall.yml", ".github/workflows/oncall-run-time.yml", ".gitlab-ci.yml"];

/// One step, and where it is taken.
#[derive(Debug)]
pub(super) struct Step {
    what: String,
    places: Vec<String>,
}

/// The steps that are left, and the words of those that are done.
#[derive(Debug, Default)]
pub(super) struct LeftToDo {
    steps: Vec<Step>,
    done: Vec<&'static str>,
}

/// What is known of the config and its surroundings.
pub(super) struct Known<'k> {
    pub loaded: &'k Loaded,
    pub config: &'k Config,
    pub dir: &'k Path,
    pub read: &'k [Read<'k>],
    pub verdicts: &'k [Verdict],
}

pub(super) fn left_to_do(known: &Known<'_>) -> LeftToDo {
    let language = known.loaded.compiled.language;
    let mut left = LeftToDo::default();
    left.add(language, Done::Findings, findings(known));
    let samples = samples(known);
    let of = |what: ToDo<'_>, wanted: Sample| {
        let places = samples.iter().filter(|it| it.sample == wanted).map(shown).collect::<Vec<_>>();
        (!places.is_empty()).then(|| Step { what: language.to_do(what), places })
    };
    left.add_all(
        language,
        Done::People,
        [of(ToDo::Phones, Sample::Phone), of(ToDo::SlackMembers, Sample::SlackMember)],
    );
    let channel = samples.iter().filter(|it| matches!(it.sample, Sample::Account | Sample::SlackChannel));
    let accounts: Vec<String> = channel.map(shown).collect();
    let accounts =
        (!accounts.is_empty()).then(|| Step { what: language.to_do(ToDo::Accounts), places: accounts });
    left.add_all(
        language,
        Done::Accounts,
        [accounts, of(ToDo::MailServer, Sample::MailServer), of(ToDo::Topics, Sample::Topic)],
    );
    left.add(language, Done::PublicUrl, of(ToDo::PublicUrl, Sample::PublicUrl));
    left.add(language, Done::Secrets, secrets(known));
    if CI_FILES.iter().any(|path| known.dir.join(path).exists()) {
        left.add(
            language,
            Done::Source,
            in_files(known.dir, &CI_FILES, language.to_do(ToDo::Source), names_no_source),
        );
    }
    if known.dir.join("CODEOWNERS").exists() {
        let what = language.to_do(ToDo::Reviewers);
        left.add(language, Done::Reviewers, in_files(known.dir, &["CODEOWNERS"], what, names_no_owner));
    }
    let git = known.dir.canonicalize().is_ok_and(|dir| dir.ancestors().any(|dir| dir.join(".git").exists()));
    let step = Step { what: language.to_do(ToDo::Git), places: Vec::new() };
    left.add(language, Done::Git, (!git).then_some(step));
    left.steps.extend(senders(known));
    left
}

impl LeftToDo {
    fn add(&mut self, language: Language, done: Done, step: Option<Step>) {
        self.add_all(language, done, [step]);
    }

    fn add_all<const N: usize>(&mut self, language: Language, done: Done, steps: [Option<Step>; N]) {
        let before = self.steps.len();
        self.steps.extend(steps.into_iter().flatten());
        if self.steps.len() == before {
            self.done.push(language.done(done));
        }
    }

    /// Numbered, with the places below; nothing where nothing is left.
    pub fn human(&self, language: Language) -> String {
        if self.steps.is_empty() {
            return String::new();
        }
        let mut out = format!("{}\n", language.to_do(ToDo::Heading));
        for (step, number) in self.steps.iter().zip(1..) {
            out.push_str(&marked(&format!("{number}."), &step.what));
            for place in step.places.iter().take(PLACES_MAX) {
                out.push_str(&marked("", &format!("- {place}")));
            }
            if step.places.len() > PLACES_MAX {
                let more = step.places.len() - PLACES_MAX;
                out.push_str(&marked("", &format!("- {}", language.to_do(ToDo::More { more }))));
            }
        }
        if !self.done.is_empty() {
            let done = language.listed(&self.done);
            out.push_str(&marked("", &language.to_do(ToDo::Done { done: &done })));
        }
        out + "\n"
    }

    pub fn json(&self) -> Value {
        self.steps.iter().map(|step| json!({ "step": step.what, "places": step.places })).collect()
    }
}

fn findings(known: &Known<'_>) -> Option<Step> {
    let mut found = known.loaded.findings(now());
    found.extend(unmet(&known.loaded.compiled));
    let errors = found.iter().filter(|it| it.severity == Severity::Error).count();
    let warnings = found.len() - errors;
    let here = match known.dir {
        dir if dir == Path::new(".") => String::new(),
        dir => format!(" {}", dir.display()),
    };
    let what = known.loaded.compiled.language.to_do(ToDo::Findings { errors, warnings, here: &here });
    (!found.is_empty()).then_some(Step { what, places: Vec::new() })
}

/// Those that no provider knows as real.
fn samples(known: &Known<'_>) -> Vec<LeftIn> {
    let well: Vec<&Verdict> = known.verdicts.iter().filter(|it| matches!(it.found, Found::Well(_))).collect();
    let is_known = |kind: Kind, value: &str| well.iter().any(|it| it.kind == kind && it.name.contains(value));
    let mut left = left_in(&known.loaded.compiled, known.config);
    left.retain(|it| {
        let (key, value) = it.text.split_once(' ').unwrap_or((&it.text, ""));
        !match it.sample {
            Sample::Phone | Sample::MailServer | Sample::Topic => false,
            Sample::SlackMember => is_known(Kind::People, value),
            Sample::SlackChannel => is_known(Kind::Channels, value),
            Sample::Account if key == "from" => is_known(Kind::From, ""),
            Sample::Account => is_known(Kind::Account, ""),
            Sample::PublicUrl => is_known(Kind::PublicUrl, value),
        }
    });
    left
}

fn shown(it: &LeftIn) -> String {
    format!("{}  {}", it.place, it.text)
}

/// The places of secrets that are not there, each with what needs it.
fn secrets(known: &Known<'_>) -> Option<Step> {
    let there: BTreeSet<&str> =
        known.read.iter().filter(|(_, value)| value.is_ok()).map(|(wanted, _)| wanted.by.as_str()).collect();
    let missing =
        known.read.iter().filter(|(wanted, value)| value.is_err() && !there.contains(wanted.by.as_str()));
    let place = |source: &SecretSource| match source {
        SecretSource::Env(name) => format!("${}", place_name(name)),
        SecretSource::File(path) | SecretSource::Sops { file: path, .. } => path.to_string(),
    };
    let places: Vec<String> =
        missing.map(|(wanted, _)| format!("{}  {}", place(wanted.source), wanted.by)).collect();
    let what = known.loaded.compiled.language.to_do(ToDo::Secrets);
    (!places.is_empty()).then_some(Step { what, places })
}

/// The first line of each file that is as `oncall init` wrote it.
fn in_files(dir: &Path, files: &[&str], what: String, wanting: fn(&str) -> Option<usize>) -> Option<Step> {
    let line = |file: &&str| {
        let line = wanting(&fs::read_to_string(dir.join(file)).ok()?)?;
        Some(format!("{file}:{line}"))
    };
    let places: Vec<String> = files.iter().filter_map(line).collect();
    (!places.is_empty()).then_some(Step { what, places })
}

fn names_no_source(text: &str) -> Option<usize> {
    text.lines()
        .position(|line| line.contains(SOURCE) && !line.trim_start().starts_with('#'))
        .map(|at| at + 1)
}

/// Every line is a comment, so nobody is asked.
fn names_no_owner(text: &str) -> Option<usize> {
    let owned = text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let first = text.lines().position(|line| line.contains('@')).unwrap_or(0) + 1;
    (!owned).then_some(first)
}

/// Integrations that nothing can come through yet; where the server can be asked, those that nothing came through.
fn senders(known: &Known<'_>) -> Option<Step> {
    let language = known.loaded.compiled.language;
    let mut asks = environment("ONCALL_URL").is_some() && environment("ONCALL_TOKEN").is_some();
    let (mut places, mut asked) = (Vec::new(), 0);
    for endpoint in known.config.endpoints.values() {
        let by = format!("integration {}", endpoint.id);
        let opens = known.read.iter().any(|(wanted, value)| wanted.by == by && value.is_ok());
        let why = match opens {
            false => Some(ToDo::SecretMissing),
            true if asks && asked < ASKED_MAX => {
                asked += 1;
                let came = events(&endpoint.id);
                asks = came.is_some();
                (came == Some(0)).then_some(ToDo::NothingCame)
            }
            true => None,
        };
        places.extend(why.map(|why| format!("{}  {}{}", endpoint.place, endpoint.id, language.to_do(why))));
    }
    let what = language.to_do(ToDo::Senders);
    (!places.is_empty()).then_some(Step { what, places })
}

/// How many events came through this door since the server started; one that cannot be asked says nothing.
fn events(id: &str) -> Option<u64> {
    let server = Server { url: None, format: Format::Json };
    let path = format!("/v1/integrations/{}", id.replace('/', "."));
    match server.answer(&Question::get(&path)) {
        Ok(Ok(answer)) => answer["since_start"]["events"].as_u64(),
        _ => None,
    }
}
