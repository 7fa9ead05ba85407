//! The command line as it is read and shown: clap's own help and errors in English, ours in Japanese.
//!
//! What there is to say is said once, in English beside each command; the Japanese is found by it in
//! [`language::help`](crate::language::help).

use super::spoken::{Told, reader};
use super::told_shown::push_wrapped;
use super::{Arguments, Exit, Output, version};
use crate::language::help::{self, Misread};
use crate::language::{Language, commands};
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory, FromArgMatches};
use unicode_width::UnicodeWidthStr;

/// How wide the names of a list are at most; the text of a wider one goes below it.
const NAMES_WIDE: usize = 34;
/// How wide a text is at most that its values stand behind.
const BESIDE_MAX: usize = 46;

/// The arguments of this process, or the help or the error that is shown in their place.
pub fn arguments() -> Result<Arguments, Output> {
    let language = reader();
    let found = command(language).try_get_matches();
    let found = found.and_then(|matches| Arguments::from_arg_matches(&matches));
    found.map_err(|error| {
        let text = match language {
            Language::Ja => misread(&error),
            Language::En => None,
        };
        let text = text.unwrap_or_else(|| error.render().ansi().to_string());
        match error.use_stderr() {
            true => Output { out: String::new(), err: text, exit: Exit::Usage },
            false => Output::fine(text),
        }
    })
}

/// The command line, with the help in this language.
pub fn command(language: Language) -> Command {
    let plain = Arguments::command().version(version());
    match language {
        Language::En => plain,
        Language::Ja => {
            // Only a built command knows its usage and its `--help`; only one that is not built may be changed.
            let mut built = plain.clone();
            built.build();
            translated(plain, &mut built)
        }
    }
}

fn translated(command: Command, built: &mut Command) -> Command {
    let about = command.get_about().map(|about| said(&about.to_string()));
    let command = command.override_help(text(built)).mut_args(|arg| {
        let help = arg.get_help().map(|help| said(&help.to_string()));
        help.into_iter().fold(arg, |arg, help| arg.help(help))
    });
    let command = about.into_iter().fold(command, |command, about| command.about(about));
    command.mut_subcommands(|below| {
        let name = below.get_name().to_owned();
        match built.find_subcommand_mut(&name) {
            Some(built) => translated(below, built),
            None => below,
        }
    })
}

/// The Japanese of a text; what has none stays as it is.
fn said(english: &str) -> String {
    let all = english.split("\n\n").map(|paragraph| help::help(paragraph).unwrap_or(paragraph));
    all.collect::<Vec<_>>().join("\n\n")
}

fn text(command: &mut Command) -> String {
    let mut out = String::new();
    let about = command.get_long_about().or(command.get_about()).map(StyledStr::to_string);
    push_said(&mut out, &about.unwrap_or_default());
    let style = *command.get_styles().get_usage();
    let usage = usage(&command.render_usage().to_string());
    let usage = usage.trim_start_matches(help::USAGE).trim_start_matches(':');
    out.push_str(&format!("\n{style}{}:{style:#}{usage}\n", help::USAGE));
    let commands = command.get_subcommands().filter(|below| !below.is_hide_set());
    let commands = commands.map(|below| {
        let about = below.get_about().map(StyledStr::to_string).unwrap_or_default();
        (format!("  {}", below.get_name()), vec![said(&about)])
    });
    let style = *command.get_styles().get_header();
    let lists = [
        (help::COMMANDS, commands.collect()),
        (help::ARGUMENTS, command.get_positionals().map(row).collect::<Vec<_>>()),
        (help::OPTIONS, command.get_arguments().filter(|arg| !arg.is_positional()).map(row).collect()),
    ];
    for (heading, rows) in lists {
        if !rows.is_empty() {
            out.push_str(&format!("\n{style}{heading}:{style:#}\n"));
            push_list(&mut out, &rows);
        }
    }
    if let Some(after) = command.get_after_help() {
        out.push('\n');
        push_said(&mut out, &after.to_string());
    }
    out
}

