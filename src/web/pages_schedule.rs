//! The page of a schedule: who is on call in the end, the layers and overrides of which that is made, gaps and loads in words.
//!
//! Days are the reader's, and where the schedule lives in another zone every time is said in both. The pictures of a week are gathered
//! in `weeks`, how they are drawn is in `picture`.

use super::doors::{Doors, Shared};
use super::forge::{maker, place as line_of, written};
use super::guest::Guest;
use super::on_call::schedule as known_schedule;
use super::pages_people::{SHIFTS_MAX, joined, moment, name_of, names, own_zone, row};
use super::picture::{Range, date_word, day, midnight};
use super::sheet::html;
use super::weeks::{Subject, kind, weeks};
use crate::config::Id;
use crate::language::schedule::{OfSchedule, ScheduleWords};
use crate::page::schedule::{
    Day, LayerLine, LayerTable, LoadLine, OverrideLine, Part, Range as Choice, SchedulePage,
};
use crate::preview::load::{Calendar, loads};
use crate::schedule::{HiddenBy, LayerRow, OverrideAction, Shift, Source};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// How many weeks are shown where nobody says.
const WEEKS: i64 = 4;
/// The most gaps, overrides and lines of a layer that are written out; the rest are counted.
const GAPS_MAX: usize = 20;
const OVERRIDES_MAX: usize = 100;
const LINES_MAX: usize = 100;
/// The most parts of a day that a phone shows.
const PARTS_MAX: usize = 48;

/// Which days somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// `?from=2026-12-07&days=7`: the week of that day.
    Week(Date),
    /// `?from=2026-12-07`: four weeks from that of this day on.
    Weeks(Date),
    /// `?month=2026-12`: the weeks that a month touches.
    Month(Date),
}

/// `GET /schedules/web-primary?from=2026-12-01`
pub async fn show(State(doors): Shared, guest: Guest, Path(id): Path<String>, uri: Uri) -> Response {
    let Ok(id) = known_schedule(&guest.live.config, &id) else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let query: BTreeMap<String, String> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked::read(&query, guest.now.to_zoned(guest.zone.clone()).date());
    let made = doors.clone();
    let answer = doors.reads.make(move || html(StatusCode::OK, &page(&made, &guest, &id, asked)));
    answer.await.unwrap_or_else(|busy| busy)
}

impl Asked {
    fn read(query: &BTreeMap<String, String>, today: Date) -> Asked {
        let date = |name: &str, rest: &str| {
            query.get(name).and_then(|it| format!("{it}{rest}").parse::<Date>().ok())
        };
        match (date("month", "-01"), query.get("days").map(String::as_str)) {
            (Some(first), _) => Asked::Month(first),
            (None, Some("7")) => Asked::Week(date("from", "").unwrap_or(today)),
            (None, _) => Asked::Weeks(date("from", "").unwrap_or(today)),
        }
    }

    /// The Monday on which it begins, and how many weeks it has.
    fn weeks(self) -> (Date, i64) {
        let monday = |date: Date| day(date, -i64::from(date.weekday().to_monday_zero_offset()));
        match self {
            Asked::Week(date) => (monday(date), 1),
            Asked::Weeks(date) => (monday(date), WEEKS),
            Asked::Month(first) => {
                let (from, last) = (monday(first), monday(first.last_of_month()));
                let days = from.until(last).map_or(0, |span| i64::from(span.get_days()));
                (from, days / 7 + 1)
            }
        }
    }

    fn query(self) -> String {
        match self {
            Asked::Week(date) => format!("days=7&from={date}"),
            Asked::Weeks(date) => format!("from={date}"),
            Asked::Month(first) => format!("month={}", first.strftime("%Y-%m")),
        }
    }

    /// As much time before it, or after it.
    fn moved(self, by: i64) -> Asked {
        match self {
            Asked::Week(_) => Asked::Week(day(self.weeks().0, 7 * by)),
            Asked::Weeks(_) => Asked::Weeks(day(self.weeks().0, 7 * WEEKS * by)),
            Asked::Month(first) => Asked::Month(first.checked_add(by.months()).unwrap_or(first)),
        }
    }

    /// The same range around another day.
    fn around(self, today: Date) -> Asked {
        match self {
            Asked::Week(_) => Asked::Week(today),
            Asked::Weeks(_) => Asked::Weeks(today),
            Asked::Month(_) => Asked::Month(today.first_of_month()),
        }
    }

