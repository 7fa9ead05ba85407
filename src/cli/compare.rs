//! `oncall dry-run --base`: what a change does to who is on call and to paging, from the other side's files to a [`Compared`].
//!
//! The other side is a directory, or a revision of the repository around the config, read without a checkout. How the
//! answer reads is in [`compared`](super::compared), [`compare_text`](super::compare_text), [`compare_markdown`](super::compare_markdown) and
//! [`compare_json`](super::compare_json).

use super::compared::{Caveat, Compared};
use super::directory::{Loaded, load, now};
use super::dry_run::{Arguments, Format};
use super::instant::instant;
use super::spoken::{error_line, no};
use super::{Exit, Output, compare_json, compare_markdown, compare_text};
use crate::check::expectations::unmet;
use crate::compile::{Tree, compile};
use crate::git::revision::{self, AtRevision};
use crate::language::Language;
use crate::language::changed::{Changed, Side};
use crate::language::failed::{both_folder_and_revision, other_side_is_broken};
use crate::preview::difference::Sides;
use crate::preview::paging::paging;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let after = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let zone = &after.organisation.time_zone;
    let language = arguments.spoken.of(after);
    let from =
        arguments.at.as_deref().map_or_else(|| Ok(this_minute()), |text| instant(text, zone, language))?;
    let base = Base::read(&arguments.directory.dir, arguments.base.as_deref(), language)?;
    let before = match base.loaded.as_ref().map(Loaded::config).transpose() {
        Ok(config) => config,
        Err(output) => return Ok(broken(&base.name, output, language)),
    };
    let days = SignedDuration::from_hours(24 * i64::from(arguments.days));
    let until = from.checked_add(days).unwrap_or(Timestamp::MAX);
    let mut compared = Compared::new((&base.name, base.commit.as_deref()), before, after, from, until);
    compared.language = language;
    compared.unmet = unmet(&loaded.compiled).len();
    compared.paging = before.map(|before| paging(&Sides { before, after }, from));
    compared.caveat.clone_from(&base.caveat);
    let out = match arguments.format {
        Format::Text => compare_text::text(&compared),
        Format::Markdown => compare_markdown::markdown(&compared),
        Format::Json => compare_json::json(&compared),
    };
    let mut failures: Vec<String> = arguments.fail_on.iter().filter_map(|on| compared.failure(*on)).collect();
    if compared.caveat.as_ref().is_some_and(|it| it.blind) && !arguments.fail_on.is_empty() {
        failures.push(compared.say(Changed::Side(Side::FailBlind)));
    }
    // What is written for a comment or a program is not read in the job's log.
    let unread = compared.caveat.as_ref().filter(|_| arguments.format != Format::Text);
    let warning = unread.map(|it| Side::Warning { what: &it.text });
    let errors = failures.iter().map(|it| Side::Error { what: it });
    let err = warning.into_iter().chain(errors).map(|it| compared.say(Changed::Side(it)) + "\n").collect();
    Ok(Output { out, err, exit: if failures.is_empty() { Exit::Fine } else { Exit::Config } })
}

/// A preview that is made again within the minute says the same.
fn this_minute() -> Timestamp {
    let seconds = now().as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(60)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The other side.
struct Base {
    name: String,
    commit: Option<String>,
    /// `None`: no config is there.
    loaded: Option<Loaded>,
    caveat: Option<Caveat>,
}

impl Base {
    /// A directory if there is one of this name, and a revision otherwise; a name that is both is refused, since a
    /// change could bring a folder of the revision's name along, and be compared with itself.
    fn read(dir: &Path, base: Option<&str>, language: Language) -> Result<Base> {
        if let Some(other) = base.filter(|base| Path::new(base).is_dir()) {
            let plain = !Path::new(other).is_absolute() && !other.starts_with('.');
            if plain && revision::knows(dir, other) {
                return Err(no(language, &both_folder_and_revision(other)));
            }
            let loaded = Some(load(Path::new(other))?);
            return Ok(Base { name: other.to_owned(), commit: None, loaded, caveat: None });
        }
        let AtRevision { name, commit, tree } = revision::read(dir, base)?;
        let loaded = compiled(tree);
        let Some(loaded) = loaded else {
            let moved = revision::moved_from(dir, &commit, "oncall.yaml")?;
            let caveat = moved.map(|from| Caveat {
                text: language.changed(Changed::Side(Side::MovedAway { name: &name, from: &from })),
                blind: true,
            });
            return Ok(Base { name, commit: Some(commit), loaded: None, caveat });
        };
        if loaded.compiled.config.is_some() {
            return Ok(Base { name, commit: Some(commit), loaded: Some(loaded), caveat: None });
        }
        let before = revision::before(dir, &commit)?;
        let mut loads = before.filter_map(|it| Some((it.name, it.commit, compiled(it.tree)?)));
        let last = loads.find(|(.., loaded)| loaded.compiled.config.is_some());
        Ok(match last {
            Some((last, commit, loaded)) => {
                let text = language.changed(Changed::Side(Side::LastThatLoads { name: &name, last: &last }));
                Base {
                    name: last,
                    commit: Some(commit),
                    loaded: Some(loaded),
                    caveat: Some(Caveat { text, blind: false }),
                }
            }
            None => {
                let text = language.changed(Changed::Side(Side::NothingLoads { name: &name }));
                Base { name, commit: Some(commit), loaded: None, caveat: Some(Caveat { text, blind: true }) }
            }
        })
    }
}

/// `None`: no config is there.
fn compiled(tree: Option<Tree>) -> Option<Loaded> {
    let tree = tree.filter(|tree| tree.files.contains_key("oncall.yaml"))?;
    let compiled = compile(&tree);
    Some(Loaded { tree, compiled })
}

fn broken(name: &str, output: Output, language: Language) -> Output {
    let err = error_line(language, other_side_is_broken(name).of(language)) + "\n";
    Output { err: err + &output.err, ..output }
}
