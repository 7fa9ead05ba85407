//! What follows from a refusal: it is counted by its reason, logged, shown at the integration whose door it was, and
//! slow if a secret was wrong. All of it here and only here, so that no door can forget it.

use super::doors::Shared;
use super::refusal::Refusal;
use super::slow::{Peer, Turn};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Counts a refusal, tells it, and lets a wrong secret wait.
pub async fn tell(State(doors): Shared, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let mut response = next.run(request).await;
    let status = response.status();
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
        if status.is_client_error() || status.is_server_error() {
            doors.metrics.refused(untold(status));
        }
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
    let from = peer.map(|Peer(address)| address.to_string());
    // Whoever goes on guessing does not fill the log either.
    if turn.as_ref().is_none_or(|turn| turn.as_ref().is_some_and(Turn::is_told)) {
        tracing::warn!(event = "request_refused", integration, code, from, why);
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
