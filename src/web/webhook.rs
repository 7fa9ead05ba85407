//! The monitors' doors: bytes are handed on, and what comes of them is answered.
//!
//! Whether a monitor may come in is decided by [`integration`]; how much of a body is read of whom is in [`entrance`]. A 2xx
//! means that it is on disk. What cannot be stored is answered 503, never 429: senders drop those. A body that we cut is an
//! event if its sender is known: they may never send it again.

use super::body::{Cut, Taken};
use super::doors::{Doors, Shared, in_force};
use super::entrance::{self, Judged};
use super::limit::{Passed, TooMuch};
use super::refusal::{
    Refusal, at, busy, come_again, no_config, no_such_path, nothing_opened, rejected, said,
};
use super::stray;
use super::tally::Tally;
use crate::alert::Event;
use crate::config::{Endpoint, Id};
use crate::integration::{self, Answer, FetchReason, Fetched, Monitor, Received, Stray};
use crate::server::inbox::{Answered, Busy, PATIENCE};
use crate::server::live::Live;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many signing certificates are kept.
const CERTIFICATES_MAX: usize = 16;
/// The longest wait that a sender is asked for, in seconds.
const RETRY_AFTER_MAX: u32 = 60;
/// How many things one request may ask to be fetched.
const FETCHES_MAX: usize = 3;

/// A request to a monitor's door.
pub(super) async fn webhook(State(doors): Shared, request: Request) -> Response {
    let (is_get, is_safe) = (request.method() == Method::GET, request.method().is_safe());
    let reads_only = is_safe && request.uri().path().starts_with("/v1/webhooks/");
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let (taken, judged) = match entrance::arrive(&doors, &live, request).await {
        Ok(arrived) => arrived,
        Err(refused) => return refused,
    };
    let found = judged.endpoint.map(|id| live.config.endpoints.get(&id));
    match found {
        Ok(Some(endpoint)) if reads_only && !(is_get && speaks_by_get(endpoint, taken.request().query)) => {
            let why = "alerts are posted here; only a heartbeat, or a generic or Uptime Kuma integration with a query, may be a GET";
            let allowed = [(header::ALLOW, "POST, PUT, PATCH")];
            let answer = (StatusCode::METHOD_NOT_ALLOWED, allowed, format!("{why}\n"));
            at(&endpoint.id, Refusal::new("method", why).on(answer))
        }
        Ok(Some(endpoint)) => match taken.cut.filter(|cut| !cut.is_told()) {
            Some(cut) => at(&endpoint.id, cut.refused()),
            None => entered(&doors, &live, endpoint, &taken).await,
        },
        // A config has all the endpoints that it found.
        Ok(None) => no_config(),
        Err(reject) => {
            if let Some(stray) = judged.stray.filter(|_| !is_safe) {
                return strayed(&doors, &live, &stray, taken.cut).await;
            }
            let refused = taken.cut.map_or_else(|| rejected(&reject), Cut::refused);
            match integration::named_by(&live.config, &live.keys, &taken.request()) {
                Some(endpoint) => at(&endpoint.id, refused),
                None => refused,
            }
        }
    }
}

/// Browsers and previews of links open URLs, too: a `GET` is only for heartbeats, and for monitors that can send one with a
/// query.
fn speaks_by_get(endpoint: &Endpoint, query: &str) -> bool {
    endpoint.takes_only_beats() || (!query.is_empty() && Monitor::of(endpoint).gets)
}

/// A path that there is not: a 404, unless it comes with an integration's secret.
pub(super) async fn elsewhere(State(doors): Shared, request: Request) -> Response {
    if request.method().is_safe() {
        return no_such_path();
    }
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    match entrance::arrive(&doors, &live, request).await {
        Err(refused) => refused,
        Ok((taken, Judged { stray: Some(stray), .. })) => strayed(&doors, &live, &stray, taken.cut).await,
        Ok((_, Judged { stray: None, .. })) => nothing_opened("not_found"),
    }
}

/// An alert that no integration can read is kept, answered as usual, and told to the fallback.
async fn strayed(doors: &Doors, live: &Live, stray: &Stray, cut: Option<Cut>) -> Response {
    tracing::error!(event = "stray", path = stray.path, "an alert came to a URL that is no integration's");
    if let Some(cut) = cut.filter(|cut| !cut.is_told()) {
        return cut.refused();
    }
    let event = stray::event(&live.config.organisation, stray, None);
    match store(doors, vec![event], PATIENCE).await {
        Ok(()) => cut.map_or_else(|| said(&Answer::accepted(1)), Cut::refused),
        Err(lost) => lost.refused(),
    }
}

