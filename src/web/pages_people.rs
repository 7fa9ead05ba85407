//! The pages of people: who is on call, a schedule, and one's own.

use super::doors::{Doors, Shared};
use super::guest::{Guest, Member};
use super::on_call::schedule as known_schedule;
use super::pages_incidents::people;
use super::pages_offers::{offered, own};
use super::sheet::html;
use crate::config::{CONTACTS, Config, ContactRule, Id, User};
use crate::language::Language;
use crate::page::{Bar, MePage, OnCallPage, OnCallRow, SchedulePage, ShiftRow, Tick};
use crate::preview::on_call::HORIZON;
use crate::preview::shifts::schedules_of;
use crate::schedule::{OnCall, Shift, Source, UserId, first_instant};
use crate::server::board::Board;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// How many days a schedule shows, in rows of a week.
const WEEKS: i64 = 4;
/// The most shifts that a page shows.
const SHIFTS_MAX: usize = 500;
/// How far one's own shifts are looked for.
const MINE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The picture: how high a week is, and how wide.
const WEEK_HEIGHT: i64 = 56;
const WIDTH: i64 = 1_000;
/// How many colours people have in the picture.
const TONES: usize = 8;

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
            why: why(guest, &handover.on_call),
            until: handover.next.as_ref().map(|_| guest.time(handover.until)).unwrap_or_default(),
            next: handover.next.as_ref().map(|next| names(guest, &next.users)),
        }
    });
    let mut shell = guest.shell(doors, "on-call", guest.words().on_call);
    shell.live = true;
    OnCallPage { shell, w: guest.words(), schedules: schedules.collect(), temporary: temporary(board, guest) }
}

pub(super) fn name_of(config: &Config, id: &Id) -> String {
    config.schedule_names.get(id).map_or_else(|| id.to_string(), |(name, _)| name.clone())
}

fn names(guest: &Guest, users: &[UserId]) -> String {
    if users.is_empty() {
        return guest.words().gap.to_owned();
    }
    let name =
        |id: &UserId| guest.live.config.users.get(id).map_or_else(|| id.to_string(), |it| it.name.clone());
    guest.language.list(&users.iter().map(name).collect::<Vec<_>>())
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

fn way(language: Language, rule: &ContactRule) -> String {
    language.contact(rule.by.method().way).to_owned()
}

/// The override that decided, with its maker.
fn why(guest: &Guest, on_call: &OnCall) -> Option<String> {
    match &on_call.source {
        Source::Override(origin) => Some(format!("{} {origin}", guest.words().override_)),
        Source::Layer(_) | Source::Nobody => None,
    }
}

fn temporary(board: &Board, guest: &Guest) -> Vec<String> {
    let (config, w) = (&guest.live.config, guest.words());
    let until = |at: Timestamp| format!("{} {}", w.until, guest.time(at));
    let overrides = board.run_time.overrides.values().filter(|made| made.until > guest.now).map(|made| {
        let reason = made.reason.as_deref().unwrap_or_default();
        format!(
            "{} {} {} – {} {reason}",
            w.override_,
            made.schedule,
            config.name_of(&made.by),
            until(made.until)
        )
    });
    let silences = board.run_time.silences.values().filter(|made| made.until > guest.now).map(|made| {
        let services: Vec<String> = made.services.iter().map(ToString::to_string).collect();
        let what = guest.language.list(&services);
        format!("{} {what} {} – {} {}", w.silence, config.name_of(&made.by), until(made.until), made.reason)
    });
    overrides.chain(silences).collect()
}

/// `GET /schedules/web-primary?from=2026-12-01`: four weeks, by day of the reader's zone.
pub async fn schedule(State(doors): Shared, guest: Guest, Path(id): Path<String>, uri: Uri) -> Response {
    let Ok(id) = known_schedule(&guest.live.config, &id) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "from")
        .and_then(|(_, value)| value.parse::<Date>().ok());
    let today = guest.now.to_zoned(guest.zone.clone()).date();
    let monday = |date: Date| {
        date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date)
    };
    let first = monday(asked.unwrap_or(today));
    let made = doors.clone();
    let answer = doors.reads.make(move || html(StatusCode::OK, &weeks(&made, &guest, &id, first)));
    answer.await.unwrap_or_else(|busy| busy)
}

