//! `POST /v1/test`, and the buttons on the page of one's own: a person tries out one of their own ways.
//!
//! Whose ways they are is whoever asks: a token says for whom in `Oncall-Actor`. What may be tried, and how often, is decided in
//! [`incident`](crate::incident).

use super::api::{asked, problem};
use super::commands::refused;
use super::doors::Shared;
use super::guest::Sent;
use super::refusal::busy;
use super::wish::Wish;
use crate::actor::{Actor, Via};
use crate::config::{CONTACTS, Config, Contact};
use crate::engine::Lane;
use crate::incident::message::reply_text;
use crate::incident::{Command, Input, Reply};
use crate::language::Language;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `{"by": "call"}`; without it, what they would be told by first that rings.
pub async fn test(State(doors): Shared, request: Request) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let Some(user) = by.user().cloned() else {
        return problem(StatusCode::BAD_REQUEST, "say whose ways: `Oncall-Actor: <id of the user>`");
    };
    let read = Wish::read(&taken.body, &["by"]).and_then(|wish| wish.text("by"));
    let contact = match read.and_then(|said| way(&live.config, &user, said.as_deref())) {
        Ok(contact) => contact,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let command = Command::Test { user, contact, by, via: Via::Api };
    let Ok(answered) = doors.inbox.input(Lane::First, Input::Command(command)).await else { return busy() };
    match answered.reply {
        Some(reply @ Reply::Testing { contact }) => {
            let text = reply_text(&live.config, &reply, Language::En, &live.config.organisation.time_zone);
            let body = json!({ "by": contact.method().name, "result": "done", "text": text });
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
        other => {
            let (status, body) = refused(other, &live.config, "there is no such person");
            (status, Json(body)).into_response()
        }
    }
}

/// The way that is named, or the one that rings first.
fn way(config: &Config, user: &str, said: Option<&str>) -> Result<Contact, String> {
    let names = || CONTACTS.iter().map(|method| method.name).collect::<Vec<_>>().join(", ");
    match said {
        Some(said) => Contact::read(said).ok_or_else(|| format!("`by`: one of {}", names())),
        None => {
            let first = config.users.get(user).and_then(|user| user.way_to_test());
            first.ok_or_else(|| "no rule of this person says how they are told: say `by`".to_owned())
        }
    }
}

/// `POST /me/test`
pub async fn from_page(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let said = form.get("by").filter(|said| !said.is_empty());
    let Ok(contact) = way(&guest.live.config, &user, said) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::BAD_REQUEST);
    };
    let by = Actor::User(user.clone());
    let command = Command::Test { user, contact, by, via: Via::Web };
    match doors.inbox.input(Lane::First, Input::Command(command)).await {
        Ok(answered) => guest.back(&doors, "/me", &guest.answered(&answered)),
        Err(_) => guest.message(&doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE),
    }
}
