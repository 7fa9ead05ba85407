//! `oncall send`: sends a test alert to the running server, as the integration's monitor would.
//!
//! The server treats it like any alert, and really tells people. So the command first shows who will be told, using
//! the same simulation as [`dry_run`](super::dry_run), and calls nobody without `--yes`.

use super::directory::{Directory, now};
use super::dry_run::HORIZON;
use super::known::known;
use super::remote::{client, unreached};
use super::serve::runtime;
use super::spoken::{error_line, no, sentence, told};
use super::told_sentence::outlook;
use super::told_shown::push_wrapped;
use super::{Exit, Output};
use crate::alert::{Action, Event, UNPARSED};
use crate::config::{Config, Endpoint, SecretSource, Secrets, place_name};
use crate::integration::{Fetched, Received, TestRequest, read_trusted, receive};
use crate::language::Language;
use crate::language::asked::{
    Found, Lead, add_yes, found, if_nobody_reacts, in_file, in_sops, in_variable, is_a_heartbeat, no_sample,
    none_was_dropped, none_was_heard, not_known, not_looked_up, not_taken, only_sns_sends, secret_not_here,
    server_answers, to_integration, triggers_nothing, would_refuse,
};
use crate::language::commands::Noun;
use crate::language::failed::{answers, no_public_url, token_refused};
use crate::language::words::Words;
use crate::preview::{Script, simulate};
use crate::server::secrets::resolve;
use anyhow::Result;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// How much of an answer is shown, in characters.
const SHOWN_MAX: usize = 300;
/// The column of what is said, behind its lead.
const LEAD: usize = 10;

/// Send a test alert to the running server: people are really told
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Environment:
  ONCALL_TOKEN  one of the api_tokens, to show the incident it opened
                [default: one of those of oncall.yaml, if it is set here]

