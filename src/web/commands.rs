//! What people's tools ask for about incidents: one table of commands with the keys that each takes, for one incident or for
//! several, and the declaration of one.
//!
//! What a command does, and whether it may be done, is decided in [`incident`](crate::incident).

use super::api::{asked, problem};
use super::body::Taken;
use super::doors::{Doors, Shared};
use super::incidents::whole;
use super::refusal::{busy, come_again};
use super::wish::{LISTED_MAX, SEVERITIES, Today, Wish, one_of, today};
use crate::actor::{Actor, Via};
use crate::alert::Severity;
use crate::config::Config;
use crate::engine::Lane;
use crate::incident::message::{reply_text, warning};
use crate::incident::{
    Asked, Assignee, Command, Declare, IncidentId, Input, Refused, Reply, Respond, Target, Warning,
};
use crate::language::Language;
use crate::language::moment::Moment;
use crate::server::live::Live;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

/// The longest `Idempotency-Key`, in bytes.
const KEY_MAX: usize = 256;

/// What a command is read with.
struct Reading<'a> {
    config: &'a Config,
    today: Today<'a>,
}

/// A command, and the keys of its body.
struct Row {
    name: &'static str,
    keys: &'static [&'static str],
    read: fn(&Wish, &Reading<'_>) -> Result<Asked, String>,
}

const WHOM: &[&str] = &["user", "schedule", "policy"];

const COMMANDS: [Row; 16] = [
    Row { name: "acknowledge", keys: &[], read: |_, _| Ok(Asked::Acknowledge) },
    Row { name: "unacknowledge", keys: &[], read: |_, _| Ok(Asked::Unacknowledge) },
    Row { name: "snooze", keys: &["for", "until", "confirm"], read: snooze },
    Row {
        name: "resolve",
        keys: &["reason"],
        read: |wish, _| Ok(Asked::Resolve { reason: wish.text("reason")? }),
    },
    Row { name: "reopen", keys: &[], read: |_, _| Ok(Asked::Reopen) },
    Row {
        name: "escalate",
        keys: &["step"],
        read: |wish, _| Ok(Asked::Escalate { step: wish.number("step")? }),
    },
    Row { name: "repeat", keys: &[], read: |_, _| Err(REPEAT.to_owned()) },
    Row { name: "reassign", keys: WHOM, read: |wish, with| Ok(Asked::Reassign(whom(wish, with)?)) },
    Row { name: "page-also", keys: WHOM, read: |wish, with| Ok(Asked::PageAlso(whom(wish, with)?)) },
    Row { name: "raise", keys: &[], read: |_, _| Ok(Asked::Raise) },
    Row { name: "lower", keys: &[], read: |_, _| Ok(Asked::Lower) },
    Row { name: "move", keys: &["service"], read: move_to },
    Row {
        name: "silence",
        keys: &["reason"],
        read: |wish, _| Ok(Asked::Silence { reason: wish.text("reason")? }),
    },
    Row { name: "note", keys: &["text"], read: |wish, _| Ok(Asked::Note(wish.needed("text")?)) },
    Row { name: "merge", keys: &["into"], read: merge },
    Row { name: "unmerge", keys: &[], read: |_, _| Ok(Asked::Unmerge) },
];

const REPEAT: &str = "`repeat` says the words of a call again, and here is no call: GET the incident instead";

fn snooze(wish: &Wish, with: &Reading) -> Result<Asked, String> {
    match wish.until(with.today)? {
        Some(Moment::At(until)) => Ok(Asked::Snooze { until, confirmed: wish.flag("confirm")? }),
        Some(Moment::Handoff) => {
            Err("`until`: an incident is on no one schedule: give a time, not handoff".to_owned())
        }
        None => Err("`for` or `until` is missing".to_owned()),
    }
}

