//! The doors: bounds on bodies and time, then bytes are handed on.
//!
//! Whether a monitor may come in is decided by [`integration`], whether a callback is genuine by
//! [`provider`](crate::provider); what people ask of the API is in [`api`]. A 2xx means that it is on disk. What
//! cannot be stored is answered 503, never 429: senders drop those.

use super::calendars::Calendars;
use super::clock::Clock;
use super::delivery::Client;
use super::disk::StateDir;
use super::inbox::{Answered, Busy, Inbox, PATIENCE};
use super::limit::{Limits, Passed, TooMuch};
use super::live::{Live, Origin, Status};
use super::metrics::Metrics;
use super::slow::{Peer, Slowed};
use super::tally::{Tallies, Tally};
use super::{api, calendars, callbacks, in_force, stray};
use crate::alert::Event;
use crate::config::Endpoint;
use crate::integration::{self, Answer, FetchReason, Fetched, Monitor, Received, Reject, Stray};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// The largest body, in bytes.
pub const BODY_MAX: usize = 5 << 20;
/// A larger body is read on and thrown away up to here, because a sender that is cut off sees no answer.
const BODY_PASSED_OVER_MAX: usize = 8 * BODY_MAX;
/// How long a body may take to arrive.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// How many signing certificates are kept.
const CERTIFICATES_MAX: usize = 16;
/// The longest wait that a sender is asked for, in seconds.
const RETRY_AFTER_MAX: u32 = 60;
/// How many things one request may ask to be fetched.
const FETCHES_MAX: usize = 3;

/// What every door needs.
#[derive(Debug)]
pub struct Doors {
    pub live: watch::Receiver<Option<Arc<Live>>>,
    pub status: watch::Receiver<Status>,
    pub inbox: Inbox,
    pub client: Client,
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
}

pub type Shared = State<Arc<Doors>>;

/// All routes.
pub fn router(doors: Arc<Doors>) -> Router {
    Router::new()
        .route("/v1/webhooks/{*rest}", get(webhook).post(webhook).put(webhook).patch(webhook))
        .route("/v2/enqueue", post(webhook))
        .route("/v2/change/enqueue", post(webhook))
        .route("/generic/2010-04-15/create_event.json", post(webhook))
        .route("/v2/alerts", post(webhook))
        .route("/v2/alerts/requests/{id}", get(webhook))
        .route("/v2/alerts/{id}/{action}", post(webhook).put(webhook))
        .route("/v1/push", post(push))
        .route("/v1/callbacks/{*rest}", post(callbacks::callback))
        .route("/v1/incidents", get(api::list))
        .route("/v1/incidents/{id}", get(api::show))
        .route("/v1/incidents/{id}/{action}", post(api::act))
        .route("/v1/config", get(in_force::show))
        .route("/v1/integrations/{*id}", get(api::integration))
        .route("/v1/calendars/{*rest}", get(calendars::show))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(elsewhere)
        .layer(middleware::from_fn_with_state(doors.clone(), slowly))
        .with_state(doors)
}

/// Marks a refusal whose protocol has another status for it than 401.
#[derive(Clone, Copy, Debug)]
struct WrongSecret;

/// What shows a wrong secret at any of the doors is answered slowly.
async fn slowly(State(doors): Shared, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let response = next.run(request).await;
    let wrong =
        response.status() == StatusCode::UNAUTHORIZED || response.extensions().get::<WrongSecret>().is_some();
    if let (true, Some(Peer(address))) = (wrong, peer) {
        tokio::time::sleep(doors.slowed.wait(address, doors.clock.now())).await;
    }
    response
}

/// A request with its whole body, within the bounds.
#[derive(Debug)]
pub struct Taken {
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Taken {
    fn request(&self) -> integration::Request<'_> {
        let query = self.query.as_deref().unwrap_or_default();
        integration::Request { path: &self.path, query, headers: &self.headers, body: &self.body }
    }
}

/// Reads a body within the bounds; `Err` is the answer for one that is not.
pub async fn take(request: Request) -> Result<Taken, Response> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().map(str::to_owned);
    let (status, text) = match tokio::time::timeout(BODY_TIME_MAX, bounded(body)).await {
        Ok(Ok(Some(body))) => return Ok(Taken { path, query, headers: headers(&parts.headers), body }),
        Ok(Ok(None)) => (StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 5 MiB\n"),
        Ok(Err(_)) => (StatusCode::BAD_REQUEST, "the body broke off\n"),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the body took longer than 30 s\n"),
    };
    // What was not read would be taken for the next request.
    Err((status, [(header::CONNECTION, "close")], text).into_response())
}

