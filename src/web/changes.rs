//! What people's tools change for now: overrides, silences and absences, and whoever takes over a schedule.
//!
//! What may be made, for how long, and what it would break, is decided in [`incident`](crate::incident).

use super::api::{asked, problem};
use super::commands::refused;
use super::doors::{Doors, Shared};
use super::made::{list, named, shown};
use super::on_call::schedule;
use super::refusal::busy;
use super::wish::{Today, Wish, today};
use crate::actor::{Actor, Via};
use crate::config::{Config, Id, RunTimeAbsence, RunTimeOverride, RunTimeSilence};
use crate::engine::Lane;
use crate::incident::message::reply_text;
use crate::incident::{Command, Ended, Input, Made, Reply};
use crate::language::Language;
use crate::language::moment::{Moment, NotAMoment, moment};
use crate::place::Place;
use crate::preview::effect;
use crate::schedule::{OverrideAction, UserId};
use crate::server::live::Live;
use crate::server::muted::by_silence;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How far a handoff is looked for.
const HANDOFF_WITHIN: SignedDuration = SignedDuration::from_hours(31 * 24);

const OVERRIDE: &[&str] =
    &["schedule", "layer", "from", "for", "until", "with", "replace", "add", "reason", "confirm"];
const SILENCE: &[&str] = &["services", "when", "everything", "from", "for", "until", "reason", "confirm"];
const ABSENCE: &[&str] = &["user", "cover", "from", "for", "until", "confirm"];
const CANNOT: &[&str] = &["user"];
const TAKE: &[&str] = &["user", "replace", "for", "until", "confirm"];

/// Who makes something, by which way, and how the times are meant.
#[derive(Clone, Debug)]
pub(super) struct Maker<'a> {
    pub by: Actor,
    pub via: Via,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

impl<'a> Maker<'a> {
    fn by_api(doors: &Doors, live: &'a Live, by: Actor) -> Maker<'a> {
        let Today { now, zone } = today(doors, live);
        Maker { by, via: Via::Api, now, zone }
    }
}

pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route(
            "/v1/overrides",
            get(async |doors, headers, uri| list(doors, headers, uri, Made::Override).await)
                .post(async |doors, request| make(doors, request, read_override).await),
        )
        .route(
            "/v1/overrides/{*id}",
            delete(async |doors, id, request| end(doors, id, request, Made::Override).await).post(cannot),
        )
        .route(
            "/v1/silences",
            get(async |doors, headers, uri| list(doors, headers, uri, Made::Silence).await)
                .post(async |doors, request| make(doors, request, read_silence).await),
        )
        .route(
            "/v1/silences/{*id}",
            delete(async |doors, id, request| end(doors, id, request, Made::Silence).await),
        )
        .route(
            "/v1/absences",
            get(async |doors, headers, uri| list(doors, headers, uri, Made::Absence).await)
                .post(async |doors, request| make(doors, request, read_absence).await),
        )
        .route(
            "/v1/absences/{*id}",
            delete(async |doors, id, request| end(doors, id, request, Made::Absence).await),
        )
}

/// What a body asks for, by the reader of its kind.
pub(super) async fn make(
    State(doors): Shared,
    request: Request,
    read: fn(&Config, &Maker, &[u8]) -> Result<Command, String>,
) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let maker = Maker::by_api(&doors, &live, by);
    let read = read(&live.config, &maker, &taken.body);
    match read {
        Ok(command) => made(&doors, &live, command).await,
        Err(why) => problem(StatusCode::BAD_REQUEST, &why),
    }
}

/// `POST /v1/schedules/{id}/take`: `user` is on call there, until an instant or the next handoff.
pub async fn take(State(doors): Shared, Path(id): Path<String>, request: Request) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let schedule = match schedule(&live.config, &id) {
        Ok(schedule) => schedule,
        Err(why) => return problem(StatusCode::NOT_FOUND, &why),
    };
    match read_take(&doors, &live, &by, schedule, &taken.body) {
        Ok(command) => made(&doors, &live, command).await,
        Err(why) => problem(StatusCode::BAD_REQUEST, &why),
    }
}

