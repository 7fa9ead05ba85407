//! Refusals as values: each answer that says no carries why. What follows from that is in [`refused`](super::refused).

use crate::config::Id;
use crate::integration::{Answer, Reject};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
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

/// A monitor's answer, as it is sent.
pub(super) fn said(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, answer.content_type)], Body::from(answer.body.clone())).into_response()
}

/// A refusal of a monitor's request.
pub(super) fn rejected(reject: &Reject) -> Response {
    let mut response = said(&reject.answer);
    let mut refusal = Refusal::new(reject.code, &*reject.message);
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"oncall\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    // A protocol may have another status for it than 401.
    if reject.code == "unauthorized" || response.status() == StatusCode::UNAUTHORIZED {
        refusal = refusal.wrong_secret();
    }
    refusal.on(response)
}
