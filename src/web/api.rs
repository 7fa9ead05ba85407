//! Who asks: a tool with a bearer token of `oncall.yaml`, in its own name or for a person, and whether it may.
//!
//! Rights are decided by [`config`](crate::config::Config::may) and, for what changes something, once more where it is done.

use super::body::{Bounds, Reading, Taken};
use super::doors::{Doors, Shared};
use super::refusal::{Refusal, busy, no_config};
use super::room::Whose;
use super::wish::Query;
use crate::actor::Actor;
use crate::config::Right;
use crate::schedule::UserId;
use crate::server::live::Live;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How much one may ask at once.
const ASKED: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(10) };

/// The header with which a token that may `act_for` people names one, by id.
const ACTOR: &str = "oncall-actor";
/// In place of what was refused at a door.
const ADMINISTER: &str = "shown to whoever may `administer`";

/// What came through an integration's door since the start, and when it was last heard from. No secrets.
pub async fn integration(
    State(doors): Shared,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Response {
    let (live, by) = match authorized(&doors, &headers, Right::View) {
        Ok(authorized) => authorized,
        Err(refused) => return refused,
    };
    if let Err(why) = Query::none(&uri) {
        return problem(StatusCode::BAD_REQUEST, &why);
    }
    let id = id.replace('.', "/");
    let Some(endpoint) = live.config.endpoints.get(id.as_str()) else {
        return problem(StatusCode::NOT_FOUND, &format!("there is no integration `{id}`"));
    };
    let Ok(heard) = doors.inbox.heartbeat(id).await else {
        return busy();
    };
    let heartbeat = endpoint.heartbeat.as_ref().map(|expected| {
        json!({
            "every_seconds": expected.every.as_secs(),
            "grace_seconds": expected.grace.as_secs(),
            "last_recorded_at": heard.as_ref().and_then(|heard| heard.heard_at),
            "late": heard.as_ref().is_some_and(|heard| heard.due.is_none()),
            "late_at": heard.as_ref().and_then(|heard| heard.due),
        })
    });
    let mut tally = doors.tallies.of(&endpoint.id);
    // What a door refused may hold what somebody sent by mistake.
    if !live.config.may(&by, Right::Administer, doors.clock.now()) {
        tally.last_error.iter_mut().for_each(|failed| failed.message = ADMINISTER.to_owned());
    }
    Json(json!({
        "id": endpoint.id,
        "type": endpoint.monitor,
        "since_start": tally,
        "heartbeat": heartbeat,
    }))
    .into_response()
}

/// The config in force, who asks for a change, and the request.
pub(super) async fn asked(doors: &Doors, request: Request) -> Result<(Arc<Live>, Actor, Taken), Response> {
    let (live, by) = authorized(doors, request.headers(), Right::Respond)?;
    Query::none(request.uri()).map_err(|why| problem(StatusCode::BAD_REQUEST, &why))?;
    let taken = taken(doors, by.stored_name(), request).await?;
    Ok((live, by, taken))
}

/// The request of whoever has this token.
async fn taken(doors: &Doors, token: &str, request: Request) -> Result<Taken, Response> {
    let mut reading = Reading::begin(request, doors.entrance.known.hold(Whose::Token(token.to_owned())));
    match reading.read(usize::MAX, ASKED).await {
        Ok(()) => Ok(reading.taken(None)),
        Err(cut) => Err(cut.refused()),
    }
}

/// The config in force, for whoever has a token and asks without parameters.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub(super) fn reads(doors: &Doors, headers: &HeaderMap, uri: &Uri) -> Result<Arc<Live>, Response> {
    let (live, _) = authorized(doors, headers, Right::View)?;
    Query::none(uri).map_err(|why| problem(StatusCode::BAD_REQUEST, &why))?;
    Ok(live)
}

/// The config in force and who asks, or the refusal. Every token is compared.
///
/// What a person may respond to is decided where it is done: their word may count for a note at least.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub(super) fn authorized(
    doors: &Doors,
    headers: &HeaderMap,
    right: Right,
) -> Result<(Arc<Live>, Actor), Response> {
    let Some(live) = doors.live.borrow().clone() else {
        return Err(no_config());
    };
    let presented = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presented = presented.and_then(bearer).unwrap_or_default();
    let name = live.config.organisation.api_tokens.iter().fold(None, |found, token| {
        let hit = live.secrets.any_matches(&token.token, presented.as_bytes());
        if hit { Some(token.name.clone()) } else { found }
    });
    let Some(name) = name.filter(|_| !presented.is_empty()) else {
        let text = "send `Authorization: Bearer <token>` with a token that `api_tokens` in oncall.yaml names";
        let refusal = Refusal::new("api_unauthorized", text).wrong_secret();
        return Err(refusal.on(problem(StatusCode::UNAUTHORIZED, text)));
    };
    let acts_for = acts_for(&live, headers).map_err(|why| problem(StatusCode::BAD_REQUEST, &why))?;
    let by = Actor::Token { name, acts_for };
    let missing = match (&by, right) {
        (Actor::Token { acts_for: Some(_), .. }, Right::Respond) => live.config.token_lacks(&by),
        _ if live.config.may(&by, right, doors.clock.now()) => None,
        _ => live.config.token_lacks(&by).filter(|lacks| *lacks == Right::ActFor).or(Some(right)),
    };
    match missing {
        None => Ok((live, by)),
        Some(right) => Err(forbidden(&by, right)),
    }
}

/// The person whom a token names in `Oncall-Actor`.
fn acts_for(live: &Live, headers: &HeaderMap) -> Result<Option<UserId>, String> {
    let Some(said) = headers.get(ACTOR) else { return Ok(None) };
    let said = said.to_str().unwrap_or_default().trim();
    let known = live.config.users.get_key_value(said).map(|(id, _)| id.clone());
    let said: String = said.chars().take(100).collect();
    known.map(Some).ok_or_else(|| format!("`Oncall-Actor`: there is no user `{said}`"))
}

/// A 403 that names the right.
fn forbidden(by: &Actor, right: Right) -> Response {
    let (name, right) = (by.stored_name(), right.word());
    let text = match by.user().filter(|_| right != Right::ActFor.word()) {
        Some(user) => format!("`{user}` may not `{right}`: see `access` in oncall.yaml"),
        None => format!(
            "the token `{name}` may not `{right}`: `may` of the token in oncall.yaml says what it may do"
        ),
    };
    Refusal::new("api_forbidden", text.clone()).on(problem(StatusCode::FORBIDDEN, &text))
}

/// The token of `Bearer <token>`; how that is written is of no importance (RFC 9110, 11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}
