//! The forms that make something: an override, an absence, and an incident; a silence is made in `pages_silence`.

use super::changes::{Maker, preview, read_absence, read_override};
use super::commands::declared_by;
use super::doors::{Doors, Shared};
use super::guest::{Guest, Member, Sent};
use super::on_call::schedule as known_schedule;
use super::pages_incidents::{Asks, confirm, people};
use super::reading_form::Form;
use super::sheet::html;
use crate::actor::{Actor, Via};
use crate::config::{Id, Service};
use crate::engine::Lane;
use crate::incident::message::warning;
use crate::incident::{Command, Input, Reply};
use crate::language::Word;
use crate::page::{Field, FieldKind, NewPage};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// In place of whom, where it is nobody; no id of a person.
const BESIDE: &str = "+";

pub(super) fn field(name: &'static str, label: &str, value: &str, required: bool) -> Field {
    Field {
        name,
        label: label.to_owned(),
        value: value.to_owned(),
        required,
        kind: FieldKind::Line,
        options: Vec::new(),
        chosen: Vec::new(),
    }
}

pub(super) fn choice(name: &'static str, label: &str, value: &str, options: Vec<(String, String)>) -> Field {
    Field { kind: FieldKind::One, options, ..field(name, label, value, true) }
}

/// A form, with what was written into it before.
pub(super) struct Sheet {
    pub title: &'static str,
    pub lead: Option<String>,
    pub action: String,
    pub fields: Vec<Field>,
    pub button: &'static str,
    pub back: String,
}

pub(super) fn sheet(
    doors: &Doors,
    guest: &Guest,
    sheet: Sheet,
    form: &Form,
    wrong: Option<String>,
) -> Response {
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let Sheet { title, lead, action, mut fields, button, back } = sheet;
    for field in &mut fields {
        if let Some(value) = form.get(field.name) {
            field.value = value.to_owned();
        }
        field.chosen = form.all(field.name).map(str::to_owned).collect();
    }
    let shell = guest.shell(doors, if action == "/declare" { "declare" } else { "on-call" }, title);
    html(status, &NewPage { shell, w: guest.words(), lead, wrong, action, fields, button, back })
}

fn override_sheet(guest: &Guest, user: &str, id: &str) -> Sheet {
    let w = guest.words();
    let path = id.replace('/', ".");
    let name = guest.live.config.schedule_names.get(id).map_or(id, |(name, _)| name);
    let mut whom = vec![(String::new(), w.everybody_there.to_owned())];
    whom.push((BESIDE.to_owned(), guest.language.standing().beside.to_owned()));
    whom.extend(people(guest));
    let mut with = people(guest);
    with.push(("nobody".to_owned(), w.nobody.to_owned()));
    Sheet {
        title: w.make_override,
        lead: Some(name.to_owned()),
        action: format!("/schedules/{path}/override"),
        fields: vec![
            choice("with", w.with, user, with),
            choice("replace", w.replace, "", whom),
            field("from", w.from, w.now, true),
            field("until", w.until_or_for, w.two_hours, true),
            field("reason", w.reason, "", false),
        ],
        button: w.make_override,
        back: format!("/schedules/{path}"),
    }
}

/// By name; where two have the same, with the id.
pub(super) fn services(guest: &Guest) -> Vec<(String, String)> {
    let all = &guest.live.config.services;
    let shared = |name: &str| all.values().filter(|it| it.name == name).count() > 1;
    let shown = |(id, it): (&Id, &Service)| {
        let name = if shared(&it.name) { format!("{} ({id})", it.name) } else { it.name.clone() };
        (id.to_string(), name)
    };
    all.iter().map(shown).collect()
}

fn incident_sheet(guest: &Guest) -> Sheet {
    let (w, language) = (guest.words(), guest.language);
    let severities = [
        ("critical", Word::Critical),
        ("error", Word::Error),
        ("warning", Word::Warning),
        ("info", Word::Info),
    ];
    let severities = severities.map(|(id, word)| (id.to_owned(), language.word(word).to_owned()));
    Sheet {
        title: w.declare,
        lead: Some(w.people_are_paged.to_owned()),
        action: "/declare".to_owned(),
        fields: vec![
            choice("service", w.service, "", services(guest)),
            field("summary", w.summary, "", true),
            choice("severity", w.severity, "critical", severities.into()),
            field("description", w.description, "", false),
        ],
        button: w.declare,
        back: "/".to_owned(),
    }
}

