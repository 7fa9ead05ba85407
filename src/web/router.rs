//! The doors: bytes are handed on, and what comes of them is answered.
//!
//! Whether a monitor may come in is decided by [`integration`], whether a callback is genuine by
//! [`provider`](crate::provider); what people ask of the API is in [`api`], how much of a body is read of whom is in
//! [`entrance`], and what a refusal brings with it is in [`refusal`]. A 2xx means that it is on disk. What cannot be stored is answered 503,
//! never 429: senders drop those. A body that we cut is an event where its sender is known: no other may come.

use super::address;
use super::api;
use super::body::{BODY_MAX, Bounds, Cut, Taken};
use super::calendars;
use super::calendars::Calendars;
use super::callbacks;
use super::changes;
use super::commands;
use super::config as in_force;
use super::entrance::{self, Entrance, Judged};
use super::limit::{Limits, Passed, TooMuch};
use super::on_call;
use super::opsgenie;
use super::refusal::{self, Refusal, at, busy, come_again, no_config, no_such_path, nothing_opened};
use super::slow::Slowed;
use super::stray;
use super::tally::{Tallies, Tally};
use crate::alert::Event;
use crate::config::{Endpoint, Id};
use crate::disk::directory::StateDir;
use crate::integration::{self, Answer, FetchReason, Fetched, Monitor, Received, Reject, Stray};
use crate::server::clock::Clock;
use crate::server::delivery::Client;
use crate::server::desk::Desk;
use crate::server::inbox::{Answered, Busy, Inbox, PATIENCE};
use crate::server::live::{Live, Origin, Status};
use crate::server::metrics::Metrics;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// How many signing certificates are kept.
const CERTIFICATES_MAX: usize = 16;
/// The longest wait that a sender is asked for, in seconds.
const RETRY_AFTER_MAX: u32 = 60;
/// How many things one request may ask to be fetched.
const FETCHES_MAX: usize = 3;
/// Of a push of the config repository; GitHub's may be long.
const PUSHED: Bounds = Bounds { bytes: BODY_MAX, time: Duration::from_secs(10) };

/// What every door needs.
#[derive(Debug)]
pub struct Doors {
    pub live: watch::Receiver<Option<Arc<Live>>>,
    pub status: watch::Receiver<Status>,
    pub inbox: Inbox,
    pub client: Client,
    /// Where people in Slack are answered.
    pub desk: Arc<Desk>,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    pub state_dir: Arc<StateDir>,
    pub origin: Origin,
    /// Wakes the thread that fetches the config repository.
    pub pull: std::sync::mpsc::SyncSender<()>,
    pub certificates: Mutex<BTreeMap<String, Vec<u8>>>,
    pub calendars: Calendars,
    pub tallies: Tallies,
    pub limits: Limits,
    pub slowed: Slowed,
    pub entrance: Entrance,
}

pub type Shared = State<Arc<Doors>>;

/// All routes.
pub fn router(doors: Arc<Doors>) -> Router {
    let router = Router::new()
        .route("/v1/webhooks/{*rest}", get(webhook).post(webhook).put(webhook).patch(webhook))
        .route("/v2/enqueue", post(webhook))
        .route("/v2/change/enqueue", post(webhook))
        .route("/generic/2010-04-15/create_event.json", post(webhook))
        .route("/v2/alerts", any(webhook).get(opsgenie::list))
        .route("/v2/alerts/", any(webhook).get(opsgenie::list))
        .route("/v2/alerts/count", any(webhook).get(opsgenie::count))
        .route("/v2/alerts/requests/{id}", any(webhook))
        .route("/v2/alerts/{*rest}", any(webhook).get(opsgenie::show))
        .route("/v1/push", post(push))
        .route("/v1/callbacks/{*rest}", post(callbacks::callback))
        .route("/v1/incidents", get(api::list).post(commands::declare))
        .route("/v1/incidents/{id}", get(api::show).post(commands::several))
        .route("/v1/incidents/{id}/{command}", post(commands::one))
        .merge(changes::routes())
        .route("/v1/who", get(on_call::who))
        .route("/v1/schedules/{id}/shifts", get(on_call::shifts))
        .route("/v1/schedules/{id}/take", post(changes::take))
        .route("/v1/config", get(in_force::show))
        .route("/v1/integrations/{*id}", get(api::integration))
        .route("/v1/calendars/{*rest}", get(calendars::show))
        .fallback(elsewhere)
        .layer(middleware::from_fn_with_state(doors.clone(), refusal::tell))
        // What these answer is how the server is, and no refusal.
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(doors);
    address::forgiving(router)
}