fn move_to(wish: &Wish, with: &Reading) -> Result<Asked, String> {
    let id = wish.needed("service")?;
    let known = with.config.services.get_key_value(id.as_str());
    known.map(|(id, _)| Asked::Move(id.clone())).ok_or_else(|| format!("there is no service `{id}`"))
}

fn merge(wish: &Wish, _: &Reading) -> Result<Asked, String> {
    let into = wish.needed("into")?.parse().map_err(|error| format!("`into`: {error}"))?;
    Ok(Asked::Merge { into })
}

fn whom(wish: &Wish, with: &Reading) -> Result<Vec<Assignee>, String> {
    let config = with.config;
    let mut to = Vec::new();
    for id in wish.texts("user")? {
        let known = config.users.get_key_value(id.as_str());
        to.push(Assignee::User(known.ok_or_else(|| format!("there is no user `{id}`"))?.0.clone()));
    }
    for id in wish.texts("schedule")? {
        let known = config.schedules.schedules.get_key_value(id.as_str());
        to.push(Assignee::Schedule(known.ok_or_else(|| format!("there is no schedule `{id}`"))?.0.clone()));
    }
    for id in wish.texts("policy")? {
        let known = config.policies.get_key_value(id.as_str());
        to.push(Assignee::Policy(known.ok_or_else(|| format!("there is no policy `{id}`"))?.0.clone()));
    }
    if to.is_empty() { Err("say to whom: `user`, `schedule` or `policy`".to_owned()) } else { Ok(to) }
}

/// What a command with this body asks for.
pub(super) fn wished(command: &str, body: &[u8], config: &Config, today: Today) -> Result<Asked, String> {
    const ROWS: &[Row] = &COMMANDS;
    let row = ROWS.iter().find(|row| row.name == command).ok_or("there is no such command")?;
    (row.read)(&Wish::read(body, row.keys)?, &Reading { config, today })
}

/// `POST /v1/incidents/{id}/<command>`
pub async fn one(
    State(doors): Shared,
    Path((id, command)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let id: IncidentId = match id.parse() {
        Ok(id) => id,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("{error}")),
    };
    let row = match row(&command) {
        Ok(row) => row,
        Err(refused) => return refused,
    };
    let read = Wish::read(&taken.body, row.keys).and_then(|wish| (row.read)(&wish, &reading(&doors, &live)));
    match read {
        Err(why) => problem(StatusCode::BAD_REQUEST, &why),
        Ok(action) => match tell(&doors, &live, &by, id, action).await {
            Some((status, body)) => (status, Json(body)).into_response(),
            None => busy(),
        },
    }
}

/// `POST /v1/incidents/<command>` with `{"incidents": ["3-17", "3-18"], …}`: each of them as if alone.
pub async fn several(State(doors): Shared, Path(command): Path<String>, request: Request) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let row = match row(&command) {
        Ok(row) => row,
        Err(refused) => return refused,
    };
    let (ids, action) = match read_several(&doors, &live, row, &taken) {
        Ok(read) => read,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let (mut results, mut done) = (Vec::new(), Vec::new());
    let mut worst = StatusCode::OK;
    for id in ids {
        match tell(&doors, &live, &by, id, action.clone()).await {
            Some((status, mut body)) => {
                if status.is_success() {
                    done.push(id);
                } else {
                    worst = status;
                }
                body["incident"] = json!(id);
                results.push(body);
            }
            None => {
                worst = StatusCode::SERVICE_UNAVAILABLE;
                results.push(json!({ "incident": id, "error": "the server had no time for it: ask again" }));
            }
        }
    }
    let status =
        if done.is_empty() || worst == StatusCode::SERVICE_UNAVAILABLE { worst } else { StatusCode::OK };
    (status, Json(json!({ "done": done, "results": results }))).into_response()
}

