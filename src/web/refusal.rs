//! Refusals: every answer that says no is counted by its reason, logged, shown at the integration whose door it was, and
//! slow where a secret was wrong. All of it here and only here, so that no door can forget it.

use super::router::Shared;
use super::slow::{Peer, Turn};
use crate::config::Id;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const NO_SUCH_PATH: &str = "no such path: see `oncall urls` for those there are\n";

/// Why a request is refused; it travels with the answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// A stable word for metrics.
    pub code: &'static str,
    /// Whose door it was, where that is known.
    pub integration: Option<Id>,
    /// For people and logs; never holds a secret.
    pub why: String,
    /// Whether whoever sent it may have been guessing.
    pub wrong_secret: bool,
}

impl Refusal {
    pub fn new(code: &'static str, why: impl Into<String>) -> Refusal {
        Refusal { code, integration: None, why: why.into(), wrong_secret: false }
    }

    pub fn wrong_secret(self) -> Refusal {
        Refusal { wrong_secret: true, ..self }
    }

    /// The answer that says it.
    pub fn on(self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An answer that was refused at the door of an integration.
pub fn at(integration: &Id, mut response: Response) -> Response {
    if let Some(refusal) = response.extensions_mut().get_mut::<Refusal>() {
        refusal.integration = Some(integration.clone());
    }
    response
}

/// Nothing can be taken yet or now: every sender that tries again does so on a 503, and many drop a 429.
pub fn come_again(code: &'static str, text: impl Into<String>) -> Response {
    let text = text.into();
    let why = text.trim_end().to_owned();
    let answer = (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], text);
    Refusal::new(code, why).on(answer)
}

pub fn no_config() -> Response {
    come_again("no_config", "no config is in force yet: come again\n")
}

pub fn busy() -> Response {
    come_again("busy", "too much at once: come again\n")
}

/// Of a path that does not exist.
pub fn no_such_path() -> Response {
    (StatusCode::NOT_FOUND, NO_SUCH_PATH).into_response()
}

/// The same, where a secret might have opened something: that it did not is not said.
pub fn nothing_opened(code: &'static str) -> Response {
    Refusal::new(code, NO_SUCH_PATH.trim_end()).wrong_secret().on(no_such_path())
}

/// Counts a refusal, tells it, and lets a wrong secret wait.
pub async fn tell(State(doors): Shared, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
        doors.metrics.refused(untold(status));
        return response;
    };
    let now = doors.clock.now();
    let Refusal { code, integration, why, wrong_secret } = refusal;
    doors.metrics.refused(code);
    if let Some(id) = &integration {
        doors.tallies.refused(id, now, code, &why);
    }
    let turn = peer.filter(|_| wrong_secret).map(|Peer(address)| doors.slowed.turn(address, now));
    let integration = integration.as_deref().unwrap_or("unknown");
    let from = peer.map_or_else(|| "unknown".to_owned(), |Peer(address)| address.to_string());
    // Whoever goes on guessing does not fill the log either.
    if turn.as_ref().is_none_or(|turn| turn.as_ref().is_some_and(Turn::is_told)) {
        tracing::warn!(integration, code, from, "refused a request: {why}");
    }
    let came = match turn {
        None => true,
        Some(None) => false,
        Some(Some(turn)) => turn.come().await,
    };
    if !came {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The word for an answer that says no more than its status.
fn untold(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method",
        status if status.is_client_error() => "bad_request",
        _ => "failed",
    }
}
