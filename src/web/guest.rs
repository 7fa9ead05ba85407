//! Who looks at a page, and what stands round every page of theirs.
//!
//! People in `users/` may look at every page; who else may is said by `access.view`, and nobody else comes in. Both are asked of the
//! config in force at each request, so that a commit shuts out at once. What somebody may *do* is decided where it is done.

use super::doors::{Doors, in_force};
use super::reading_form::Form;
use super::refusal::Refusal;
use super::session::{forget_session, is_own_form};
use super::sheet::{html, put_cookie, strangers_shell};
use super::visitor::Visitor;
use super::vouched::{Unknown, vouched};
use crate::actor::Actor;
use crate::config::{Config, Id, Right};
use crate::incident::Reply;
use crate::incident::message::reply_text;
use crate::language::Language;
use crate::language::chat::Chat;
use crate::language::page::PageWords;
use crate::page::{Message, Shell};
use crate::route::broad_silence;
use crate::server::inbox::Answered;
use crate::server::live::Live;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{Timestamp, tz::TimeZone};
use std::sync::Arc;

/// Somebody who is signed in, and what their page is made of.
#[derive(Clone, Debug)]
pub struct Guest {
    pub live: Arc<Live>,
    pub who: Visitor,
    pub language: Language,
    pub zone: TimeZone,
    pub now: Timestamp,
    pub said: Option<String>,
    refused_commit: bool,
}

/// A guest who is in `users/`: some pages are theirs alone.
#[derive(Clone, Debug)]
pub struct Member {
    pub guest: Guest,
    pub user: Id,
}

/// A form that a page of ours sent, and who filled it in.
#[derive(Clone, Debug)]
pub struct Sent {
    pub guest: Guest,
    pub user: Id,
    pub form: Form,
}

impl FromRequestParts<Arc<Doors>> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, doors: &Arc<Doors>) -> Result<Guest, Response> {
        let live = in_force(doors).await?;
        match vouched(doors, &live, &parts.headers).await {
            Ok(who) => Ok(Guest::of(doors, live, who, &parts.headers)),
            Err(unknown) => Err(not_known(doors, &live, parts, unknown)),
        }
    }
}

impl FromRequestParts<Arc<Doors>> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, doors: &Arc<Doors>) -> Result<Member, Response> {
        let guest = Guest::from_request_parts(parts, doors).await?;
        match guest.user().cloned() {
            Some(user) => Ok(Member { guest, user }),
            None => {
                let page = guest.message(doors, guest.words().may_only_look, StatusCode::FORBIDDEN);
                Err(Refusal::new("viewer", "somebody who may only look").on(page))
            }
        }
    }
}

impl FromRequest<Arc<Doors>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, doors: &Arc<Doors>) -> Result<Sent, Response> {
        let (mut parts, body) = request.into_parts();
        let guest = Guest::from_request_parts(&mut parts, doors).await?;
        guest.sent_from_here(doors, &parts.headers)?;
        let Member { guest, user } = Member::from_request_parts(&mut parts, doors).await?;
        let form = Form::read(doors, &user, Request::from_parts(parts, body)).await?;
        Ok(Sent { guest, user, form })
    }
}

impl Guest {
    fn of(doors: &Doors, live: Arc<Live>, who: Visitor, headers: &HeaderMap) -> Guest {
        let now = doors.clock.now();
        let organisation = &live.config.organisation;
        let known = live.config.users.get(who.named());
        let language = known.map_or(organisation.language, |user| user.language);
        let zone = known.map_or(&organisation.time_zone, |user| &user.time_zone).clone();
        let refused_commit = doors.status.borrow().refused.is_some();
        Guest { who, language, zone, now, said: doors.sessions.said(headers), refused_commit, live }
    }

    /// Refuses a form that came from no page of ours.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
    pub fn sent_from_here(&self, doors: &Doors, headers: &HeaderMap) -> Result<(), Response> {
        if is_own_form(headers, self.live.config.organisation.public_url.as_deref()) {
            return Ok(());
        }
        let page = self.message(doors, self.words().forbidden, StatusCode::FORBIDDEN);
        Err(Refusal::new("csrf", "a form that came from no page of ours").on(page))
    }

    /// The id of somebody in `users/`.
    pub fn user(&self) -> Option<&Id> {
        match &self.who {
            Visitor::User(id) => Some(id),
            Visitor::Viewer(_) => None,
        }
    }

