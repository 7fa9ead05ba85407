//! The web pages: who may see them, what stands round each, and what every answer carries.
//!
//! A page is gathered here and in the files beside it, from the board and the config in force, and written by
//! [`page`](crate::page). What a person does goes the way of every command. A GET changes nothing; a POST comes from a page of ours, and
//! leads back to one.

use super::doors::{Doors, Shared};
use super::reading_form::Form;
use super::refusal::Refusal;
use super::session::{Session, forget_said, forget_session, is_own_form};
use super::{pages_incidents, pages_make, pages_people};
use crate::config::Id;
use crate::language::Language;
use crate::language::page::PageWords;
use crate::page::{Message, Shell, asset};
use crate::server::live::Live;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::{Timestamp, tz::TimeZone};
use std::sync::Arc;

/// What a page may load and where it may send forms: nothing but our own, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Somebody who is signed in, and what their page is made of.
#[derive(Clone, Debug)]
pub struct Guest {
    pub live: Arc<Live>,
    pub user: Id,
    pub language: Language,
    pub zone: TimeZone,
    pub now: Timestamp,
    pub said: Option<String>,
    refused_commit: bool,
    session: Session,
}

/// The pages, their files and their forms.
pub fn routes(doors: &Arc<Doors>) -> Router<Arc<Doors>> {
    Router::new()
        .route("/", get(pages_incidents::list))
        .route("/incidents/acknowledge", post(pages_incidents::acknowledge))
        .route("/incidents/{id}", get(pages_incidents::show))
        .route("/incidents/{id}/resolve", get(pages_incidents::ask_resolve).post(pages_incidents::resolve))
        .route("/incidents/{id}/{command}", post(pages_incidents::command))
        .route("/on-call", get(pages_people::on_call))
        .route("/me", get(pages_people::me))
        .route("/me/test", post(super::test::from_page))
        .route("/schedules/{id}", get(pages_people::schedule))
        .route("/schedules/{id}/override", get(pages_make::new_override).post(pages_make::make_override))
        .route("/silences/new", get(pages_make::new_silence).post(pages_make::make_silence))
        .route("/absences", post(pages_make::make_absence))
        .route("/declare", get(pages_make::new_incident).post(pages_make::declare))
        .route("/sign-in", get(signed_out))
        .route("/sign-in/{token}", get(ask_sign_in).post(sign_in))
        .route("/sign-out", post(sign_out))
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
        let renewed = session.and_then(|session| doors.sessions.renewed(&session, now));
        let said = (had_said && shows).then(forget_said);
        for cookie in renewed.into_iter().chain(said).filter_map(|it| HeaderValue::from_str(&it).ok()) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    response
}

impl Guest {
    /// Whoever is signed in, and has not left; otherwise the way to sign in.
    pub async fn of(doors: &Doors, headers: &HeaderMap) -> Result<Guest, Response> {
        let live = super::doors::in_force(doors).await?;
        let now = doors.clock.now();
        let session = doors.sessions.read(headers, now).filter(|session| is_here(&live, &session.user, now));
        let Some(session) = session else { return Err(Redirect::to("/sign-in").into_response()) };
        let Some(user) = live.config.users.get(session.user.as_str()).cloned() else {
            return Err(Redirect::to("/sign-in").into_response());
        };
        let refused_commit = doors.status.borrow().refused.is_some();
        let said = doors.sessions.said(headers);
        let (language, zone) = (user.language, user.time_zone);
        Ok(Guest { live, user: user.id, language, zone, now, said, refused_commit, session })
    }

    /// The same for a form, which must come from a page of ours, with what it says.
    pub async fn with_form(doors: &Doors, request: Request) -> Result<(Guest, Form), Response> {
        let guest = Guest::of(doors, request.headers()).await?;
        if !is_own_form(request.headers(), guest.live.config.organisation.public_url.as_deref()) {
            let page = guest.message(doors, guest.words().forbidden, StatusCode::FORBIDDEN);
            return Err(Refusal::new("csrf", "a form that came from no page of ours").on(page));
        }
        let form = Form::read(doors, &guest.session.user, request).await?;
        Ok((guest, form))
    }

