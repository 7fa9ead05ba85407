//! Who is signed in: signed cookies and sign-in links. Nothing is stored but the links and states that were used.
//!
//! A cookie says who, since when, of which generation, and when it was seen last; whether that person may still come in, and whether
//! that generation still counts, is looked up at each request in the config in force. Every kind of text is signed for its own purpose,
//! so that one never passes for another.

use axum::http::{HeaderMap, header};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A session ends when it was not used for so long.
pub const IDLE_MAX: SignedDuration = SignedDuration::from_hours(12);
/// And after this in any case.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a sign-in link works.
pub const LINK_MAX: SignedDuration = SignedDuration::from_mins(10);
/// A cookie is written anew when it was last written so long ago.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// How many used links are remembered: more than anybody can ask for while they last.
const USED_MAX: usize = 10_000;

const SESSION: &str = "__Host-oncall";
const SAID: &str = "__Host-oncall-said";
const TO: &str = "__Host-oncall-to";
/// The longest address that one is led back to after signing in, in bytes.
const TO_MAX: usize = 1_000;
/// The longest words that travel from one page to the next, in bytes.
const SAID_MAX: usize = 1_000;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// An id of `users/`, or the e-mail address of somebody who may only look.
    pub user: String,
    /// The generation of sessions in which it began.
    pub generation: u32,
    since: Timestamp,
    seen: Timestamp,
}

/// What a request's cookie is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// There is none, or it has run out.
    Nothing,
    /// We did not sign it.
    Forged,
    Good(Session),
}

impl Session {
    /// Somebody signs in now.
    pub fn begin(user: impl Into<String>, generation: u32, now: Timestamp) -> Session {
        Session { user: user.into(), generation, since: now, seen: now }
    }
}

/// What signs, and the links that were used.
pub struct Sessions {
    key: Option<hmac::Key>,
    used: Mutex<VecDeque<(Timestamp, String)>>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions(…)")
    }
}