/// `GET /schedules/web-primary/override`
pub async fn new_override(State(doors): Shared, by: Member, Path(id): Path<String>) -> Response {
    let Member { guest, user } = by;
    match known_schedule(&guest.live.config, &id) {
        Ok(id) => sheet(&doors, &guest, override_sheet(&guest, &user, &id), &Form::default(), None),
        Err(_) => guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND),
    }
}

/// `POST /schedules/web-primary/override`
pub async fn make_override(
    State(doors): Shared,
    Path(id): Path<String>,
    Sent { guest, user, form }: Sent,
) -> Response {
    let Ok(id) = known_schedule(&guest.live.config, &id) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let body = beside(form.clone()).and("schedule", &id).body();
    let read = read_override(&guest.live.config, &maker(&guest, &user), &body);
    made(&doors, &guest, override_sheet(&guest, &user, &id), form, read).await
}

/// Whoever comes in nobody's place is added.
fn beside(form: Form) -> Form {
    if form.get("replace") != Some(BESIDE) {
        return form;
    }
    let fields = form.0.into_iter().filter(|(name, _)| name != "replace");
    let added = |(name, value)| (if name == "with" { "add".to_owned() } else { name }, value);
    Form(fields.map(added).collect())
}

/// `POST /absences`: the own one.
pub async fn make_absence(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let body = form.clone().and("user", &user).body();
    let read = read_absence(&guest.live.config, &maker(&guest, &user), &body);
    let w = guest.words();
    let mut cover = vec![(String::new(), w.no_cover.to_owned())];
    cover.extend(people(&guest));
    let fields = vec![field("until", w.until_or_for, "", true), choice("cover", w.cover, "", cover)];
    let (action, back) = ("/absences".to_owned(), "/me".to_owned());
    let again = Sheet { title: w.away, lead: None, action, fields, button: w.away, back };
    made(&doors, &guest, again, form, read).await
}

/// `GET /declare`
pub async fn new_incident(State(doors): Shared, Member { guest, .. }: Member) -> Response {
    sheet(&doors, &guest, incident_sheet(&guest), &Form::default(), None)
}

/// `POST /declare`
pub async fn declare(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let (by, via) = (Actor::User(user), Via::Web);
    let declare = match declared_by(&guest.live.config, by, via, None, &form.body()) {
        Ok(declare) => declare,
        Err(why) => return sheet(&doors, &guest, incident_sheet(&guest), &form, Some(why)),
    };
    let input = Input::Command(Command::Declare(Box::new(declare)));
    let answered = doors.inbox.input(Lane::First, input).await;
    match answered.map(|answered| (guest.answered(&answered), answered.reply)) {
        Ok((said, Some(Reply::Taken { opened }))) => {
            let to = opened.first().map_or_else(|| "/".to_owned(), |id| format!("/incidents/{id}"));
            guest.back(&doors, &to, &said)
        }
        Ok((why, Some(_))) => sheet(&doors, &guest, incident_sheet(&guest), &form, Some(why)),
        Ok((_, None)) | Err(_) => guest.message(&doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE),
    }
}

pub(super) fn maker<'a>(guest: &'a Guest, user: &Id) -> Maker<'a> {
    Maker { by: Actor::User(user.clone()), via: Via::Web, now: guest.now, zone: &guest.zone }
}

/// Makes what a form asks for; what is wrong, or would break something, is said on the form.
pub(super) async fn made(
    doors: &Doors,
    guest: &Guest,
    again: Sheet,
    form: Form,
    read: Result<Command, String>,
) -> Response {
    let command = match read {
        Ok(command) => command,
        Err(why) => return sheet(doors, guest, again, &form, Some(why)),
    };
    let mutes = preview(doors, &guest.live.config, &command, guest.language, &guest.zone).await;
    let Ok(answered) = doors.inbox.input(Lane::First, Input::Command(command)).await else {
        return guest.message(doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE);
    };
    match answered.reply {
        Some(Reply::Confirm(warnings)) => {
            let said = warnings.iter().map(|it| warning(&guest.live.config, it, guest.language, &guest.zone));
            let said = said.chain(mutes).collect();
            let asks = Asks { about: None, said, action: again.action, form, back: again.back };
            confirm(doors, guest, asks, StatusCode::CONFLICT)
        }
        Some(reply @ Reply::Made { .. }) => {
            let said = [guest.reply(&reply, answered.stored)].into_iter().chain(mutes);
            guest.back(doors, &again.back, &said.collect::<Vec<_>>().join(" "))
        }
        Some(reply) => sheet(doors, guest, again, &form, Some(guest.reply(&reply, answered.stored))),
        None => guest.message(doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE),
    }
}
