//! Incidents as people's tools read them: lists with filters, and one with its timeline.
//!
//! Lists read the board ([`board`](crate::server::board)), then the archive, and the config in force, never the engine's task, a few at a time on
//! threads of their own: however many ask, nobody's page waits for it.

use super::api::{authorized, problem, reads};
use super::config;
use super::doors::Shared;
use super::on_call::instant;
use super::past;
use super::tags::{fresh, kept};
use super::wish::{Query, SEVERITIES, Today, one_of, today};
use crate::actor::Actor;
use crate::config::{Config, Right, Urgency};
use crate::disk::{directory::StateDir, recover};
use crate::incident::{Entry, Hold, Incident, IncidentId, Labels, Status};
use crate::preview::timeline::Reader;
use crate::server::board::Board;
use crate::server::inbox::{Found, PAGE_MAX};
use crate::server::live::Live;
use crate::server::page::{Filter, From};
use crate::server::row::{Names, Row};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

const STATUSES: [(&str, Option<Status>); 4] = [
    ("open", None),
    ("triggered", Some(Status::Triggered)),
    ("acknowledged", Some(Status::Acknowledged)),
    ("resolved", Some(Status::Resolved)),
];
const URGENCIES: [(&str, Urgency); 3] =
    [("high", Urgency::High), ("low", Urgency::Low), ("none", Urgency::None)];
const ORDERS: [(&str, bool); 2] = [("newest", false), ("urgent", true)];
/// What a list may be asked for.
const PARAMETERS: [&str; 12] = [
    "status",
    "service",
    "severity",
    "urgency",
    "person",
    "integration",
    "text",
    "from",
    "until",
    "order",
    "limit",
    "before",
];
/// How many a list holds where nothing else is asked for.
const LIMIT: usize = 50;
/// The most alerts of one incident that are shown; `alert_count` says how many there are.
const ALERTS_SHOWN_MAX: usize = 1_000;
/// The most of them that are shown with their own words.
const OWN_SHOWN_MAX: usize = 50;

/// A list that is asked for.
#[derive(Clone, Debug)]
struct Asked {
    filter: Filter,
    from: From,
    /// The list goes on in the archive, from this place.
    past: Option<u64>,
    limit: usize,
}

