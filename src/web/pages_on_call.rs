//! The page of who is on call now: for every schedule, and what runs for now beside what is planned, with its end.
//!
//! What may be taken over or ended, and what that would break, is decided in [`incident`](crate::incident).

use super::changes::handoff;
use super::doors::{Doors, Shared};
use super::forge::maker;
use super::guest::{Guest, Sent};
use super::on_call::schedule as known_schedule;
use super::pages_make::{Sheet, made};
use super::pages_people::{name_of, names, way, why};
use super::pages_schedule::change_in_words;
use super::sheet::html;
use crate::actor::{Actor, Origin, Via};
use crate::config::{Right, RunTimeSilence, Silence, SilencePeriod};
use crate::engine::Lane;
use crate::incident::{Command, Ended, Input};
use crate::language::schedule::OfSchedule;
use crate::page::{OnCallPage, OnCallRow, Standing};
use crate::place::Place;
use crate::preview::on_call::HORIZON;
use crate::schedule::{Override, OverrideAction, UserId};
use crate::server::board::Board;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

/// The most that is listed; the rest are counted.
const STANDING_MAX: usize = 100;

/// `GET /on-call`
pub async fn on_call(State(doors): Shared, guest: Guest) -> Response {
    let (made, board) = (doors.clone(), doors.board.current().await);
    let answer = doors.reads.make(move || html(StatusCode::OK, &who(&made, &board, &guest)));
    answer.await.unwrap_or_else(|busy| busy)
}

fn who<'a>(doors: &'a Doors, board: &Board, guest: &Guest) -> OnCallPage<'a> {
    let config = &guest.live.config;
    let schedules = config.schedules.schedules.keys().map(|id| {
        let handover = config.schedules.next_handover(id, guest.now, HORIZON);
        let users = &handover.on_call.users;
        OnCallRow {
            path: id.replace('/', "."),
            name: name_of(config, id),
            people: names(guest, users),
            is_gap: users.is_empty(),
            ways: ways(guest, users),
            why: why(doors, guest, &handover.on_call),
            until: handover.next.as_ref().map(|_| guest.time(handover.until)).unwrap_or_default(),
            next: handover.next.as_ref().map(|next| names(guest, &next.users)),
        }
    });
    let mut standing = standing(doors, board, guest);
    let more = standing.len().checked_sub(STANDING_MAX).filter(|count| *count > 0);
    standing.truncate(STANDING_MAX);
    let mut shell = guest.shell(doors, "on-call", guest.words().on_call);
    shell.live = true;
    OnCallPage {
        shell,
        w: guest.words(),
        o: guest.language.standing(),
        schedules: schedules.collect(),
        standing,
        more: more.map(|count| guest.language.of_schedule(OfSchedule::MoreOf { count })),
        may: guest.may(Right::Respond),
    }
}

/// How people are reached at high urgency: the ways, never the numbers.
fn ways(guest: &Guest, users: &[UserId]) -> String {
    let mut ways: Vec<String> = Vec::new();
    for rule in users.iter().filter_map(|id| guest.live.config.users.get(id)).flat_map(|user| &user.high) {
        let word = way(guest.language, rule);
        if !ways.contains(&word) {
            ways.push(word);
        }
    }
    guest.language.list(&ways)
}

/// What runs for now, and what people made at run time for later: what ends first is first.
fn standing(doors: &Doors, board: &Board, guest: &Guest) -> Vec<Standing> {
    let (config, now) = (&guest.live.config, guest.now);
    let mut all: Vec<(Timestamp, Standing)> = Vec::new();
    for (id, schedule) in &config.schedules.schedules {
        let asked =
            |change: &&Override| now < change.until && (change.from <= now || is_run_time(&change.origin));
        for change in schedule.overrides.iter().filter(asked) {
            let what = format!("{}: {}", name_of(config, id), change_in_words(guest, &change.action));
            let puts_me = guest.user().is_some_and(|user| brings(&change.action).contains(user));
            let one =
                one(doors, guest, what, (change.from, change.until), &change.origin, change.reason.clone());
            all.push((change.until, Standing { puts_me, ..one }));
        }
    }
    for silence in &config.silences {
        let SilencePeriod::Once { from, until } = silence.period else { continue };
        if now < until && (from <= now || is_run_time(&silence.origin)) {
            let what = format!("{}: {}", guest.words().silence, scope(board, guest, silence));
            let reason = Some(silence.reason.clone());
            all.push((until, one(doors, guest, what, (from, until), &silence.origin, reason)));
        }
    }
    for (id, made) in board.run_time.absences.iter().filter(|(_, made)| now < made.until) {
        let who = names(guest, std::slice::from_ref(&made.user));
        let cover = made.cover.as_ref().map(|cover| names(guest, std::slice::from_ref(cover)));
        let cover = cover.map(|cover| format!(" – {}: {cover}", guest.words().cover)).unwrap_or_default();
        let what = format!("{}: {who}{cover}", guest.language.standing().away);
        let origin = Origin::RunTime { id: *id, by: made.by.clone(), via: made.via };
        all.push((made.until, one(doors, guest, what, (made.from, made.until), &origin, None)));
    }
    all.sort_by_key(|(until, _)| *until);
    all.into_iter().map(|(_, one)| one).collect()
}