fn read_several(
    doors: &Doors,
    live: &Live,
    row: &Row,
    taken: &Taken,
) -> Result<(Vec<IncidentId>, Asked), String> {
    let keys: Vec<&str> = ["incidents"].into_iter().chain(row.keys.iter().copied()).collect();
    let wish = Wish::read(&taken.body, &keys)?;
    let mut ids: Vec<IncidentId> = Vec::new();
    for text in wish.texts("incidents")? {
        let id = text.parse().map_err(|error| format!("`incidents`: {error}"))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Err(format!("`incidents` is missing: the ids of 1 to {LISTED_MAX} incidents"));
    }
    Ok((ids, (row.read)(&wish, &reading(doors, live))?))
}

/// `POST /v1/incidents`: a person declares one. The same `Idempotency-Key` again is the same incident, for a day.
pub async fn declare(State(doors): Shared, request: Request) -> Response {
    let key = request.headers().get("idempotency-key").map(|key| key.as_bytes().to_vec());
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let declare = match declared(&live.config, &by, key, &taken) {
        Ok(declare) => declare,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    let summary = declare.summary.clone();
    let Ok(answered) =
        doors.inbox.input(Lane::First, Input::Command(Command::Declare(Box::new(declare)))).await
    else {
        return busy();
    };
    let opened = match &answered.reply {
        Some(Reply::Taken { opened }) => opened.first().copied(),
        _ => None,
    };
    let Some(id) = opened else {
        let (status, body) = refused(answered.reply, &live.config, "it was not declared");
        return (status, Json(body)).into_response();
    };
    // Only what is on disk is answered with a 2xx; the same key again is the same incident.
    if !answered.stored {
        return come_again(
            "not_stored",
            "it was declared, but could not be written to disk: ask again, with the same Idempotency-Key\n",
        );
    }
    let Ok(Some(found)) = doors.inbox.find(id).await else { return busy() };
    // Another wish with a key that is used must not vanish in the incident of the first.
    if !same(&found.incident.summary, &summary) {
        let why = format!("this Idempotency-Key was used for {id}, which has another summary: use a new key");
        return problem(StatusCode::CONFLICT, &why);
    }
    let mut body = whole(&live.config, &found.incident);
    body["incident"] = json!(id);
    body["result"] = json!("done");
    (StatusCode::CREATED, Json(body)).into_response()
}

/// Whether an incident has the summary that was sent, as far as that is kept.
fn same(kept: &str, sent: &str) -> bool {
    kept == sent.trim() || sent.trim().starts_with(kept.trim_end_matches('…'))
}

fn declared(config: &Config, by: &Actor, key: Option<Vec<u8>>, taken: &Taken) -> Result<Declare, String> {
    let key = match key {
        None => None,
        Some(key) if key.is_empty() || key.len() > KEY_MAX => {
            return Err(format!("`Idempotency-Key` should have 1 to {KEY_MAX} bytes"));
        }
        // Each token has keys of its own.
        Some(key) => {
            let own = [by.stored_name().as_bytes(), b"\0", &key].concat();
            Some(HEXLOWER.encode(digest(&SHA256, &own).as_ref()))
        }
    };
    declared_by(config, by.clone(), Via::Api, key, &taken.body)
}

/// The incident that a body declares.
pub(super) fn declared_by(
    config: &Config,
    by: Actor,
    via: Via,
    idempotency_key: Option<String>,
    body: &[u8],
) -> Result<Declare, String> {
    let wish = Wish::read(body, &["service", "summary", "severity", "description"])?;
    let service = wish.needed("service")?;
    let Some((service, _)) = config.services.get_key_value(service.as_str()) else {
        return Err(format!("there is no service `{service}`"));
    };
    let severity = wish.text("severity")?;
    let severity = severity.map(|word| one_of("severity", &word, &SEVERITIES)).transpose()?;
    Ok(Declare {
        service: service.clone(),
        summary: wish.needed("summary")?,
        description: wish.text("description")?.unwrap_or_default(),
        severity: severity.or(Some(Severity::Critical)),
        by,
        via,
        idempotency_key,
    })
}

#[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
fn row(command: &str) -> Result<&'static Row, Response> {
    const ROWS: &[Row] = &COMMANDS;
    ROWS.iter().find(|row| row.name == command).ok_or_else(|| {
        let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
        let command: String = command.chars().take(100).collect();
        problem(StatusCode::NOT_FOUND, &format!("`{command}` is no command; there are {}", names.join(", ")))
    })
}