    fn choices(self, s: &ScheduleWords, today: Date) -> [Choice; 3] {
        let (first, count) = self.weeks();
        // A longer range leads to the part of it that is nearest to what people look for.
        let shown = first <= today && today < day(first, 7 * count);
        let from = if shown { today } else { first };
        let month = match self {
            Asked::Month(first) => first,
            Asked::Week(_) | Asked::Weeks(_) => from.first_of_month(),
        };
        let choice = |asked: Asked, text, is_shown| Choice { query: asked.query(), text, is_shown };
        [
            choice(Asked::Week(from), s.week, matches!(self, Asked::Week(_))),
            choice(Asked::Weeks(from), s.four_weeks, matches!(self, Asked::Weeks(_))),
            choice(Asked::Month(month), s.month, matches!(self, Asked::Month(_))),
        ]
    }
}

fn page<'a>(doors: &'a Doors, guest: &Guest, id: &Id, asked: Asked) -> SchedulePage<'a> {
    let (config, language) = (&guest.live.config, guest.language);
    let (first, count) = asked.weeks();
    let today = guest.now.to_zoned(guest.zone.clone()).date();
    let range = (midnight(&guest.zone, first), midnight(&guest.zone, day(first, 7 * count)));
    let shifts = joined(config.schedules.shifts(id, range.0, range.1));
    let layers = config.schedules.layer_rows(id, range.0, range.1);
    let subject = Subject { guest, id, shifts: &shifts, layers: &layers };
    let s = language.schedule();
    let place = config.schedule_names.get(id).map(|(_, place)| line_of(doors, guest, place));
    let (overrides, more) = overrides(doors, guest, id, range);
    let zone = own_zone(guest, id).and_then(|zone| zone.iana_name());
    SchedulePage {
        shell: guest.shell(doors, "on-call", name_of(config, id)),
        w: guest.words(),
        s,
        path: id.replace('/', "."),
        name: name_of(config, id),
        place: place.unwrap_or_else(|| written(doors, guest, id)),
        days_shown: format!("{first} – {}", day(first, 7 * count - 1)),
        ranges: asked.choices(s, today),
        earlier: asked.moved(-1).query(),
        later: asked.moved(1).query(),
        now: asked.around(today).query(),
        own_zone: zone.map(|zone| language.of_schedule(OfSchedule::OwnZone { zone })),
        gaps: gaps(guest, &shifts, range),
        weeks: weeks(&subject, first, count),
        days: (0..7 * count).map(|offset| a_day(&subject, day(first, offset), today)).collect(),
        shifts: shifts.iter().take(SHIFTS_MAX).map(|shift| row(doors, guest, id, shift)).collect(),
        overrides,
        more_overrides: (more > 0).then(|| language.of_schedule(OfSchedule::MoreOf { count: more })),
        layers: subject.rows().map(|layer| table(doors, guest, id, layer)).collect(),
        holidays: holidays(guest, id, range),
        loads: loads_of(guest, &shifts),
    }
}

/// When nobody is on call, in words.
fn gaps(guest: &Guest, shifts: &[Shift], range: Range) -> Vec<String> {
    let empty: Vec<&Shift> = shifts.iter().filter(|shift| shift.on_call.users.is_empty()).collect();
    let said = empty.iter().take(GAPS_MAX).map(|gap| {
        let (from, until) = (guest.time(gap.start), guest.time(gap.end));
        let piece = match (gap.start > range.0, gap.end < range.1) {
            (true, true) => OfSchedule::Gap { from: &from, until: &until },
            (false, true) => OfSchedule::GapBefore { until: &until },
            (true, false) => OfSchedule::GapAfter { from: &from },
            (false, false) => OfSchedule::GapThroughout,
        };
        guest.language.of_schedule(piece)
    });
    let mut said: Vec<String> = said.collect();
    if let Some(count) = empty.len().checked_sub(GAPS_MAX).filter(|count| *count > 0) {
        said.push(guest.language.of_schedule(OfSchedule::MoreOf { count }));
    }
    said
}

/// A day of the reader, as a phone shows it.
fn a_day(subject: &Subject<'_>, date: Date, today: Date) -> Day {
    let guest = subject.guest;
    let (begins, ends) = (midnight(&guest.zone, date), midnight(&guest.zone, day(date, 1)));
    let own = own_zone(guest, subject.id);
    let clock = |at: Timestamp| {
        let here = guest.language.clock(at, &guest.zone);
        own.map_or_else(
            || here.clone(),
            |zone| format!("{here} ({})", at.to_zoned(zone.clone()).strftime("%H:%M %Z")),
        )
    };
    let within = subject.shifts.iter().filter(|shift| shift.end > begins && shift.start < ends);
    let parts = within.take(PARTS_MAX).map(|shift| Part {
        from: (shift.start > begins).then(|| clock(shift.start)),
        people: names(guest, &shift.on_call.users),
        is_gap: shift.on_call.users.is_empty(),
        is_mine: guest.user().is_some_and(|user| shift.on_call.users.contains(user)),
        is_override: matches!(shift.on_call.source, Source::Override(_)),
    });
    Day {
        date: date_word(guest, date),
        holidays: subject.holidays((begins, ends)).map(|(_, name)| name.to_string()).collect(),
        is_today: date == today,
        is_past: date < today,
        parts: parts.collect(),
    }
}

