//! What an editing command shows: what changes in words and as a diff; and the files, if they are to be written.

use super::directory::{Directory, now};
use super::instant::{local, zone_name};
use super::people::named;
use super::table::table;
use super::write::write;
use super::{Exit, Output};
use crate::compile::{Severity, Tree, render_human};
use crate::edit::{Edit, Exchanged, Refusal, Subject, unified};
use crate::provider::{COLUMNS, wrap};
use crate::schedule::UserId;
use anyhow::{Result, anyhow};
use clap::builder::styling::{AnsiColor, Style};

/// The most changes of who is on call that are shown one by one.
const EXCHANGED_MAX: usize = 10;

/// The end of every command line that edits.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Write the files; without it, the change is only shown
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    directory: Directory,
}

/// Makes an edit of the directory and shows it, and writes it if that is asked for.
pub(super) fn run(
    options: &Options,
    edit: impl FnOnce(&Subject<'_>) -> Result<Edit, Refusal>,
) -> Result<Output> {
    let loaded = options.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let subject = Subject { tree: &loaded.tree, compiled: &loaded.compiled, config, now: now() };
    let edit = match edit(&subject) {
        Ok(edit) => edit,
        Err(Refusal::Asked(text)) => return Err(anyhow!(text)),
        Err(Refusal::Broken { tree, findings }) => {
            let why = "the config would be wrong afterwards, so nothing is changed:\n\n";
            let err = format!("{why}{}", render_human(&tree, &findings, true));
            return Ok(Output { out: String::new(), err, exit: Exit::Config });
        }
    };
    let mut out = text(&loaded.tree, &edit);
    if options.write {
        write(&options.directory.dir, &loaded.tree, &edit.files)?;
        let paths: Vec<&str> = edit.files.keys().map(String::as_str).collect();
        out.push_str(&format!("Wrote {}.\n", paths.join(", ")));
    } else {
        out.push_str("Nothing was written; add --write.\n");
    }
    Ok(Output::fine(out))
}

/// A refusal in words.
pub(super) fn refused(error: &anyhow::Error) -> Refusal {
    Refusal::Asked(format!("{error:#}"))
}

/// What the edit says, the difference, and what else is to know.
fn text(tree: &Tree, edit: &Edit) -> String {
    let mut out: String = edit.said.iter().map(|sentence| wrapped(sentence)).collect();
    out.push_str(&exchanged(edit));
    out.push('\n');
    for (path, new) in &edit.files {
        let old = tree.files.get(path).map(|bytes| String::from_utf8_lossy(bytes));
        out.extend(unified(path, old.as_deref(), new).split_inclusive('\n').map(coloured));
        out.push('\n');
    }
    if !edit.findings.is_empty() {
        let fails = edit.findings.iter().any(|finding| finding.severity == Severity::Error);
        let does = if fails { "fail" } else { "warn" };
        let findings = render_human(&edit.tree, &edit.findings, true);
        out.push_str(&format!("`oncall validate` would then {does}:\n\n{findings}\n"));
    }
    if !edit.undecided.is_empty() {
        let rows = edit.undecided.iter().map(|it| [it.place.to_string(), it.what.clone()]);
        out.push_str(&table(["For a person to decide", ""], &[], rows));
        out.push('\n');
    }
    out
}

/// Who is on call instead of whom.
fn exchanged(edit: &Edit) -> String {
    let zone = &edit.config.organisation.time_zone;
    let people = |ids: &[UserId]| match ids {
        [] => "nobody".to_owned(),
        ids => ids.iter().map(|id| named(&edit.config, id)).collect::<Vec<_>>().join(", "),
    };
    let row =
        |it: &Exchanged| [local(it.from, zone), local(it.until, zone), people(&it.after), people(&it.before)];
    let rows: Vec<[String; 4]> = edit.exchanged.iter().take(EXCHANGED_MAX).map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut out = table(["From", "Until", "On call", "Instead of"], &[0, 1], rows);
    if edit.exchanged.len() > EXCHANGED_MAX {
        out.push_str(&format!("and {} more changes\n", edit.exchanged.len() - EXCHANGED_MAX));
    }
    format!("Times are in {}.\n\n{out}", zone_name(zone))
}

fn wrapped(sentence: &str) -> String {
    wrap(sentence, COLUMNS).into_iter().map(|line| line + "\n").collect()
}

/// A line of a diff, as terminals show it.
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
