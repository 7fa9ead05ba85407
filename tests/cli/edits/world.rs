//! A config from the base and a patch, a command line on it, and what comes of it as text.
//!
//! `--- path` begins a file, which replaces that of the base or is added to it. The text of an edit has the sentences,
//! `= ` before a schedule and who is on call on it instead of whom, `== path` and the `+` and `-` lines of the diff,
//! the code of a new finding, and `? ` before what only a person can decide.

use crate::words::words;
use clap::Parser;
use jiff::{Timestamp, tz::TimeZone};
use oncall::cli::{self, Arguments};
use oncall::compile::{Compiled, Tree, compile, render_human};
use oncall::config::Config;
use oncall::edit::{Edit, EditError, Subject, unified};
use oncall::preview::difference::{Move, Sides, difference};
use oncall::schedule::Schedules;

/// When an edit is asked for: a Tuesday noon in Tokyo.
pub const NOW: &str = "2026-11-24T12:00:00+09:00";

pub struct World {
    pub tree: Tree,
    pub compiled: Compiled,
    pub now: Timestamp,
}

impl World {
    /// The base with a patch.
    #[track_caller]
    pub fn new(patch: &str) -> World {
        let mut tree = Tree::default();
        for text in [include_str!("base.txt"), patch] {
            for part in format!("\n{text}").split("\n--- ").skip(1) {
                let (path, body) = part.split_once('\n').unwrap_or((part, ""));
                tree.files.insert(path.to_owned(), format!("{}\n", body.trim_end_matches('\n')).into_bytes());
            }
        }
        World::of(tree)
    }

    #[track_caller]
    pub fn of(tree: Tree) -> World {
        let compiled = compile(&tree);
        let findings = render_human(&tree, &compiled.diagnostics, oncall::language::Language::En, false);
        assert!(compiled.config.is_some(), "{findings}");
        World { tree, compiled, now: NOW.parse().unwrap() }
    }

    pub fn config(&self) -> &Config {
        self.compiled.config.as_ref().unwrap()
    }

    /// What `oncall <line>` asks for.
    pub fn edit(&self, line: &str) -> Result<Edit, EditError> {
        self.asked(words(&format!("oncall {line}")))
    }

    /// An override with a reason that may be anything.
    #[track_caller]
    pub fn edit_with_reason(&self, line: &str, reason: &str) -> Edit {
        let mut words = words(&format!("oncall {line} --with sato"));
        words.push(format!("--reason={reason}"));
        self.asked(words).unwrap_or_else(|refusal| panic!("{reason:?}: {}", refused(&refusal)))
    }

    fn asked(&self, words: Vec<String>) -> Result<Edit, EditError> {
        let arguments = Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let subject =
            Subject { tree: &self.tree, compiled: &self.compiled, config: self.config(), now: self.now };
        let edit = cli::edit(&arguments.command, &subject).unwrap();
        if let Ok(edit) = &edit {
            edit.files.iter().for_each(|(path, new)| self.keeps_everything(path, new));
        }
        edit
    }

    /// An edit that must come about.
    #[track_caller]
    pub fn edited(&self, line: &str) -> Edit {
        self.edit(line).unwrap_or_else(|refusal| panic!("{line}: {}", refused(&refusal)))
    }

    /// What comes of a command line, as text.
    pub fn says(&self, line: &str) -> String {
        match self.edit(line) {
            Ok(edit) => self.text(&edit),
            Err(refusal) => refused(&refusal),
        }
    }

    fn text(&self, edit: &Edit) -> String {
        let mut lines = edit.said.clone();
        if let Some((from, until)) = edit.lasts {
            let sides = Sides { before: &self.config().schedules, after: &edit.config.schedules };
            let changed = difference(&sides, from, until).changed;
            lines.extend(
                changed.iter().flat_map(|changed| changed.moves.iter().map(|it| moved(&changed.id, it))),
            );
        }
        for (path, new) in &edit.files {
            lines.push(format!("== {path}"));
            lines.extend(self.changed_lines(path, new));
        }
        lines.extend(edit.findings.iter().map(|it| format!("{} {}", it.code, it.message.en)));
        lines.extend(edit.undecided.iter().map(|it| format!("? {}: {}", it.place, it.what)));
        lines.join("\n")
    }

    /// The `+` and `-` lines of a file's diff.
    pub fn changed_lines(&self, path: &str, new: &str) -> Vec<String> {
        let old = self.old(path);
        let diff = unified(path, old.as_deref(), new);
        let changes = diff.lines().skip(2).filter(|line| line.starts_with(['+', '-']));
        changes.map(|line| line.replace('\r', "\\r")).collect()
    }

    fn old(&self, path: &str) -> Option<String> {
        self.tree.files.get(path).map(|bytes| String::from_utf8(bytes.clone()).unwrap())
    }

    /// Every byte of the old file is still there, in order, but for the date behind a `left` that was there already.
    #[track_caller]
    fn keeps_everything(&self, path: &str, new: &str) {
        let old = self.old(path).unwrap_or_default();
        if path.starts_with("users/") && old.contains("left: ") {
            return;
        }
        let mut rest = new.chars();
        assert!(
            old.chars().all(|c| rest.any(|other| other == c)),
            "{path} lost something:\n{old}\n---\n{new}"
        );
    }
}

/// The shifts of a schedule as lines: when each begins, and whose it is.
pub fn shifts(schedules: &Schedules, schedule: &str, from: &str, until: &str) -> Vec<String> {
    let [from, until] =
        [from, until].map(|text| cli::instant(text, &tokyo(), oncall::language::Language::En).unwrap());
    let shifts = schedules.shifts(schedule, from, until);
    shifts.iter().map(|it| format!("{} {}", local(it.start), names(&it.on_call.users))).collect()
}

pub fn names(ids: &[std::sync::Arc<str>]) -> String {
    if ids.is_empty() { "nobody".to_owned() } else { ids.join("+") }
}

pub fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn moved(schedule: &str, it: &Move) -> String {
    let Move { start, end, exchange } = it;
    let [start, end] = [*start, *end].map(local);
    let instead = match exchange.leave.as_slice() {
        [] if !exchange.gap_before => "as well".to_owned(),
        leave => format!("not {}", names(leave)),
    };
    format!("= {schedule} {start} to {end}: {}, {instead}", names(&exchange.come))
}

fn local(at: Timestamp) -> String {
    at.to_zoned(tokyo()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn refused(refusal: &EditError) -> String {
    match refusal {
        EditError::Asked(text) => format!("refused: {text}"),
        EditError::Broken { tree, findings } => {
            format!("broken:\n{}", render_human(tree, findings, oncall::language::Language::En, false))
        }
    }
}