impl Sessions {
    /// With this key; an empty one opens nothing.
    pub fn new(key: &[u8]) -> Sessions {
        let key = (!key.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, key));
        Sessions { key, used: Mutex::default() }
    }

    /// A link's token for somebody, until [`LINK_MAX`] from now. It is random too, so that two links of one second are used up apart.
    pub fn link(&self, user: &str, now: Timestamp) -> Option<String> {
        let mut random = [0; 12];
        SystemRandom::new().fill(&mut random).ok()?;
        let until = now.checked_add(LINK_MAX).ok()?.as_second();
        let (user, own) = (BASE64URL_NOPAD.encode(user.as_bytes()), BASE64URL_NOPAD.encode(&random));
        self.sign("sign-in", &format!("{user}.{until}.{own}"))
    }

    /// Whom a link would sign in, if it still works.
    pub fn named_by(&self, token: &str, now: Timestamp) -> Option<String> {
        let said = self.open("sign-in", token)?;
        let mut parts = said.split('.');
        let (user, until) = (parts.next()?, parts.next()?);
        let until = Timestamp::from_second(until.parse().ok()?).ok()?;
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        (now < until && !used.iter().any(|(_, known)| known == token)).then(|| decoded(user)).flatten()
    }

    /// Uses a link up, and signs in whom it names.
    pub fn sign_in(&self, token: &str, generation: u32, now: Timestamp) -> Option<Session> {
        let user = self.named_by(token, now)?;
        self.use_up(token, now).then(|| Session::begin(user, generation, now))
    }

    /// Whether what lasts no longer than [`LINK_MAX`] is used for the first time.
    pub(super) fn use_up(&self, token: &str, now: Timestamp) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|(at, _)| now.duration_since(*at) < LINK_MAX);
        if used.len() >= USED_MAX || used.iter().any(|(_, known)| known == token) {
            return false;
        }
        used.push_back((now, token.to_owned()));
        true
    }

    /// The session of a request, if it has a good one that still lasts.
    pub fn read(&self, headers: &HeaderMap, now: Timestamp) -> Worth {
        let Some(cookie) = cookie(headers, SESSION).filter(|cookie| !cookie.is_empty()) else {
            return Worth::Nothing;
        };
        let Some(session) = self.open("session", cookie).and_then(|said| session(&said)) else {
            return Worth::Forged;
        };
        let lasts =
            now.duration_since(session.since) < SESSION_MAX && now.duration_since(session.seen) < IDLE_MAX;
        if lasts { Worth::Good(session) } else { Worth::Nothing }
    }

    /// The `Set-Cookie` of a session, if its browser should have a new one.
    pub fn renewed(&self, session: &Session, now: Timestamp) -> Option<String> {
        (now.duration_since(session.seen) > RENEWED_AFTER).then(|| self.cookie(session, now))?
    }

    /// The `Set-Cookie` of a session.
    pub fn cookie(&self, session: &Session, now: Timestamp) -> Option<String> {
        let user = BASE64URL_NOPAD.encode(session.user.as_bytes());
        let Session { generation, since, .. } = session;
        let text = format!("{user}.{}.{}.{generation}", since.as_second(), now.as_second());
        Some(set(SESSION, &self.sign("session", &text)?, SESSION_MAX))
    }

    /// The `Set-Cookie` that takes what was said to the next page.
    pub fn say(&self, text: &str) -> Option<String> {
        let text = crate::alert::cut(text, SAID_MAX);
        let signed = self.sign("said", &BASE64URL_NOPAD.encode(text.as_bytes()))?;
        Some(set(SAID, &signed, SignedDuration::from_mins(1)))
    }

    /// What the last page had to say.
    pub fn said(&self, headers: &HeaderMap) -> Option<String> {
        decoded(&self.open("said", cookie(headers, SAID)?)?)
    }

    /// The `Set-Cookie` that remembers where somebody wanted to go before they signed in.
    pub fn lead_back(&self, to: &str) -> Option<String> {
        let signed = self.sign("to", &BASE64URL_NOPAD.encode(to.as_bytes()))?;
        (to.len() <= TO_MAX && is_local(to)).then(|| set(TO, &signed, LINK_MAX))
    }

    /// Where that was.
    pub fn wanted(&self, headers: &HeaderMap) -> Option<String> {
        let to = decoded(&self.open("to", cookie(headers, TO)?)?)?;
        is_local(&to).then_some(to)
    }

    /// A secret that belongs to a text, for one purpose; the same whenever it is asked for.
    pub(super) fn derived(&self, purpose: &str, text: &str) -> Option<String> {
        let tag = hmac::sign(self.key.as_ref()?, message(purpose, text).as_bytes());
        Some(BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    pub(super) fn sign(&self, purpose: &str, text: &str) -> Option<String> {
        let tag = hmac::sign(self.key.as_ref()?, message(purpose, text).as_bytes());
        Some(format!("{text}~{}", BASE64URL_NOPAD.encode(tag.as_ref())))
    }

    /// The text of what was signed for this purpose; compared in constant time.
    pub(super) fn open(&self, purpose: &str, signed: &str) -> Option<String> {
        let (text, tag) = signed.rsplit_once('~')?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        hmac::verify(self.key.as_ref()?, message(purpose, text).as_bytes(), &tag).ok()?;
        Some(text.to_owned())
    }
}

/// The `Set-Cookie`s that end a session and what was said.
pub fn forget_session() -> String {
    set(SESSION, "", SignedDuration::ZERO)
}

pub fn forget_said() -> String {
    set(SAID, "", SignedDuration::ZERO)
}

pub fn forget_to() -> String {
    set(TO, "", SignedDuration::ZERO)
}

/// What a signed cookie says. One of a release without generations is of the first.
fn session(said: &str) -> Option<Session> {
    let mut parts = said.split('.');
    let user = decoded(parts.next()?)?;
    let mut instant = || Timestamp::from_second(parts.next()?.parse().ok()?).ok();
    let (since, seen) = (instant()?, instant()?);
    let generation = parts.next().map_or(Some(1), |text| text.parse().ok())?;
    Some(Session { user, generation, since, seen })
}

/// A path here: `//host` and `/\host` would lead elsewhere.
fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n'])
}

fn message(purpose: &str, text: &str) -> String {
    format!("oncall {purpose} 1\n{text}")
}

pub(super) fn set(name: &str, value: &str, age: SignedDuration) -> String {
    format!("{name}={value}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax", age.as_secs())
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()
}

pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Whether a form was sent by a page of ours: a browser says where it came from, and one that says nothing is not believed.
/// <https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site>
pub fn is_own_form(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else { return false };
    let own =
        |url: &str| url.split('/').take(3).eq(origin.split('/').take(3)) && origin.split('/').count() == 3;
    let host = text("host").is_some_and(|host| origin.split_once("://").is_some_and(|(_, it)| it == host));
    public_url.map_or(host, own)
}
