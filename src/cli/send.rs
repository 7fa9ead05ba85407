//! `oncall send`: sends a test alert to the running server, as the integration's monitor would.
//!
//! The server treats it like any alert, and really tells people. So the command first shows who will be told, using
//! the same simulation as [`dry_run`](super::dry_run), and calls nobody without `--yes`.

use super::directory::{Directory, now};
use super::dry_run::HORIZON;
use super::known::known;
use super::remote::client;
use super::serve::runtime;
use super::told_sentence::outlook;
use super::told_shown::push_wrapped;
use super::{Exit, Output};
use crate::alert::{Action, Event, UNPARSED};
use crate::config::{Config, Endpoint, Secrets};
use crate::integration::{Fetched, Received, TestRequest, read_trusted, receive};
use crate::language::commands::Noun;
use crate::preview::{Script, simulate};
use crate::server::secrets::resolve;
use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// How much of an answer is shown, in characters.
const SHOWN_MAX: usize = 300;

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
    let (_, endpoint) =
        known(config.organisation.language, Noun::Integration, &config.endpoints, &arguments.integration)?;
    let base = arguments.url.as_deref().or(config.organisation.public_url.as_deref());
    let base = base.context("oncall.yaml has no public_url: give the server's address with `--url`")?;
    let (secrets, _) = resolve(config);
    let at = now();
    let body = own_sample(endpoint, arguments.sample, at)?;
    let is_over = arguments.sample == SampleState::Resolved;
    let test = TestRequest::new(endpoint, &secrets, (is_over, body.as_deref()), at)
        .with_context(|| format!("the secret of {} is not set here: {}", endpoint.id, places(endpoint)))?;
    let events = events(endpoint, &test, &secrets, at)?;
    let (mut out, calls) = announced(config, &events, at);
    if calls && !arguments.yes {
        let err = "error: somebody will be called, so nothing was sent: add --yes to send it\n".to_owned();
        return Ok(Output { out, err, exit: Exit::Usage });
    }
    let token = token(config, &secrets);
    let base = base.trim_end_matches('/');
    let sent = runtime()?.block_on(send(base, test, token.as_deref()))?;
    push_wrapped(&mut out, "sent      ", &format!("{base} answers {} {}", sent.status, sent.text));
    if !(200..300).contains(&sent.status) {
        return Ok(Output { out, err: format!("error: {}\n", refusal(sent.status)), exit: Exit::Usage });
    }
    out.push_str(&made(&events, sent.incidents));
    Ok(Output::fine(out))
}

/// For an integration with `fields`, the sample that is kept in the config: only its owner knows the shape.
fn own_sample(endpoint: &Endpoint, state: SampleState, at: Timestamp) -> Result<Option<Vec<u8>>> {
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
    let word = if state == SampleState::Resolved { "says that it is over" } else { "fires" };
    found.map(Some).ok_or_else(|| {
        anyhow!(
            "{} has `fields`, and no `sample` that {word}: keep a body of that kind in samples/, and name it \
             (`sample: samples/…`)",
            endpoint.id
        )
    })
}

/// What the server will read from it.
fn events(endpoint: &Endpoint, test: &TestRequest, secrets: &Secrets, at: Timestamp) -> Result<Vec<Event>> {
    match receive(endpoint, &test.request(), secrets, at, &Fetched::new()) {
        Received::Events { events, .. } => Ok(events),
        Received::Reject(reject) => bail!("the server would refuse it: {}", reject.message),
        Received::Fetch(_) => bail!("only Amazon SNS can send its messages"),
    }
}

/// Who will be told what, according to this config; and whether anybody will be called.
fn announced(config: &Config, events: &[Event], at: Timestamp) -> (String, bool) {
    let (mut out, mut calls) = (String::new(), false);
    let config = Arc::new(config.clone());
    for event in events {
        push_wrapped(&mut out, "alert     ", &format!("{} (to {})", event.summary, event.integration));
        if event.action != Action::Trigger {
            let words = match event.action {
                Action::Beat => "it is a heartbeat: people who were told of a silence hear that it is over",
                _ => "it triggers nothing: people who were told hear that it is over",
            };
            push_wrapped(&mut out, "told      ", words);
            continue;
        }
        let script = Script { acknowledge_after: None, horizon: HORIZON };
        let (sentence, called) = outlook(&config, at, &simulate(&config, event.clone(), at, &script));
        push_wrapped(&mut out, "told      ", &format!("If nobody reacts: {sentence}"));
        calls |= called;
    }
    (out, calls)
}

fn places(endpoint: &Endpoint) -> String {
    let places: Vec<String> = endpoint.secret.iter().map(ToString::to_string).collect();
    places.join(" or ")
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
    let response = request.send().await.map_err(|error| unreachable(base, error))?;
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
    let response = request.send().await.map_err(|error| unreachable(base, error))?;
    match response.status().as_u16() {
        200 => Ok(response.json().await?),
        401 => bail!("the token is not one of the server's api_tokens"),
        status => bail!("it answers {status}"),
    }
}

fn unreachable(base: &str, error: reqwest::Error) -> anyhow::Error {
    let what = if error.is_timeout() { "did not answer in time" } else { "cannot be reached" };
    // Without the URL, which may be long; the message names the address.
    anyhow!(error.without_url())
        .context(format!("the server at {base} {what}: is it running, and is `--url` or public_url right?"))
}

fn refusal(status: u16) -> &'static str {
    match status {
        401 | 403 => {
            "the server does not accept it: is the secret here the server's, and is its config that of DIR?"
        }
        404 => "there is no such path: is this the address of `oncall serve`, or does a proxy cut the path?",
        413 => "the sample is larger than 5 MiB",
        503 => "the server cannot store it now, or has no config yet: see its /readyz",
        300..=399 => "that is a redirect: give the address that it leads to, with `--url`",
        _ => "the server did not take it",
    }
}

/// The incident of each event, according to the server.
fn made(events: &[Event], incidents: Option<Result<Value>>) -> String {
    let mut out = String::new();
    let mut line = |text: &str| push_wrapped(&mut out, "incident  ", text);
    match incidents {
        None => {
            line("not looked up: set ONCALL_TOKEN to one of the api_tokens of oncall.yaml to see it here")
        }
        Some(Err(error)) => line(&format!("not known: {error:#}")),
        Some(Ok(list)) => {
            for event in events {
                let all = list["incidents"].as_array().map(Vec::as_slice).unwrap_or_default();
                match all.iter().find(|incident| is_of(incident, event)) {
                    Some(incident) => line(&shown(incident)),
                    None if event.action == Action::Beat => line("none: it was heard, and is not late"),
                    None => line("none: it was dropped, or resolves nothing that is open"),
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

fn shown(incident: &Value) -> String {
    let text = |key: &str| incident[key].as_str().unwrap_or("none").to_owned();
    let told: Vec<&str> =
        incident["step"]["told"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let told = if told.is_empty() { String::new() } else { format!("; told so far: {}", told.join(", ")) };
    let (id, status, service, urgency) = (text("id"), text("status"), text("service"), text("urgency"));
    format!("{id} is {status}, service {service}, urgency {urgency}{told}")
}