/// `POST /v1/overrides/{id}/cannot`: `user`, whom it puts on call, says that they cannot.
async fn cannot(State(doors): Shared, Path(id): Path<String>, request: Request) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let missing = format!("no override that puts this person on call is in force: `{id}`");
    let named = id.strip_suffix("/cannot").unwrap_or_default();
    let what = match (named.parse(), Place::read(named)) {
        (Ok(number), _) => Ended::RunTime(number),
        (Err(_), Some(place)) => Ended::File(place),
        (Err(_), None) => return problem(StatusCode::NOT_FOUND, &missing),
    };
    let read = Wish::read(&taken.body, CANNOT).and_then(|wish| user(&live.config, &wish.needed("user")?));
    let user = match read {
        Ok(user) => user,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let number = match &what {
        Ended::RunTime(number) => json!(number),
        Ended::File(place) => json!(place.to_string()),
    };
    let command = Command::Cannot { what, user, by, via: Via::Api };
    let Ok(answered) = doors.inbox.input(Lane::First, Input::Command(command)).await else { return busy() };
    match answered.reply {
        Some(reply @ Reply::Passed) => {
            let text = reply_text(&live.config, &reply, Language::En, &live.config.organisation.time_zone);
            Json(json!({ "id": number, "result": "done", "text": text })).into_response()
        }
        other => {
            let (status, body) = refused(other, &live.config, &missing);
            (status, Json(body)).into_response()
        }
    }
}

/// `DELETE /v1/overrides/{id}`, of one that was made at run time, or of git by its place (`overrides/2026.yaml:3`). An absence
/// ends by the id of its user, too.
pub(super) async fn end(
    State(doors): Shared,
    Path(id): Path<String>,
    request: Request,
    kind: Made,
) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    if let Err(why) = Wish::read(&taken.body, &[]) {
        return problem(StatusCode::BAD_REQUEST, &why);
    }
    let run_time = doors.board.current().await.run_time.clone();
    let missing = format!("no such one of the {} is in force: `{id}`", named(kind));
    let number = id.parse().ok().filter(|id| shown(&live.config, &run_time, kind, *id).is_some());
    let place = Place::read(&id).filter(|place| place.file.starts_with(named(kind)));
    let via = Via::Api;
    let command = match (number, place, live.config.users.get_key_value(id.as_str())) {
        (Some(id), _, _) => Command::End { what: Ended::RunTime(id), by, via },
        (None, Some(place), _) => Command::End { what: Ended::File(place), by, via },
        (None, None, Some((user, _))) if kind == Made::Absence => {
            Command::Back { user: user.clone(), by, via }
        }
        _ => return problem(StatusCode::NOT_FOUND, &missing),
    };
    let Ok(answered) = doors.inbox.input(Lane::First, Input::Command(command)).await else { return busy() };
    match answered.reply {
        Some(reply @ Reply::Ended) => {
            let text = reply_text(&live.config, &reply, Language::En, &live.config.organisation.time_zone);
            Json(json!({ "id": id, "result": "done", "text": text })).into_response()
        }
        Some(Reply::Refused(crate::incident::Refused::NotInForce)) => {
            problem(StatusCode::NOT_FOUND, &missing)
        }
        other => {
            let (status, body) = refused(other, &live.config, &missing);
            (status, Json(body)).into_response()
        }
    }
}

