//! What people's tools ask: incidents, their timelines, and to act on them, with a bearer token of `oncall.yaml`.

use super::body::{Bounds, Reading, Taken};
use super::config;
use super::refusal::{Refusal, busy, no_config};
use super::room::Whose;
use super::router::{Doors, Shared};
use crate::actor::{Actor, Via};
use crate::config::Config;
use crate::disk::recover;
use crate::engine::Lane;
use crate::incident::message;
use crate::incident::{
    Asked, Assignee, Command, Entry, Incident, IncidentId, Input, Reply, Respond, Status, Target,
};
use crate::language::Language;
use crate::preview::timeline::Reader;
use crate::server::inbox::{self, Found};
use crate::server::live::Live;
use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// `GET /v1/incidents?status=triggered&limit=50&before=3-17`
#[derive(Debug, Deserialize)]
pub struct Wanted {
    status: Option<Status>,
    limit: Option<usize>,
    before: Option<String>,
}

/// How much one may ask at once.
const ASKED: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(10) };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reassigned {
    user: String,
}

/// The newest incidents, at most 100, with where to go on.
pub async fn list(State(doors): Shared, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    let live = match authorized(&doors, &headers) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    let before = match wanted.before.map(|id| id.parse::<IncidentId>()).transpose() {
        Ok(before) => before,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("`before`: {error}")),
    };
    let limit = wanted.limit.unwrap_or(50);
    match doors.inbox.list(inbox::Wanted { status: wanted.status, ..Default::default() }, before, limit).await
    {
        Err(_) => busy(),
        Ok(incidents) => {
            let next = incidents.last().map(|incident| incident.id.to_string());
            let incidents: Vec<Value> =
                incidents.iter().map(|incident| shown(&live.config, incident)).collect();
            Json(json!({ "incidents": incidents, "next_before": next })).into_response()
        }
    }
}

/// One incident with its timeline.
pub async fn show(State(doors): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let live = match authorized(&doors, &headers) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    let id: IncidentId = match id.parse() {
        Ok(id) => id,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("{error}")),
    };
    let Found { incident, durable, commits } = match doors.inbox.find(id).await {
        Err(_) => return busy(),
        Ok(None) => {
            return problem(
                StatusCode::NOT_FOUND,
                &format!("there is no incident {id}, or it is long closed"),
            );
        }
        Ok(Some(found)) => found,
    };
    let (directory, seqs) = (doors.state_dir.clone(), incident.timeline.clone());
    let read = tokio::task::spawn_blocking(move || recover::entries(&directory, &seqs, durable)).await;
    let entries = match read {
        Ok(Ok(entries)) => entries,
        Ok(Err(error)) => return problem(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
        Err(_) => return problem(StatusCode::INTERNAL_SERVER_ERROR, "reading the timeline failed"),
    };
    let mut body = shown(&live.config, &incident);
    let lines = entries.iter().map(|entry| line(entry, &live, commits.get(&entry.revision)));
    body["timeline"] = lines.collect();
    body["config"] = config::summary(&live, &doors.status.borrow());
    Json(body).into_response()
}

/// `POST /v1/incidents/{id}/acknowledge`, `resolve`, or `reassign` with `{"user": "tanaka"}`.
pub async fn act(
    State(doors): Shared,
    headers: HeaderMap,
    Path((id, action)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (live, name) = match authorized(&doors, &headers) {
        Ok(authorized) => authorized,
        Err(refused) => return refused,
    };
    let id: IncidentId = match id.parse() {
        Ok(id) => id,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("{error}")),
    };
    let action = match action.as_str() {
        "acknowledge" | "resolve" | "escalate" => {
            if let Err(refused) = nothing(&doors, &name, request).await {
                return refused;
            }
            match action.as_str() {
                "acknowledge" => Asked::Acknowledge,
                "resolve" => Asked::Resolve { reason: None },
                _ => Asked::Escalate { step: None },
            }
        }
        "reassign" => match reassigned(&doors, &live, &name, request).await {
            Ok(asked) => asked,
            Err(refused) => return refused,
        },
        other => {
            let text = format!("`{other}` is not acknowledge, resolve, escalate or reassign");
            return problem(StatusCode::NOT_FOUND, &text);
        }
    };
    let by = Actor::Token { name, acts_for: None };
    let target = Target::Incidents(vec![id]);
    let command = Command::Respond(Respond { target, action, by, via: Via::Api });
    match doors.inbox.input(Lane::First, Input::Command(command)).await {
        Err(_) => busy(),
        Ok(answered) => replied(id, answered.reply, &live.config),
    }
}

