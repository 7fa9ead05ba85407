//! The output of an editing command: the change in words and as a diff. Writes the files if asked to.

use super::compared::Compared;
use super::directory::{Directory, now};
use super::dry_run::DAYS_MAX;
use super::instant::zone_name;
use super::spoken::Spoken;
use super::table::table;
use super::write::write;
use super::{Exit, Output, compare_text};
use crate::compile::{Severity, render_human};
use crate::edit::{Edit, EditError, Subject, unified};
use crate::language::words::Words;
use crate::language::{Language, commands};
use crate::provider::{COLUMNS, wrap};
use anyhow::{Context, Result};
use clap::builder::styling::{AnsiColor, Style};
use jiff::{SignedDuration, Timestamp};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};

/// How much of an answer is read, in bytes.
const ANSWER_MAX: u64 = 4_096;

/// The last arguments of every editing command.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Write the files; without it, show the change, and ask where there is a terminal
    #[arg(long)]
    pub write: bool,
    /// Only show the change, and ask nothing
    #[arg(long, conflicts_with = "write")]
    pub dry_run: bool,
    #[command(flatten)]
    pub spoken: Spoken,
    #[command(flatten)]
    pub directory: Directory,
}

/// Makes an edit of the directory, shows it, and writes it if asked to.
pub(super) fn run(
    options: &Options,
    edit: impl FnOnce(&Subject<'_>) -> Result<Edit, EditError>,
) -> Result<Output> {
    maybe(options, |subject| edit(subject).map(Some))
}

/// The same, of an edit that may have nothing to change.
pub(super) fn maybe(
    options: &Options,
    edit: impl FnOnce(&Subject<'_>) -> Result<Option<Edit>, EditError>,
) -> Result<Output> {
    let mut loaded = options.directory.load()?;
    let language = options.spoken.or(loaded.compiled.language);
    loaded.compiled.language = language;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let subject = Subject { tree: &loaded.tree, compiled: &loaded.compiled, config, now: now() };
    let edit = match edit(&subject) {
        Ok(Some(edit)) => edit,
        Ok(None) => return Ok(Output::fine(line_of(&commands::nothing_to_change(), language))),
        Err(EditError::Asked(text)) => {
            let err = format!("{}{text}\n", commands::error().of(language));
            return Ok(Output { out: String::new(), err, exit: Exit::Usage });
        }
        Err(EditError::Broken { tree, findings }) => {
            let why = line_of(&commands::would_break(), language);
            let err = format!("{why}\n{}", render_human(&tree, &findings, language, true));
            return Ok(Output { out: String::new(), err, exit: Exit::Config });
        }
    };
    let mut out = text(&subject, &edit);
    let writes = options.write || (!options.dry_run && agreed(&mut out, language)?);
    if writes {
        write(&options.directory.dir, &loaded.tree, &edit.files)?;
        let paths: Vec<&str> = edit.files.keys().map(String::as_str).collect();
        out.push_str(&line_of(&commands::wrote(&paths.join(", ")), language));
    } else {
        out.push_str(&line_of(&commands::nothing_written(), language));
    }
    Ok(Output::fine(out))
}

fn line_of(words: &Words, language: Language) -> String {
    format!("{}\n", words.of(language))
}

/// On a terminal, shows what is to be written and asks; elsewhere nobody is there to answer.
fn agreed(shown: &mut String, language: Language) -> Result<bool> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Ok(false);
    }
    let mut out = anstream::stdout();
    out.write_all(std::mem::take(shown).as_bytes())?;
    let question = match language {
        Language::En => "Write it? [y/N] ",
        Language::Ja => "書き込みますか？ [y/N] ",
    };
    out.write_all(question.as_bytes())?;
    out.flush()?;
    Ok(matches!(line()?.to_ascii_lowercase().as_str(), "y" | "yes" | "はい" | "ｙ"))
}

/// One line from the terminal.
pub(super) fn line() -> Result<String> {
    let mut line = String::new();
    BufReader::new(io::stdin().take(ANSWER_MAX)).read_line(&mut line).context("cannot read the answer")?;
    Ok(line.trim().to_owned())
}

/// An error as a refusal.
pub(super) fn refused(error: &anyhow::Error) -> EditError {
    EditError::Asked(format!("{error:#}"))
}

/// The edit in words, the diff, and anything else to know.
fn text(subject: &Subject<'_>, edit: &Edit) -> String {
    let language = subject.compiled.language;
    let mut out: String = edit.said.iter().map(|sentence| wrapped(sentence)).collect();
    out.push_str(&who_is_on_call(subject, edit));
    if !out.is_empty() {
        out.push('\n');
    }
    for (path, new) in &edit.files {
        let old = subject.tree.files.get(path).map(|bytes| String::from_utf8_lossy(bytes));
        out.extend(unified(path, old.as_deref(), new).split_inclusive('\n').map(coloured));
        out.push('\n');
    }
    if !edit.findings.is_empty() {
        let fails = edit.findings.iter().any(|finding| finding.severity == Severity::Error);
        let findings = render_human(&edit.tree, &edit.findings, language, true);
        out.push_str(&format!("{}\n{findings}\n", line_of(&commands::validate_would(fails), language)));
    }
    if !edit.undecided.is_empty() {
        let rows = edit.undecided.iter().map(|it| [it.place.to_string(), it.what.clone()]);
        out.push_str(&table([commands::to_decide().of(language), ""], &[], rows));
        out.push('\n');
    }
    out
}

/// How the edit affects the people on call today and, for an override, every shift it overlaps.
fn who_is_on_call(subject: &Subject<'_>, edit: &Edit) -> String {
    let today = compared(subject, edit, subject.now, subject.now);
    let mut out = compare_text::alarms(&today);
    let Some((from, until)) = edit.lasts else { return out };
    let lasting = compared(subject, edit, from, until.min(later(from)));
    let changed = lasting.difference.changed.iter().filter(|changed| !changed.moves.is_empty());
    let changed: Vec<String> = changed.map(|changed| compare_text::changes(&lasting, changed)).collect();
    let times = commands::times_in(zone_name(&edit.config.organisation.time_zone));
    let language = subject.compiled.language;
    out.push_str(&match changed.as_slice() {
        [] => line_of(&commands::no_shift_changes(), language),
        changed => format!("{}\n{}", line_of(&times, language), changed.join("\n")),
    });
    out
}

fn compared<'c>(subject: &Subject<'c>, edit: &'c Edit, from: Timestamp, until: Timestamp) -> Compared<'c> {
    let before = Some(subject.config);
    let compared = Compared::new(("the files as they are", None), before, &edit.config, from, until);
    Compared { language: subject.compiled.language, ..compared }
}

/// How far ahead an override is compared.
fn later(from: Timestamp) -> Timestamp {
    from.checked_add(SignedDuration::from_hours(24 * i64::from(DAYS_MAX))).unwrap_or(Timestamp::MAX)
}

fn wrapped(sentence: &str) -> String {
    wrap(sentence, COLUMNS).into_iter().map(|line| line + "\n").collect()
}

/// One line of a diff, coloured for terminals.
fn coloured(line: &str) -> String {
    let style = match line.as_bytes() {
        [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => Style::new().bold(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'@', ..] => AnsiColor::Cyan.on_default(),
        _ => return line.to_owned(),
    };
    let text = line.trim_end_matches(['\r', '\n']);
    let end = line.get(text.len()..).unwrap_or_default();
    format!("{style}{text}{style:#}{end}")
}
