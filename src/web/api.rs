//! Who asks: a tool with a bearer token of `oncall.yaml`. What each may ask is beside its answer.

use super::body::{Bounds, Reading, Taken};
use super::doors::{Doors, Shared};
use super::refusal::{Refusal, busy, no_config};
use super::room::Whose;
use super::wish::Query;
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

/// What came through an integration's door since the start, and when it was last heard from. No secrets.
pub async fn integration(
    State(doors): Shared,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Response {
    let live = match reads(&doors, &headers, &uri) {
        Ok(live) => live,
        Err(refused) => return refused,
    };
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
    Json(json!({
        "id": endpoint.id,
        "type": endpoint.monitor,
        "since_start": doors.tallies.of(&endpoint.id),
        "heartbeat": heartbeat,
    }))
    .into_response()
}

/// The config in force, the name of the token, and the request of whoever has it.
pub(super) async fn asked(doors: &Doors, request: Request) -> Result<(Arc<Live>, String, Taken), Response> {
    let (live, name) = authorized(doors, request.headers())?;
    Query::none(request.uri()).map_err(|why| problem(StatusCode::BAD_REQUEST, &why))?;
    let taken = taken(doors, &name, request).await?;
    Ok((live, name, taken))
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
    let (live, _) = authorized(doors, headers)?;
    Query::none(uri).map_err(|why| problem(StatusCode::BAD_REQUEST, &why))?;
    Ok(live)
}

/// The config in force and the name of the token, or the refusal. Every token is compared.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub(super) fn authorized(doors: &Doors, headers: &HeaderMap) -> Result<(Arc<Live>, String), Response> {
    let Some(live) = doors.live.borrow().clone() else {
        return Err(no_config());
    };
    let presented = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presented = presented.and_then(bearer).unwrap_or_default();
    let name = live.config.organisation.api_tokens.iter().fold(None, |found, token| {
        let hit = live.secrets.any_matches(&token.token, presented.as_bytes());
        if hit { Some(token.name.clone()) } else { found }
    });
    match name.filter(|_| !presented.is_empty()) {
        Some(name) => Ok((live, name)),
        None => {
            let text =
                "send `Authorization: Bearer <token>` with a token that `api_tokens` in oncall.yaml names";
            let refusal = Refusal::new("api_unauthorized", text).wrong_secret();
            Err(refusal.on(problem(StatusCode::UNAUTHORIZED, text)))
        }
    }
}

/// The token of `Bearer <token>`; how that is written is of no importance (RFC 9110, 11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}