/// `GET /v1/incidents?status=triggered&service=web&limit=50&before=3-17`: at most 100, with where to go on.
pub async fn list(State(doors): Shared, headers: HeaderMap, uri: Uri) -> Response {
    let live = match authorized(&doors, &headers, Right::View) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    let asked = match asked(&uri, today(&doors, &live)) {
        Ok(asked) => asked,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let board = doors.board.current().await;
    let tag = kept(&board, &live);
    if let Some(unchanged) = fresh(&headers, &tag) {
        return unchanged;
    }
    let dir = doors.state_dir.clone();
    let answer = doors.reads.make(move || page(&dir, &board, &live, &asked)).await;
    match answer {
        Err(busy) => busy,
        Ok(Err((status, why))) => problem(status, &why),
        Ok(Ok(body)) => (tag.headers(), Json(body)).into_response(),
    }
}

fn page(dir: &StateDir, board: &Board, live: &Live, asked: &Asked) -> Result<Value, (StatusCode, String)> {
    let config = &live.config;
    let page = asked.past.is_none().then(|| board.page(&asked.filter, asked.from, asked.limit));
    let rows = page.iter().flat_map(|page| &page.rows);
    let mut incidents: Vec<Value> = rows.map(|row| shown(config, row)).collect();
    let mut next = page.and_then(|page| page.next).map(|next| match next {
        From::Newest(before) => json!(before),
        From::Urgent(after) => json!(after.map(|(rank, id)| format!("{rank}.{id}"))),
    });
    if next.is_none() && past::is_asked(&asked.filter) && matches!(asked.from, From::Newest(_)) {
        let room = asked.limit - incidents.len();
        let closed = past::closed(dir, board, &asked.filter, asked.past, room)
            .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")))?;
        incidents.extend(closed.rows.iter().map(|row| shown(config, row)));
        next = closed.next.map(|next| json!(next));
    }
    if incidents.is_empty() && next.is_none() {
        known(config, &asked.filter).map_err(|why| (StatusCode::BAD_REQUEST, why))?;
    }
    Ok(json!({
        "incidents": incidents,
        "next_before": next,
        "counts": {
            "triggered": board.count(Status::Triggered),
            "acknowledged": board.count(Status::Acknowledged),
        },
        "closed_since": board.closed_since(),
        "time_zone": config.organisation.time_zone.iana_name(),
        "seq": board.seq,
    }))
}

/// What git has removed may have incidents still; a name that has neither is misspelt.
fn known(config: &Config, filter: &Filter) -> Result<(), String> {
    let (services, users, endpoints) = (&config.services, &config.users, &config.endpoints);
    let unknown = |name: &str, id: &str| Err(format!("`{name}`: there is no {} `{id}`", singular(name)));
    match (filter.service.as_deref(), filter.person.as_deref(), filter.integration.as_deref()) {
        (Some(id), _, _) if !services.contains_key(id) => unknown("service", id),
        (_, Some(id), _) if !users.contains_key(id) => unknown("person", id),
        (_, _, Some(id)) if !endpoints.contains_key(id) => unknown("integration", id),
        _ => Ok(()),
    }
}

fn singular(parameter: &str) -> &str {
    if parameter == "person" { "user" } else { parameter }
}

fn asked(uri: &Uri, today: Today<'_>) -> Result<Asked, String> {
    let query = Query::read(uri, &PARAMETERS)?;
    let status = query.get("status").map(|word| one_of("status", word, &STATUSES)).transpose()?;
    let text = |name: &str| query.get(name).map(str::to_owned);
    let time = |name: &str| query.get(name).map(|said| instant(name, said, today)).transpose();
    let filter = Filter {
        status: status.flatten(),
        open: status == Some(None),
        service: text("service"),
        severity: query.get("severity").map(|word| one_of("severity", word, &SEVERITIES)).transpose()?,
        urgency: query.get("urgency").map(|word| one_of("urgency", word, &URGENCIES)).transpose()?,
        person: text("person"),
        integration: text("integration"),
        text: text("text"),
        dedup_key: None,
        from: time("from")?,
        until: time("until")?,
    };
    if filter.from.zip(filter.until).is_some_and(|(from, until)| until <= from) {
        return Err("`until` is not after `from`".to_owned());
    }
    let limit = query.get("limit").map_or(Ok(LIMIT), |text| {
        let number = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
        number.ok_or_else(|| format!("`limit`: `{text}` is not a number from 1 to {PAGE_MAX}"))
    })?;
    let urgent = query.get("order").map(|word| one_of("order", word, &ORDERS)).transpose()? == Some(true);
    if urgent && matches!(filter.status, Some(Status::Resolved)) {
        return Err("`order`: `urgent` is for open incidents; leave `status=resolved` away".to_owned());
    }
    let past = query.get("before").and_then(past::place);
    let before = query.get("before").filter(|_| past.is_none());
    let from = match urgent {
        true => From::Urgent(before.map(after).transpose()?),
        false => {
            let before = before.map(str::parse::<IncidentId>).transpose();
            From::Newest(before.map_err(|error| format!("`before`: {error}"))?)
        }
    };
    Ok(Asked { filter, from, past, limit })
}

/// Where a list in the order of urgency goes on: `4.3-17`.
fn after(said: &str) -> Result<(u8, IncidentId), String> {
    let parts = said.split_once('.').and_then(|(rank, id)| Some((rank.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| {
        format!("`before`: `{said}` is no place in this order: take it from `next_before` of the page before")
    })
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
    let Found { incident, durable, commits } = match past::find(&doors, id).await {
        Err(busy) => return busy,
        Ok(None) => {
            let why = format!("there is no incident {id}, or it closed before what is kept");
            return problem(StatusCode::NOT_FOUND, &why);
        }
        Ok(Some(found)) => found,
    };
    let (directory, seqs) = (doors.state_dir.clone(), incident.timeline.clone());
    let entries = match doors.reads.make(move || recover::entries(&directory, &seqs, durable)).await {
        Ok(Ok(entries)) => entries,
        Ok(Err(error)) => return problem(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
        Err(busy) => return busy,
    };
    let mut body = whole(&live.config, &incident);
    let lines = entries.iter().map(|entry| line(entry, &live, commits.get(&entry.revision)));
    body["timeline"] = lines.collect();
    body["time_zone"] = json!(live.config.organisation.time_zone.iana_name());
    body["config"] = config::summary(&live, &doors.status.borrow());
    Json(body).into_response()
}

/// An incident with the words of its first alert.
pub(super) fn whole(config: &Config, incident: &Incident) -> Value {
    let mut body = shown(config, &Row::of(incident, &mut Names::default()));
    body["description"] = json!(incident.description);
    body["labels"] = labels(&incident.labels);
    body["links"] = json!(incident.links);
    body
}

/// An incident as lists show it.
pub(super) fn shown(config: &Config, row: &Row) -> Value {
    let held = row.acknowledgement.as_ref();
    let name = |by: &Actor| config.name_of(by).to_owned();
    json!({
        "id": row.id,
        "status": row.status,
        "service": row.service,
        "integration": row.integration,
        "summary": row.summary,
        "labels": row.labels.as_ref().map(labels),
        "severity": row.severity,
        "urgency": row.urgency,
        "opened_at": row.opened_at,
        "first_page_at": row.record.first_page_at,
        "first_acknowledged_at": row.record.first_acknowledged_at,
        "acknowledged_at": held.map(|held| held.at),
        "acknowledged_until": held.and_then(|held| held.until),
        "resolved_at": row.record.resolved_at,
        "last_event_at": row.last_event_at,
        "acknowledged_by": held.and_then(|held| held.by.last()).map(name),
        "acknowledged_by_user": held.and_then(|held| held.by.last()).and_then(Actor::user),
        "snoozed": held.is_some_and(|held| held.snoozed),
        "resolved_by": row.resolved_by.as_ref().map(|by| name(by)),
        "paged": row.record.paged,
        "silenced_by": row.held_back.as_ref().filter(|held| held.by != Hold::Wait).map(|held| held.origin.to_string()),
        "inhibited_by": row.held_back.as_ref().and_then(|held| held.source).map(|id| id.to_string()),
        "held_back": row.held_back.as_ref().map(|held| json!({
            "by": held.by, "rule": held.origin.to_string(), "reason": held.reason, "until": held.until,
        })),
        "step": row.step.as_ref().map(|at| json!({
            "policy": at.policy, "step": at.step + 1, "fallback": at.fallback, "told": at.told, "next_at": at.deadline,
        })),
        "merged_into": row.merged_into,
        "storm": row.storm_size().map(|size| json!({ "alerts": size.alerts, "critical": size.critical })),
        "alert_count": row.alerts.len(),
        "alerts": row.alerts.iter().take(ALERTS_SHOWN_MAX).enumerate().map(|(n, alert)| json!({
            "integration": alert.integration, "dedup_key": alert.dedup_key.trim_start_matches('\u{1}'),
            "firing": alert.firing, "severity": alert.severity, "since": alert.since,
            "own": alert.own.as_ref().filter(|_| n < OWN_SHOWN_MAX).map(|own| json!({
                "summary": own.summary, "labels": own.labels.as_ref().map(labels),
            })),
            "flapping": alert.flapping.as_ref().map(|it| json!({
                "fires": it.fires, "since": it.first_at, "until": it.until, "rule": it.rule.to_string(),
            })),
        })).collect::<Vec<_>>(),
    })
}

fn labels(labels: &Labels) -> Value {
    labels.iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<String, Value>>().into()
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
