//! Runs deliveries: the provider says what to send, the one HTTP client sends it.
//!
//! Nothing is decided here: what came back becomes an outcome, and retries are the incident's business. The same
//! client fetches what an integration must see before it can verify a message.

use super::clock::Clock;
use super::live::Live;
use super::mail;
use crate::config::{Links, Secret};
use crate::incident::{Command, Delivery, Outcome, Reason, Reply};
use crate::integration::Fetch;
use crate::provider::sigv4::signed;
use crate::provider::{
    self, Failure, Listener, Method, Progress, REQUESTS_MAX, RESPONSE_BODY_MAX, Request, Response,
};
use crate::reason::Fault;
use anyhow::{Context, Result};
use std::sync::Arc;
use std::time::Duration;

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long a fetch for an integration may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// How long our own heartbeat may take.
const BEAT_TIMEOUT: Duration = Duration::from_secs(8);

/// What became of a delivery.
#[derive(Debug)]
pub struct Carried {
    pub outcome: Outcome,
    /// What its person asks for by it.
    pub command: Option<Box<Command>>,
    /// Who waits on the phone to hear what came of it.
    pub listener: Option<Listener>,
}

impl From<Outcome> for Carried {
    fn from(outcome: Outcome) -> Carried {
        Carried { outcome, command: None, listener: None }
    }
}

/// The one HTTP client.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// Signs the links of messages.
    pub links: Links,
}

impl Client {
    /// Installs rustls on ring, the only TLS of the process. `key` signs the links of messages; with an empty one they carry none.
    pub fn new(key: &[u8]) -> Result<Client> {
        // Fails only where one is installed already, which is what is asked for.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("oncall/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("cannot set up the HTTP client")?;
        Ok(Client { http, links: Links::new(key) })
    }

    /// Carries a delivery out.
    pub async fn deliver(&self, live: Arc<Live>, delivery: Delivery) -> Carried {
        let mut progress = provider::begin(&live.config, &live.secrets, &self.links, &delivery);
        for _ in 0..REQUESTS_MAX {
            match progress {
                Progress::Done(outcome) => return outcome.into(),
                Progress::Answered(outcome, command) => {
                    return Carried { command: Some(command), ..outcome.into() };
                }
                Progress::Heard(outcome, listener) => {
                    return Carried { listener: Some(listener), ..outcome.into() };
                }
                Progress::Mail(pending, message) => {
                    let result = mail::send(*message).await;
                    progress = provider::resume(&live.config, &live.secrets, pending, result);
                }
                Progress::Send(pending, request) => {
                    let result = self.send(request).await;
                    progress = provider::resume(&live.config, &live.secrets, pending, result);
                }
            }
        }
        match progress {
            Progress::Done(outcome) => outcome.into(),
            Progress::Answered(outcome, command) => Carried { command: Some(command), ..outcome.into() },
            Progress::Heard(outcome, listener) => Carried { listener: Some(listener), ..outcome.into() },
            Progress::Send(..) | Progress::Mail(..) => {
                Outcome::Unknown { reason: Reason::ours(Fault::TooManyRequests) }.into()
            }
        }
    }

    /// Tells somebody who waits on the phone what their key led to. It is tried once: the call does not last.
    pub async fn tell(&self, live: &Live, listener: &Listener, reply: &Reply) {
        let Some(request) = provider::tell(&live.config, &live.secrets, listener, reply) else { return };
        let why = match self.send(request).await {
            Ok(response) if (200..300).contains(&response.status) => return,
            Ok(response) => format!("answered {}", response.status),
            Err(Failure::NotSent(why) | Failure::Unknown(why)) => why,
        };
        tracing::warn!(event = "not_told_on_the_phone", why, "what a key led to was not said on the phone");
    }

    pub(super) async fn send(&self, request: Request) -> Result<Response, Failure> {
        let request = signed(request, Clock::wall().now());
        let timeout = Duration::try_from(request.timeout).unwrap_or(CONNECT_MAX);
        let mut builder = match request.method {
            Method::Get => self.http.get(&request.url),
            Method::Post => self.http.post(&request.url),
            Method::Put => self.http.put(&request.url),
        };
        for (name, value) in &request.headers {
            builder = builder.header(*name, value.expose());
        }
        let sent = builder.body(request.body).timeout(timeout).send().await;
        let response = sent.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = bounded(response).await.map_err(|error| failure(&error))?;
        Ok(Response { status, headers, body })
    }

    /// Fetches a URL for the effect of it; what went wrong is said without the URL.
    pub async fn beat(&self, url: &Secret) -> Result<(), String> {
        let sent = self.http.get(url.expose()).timeout(BEAT_TIMEOUT).send().await;
        let status = sent.map_err(|error| words(&error))?.status();
        if status.is_success() { Ok(()) } else { Err(format!("answered {}", status.as_u16())) }
    }

    /// Fetches what an integration asked for: the body of a 200, or what went wrong.
    pub async fn fetch(&self, fetch: &Fetch) -> Result<Vec<u8>, String> {
        let sent = self.http.get(&fetch.url).timeout(FETCH_TIMEOUT).send().await;
        let response = sent.map_err(|error| words(&error))?;
        match response.status().as_u16() {
            200 => bounded(response).await.map_err(|error| words(&error)),
            status => Err(format!("answered {status}")),
        }
    }
}

async fn bounded(mut response: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = RESPONSE_BODY_MAX.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if chunk.len() > room {
            break;
        }
    }
    Ok(body)
}

fn failure(error: &reqwest::Error) -> Failure {
    let unsent = error.is_connect() || error.is_builder() || error.is_redirect();
    if unsent { Failure::NotSent(words(error)) } else { Failure::Unknown(words(error)) }
}

/// What went wrong, without the URL: its path may be a secret.
fn words(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(next) = cause {
        causes.push(next.to_string());
        cause = next.source();
    }
    match (error.is_timeout(), causes.last()) {
        (true, _) => "timed out".to_owned(),
        (false, Some(root)) => root.clone(),
        (false, None) => "the request failed".to_owned(),
    }
}
