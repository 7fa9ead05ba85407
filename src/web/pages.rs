//! The web pages: who may see them, what stands round each, and what every answer carries.
//!
//! A page is gathered here and in the files beside it, from the board and the config in force, and written by
//! [`page`](crate::page). What a person does goes the way of every command. A GET changes nothing; a POST comes from a page of ours, and
//! leads back to one.

use super::attempt;
use super::doors::{Doors, Shared};
use super::session::{Worth, forget_said};
use super::{
    pages_catalogue, pages_events, pages_incidents, pages_link, pages_make, pages_offers, pages_oidc,
    pages_on_call, pages_people, pages_schedule, pages_sign_in, pages_silence,
};
use crate::page::asset;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// What a page may load and where it may send forms: nothing but our own, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages, their files and their forms.
pub fn routes(doors: &Arc<Doors>) -> Router<Arc<Doors>> {
    Router::new()
        .route("/", get(pages_incidents::list))
        .route("/incidents/acknowledge", post(pages_incidents::acknowledge))
        .route("/incidents/{id}", get(pages_incidents::show))
        .route("/incidents/{id}/resolve", get(pages_incidents::ask_resolve).post(pages_incidents::resolve))
        .route("/incidents/{id}/{command}", post(pages_incidents::command))
        .route("/on-call", get(pages_on_call::on_call))
        .route("/standing/end", post(pages_on_call::end))
        .route("/standing/cannot", post(pages_on_call::cannot))
        .route("/schedules/{id}/take", post(pages_on_call::take))
        .route("/me", get(pages_people::me))
        .route("/schedules", get(pages_catalogue::grid))
        .route("/services", get(pages_catalogue::services))
        .route("/services/{id}", get(pages_catalogue::service))
        .route("/integrations", get(pages_catalogue::integrations))
        .route("/config", get(pages_catalogue::config))
        .route("/runbooks/{*path}", get(pages_catalogue::book))
        .route("/me/test", post(super::test::from_page))
        .route("/schedules/{id}", get(pages_schedule::show))
        .route("/schedules/{id}/override", get(pages_make::new_override).post(pages_make::make_override))
        .route("/silences/new", get(pages_silence::new_silence).post(pages_silence::make_silence))
        .route("/absences", post(pages_make::make_absence))
        .route("/offers", post(pages_offers::make_offer))
        .route("/offers/{id}/accept", post(pages_offers::accept))
        .route("/declare", get(pages_make::new_incident).post(pages_make::declare))
        .route("/a/{token}", get(pages_link::show).post(pages_link::act))
        .route("/sign-in", get(pages_sign_in::signed_out))
        .route(attempt::BEGIN, get(pages_oidc::begin))
        .route(attempt::CALLBACK, get(pages_oidc::end))
        .route("/sign-in/{token}", get(pages_sign_in::ask_sign_in).post(pages_sign_in::sign_in))
        .route("/sign-out", post(pages_sign_in::sign_out))
        .route("/events", get(pages_events::follow))
        .route("/assets/{*path}", get(file))
        .layer(middleware::from_fn_with_state(doors.clone(), dressed))
}

/// What every page carries: its policy, and that nobody between keeps it.
async fn dressed(State(doors): Shared, request: Request, next: Next) -> Response {
    let now = doors.clock.now();
    let session = doors.sessions.read(request.headers(), now);
    let had_said = doors.sessions.said(request.headers()).is_some();
    let shows = request.method().is_safe() && !request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    if !headers.contains_key(header::SET_COOKIE) {
        let renewed = match &session {
            Worth::Good(session) => doors.sessions.renewed(session, now),
            Worth::Nothing | Worth::Forged => None,
        };
        let said = (had_said && shows).then(forget_said);
        for cookie in renewed.into_iter().chain(said).filter_map(|it| HeaderValue::from_str(&it).ok()) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// A file beside the pages; its address changes with its contents.
async fn file(Path(path): Path<String>) -> Response {
    let Some(asset) = asset(&path) else { return super::refusal::no_such_path() };
    let about = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (about, asset.bytes).into_response()
}