    pub fn words(&self) -> &'static PageWords {
        self.language.page()
    }

    /// Who it is, by name.
    pub fn name(&self) -> String {
        let known = self.live.config.users.get(&self.user);
        known.map_or_else(|| self.user.to_string(), |user| user.name.clone())
    }

    pub fn time(&self, at: Timestamp) -> String {
        self.language.date_time(at, &self.zone)
    }

    pub fn shell<'a>(&self, doors: &'a Doors, here: &'static str, title: impl Into<String>) -> Shell<'a> {
        Shell {
            title: title.into(),
            lang: self.words().lang,
            assets: &doors.assets,
            user: Some(self.name()),
            here,
            said: self.said.clone(),
            live: false,
            now: self.time(self.now),
            zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            commit: self.live.commit.chars().take(10).collect(),
            refused_commit: self.refused_commit,
        }
    }

    /// A page that says one thing.
    pub fn message(&self, doors: &Doors, text: &str, status: StatusCode) -> Response {
        let shell = self.shell(doors, "", text.to_owned());
        html(status, &Message { shell, w: self.words(), text: String::new(), action: None })
    }

    /// Back to a page, which says what was done.
    pub fn back(&self, doors: &Doors, to: &str, said: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        let cookie = doors.sessions.say(said).and_then(|cookie| HeaderValue::from_str(&cookie).ok());
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Whether somebody is in `users/` and has not left.
fn is_here(live: &Live, user: &str, now: Timestamp) -> bool {
    let left = live.config.schedules.is_off(user, now).is_some_and(|off| off.until.is_none());
    live.config.users.contains_key(user) && !left
}

/// A page as an answer.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What stands round a page for somebody who is not known, in the organisation's language.
fn strangers_shell<'a>(doors: &'a Doors, live: &Live, title: &str) -> Shell<'a> {
    let organisation = &live.config.organisation;
    let zone = &organisation.time_zone;
    Shell {
        title: title.to_owned(),
        lang: organisation.language.page().lang,
        assets: &doors.assets,
        user: None,
        here: "",
        said: None,
        live: false,
        now: organisation.language.date_time(doors.clock.now(), zone),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        commit: String::new(),
        refused_commit: false,
    }
}

async fn signed_out(State(doors): Shared) -> Response {
    let live = match super::doors::in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let w = live.config.organisation.language.page();
    let shell = strangers_shell(&doors, &live, w.sign_in);
    html(StatusCode::OK, &Message { shell, w, text: w.sign_in_how.to_owned(), action: None })
}

/// A link shows a button: programs that look at links before people do must not use them up.
async fn ask_sign_in(State(doors): Shared, Path(token): Path<String>) -> Response {
    let live = match super::doors::in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let w = live.config.organisation.language.page();
    let now = doors.clock.now();
    let Some(user) = doors.sessions.named_by(&token, now).filter(|user| is_here(&live, user, now)) else {
        return not_signed_in(&doors, &live);
    };
    let name = live.config.users.get(user.as_str()).map_or(user.as_str(), |user| &user.name);
    let shell = strangers_shell(&doors, &live, w.sign_in);
    let (text, action) =
        (format!("{} {name}", w.sign_in_as), (format!("/sign-in/{token}"), w.sign_in.to_owned()));
    html(StatusCode::OK, &Message { shell, w, text, action: Some(action) })
}

async fn sign_in(State(doors): Shared, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let live = match super::doors::in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let now = doors.clock.now();
    let may = is_own_form(&headers, live.config.organisation.public_url.as_deref());
    let session = may.then(|| doors.sessions.sign_in(&token, now)).flatten();
    let Some(session) = session.filter(|session| is_here(&live, &session.user, now)) else {
        return not_signed_in(&doors, &live);
    };
    tracing::info!(event = "signed_in", user = session.user, way = "link");
    let mut response = Redirect::to("/").into_response();
    let cookie = doors.sessions.cookie(&session, now).and_then(|it| HeaderValue::from_str(&it).ok());
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn not_signed_in(doors: &Doors, live: &Live) -> Response {
    let w = live.config.organisation.language.page();
    let shell = strangers_shell(doors, live, w.sign_in);
    let page =
        html(StatusCode::FORBIDDEN, &Message { shell, w, text: w.sign_in_expired.to_owned(), action: None });
    Refusal::new("sign_in", "a sign-in link that does not work").wrong_secret().on(page)
}

async fn sign_out(State(doors): Shared, request: Request) -> Response {
    if let Err(refused) = Guest::with_form(&doors, request).await {
        return refused;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let cookie = HeaderValue::from_str(&forget_session()).ok();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
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
