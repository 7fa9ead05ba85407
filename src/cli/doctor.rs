//! `oncall doctor`: checks that everything the config names exists: secrets, providers, people, channels, the public
//! URL.
//!
//! It only asks and changes nothing, except that `--call` places one test call.

use super::directory::Directory;
use super::doctor_text::{Item, human, json};
use super::known::known;
use super::serve::runtime;
use super::{Exit, Output};
use crate::config::{Config, Provider, Secret, SecretSource, Secrets, place_name};
use crate::incident::Outcome;
use crate::preview::timeline::Reader;
use crate::provider::doctor::{Found, Verdict, masked};
use crate::provider::twilio::phone;
use crate::server::delivery::Client;
use crate::server::doctor::{calls, examine};
use crate::server::secrets::{Read, read_all, short};
use anyhow::Result;
use std::collections::BTreeSet;

/// The groups of the secrets and of the test call.
const SECRETS: &str = "Secrets";
const CALL: &str = "Test call";

/// Check every secret, and whether each provider would accept what we send
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Run it where the server runs, with the server's environment. It only reads, and sends \
nothing except the test call of --call.")]
pub struct Arguments {
    /// Place one test call to this person
    #[arg(long, value_name = "USER")]
    call: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// In groups, with how to fix what is wrong
    Human,
    /// An object with a list of checks
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    if let Some(user) = &arguments.call {
        known("user", &config.users, user)?;
    }
    let read = read_all(config);
    let mut secrets = Secrets::default();
    for (wanted, value) in &read {
        value.iter().for_each(|value| secrets.insert(wanted.source.clone(), value.clone()));
    }
    let mut items = of_secrets(config, &secrets, &read);
    let client = Client::new(&[])?;
    let (verdicts, called) = runtime()?.block_on(async {
        let verdicts = examine(&client, config, &secrets).await?;
        let called = match &arguments.call {
            Some(user) => calls(&client, config, &secrets, user).await,
            None => Vec::new(),
        };
        anyhow::Ok((verdicts, called))
    })?;
    items.extend(verdicts.into_iter().map(item));
    for (provider, outcome) in called {
        let user = arguments.call.as_deref().unwrap_or_default();
        items.push(of_call(config, &secrets, user, (provider, outcome)));
    }
    let exit = if items.iter().all(|item| item.well()) { Exit::Fine } else { Exit::Config };
    let out = match arguments.format {
        Format::Human => human(&items),
        Format::Json => json(&items),
    };
    Ok(Output { out, err: String::new(), exit })
}

fn item(verdict: Verdict) -> Item {
    Item {
        group: verdict.examined.words(),
        kind: verdict.kind.words().to_owned(),
        name: verdict.name,
        found: verdict.found,
    }
}