/// A layer in words.
fn table(doors: &Doors, guest: &Guest, id: &Id, row: &LayerRow<'_>) -> LayerTable {
    let language = guest.language;
    let lines = row.shifts.iter().take(LINES_MAX).map(|shift| LayerLine {
        from: moment(guest, id, shift.start),
        until: moment(guest, id, shift.end),
        people: names(guest, &shift.users),
        hidden: shift.hidden_by.as_ref().map(|by| match by {
            HiddenBy::Layer(layer) => language.of_schedule(OfSchedule::HiddenByLayer { layer }),
            HiddenBy::Override(_) => language.of_schedule(OfSchedule::HiddenByOverride),
        }),
    });
    let more = row.shifts.len().checked_sub(LINES_MAX).filter(|count| *count > 0);
    LayerTable {
        name: row.layer.name.to_string(),
        place: written(doors, guest, &row.layer.place),
        kind: kind(guest, row.layer),
        shifts: lines.collect(),
        more: more.map(|count| language.of_schedule(OfSchedule::MoreOf { count })),
    }
}

/// The overrides that touch a range, and how many more there are.
fn overrides(doors: &Doors, guest: &Guest, id: &Id, range: Range) -> (Vec<OverrideLine>, usize) {
    let schedule = guest.live.config.schedules.schedules.get(id);
    let all = schedule.into_iter().flat_map(|it| &it.overrides);
    let touching = all.filter(|change| change.from < range.1 && change.until > range.0);
    let mut lines: Vec<(Timestamp, OverrideLine)> = Vec::new();
    for change in touching {
        let line = OverrideLine {
            from: moment(guest, id, change.from),
            until: moment(guest, id, change.until),
            change: change_in_words(guest, &change.action),
            layer: change.layer.as_ref().map(ToString::to_string),
            made_by: maker(doors, guest, &change.origin),
            reason: change.reason.clone(),
        };
        lines.push((change.from, line));
    }
    lines.sort_by_key(|(from, _)| *from);
    let more = lines.len().saturating_sub(OVERRIDES_MAX);
    (lines.into_iter().take(OVERRIDES_MAX).map(|(_, line)| line).collect(), more)
}

/// What an override does.
pub(super) fn change_in_words(guest: &Guest, action: &OverrideAction) -> String {
    let piece = |with: &[crate::schedule::UserId], of: fn(&str) -> OfSchedule<'_>| {
        guest.language.of_schedule(of(&names(guest, with)))
    };
    match action {
        OverrideAction::Set(with) if with.is_empty() => guest.language.of_schedule(OfSchedule::Nobody),
        OverrideAction::Set(with) => piece(with, |names| OfSchedule::Only { names }),
        OverrideAction::Add(with) => piece(with, |names| OfSchedule::Also { names }),
        OverrideAction::Replace { who, with } => {
            let with = if with.is_empty() {
                guest.language.of_schedule(OfSchedule::Nobody)
            } else {
                names(guest, with)
            };
            let who = names(guest, std::slice::from_ref(who));
            guest.language.of_schedule(OfSchedule::InPlaceOf { with: &with, who: &who })
        }
    }
}

/// The holidays of a range by name; a day is one of the schedule's zone.
fn holidays(guest: &Guest, id: &Id, range: Range) -> Vec<String> {
    let subject = Subject { guest, id, shifts: &[], layers: &[] };
    let zone = own_zone(guest, id).and_then(|zone| zone.iana_name());
    let behind = zone.map(|zone| format!(" ({zone})")).unwrap_or_default();
    let named = subject.holidays(range);
    named.map(|(date, name)| format!("{} {name}{behind}", date_word(guest, date))).collect()
}

fn loads_of(guest: &Guest, shifts: &[Shift]) -> Vec<LoadLine> {
    let config = &guest.live.config;
    let organisation = &config.organisation;
    let calendar = |user: &Id| Calendar {
        zone: config.users.get(user).map_or(&organisation.time_zone, |user| &user.time_zone),
        holidays: &organisation.holidays,
    };
    let all = loads(shifts, calendar).into_iter().map(|(user, load)| LoadLine {
        person: names(guest, &[user]),
        hours: load.on_call.as_hours(),
        nights: load.nights,
        weekends: load.weekends,
        holidays: load.holidays,
    });
    all.collect()
}
