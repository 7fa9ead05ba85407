//! The form that makes a silence, and what it would mute, which is seen before it is made.

use super::changes::read_silence;
use super::doors::{Doors, Shared};
use super::guest::{Guest, Member, Sent};
use super::pages_incidents::{Asks, confirm};
use super::pages_make::{Sheet, field, made, maker, services, sheet};
use super::reading_form::Form;
use crate::config::RunTimeSilence;
use crate::incident::{Command, Reply};
use crate::page::{Field, FieldKind};
use crate::preview::effect::{self, Effect};
use crate::server::muted::by_silence;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

fn silence_sheet(guest: &Guest) -> Sheet {
    let (w, o) = (guest.words(), guest.language.standing());
    let several = Field {
        kind: FieldKind::Several,
        options: services(guest),
        ..field("services", w.service, "", false)
    };
    let when = Field { kind: FieldKind::Lines, ..field("when", o.when, "", false) };
    let everything = Field { kind: FieldKind::Flag, ..field("everything", o.everything, "", false) };
    Sheet {
        title: w.make_silence,
        lead: Some(o.scope.to_owned()),
        action: "/silences/new".to_owned(),
        fields: vec![
            several,
            when,
            everything,
            field("from", w.from, w.now, false),
            field("until", w.until_or_for, w.two_hours, true),
            field("reason", w.reason, "", true),
        ],
        button: o.see_first,
        back: "/on-call".to_owned(),
    }
}

/// `GET /silences/new`
pub async fn new_silence(State(doors): Shared, Member { guest, .. }: Member) -> Response {
    sheet(&doors, &guest, silence_sheet(&guest), &Form::default(), None)
}

/// `POST /silences/new`; the first time it shows what would be muted, and with `confirm` it is made.
pub async fn make_silence(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let body = silence_body(&guest, &form);
    let read = body.and_then(|body| read_silence(&guest.live.config, &maker(&guest, &user), &body));
    match read {
        Ok(command @ Command::Silence { .. }) if form.get("confirm").is_none() => {
            seen_first(&doors, &guest, command, form).await
        }
        read => made(&doors, &guest, silence_sheet(&guest), form, read).await,
    }
}

/// As the API's body: `when` is written as at the command line, a line for each.
fn silence_body(guest: &Guest, form: &Form) -> Result<Vec<u8>, String> {
    let mut when: Map<String, Value> = Map::new();
    for line in form.all("when").flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()) {
        let parts = line.split_once(['=', '＝']).map(|(key, pattern)| (key.trim(), pattern.trim()));
        let (key, pattern) = parts.ok_or_else(|| guest.language.not_a_matcher(line))?;
        match when.entry(key).or_insert_with(|| json!([])) {
            Value::Array(patterns) => patterns.push(json!(pattern)),
            other => *other = json!([pattern]),
        }
    }
    let rest = Form(form.0.iter().filter(|(name, _)| name != "when").cloned().collect());
    let mut body: Map<String, Value> = serde_json::from_slice(&rest.body()).unwrap_or_default();
    if !when.is_empty() {
        body.insert("when".to_owned(), Value::Object(when));
    }
    Ok(Value::Object(body).to_string().into_bytes())
}

async fn seen_first(doors: &Doors, guest: &Guest, command: Command, form: Form) -> Response {
    let again = silence_sheet(guest);
    let Command::Silence { made, .. } = &command else {
        return sheet(doors, guest, again, &form, None);
    };
    let about = scope(guest, made);
    let board = doors.board.current().await;
    let known = by_silence(&doors.inbox, &board, doors.state_dir.clone(), made, guest.now).await;
    let counted = known.is_some();
    let tried = effect::tried(&guest.live.config, guest.now, command, &known.unwrap_or_default());
    if let Some(reply @ Reply::Refused(_)) = &tried.reply {
        return sheet(doors, guest, again, &form, Some(guest.reply(reply, true)));
    }
    let mut effects = tried.effects;
    // What could not be counted is not nothing.
    effects.retain(|effect| counted || !matches!(effect, Effect::Mutes { .. }));
    let mut said = effect::words(&effects, &guest.live.config, guest.language, &guest.zone);
    said.extend((!counted).then(|| guest.language.standing().not_counted.to_owned()));
    let asks = Asks { about: Some(about), said, action: again.action, form, back: again.back };
    confirm(doors, guest, asks, StatusCode::OK)
}

/// What it is of, and why, in a line.
fn scope(guest: &Guest, made: &RunTimeSilence) -> String {
    let config = &guest.live.config;
    let services = made.services.iter().map(|id| config.service_name(id).to_owned());
    let when = made.when.iter().map(|(key, patterns)| format!("{key}={}", patterns.join(", ")));
    let mut parts: Vec<String> = services.chain(when).collect();
    if parts.is_empty() {
        parts.push(guest.language.standing().every_service.to_owned());
    }
    parts.push(made.reason.clone());
    parts.join(" · ")
}
