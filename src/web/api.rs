//! What people's tools ask: incidents, their timelines, and to act on them, with a bearer token of `oncall.yaml`.

use super::body::{Bounds, Reading, Taken};
use super::config;
use super::doors::{Doors, Shared};
use super::refusal::{Refusal, busy, no_config};
use super::room::Whose;
use super::wish::{Query, one_of};
use crate::alert::Severity;
use crate::config::{Config, Urgency};
use crate::disk::recover;
use crate::incident::{Entry, Incident, IncidentId, Status};
use crate::preview::timeline::Reader;
use crate::server::inbox::{self, Found};
use crate::server::live::Live;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How much one may ask at once.
const ASKED: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(10) };

const STATUSES: [(&str, Option<Status>); 4] = [
    ("open", None),
    ("triggered", Some(Status::Triggered)),
    ("acknowledged", Some(Status::Acknowledged)),
    ("resolved", Some(Status::Resolved)),
];
pub(super) const SEVERITIES: [(&str, Severity); 4] = [
    ("critical", Severity::Critical),
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("info", Severity::Info),
];
const URGENCIES: [(&str, Urgency); 3] =
    [("high", Urgency::High), ("low", Urgency::Low), ("none", Urgency::None)];

/// `GET /v1/incidents?status=triggered&service=web&limit=50&before=3-17`: the newest, at most 100, with where to go on.
pub async fn list(State(doors): Shared, headers: HeaderMap, uri: Uri) -> Response {
    let live = match authorized(&doors, &headers) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    let (wanted, before, limit) = match wanted(&uri) {
        Ok(wanted) => wanted,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let service = wanted.service.clone();
    match doors.inbox.list(wanted, before, limit).await {
        Err(_) => busy(),
        Ok(incidents) => {
            // A service that git has removed may have incidents still; one that has neither is misspelt.
            let misspelt = |id: &String| incidents.is_empty() && !live.config.services.contains_key(&**id);
            if let Some(id) = service.filter(misspelt) {
                return problem(StatusCode::BAD_REQUEST, &format!("`service`: there is no service `{id}`"));
            }
            let next = incidents.last().map(|incident| incident.id.to_string());
            let incidents: Vec<Value> =
                incidents.iter().map(|incident| shown(&live.config, incident)).collect();
            Json(json!({ "incidents": incidents, "next_before": next })).into_response()
        }
    }
}

fn wanted(uri: &Uri) -> Result<(inbox::Wanted, Option<IncidentId>, usize), String> {
    let query = Query::read(uri, &["status", "service", "severity", "urgency", "limit", "before"])?;
    let status = query.get("status").map(|word| one_of("status", word, &STATUSES)).transpose()?;
    let wanted = inbox::Wanted {
        status: status.flatten(),
        open: status == Some(None),
        service: query.get("service").map(str::to_owned),
        severity: query.get("severity").map(|word| one_of("severity", word, &SEVERITIES)).transpose()?,
        urgency: query.get("urgency").map(|word| one_of("urgency", word, &URGENCIES)).transpose()?,
        ..Default::default()
    };
    let limit = query.get("limit").map_or(Ok(50), |text| {
        text.parse()
            .map_err(|_| format!("`limit`: `{text}` is not a number; at most {} are listed", inbox::PAGE_MAX))
    })?;
    let before = query.get("before").map(str::parse::<IncidentId>).transpose();
    Ok((wanted, before.map_err(|error| format!("`before`: {error}"))?, limit))
}

/// One incident with its timeline.
pub async fn show(State(doors): Shared, headers: HeaderMap, uri: Uri, Path(id): Path<String>) -> Response {
    let live = match reads(&doors, &headers, &uri) {
        Ok(live) => live,
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
    body["time_zone"] = json!(live.config.organisation.time_zone.iana_name());
    body["config"] = config::summary(&live, &doors.status.borrow());
    Json(body).into_response()
}

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

/// The most alerts of one incident that are listed; a storm holds more, and says how many.
const ALERTS_SHOWN_MAX: usize = 1_000;

pub(super) fn shown(config: &Config, incident: &Incident) -> Value {
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
        "inhibited_by": incident.held_back.as_ref().and_then(|held| held.source).map(|id| id.to_string()),
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
