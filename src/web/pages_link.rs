//! `/a/<token>`: the page behind the link of a message. A GET shows, whoever looks at the link first; a POST acts for the person
//! that the message told, who need not sign in.
//!
//! The token is looked at before anything else, and one that is not ours is answered like a path that does not exist, more and more
//! slowly. What the link may do is decided by [`incident`](crate::incident). The token is what a form is believed by: no cookie acts
//! here, so a form from elsewhere can do nothing that whoever has the link could not do anyway.

use super::doors::{Doors, Shared};
use super::guest::replied;
use super::reading_form::Form;
use super::refusal::{busy, nothing_opened};
use super::sheet::{html, put_cookie};
use super::visitor::Visitor;
use super::vouched::vouched;
use crate::actor::{Actor, Via};
use crate::config::{Config, Id};
use crate::engine::Lane;
use crate::incident::message::{headline, state_word};
use crate::incident::{
    Asked, Command, DeliveryId, Input, Linked, LinkedIncident, Reply, Respond, Status, Target,
    runbook_address, runbook_of,
};
use crate::language::{Language, Shown, Word};
use crate::page::{LinkPage, LinkRow, Shell};
use crate::server::live::Live;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{Timestamp, tz::TimeZone};
use std::sync::Arc;

/// A link that opens something, and whose it is.
struct Opened {
    live: Arc<Live>,
    delivery: DeliveryId,
    user: Id,
    linked: Linked,
    language: Language,
    zone: TimeZone,
    now: Timestamp,
}

/// `GET /a/<token>`
pub async fn show(State(doors): Shared, uri: Uri, headers: HeaderMap) -> Response {
    let token = token_of(&uri);
    let opened = match open(&doors, token).await {
        Ok(opened) => opened,
        Err(refused) => return refused,
    };
    let said = doors.sessions.said(&headers);
    let signed_in = vouched(&doors, &opened.live, &headers).await.is_ok();
    html(StatusCode::OK, &opened.page(&doors, format!("/a/{token}"), said, signed_in))
}

/// `POST /a/<token>` with `do=acknowledge` or `do=escalate`; back to the same page, which says what was done.
pub async fn act(State(doors): Shared, request: Request) -> Response {
    let token = token_of(request.uri()).to_owned();
    let opened = match open(&doors, &token).await {
        Ok(opened) => opened,
        Err(refused) => return refused,
    };
    let form = match Form::read(&doors, &opened.user, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let action = match form.get("do") {
        Some("acknowledge") => Some(Asked::Acknowledge),
        Some("escalate") => Some(Asked::Escalate { step: None }),
        _ => None,
    };
    let mut response = Redirect::to(&format!("/a/{token}")).into_response();
    let Some(action) = action else { return response };
    let respond = Respond {
        target: Target::Delivery(opened.delivery),
        action,
        by: Actor::User(opened.user.clone()),
        via: Via::Link,
    };
    let input = Input::Command(Command::Respond(respond));
    let Ok(answered) = doors.inbox.input(Lane::First, input).await else { return busy() };
    let reply = answered.reply.unwrap_or(Reply::NotFound);
    let said = replied(&opened.live.config, &reply, answered.stored, (opened.language, &opened.zone));
    put_cookie(&mut response, doors.sessions.say(&said));
    response
}

/// As it was sent: a token of ours needs no decoding.
fn token_of(uri: &Uri) -> &str {
    uri.path().strip_prefix("/a/").unwrap_or_default()
}

/// What a token opens: it is ours, its message is known and not older than a day, and its person has not left.
async fn open(doors: &Doors, token: &str) -> Result<Opened, Response> {
    let none = || nothing_opened("link_not_found");
    let live = super::doors::in_force(doors).await?;
    let now = doors.clock.now();
    let links = &doors.client.links;
    let delivery: DeliveryId =
        links.delivery(token).and_then(|delivery| delivery.parse().ok()).ok_or_else(none)?;
    let linked = doors.inbox.linked(delivery, now).await.map_err(|_| busy())?.ok_or_else(none)?;
    let known =
        live.config.users.get(&linked.user).filter(|user| Visitor::of(&live.config, &user.id, now).is_some());
    let user = known.filter(|user| links.acts_for(token, &user.id)).ok_or_else(none)?;
    let (language, zone, user) = (user.language, user.time_zone.clone(), user.id.clone());
    Ok(Opened { live, delivery, user, linked, language, zone, now })
}

impl Opened {
    fn page<'a>(
        &self,
        doors: &'a Doors,
        action: String,
        said: Option<String>,
        signed_in: bool,
    ) -> LinkPage<'a> {
        let (config, language) = (&self.live.config, self.language);
        let w = language.page();
        let all = &self.linked.incidents;
        let stands = |may: fn(&LinkedIncident) -> bool| all.iter().any(may);
        let (acknowledge, escalate) = (stands(|it| it.acknowledge), stands(|it| it.escalate));
        let why_not = match acknowledge || escalate || stands(|it| it.acts) {
            true => None,
            false if self.linked.asks => Some(w.link_older.to_owned()),
            false => Some(w.link_only_shows.to_owned()),
        };
        let name = config.users.get(&self.user).map_or(&*self.user, |user| &user.name);
        let title = all.first().map(|it| it.incident.id.to_string()).unwrap_or_default();
        let shell = Shell {
            title,
            lang: w.lang,
            assets: &doors.assets,
            user: None,
            is_member: false,
            here: "",
            places: Vec::new(),
            said,
            live: false,
            now: language.date_time(self.now, &self.zone),
            zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            commit: String::new(),
            refused_commit: false,
            broad: None,
        };
        let word = if all.len() + self.linked.more > 1 { Word::AcknowledgeAll } else { Word::Acknowledge };
        LinkPage {
            shell,
            w,
            rows: all
                .iter()
                .map(|it| {
                    let row = row(config, it, language, &self.zone);
                    LinkRow { runbook: row.runbook.filter(|_| signed_in), ..row }
                })
                .collect(),
            more: (self.linked.more > 0).then(|| language.shown(&Shown::More { count: self.linked.more })),
            action,
            acknowledge: acknowledge.then(|| language.word(word)),
            escalate,
            why_not,
            name: name.to_owned(),
            signed_in,
        }
    }
}

/// An incident in the words of a message: neither labels nor the description.
fn row(config: &Config, linked: &LinkedIncident, language: Language, zone: &TimeZone) -> LinkRow {
    let incident = &linked.incident;
    let status_class = match incident.status {
        Status::Triggered => "triggered",
        Status::Acknowledged => "acknowledged",
        Status::Resolved => "resolved",
    };
    let next = incident.escalation.as_ref().filter(|_| incident.status == Status::Triggered);
    LinkRow {
        id: incident.id.to_string(),
        status: state_word(config, incident, language),
        status_class,
        headline: headline(config, incident, language).1,
        opened: language.date_time(incident.opened_at, zone),
        next: next.map(|step| language.clock(step.deadline, zone)),
        runbook: runbook_of(config, incident)
            .and_then(|book| runbook_address(config, &book, Some(incident.id))),
    }
}
