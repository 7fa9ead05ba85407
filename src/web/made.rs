//! Overrides, silences and absences as lists show them: what people made at run time beside what stands in git.
//!
//! Lists read the board and the config in force. One of git is named by its place (`overrides/2026.yaml:3`), one of run time by
//! its number; either ends early by that name.

use super::api::{authorized, problem};
use super::doors::Shared;
use super::tags::{Tag, fresh};
use super::wish::Query;
use crate::actor::Origin;
use crate::config::{Config, Matcher, Pattern, PatternTest, Right, RunTime, Silence, SilencePeriod};
use crate::incident::Made;
use crate::schedule::{Override, OverrideAction};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// How many one list holds; `left_out` says how many more there are.
const MADE_MAX: usize = 2_000;

/// Those of a kind that run or are to come, by their beginning.
pub(super) async fn list(State(doors): Shared, headers: HeaderMap, uri: Uri, kind: Made) -> Response {
    let live = match authorized(&doors, &headers, Right::View) {
        Ok((live, _)) => live,
        Err(refused) => return refused,
    };
    if let Err(why) = Query::none(&uri) {
        return problem(StatusCode::BAD_REQUEST, &why);
    }
    let (board, now) = (doors.board.current().await, doors.clock.now());
    let made = doors.reads.make(move || all(&live.config, &board.run_time, kind, now).to_string());
    let text = match made.await {
        Ok(text) => text,
        Err(busy) => return busy,
    };
    let tag = Tag::of(text.as_bytes());
    let json = [(header::CONTENT_TYPE, "application/json")];
    fresh(&headers, &tag).unwrap_or_else(|| (tag.headers(), json, text).into_response())
}

fn all(config: &Config, run_time: &RunTime, kind: Made, now: Timestamp) -> Value {
    let mut all: Vec<Value> = match kind {
        Made::Override => {
            let schedules = config.schedules.schedules.iter();
            let each = schedules.flat_map(|(id, schedule)| schedule.overrides.iter().map(move |it| (id, it)));
            each.filter(|(_, it)| now < it.until).map(|(id, it)| override_shown(config, id, it)).collect()
        }
        Made::Silence => {
            let each = config.silences.iter().filter(|it| now < ends(it));
            each.filter_map(|it| silence_shown(config, run_time, it)).collect()
        }
        Made::Absence => {
            let ids = run_time.absences.iter().filter(|(_, it)| now < it.until).map(|(id, _)| *id);
            ids.filter_map(|id| shown(config, run_time, kind, id)).collect()
        }
        Made::Offer => {
            let open = run_time.offers.iter().filter(|(_, it)| it.taken.is_none() && now < it.from);
            open.filter_map(|(id, _)| shown(config, run_time, kind, *id)).collect()
        }
    };
    all.sort_by_cached_key(|one| (one["from"].to_string(), one["id"].to_string()));
    let left_out = all.len().saturating_sub(MADE_MAX);
    all.truncate(MADE_MAX);
    let zone = config.organisation.time_zone.iana_name();
    let language = config.organisation.language;
    json!({ named(kind): all, "left_out": left_out, "time_zone": zone, "language": language })
}

/// What the list of a kind is called, in addresses and in answers.
pub(super) fn named(kind: Made) -> &'static str {
    match kind {
        Made::Override => "overrides",
        Made::Silence => "silences",
        Made::Absence => "absences",
        Made::Offer => "offers",
    }
}

