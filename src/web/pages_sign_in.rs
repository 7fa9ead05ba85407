//! The pages of signing in and out.

use super::attempt::BEGIN;
use super::doors::{Doors, Shared, in_force};
use super::guest::Guest;
use super::refusal::Refusal;
use super::session::{Session, forget_session, forget_to, is_own_form};
use super::sheet::{html, put_cookie, strangers_shell};
use super::visitor::Visitor;
use crate::page::Message;
use crate::server::live::Live;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

/// `GET /sign-in`
pub async fn signed_out(State(doors): Shared) -> Response {
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let w = live.config.organisation.language.page();
    let shell = strangers_shell(&doors, &live, w.sign_in);
    // Its address without the scheme is the name that people know it by.
    let name = |issuer: &str| issuer.trim_start_matches("https://").trim_end_matches('/').to_owned();
    let oidc = live.config.organisation.web.oidc.as_ref();
    let link = oidc.map(|oidc| (BEGIN.to_owned(), format!("{} {}", w.sign_in_with, name(&oidc.issuer))));
    let text = if link.is_some() { w.sign_in_or_link } else { w.sign_in_how };
    html(StatusCode::OK, &Message { shell, w, text: text.to_owned(), action: None, link })
}

/// A link shows a button: programs that look at links before people do must not use them up.
pub async fn ask_sign_in(State(doors): Shared, Path(token): Path<String>) -> Response {
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let w = live.config.organisation.language.page();
    let now = doors.clock.now();
    let named = doors.sessions.named_by(&token, now);
    let Some(who) = named.and_then(|named| Visitor::of(&live.config, &named, now)) else {
        return not_signed_in(&doors, &live);
    };
    let name = live.config.users.get(who.named()).map_or(who.named(), |user| &user.name);
    let shell = strangers_shell(&doors, &live, w.sign_in);
    let (text, action) =
        (format!("{} {name}", w.sign_in_as), (format!("/sign-in/{token}"), w.sign_in.to_owned()));
    html(StatusCode::OK, &Message { shell, w, text, action: Some(action), link: None })
}

/// `POST /sign-in/{token}`
pub async fn sign_in(State(doors): Shared, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let now = doors.clock.now();
    let may = is_own_form(&headers, live.config.organisation.public_url.as_deref());
    let generation = live.config.organisation.web.session_generation;
    let session = may.then(|| doors.sessions.sign_in(&token, generation, now)).flatten();
    match session {
        Some(session) if Visitor::of(&live.config, &session.user, now).is_some() => {
            come_in(&doors, &session, "link", &headers)
        }
        _ => not_signed_in(&doors, &live),
    }
}

/// Somebody has signed in: to the page that they wanted.
pub(super) fn come_in(doors: &Doors, session: &Session, way: &'static str, headers: &HeaderMap) -> Response {
    tracing::info!(event = "signed_in", user = session.user, way);
    let to = doors.sessions.wanted(headers);
    let mut response = Redirect::to(to.as_deref().unwrap_or("/")).into_response();
    put_cookie(&mut response, doors.sessions.cookie(session, doors.clock.now()));
    put_cookie(&mut response, to.map(|_| forget_to()));
    response
}

fn not_signed_in(doors: &Doors, live: &Live) -> Response {
    let w = live.config.organisation.language.page();
    let shell = strangers_shell(doors, live, w.sign_in);
    let text = w.sign_in_expired.to_owned();
    let page = html(StatusCode::FORBIDDEN, &Message { shell, w, text, action: None, link: None });
    Refusal::new("sign_in", "a sign-in link that does not work").wrong_secret().on(page)
}

/// `POST /sign-out`
pub async fn sign_out(State(doors): Shared, guest: Guest, headers: HeaderMap) -> Response {
    if let Err(refused) = guest.sent_from_here(&doors, &headers) {
        return refused;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    put_cookie(&mut response, Some(forget_session()));
    response
}
