//! `oncall init`: writes a new config repository to a directory, and overwrites nothing.
//!
//! [`starter`](super::starter) decides which files to write. This module finds out what was not given (the language,
//! the zone, the day), checks for files in the way, and writes.

use super::directory::now;
use super::starter::{Forge, Starter, files, taken};
use super::write::write;
use super::{Exit, Output};
use crate::compile::{Tree, is_not_text};
use crate::document;
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The longest team id, in bytes.
const TEAM_MAX: usize = 40;
/// How many of the files in the way are named.
const NAMED_MAX: usize = 10;

/// Create a config repository: one team, valid from the start, with CI and editor settings
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The directory to write to; created if missing
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// The language of the files, and of messages to people [default: the terminal's]
    #[arg(long, value_enum)]
    pub language: Option<Language>,
    /// The team's id: lower-case letters, digits and `-`
    #[arg(long, value_name = "NAME", default_value = "web", value_parser = team)]
    pub team: String,
    /// The team's time zone, such as Europe/London [default: Asia/Tokyo with `ja`, else this machine's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub time_zone: Option<TimeZone>,
    /// The kind of CI files to write
    #[arg(long, value_enum, default_value_t = Forge::Github)]
    pub ci: Forge,
    /// The git URL from which CI builds oncall
    #[arg(long, value_name = "URL", value_parser = source)]
    pub source: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    Ja,
    En,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let language = arguments.language.unwrap_or_else(of_the_terminal);
    let time_zone = match (&arguments.time_zone, language) {
        (Some(zone), _) => zone.clone(),
        (None, Language::Ja) => TimeZone::get("Asia/Tokyo")?,
        (None, Language::En) => of_the_machine(),
    };
    let today = now().to_zoned(time_zone.clone()).date();
    let starter = Starter {
        language: match language {
            Language::Ja => document::Language::Ja,
            Language::En => document::Language::En,
        },
        team: arguments.team.clone(),
        time_zone,
        forge: arguments.ci,
        source: arguments.source.clone(),
    };
    let files = files(&starter, today);
    let in_the_way = in_the_way(&arguments.dir, &files);
    if !in_the_way.is_empty() {
        return Ok(refused(&arguments.dir, &in_the_way));
    }
    fs::create_dir_all(&arguments.dir)
        .with_context(|| format!("cannot make the directory {}", arguments.dir.display()))?;
    write(&arguments.dir, &Tree::default(), &files)?;
    Ok(Output::fine(said(&arguments.dir, &starter, &files)))
}

/// Existing files that we would overwrite, and files that would be read as part of the config.
fn in_the_way(dir: &Path, files: &BTreeMap<String, String>) -> Vec<String> {
    let folders = document::Kind::ALL.iter().map(|kind| kind.folder()).chain(["runbooks"]);
    let folders = folders.filter(|folder| !folder.is_empty() && dir.join(folder).exists());
    let there = files.keys().filter(|path| fs::symlink_metadata(dir.join(path)).is_ok());
    let in_folder = |path: &&String| {
        !path.split_once('/').is_some_and(|(folder, _)| dir.join(folder).exists() && is_kind(folder))
    };
    folders.map(|folder| format!("{folder}/")).chain(there.filter(in_folder).cloned()).collect()
}

fn is_kind(folder: &str) -> bool {
    folder == "runbooks" || document::Kind::ALL.iter().any(|kind| kind.folder() == folder)
}

fn refused(dir: &Path, in_the_way: &[String]) -> Output {
    let mut err = format!("error: {} is not empty; these are in the way:\n", dir.display());
    for path in in_the_way.iter().take(NAMED_MAX) {
        err.push_str(&format!("  {path}\n"));
    }
    if in_the_way.len() > NAMED_MAX {
        err.push_str(&format!("  and {} more\n", in_the_way.len() - NAMED_MAX));
    }
    err.push_str("Nothing was written. Choose another directory, or move them.\n");
    Output { out: String::new(), err, exit: Exit::Usage }
}

fn said(dir: &Path, starter: &Starter, files: &BTreeMap<String, String>) -> String {
    let zone = starter.time_zone.iana_name().unwrap_or("UTC");
    let mut out = format!("wrote {} files to {} (time zone {zone}):\n\n", files.len(), dir.display());
    let schemas = files.keys().filter(|path| path.starts_with("schema/")).count();
    for path in files.keys().filter(|path| !path.starts_with("schema/")) {
        out.push_str(&format!("  {path}\n"));
    }
    out.push_str(&format!("  schema/ ({schemas} files, for editors)\n\nNext:\n"));
    let here = if dir == Path::new(".") { String::new() } else { format!(" {}", dir.display()) };
    out.push_str(&format!(
        "  1. oncall validate{here}, and oncall who{here}: it is already a valid config.\n"
    ));
    out.push_str(
        "  2. Put your own people into users/. README.md explains the rest to everybody who edits.\n",
    );
    out.push_str(match (starter.forge, &starter.source) {
        (Forge::None, _) | (_, Some(_)) => "  3. Commit it, and push it to its repository.\n",
        (Forge::Github, None) => {
            "  3. In .github/workflows/oncall.yml, say where CI builds oncall from; commit and push.\n"
        }
        (Forge::Gitlab, None) => {
            "  3. In .gitlab-ci.yml, say where CI builds oncall from; commit and push.\n"
        }
    });
    out
}

fn team(text: &str) -> Result<String, String> {
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fine = text.bytes().next().is_some_and(small) && text.bytes().all(|byte| small(byte) || byte == b'-');
    if !fine || is_not_text(text) || text == "nobody" || text.len() > TEAM_MAX {
        return Err("an id has lower-case letters, digits and `-`, such as web or data-platform".to_owned());
    }
    if taken().contains(text) {
        return Err("this id is used for something else in the files".to_owned());
    }
    Ok(text.to_owned())
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "no such time zone: write it like Asia/Tokyo".to_owned())
}

/// The address is written into YAML as is.
fn source(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:@+%".contains(&byte);
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
    if begins && text.bytes().all(plain) && !text.ends_with(':') {
        return Ok(text.to_owned());
    }
    Err("write a git address, as in https://git.example.com/oncall.git".to_owned())
}

/// Japanese if the terminal is Japanese.
fn of_the_terminal() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(locale) if locale.starts_with("ja") => Language::Ja,
        _ => Language::En,
    }
}

/// This machine's time zone; UTC if it cannot be determined.
fn of_the_machine() -> TimeZone {
    let set = env::var("TZ").ok().map(|zone| zone.trim_start_matches(':').to_owned());
    let link = || {
        let target = fs::read_link("/etc/localtime").ok()?;
        target.to_str()?.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
    };
    let zone = set.filter(|zone| !zone.is_empty()).or_else(link);
    zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC)
}
