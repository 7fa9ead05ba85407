//! Bodies, within bounds of size and time. One that is not whole is handed on with what came of it, and why it ends there.

use super::refusal::{Refusal, come_again};
use super::unpack;
use crate::integration;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use std::time::Duration;

/// The largest body, in bytes.
pub const BODY_MAX: usize = 5 << 20;
/// A larger body is read on and thrown away up to here, because a sender that is cut off sees no answer.
const BODY_PASSED_OVER_MAX: usize = 8 * BODY_MAX;
/// How long a body may take to arrive.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// How much memory a sender gets for saying how much will come, in bytes.
const BODY_RESERVED_MAX: usize = 64 << 10;

/// A request with its body.
#[derive(Debug)]
pub struct Taken {
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Why the body is not whole, if it is not.
    pub cut: Option<Cut>,
}

/// Why a body is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    TooLarge,
    TooSlow,
    /// The sender ended it, and knows that.
    BrokeOff,
}

impl Taken {
    pub fn request(&self) -> integration::Request<'_> {
        let query = self.query.as_deref().unwrap_or_default();
        integration::Request { path: &self.path, query, headers: &self.headers, body: &self.body }
    }
}

impl Cut {
    pub fn why(self) -> &'static str {
        match self {
            Cut::TooLarge => "the body is larger than 5 MiB",
            Cut::TooSlow => "the body took longer than 30 s",
            Cut::BrokeOff => "the body broke off",
        }
    }

    /// What we cut is told to people as well: the sender may never come again. What broke off its sender knows of.
    pub fn is_told(self) -> bool {
        self != Cut::BrokeOff
    }

    /// The same body would always be too large; any other may come again, for which most senders want a 503.
    pub fn refused(self) -> Response {
        let (code, text) = match self {
            Cut::TooLarge => ("too_large", "the body is larger than 5 MiB\n"),
            Cut::TooSlow => ("too_slow", "the body took longer than 30 s: come again\n"),
            Cut::BrokeOff => ("broke_off", "the body broke off: come again\n"),
        };
        let mut response = match self {
            Cut::TooLarge => Refusal::new(code, self.why()).on((StatusCode::PAYLOAD_TOO_LARGE, text)),
            Cut::TooSlow | Cut::BrokeOff => come_again(code, text),
        };
        // What was not read would be taken for the next request.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

/// A request with as much of its body as the bounds allow.
pub async fn take(request: Request) -> Taken {
    let (parts, body) = request.into_parts();
    let reserved = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(BODY_RESERVED_MAX);
    let (mut bytes, mut size) = (Vec::with_capacity(reserved), 0);
    let read = tokio::time::timeout(BODY_TIME_MAX, read(body, &mut bytes, &mut size)).await;
    let mut cut = match read {
        _ if size > BODY_MAX => Some(Cut::TooLarge),
        Ok(Ok(())) => None,
        Ok(Err(_)) => Some(Cut::BrokeOff),
        Err(_) => Some(Cut::TooSlow),
    };
    let mut body = Bytes::from(bytes);
    if cut.is_none() {
        let encoding = parts.headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        let unpacked = unpack::unpacked(body, encoding);
        cut = unpacked.is_too_large.then_some(Cut::TooLarge);
        body = unpacked.body;
    }
    Taken {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: headers(&parts.headers),
        body,
        cut,
    }
}

/// A request with the whole of its body, or the refusal.
pub async fn take_whole(request: Request) -> Result<Taken, Response> {
    let taken = take(request).await;
    match taken.cut {
        None => Ok(taken),
        Some(cut) => Err(cut.refused()),
    }
}

async fn read(mut body: Body, bytes: &mut Vec<u8>, size: &mut usize) -> Result<(), axum::Error> {
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        *size += data.len();
        if *size > BODY_PASSED_OVER_MAX {
            break;
        }
        let room = (BODY_MAX - bytes.len()).min(data.len());
        bytes.extend_from_slice(&data[..room]);
    }
    Ok(())
}

/// Headers by name in lower case.
pub fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
