//! Requests, responses and answers as values: what the one HTTP client sends, and what came back.
//!
//! Nothing here is shown that could be a secret: `Debug` of a request names its method, its host and its size, because a
//! header may hold a token, a body a phone number, and the path of a `response_url` the right to post.

use crate::config::{Provider, Secret};
use crate::incident::{Outcome, Reason};
use crate::reason::Fault;
use jiff::SignedDuration;
use std::fmt;

/// How long a provider may take to answer.
pub const TIMEOUT_MAX: SignedDuration = SignedDuration::from_secs(10);
/// The largest response that is read, in bytes; the client cuts there.
pub const RESPONSE_BODY_MAX: usize = 1024 * 1024;
/// The longest wait that a provider may ask for, in seconds.
pub const RETRY_AFTER_MAX: u32 = 3600;
/// The most of a provider's own words that a reason quotes, in characters.
pub const QUOTE_MAX: usize = 200;

/// A request to a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, Secret)>,
    pub body: Vec<u8>,
    pub timeout: SignedDuration,
    /// Signed with this when it leaves.
    pub signing: Option<Box<Signing>>,
}

/// What a request is signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Signing {
    pub region: String,
    pub service: &'static str,
    /// Names the key; not a secret.
    pub key_id: String,
    pub key: Secret,
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signing({} in {})", self.service, self.region)
    }
}

/// The methods that providers need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
}

/// What a provider answered.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request did not leave: no such host, no connection.
    NotSent(String),
    /// It may have: a timeout, a connection that broke.
    Unknown(String),
}

/// The answer to a provider's callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// 200 without a body.
    pub const fn empty() -> HttpAnswer {
        HttpAnswer { status: 200, content_type: "text/plain", body: Vec::new() }
    }
}

impl Request {
    /// A POST of a JSON body.
    pub(super) fn json(url: String, authorization: Option<Secret>, body: &serde_json::Value) -> Request {
        Request::new(
            Method::Post,
            url,
            authorization,
            Some("application/json; charset=utf-8"),
            body.to_string().into(),
        )
    }

    /// A POST of a form.
    pub(super) fn form(url: String, authorization: Secret, pairs: &[(&str, &str)]) -> Request {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let kind = "application/x-www-form-urlencoded";
        Request::new(Method::Post, url, Some(authorization), Some(kind), body.into_bytes())
    }

    /// A POST of a form that says itself who asks.
    pub(super) fn open_form(url: String, pairs: &[(&str, &str)]) -> Request {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Request::new(Method::Post, url, None, Some("application/x-www-form-urlencoded"), body.into_bytes())
    }

    pub(super) fn get(url: String, authorization: Secret) -> Request {
        Request::new(Method::Get, url, Some(authorization), None, Vec::new())
    }

    /// Without a body, and without saying who asks.
    pub(super) fn open(method: Method, url: String) -> Request {
        Request::new(method, url, None, None, Vec::new())
    }

    /// A request that is signed as Amazon wants it; the body is JSON, if there is one.
    pub(super) fn aws(
        method: Method,
        url: String,
        body: Option<&serde_json::Value>,
        signing: Signing,
    ) -> Request {
        let text = body.map(ToString::to_string).unwrap_or_default();
        let kind = body.map(|_| "application/json");
        let request = Request::new(method, url, None, kind, text.into_bytes());
        Request { signing: Some(Box::new(signing)), ..request }
    }

    /// A call of one of Amazon's services that take every call at one address; `target` names the service and the call.
    pub(super) fn aws_call(url: &str, target: &str, body: &serde_json::Value, signing: Signing) -> Request {
        let kind = Some("application/x-amz-json-1.0");
        let mut request = Request::new(Method::Post, format!("{url}/"), None, kind, body.to_string().into());
        request.headers.push(("x-amz-target", Secret::new(target)));
        Request { signing: Some(Box::new(signing)), ..request }
    }

    fn new(
        method: Method,
        url: String,
        authorization: Option<Secret>,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Request {
        let mut headers = vec![("accept", Secret::new("application/json"))];
        headers.extend(content_type.map(|kind| ("content-type", Secret::new(kind))));
        headers.extend(authorization.map(|value| ("authorization", value)));
        Request { method, url, headers, body, timeout: TIMEOUT_MAX, signing: None }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = origin(&self.url).unwrap_or("…");
        write!(f, "Request({:?} {origin}/… {} bytes)", self.method, self.body.len())
    }
}

impl Response {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body as JSON; `Null` for anything else, such as a proxy's error page.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The provider's wish in `Retry-After`, in seconds; dates are not read.
    pub fn retry_after(&self) -> Option<u32> {
        let seconds: u32 = self.header("retry-after")?.trim().parse().ok()?;
        Some(seconds.min(RETRY_AFTER_MAX))
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What a status means wherever the provider adds nothing to it: for now, or never.
    pub(super) fn refusal(&self, provider: Provider, said: &str) -> Outcome {
        let (busy, later) = (self.status == 429, matches!(self.status, 408 | 425 | 429 | 500..));
        let fault = if busy { Fault::SlowDown } else { Fault::Status };
        let said = [self.status.to_string().as_str(), said].join(" ");
        let reason = Reason::of(provider, fault, said.trim_end());
        match later {
            true => Outcome::Unavailable { reason, retry_after: self.retry_after() },
            false => Outcome::Rejected { reason },
        }
    }
}

impl Failure {
    /// What became of a request that must not be doubled.
    pub(super) fn outcome(self, provider: Provider) -> Outcome {
        match self {
            Failure::NotSent(why) => unavailable(Reason::of(provider, Fault::Unreachable, why)),
            Failure::Unknown(why) => {
                Outcome::Unknown { reason: Reason::of(provider, Fault::DidNotAnswer, why) }
            }
        }
    }

    /// What became of a request that may be sent again without harm.
    pub(super) fn harmless(self, provider: Provider) -> Outcome {
        match self {
            Failure::NotSent(_) => self.outcome(provider),
            Failure::Unknown(why) => unavailable(Reason::of(provider, Fault::DidNotAnswer, why)),
        }
    }
}

/// The answer to a question about a delivery: whatever is not a success leaves that delivery unknown.
pub(super) fn answered(provider: Provider, result: Result<Response, Failure>) -> Result<Response, Outcome> {
    let (fault, said) = match result {
        Ok(response) if response.is_success() => return Ok(response),
        Ok(response) if response.status == 429 => (Fault::SlowDown, response.status.to_string()),
        Ok(response) => (Fault::Status, response.status.to_string()),
        Err(Failure::NotSent(why)) => (Fault::Unreachable, why),
        Err(Failure::Unknown(why)) => (Fault::DidNotAnswer, why),
    };
    Err(Outcome::Unknown { reason: Reason::of(provider, fault, said) })
}

pub(super) fn unavailable(reason: Reason) -> Outcome {
    Outcome::Unavailable { reason, retry_after: None }
}

/// The first header of this name, in any case.
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// `https://host:port` of a URL; `None` for one that URL parsers might read in different ways.
pub(super) fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let odd = |c: char| c == '\\' || c == '@' || c.is_whitespace() || c.is_control();
    url.get(..start + end).filter(|origin| end > 0 && !origin.contains(odd))
}

/// HTTP Basic (RFC 7617).
pub(super) fn basic(user: &str, password: &Secret) -> Secret {
    let pair = format!("{user}:{}", password.expose());
    Secret::new(&format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes())))
}
