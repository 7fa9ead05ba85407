//! `oncall expect`: shows which of the config's promises hold, and records new ones from an alert.

use super::edited::{self, Options, refused};
use super::instant::instant;
use super::instant::parse_duration;
use super::known::known;
use super::spoken::{no, told};
use super::{Exit, Output, body};
use crate::alert::{Action, Event};
use crate::check::expectations;
use crate::compile::render_human;
use crate::edit::{Edit, EditError, ExpectationWish, Subject, record};
use crate::integration::read_trusted;
use crate::language::commands::{self, Noun};
use crate::language::failed::write_goes_with_record;
use crate::provider::{COLUMNS, wrap};
use anyhow::{Result, bail};
use jiff::SignedDuration;
use std::path::PathBuf;
use std::ptr;
use std::sync::Arc;

/// The column of the names, after the mark.
const LEAD: usize = 6;

/// Run the expectations one by one, or record one from an alert
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "oncall expect [DIR]\n       oncall expect --record --name <TEXT> --alert <FILE> --integration <ID>\n       \
        [--at <T>] [--until <D>] [--file <PATH>] [--write] [DIR]",
    after_help = "It records what happens today if nobody acknowledges. Read it, and keep only what you promise."
)]
pub struct Arguments {
    /// Write an expectation from an alert: play it, and record who is told, how and when
    #[arg(long, requires_all = ["name", "alert", "integration"])]
    record: bool,
    /// The promise, in one sentence
    #[arg(long, value_name = "TEXT", requires = "record")]
    name: Option<String>,
    /// A file with the webhook's body as the monitor posts it; `-` reads standard input
    #[arg(long, value_name = "FILE", requires = "record")]
    alert: Option<PathBuf>,
    /// The integration that receives it
    #[arg(long, value_name = "ID", requires = "record")]
    integration: Option<String>,
    /// When it arrives: `2026-12-05 02:00` in the organisation's time zone, or RFC 3339 [default: now]
    #[arg(long, value_name = "T", requires = "record")]
    at: Option<String>,
    /// How far to play the alert
    #[arg(long, value_name = "D", default_value = "15m", value_parser = parse_duration, requires = "record")]
    until: SignedDuration,
    /// The file to append to
    #[arg(long, value_name = "PATH", default_value = "expectations/recorded.yaml", requires = "record")]
    file: String,
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    if arguments.record {
        return edited::run(&arguments.options, |subject| arguments.edit(subject));
    }
    if arguments.options.write {
        return Err(told(write_goes_with_record()).into());
    }
    played(&arguments.options)
}

/// One line for each expectation, followed by the full findings of those that do not hold.
fn played(options: &Options) -> Result<Output> {
    let loaded = options.directory.load()?;
    let language = options.spoken.or(loaded.compiled.language);
    let config = match loaded.config() {
        Ok(config) => Arc::new(config.clone()),
        Err(output) => return Ok(output),
    };
    let promised = &loaded.compiled.expectations;
    if promised.is_empty() {
        return Ok(Output::fine(format!("{}\n", commands::no_expectations().of(language))));
    }
    let failed = expectations::run(&config, promised);
    let mut out = String::new();
    for expectation in promised {
        let holds = !failed.iter().any(|failed| ptr::eq(failed.expectation, expectation));
        let mark = commands::holds(holds);
        let mark = mark.of(language);
        let lines = wrap(&format!("{} ({})", expectation.name, expectation.place), COLUMNS - LEAD);
        for (n, line) in lines.iter().enumerate() {
            out.push_str(&format!("{:<LEAD$}{line}\n", if n == 0 { mark } else { "" }));
        }
    }
    if failed.is_empty() {
        return Ok(Output::fine(out));
    }
    let unmet = expectations::located(&loaded.compiled, failed);
    out.push_str(&format!("\n{}", render_human(&loaded.tree, &unmet, language, true)));
    Ok(Output { out, err: String::new(), exit: Exit::Config })
}

impl Arguments {
    pub(super) fn edits(&self) -> bool {
        self.record
    }

    /// The edit that `--record` asks for.
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let event = self.event(subject).map_err(|error| refused(&error))?;
        let zone = &subject.config.organisation.time_zone;
        let language = subject.compiled.language;
        let at = self.at.as_deref().map_or_else(|| Ok(subject.now), |text| instant(text, zone, language));
        record(
            subject,
            &ExpectationWish {
                name: self.name.as_deref().unwrap_or_default(),
                at: at.map_err(|error| refused(&error))?,
                until: self.until,
                event: &event,
                file: &self.file,
            },
        )
    }

    /// The only alert in the body.
    fn event(&self, subject: &Subject<'_>) -> Result<Event> {
        let (Some(alert), Some(integration)) = (&self.alert, &self.integration) else {
            bail!("--record needs --alert and --integration");
        };
        let (_, endpoint) =
            known(subject.compiled.language, Noun::Integration, &subject.config.endpoints, integration)?;
        let language = subject.compiled.language;
        let mut events = read_trusted(endpoint, &body::read(alert)?, subject.now);
        events.retain(|event| event.action == Action::Trigger);
        match (events.len(), events.pop()) {
            (1, Some(event)) => Ok(event),
            (0, _) => Err(no(language, &commands::triggers_nothing(&alert.display().to_string()))),
            (several, _) => {
                Err(no(language, &commands::several_alerts(several, &alert.display().to_string())))
            }
        }
    }
}
