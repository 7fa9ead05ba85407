//! Signatures by a shared secret (HMAC-SHA256), compared in constant time.

use super::reading::Stop;
use super::request::Request;
use crate::config::{Endpoint, Secrets};
use data_encoding::HEXLOWER_PERMISSIVE;
use jiff::Timestamp;
use ring::hmac;
use subtle::ConstantTimeEq;

/// How far a signed time may be from now, in seconds: what Grafana, Slack and Standard Webhooks recommend.
pub const SKEW_MAX_S: i64 = 300;

/// How a monitor signs: hex HMAC-SHA256 over the body, or over `<time>:<body>` where it sends a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The header, in lower case.
    pub header: &'static str,
    /// What stands in front of the hex.
    pub prefix: &'static str,
    /// The header of the time, in seconds since 1970, in lower case.
    pub time: Option<&'static str>,
}

impl Signature {
    /// Whether a request is signed with one of an endpoint's secrets: its `signing_secret`, if it has one, else its
    /// `secret`. `None` where there is no signature.
    pub fn is_right(&self, endpoint: &Endpoint, request: &Request<'_>, secrets: &Secrets) -> Option<bool> {
        let presented = request.header(self.header)?;
        let presented = presented.trim().strip_prefix(self.prefix).unwrap_or_default();
        let time = self.time.and_then(|time| request.header(time));
        let parts: Vec<&[u8]> = match time {
            Some(time) => vec![time.as_bytes(), b":", request.body],
            None => vec![request.body],
        };
        let signing = &endpoint.signing_secret;
        let sources = if signing.is_empty() { &endpoint.secret } else { signing };
        let keys = secrets.all(sources).map(|secret| secret.expose().as_bytes());
        let keys = keys.filter(|key| !key.is_empty());
        Some(keys.fold(false, |hit, key| hit | is_hmac_sha256_hex(key, &parts, presented)))
    }

    /// The headers with which a monitor that has this key signs a body at an instant.
    pub fn sign(&self, key: &[u8], body: &[u8], now: Timestamp) -> Vec<(String, String)> {
        let time = self.time.map(|header| (header.to_owned(), now.as_second().to_string()));
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
        if let Some((_, time)) = &time {
            context.update(time.as_bytes());
            context.update(b":");
        }
        context.update(body);
        let hex = HEXLOWER_PERMISSIVE.encode(context.sign().as_ref());
        [(self.header.to_owned(), format!("{}{hex}", self.prefix))].into_iter().chain(time).collect()
    }

    /// Refuses a request whose signature is wrong or old, or missing although a `signing_secret` is set.
    pub(super) fn check(
        &self,
        endpoint: &Endpoint,
        request: &Request<'_>,
        secrets: &Secrets,
        now: Timestamp,
    ) -> Result<(), Stop> {
        let header = self.header;
        match self.is_right(endpoint, request, secrets) {
            None if endpoint.signing_secret.is_empty() => Ok(()),
            None => Err(Stop::reject(
                401,
                "signature",
                format!("{header} is missing, and the integration has a `signing_secret`"),
            )),
            Some(false) => {
                let key = if endpoint.signing_secret.is_empty() { "secret" } else { "signing_secret" };
                let time =
                    self.time.map_or_else(String::new, |time| format!(", its time in {time} or nowhere"));
                let message =
                    format!("{header} is wrong: what signs must be the integration's `{key}`{time}");
                Err(Stop::reject(401, "signature", message))
            }
            Some(true) => match self.time.and_then(|time| request.header(time)) {
                Some(time) if !is_fresh(time, now) => {
                    let message = "the signed time is more than 5 minutes from our clock";
                    Err(Stop::reject(401, "expired", message))
                }
                _ => Ok(()),
            },
        }
    }
}

/// Whether `presented` is the HMAC-SHA256 of the parts, one after another.
pub fn is_hmac_sha256(key: &[u8], parts: &[&[u8]], presented: &[u8]) -> bool {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().ct_eq(presented).into()
}

/// The same, with `presented` in hex.
pub fn is_hmac_sha256_hex(key: &[u8], parts: &[&[u8]], presented: &str) -> bool {
    HEXLOWER_PERMISSIVE
        .decode(presented.trim().as_bytes())
        .is_ok_and(|presented| is_hmac_sha256(key, parts, &presented))
}

/// Whether a time in seconds since 1970 is close enough to `now`.
pub fn is_fresh(seconds: &str, now: Timestamp) -> bool {
    let seconds = seconds.trim().parse::<i64>().ok();
    seconds.is_some_and(|seconds| now.as_second().abs_diff(seconds) <= SKEW_MAX_S.unsigned_abs())
}