async fn entered(doors: &Doors, live: &Live, endpoint: &Endpoint, taken: &Taken) -> Response {
    let (id, request, secrets) = (&endpoint.id, taken.request(), &live.secrets);
    let mut fetched = Fetched::new();
    for _ in 0..=FETCHES_MAX {
        let received = match taken.cut {
            Some(cut) => integration::cut_off(endpoint, &taken.body, &cut.why(), secrets),
            None => integration::receive(endpoint, &request, secrets, doors.clock.now(), &fetched),
        };
        match received {
            Received::Events { events, answer } => {
                let stray = integration::stray(&live.config, secrets, &live.keys, &request, Some(endpoint));
                let stray = stray.map(|it| stray::event(&live.config.organisation, &it, Some(id)));
                let answer = taken.cut.map_or_else(|| answered(&answer, &events), Cut::refused);
                return said_by(doors, endpoint, events, stray, at(id, answer)).await;
            }
            Received::Reject(reject) => {
                if reject.code == "certificate" {
                    certificates(doors).retain(|url, _| !fetched.contains_key(url));
                }
                return at(id, taken.cut.map_or_else(|| rejected(&reject), Cut::refused));
            }
            Received::Fetch(fetch) => {
                let result = fetch_for(doors, &fetch).await;
                fetched.insert(fetch.url, result);
            }
        }
    }
    at(id, come_again("not_fetched", "what verifies this message could not be fetched: come again\n"))
}

/// What an integration said, within its limits; `beside` is told with it, and then `answer` is given.
async fn said_by(
    doors: &Doors,
    endpoint: &Endpoint,
    events: Vec<Event>,
    beside: Option<Event>,
    answer: Response,
) -> Response {
    let (id, now) = (&endpoint.id, doors.clock.now());
    let Passed { mut events, folded, digests } = match doors.limits.pass(id, now, events) {
        Ok(passed) => passed,
        Err(too_much) => return refused_for_now(id, &too_much),
    };
    let tally = Tally::of(&events, folded, now);
    events.extend(beside);
    match store(doors, events, Monitor::of(endpoint).patience.unwrap_or(PATIENCE)).await {
        Ok(()) => {
            doors.limits.stored(id, now, &digests);
            doors.tallies.taken(id, tally);
            answer
        }
        Err(lost) => at(id, lost.refused()),
    }
}

fn refused_for_now(id: &Id, too_much: &TooMuch) -> Response {
    let mut response = come_again("rate", "this integration says too much at once: come again\n");
    let after = too_much.retry_after.clamp(1, RETRY_AFTER_MAX);
    response.headers_mut().insert(header::RETRY_AFTER, after.into());
    at(id, response)
}

fn certificates(doors: &Doors) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
    doors.certificates.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn fetch_for(doors: &Doors, fetch: &integration::Fetch) -> Result<Vec<u8>, String> {
    let keep = fetch.why == FetchReason::SigningCertificate;
    let known = keep.then(|| certificates(doors).get(&fetch.url).cloned()).flatten();
    if let Some(known) = known {
        return Ok(known);
    }
    let result = doors.client.fetch(fetch).await;
    if let (true, Ok(body)) = (keep, &result) {
        let mut kept = certificates(doors);
        if kept.len() >= CERTIFICATES_MAX {
            kept.pop_first();
        }
        kept.insert(fetch.url.clone(), body.clone());
    }
    result
}

/// Why events are not on disk.
#[derive(Clone, Copy, Debug)]
enum Lost {
    NotWritten,
    Busy,
    Stopping,
}

impl Lost {
    fn refused(self) -> Response {
        match self {
            Lost::NotWritten => come_again(
                "not_stored",
                "it could not be written to disk; it was acted upon, and is welcome again\n",
            ),
            Lost::Busy => busy(),
            Lost::Stopping => come_again("stopping", "the server is stopping: come again\n"),
        }
    }
}

async fn store(doors: &Doors, events: Vec<Event>, patience: Duration) -> Result<(), Lost> {
    if events.is_empty() {
        return Ok(());
    }
    if doors.status.borrow().stopping {
        return Err(Lost::Stopping);
    }
    let begun = doors.clock.now();
    match doors.inbox.alerts(events, patience).await {
        // Deliveries are handed out before their alert is answered.
        Ok(Answered { stored: true, .. }) => {
            let took = doors.clock.now().duration_since(begun);
            doors.metrics.alerts.observe(took.as_secs_f64().max(0.0));
            Ok(())
        }
        Ok(Answered { stored: false, .. }) => Err(Lost::NotWritten),
        Err(Busy) => Err(Lost::Busy),
    }
}

/// The answer to events that are stored. A protocol may refuse what is kept all the same.
fn answered(answer: &Answer, events: &[Event]) -> Response {
    let response = said(answer);
    if answer.status < 400 {
        return response;
    }
    let why = events.first().map(|event| event.summary.as_str()).unwrap_or_default();
    Refusal::new("invalid", why).on(response)
}
