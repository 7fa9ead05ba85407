//! Bodies, within bounds of size, time and room. One that is not whole is handed on with why it ends there.
//!
//! How much of a body may be read depends on what is known of its sender; [`entrance`](super::entrance) decides that.

use super::refusal::{Refusal, come_again};
use super::room::{Hold, SMALL};
use super::unpack;
use crate::integration;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use std::time::Duration;
use tokio::time::timeout;

/// The largest body, in bytes.
pub const BODY_MAX: usize = 5 << 20;
/// A larger body is read on and thrown away up to here, because a sender that is cut off sees no answer.
const BODY_PASSED_OVER_MAX: usize = 8 * BODY_MAX;
/// How long a body may take to arrive.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// How much is read at first.
const FIRST: usize = 8 << 10;
/// How long one waits for room.
const ROOM_TIME_MAX: Duration = Duration::from_secs(5);

/// How much of a body is read, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub bytes: usize,
    pub time: Duration,
}

/// Of whoever is known.
pub const KNOWN: Bounds = Bounds { bytes: BODY_MAX, time: BODY_TIME_MAX };

/// A request with its body.
#[derive(Debug)]
pub struct Taken {
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Why the body is not whole, if it is not.
    pub cut: Option<Cut>,
    /// The room that the body takes up.
    pub hold: Hold,
}

/// A request without its body.
#[derive(Debug)]
pub struct Head {
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
}

impl Head {
    pub fn of(request: &Request) -> Head {
        let (path, query) = (request.uri().path().to_owned(), request.uri().query().map(str::to_owned));
        Head { path, query, headers: headers(request.headers()) }
    }

    pub fn request(&self) -> integration::Request<'_> {
        let query = self.query.as_deref().unwrap_or_default();
        integration::Request { path: &self.path, query, headers: &self.headers, body: &[] }
    }
}

/// A request whose body is still being read.
#[derive(Debug)]
pub struct Reading {
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    pub hold: Hold,
    rest: Body,
    bytes: Vec<u8>,
    size: usize,
    is_whole: bool,
}