/// What came through an integration's door since the start, and when it was last heard from. No secrets.
pub async fn integration(State(doors): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let live = match authorized(&doors, &headers) {
        Ok((live, _)) => live,
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

fn replied(id: IncidentId, reply: Option<Reply>, config: &Config) -> Response {
    match reply {
        Some(Reply::Done { .. }) => Json(json!({ "incident": id, "result": "done" })).into_response(),
        Some(Reply::Noted { .. }) => Json(json!({ "incident": id, "result": "noted" })).into_response(),
        Some(Reply::Already { by, .. }) => {
            Json(json!({ "incident": id, "result": "already", "by": by })).into_response()
        }
        Some(reply @ (Reply::Refused(_) | Reply::Confirm(_))) => {
            let zone = &config.organisation.time_zone;
            problem(StatusCode::BAD_REQUEST, &message::reply_text(&reply, Language::En, zone))
        }
        Some(Reply::Taken { .. } | Reply::Made { .. } | Reply::Ended | Reply::Say(_) | Reply::NotFound)
        | None => problem(StatusCode::NOT_FOUND, &format!("there is no incident {id}, or it is long closed")),
    }
}

/// The request of whoever has this token.
async fn taken(doors: &Doors, token: &str, request: Request) -> Result<Taken, Response> {
    let mut reading = Reading::begin(request, doors.entrance.known.hold(Whose::Token(token.to_owned())));
    match reading.read(usize::MAX, ASKED).await {
        Ok(()) => Ok(reading.taken(None)),
        Err(cut) => Err(cut.refused()),
    }
}

/// A body that says nothing: none, or an object without keys.
async fn nothing(doors: &Doors, token: &str, request: Request) -> Result<(), Response> {
    let taken = taken(doors, token, request).await?;
    if taken.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    let read: Result<Option<Nothing>, _> = serde_json::from_slice(&taken.body);
    read.map(|nothing| nothing.map_or((), |Nothing {}| ())).map_err(|error| {
        problem(StatusCode::BAD_REQUEST, &format!("this takes no body, or an empty object: {error}"))
    })
}

async fn reassigned(doors: &Doors, live: &Live, token: &str, request: Request) -> Result<Asked, Response> {
    let taken = taken(doors, token, request).await?;
    let wanted: Reassigned = serde_json::from_slice(&taken.body).map_err(|error| {
        problem(StatusCode::BAD_REQUEST, &format!("the body should be {{\"user\": \"<id>\"}}: {error}"))
    })?;
    match live.config.users.get_key_value(wanted.user.as_str()) {
        Some((id, _)) => Ok(Asked::Reassign(vec![Assignee::User(id.clone())])),
        None => Err(problem(StatusCode::BAD_REQUEST, &format!("there is no user `{}`", wanted.user))),
    }
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

fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

/// The most alerts of one incident that are listed; a storm holds more, and says how many.
const ALERTS_SHOWN_MAX: usize = 1_000;

fn shown(config: &Config, incident: &Incident) -> Value {
    let labels: serde_json::Map<String, Value> =
        incident.labels.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "id": incident.id,
        "status": incident.status,
        "service": incident.service,
        "integration": incident.integration,
        "summary": incident.summary,
        "description": incident.description,
        "severity": incident.severity,
        "urgency": incident.urgency,
        "labels": labels,
        "links": incident.links,
        "opened_at": incident.opened_at,
        "last_event_at": incident.last_event_at,
        "acknowledged_by": incident.acknowledged_by().map(|by| config.name_of(by)),
        "resolved_by": incident.resolved_by.as_ref().map(|by| config.name_of(by)),
        "silenced_by": incident.held_back.as_ref().map(|held| held.origin.to_string()),
        "step": incident.escalation.as_ref().map(|at| json!({
            "policy": at.at.policy, "step": at.at.step + 1, "fallback": at.at.fallback, "told": at.told, "next_at": at.deadline,
        })),
        "storm": incident.storm_size().map(|size| json!({ "alerts": size.alerts, "critical": size.critical })),
        "alerts": incident.alerts.iter().take(ALERTS_SHOWN_MAX).map(|alert| json!({
            "dedup_key": alert.dedup_key.trim_start_matches('\u{1}'), "firing": alert.firing,
            "severity": alert.severity, "since": alert.since,
        })).collect::<Vec<_>>(),
    })
}

fn line(entry: &Entry, live: &Live, commit: Option<&String>) -> Value {
    let line = Reader::organisation(&live.config).line(entry);
    json!({
        "seq": entry.seq,
        "at": entry.at,
        "revision": entry.revision,
        "commit": commit,
        "text": line.text,
        "rule": line.rule,
        "change": entry.change,
    })
}