/// An argument's name, and the lines beside it.
fn row(arg: &Arg) -> (String, Vec<String>) {
    let name = match arg.get_short() {
        _ if arg.is_positional() => format!("  {arg}"),
        Some(short) => format!("  -{short}, {arg}"),
        None => format!("      {arg}"),
    };
    let takes = arg.get_action().takes_values();
    let default: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    let default = if takes { default.join(",") } else { String::new() };
    let values: Vec<_> = if takes { arg.get_possible_values() } else { Vec::new() };
    let explained = values.iter().any(|value| value.get_help().is_some());
    let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    let may_be = if explained { String::new() } else { names.join(", ") };
    let variable = arg.get_env().map(|it| it.to_string_lossy()).unwrap_or_default();
    let beside = help::beside(&default, &may_be, &variable);
    let what = arg.get_help().map(|help| said(&help.to_string())).unwrap_or_default();
    // What a list of values would tear apart stands below.
    let mut lines = match what.width() + beside.width() > BESIDE_MAX && !what.is_empty() {
        true => vec![what, beside.trim_start().to_owned()],
        false if what.ends_with('）') => vec![what + beside.trim_start()],
        false => vec![(what + &beside).trim_start().to_owned()],
    };
    lines.retain(|line| !line.is_empty());
    if explained {
        lines.extend(values.iter().map(|value| {
            let what = value.get_help().map(|help| format!(": {}", said(&help.to_string())));
            format!("- {}{}", value.get_name(), what.unwrap_or_default())
        }));
    }
    (name, lines)
}

fn push_list(out: &mut String, rows: &[(String, Vec<String>)]) {
    let widest = rows.iter().map(|(name, _)| name.width()).filter(|width| *width <= NAMES_WIDE).max();
    let column = widest.unwrap_or(NAMES_WIDE) + 2;
    let indent = " ".repeat(column);
    for (name, lines) in rows {
        let mut lead = format!("{name:<column$}");
        if lead.width() > column {
            out.push_str(name);
            out.push('\n');
            lead.clone_from(&indent);
        }
        if lines.is_empty() {
            out.push_str(&format!("{}\n", lead.trim_end()));
        }
        for line in lines {
            push_wrapped(out, &lead, line);
            lead.clone_from(&indent);
        }
    }
}

/// Paragraphs, wrapped; lines that are set in stay as they are.
fn push_said(out: &mut String, english: &str) {
    for line in said(english).lines() {
        match line.starts_with(' ') || line.is_empty() {
            true => out.push_str(&format!("{line}\n")),
            false => push_wrapped(out, "", line),
        }
    }
}

/// A usage of clap's; its further lines stand below the first.
fn usage(english: &str) -> String {
    let japanese = english.replace("Usage:", &format!("{}:", help::USAGE));
    let japanese = japanese.replace("\n       ", "\n        ");
    japanese
        .replace("[OPTIONS]", &format!("[{}]", help::OPTIONS))
        .replace("<COMMAND>", &format!("<{}>", help::COMMANDS))
}

/// What is wrong with the command line; `None` for what is no mistake, such as `--help`.
fn misread(error: &clap::Error) -> Option<String> {
    let texts = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    let first = |kind| texts(kind).into_iter().next().unwrap_or_default();
    let (argument, value) = (&*first(ContextKind::InvalidArg), &*first(ContextKind::InvalidValue));
    let (arguments, with) = (&*texts(ContextKind::InvalidArg), &*texts(ContextKind::PriorArg));
    let command = &*first(ContextKind::InvalidSubcommand);
    let may_be = &*texts(ContextKind::ValidValue);
    let why = std::error::Error::source(error).map(|why| match why.downcast_ref::<Told>() {
        Some(told) => told.words.of(Language::Ja).to_owned(),
        None => why.to_string(),
    });
    let why = why.as_deref();
    let what = match error.kind() {
        ErrorKind::UnknownArgument => Misread::NoSuchArgument { argument },
        ErrorKind::InvalidSubcommand => Misread::NoSuchCommand { command },
        ErrorKind::MissingSubcommand => Misread::CommandMissing { command },
        ErrorKind::MissingRequiredArgument => Misread::Missing { arguments },
        ErrorKind::InvalidValue if value.is_empty() => Misread::NoValue { argument },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            Misread::NotAValue { value, argument, why, may_be }
        }
        ErrorKind::TooManyValues => Misread::OneTooMany { value, argument },
        ErrorKind::ArgumentConflict if with == arguments => Misread::Twice { argument },
        ErrorKind::ArgumentConflict => Misread::Together { argument, with },
        ErrorKind::InvalidUtf8 => Misread::NotText,
        _ => return None,
    };
    let mut text = format!("{}{}\n", commands::error().of(Language::Ja), help::misread(&what));
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue] {
        let near = texts(kind);
        if !near.is_empty() {
            text.push_str(&format!("\n  {}\n", help::near(&near)));
        }
    }
    if let Some(ContextValue::StyledStr(english)) = error.get(ContextKind::Usage) {
        text.push_str(&format!("\n{}\n", usage(&english.to_string())));
    }
    text.push_str(&format!("\n{}\n", help::SEE_HELP));
    Some(text)
}
