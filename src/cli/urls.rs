//! `oncall urls`: the webhook URL of each integration, and what to paste where; or those of the calendars.

use super::Output;
use super::directory::{Directory, now};
use super::known::known;
use super::spoken::{Spoken, no};
use crate::config::{Config, Endpoint, SecretSource, Secrets, place_name};
use crate::integration::{Monitor, Sns, in_path};
use crate::language::Language;
use crate::language::commands::{self, Noun};
use crate::provider::{COLUMNS, wrap};
use crate::server::secrets::resolve;
use anyhow::Result;

/// Where a token is not shown.
const MASKED: &str = "…";

/// The webhook URL of each integration, and what to paste where; or the URL of each calendar
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Show the secrets; without it, their places are named instead
    #[arg(long)]
    reveal: bool,
    /// The calendars to subscribe to instead, one URL a line
    #[arg(long)]
    calendars: bool,
    /// Of this integration only
    #[arg(long, value_name = "ID", conflicts_with = "calendars")]
    integration: Option<String>,
    #[command(flatten)]
    spoken: Spoken,
    #[command(flatten)]
    directory: Directory,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let language = arguments.spoken.of(config);
    let secrets = if arguments.reveal { resolve(config).0 } else { Secrets::default() };
    if arguments.calendars {
        return calendars(config, &secrets, arguments.reveal, language).map(Output::fine);
    }
    if let Some(id) = &arguments.integration {
        let (_, endpoint) = known(language, Noun::Integration, &config.endpoints, id)?;
        return Ok(Output::fine(entry((config, language), endpoint, &secrets, arguments.reveal)));
    }
    let entries =
        config.endpoints.values().map(|it| entry((config, language), it, &secrets, arguments.reveal));
    let mut out: Vec<String> = entries.collect();
    if config.organisation.public_url.is_none() {
        out.push(format!("{}\n", commands::no_public_url().of(language)));
    }
    if !config.organisation.calendar_secret.is_empty() {
        let count = config.calendars.len();
        out.push(format!("{}\n", commands::calendars(count).of(language)));
    }
    Ok(Output::fine(out.join("\n")))
}

/// One line for each calendar that the server serves.
fn calendars(config: &Config, secrets: &Secrets, reveal: bool, language: Language) -> Result<String> {
    let sources = &config.organisation.calendar_secret;
    if sources.is_empty() {
        return Err(no(language, &commands::no_calendars()));
    }
    let now = now();
    let mut out = String::new();
    for id in config.calendars.keys().filter(|id| !config.has_left(id, now)) {
        let token = config.calendar_token(secrets, id);
        if reveal && token.is_none() {
            let names: Vec<String> = sources.iter().map(named).collect();
            return Err(no(language, &commands::no_calendar_secret(&names.join(", "))));
        }
        let token = token.as_deref().unwrap_or(MASKED);
        out.push_str(&format!("{}/v1/calendars/{id}.ics?token={token}\n", base(config)));
    }
    Ok(out)
}

/// The server's address.
fn base(config: &Config) -> &str {
    config.organisation.public_url.as_deref().unwrap_or("https://oncall.example.com")
}

fn entry(
    (config, language): (&Config, Language),
    endpoint: &Endpoint,
    secrets: &Secrets,
    reveal: bool,
) -> String {
    let base = base(config);
    let secret = Written::of(endpoint, secrets);
    let monitor = Monitor::of(endpoint);
    let some_topic = commands::some_topic();
    let filled = |text: &str| {
        let id = endpoint.id.replace('/', ".");
        let text = text.replace("{base}", base).replace("{id}", &id);
        let text =
            text.replace("{topic}", endpoint.topics.first().map_or(some_topic.of(language), String::as_str));
        let text = text.replace("\"{secret}\"", &secret.quoted).replace("{secret}", &secret.plain);
        text.replace("{url_secret}", &secret.in_url)
    };
    let address = filled(monitor.address);
    let unset = reveal && secrets.all(&endpoint.secret).next().is_none();
    let closed = commands::integration_closed();
    let note = if unset { format!("    {}\n", closed.of(language)) } else { String::new() };
    let by_sns = monitor.sns == Sns::MayBe && !endpoint.topics.is_empty();
    let setup = if by_sns { monitor.setup_by_sns } else { monitor.setup };
    let lines = setup.lines().map(|line| language.setup(line));
    let steps = lines.map(|line| filled(&line.replace("{url}", &address)));
    let steps: String = steps.flat_map(indented).map(|line| format!("    {line}\n")).collect();
    format!("{} ({})\n    {address}\n{note}{steps}", endpoint.id, monitor.title)
}

/// An integration's secret as it is written in each place, or the name of where it is.
struct Written {
    plain: String,
    /// As YAML and JSON quote it.
    quoted: String,
    in_url: String,
}

impl Written {
    fn of(endpoint: &Endpoint, secrets: &Secrets) -> Written {
        if let Some(secret) = secrets.all(&endpoint.secret).next().map(|secret| secret.expose()) {
            let quoted = serde_json::Value::from(secret).to_string();
            return Written { plain: secret.to_owned(), quoted, in_url: in_path(secret) };
        }
        let name = endpoint.secret.first().map_or_else(String::new, named);
        Written { quoted: format!("\"{name}\""), in_url: name.clone(), plain: name }
    }
}

/// Words are wrapped; what is set in is to be pasted, and stays as it is.
fn indented(line: String) -> Vec<String> {
    if line.starts_with(' ') { vec![line] } else { wrap(&line, COLUMNS - 4) }
}

/// Where the secret is, as a shell would insert it.
fn named(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(name) => format!("${}", place_name(name)),
        SecretSource::File(path) => format!("$(cat {path})"),
        SecretSource::Sops { file, key } => {
            let path: String = key
                .split('.')
                .map(|part| match part.parse::<usize>() {
                    Ok(index) => format!("[{index}]"),
                    Err(_) => format!("[\"{part}\"]"),
                })
                .collect();
            format!("$(sops decrypt --extract '{path}' {file})")
        }
    }
}
