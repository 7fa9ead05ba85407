//! One attempt to sign in at an identity provider, between leaving for it and coming back: bound to the browser by a cookie, good for ten
//! minutes and once.
//!
//! The cookie holds the state alone. Nonce and verifier are made from it and the key of sessions, so a browser never sees the verifier.

use super::session::{LINK_MAX, Sessions, cookie, set};
use crate::sign_in::oidc::Attempt;
use axum::http::HeaderMap;
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};

const COOKIE: &str = "__Host-oncall-oidc";
/// Where a sign-in begins.
pub const BEGIN: &str = "/sign-in/oidc";
/// Where the provider leads back to, below `public_url`.
pub const CALLBACK: &str = "/sign-in/oidc/callback";

/// An attempt, and the `Set-Cookie` that binds it.
pub fn begin(sessions: &Sessions, public_url: &str, now: Timestamp) -> Option<(Attempt, String)> {
    let mut random = [0; 32];
    SystemRandom::new().fill(&mut random).ok()?;
    let state = BASE64URL_NOPAD.encode(&random);
    let until = now.checked_add(LINK_MAX).ok()?;
    let signed = sessions.sign("oidc", &format!("{state}.{}", until.as_second()))?;
    Some((of(sessions, state, public_url)?, set(COOKIE, &signed, LINK_MAX)))
}

/// The attempt that a browser comes back from: it is the one that it left for, still good, and not used before.
pub fn end(
    sessions: &Sessions,
    headers: &HeaderMap,
    state: &str,
    public_url: &str,
    now: Timestamp,
) -> Option<Attempt> {
    let said = sessions.open("oidc", cookie(headers, COOKIE)?)?;
    let (own, until) = said.split_once('.')?;
    let until = Timestamp::from_second(until.parse().ok()?).ok()?;
    let good = own == state && now < until && sessions.use_up(&format!("oidc {state}"), now);
    good.then(|| of(sessions, state.to_owned(), public_url)).flatten()
}

/// The `Set-Cookie` that ends it.
pub fn forget() -> String {
    set(COOKIE, "", SignedDuration::ZERO)
}

fn of(sessions: &Sessions, state: String, public_url: &str) -> Option<Attempt> {
    Some(Attempt {
        nonce: sessions.derived("oidc nonce", &state)?,
        verifier: sessions.derived("oidc verifier", &state)?,
        redirect: format!("{public_url}{CALLBACK}"),
        state,
    })
}
