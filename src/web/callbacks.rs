//! What Slack, Twilio and Jira say of their own accord: verified by the provider, decided by the engine; people in Slack are answered at
//! the desk.

use super::body::{Bounds, Taken};
use super::doors::Shared;
use super::entrance;
use super::refusal::{Refusal, busy, no_config};
use crate::engine::Lane;
use crate::incident::{Input, Reply};
use crate::provider::{self, CALLBACK_BODY_MAX, Callback, CallbackRequest, HttpAnswer};
use crate::server::desk::Full;
use crate::server::inbox::Answered;
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// How much is read before a callback is verified.
const CALLED_BACK: Bounds = Bounds { bytes: CALLBACK_BODY_MAX, time: Duration::from_secs(10) };

/// A button, a key on the phone, or the course of a call.
pub async fn callback(State(doors): Shared, request: Request) -> Response {
    let Some(live) = doors.live.borrow().clone() else { return no_config() };
    let (peer, now) = (entrance::peer(&request), doors.clock.now());
    let taken = match entrance::whole(&doors, request, CALLED_BACK).await {
        Ok(taken) => taken,
        Err(refused) => return refused,
    };
    let bytes = taken.body.len();
    let verified = entrance::examine(&doors, peer, bytes, {
        let live = live.clone();
        move || {
            let Taken { path, query, headers, body, .. } = taken;
            let request = CallbackRequest { path: &path, query: query.as_deref(), headers, body: &body };
            provider::callback(&live.config, &live.secrets, &request, now)
        }
    });
    let verified = match verified.await {
        Ok(verified) => verified,
        Err(refused) => return refused,
    };
    if verified.is_ok() {
        doors.entrance.pace.give_back(peer, bytes);
    }
    match verified {
        Err(refused) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            let refusal = Refusal::new(refused.code, refused.message.clone());
            let is_wrong = status == StatusCode::UNAUTHORIZED;
            let refusal = if is_wrong { refusal.wrong_secret() } else { refusal };
            refusal.on((status, refused.message))
        }
        Ok(Callback::Answer(answer)) => said(answer),
        Ok(Callback::Outcome { delivery, outcome }) => {
            match doors.inbox.input(Lane::First, Input::Outcome { delivery, outcome }).await {
                Ok(_) => said(HttpAnswer::empty()),
                Err(_) => busy(),
            }
        }
        Ok(Callback::Slack(interaction)) => match doors.desk.hear(live, *interaction).await {
            Ok(None) => said(HttpAnswer::empty()),
            Ok(Some(body)) => Json(body).into_response(),
            Err(Full) => busy(),
        },
        Ok(Callback::Ticket { command, once }) => {
            if !doors.desk.is_new(&once) {
                return said(HttpAnswer::empty());
            }
            match doors.inbox.input(Lane::First, Input::Command(command)).await {
                Ok(_) => said(HttpAnswer::empty()),
                Err(_) => {
                    doors.desk.forget(&once);
                    busy()
                }
            }
        }
        Ok(Callback::Command { command, context }) => {
            let reply = match doors.inbox.input(Lane::First, Input::Command(command)).await {
                Ok(Answered { reply: Some(reply), .. }) => reply,
                Ok(Answered { reply: None, .. }) => Reply::NotFound,
                Err(_) => return busy(),
            };
            said(provider::answer(&live.config, &context, &reply))
        }
    }
}

fn said(answer: HttpAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, answer.content_type)], Body::from(answer.body)).into_response()
}