/// The bytes of a body; `None` where it is too large.
async fn bounded(mut body: Body) -> Result<Option<Bytes>, axum::Error> {
    let mut bytes = Vec::with_capacity(usize::try_from(body.size_hint().lower()).unwrap_or(0).min(BODY_MAX));
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        size += data.len();
        if size > BODY_PASSED_OVER_MAX {
            break;
        }
        if size <= BODY_MAX {
            bytes.extend_from_slice(&data);
        }
    }
    Ok((size <= BODY_MAX).then(|| bytes.into()))
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Of a path that does not exist, or that may not be known to exist.
pub fn no_such_path() -> Response {
    plain(StatusCode::NOT_FOUND, "no such path: see `oncall urls` for those there are\n")
}

pub fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

/// Nothing can be stored yet or now: every sender that retries does so on a 503.
pub fn unavailable(text: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], text).into_response()
}

async fn webhook(State(doors): Shared, request: Request) -> Response {
    let reads_only = request.method().is_safe() && request.uri().path().starts_with("/v1/webhooks/");
    let is_get = request.method() == Method::GET;
    let taken = match take(request).await {
        Ok(taken) => taken,
        Err(refused) => {
            doors.metrics.refused(if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
                "too_large"
            } else {
                "body"
            });
            return refused;
        }
    };
    let Some(live) = doors.live.borrow().clone() else {
        return unavailable("no config is in force yet: come again\n");
    };
    let request = taken.request();
    match integration::find(&live.config, &live.secrets, &request) {
        Ok(endpoint) if reads_only && !(is_get && speaks_by_get(endpoint, request.query)) => {
            let why = "alerts are posted here; only a heartbeat, or a generic integration with a query, may be a GET\n";
            count_refused(&doors, &endpoint.id, "method", why);
            (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST, PUT, PATCH")], why).into_response()
        }
        Ok(endpoint) => entered(&doors, &live, endpoint, &request).await,
        Err(reject) => {
            let stray = integration::stray(&live.config, &live.secrets, &request, None);
            if let Some(stray) = stray.filter(|_| !reads_only) {
                return strayed(&doors, &live, &stray).await;
            }
            refuse(&doors, "unknown", &reject)
        }
    }
}

/// Browsers and previews of links open URLs, too: a `GET` is only for heartbeats, and where `fields` say what its query
/// means.
fn speaks_by_get(endpoint: &Endpoint, query: &str) -> bool {
    endpoint.takes_only_beats() || (!query.is_empty() && Monitor::of(endpoint).has_fields)
}

/// A path that there is not: a 404, unless it comes with an integration's secret.
async fn elsewhere(State(doors): Shared, request: Request) -> Response {
    let live = doors.live.borrow().clone();
    let Some(live) = live.filter(|_| !request.method().is_safe()) else { return no_such_path() };
    let stray =
        |request: &integration::Request<'_>| integration::stray(&live.config, &live.secrets, request, None);
    let (path, headers) = (request.uri().path().to_owned(), headers(request.headers()));
    if stray(&integration::Request { path: &path, query: "", headers: &headers, body: &[] }).is_none() {
        return no_such_path();
    }
    match take(request).await {
        Err(refused) => refused,
        Ok(taken) => match stray(&taken.request()) {
            Some(stray) => strayed(&doors, &live, &stray).await,
            None => no_such_path(),
        },
    }
}

/// An alert that no integration can read is kept, answered as usual, and told to the fallback.
async fn strayed(doors: &Doors, live: &Live, stray: &Stray) -> Response {
    tracing::error!(path = stray.path, "an alert came to a URL that is no integration's");
    let event = stray::event(&live.config.organisation, stray, None);
    match store(doors, vec![event], PATIENCE).await {
        Ok(()) => said(&Answer::accepted(1)),
        Err(lost) => lost.answer(doors),
    }
}

async fn entered(
    doors: &Doors,
    live: &Live,
    endpoint: &Endpoint,
    request: &integration::Request<'_>,
) -> Response {
    let mut fetched = Fetched::new();
    for _ in 0..=FETCHES_MAX {
        match integration::receive(endpoint, request, &live.secrets, doors.clock.now(), &fetched) {
            Received::Events { events, answer } => {
                let stray = integration::stray(&live.config, &live.secrets, request, Some(endpoint));
                let stray = stray.map(|it| stray::event(&live.config.organisation, &it, Some(&endpoint.id)));
                return said_by(doors, endpoint, events, stray, &answer).await;
            }
            Received::Reject(reject) => {
                if reject.code == "certificate" {
                    certificates(doors).retain(|url, _| !fetched.contains_key(url));
                }
                doors.tallies.refused(&endpoint.id, doors.clock.now(), reject.code, &reject.message);
                return refuse(doors, &endpoint.id, &reject);
            }
            Received::Fetch(fetch) => {
                let result = fetch_for(doors, &fetch).await;
                fetched.insert(fetch.url, result);
            }
        }
    }
    let why = "what verifies this message could not be fetched: come again\n";
    count_refused(doors, &endpoint.id, "not_fetched", why);
    unavailable(why)
}