fn weeks<'a>(doors: &'a Doors, guest: &Guest, id: &Id, first: Date) -> SchedulePage<'a> {
    let config = &guest.live.config;
    let day = |days: i64| first.checked_add(days.days()).unwrap_or(first);
    let midnight = |date: Date| first_instant(&guest.zone, date.to_datetime(Time::midnight()));
    let (from, until) = (midnight(first), midnight(day(7 * WEEKS)));
    let shifts = joined(config.schedules.shifts(id, from, until));
    let rows = shifts.iter().take(SHIFTS_MAX).map(|shift| row(guest, id, shift));
    let mut picture = Picture::default();
    for week in 0..WEEKS {
        let (begins, ends) = (midnight(day(7 * week)), midnight(day(7 * week + 7)));
        picture.week(guest, &shifts, week, (begins, ends));
        for offset in 0..7 {
            let date = day(7 * week + offset);
            let x = place(midnight(date), (begins, ends));
            let text = date_word(guest, date);
            picture.ticks.push(Tick { x: x + 3, y: week * WEEK_HEIGHT + 14, text });
        }
        if begins <= guest.now && guest.now < ends {
            picture.now = Some((place(guest.now, (begins, ends)), week * WEEK_HEIGHT + 16));
        }
    }
    SchedulePage {
        shell: guest.shell(doors, "on-call", name_of(config, id)),
        w: guest.words(),
        path: id.replace('/', "."),
        name: name_of(config, id),
        earlier: day(-7 * WEEKS).to_string(),
        later: day(7 * WEEKS).to_string(),
        height: WEEKS * WEEK_HEIGHT,
        bars: picture.bars,
        ticks: picture.ticks,
        now_line: picture.now,
        shifts: rows.collect(),
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

/// What is drawn of the weeks.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub bars: Vec<Bar>,
    ticks: Vec<Tick>,
    now: Option<(i64, i64)>,
    /// Those who have a colour, in the order in which they came.
    people: Vec<Vec<UserId>>,
}

impl Picture {
    /// The bars of a week: a shift that goes on over its edge carries its name in both.
    fn week(&mut self, guest: &Guest, shifts: &[Shift], week: i64, range: (Timestamp, Timestamp)) {
        self.bars_of(guest, shifts, week * WEEK_HEIGHT + 20, range);
    }

    /// The bars of what begins and ends within a range, at this height.
    pub fn bars_of(
        &mut self,
        guest: &Guest,
        shifts: &[Shift],
        y: i64,
        (begins, ends): (Timestamp, Timestamp),
    ) {
        for shift in shifts.iter().filter(|shift| shift.end > begins && shift.start < ends).take(SHIFTS_MAX) {
            let users = &shift.on_call.users;
            let known = self.people.iter().position(|people| people == users);
            let tone = known.unwrap_or_else(|| {
                self.people.push(users.clone());
                self.people.len() - 1
            });
            let x = place(shift.start.max(begins), (begins, ends));
            let end = place(shift.end.min(ends), (begins, ends));
            self.bars.push(Bar {
                x,
                y,
                width: (end - x).max(2),
                text: names(guest, users),
                tone: tone % TONES,
                is_gap: users.is_empty(),
                is_override: matches!(shift.on_call.source, Source::Override(_)),
            });
        }
    }
}

/// A date with its weekday, as it stands over the bars.
pub(super) fn date_word(guest: &Guest, date: Date) -> String {
    let weekday = guest.words().weekday[usize::from(date.weekday().to_monday_zero_offset() as u8)];
    format!("{}/{} {weekday}", date.month(), date.day())
}

/// Where an instant lies in a week: a day of 23 hours is narrower.
pub(super) fn place(at: Timestamp, (begins, ends): (Timestamp, Timestamp)) -> i64 {
    let whole = ends.as_second().saturating_sub(begins.as_second()).max(1);
    at.as_second().saturating_sub(begins.as_second()) * WIDTH / whole
}

pub(super) fn row(guest: &Guest, id: &Id, shift: &Shift) -> ShiftRow {
    let users = &shift.on_call.users;
    ShiftRow {
        from: guest.time(shift.start),
        until: guest.time(shift.end),
        people: names(guest, users),
        is_gap: users.is_empty(),
        is_mine: guest.user().is_some_and(|user| users.contains(user)),
        why: why(guest, &shift.on_call),
        path: id.replace('/', "."),
        name: name_of(&guest.live.config, id),
    }
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
        shifts.extend(own.map(|shift| (shift.start, row(guest, id, shift))));
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
