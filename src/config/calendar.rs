//! Which calendars people may subscribe to, and the token that opens each.
//!
//! A calendar's URL contains its name (`schedules.web-primary`, `users.tanaka`) and a token: the HMAC-SHA256 of that
//! name and a generation. Nothing is stored, one token does not reveal another, and raising the generation revokes
//! one calendar. `preview` decides what a calendar contains.

use super::{Config, Id, Secret, Secrets};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use ring::hmac;
use std::{fmt, sync::Arc};
use subtle::ConstantTimeEq;

/// The place in the config that needs the secret.
pub const CALENDAR_SECRET: &str = "calendar_secret";
/// The shortest secret that makes tokens, in bytes. With a shorter one, anybody who has one URL could find it by
/// trial.
pub const CALENDAR_SECRET_MIN: usize = 16;
/// Starts the signed text, so that a token from another release or for another use is not valid here.
const PURPOSE: &str = "oncall calendar 1";

/// One calendar. As text: the path of the file without `.yaml`, with `.` instead of `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalendarId {
    Schedule(Id),
    User(Id),
}

impl fmt::Display for CalendarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (folder, id) = match self {
            CalendarId::Schedule(id) => ("schedules", id),
            CalendarId::User(id) => ("users", id),
        };
        write!(f, "{folder}.{}", id.replace('/', "."))
    }
}

impl CalendarId {
    /// Parses what `Display` writes.
    fn read(text: &str) -> Option<CalendarId> {
        let (folder, id) = text.split_once('.')?;
        let id = Arc::from(id.replace('.', "/"));
        match folder {
            "schedules" => Some(CalendarId::Schedule(id)),
            "users" => Some(CalendarId::User(id)),
            _ => None,
        }
    }
}

impl Config {
    /// The calendar with this name, if the token opens it. An unknown name, a wrong or revoked token, a person who
    /// has left and a config without a secret all give the same answer, and every name takes the same time.
    pub fn opened_calendar(
        &self,
        secrets: &Secrets,
        name: &str,
        token: &str,
        now: Timestamp,
    ) -> Option<CalendarId> {
        let known = CalendarId::read(name).filter(|id| self.calendars.contains_key(id));
        let generation = known.as_ref().and_then(|id| self.calendars.get(id)).copied().unwrap_or(1);
        let keys = self.calendar_secrets(secrets);
        let opens = keys.fold(false, |hit, secret| {
            let expected = calendar_token(secret, name, generation);
            hit | bool::from(expected.as_bytes().ct_eq(token.as_bytes()))
        });
        known.filter(|id| opens && !self.has_left(id, now))
    }

    /// The token that opens a calendar, made from the first secret that is set; `None` if none is.
    pub fn calendar_token(&self, secrets: &Secrets, id: &CalendarId) -> Option<String> {
        let generation = self.calendars.get(id).copied()?;
        let secret = self.calendar_secrets(secrets).next()?;
        Some(calendar_token(secret, &id.to_string(), generation))
    }

    /// Whether the calendar belongs to somebody who has left for good; it can no longer be opened.
    pub fn has_left(&self, id: &CalendarId, now: Timestamp) -> bool {
        let CalendarId::User(user) = id else { return false };
        let time_off = self.schedules.time_off.get(user).into_iter().flatten();
        time_off.into_iter().any(|off| off.until.is_none() && off.from <= now)
    }

    fn calendar_secrets<'a>(&'a self, secrets: &'a Secrets) -> impl Iterator<Item = &'a Secret> {
        let all = secrets.all(&self.organisation.calendar_secret);
        all.filter(|secret| secret.expose().len() >= CALENDAR_SECRET_MIN)
    }
}

fn calendar_token(secret: &Secret, name: &str, generation: u32) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let signed = hmac::sign(&key, format!("{PURPOSE}\n{name}\n{generation}").as_bytes());
    BASE64URL_NOPAD.encode(signed.as_ref())
}
