//! The page of one's own, and how people and their shifts are named on every page.

use super::doors::{Doors, Shared};
use super::forge::maker;
use super::guest::{Guest, Member};
use super::pages_incidents::people;
use super::pages_offers::{offered, own};
use super::sheet::html;
use crate::config::{CONTACTS, Config, ContactRule, Id, User};
use crate::language::Language;
use crate::page::{Line, MePage, Moment, ShiftRow};
use crate::preview::shifts::schedules_of;
use crate::schedule::{OnCall, Shift, Source, UserId};
use crate::server::board::Board;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// The most shifts that a page shows.
pub(super) const SHIFTS_MAX: usize = 500;
/// How far one's own shifts are looked for.
const MINE: SignedDuration = SignedDuration::from_hours(90 * 24);

pub(super) fn name_of(config: &Config, id: &Id) -> String {
    config.schedule_names.get(id).map_or_else(|| id.to_string(), |(name, _)| name.clone())
}

pub(super) fn names(guest: &Guest, users: &[UserId]) -> String {
    if users.is_empty() {
        return guest.words().gap.to_owned();
    }
    let name =
        |id: &UserId| guest.live.config.users.get(id).map_or_else(|| id.to_string(), |it| it.name.clone());
    guest.language.list(&users.iter().map(name).collect::<Vec<_>>())
}

pub(super) fn way(language: Language, rule: &ContactRule) -> String {
    language.contact(rule.by.method().way).to_owned()
}

/// The override that decided, with its maker.
pub(super) fn why(doors: &Doors, guest: &Guest, on_call: &OnCall) -> Option<Line> {
    match &on_call.source {
        Source::Override(origin) => {
            let made = maker(doors, guest, origin);
            Some(Line { text: format!("{}: {}", guest.words().override_, made.text), ..made })
        }
        Source::Layer(_) | Source::Nobody => None,
    }
}

/// Neighbours with the same people, by the layers or by one override, are one shift to people: which layer it is matters to nobody.
pub(super) fn joined(shifts: Vec<Shift>) -> Vec<Shift> {
    let by_override = |shift: &Shift| match &shift.on_call.source {
        Source::Override(origin) => Some(origin.clone()),
        Source::Layer(_) | Source::Nobody => None,
    };
    let mut joined: Vec<Shift> = Vec::new();
    for shift in shifts {
        match joined.last_mut() {
            Some(last)
                if last.end == shift.start
                    && last.on_call.users == shift.on_call.users
                    && by_override(last) == by_override(&shift) =>
            {
                last.end = shift.end;
            }
            _ => joined.push(shift),
        }
    }
    joined
}

/// A shift in the reader's zone and, where it is another, in the schedule's.
pub(super) fn row(doors: &Doors, guest: &Guest, id: &Id, shift: &Shift) -> ShiftRow {
    let users = &shift.on_call.users;
    ShiftRow {
        from: moment(guest, id, shift.start),
        until: moment(guest, id, shift.end),
        people: names(guest, users),
        is_gap: users.is_empty(),
        is_mine: guest.user().is_some_and(|user| users.contains(user)),
        why: why(doors, guest, &shift.on_call),
        path: id.replace('/', "."),
        name: name_of(&guest.live.config, id),
    }
}

/// A time in the reader's zone and, where it is another, in the schedule's.
pub(super) fn moment(guest: &Guest, id: &Id, at: Timestamp) -> Moment {
    let own = own_zone(guest, id).map(|zone| guest.language.date_time(at, zone));
    Moment { text: guest.time(at), own }
}

/// The zone of a schedule, if it is not the reader's.
pub(super) fn own_zone<'g>(guest: &'g Guest, id: &Id) -> Option<&'g TimeZone> {
    let zone = &guest.live.config.schedules.schedules.get(id)?.time_zone;
    (zone.iana_name() != guest.zone.iana_name()).then_some(zone)
}

/// `GET /me`: one's own shifts, and how one is reached.
pub async fn me(State(doors): Shared, Member { guest, user }: Member) -> Response {
    let (made, board) = (doors.clone(), doors.board.current().await);
    let answer = doors.reads.make(move || html(StatusCode::OK, &mine(&made, &board, &guest, &user)));
    answer.await.unwrap_or_else(|busy| busy)
}

fn mine<'a>(doors: &'a Doors, board: &Board, guest: &Guest, user: &Id) -> MePage<'a> {
    let config = &guest.live.config;
    let until = guest.now.checked_add(MINE).unwrap_or(guest.now);
    let mut shifts: Vec<(Timestamp, ShiftRow)> = Vec::new();
    for id in schedules_of(config, user) {
        let all = joined(config.schedules.shifts(id, guest.now, until));
        let own = all.iter().filter(|shift| shift.on_call.users.contains(user));
        shifts.extend(own.map(|shift| (shift.start, row(doors, guest, id, shift))));
    }
    shifts.sort_by_key(|(start, _)| *start);
    let (offers, schedules) = (offered(board, guest, user), own(guest, user));
    let user = config.users.get(user);
    let shut = |user: &User, rule: &ContactRule| {
        let to = user.phone_name(rule.to.as_deref()).filter(|_| rule.by.method().answers);
        board.opted_out.contains(&(user.id.clone(), rule.by, to.map(str::to_owned)))
    };
    let rules = |user: &User, all: &[ContactRule]| {
        all.iter().map(|rule| said(guest, rule, shut(user, rule))).collect()
    };
    MePage {
        shell: guest.shell(doors, "me", guest.words().me),
        w: guest.words(),
        name: guest.name(),
        shifts: shifts.into_iter().map(|(_, row)| row).take(SHIFTS_MAX).collect(),
        high: user.map(|user| rules(user, &user.high)).unwrap_or_default(),
        low: user.map(|user| rules(user, &user.low)).unwrap_or_default(),
        tests: tests(guest, user),
        people: people(guest),
        offers,
        schedules,
    }
}

/// The ways that the person can be told by, whatever their rules say.
fn tests(guest: &Guest, user: Option<&User>) -> Vec<(&'static str, String)> {
    let config = &guest.live.config;
    let Some(user) = user else { return Vec::new() };
    let set_up = |by| config.providers_of(by).any(|provider| config.organisation.has(provider));
    let ways = CONTACTS.iter().filter(|it| user.can_be_told_by(it.contact) && set_up(it.contact));
    ways.map(|it| (it.name, guest.language.contact(it.way).to_owned())).collect()
}

/// `shut`: they said STOP to it.
fn said(guest: &Guest, rule: &ContactRule, shut: bool) -> String {
    let w = guest.words();
    let when = match rule.after.as_secs() {
        0 => w.at_once.to_owned(),
        seconds => format!("{:#} {}", SignedDuration::from_secs(seconds), w.after),
    };
    let stopped = if shut { guest.language.stopped() } else { "" };
    let way = guest.language.contact_to(rule.by.method().way, rule.to.as_deref());
    format!("{way} – {when}{stopped}")
}
