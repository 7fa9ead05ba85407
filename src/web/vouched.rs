//! Who a request is from: by the signed header of a proxy in front, else by the cookie of a session.
//!
//! A header that is not believed lets nobody in, whatever the cookie. If only its keys cannot be fetched, the cookie is asked: it is as
//! good as it was without the proxy. Why somebody is not let in travels with the answer, so that it is counted and told.

use super::doors::Doors;
use super::refusal::Refusal;
use super::session::Worth;
use super::visitor::Visitor;
use crate::server::live::Live;
use crate::sign_in::{Ask, Refused, signed_header};
use axum::http::HeaderMap;
use jiff::Timestamp;

/// Why nobody is known.
#[derive(Debug)]
pub enum Unknown {
    /// Nothing says who it is, or a session has run out.
    Nobody,
    /// A cookie that does not count, or not any more.
    Over(Refusal),
    /// What a proxy says is not believed.
    Refused(Refusal),
    /// It cannot be looked at now.
    Unreachable(Refusal),
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Refusal {
        let guesses = refused.code.starts_with("token_");
        let refusal = Refusal::new(refused.code, refused.why);
        if guesses { refusal.wrong_secret() } else { refusal }
    }
}

/// Whom a request is from, if the config in force lets them in.
pub async fn vouched(doors: &Doors, live: &Live, headers: &HeaderMap) -> Result<Visitor, Unknown> {
    let now = doors.clock.now();
    let by_header = by_header(doors, live, headers, now).await;
    match by_header {
        Some(Ok(named)) => Visitor::of(&live.config, &named, now).ok_or_else(|| {
            let why = format!("`{named}` is not in users/, or has left, and may not look");
            Unknown::Refused(Refusal::new("identity_unknown", why))
        }),
        Some(Err(unknown @ Unknown::Unreachable(_))) => match by_cookie(doors, live, headers, now) {
            Ok(visitor) => Ok(visitor),
            Err(_) => Err(unknown),
        },
        Some(Err(unknown)) => Err(unknown),
        None => by_cookie(doors, live, headers, now),
    }
}

fn by_cookie(doors: &Doors, live: &Live, headers: &HeaderMap, now: Timestamp) -> Result<Visitor, Unknown> {
    let session = match doors.sessions.read(headers, now) {
        Worth::Good(session) => session,
        Worth::Nothing => return Err(Unknown::Nobody),
        Worth::Forged => {
            let refusal = Refusal::new("session_forged", "a session's cookie that this server did not sign");
            return Err(Unknown::Over(refusal.wrong_secret()));
        }
    };
    if session.generation != live.config.organisation.web.session_generation {
        let why = format!("a session of `{}` of another generation (`web.session_generation`)", session.user);
        return Err(Unknown::Over(Refusal::new("session_generation", why)));
    }
    Visitor::of(&live.config, &session.user, now).ok_or_else(|| {
        let why = format!("a session of `{}`, who has left or may not look any more", session.user);
        Unknown::Over(Refusal::new("session_left", why))
    })
}

/// What the first proxy says whose header is there; `None` where none is.
async fn by_header(
    doors: &Doors,
    live: &Live,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<Result<String, Unknown>> {
    let all = live.config.organisation.web.signed_headers.iter();
    let mut there = all.filter(|by| headers.contains_key(by.proxy.row().header));
    let by = there.next()?;
    let row = by.proxy.row();
    let told = |refused: Refused| {
        let why = format!("{} of {}: {}", row.header, row.name, refused.why);
        Unknown::Refused(Refused { why, ..refused }.into())
    };
    let mut values = headers.get_all(row.header).iter();
    let text = match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
        (Some(text), None) => text,
        _ => return Some(Err(told(Refused::new("token_malformed", "it is there twice, or is no text")))),
    };
    let presented = match signed_header::read(by, text, now) {
        Ok(presented) => presented,
        Err(refused) => return Some(Err(told(refused))),
    };
    let mut newer = false;
    loop {
        let fetch = async { presented.keys(&doors.client.ask(Ask::get(&presented.keys_at)).await?) };
        let keys = match doors.vouchers.keys.get(&presented.keys_at, now, newer, fetch).await {
            Ok(keys) => keys,
            Err(why) => {
                let why = format!("the keys of {} cannot be fetched: {why}", row.name);
                return Some(Err(Unknown::Unreachable(Refusal::new("identity_unreachable", why))));
            }
        };
        match presented.named(&live.config, &keys) {
            Ok(named) => return Some(Ok(named)),
            Err(refused) if refused.is_about_keys() && !newer => newer = true,
            Err(refused) => return Some(Err(told(refused))),
        }
    }
}
