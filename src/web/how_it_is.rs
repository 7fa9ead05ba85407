//! How the server is, for those who watch it: alive, ready, and its metrics.
//!
//! The details name commits, environment variables and findings. With `--admin-listen` they are told there alone, and everybody else
//! hears only whether it is ready.

use super::doors::{Doors, Shared};
use super::refusal::no_such_path;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// Where those who watch are told the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Where everybody else comes in.
    Here,
    /// At a listener of their own.
    Elsewhere,
}

/// The routes beside all others.
pub(super) fn routes(watched: Watched) -> Router<Arc<Doors>> {
    let router = Router::new().route("/healthz", get(healthy));
    match watched {
        Watched::Here => router.route("/readyz", get(ready)).route("/metrics", get(metrics)),
        Watched::Elsewhere => router.route("/readyz", get(ready_or_not)),
    }
}

/// The listener of those who watch: these routes and no other.
pub fn admin_router(doors: Arc<Doors>) -> Router {
    routes(Watched::Here).fallback(async || no_such_path()).with_state(doors)
}

/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
async fn metrics(State(doors): Shared) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], doors.metrics.render()).into_response()
}

/// Healthy while the engine takes turns: whoever watches may start the server again if it does not. Until a config is in force
/// there is no engine, and a restart would not help.
async fn healthy(State(doors): Shared) -> Response {
    if doors.live.borrow().is_none() || doors.inbox.turn().await.is_ok() {
        return "ok\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "the engine takes no turns\n").into_response()
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

/// The same without any detail.
async fn ready_or_not(State(doors): Shared) -> Response {
    let ready = doors.live.borrow().is_some() && !doors.status.borrow().stopping;
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, axum::Json(serde_json::json!({ "ready": ready }))).into_response()
}
