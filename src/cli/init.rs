//! `oncall init`: writes a new config repository to a directory, and overwrites nothing.
//!
//! [`starter`](super::starter) decides which files to write. This module finds out what was not given (the language,
//! the zone, the day; on a terminal it asks for the team), checks for files in the way, and that the config is valid.

use super::channel::Channel;
use super::directory::now;
use super::edited;
use super::spoken::{SpokenLanguage, Told, caused, of_the_terminal, told};
use super::starter::{Forge, Starter, files, taken};
use super::write::write;
use super::{Exit, Output};
use crate::check;
use crate::compile::{self, Tree, is_not_text, render_human};
use crate::document;
use crate::edit::Newcomer;
use crate::integration::{MONITORS, Monitor};
use crate::language;
use crate::language::failed::{
    cannot_make_folder, id_is_taken, no_channel, no_monitor, not_a_git_address, not_a_zone, not_an_id,
};
use crate::language::starting::{Ask, Starting};
use crate::language::words::Words;
use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The longest team id, in bytes.
const TEAM_MAX: usize = 40;
/// How many of the files in the way are named.
const NAMED_MAX: usize = 10;
/// The most people at once.
const PEOPLE_MAX: usize = 50;
const TEAM: &str = "web";
const CHANNELS: [Channel; 2] = [Channel::Slack, Channel::Call];

