//! All routes, and the doors that are about the server itself: a push of the config, and its description. How it is: [`how_it_is`].
//!
//! A door checks who knocks and hands on values: monitors' are in `webhook`, providers' in [`callbacks`], people's tools' in
//! [`api`], [`commands`] and [`changes`]. What a refusal brings with it is in [`refused`].

use super::address;
use super::api;
use super::body::{BODY_MAX, Bounds};
use super::calendars;
use super::callbacks;
use super::changes;
use super::commands;
use super::config;
use super::doors::{Doors, Shared};
use super::entrance;
use super::entries;
use super::how_it_is::{self, Watched};
use super::incidents;
use super::offers;
use super::on_call;
use super::opsgenie;
use super::pages;
use super::refusal::{no_config, rejected};
use super::refused;
use super::webhook::{elsewhere, webhook};
use crate::integration;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use std::sync::Arc;
use std::time::Duration;

/// The API's description.
const OPENAPI: &str = include_str!("../../schema/openapi.json");
/// Of a push of the config repository; GitHub's may be long.
const PUSHED: Bounds = Bounds { bytes: BODY_MAX, time: Duration::from_secs(10) };

/// All routes; who watches the server is told how it is here, or elsewhere.
pub fn router(doors: Arc<Doors>, watched: Watched) -> Router {
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
        .route("/v1/incidents", get(incidents::list).post(commands::declare))
        .route("/v1/incidents/{id}", get(incidents::show).post(commands::several))
        .route("/v1/incidents/{id}/{command}", post(commands::one))
        .merge(changes::routes())
        .merge(offers::routes())
        .route("/v1/openapi.json", get(openapi))
        .route("/v1/entries", get(entries::list))
        .route("/v1/test", post(super::test::test))
        .route("/v1/who", get(on_call::who))
        .route("/v1/schedules/{id}/shifts", get(on_call::shifts))
        .route("/v1/schedules/{id}/take", post(changes::take))
        .route("/v1/config", get(config::show))
        .route("/v1/integrations/{*id}", get(api::integration))
        .route("/v1/calendars/{*rest}", get(calendars::show))
        .merge(pages::routes(&doors))
        .fallback(elsewhere)
        .layer(middleware::from_fn_with_state(doors.clone(), refused::tell))
        // What these answer is how the server is, and no refusal.
        .merge(how_it_is::routes(watched))
        .with_state(doors);
    address::forgiving(router)
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

/// What the API is, for tools; kept equal to what it does by a test.
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