fn reading<'a>(doors: &Doors, live: &'a Live) -> Reading<'a> {
    Reading { config: &live.config, today: today(doors, live) }
}

/// What became of a command about one incident; `None`: the engine had no time.
async fn tell(
    doors: &Doors,
    live: &Live,
    by: &Actor,
    id: IncidentId,
    action: Asked,
) -> Option<(StatusCode, Value)> {
    let missing = match &action {
        Asked::Merge { into } => format!("there is no incident {id}, or no {into}, or one is long closed"),
        _ => format!("there is no incident {id}, or it is long closed"),
    };
    let (target, by, via) = (Target::Incidents(vec![id]), by.clone(), Via::Api);
    let command = Command::Respond(Respond { target, action, by, via });
    let answered = doors.inbox.input(Lane::First, Input::Command(command)).await.ok()?;
    let text = answered.reply.as_ref().map(|reply| text(reply, &live.config)).unwrap_or_default();
    // One that was merged answers by the one that it is in.
    let of = |incidents: &[IncidentId]| incidents.first().copied().unwrap_or(id);
    let mut body = match answered.reply {
        Some(Reply::Done { incidents, .. }) => json!({ "incident": of(&incidents), "result": "done" }),
        Some(Reply::Noted { incidents }) => json!({ "incident": of(&incidents), "result": "noted" }),
        Some(Reply::Already { by, incidents, .. }) => {
            let by = Some(by).filter(|by| !by.is_empty());
            json!({ "incident": of(&incidents), "result": "already", "by": by })
        }
        other => return Some(refused(other, &live.config, &missing)),
    };
    body["text"] = json!(text);
    if !answered.stored {
        body["stored"] = json!(false);
    }
    Some((StatusCode::OK, body))
}

fn text(reply: &Reply, config: &Config) -> String {
    reply_text(config, reply, Language::En, &config.organisation.time_zone)
}

/// The answer to a wish that was not done. `missing` is said of what is not there.
pub(super) fn refused(reply: Option<Reply>, config: &Config, missing: &str) -> (StatusCode, Value) {
    match reply {
        Some(reply @ Reply::Refused(Refused::MayNot | Refused::Lacks(_))) => {
            (StatusCode::FORBIDDEN, json!({ "error": text(&reply, config) }))
        }
        Some(reply @ Reply::Refused(_)) => {
            (StatusCode::BAD_REQUEST, json!({ "error": text(&reply, config) }))
        }
        Some(Reply::Confirm(warnings)) => {
            let zone = &config.organisation.time_zone;
            let shown = |it: &Warning| {
                let mut shown = json!(it);
                shown["text"] = json!(warning(config, it, Language::En, zone));
                shown
            };
            let said: Vec<Value> = warnings.iter().map(shown).collect();
            let words: Vec<String> =
                warnings.iter().map(|it| warning(config, it, Language::En, zone)).collect();
            let error = format!("{} Repeat it with \"confirm\": true.", words.join(" "));
            (StatusCode::CONFLICT, json!({ "error": error, "warnings": said }))
        }
        Some(
            Reply::Taken { .. }
            | Reply::Done { .. }
            | Reply::Made { .. }
            | Reply::Ended
            | Reply::Passed
            | Reply::Testing { .. }
            | Reply::Already { .. }
            | Reply::Noted { .. }
            | Reply::Say(_)
            | Reply::NotFound,
        )
        | None => (StatusCode::NOT_FOUND, json!({ "error": missing })),
    }
}
