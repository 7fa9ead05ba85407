//! `oncall doctor`: lists what is left to do, and checks that everything the config names exists: secrets, providers,
//! people, channels, the public URL.
//!
//! It only asks and changes nothing, except that `--call` places one test call.

use super::directory::Directory;
use super::doctor_left::{Known, left_to_do};
use super::doctor_text::{Item, human, json};
use super::known::known;
use super::serve::runtime;
use super::{Exit, Output};
use crate::config::{Config, Provider, Secret, SecretSource, Secrets, place_name};
use crate::incident::Outcome;
use crate::language::Language;
use crate::language::commands::Noun;
use crate::language::doctor::{Closed, Examination};
use crate::language::words::Words;
use crate::preview::timeline::Reader;
use crate::provider::doctor::{Examined, Found, Verdict, masked};
use crate::provider::twilio::phone;
use crate::server::delivery::Client;
use crate::server::doctor::{calls, examine};
use crate::server::secrets::{Read, read_all, short};
use anyhow::Result;
use std::collections::BTreeSet;

/// List what is left to do; check every secret, and whether each provider would accept what we send
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
    /// An object with what is left to do, and a list of checks
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    if let Some(user) = &arguments.call {
        known(config.organisation.language, Noun::User, &config.users, user)?;
    }
    let read = read_all(config);
    let mut secrets = Secrets::default();
    for (wanted, value) in &read {
        value.iter().for_each(|value| secrets.insert(wanted.source.clone(), value.clone()));
    }
    let language = loaded.compiled.language;
    let mut items = of_secrets((config, language), &secrets, &read);
    let client = Client::new(&[])?;
    let (verdicts, called) = runtime()?.block_on(async {
        let verdicts = examine(&client, config, &secrets).await?;
        let called = match &arguments.call {
            Some(user) => calls(&client, config, &secrets, user).await,
            None => Vec::new(),
        };
        anyhow::Ok((verdicts, called))
    })?;
    let dir = &arguments.directory.dir;
    let known = Known { loaded: &loaded, config, dir, read: &read, verdicts: &verdicts };
    let left = left_to_do(&known);
    items.extend(verdicts.into_iter().map(|verdict| item(verdict, language)));
    for (provider, outcome) in called {
        let user = arguments.call.as_deref().unwrap_or_default();
        items.push(of_call((config, language), &secrets, user, (provider, outcome)));
    }
    let exit = if items.iter().all(|item| item.well()) { Exit::Fine } else { Exit::Config };
    let out = match arguments.format {
        Format::Human => left.human(language) + &human(&items, language),
        Format::Json => json(&items, &left.json(), language),
    };
    Ok(Output { out, err: String::new(), exit })
}

fn item(verdict: Verdict, language: Language) -> Item {
    Item {
        group: match verdict.examined {
            Examined::PublicUrl => language.examination(Examination::PublicUrl),
            provider => provider.words(language).to_owned(),
        },
        kind: verdict.kind.words(language).to_owned(),
        name: verdict.name,
        found: verdict.found,
    }
}