The alert's summary is \"test alert from oncall send\"; its severity is info or
warning, if the monitor sends one. An integration with `fields` sends its
`sample` unchanged. Send it again with --sample resolved when you have seen it.")]
pub struct Arguments {
    /// The integration to send it to; its secret must be set here too
    #[arg(long, value_name = "ID")]
    integration: String,
    /// The state that the monitor reports
    #[arg(long, value_enum, default_value_t = SampleState::Firing)]
    sample: SampleState,
    /// The address of the server [default: public_url of oncall.yaml]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Send it even if somebody will be called
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SampleState {
    Firing,
    Resolved,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let language = config.organisation.language;
    let (_, endpoint) = known(language, Noun::Integration, &config.endpoints, &arguments.integration)?;
    let base = arguments.url.as_deref().or(config.organisation.public_url.as_deref());
    let base = base.ok_or_else(|| no(language, &no_public_url()))?;
    let (secrets, _) = resolve(config);
    let at = now();
    let body = own_sample(endpoint, arguments.sample, at).map_err(|why| no(language, &why))?;
    let is_over = arguments.sample == SampleState::Resolved;
    let test = TestRequest::new(endpoint, &secrets, (is_over, body.as_deref()), at)
        .ok_or_else(|| no(language, &secret_not_here(&endpoint.id, &places(endpoint))))?;
    let events = events(endpoint, &test, &secrets, at).map_err(|why| no(language, &why))?;
    let (mut out, calls) = announced(config, &events, at);
    if calls && !arguments.yes {
        let err = error_line(language, add_yes().of(language));
        return Ok(Output { out, err, exit: Exit::Usage });
    }
    let token = token(config, &secrets);
    let base = base.trim_end_matches('/');
    let sent = runtime()?.block_on(send(base, test, token.as_deref()))?;
    push(&mut out, language, Lead::Sent, &server_answers(base, sent.status, &sent.text));
    if !(200..300).contains(&sent.status) {
        return Ok(Output {
            out,
            err: error_line(language, not_taken(sent.status).of(language)),
            exit: Exit::Usage,
        });
    }
    out.push_str(&made(&events, sent.incidents, language));
    Ok(Output::fine(out))
}

/// For an integration with `fields`, the sample that is kept in the config: only its owner knows the shape.
fn own_sample(endpoint: &Endpoint, state: SampleState, at: Timestamp) -> Result<Option<Vec<u8>>, Words> {
    if endpoint.fields.all().next().is_none() && endpoint.fields.each.is_none() {
        return Ok(None);
    }
    let wanted = if state == SampleState::Resolved { Action::Resolve } else { Action::Trigger };
    let mut bodies = endpoint.samples.iter().filter_map(|sample| sample.body.as_deref());
    let fits = |body: &&[u8]| {
        let events = read_trusted(endpoint, body, at);
        events.iter().any(|event| event.action == wanted && !event.labels.contains_key(UNPARSED))
    };
    let found = bodies.find(fits).map(<[u8]>::to_vec);
    found.map(Some).ok_or_else(|| no_sample(&endpoint.id, state == SampleState::Resolved))
}

/// What the server will read from it.
fn events(
    endpoint: &Endpoint,
    test: &TestRequest,
    secrets: &Secrets,
    at: Timestamp,
) -> Result<Vec<Event>, Words> {
    match receive(endpoint, &test.request(), secrets, at, &Fetched::new()) {
        Received::Events { events, .. } => Ok(events),
        Received::Reject(reject) => Err(would_refuse(&reject.message)),
        Received::Fetch(_) => Err(only_sns_sends()),
    }
}

/// Who will be told what, according to this config; and whether anybody will be called.
fn announced(config: &Config, events: &[Event], at: Timestamp) -> (String, bool) {
    let (mut out, mut calls) = (String::new(), false);
    let config = Arc::new(config.clone());
    let language = config.organisation.language;
    for event in events {
        push(&mut out, language, Lead::Alert, &to_integration(&event.summary, &event.integration));
        if event.action != Action::Trigger {
            let words = match event.action {
                Action::Beat => is_a_heartbeat(),
                _ => triggers_nothing(),
            };
            push(&mut out, language, Lead::Told, &words);
            continue;
        }
        let script = Script { acknowledge_after: None, horizon: HORIZON };
        let (sentence, called) =
            outlook(&config, language, at, &simulate(&config, event.clone(), at, &script));
        push(&mut out, language, Lead::Told, &if_nobody_reacts(&sentence));
        calls |= called;
    }
    (out, calls)
}

fn places(endpoint: &Endpoint) -> Vec<Words> {
    let place = |source: &SecretSource| match source {
        SecretSource::Env(name) => in_variable(&source.to_string(), place_name(name)),
        SecretSource::File(path) => in_file(&source.to_string(), path),
        SecretSource::Sops { file, key } => in_sops(&source.to_string(), file, place_name(key)),
    };
    endpoint.secret.iter().map(place).collect()
}

fn push(out: &mut String, language: Language, lead: Lead, words: &Words) {
    let lead = lead.words();
    let lead = lead.of(language);
    let lead = format!("{lead}{}", " ".repeat(LEAD.saturating_sub(lead.width())));
    push_wrapped(out, &lead, words.of(language));
}

fn token(config: &Config, secrets: &Secrets) -> Option<String> {
    let own = std::env::var("ONCALL_TOKEN").ok().filter(|token| !token.is_empty());
    let mut known = config.organisation.api_tokens.iter().filter_map(|it| secrets.all(&it.token).next());
    own.or_else(|| known.next().map(|token| token.expose().to_owned()))
}

/// The server's answer, and its newest incidents if there was a token to ask for them.
struct ServerAnswer {
    status: u16,
    text: String,
    incidents: Option<Result<Value>>,
}

async fn send(base: &str, test: TestRequest, token: Option<&str>) -> Result<ServerAnswer> {
    let http = client()?;
    let query = if test.query.is_empty() { String::new() } else { format!("?{}", test.query) };
    let mut request = http.post(format!("{base}{}{query}", test.path)).body(test.body);
    for (name, value) in &test.headers {
        request = request.header(name, value);
    }
    let response = request.send().await.map_err(|error| unreached(base, error))?;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap_or_default();
    let incidents = match token.filter(|_| (200..300).contains(&status)) {
        Some(token) => Some(incidents(&http, base, token).await),
        None => None,
    };
    Ok(ServerAnswer { status, text: crate::alert::cut(text.trim(), SHOWN_MAX), incidents })
}

async fn incidents(http: &reqwest::Client, base: &str, token: &str) -> Result<Value> {
    let request = http.get(format!("{base}/v1/incidents?limit=100")).bearer_auth(token);
    let response = request.send().await.map_err(|error| unreached(base, error))?;
    match response.status().as_u16() {
        200 => Ok(response.json().await?),
        401 => Err(told(token_refused()).into()),
        status => Err(told(answers(status)).into()),
    }
}

/// The incident of each event, according to the server.
fn made(events: &[Event], incidents: Option<Result<Value>>, language: Language) -> String {
    let mut out = String::new();
    let mut line = |words: &Words| push(&mut out, language, Lead::Incident, words);
    match incidents {
        None => line(&not_looked_up()),
        Some(Err(error)) => line(&not_known(&sentence(&error, language))),
        Some(Ok(list)) => {
            for event in events {
                let all = list["incidents"].as_array().map(Vec::as_slice).unwrap_or_default();
                match all.iter().find(|incident| is_of(incident, event)) {
                    Some(incident) => line(&shown(incident)),
                    None if event.action == Action::Beat => line(&none_was_heard()),
                    None => line(&none_was_dropped()),
                }
            }
        }
    }
    out
}

fn is_of(incident: &Value, event: &Event) -> bool {
    let alerts = incident["alerts"].as_array().map(Vec::as_slice).unwrap_or_default();
    incident["integration"] == event.integration.as_str()
        && alerts.iter().any(|alert| alert["dedup_key"] == event.dedup_key.as_str())
}

fn shown(incident: &Value) -> Words {
    let text = |key: &str| incident[key].as_str().unwrap_or("none").to_owned();
    let told: Vec<&str> =
        incident["step"]["told"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let (id, status, service, urgency) = (text("id"), text("status"), text("service"), text("urgency"));
    let told = told.join(", ");
    found(&Found { id: &id, status: &status, service: &service, urgency: &urgency, told: &told })
}