/// The config in force. That of a start is worth waiting for: many senders do not come again at once.
pub(super) async fn in_force(doors: &Doors) -> Result<Arc<Live>, Response> {
    let mut live = doors.live.clone();
    match tokio::time::timeout(PATIENCE, live.wait_for(Option::is_some)).await {
        Ok(Ok(live)) => live.clone().ok_or_else(no_config),
        _ => Err(no_config()),
    }
}

async fn webhook(State(doors): Shared, request: Request) -> Response {
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
async fn elsewhere(State(doors): Shared, request: Request) -> Response {
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
    match doors.inbox.alerts(events, patience).await {
        Ok(Answered { stored: true, .. }) => Ok(()),
        Ok(Answered { stored: false, .. }) => Err(Lost::NotWritten),
        Err(Busy) => Err(Lost::Busy),
    }
}

fn said(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, answer.content_type)], Body::from(answer.body.clone())).into_response()
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

pub(super) fn rejected(reject: &Reject) -> Response {
    let mut response = said(&reject.answer);
    let mut refusal = Refusal::new(reject.code, &*reject.message);
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = http::HeaderValue::from_static("Basic realm=\"oncall\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    // A protocol may have another status for it than 401.
    if reject.code == "unauthorized" || response.status() == StatusCode::UNAUTHORIZED {
        refusal = refusal.wrong_secret();
    }
    refusal.on(response)
}

/// A signed push webhook of GitHub or GitLab: the repository is fetched at once.
async fn push(State(doors): Shared, request: Request) -> Response {
    let Some(live) = doors.live.borrow().clone() else { return no_config() };
    let (peer, now) = (entrance::peer(&request), doors.clock.now());
    let taken = match entrance::whole(&doors, request, PUSHED).await {
        Ok(taken) => taken,
        Err(refused) => return refused,
    };
    let bytes = taken.body.len();
    let verify = move || {
        let sources = &live.config.organisation.push_secret;
        integration::push_webhook(&live.secrets, sources, &taken.request(), now)
    };
    let verified = match entrance::examine(&doors, peer, bytes, verify).await {
        Ok(verified) => verified,
        Err(refused) => return refused,
    };
    match verified {
        Ok(_) => {
            doors.entrance.pace.give_back(peer, bytes);
            // A full channel means that a fetch is due anyway.
            let _ = doors.pull.try_send(());
            (StatusCode::ACCEPTED, "fetching\n").into_response()
        }
        Err(reject) => rejected(&reject),
    }
}

/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
async fn metrics(State(doors): Shared) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], doors.metrics.render()).into_response()
}

/// Ready as soon as a config is in force, until told to stop. Troubles are told, but a load balancer must not cut a pager
/// off.
async fn ready(State(doors): Shared) -> Response {
    let status = doors.status.borrow().clone();
    let live = doors.live.borrow().clone();
    let commit = live.as_ref().map(|live| live.commit.clone());
    let objections = live.and_then(|live| Some(live.objections.as_ref()?.findings.clone()));
    let ready = commit.is_some() && !status.stopping;
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let refused = status.refused.map(|refused| {
        serde_json::json!({ "commit": refused.commit, "since": refused.since.to_string(), "findings": refused.findings })
    });
    let body = serde_json::json!({
        "ready": ready,
        "commit": commit,
        "waiting": status.waiting,
        "refused": refused,
        "in_force_with_errors": objections,
        "unreachable": status.unreachable.map(|it| it.error),
        "missing_secrets": status.missing,
        "degraded": status.degraded,
        "damage": status.damage,
    });
    (code, axum::Json(body)).into_response()
}
