//! What every page is on: the answer that carries it, its cookies, and what stands round a page for somebody who is not known.

use super::doors::Doors;
use crate::page::Shell;
use crate::server::live::Live;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What stands round a page for somebody who is not known, in the organisation's language.
pub(super) fn strangers_shell<'a>(doors: &'a Doors, live: &Live, title: &str) -> Shell<'a> {
    let organisation = &live.config.organisation;
    let zone = &organisation.time_zone;
    Shell {
        title: title.to_owned(),
        lang: organisation.language.page().lang,
        assets: &doors.assets,
        user: None,
        is_member: false,
        here: "",
        places: Vec::new(),
        said: None,
        live: false,
        now: organisation.language.date_time(doors.clock.now(), zone),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        commit: String::new(),
        refused_commit: false,
        broad: None,
    }
}

/// Sets a cookie, if there is one.
pub(super) fn put_cookie(response: &mut Response, cookie: Option<String>) {
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// A page as an answer.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