/// Every secret: where it is; if it is missing, why, what does not work without it, and what to do.
fn of_secrets(config: &Config, secrets: &Secrets, read: &[Read<'_>]) -> Vec<Item> {
    let resolved: BTreeSet<&str> =
        read.iter().filter(|(_, value)| value.is_ok()).map(|(wanted, _)| wanted.by.as_str()).collect();
    read.iter()
        .map(|(wanted, value)| {
            let (wanted_by, source) = (&wanted.by, wanted.source);
            let (kind, name) = match wanted_by.strip_prefix("the phone of ") {
                Some(user) => ("phones", user),
                None => (wanted_by.as_str(), ""),
            };
            let stands_in = value.is_err() && resolved.contains(wanted_by.as_str());
            let found = if stands_in {
                Found::Well(format!("not there: {source}; another one stands in for it"))
            } else {
                of_secret(config, secrets, (wanted_by, source, value))
            };
            Item { group: SECRETS, kind: kind.to_owned(), name: name.to_owned(), found }
        })
        .collect()
}

fn of_secret(
    config: &Config,
    secrets: &Secrets,
    (wanted_by, source, value): (&str, &SecretSource, &Result<Secret, String>),
) -> Found {
    let place = match source {
        SecretSource::Env(name) => format!("${}", place_name(name)),
        SecretSource::File(path) | SecretSource::Sops { file: path, .. } => path.to_string(),
    };
    let of = wanted_by.strip_prefix("the phone of ");
    let of = of.map(|of| of.split_once(", ").map_or((of, None), |(id, name)| (id, Some(name))));
    let user = of.and_then(|(id, name)| Some((config.users.get(id)?, name)));
    match (value, user.map(|(user, name)| phone(user, name, secrets))) {
        (Err(why), _) => {
            Found::Wrong { why: format!("{why}, so {}", closed(wanted_by)), way_out: way_out(source) }
        }
        (Ok(_), Some(Err(why))) => {
            let way_out = "write it like +819012345678, with the country's prefix".to_owned();
            let why = Reader::english(config).reason(&why);
            Found::Wrong { why: format!("{why}, so {}", closed(wanted_by)), way_out }
        }
        (Ok(value), _) => match short(wanted_by, value) {
            Some(why) => {
                Found::Doubtful { why: format!("{why}: {place}"), way_out: way_out_of_short(wanted_by) }
            }
            None => Found::Well(place),
        },
    }
}

fn way_out_of_short(wanted_by: &str) -> String {
    if wanted_by.starts_with("providers.") {
        "copy all of it from the provider".to_owned()
    } else {
        "`openssl rand -hex 32` makes a good one; for a while the integration may have both, in a list"
            .to_owned()
    }
}

/// What does not work without it.
fn closed(wanted_by: &str) -> String {
    match wanted_by {
        "providers.slack.bot_token" => "nothing is sent to Slack".to_owned(),
        "providers.slack.signing_secret" => "no button in Slack works".to_owned(),
        "providers.jira.api_token" => "no ticket is opened".to_owned(),
        "providers.jira.webhook_secret" => "nothing is heard of Jira".to_owned(),
        "providers.twilio.auth_token" => "nobody is called".to_owned(),
        "providers.connect.secret_access_key" => "Amazon Connect calls nobody".to_owned(),
        "providers.mail.password" => "no mail is sent".to_owned(),
        "providers.ntfy.token" => "nothing is sent to protected topics".to_owned(),
        "providers.pushover.token" => "nothing is sent by Pushover".to_owned(),
        "web.oidc.client_secret" => "nobody signs in by the identity provider".to_owned(),
        "push_secret" => "pushes are not believed".to_owned(),
        "calendar_secret" => "no calendar is served".to_owned(),
        other if other.starts_with("the phone of ") => "there are no calls to this person".to_owned(),
        other if other.starts_with("the ") => "this person gets no such message".to_owned(),
        other if other.starts_with("integration ") => "its URL is closed".to_owned(),
        _ => "it opens nothing".to_owned(),
    }
}

fn way_out(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(name) => format!("set {} where the server runs, and here", place_name(name)),
        SecretSource::File(path) => format!("put it into {path}, readable by this user"),
        SecretSource::Sops { file, .. } => {
            format!("let this machine's age key open it: `sops updatekeys {file}`, or set SOPS_AGE_KEY_FILE")
        }
    }
}

/// The result of the test call; the number is masked.
fn of_call(config: &Config, secrets: &Secrets, user: &str, (provider, outcome): (Provider, Outcome)) -> Item {
    let number = config.users.get(user).and_then(|user| phone(user, None, secrets).ok());
    let name = number.map_or_else(|| user.to_owned(), |number| format!("{user} at {}", masked(number)));
    let wrong = |why: String| Found::Wrong { why, way_out: "fix that, and call again".to_owned() };
    let found = match outcome {
        Outcome::Accepted { reference } | Outcome::Delivered { reference, .. } => {
            Found::Well(format!("{} took the call ({reference})", provider.row().name))
        }
        Outcome::Rejected { reason } | Outcome::Unavailable { reason, .. } | Outcome::Unknown { reason } => {
            wrong(Reader::english(config).reason(&reason))
        }
        other => wrong(format!("{other:?}")),
    };
    Item { group: CALL, kind: "call".to_owned(), name, found }
}