fn one(
    doors: &Doors,
    guest: &Guest,
    what: String,
    (from, until): (Timestamp, Timestamp),
    origin: &Origin,
    reason: Option<String>,
) -> Standing {
    let name = match origin {
        Origin::File(place) => place.to_string(),
        Origin::RunTime { id, .. } => id.to_string(),
    };
    Standing {
        what,
        when: format!("{} – {}", guest.time(from), guest.time(until)),
        made_by: maker(doors, guest, origin),
        reason: reason.filter(|reason| !reason.trim().is_empty()),
        name,
        puts_me: false,
    }
}

fn is_run_time(origin: &Origin) -> bool {
    matches!(origin, Origin::RunTime { .. })
}

/// Whom an override puts on call.
fn brings(action: &OverrideAction) -> &[UserId] {
    match action {
        OverrideAction::Set(with) | OverrideAction::Add(with) | OverrideAction::Replace { with, .. } => with,
    }
}

/// What a silence is of.
fn scope(board: &Board, guest: &Guest, silence: &Silence) -> String {
    let o = guest.language.standing();
    let services: Vec<String> = silence.services.iter().map(ToString::to_string).collect();
    let written = |made: &RunTimeSilence| {
        let fields = made.when.iter().map(|(key, patterns)| format!("{key}: {}", patterns.join(" / ")));
        fields.collect::<Vec<_>>().join(", ")
    };
    let made = match &silence.origin {
        Origin::RunTime { id, .. } => board.run_time.silences.get(id),
        Origin::File(_) => None,
    };
    let when = made.map(written).filter(|when| !when.is_empty());
    let when = when.or_else(|| silence.when.as_ref().map(|_| o.matching.to_owned()));
    let keys = made.filter(|made| !made.keys.is_empty());
    let keys = keys.map(|made| made.keys.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>().join(", "));
    let of = (!services.is_empty()).then(|| guest.language.list(&services));
    let of = of.or_else(|| keys.is_none().then(|| o.every_service.to_owned()));
    of.into_iter().chain(when).chain(keys).collect::<Vec<_>>().join(" · ")
}

/// `POST /standing/end` with `what=17` or `what=overrides/2026.yaml:3`
pub async fn end(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let Some(what) = named(form.get("what")) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    done(&doors, &guest, Command::End { what, by: Actor::User(user), via: Via::Web }).await
}

/// `POST /standing/cannot`, of an override that puts whoever sends it on call.
pub async fn cannot(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let Some(what) = named(form.get("what")) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let by = Actor::User(user.clone());
    done(&doors, &guest, Command::Cannot { what, user, by, via: Via::Web }).await
}

/// `POST /schedules/web-primary/take`: until the next handoff.
pub async fn take(
    State(doors): Shared,
    Path(id): Path<String>,
    Sent { guest, user, form }: Sent,
) -> Response {
    let Ok(schedule) = known_schedule(&guest.live.config, &id) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let (by, via, confirmed) = (Actor::User(user.clone()), Via::Web, form.get("confirm") == Some("true"));
    let until = handoff(&guest.live.config, &schedule, guest.now);
    let (button, back) = (guest.language.standing().take, "/on-call".to_owned());
    let action = format!("/schedules/{}/take", schedule.replace('/', "."));
    let again = Sheet { title: button, lead: None, action, fields: Vec::new(), button, back };
    let take = until.map(|until| Command::Take {
        schedule,
        to: user,
        relieves: None,
        until: Some(until),
        by,
        via,
        confirmed,
    });
    made(&doors, &guest, again, form, take).await
}

fn named(what: Option<&str>) -> Option<Ended> {
    let what = what?;
    let place = || Place::read(what).map(Ended::File);
    what.parse().ok().map(Ended::RunTime).or_else(place)
}

async fn done(doors: &Doors, guest: &Guest, command: Command) -> Response {
    match doors.inbox.input(Lane::First, Input::Command(command)).await {
        Ok(answered) => guest.back(doors, "/on-call", &guest.answered(&answered)),
        Err(_) => guest.message(doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE),
    }
}