/// What an integration said, within its limits; `beside` is told with it.
async fn said_by(
    doors: &Doors,
    endpoint: &Endpoint,
    events: Vec<Event>,
    beside: Option<Event>,
    answer: &Answer,
) -> Response {
    let (id, now) = (&endpoint.id, doors.clock.now());
    let Passed { mut events, folded, digests } = match doors.limits.pass(id, now, events) {
        Ok(passed) => passed,
        Err(TooMuch { retry_after }) => {
            let why = "this integration says too much at once: come again\n";
            count_refused(doors, id, "rate", why);
            let after = retry_after.clamp(1, RETRY_AFTER_MAX).to_string();
            return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, after)], why).into_response();
        }
    };
    let tally = Tally::of(&events, folded, now);
    events.extend(beside);
    match store(doors, events, Monitor::of(endpoint).patience.unwrap_or(PATIENCE)).await {
        Ok(()) => {
            doors.limits.stored(id, now, &digests);
            doors.tallies.taken(id, tally);
            said(answer)
        }
        Err(lost) => {
            doors.tallies.refused(id, now, lost.code(), lost.why());
            lost.answer(doors)
        }
    }
}

fn count_refused(doors: &Doors, integration: &str, code: &'static str, why: &str) {
    doors.metrics.refused(code);
    doors.tallies.refused(integration, doors.clock.now(), code, why.trim_end());
    tracing::warn!(integration, code, "refused a request: {}", why.trim_end());
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
}

impl Lost {
    fn code(self) -> &'static str {
        match self {
            Lost::NotWritten => "not_stored",
            Lost::Busy => "busy",
        }
    }

    fn why(self) -> &'static str {
        match self {
            Lost::NotWritten => "it could not be written to disk; it was acted upon, and is welcome again\n",
            Lost::Busy => "too much at once: come again\n",
        }
    }

    fn answer(self, doors: &Doors) -> Response {
        doors.metrics.refused(self.code());
        unavailable(self.why())
    }
}

async fn store(doors: &Doors, events: Vec<Event>, patience: Duration) -> Result<(), Lost> {
    if events.is_empty() {
        return Ok(());
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

fn refuse(doors: &Doors, integration: &str, reject: &Reject) -> Response {
    doors.metrics.refused(reject.code);
    tracing::warn!(integration, code = reject.code, "refused a request: {}", reject.message);
    let mut response = said(&reject.answer);
    if reject.code == "unauthorized" {
        response.extensions_mut().insert(WrongSecret);
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = http::HeaderValue::from_static("Basic realm=\"oncall\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// A signed push webhook of GitHub or GitLab: the repository is fetched at once.
async fn push(State(doors): Shared, uri: Uri, request: Request) -> Response {
    let taken = match take(request).await {
        Ok(taken) => taken,
        Err(refused) => return refused,
    };
    let Some(live) = doors.live.borrow().clone() else {
        return unavailable("no config is in force yet: come again\n");
    };
    let request =
        integration::Request { path: uri.path(), query: "", headers: &taken.headers, body: &taken.body };
    let sources = &live.config.organisation.push_secret;
    match integration::push_webhook(&live.secrets, sources, &request, doors.clock.now()) {
        Ok(_) => {
            // A full channel means that a fetch is due anyway.
            let _ = doors.pull.try_send(());
            (StatusCode::ACCEPTED, "fetching\n").into_response()
        }
        Err(reject) => refuse(&doors, "push", &reject),
    }
}

/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
async fn metrics(State(doors): Shared) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], doors.metrics.render()).into_response()
}

/// Ready as soon as a config is in force. Troubles are told, but a load balancer must not cut a pager off.
async fn ready(State(doors): Shared) -> Response {
    let status = doors.status.borrow().clone();
    let commit = doors.live.borrow().as_ref().map(|live| live.commit.clone());
    let code = if commit.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let refused = status.refused.map(|refused| {
        serde_json::json!({ "commit": refused.commit, "since": refused.since.to_string(), "findings": refused.findings })
    });
    let body = serde_json::json!({
        "ready": commit.is_some(),
        "commit": commit,
        "waiting": status.waiting,
        "refused": refused,
        "unreachable": status.unreachable.map(|it| it.error),
        "missing_secrets": status.missing,
        "degraded": status.degraded,
        "damage": status.damage,
    });
    (code, axum::Json(body)).into_response()
}