/// The new object, or why there is none.
pub(super) async fn made(doors: &Doors, live: &Live, command: Command) -> Response {
    let zone = &live.config.organisation.time_zone;
    let mutes = preview(doors, &live.config, &command, Language::En, zone).await;
    let Ok(answered) = doors.inbox.input(Lane::First, Input::Command(command)).await else { return busy() };
    let Some(Reply::Made { id, kind, .. }) = answered.reply else {
        let asks = matches!(answered.reply, Some(Reply::Confirm(_)));
        let (status, mut body) = refused(answered.reply, &live.config, "it was not made");
        if let Some(mutes) = mutes.filter(|_| asks) {
            body["error"] = json!(format!("{} {mutes}", body["error"].as_str().unwrap_or_default()));
        }
        return (status, Json(body)).into_response();
    };
    let text = answered.reply.as_ref().map(|reply| reply_text(&live.config, reply, Language::En, zone));
    let text = text.into_iter().chain(mutes).collect::<Vec<_>>().join(" ");
    let run_time = doors.board.current().await.run_time.clone();
    let mut body = shown(&live.config, &run_time, kind, id).unwrap_or_else(|| json!({ "id": id }));
    body["result"] = json!("done");
    body["text"] = json!(text);
    if !answered.stored {
        body["stored"] = json!(false);
    }
    (StatusCode::CREATED, Json(body)).into_response()
}

/// What a silence would mute, in a sentence; none for anything else, or where it cannot be found out in time.
pub(super) async fn preview(
    doors: &Doors,
    config: &Config,
    command: &Command,
    language: Language,
    zone: &TimeZone,
) -> Option<String> {
    let Command::Silence { made, .. } = command else { return None };
    let (board, now) = (doors.board.current().await, doors.clock.now());
    let about = by_silence(&doors.inbox, &board, doors.state_dir.clone(), made, now).await?;
    let effects = [effect::mutes(made, now, &about)];
    Some(effect::words(&effects, config, language, zone).join(" "))
}

/// The override that a body asks for.
pub(super) fn read_override(config: &Config, maker: &Maker, body: &[u8]) -> Result<Command, String> {
    let wish = Wish::read(body, OVERRIDE)?;
    let schedule = schedule(config, &wish.needed("schedule")?)?;
    let people = |key: &str| -> Result<Vec<UserId>, String> {
        match &wish.texts(key)?[..] {
            [only] if only == "nobody" => Ok(Vec::new()),
            ids => ids.iter().map(|id| user(config, id)).collect(),
        }
    };
    let replace = wish.text("replace")?;
    let action = match (replace, wish.has("with"), wish.has("add")) {
        (None, false, true) => OverrideAction::Add(people("add")?),
        (None, true, false) => OverrideAction::Set(people("with")?),
        (Some(who), true, false) => {
            OverrideAction::Replace { who: user(config, &who)?, with: people("with")? }
        }
        _ => return Err("say who: `with`, `replace` and `with`, or `add`".to_owned()),
    };
    if action == OverrideAction::Add(Vec::new()) {
        return Err(
            "`add`: nobody changes nothing: name who helps, or use `with: nobody` for a gap".to_owned()
        );
    }
    if matches!(&action, OverrideAction::Set(with) if with.is_empty() && !says_nobody(&wish)?) {
        return Err("`with` is empty: name who is on call, or `nobody`".to_owned());
    }
    let (from, until) = times(&wish, config, maker, Some(&schedule))?;
    let (layer, reason, by, via) = (wish.text("layer")?, wish.text("reason")?, maker.by.clone(), maker.via);
    let made = Box::new(RunTimeOverride { schedule, layer, from, until, action, reason, by, via });
    Ok(Command::Override { made, confirmed: wish.flag("confirm")? })
}

fn says_nobody(wish: &Wish) -> Result<bool, String> {
    Ok(matches!(&wish.texts("with")?[..], [only] if only == "nobody"))
}

