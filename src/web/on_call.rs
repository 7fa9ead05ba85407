//! Who is on call, by the config in force with what people changed at run time.

use super::api::{authorized, problem};
use super::doors::Shared;
use super::wish::{Query, Today, today};
use crate::config::{Config, Id, Right};
use crate::language::Language;
use crate::language::moment::{Moment, moment};
use crate::preview::on_call::{HORIZON, shift_object, who_object};
use crate::route::broad_silence;
use crate::schedule::first_instant;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The longest range that is listed, and its length where none is given.
const RANGE_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);
const RANGE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The most shifts of one answer.
const SHIFTS_MAX: usize = 2_000;

/// `GET /v1/who?schedule=web-primary&at=2026-12-05T10:00:00Z`
pub async fn who(State(doors): Shared, headers: HeaderMap, uri: Uri) -> Response {
    let live = match authorized(&doors, &headers, Right::View) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    let config = &live.config;
    let asked = Query::read(&uri, &["schedule", "at"]).and_then(|query| {
        let today = today(&doors, &live);
        let at = query.get("at").map_or(Ok(today.now), |said| instant("at", said, today))?;
        Ok((query, at))
    });
    let (query, at) = match asked {
        Ok(asked) => asked,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let ids: Vec<Id> = match query.get("schedule").map(|id| schedule(config, id)) {
        Some(Ok(id)) => vec![id],
        Some(Err(why)) => return problem(StatusCode::NOT_FOUND, &why),
        None => config.schedules.schedules.keys().cloned().collect(),
    };
    let one = |id: &Id| {
        let handover = config.schedules.next_handover(id, at, HORIZON);
        who_object(id, &handover, &config.schedules.reason(id, at))
    };
    let schedules: Vec<Value> = ids.iter().map(one).collect();
    let zone = config.organisation.time_zone.iana_name();
    let language = config.organisation.language;
    let mut body = json!({
        "at": at, "commit": live.commit, "schedules": schedules, "time_zone": zone, "language": language,
    });
    if let Some((silence, until)) = broad_silence(config, at) {
        let (reason, everything) = (&silence.reason, silence.when.is_none());
        body["broad_silence"] = json!({ "until": until, "reason": reason, "everything": everything });
    }
    Json(body).into_response()
}

/// `GET /v1/schedules/{id}/shifts?from=2026-12-01&until=2026-12-15`
pub async fn shifts(State(doors): Shared, headers: HeaderMap, Path(id): Path<String>, uri: Uri) -> Response {
    let live = match authorized(&doors, &headers, Right::View) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    let id = match schedule(&live.config, &id) {
        Ok(id) => id,
        Err(why) => return problem(StatusCode::NOT_FOUND, &why),
    };
    let (from, until) = match range(&uri, today(&doors, &live)) {
        Ok(range) => range,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let shifts = live.config.schedules.shifts(&id, from, until);
    if shifts.len() > SHIFTS_MAX {
        return problem(
            StatusCode::BAD_REQUEST,
            &format!("more than {SHIFTS_MAX} shifts: ask for a shorter range"),
        );
    }
    let shifts: Vec<Value> = shifts.iter().map(shift_object).collect();
    Json(json!({ "schedule": id, "from": from, "until": until, "shifts": shifts })).into_response()
}

fn range(uri: &Uri, today: Today) -> Result<(Timestamp, Timestamp), String> {
    let query = Query::read(uri, &["from", "until"])?;
    let from = query.get("from").map_or(Ok(today.now), |said| instant("from", said, today))?;
    let default = || from.checked_add(RANGE).unwrap_or(Timestamp::MAX);
    let until = query.get("until").map_or_else(|| Ok(default()), |said| instant("until", said, today))?;
    if until <= from {
        return Err("`until` is not after `from`".to_owned());
    }
    if until.duration_since(from) > RANGE_MAX {
        return Err(format!("the range is longer than {} days: ask in parts", RANGE_MAX.as_hours() / 24));
    }
    Ok((from, until))
}

/// An instant that may be past, or a time as people say it.
pub(super) fn instant(name: &str, said: &str, today: Today) -> Result<Timestamp, String> {
    // A `+` that is not encoded is a space in a query.
    let exact = said.parse::<Timestamp>().or_else(|_| said.replace(' ', "+").parse());
    if let Ok(exact) = exact {
        return Ok(exact);
    }
    let day =
        said.parse::<Date>().ok().filter(|_| said.len() == 10).map(|date| date.to_datetime(Time::midnight()));
    let local = day.or_else(|| DateTime::strptime("%Y-%m-%d %H:%M", said.replace('T', " ")).ok());
    if let Some(local) = local {
        return Ok(first_instant(today.zone, local));
    }
    match moment(said, today.now, today.zone) {
        Ok(Moment::At(at)) => Ok(at),
        Ok(Moment::Handoff) => Err(format!("`{name}`: give a time, not handoff")),
        Err(why) => Err(format!("`{name}`: {}", Language::En.not_a_moment(said, why))),
    }
}

/// The id of a schedule, in which `.` may stand for `/`.
pub(super) fn schedule(config: &Config, id: &str) -> Result<Id, String> {
    let all = &config.schedules.schedules;
    let known = all.get_key_value(id).or_else(|| all.get_key_value(id.replace('.', "/").as_str()));
    known.map(|(id, _)| id.clone()).ok_or_else(|| format!("there is no schedule `{id}`"))
}