/// One that was made at run time.
pub(super) fn shown(config: &Config, run_time: &RunTime, kind: Made, id: u64) -> Option<Value> {
    Some(match kind {
        Made::Override => {
            let made = run_time.overrides.get(&id)?;
            let origin = Origin::RunTime { id, by: made.by.clone(), via: made.via };
            let (action, reason) = (made.action.clone(), made.reason.clone());
            let layer = made.layer.as_deref().map(Into::into);
            let made_there = Override { from: made.from, until: made.until, action, layer, origin, reason };
            override_shown(config, &made.schedule, &made_there)
        }
        Made::Silence => {
            let made = run_time.silences.get(&id)?;
            let when: Map<String, Value> =
                made.when.iter().map(|(key, patterns)| (key.clone(), json!(patterns))).collect();
            json!({
                "id": id, "services": made.services, "when": when, "every": null,
                "from": made.from, "until": made.until,
                "alerts": made.keys.iter().map(|(_, key)| key).collect::<Vec<_>>(), "at_most": made.at_most,
                "reason": made.reason, "by": config.name_of(&made.by), "by_user": made.by.user(), "via": made.via,
            })
        }
        Made::Offer => {
            let made = run_time.offers.get(&id)?;
            json!({
                "id": id, "schedule": made.schedule, "user": made.who, "to": made.to, "from": made.from,
                "until": made.until, "reason": made.reason, "by": config.name_of(&made.by), "by_user": made.by.user(), "via": made.via,
            })
        }
        Made::Absence => {
            let made = run_time.absences.get(&id)?;
            json!({
                "id": id, "user": made.user, "cover": made.cover, "from": made.from, "until": made.until,
                "by": config.name_of(&made.by), "by_user": made.by.user(), "via": made.via,
            })
        }
    })
}

fn override_shown(config: &Config, schedule: &str, it: &Override) -> Value {
    let (with, replace, add) = match &it.action {
        OverrideAction::Set(with) => (Some(with), None, None),
        OverrideAction::Replace { who, with } => (Some(with), Some(who), None),
        OverrideAction::Add(add) => (None, None, Some(add)),
    };
    let (id, by, by_user, via) = made_by(config, &it.origin);
    json!({
        "id": id, "schedule": schedule, "layer": it.layer.as_deref(), "from": it.from, "until": it.until,
        "with": with, "replace": replace, "add": add,
        "reason": it.reason, "by": by, "by_user": by_user, "via": via,
    })
}

fn silence_shown(config: &Config, run_time: &RunTime, it: &Silence) -> Option<Value> {
    if let Origin::RunTime { id, .. } = it.origin {
        return shown(config, run_time, Made::Silence, id);
    }
    let (id, by, by_user, via) = made_by(config, &it.origin);
    let (from, until, every) = match &it.period {
        SilencePeriod::Once { from, until } => (Some(*from), *until, None),
        SilencePeriod::Every { from, until, .. } => (*from, *until, Some(true)),
    };
    Some(json!({
        "id": id, "services": it.services, "when": it.when.as_ref().map(when).unwrap_or_default(), "every": every,
        "from": from, "until": until, "alerts": [], "at_most": null,
        "reason": it.reason, "by": by, "by_user": by_user, "via": via,
    }))
}

/// The name by which it ends early, and who made it where git does not say: their name, their id and the way.
fn made_by(config: &Config, origin: &Origin) -> (Value, Value, Value, Value) {
    match origin {
        Origin::File(place) => (json!(place.to_string()), Value::Null, Value::Null, Value::Null),
        Origin::RunTime { id, by, via } => {
            (json!(id), json!(config.name_of(by)), json!(by.user()), json!(via))
        }
    }
}

fn ends(silence: &Silence) -> Timestamp {
    match silence.period {
        SilencePeriod::Once { until, .. } | SilencePeriod::Every { until, .. } => until,
    }
}

/// Keys and patterns as a config may write them: a glob as the regular expression that it is.
fn when(matcher: &Matcher) -> Map<String, Value> {
    let text = |pattern: &Pattern| {
        let not = if pattern.negated { "!" } else { "" };
        match &pattern.test {
            PatternTest::Exact(text) => format!("{not}{text}"),
            PatternTest::Regex(regex) => {
                let bare = regex.as_str().strip_prefix("^(?:").and_then(|text| text.strip_suffix(")$"));
                format!("{not}~{}", bare.unwrap_or(regex.as_str()))
            }
        }
    };
    let field = |(key, patterns): &(String, Vec<Pattern>)| {
        (key.clone(), json!(patterns.iter().map(text).collect::<Vec<_>>()))
    };
    matcher.fields.iter().map(field).collect()
}
