//! What clients of Opsgenie's Alert API read: the alerts of their integration, as incidents tell of them.
//!
//! <https://docs.opsgenie.com/docs/alert-api>. What they write is read by [`integration`]. Of an incident that holds several
//! alerts, the words are those of the first.

use super::body::Head;
use super::doors::{Doors, Shared, in_force};
use super::refusal::rejected;
use super::refusal::{Refusal, busy};
use crate::alert::Severity;
use crate::config::{Config, Id};
use crate::incident::{Alert, Incident, Status};
use crate::integration;
use crate::server::inbox::PAGE_MAX;
use crate::server::page::{Filter, From};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const ALL: [Status; 3] = [Status::Triggered, Status::Acknowledged, Status::Resolved];

/// How many alerts a list has where nothing else is asked for; Opsgenie's own.
const LIMIT: usize = 20;

/// `GET /v2/alerts?query=status:open&limit=20&offset=0`: the newest first.
pub async fn list(State(doors): Shared, request: Request) -> Response {
    let number = |query: &str, name: &str| {
        let pairs = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        pairs.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let query = request.uri().query().unwrap_or_default().to_owned();
    match found(&doors, request).await {
        Err(refused) => refused,
        Ok(alerts) => {
            let limit = number(&query, "limit").unwrap_or(LIMIT).min(PAGE_MAX);
            let page = alerts.into_iter().skip(number(&query, "offset").unwrap_or(0)).take(limit);
            answered(StatusCode::OK, json!({ "data": page.collect::<Vec<_>>(), "paging": {} }))
        }
    }
}

/// `GET /v2/alerts/count`
pub async fn count(State(doors): Shared, request: Request) -> Response {
    match found(&doors, request).await {
        Err(refused) => refused,
        Ok(alerts) => answered(StatusCode::OK, json!({ "data": { "count": alerts.len() } })),
    }
}

/// `GET /v2/alerts/{identifier}?identifierType=alias`
pub async fn show(State(doors): Shared, request: Request) -> Response {
    let head = Head::of(&request);
    let request = head.request();
    let integration = match integration(&doors, &request).await {
        Ok(integration) => integration,
        Err(refused) => return refused,
    };
    let Some(keys) = integration::opsgenie_alert(&request) else {
        return problem(StatusCode::NOT_FOUND, "of an alert, only the alert itself can be read here");
    };
    for key in keys {
        match alerts(&doors, &integration, &ALL, Some(key)).await.map(|alerts| alerts.into_iter().next()) {
            Err(refused) => return refused,
            Ok(Some(alert)) => return answered(StatusCode::OK, json!({ "data": alert })),
            Ok(None) => {}
        }
    }
    problem(StatusCode::NOT_FOUND, "Alert does not exist")
}

/// The alerts that a request asks for by their status, in the words of Opsgenie's search.
async fn found(doors: &Doors, request: Request) -> Result<Vec<Value>, Response> {
    let head = Head::of(&request);
    let request = head.request();
    let integration = integration(doors, &request).await?;
    let asked = form_urlencoded::parse(request.query.as_bytes()).find(|(key, _)| key == "query");
    let asked =
        asked.map(|(_, text)| text.to_lowercase().replace(' ', "").replace('=', ":")).unwrap_or_default();
    let statuses: &[Status] = match asked.as_str() {
        "" => &ALL,
        "status:open" => &[Status::Triggered, Status::Acknowledged],
        "status:closed" => &[Status::Resolved],
        // An answer to another question could be acted upon.
        _ => {
            let why = "of searches, only `status: open` and `status: closed` are understood here";
            return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
    };
    alerts(doors, &integration, statuses, None).await
}

/// The integration whose key a request shows.
async fn integration(doors: &Doors, request: &integration::Request<'_>) -> Result<Id, Response> {
    let live = in_force(doors).await?;
    let found = integration::find(&live.config, &live.secrets, &live.keys, request);
    found.map(|endpoint| endpoint.id.clone()).map_err(|reject| rejected(&reject))
}

/// The newest alerts of an integration, at most a page of each kind; or those with one key.
async fn alerts(
    doors: &Doors,
    integration: &Id,
    statuses: &[Status],
    key: Option<String>,
) -> Result<Vec<Value>, Response> {
    let board = doors.board.current().await;
    let (of, statuses, wanted) = (integration.clone(), statuses.to_vec(), key.clone());
    let ids = doors.reads.make(move || {
        let page = |status: &Status| {
            let (status, integration) = (Some(*status), Some(of.to_string()));
            let dedup_key = wanted.clone();
            let filter = Filter { status, integration, dedup_key, ..Filter::default() };
            board.page(&filter, From::Newest(None), PAGE_MAX).rows
        };
        statuses.iter().flat_map(page).map(|row| row.id).collect::<Vec<_>>()
    });
    let mut incidents = Vec::new();
    for ids in ids.await?.chunks(PAGE_MAX) {
        incidents.extend(doors.inbox.several(ids.to_vec()).await.map_err(|_| busy())?);
    }
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.id));
    let live = in_force(doors).await?;
    let key = key.as_deref();
    let of = |incident: &Incident| -> Vec<Value> {
        let own = incident.alerts.iter().filter(|alert| *alert.integration == **integration);
        let own = own.filter(|alert| key.is_none_or(|key| alert.dedup_key == key));
        own.map(|alert| shown(&live.config, integration, incident, alert)).collect()
    };
    Ok(incidents.iter().flat_map(of).collect())
}

fn shown(config: &Config, integration: &Id, incident: &Incident, alert: &Alert) -> Value {
    let details: serde_json::Map<String, Value> =
        incident.labels.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let alias = match incident.labels.get("alias") {
        "" => alert.dedup_key.as_str(),
        alias => alias,
    };
    json!({
        "id": alert.dedup_key,
        "tinyId": alert.dedup_key,
        "alias": alias,
        "message": incident.summary,
        "description": incident.description,
        "status": if alert.lasts() && incident.status != Status::Resolved { "open" } else { "closed" },
        "acknowledged": incident.status == Status::Acknowledged,
        "isSeen": incident.status != Status::Triggered,
        "snoozed": false,
        "count": 1,
        "tags": [],
        "details": details,
        "entity": incident.labels.get("entity"),
        "source": incident.source,
        "owner": incident.acknowledged_by().map_or("", |by| config.name_of(by)),
        "priority": priority(incident.severity),
        "responders": [],
        "createdAt": incident.opened_at,
        "updatedAt": incident.last_event_at,
        "lastOccurredAt": alert.heard_at,
        "integration": { "id": integration, "name": integration, "type": "API" },
    })
}

fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "P1",
        Severity::Error => "P2",
        Severity::Warning => "P3",
        Severity::Info => "P5",
    }
}

fn answered(status: StatusCode, mut body: Value) -> Response {
    body["took"] = json!(0.001);
    body["requestId"] = json!("00000000-0000-4000-8000-000000000000");
    (status, Json(body)).into_response()
}

fn problem(status: StatusCode, message: &str) -> Response {
    Refusal::new("opsgenie", message).on(answered(status, json!({ "message": message })))
}