/// Create a config repository: one team, valid from the start, with CI and editor settings
#[derive(Debug, clap::Args)]
#[command(after_help = "\
On a terminal it asks for what is about the team, unless something of it is given. People are written as \
in an address, `Emma Smith <emma@example.com>`, and a phone number and a Slack member id may follow: \
`Emma Smith <emma@example.com> +1 202 555 0101 U012AB3CD`. What is not known of them is a sample, which \
`oncall doctor` lists.")]
pub struct Arguments {
    /// The directory to write to; created if missing
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// The language of the files, and of messages to people [default: the terminal's]
    #[arg(long, value_enum)]
    pub language: Option<SpokenLanguage>,
    /// The team's id: lower-case letters, digits and `-` [default: web]
    #[arg(long, value_name = "NAME", value_parser = team)]
    pub team: Option<String>,
    /// Who takes turns, in their order, with commas or repeated [default: people that are made up]
    #[arg(long, value_name = "PERSON", value_delimiter = ',')]
    pub people: Vec<String>,
    /// Where alerts come from, with commas or repeated [default: alertmanager]
    #[arg(long, value_name = "TYPE", value_delimiter = ',', value_parser = monitor)]
    pub monitor: Vec<&'static Monitor>,
    /// How people are told, with commas or repeated; calls are always set up [default: slack,call]
    #[arg(long, value_enum, value_name = "CHANNEL", value_delimiter = ',')]
    pub channel: Vec<Channel>,
    /// The team's time zone, such as Europe/London [default: Asia/Tokyo with `ja`, else this machine's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub time_zone: Option<TimeZone>,
    /// The kind of CI files to write
    #[arg(long, value_enum, default_value_t = Forge::Github)]
    pub ci: Forge,
    /// The git URL from which CI builds oncall
    #[arg(long, value_name = "URL", value_parser = source)]
    pub source: Option<String>,
    /// Only list the files, and ask nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What is about the team.
struct About {
    team: String,
    people: Vec<String>,
    monitors: Vec<&'static Monitor>,
    channels: Vec<Channel>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let spoken = arguments.language.map_or_else(of_the_terminal, SpokenLanguage::language);
    let (written, time_zone) = match (spoken, &arguments.time_zone) {
        (language::Language::Ja, None) => (document::Language::Ja, TimeZone::get("Asia/Tokyo")?),
        (language::Language::Ja, Some(zone)) => (document::Language::Ja, zone.clone()),
        (language::Language::En, None) => (document::Language::En, of_the_machine()),
        (language::Language::En, Some(zone)) => (document::Language::En, zone.clone()),
    };
    let About { team, people, monitors, channels } = arguments.about(spoken)?;
    let today = now().to_zoned(time_zone.clone()).date();
    let starter = Starter {
        language: written,
        team,
        time_zone,
        forge: arguments.ci,
        source: arguments.source.clone(),
        people: read(&people, spoken)?,
        monitors,
        channels,
    };
    let files = files(&starter, today);
    let in_the_way = in_the_way(&arguments.dir, &files);
    if !in_the_way.is_empty() {
        return Ok(refused(&arguments.dir, &in_the_way, spoken));
    }
    if let Some(refused) = invalid(&files, spoken) {
        return Ok(refused);
    }
    if !arguments.dry_run {
        fs::create_dir_all(&arguments.dir)
            .map_err(|error| caused(cannot_make_folder(&arguments.dir.display().to_string()), error))?;
        write(&arguments.dir, &Tree::default(), &files)?;
    }
    Ok(Output::fine(said(arguments, &starter, &files, spoken)))
}

impl Arguments {
    /// What was given, or what somebody at the terminal says.
    fn about(&self, spoken: language::Language) -> Result<About> {
        let given = self.team.is_some()
            || !(self.people.is_empty() && self.monitor.is_empty() && self.channel.is_empty());
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        if !given && !self.dry_run && terminal {
            return asked(spoken);
        }
        let alertmanager = || MONITORS.iter().take(1).collect();
        Ok(About {
            team: self.team.clone().unwrap_or_else(|| TEAM.to_owned()),
            people: self.people.clone(),
            monitors: Some(each_once(&self.monitor, |it| it.name))
                .filter(|it| !it.is_empty())
                .unwrap_or_else(alertmanager),
            channels: Some(each_once(&self.channel, |it| it.word()))
                .filter(|it| !it.is_empty())
                .unwrap_or_else(|| CHANNELS.to_vec()),
        })
    }
}

fn each_once<T: Copy>(all: &[T], name: impl Fn(&T) -> &'static str) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.iter().copied().filter(|it| seen.insert(name(it))).collect()
}

/// Asks one question after another; an answer that cannot be read is asked for again, a few times.
fn asked(spoken: language::Language) -> Result<About> {
    let team = again(spoken, &spoken.ask(Ask::Team { default: TEAM }), |said| match said {
        "" => Ok(TEAM.to_owned()),
        said => team(said),
    })?;
    show(&spoken.ask(Ask::People))?;
    let mut people: Vec<String> = Vec::new();
    while people.len() < PEOPLE_MAX {
        let question = spoken.ask(Ask::Person { number: people.len() + 1 });
        let person = again(spoken, &question, |said| match said {
            "" => Ok(String::new()),
            said => {
                Newcomer::read(said, spoken).map(|_| said.to_owned()).map_err(|why| told(Words::same(why)))
            }
        })?;
        if person.is_empty() {
            break;
        }
        people.push(person);
    }
    let names = |all: Vec<&str>| all.join(", ");
    let all = names(MONITORS.iter().map(|it| it.name).collect());
    let monitors =
        again(spoken, &spoken.ask(Ask::Monitors { all: &all, default: "alertmanager" }), |said| {
            let said = if said.is_empty() { "alertmanager" } else { said };
            listed(said).map(monitor).collect::<Result<Vec<_>, _>>()
        })?;
    let all = names(Channel::value_variants().iter().map(|it| it.word()).collect());
    let channels = again(spoken, &spoken.ask(Ask::Channels { all: &all, default: "slack, call" }), |said| {
        let said = if said.is_empty() { "slack,call" } else { said };
        let read = |word| Channel::from_str(word, true).map_err(|_| told(no_channel(word, &all)));
        listed(said).map(read).collect::<Result<Vec<_>, _>>()
    })?;
    let monitors = each_once(&monitors, |it| it.name);
    Ok(About { team, people, monitors, channels: each_once(&channels, |it| it.word()) })
}

/// How often one question is asked.
const ASKED_MAX: usize = 5;

fn again<T>(spoken: language::Language, question: &str, read: impl Fn(&str) -> Result<T, Told>) -> Result<T> {
    let mut why = String::new();
    for _ in 0..ASKED_MAX {
        show(question)?;
        match read(&edited::line()?) {
            Ok(answer) => return Ok(answer),
            Err(wrong) => {
                why = wrong.words.of(spoken).to_owned();
                show(&format!("{why}\n"))?;
            }
        }
    }
    bail!(why)
}

fn show(text: &str) -> Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn listed(said: &str) -> impl Iterator<Item = &str> {
    said.split([',', '、', ' ']).map(str::trim).filter(|word| !word.is_empty())
}

fn read(people: &[String], spoken: language::Language) -> Result<Vec<Newcomer>> {
    let people = people.iter().filter(|said| !said.trim().is_empty());
    let people: Vec<Newcomer> =
        people.map(|said| Newcomer::read(said, spoken).map_err(|why| anyhow!(why))).collect::<Result<_>>()?;
    if people.len() > PEOPLE_MAX {
        bail!(spoken.starting(Starting::TooMany { most: PEOPLE_MAX }));
    }
    let mut ids = BTreeSet::new();
    match people.iter().find(|it| !ids.insert(&it.id)) {
        Some(twice) => bail!(spoken.starting(Starting::SameId { id: &twice.id })),
        None => Ok(people),
    }
}

/// Why what would be written is no config, such as a phone number that is none.
fn invalid(files: &BTreeMap<String, String>, spoken: language::Language) -> Option<Output> {
    let bytes = files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
    let tree = Tree { files: bytes.collect(), ..Tree::default() };
    let compiled = compile::compile(&tree);
    let mut findings = check::errors(&compiled);
    findings.extend(check::expectations::unmet(&compiled));
    if findings.is_empty() {
        return None;
    }
    let why = spoken.starting(Starting::Invalid);
    let err = format!("{why}\n\n{}", render_human(&tree, &findings, spoken, true));
    Some(Output { out: String::new(), err, exit: Exit::Config })
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

fn refused(dir: &Path, in_the_way: &[String], spoken: language::Language) -> Output {
    let dir = dir.display().to_string();
    let mut err = format!("{}\n", spoken.starting(Starting::InTheWay { dir: &dir }));
    for path in in_the_way.iter().take(NAMED_MAX) {
        err.push_str(&format!("  {path}\n"));
    }
    if in_the_way.len() > NAMED_MAX {
        let more = in_the_way.len() - NAMED_MAX;
        err.push_str(&format!("  {}\n", spoken.starting(Starting::More { more })));
    }
    err.push_str(&format!("{}\n", spoken.starting(Starting::NothingWritten)));
    Output { out: String::new(), err, exit: Exit::Usage }
}

fn said(
    arguments: &Arguments,
    starter: &Starter,
    files: &BTreeMap<String, String>,
    spoken: language::Language,
) -> String {
    let dir = arguments.dir.display().to_string();
    let zone = starter.time_zone.iana_name().unwrap_or("UTC");
    let count = files.len();
    let first = match arguments.dry_run {
        false => Starting::Wrote { files: count, dir: &dir, zone },
        true => Starting::WouldWrite { files: count, dir: &dir, zone },
    };
    let mut out = format!("{}\n\n", spoken.starting(first));
    let schemas = files.keys().filter(|path| path.starts_with("schema/")).count();
    for path in files.keys().filter(|path| !path.starts_with("schema/")) {
        out.push_str(&format!("  {path}\n"));
    }
    out.push_str(&format!("  {}\n", spoken.starting(Starting::Schemas { files: schemas })));
    if arguments.dry_run {
        return out;
    }
    let here = if arguments.dir == Path::new(".") { String::new() } else { format!(" {dir}") };
    let last = match (starter.forge, &starter.source) {
        (Forge::None, _) | (_, Some(_)) => Starting::CommitIt,
        (Forge::Github, None) => Starting::SaySource { file: ".github/workflows/oncall.yml" },
        (Forge::Gitlab, None) => Starting::SaySource { file: ".gitlab-ci.yml" },
    };
    out.push_str(&format!("\n{}\n", spoken.starting(Starting::Next)));
    for line in [Starting::LookAtIt { here: &here }, Starting::WhatIsLeft { here: &here }, last] {
        out.push_str(&format!("  {}\n", spoken.starting(line)));
    }
    out
}

fn monitor(name: &str) -> Result<&'static Monitor, Told> {
    let named = Monitor::named(&name.trim().to_ascii_lowercase());
    named.ok_or_else(|| {
        let all: Vec<&str> = MONITORS.iter().map(|it| it.name).collect();
        told(no_monitor(name, &all.join(", ")))
    })
}

fn team(text: &str) -> Result<String, Told> {
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fine = text.bytes().next().is_some_and(small) && text.bytes().all(|byte| small(byte) || byte == b'-');
    if !fine || is_not_text(text) || text == "nobody" || text.len() > TEAM_MAX {
        return Err(told(not_an_id()));
    }
    if taken().contains(text) {
        return Err(told(id_is_taken()));
    }
    Ok(text.to_owned())
}

pub(super) fn zone(name: &str) -> Result<TimeZone, Told> {
    TimeZone::get(name).map_err(|_| told(not_a_zone()))
}

/// The address is written into YAML as is.
fn source(text: &str) -> Result<String, Told> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:@+%".contains(&byte);
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
    if begins && text.bytes().all(plain) && !text.ends_with(':') {
        return Ok(text.to_owned());
    }
    Err(told(not_a_git_address()))
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