    /// Whether `access` gives them a right.
    pub fn may(&self, right: Right) -> bool {
        self.user().is_some_and(|user| self.live.config.may(&Actor::User(user.clone()), right, self.now))
    }

    pub fn words(&self) -> &'static PageWords {
        self.language.page()
    }

    /// Who it is, by name.
    pub fn name(&self) -> String {
        let named = self.who.named();
        self.live.config.users.get(named).map_or_else(|| named.to_owned(), |user| user.name.clone())
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
            is_member: self.user().is_some(),
            here,
            places: self.places(),
            said: self.said.clone(),
            live: false,
            now: self.time(self.now),
            zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            commit: self.live.commit.chars().take(10).collect(),
            refused_commit: self.refused_commit,
            broad: self.broad(),
        }
    }

    /// That a silence runs which names no service.
    fn broad(&self) -> Option<String> {
        let (silence, until) = broad_silence(&self.live.config, self.now)?;
        let (until, reason, partly) = (self.time(until), &*silence.reason, silence.when.is_some());
        Some(self.language.chat(&Chat::BroadSilence { until: &until, reason, partly }))
    }

    fn places(&self) -> Vec<(&'static str, &'static str)> {
        let c = self.language.catalogue();
        let places = [
            ("/schedules", c.all_schedules),
            ("/services", c.services),
            ("/integrations", c.integrations),
            ("/config", c.config),
        ];
        places.into()
    }

    /// A page that says one thing.
    pub fn message(&self, doors: &Doors, text: &str, status: StatusCode) -> Response {
        let shell = self.shell(doors, "", text.to_owned());
        html(status, &Message { shell, w: self.words(), text: String::new(), action: None, link: None })
    }

    /// What came of a command, in words.
    pub fn reply(&self, reply: &Reply, stored: bool) -> String {
        replied(&self.live.config, reply, stored, (self.language, &self.zone))
    }

    /// The same of an answer.
    pub fn answered(&self, answered: &Answered) -> String {
        self.reply(answered.reply.as_ref().unwrap_or(&Reply::NotFound), answered.stored)
    }

    /// Back to a page, which says what was done.
    pub fn back(&self, doors: &Doors, to: &str, said: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        put_cookie(&mut response, doors.sessions.say(said));
        response
    }
}

/// What came of a command, in somebody's words. What is done and not on disk is not said as if it were.
pub(super) fn replied(
    config: &Config,
    reply: &Reply,
    stored: bool,
    (language, zone): (Language, &TimeZone),
) -> String {
    let said = reply_text(config, reply, language, zone);
    let done = match reply {
        Reply::Taken { .. }
        | Reply::Done { .. }
        | Reply::Made { .. }
        | Reply::Ended
        | Reply::Noted { .. } => true,
        Reply::Already { .. }
        | Reply::Passed
        | Reply::Testing { .. }
        | Reply::Refused(_)
        | Reply::Confirm(_)
        | Reply::Say(_)
        | Reply::NotFound => false,
    };
    if stored || !done { said } else { format!("{said} {}", language.page().not_stored) }
}

/// To where one signs in and then back, or why that is no use.
fn not_known(doors: &Doors, live: &Live, parts: &Parts, unknown: Unknown) -> Response {
    let w = live.config.organisation.language.page();
    let page = |status: StatusCode, text: &str| {
        let shell = strangers_shell(doors, live, w.sign_in);
        let link = Some(("/sign-in".to_owned(), w.sign_in_again.to_owned()));
        html(status, &Message { shell, w, text: text.to_owned(), action: None, link })
    };
    match unknown {
        Unknown::Nobody => to_sign_in(doors, parts),
        Unknown::Over(refusal) => {
            let mut answer = to_sign_in(doors, parts);
            put_cookie(&mut answer, Some(forget_session()));
            refusal.on(answer)
        }
        Unknown::Refused(refusal) => refusal.on(page(StatusCode::FORBIDDEN, w.sign_in_refused)),
        Unknown::Unreachable(refusal) => {
            refusal.on(page(StatusCode::SERVICE_UNAVAILABLE, w.sign_in_unreachable))
        }
    }
}

fn to_sign_in(doors: &Doors, parts: &Parts) -> Response {
    let mut answer = Redirect::to("/sign-in").into_response();
    let to = parts.uri.path_and_query().map(|it| it.as_str()).filter(|_| parts.method == Method::GET);
    let cookie = to.filter(|to| *to != "/").and_then(|to| doors.sessions.lead_back(to));
    put_cookie(&mut answer, cookie);
    answer
}
