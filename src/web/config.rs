//! `GET /v1/config`: which commit runs, since when, and what the newest one is waiting for.
//!
//! What is told is what the engine noted of the config ([`live`](crate::server::live)); nothing is asked of the remote here.

use super::api::reads;
use super::doors::Shared;
use crate::git::repository::Commit;
use crate::server::live::{Live, Status};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Everything about the config, with the API's token.
pub async fn show(State(doors): Shared, headers: HeaderMap, uri: Uri) -> Response {
    let live = match reads(&doors, &headers, &uri) {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let status = doors.status.borrow().clone();
    let newest = status.looked.as_ref().map(|looked| version(&looked.commit, looked.about.as_ref()));
    let body = json!({
        "source": doors.origin,
        "in_force": in_force(&live, &status),
        "newest": newest,
        "waiting_for": waiting_for(&status),
        "unreachable": status.unreachable,
        "looked_at": status.looked.map(|looked| looked.at),
        "missing_secrets": status.missing,
    });
    Json(body).into_response()
}

/// What an incident's answer says of the config.
pub fn summary(live: &Live, status: &Status) -> Value {
    json!({
        "in_force": in_force(live, status),
        "waiting_for": waiting_for(status),
        "unreachable": status.unreachable,
    })
}

fn in_force(live: &Live, status: &Status) -> Value {
    let mut shown = version(&live.commit, live.about.as_ref());
    shown["since"] = json!(status.in_force_since);
    shown["errors"] = json!(live.objections.as_ref().map(|it| &it.findings));
    shown
}

/// Why the newest commit is not in force; null if it is.
fn waiting_for(status: &Status) -> Value {
    status.refused.as_ref().map_or(Value::Null, |refused| {
        json!({
            "commit": refused.commit,
            "since": refused.since,
            "because": refused.because,
            "findings": refused.findings,
            "commits": refused.stuck,
        })
    })
}

fn version(commit: &str, about: Option<&Commit>) -> Value {
    json!({
        "commit": commit,
        "subject": about.map(|about| &about.summary),
        "author": about.map(|about| &about.author),
        "authored_at": about.and_then(|about| Timestamp::from_second(about.authored_at).ok()),
    })
}
