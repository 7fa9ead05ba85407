//! `GET /v1/calendars/<id>.ics?token=…`: what calendar programs subscribe to.
//!
//! The config decides which calendar a token opens; whatever opens none is answered like a path that does not exist.
//! Neither the token nor the query goes anywhere from here. One calendar is made at a time, on a thread where that
//! may take a while, once for each config and hour.

use super::calendars_kept::Made;
use super::doors::{Doors, Shared};
use super::refusal::{busy, no_config, nothing_opened};
use crate::config::CalendarId;
use crate::preview::calendar::{FUTURE, PAST, calendar};
use crate::preview::ical;
use crate::server::live::Live;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};
use ring::digest;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// What comes before a calendar's name.
const PATH: &str = "/v1/calendars/";
/// How long a request waits for those before it to be made.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Subscribers' programs keep it so long, in seconds, and nobody between them and us does.
const CACHE_CONTROL: &str = "private, max-age=900";

/// A calendar, or the answer to a path that does not exist.
pub async fn show(State(doors): Shared, uri: Uri, headers: HeaderMap) -> Response {
    let Some(live) = doors.live.borrow().clone() else { return no_config() };
    let now = doors.clock.now();
    let Some(id) = opened(&live, &uri, now) else { return nothing_opened("calendar_not_found") };
    let Some(made) = made(&doors, live, &id, now).await else { return busy() };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let about = [(header::ETAG, made.tag.clone()), (header::CACHE_CONTROL, CACHE_CONTROL.to_owned())];
    if known.split(',').any(|tag| tag.trim() == made.tag || tag.trim() == "*") {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    let name = [(header::CONTENT_DISPOSITION, format!("inline; filename=\"{id}.ics\""))];
    (about, kind, name, made.text).into_response()
}

/// The calendar that the path names and the token opens.
fn opened(live: &Live, uri: &Uri, now: Timestamp) -> Option<CalendarId> {
    let name = uri.path().strip_prefix(PATH)?.strip_suffix(".ics")?;
    let query = uri.query().unwrap_or_default();
    let token = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "token");
    let token = token.map(|(_, value)| value).unwrap_or_default();
    live.config.opened_calendar(&live.secrets, name, &token, now)
}

/// The calendar, as it was made before or made now; `None` if it is not its turn for too long.
async fn made(doors: &Arc<Doors>, live: Arc<Live>, id: &CalendarId, now: Timestamp) -> Option<Made> {
    let hour = now.round(TimestampRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc)).ok()?;
    if let Some(made) = doors.calendars.find(&live.stamp, hour, id) {
        return Some(made);
    }
    let slot =
        tokio::time::timeout(WAIT_MAX, doors.calendars.slot.clone().acquire_owned()).await.ok()?.ok()?;
    let (doors, id) = (doors.clone(), id.clone());
    let make = move || make(&doors, &live, &id, hour, slot);
    tokio::task::spawn_blocking(make).await.ok()
}

/// Holds the slot to the end, even if whoever asked has gone away.
fn make(doors: &Doors, live: &Live, id: &CalendarId, hour: Timestamp, slot: OwnedSemaphorePermit) -> Made {
    if let Some(made) = doors.calendars.find(&live.stamp, hour, id) {
        return made;
    }
    let moved = |by: SignedDuration| hour.checked_add(by).unwrap_or(hour);
    let text = ical::text(&calendar(&live.config, id, moved(-PAST), moved(FUTURE)), hour);
    let made = Made { tag: tag(&text), text: text.into() };
    doors.calendars.keep(&live.stamp, hour, id, &made);
    drop(slot);
    made
}

/// Weak, because it leaves out when the calendar was made: the same shifts are the same calendar.
fn tag(text: &str) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for line in text.split_inclusive("\r\n").filter(|line| !line.starts_with("DTSTAMP:")) {
        context.update(line.as_bytes());
    }
    let digest = data_encoding::HEXLOWER.encode(context.finish().as_ref());
    format!("W/\"{}\"", &digest[..32])
}