/// The silence that a body asks for.
pub(super) fn read_silence(config: &Config, maker: &Maker, body: &[u8]) -> Result<Command, String> {
    let wish = Wish::read(body, SILENCE)?;
    let service = |id: &String| {
        let known = config.services.get_key_value(id.as_str());
        known.map(|(id, _)| id.clone()).ok_or_else(|| format!("`services`: there is no service `{id}`"))
    };
    let services: Vec<Id> = wish.texts("services")?.iter().map(service).collect::<Result<_, String>>()?;
    let (when, everything) = (wish.matchers("when")?, wish.flag("everything")?);
    if everything && (!services.is_empty() || !when.is_empty()) {
        return Err("give either `everything`, or `services` and `when`, not both".to_owned());
    }
    let (from, until) = times(&wish, config, maker, None)?;
    let (reason, by, via) = (wish.needed("reason")?, maker.by.clone(), maker.via);
    let (keys, at_most) = (BTreeSet::new(), None);
    let made = Box::new(RunTimeSilence { services, when, from, until, reason, by, via, keys, at_most });
    Ok(Command::Silence { made, everything, confirmed: wish.flag("confirm")? })
}

/// The absence that a body asks for.
pub(super) fn read_absence(config: &Config, maker: &Maker, body: &[u8]) -> Result<Command, String> {
    let wish = Wish::read(body, ABSENCE)?;
    let away = user(config, &wish.needed("user")?)?;
    let cover = wish.text("cover")?.map(|id| user(config, &id)).transpose()?;
    let (from, until) = times(&wish, config, maker, None)?;
    let made =
        Box::new(RunTimeAbsence { user: away, from, until, cover, by: maker.by.clone(), via: maker.via });
    Ok(Command::Away { made, confirmed: wish.flag("confirm")? })
}

fn read_take(doors: &Doors, live: &Live, by: &Actor, schedule: Id, body: &[u8]) -> Result<Command, String> {
    let (wish, config) = (Wish::read(body, TAKE)?, &live.config);
    let to = user(config, &wish.needed("user")?)?;
    let relieves = wish.text("replace")?.map(|id| user(config, &id)).transpose()?;
    let until = match wish.until(today(doors, live))? {
        Some(Moment::At(until)) => until,
        Some(Moment::Handoff) | None => handoff(config, &schedule, doors.clock.now())?,
    };
    let (by, via, confirmed) = (by.clone(), Via::Api, wish.flag("confirm")?);
    Ok(Command::Take { schedule, to, relieves, until: Some(until), by, via, confirmed })
}

pub(super) fn user(config: &Config, id: &str) -> Result<UserId, String> {
    let known = config.users.get_key_value(id);
    known.map(|(id, _)| id.clone()).ok_or_else(|| format!("there is no user `{id}`"))
}

/// When it begins, now if that is past or not said, and when it ends.
pub(super) fn times(
    wish: &Wish,
    config: &Config,
    maker: &Maker,
    schedule: Option<&Id>,
) -> Result<(Timestamp, Timestamp), String> {
    let (now, zone) = (maker.now, maker.zone);
    let at = |key: &str, moment: Moment| match (moment, schedule) {
        (Moment::At(at), _) => Ok(at),
        (Moment::Handoff, Some(schedule)) => handoff(config, schedule, now),
        (Moment::Handoff, None) => {
            Err(format!("`{key}`: this is about no schedule: give a time, not handoff"))
        }
    };
    let from = match wish.text("from")? {
        None => now,
        Some(said) if said.trim() == "now" => now,
        Some(said) => match moment(&said, now, zone) {
            Ok(moment) => at("from", moment)?,
            Err(NotAMoment::Past) => now,
            Err(why) => return Err(format!("`from`: {}", Language::En.not_a_moment(&said, why))),
        },
    };
    // A length of time counts from the beginning.
    let begins = Today { now: if wish.has("for") { from } else { now }, zone };
    let until = wish.until(begins)?.ok_or("`until` or `for` is missing")?;
    Ok((from, at("until", until)?))
}

pub(super) fn handoff(config: &Config, schedule: &Id, now: Timestamp) -> Result<Timestamp, String> {
    let handover = config.schedules.next_handoff(schedule, now, HANDOFF_WITHIN);
    let next = handover.next.map(|_| handover.until);
    next.ok_or_else(|| format!("`{schedule}` does not change hands within 31 days: give a time"))
}