/// Why a body is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    TooLarge(Bounds),
    TooSlow(Bounds),
    /// Others take up all the room.
    NoRoom,
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
    pub fn why(self) -> String {
        match self {
            Cut::TooLarge(bounds) => format!("the body is larger than {}", size(bounds.bytes)),
            Cut::TooSlow(bounds) => format!("the body took longer than {} s", bounds.time.as_secs()),
            Cut::NoRoom => "there is no room for the body now".to_owned(),
            Cut::BrokeOff => "the body broke off".to_owned(),
        }
    }

    /// What we cut is told to people as well: the sender may never come again. What broke off its sender knows of, and what there
    /// is no room for comes again.
    pub fn is_told(self) -> bool {
        matches!(self, Cut::TooLarge(_) | Cut::TooSlow(_))
    }

    /// The same body would always be too large; any other may come again, for which most senders want a 503.
    pub fn refused(self) -> Response {
        let why = self.why();
        let mut response = match self {
            Cut::TooLarge(_) => {
                let answer = (StatusCode::PAYLOAD_TOO_LARGE, format!("{why}\n"));
                Refusal::new("too_large", why).on(answer)
            }
            Cut::TooSlow(_) => come_again("too_slow", format!("{why}: come again\n")),
            Cut::NoRoom => come_again("no_room", format!("{why}: come again\n")),
            Cut::BrokeOff => come_again("broke_off", format!("{why}: come again\n")),
        };
        // What was not read would be taken for the next request.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

fn size(bytes: usize) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

impl Reading {
    /// Nothing of the body is read yet.
    pub fn begin(request: Request, hold: Hold) -> Reading {
        let (parts, rest) = request.into_parts();
        Reading {
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers(&parts.headers),
            hold,
            is_whole: rest.is_end_stream(),
            rest,
            bytes: Vec::new(),
            size: 0,
        }
    }

    /// The request with what has come of its body, as it came.
    pub fn so_far(&self) -> integration::Request<'_> {
        let query = self.query.as_deref().unwrap_or_default();
        integration::Request { path: &self.path, query, headers: &self.headers, body: &self.bytes }
    }

    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Makes what has come a part of another room; waits for it, within bounds.
    pub async fn move_to(&mut self, hold: Hold) -> Result<(), Cut> {
        moved(&mut self.hold, hold).await
    }

    /// Reads on until so much has come, or all.
    pub async fn read(&mut self, until: usize, bounds: Bounds) -> Result<(), Cut> {
        let read = async {
            while !self.is_whole && self.size < until && self.size <= bounds.bytes {
                self.frame().await?;
            }
            Ok(())
        };
        timeout(bounds.time, read).await.unwrap_or(Err(Cut::TooSlow(bounds)))?;
        if self.size > bounds.bytes { Err(Cut::TooLarge(bounds)) } else { Ok(()) }
    }

    /// Throws the rest away, so that its sender sees the answer.
    pub async fn pass_over(&mut self, bounds: Bounds) {
        let most = self.size.saturating_add(bounds.bytes).min(BODY_PASSED_OVER_MAX);
        let read = async {
            while !self.is_whole && self.size < most {
                match self.rest.frame().await {
                    Some(Ok(frame)) => self.size += frame.data_ref().map_or(0, Bytes::len),
                    Some(Err(_)) | None => self.is_whole = true,
                }
            }
        };
        let _ = timeout(bounds.time, read).await;
    }

    /// One piece of the body. What is too much for anybody is counted, not kept.
    async fn frame(&mut self) -> Result<(), Cut> {
        let data = match self.rest.frame().await {
            None => {
                self.is_whole = true;
                return Ok(());
            }
            Some(Err(_)) => return Err(Cut::BrokeOff),
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
        };
        self.size += data.len();
        let kept = (BODY_MAX - self.bytes.len()).min(data.len());
        let wanted = self.bytes.len() + kept;
        if wanted > self.hold.bytes() {
            let next = wanted.next_power_of_two().clamp(FIRST, BODY_MAX);
            timeout(ROOM_TIME_MAX, self.hold.grow(next)).await.map_err(|_| Cut::NoRoom)?;
            self.bytes.reserve_exact(next - self.bytes.len());
        }
        self.bytes.extend_from_slice(&data[..kept]);
        self.is_whole |= self.rest.is_end_stream();
        Ok(())
    }

    /// The request as if it had no body.
    pub fn head(mut self) -> Taken {
        self.bytes = Vec::new();
        self.taken(None)
    }

    /// Ends the reading: with the whole body, or with what there is of it and why.
    pub fn taken(mut self, cut: Option<Cut>) -> Taken {
        let body = Bytes::from(std::mem::take(&mut self.bytes));
        Taken { path: self.path, query: self.query, headers: self.headers, body, cut, hold: self.hold }
    }
}

/// The old room is left when there is room in the new one.
async fn moved(hold: &mut Hold, mut to: Hold) -> Result<(), Cut> {
    timeout(ROOM_TIME_MAX, to.grow(hold.bytes())).await.map_err(|_| Cut::NoRoom)?;
    *hold = to;
    Ok(())
}

impl Taken {
    /// As of a [`Reading`].
    pub async fn move_to(&mut self, hold: Hold) -> Result<(), Cut> {
        moved(&mut self.hold, hold).await
    }

    /// Whether the body may be packed.
    pub fn is_packed(&self) -> bool {
        self.cut.is_none() && (self.encoding().is_some() || unpack::is_packed(&self.body))
    }

    fn encoding(&self) -> Option<&str> {
        self.headers
            .iter()
            .find(|(name, _)| name == header::CONTENT_ENCODING.as_str())
            .map(|(_, value)| &**value)
    }

    /// Takes up the room that it may need when it is unpacked.
    pub async fn make_room(&mut self, bounds: Bounds) {
        if self.is_packed()
            && timeout(ROOM_TIME_MAX, self.hold.grow(self.hold.bytes() + bounds.bytes)).await.is_err()
        {
            self.cut = Some(Cut::NoRoom);
        }
    }

    /// The same with its body as it was before it was packed.
    pub fn unpacked(mut self, bounds: Bounds) -> Taken {
        if self.is_packed() {
            let unpacked = unpack::unpacked(self.body.clone(), self.encoding(), bounds.bytes);
            self.cut = unpacked.is_too_large.then_some(Cut::TooLarge(bounds));
            self.body = unpacked.body;
            self.hold.shrink(self.body.len().max(SMALL));
        }
        self
    }
}

/// Headers by name in lower case.
pub fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
