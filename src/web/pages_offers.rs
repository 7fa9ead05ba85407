//! Shifts that people offer and accept on their own page.

use super::doors::Shared;
use super::guest::{Guest, Sent};
use super::offers::read_offer;
use super::pages_make::{Sheet, choice, field, made, maker};
use crate::actor::{Actor, Via};
use crate::config::{Config, Id};
use crate::incident::Command;
use crate::language::handing::Handing;
use crate::page::Person;
use crate::preview::shifts::schedules_of;
use crate::server::board::Board;
use axum::extract::{Path, State};
use axum::response::Response;

/// The schedules on which somebody may have shifts, with their names.
pub(super) fn own(guest: &Guest, user: &Id) -> Vec<Person> {
    let config = &guest.live.config;
    schedules_of(config, user).into_iter().map(|id| (id.to_string(), called(config, id))).collect()
}

fn called(config: &Config, id: &Id) -> String {
    config.schedule_names.get(id).map_or_else(|| id.to_string(), |(name, _)| name.clone())
}

/// What is offered to somebody, with its number, in words.
pub(super) fn offered(board: &Board, guest: &Guest, user: &Id) -> Vec<(u64, String)> {
    let config = &guest.live.config;
    let open = board
        .run_time
        .offers
        .iter()
        .filter(|(_, offer)| offer.taken.is_none() && guest.now < offer.from && offer.to.contains(user));
    open.map(|(id, offer)| {
        let name = config.users.get(&offer.who).map_or(&*offer.who, |known| &known.name);
        let (schedule, from) = (&called(config, &offer.schedule), &guest.time(offer.from));
        let line = Handing::Offered { name, schedule, from, until: &guest.time(offer.until) };
        let reason = offer.reason.as_deref().unwrap_or_default();
        (*id, format!("{} {reason}", guest.language.handing(&line)).trim_end().to_owned())
    })
    .collect()
}

/// `POST /offers`: a shift of one's own.
pub async fn make_offer(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let body = form.clone().and("user", &user).body();
    let read = read_offer(&guest.live.config, &maker(&guest, &user), &body);
    let w = guest.words();
    let fields = vec![
        choice("schedule", w.schedule, "", own(&guest, &user)),
        field("from", w.from, "", true),
        field("until", w.until_or_for, "", true),
        field("reason", w.reason, "", false),
    ];
    let (action, back) = ("/offers".to_owned(), "/me".to_owned());
    let again = Sheet { title: w.offer, lead: None, action, fields, button: w.offer, back };
    made(&doors, &guest, again, form, read).await
}

/// `POST /offers/41/accept`: the shift is one's own.
pub async fn accept(State(doors): Shared, Path(id): Path<u64>, Sent { guest, user, form }: Sent) -> Response {
    let (w, confirmed) = (guest.words(), form.get("confirm") == Some("true"));
    let (by, via) = (Actor::User(user.clone()), Via::Web);
    let command = Command::Accept { id, user, by, via, confirmed };
    let (action, back) = (format!("/offers/{id}/accept"), "/me".to_owned());
    let again = Sheet { title: w.offers, lead: None, action, fields: Vec::new(), button: w.accept, back };
    made(&doors, &guest, again, form, Ok(command)).await
}