/// Every secret: where it is; if it is missing, why, what does not work without it, and what to do.
fn of_secrets((config, language): (&Config, Language), secrets: &Secrets, read: &[Read<'_>]) -> Vec<Item> {
    let resolved: BTreeSet<&str> =
        read.iter().filter(|(_, value)| value.is_ok()).map(|(wanted, _)| wanted.by.as_str()).collect();
    read.iter()
        .map(|(wanted, value)| {
            let (wanted_by, source) = (&wanted.by, wanted.source);
            let (kind, name) = match wanted_by.strip_prefix("the phone of ") {
                Some(user) => (language.examination(Examination::Phones), user),
                None => (wanted_by.clone(), ""),
            };
            let stands_in = value.is_err() && resolved.contains(wanted_by.as_str());
            let found = if stands_in {
                let source = source.to_string();
                Found::Well(Words::same(language.examination(Examination::StandsIn { source: &source })))
            } else {
                of_secret((config, language), secrets, (wanted_by, source, value))
            };
            Item { group: language.examination(Examination::Secrets), kind, name: name.to_owned(), found }
        })
        .collect()
}

fn of_secret(
    (config, language): (&Config, Language),
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
    let closes =
        |why: &str| language.examination(Examination::Closes { why, so: language.closed(closed(wanted_by)) });
    match (value, user.map(|(user, name)| phone(user, name, secrets))) {
        (Err(why), _) => wrong(closes(&said(why, source, language)), way_out(source, language)),
        (Ok(_), Some(Err(why))) => {
            let way_out = language.examination(Examination::WriteNumber);
            let why = Reader { language, ..Reader::english(config) }.reason(&why);
            wrong(closes(&why), way_out)
        }
        (Ok(value), _) => match short(wanted_by, value) {
            Some(why) => {
                let longer = if wanted_by.starts_with("providers.") {
                    Examination::CopyAll
                } else {
                    Examination::Longer
                };
                let (why, way_out) = (format!("{why}: {place}"), language.examination(longer));
                Found::Doubtful { why: Words::same(why), way_out: Words::same(way_out) }
            }
            None => Found::Well(Words::same(place)),
        },
    }
}

/// What is said in the reader's language already.
fn wrong(why: String, way_out: String) -> Found {
    Found::Wrong { why: Words::same(why), way_out: Words::same(way_out) }
}

/// Why it is not there; of a variable that is not set, in the reader's language.
fn said(why: &str, source: &SecretSource, language: Language) -> String {
    match source {
        SecretSource::Env(name) if why.ends_with(" is not set") => {
            language.examination(Examination::NotSet { name: place_name(name) })
        }
        _ => why.to_owned(),
    }
}

/// What does not work without it.
fn closed(wanted_by: &str) -> Closed {
    match wanted_by {
        "providers.slack.bot_token" => Closed::SlackMessages,
        "providers.slack.signing_secret" => Closed::SlackButtons,
        "providers.jira.api_token" => Closed::JiraTickets,
        "providers.jira.webhook_secret" => Closed::JiraNews,
        "providers.twilio.auth_token" => Closed::TwilioCalls,
        "providers.connect.secret_access_key" => Closed::ConnectCalls,
        "providers.mail.password" => Closed::Mail,
        "providers.ntfy.token" => Closed::Ntfy,
        "providers.pushover.token" => Closed::Pushover,
        "web.oidc.client_secret" => Closed::SignIn,
        "push_secret" => Closed::Pushes,
        "calendar_secret" => Closed::Calendars,
        other if other.starts_with("the phone of ") => Closed::Calls,
        other if other.starts_with("the ") => Closed::Message,
        other if other.starts_with("integration ") => Closed::Url,
        _ => Closed::Nothing,
    }
}

fn way_out(source: &SecretSource, language: Language) -> String {
    match source {
        SecretSource::Env(name) => language.examination(Examination::SetIt { name: place_name(name) }),
        SecretSource::File(path) => language.examination(Examination::PutIt { path }),
        SecretSource::Sops { file, .. } => language.examination(Examination::OpenIt { file }),
    }
}

/// The result of the test call; the number is masked.
fn of_call(
    (config, language): (&Config, Language),
    secrets: &Secrets,
    user: &str,
    (provider, outcome): (Provider, Outcome),
) -> Item {
    let number = config.users.get(user).and_then(|user| phone(user, None, secrets).ok());
    let name = number.map_or_else(
        || user.to_owned(),
        |number| language.examination(Examination::PersonAt { user, number: &masked(number) }),
    );
    let failed = |why: String| wrong(why, language.examination(Examination::CallAgain));
    let found = match outcome {
        Outcome::Accepted { reference } | Outcome::Delivered { reference, .. } => {
            let provider = provider.row().name;
            Found::Well(Words::same(
                language.examination(Examination::CallTaken { provider, reference: &reference }),
            ))
        }
        Outcome::Rejected { reason } | Outcome::Unavailable { reason, .. } | Outcome::Unknown { reason } => {
            failed(Reader { language, ..Reader::english(config) }.reason(&reason))
        }
        other => failed(format!("{other:?}")),
    };
    Item { group: language.examination(Examination::TestCall), kind: "call".to_owned(), name, found }
}
