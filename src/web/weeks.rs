//! The pictures of a schedule's weeks: who is on call in the end with the overrides, and below it the layers, the highest first.

use super::guest::Guest;
use super::pages_people::{names, own_zone};
use super::picture::{Mark, Palette, Range, Stretch, WIDTH, bars, day, head, midnight, place, span};
use crate::config::Id;
use crate::page::schedule::{Drawing, Text, Week};
use crate::schedule::{Layer, LayerRow, Override, Shift};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// How high rows are: of dates, of a name, of who is on call in the end, and of anything else.
const LINE: i64 = 18;
const LAST: i64 = 34;
const ROW: i64 = 24;
const BETWEEN: i64 = 6;
/// How many overrides are drawn at the same time; the list below has all.
const LANES_MAX: usize = 3;
/// How wide a date is.
const DAY_WIDTH: i64 = WIDTH / 7 - 4;

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'s> {
    pub guest: &'s Guest,
    pub id: &'s Id,
    pub shifts: &'s [Shift],
    pub layers: &'s [LayerRow<'s>],
}

impl<'s> Subject<'s> {
    /// The zone that the schedule's days are of.
    fn zone(&self) -> &'s TimeZone {
        let schedule = self.guest.live.config.schedules.schedules.get(self.id);
        schedule.map_or(&self.guest.zone, |schedule| &schedule.time_zone)
    }

    /// The layers, the highest first; then those that only look on.
    pub fn rows(&self) -> impl Iterator<Item = &'s LayerRow<'s>> {
        let (shadows, acting): (Vec<_>, Vec<_>) = self.layers.iter().rev().partition(|row| row.layer.shadow);
        acting.into_iter().chain(shadows)
    }

    /// The holidays that touch a range.
    pub fn holidays(self, range: Range) -> impl Iterator<Item = (Date, &'s Arc<str>)> {
        let all = self.guest.live.config.schedule_holidays.get(self.id);
        let zone = self.zone();
        let touches =
            move |date: Date| midnight(zone, day(date, 1)) > range.0 && midnight(zone, date) < range.1;
        let named = all.into_iter().flat_map(|all| all.iter());
        named.map(|(date, name)| (*date, name)).filter(move |(date, _)| touches(*date))
    }
}

/// What is not usual about a layer: it only looks on, or adds.
pub(super) fn kind(guest: &Guest, layer: &Layer) -> Option<&'static str> {
    let s = guest.language.schedule();
    let adds = layer.adds.then_some(s.adds);
    if layer.shadow { Some(s.shadow) } else { adds }
}

/// A picture for each week.
pub(super) fn weeks(subject: &Subject<'_>, first: Date, count: i64) -> Vec<Week> {
    let mut palette = Palette::default();
    let zone = &subject.guest.zone;
    let week = |week: i64| {
        let first = day(first, 7 * week);
        let range = (midnight(zone, first), midnight(zone, day(first, 7)));
        Week {
            last: last(subject, &mut palette, first, range),
            layers: layers(subject, &mut palette, first, range),
        }
    };
    (0..count).map(week).collect()
}

/// Who is on call in the end, below the dates, and the overrides.
fn last(subject: &Subject<'_>, palette: &mut Palette, first: Date, range: Range) -> Drawing {
    let guest = subject.guest;
    let mut drawing = shaded(subject, first, range);
    drawing.texts = (0..7).map(|offset| head(guest, day(first, offset), DAY_WIDTH, range)).collect();
    let mut y = LINE;
    let named = subject.holidays(range).filter_map(|(date, name)| {
        let from = midnight(subject.zone(), date).max(range.0);
        let x = place(from, range) + 3;
        (x < WIDTH).then(|| Text { x, y: y + 14, width: DAY_WIDTH, text: name.to_string(), class: "sun" })
    });
    let named: Vec<Text> = named.collect();
    if !named.is_empty() {
        drawing.texts.extend(named);
        y += LINE;
    }
    if let Some(zone) = own_zone(guest, subject.id) {
        drawing.texts.extend(other_days(zone, range, y + 14));
        y += LINE;
    }
    let final_row = subject.shifts.iter().map(Stretch::from);
    drawing.bars = bars(guest, palette, final_row, range, (y, LAST));
    y += LAST + BETWEEN;
    for lane in lanes(subject, range) {
        let stretches = lane.into_iter().map(|change| Stretch {
            start: change.from,
            end: change.until,
            users: people_of(change),
            mark: Mark::Override,
            text: Some(in_short(guest, change)),
        });
        drawing.bars.extend(bars(guest, palette, stretches, range, (y, ROW)));
        y += ROW + BETWEEN;
    }
    drawing.height = y;
    drawing
}

/// A row for each layer that has somebody in this week.
fn layers(subject: &Subject<'_>, palette: &mut Palette, first: Date, range: Range) -> Drawing {
    let guest = subject.guest;
    let mut drawing = shaded(subject, first, range);
    let mut y = 0;
    for row in subject.rows() {
        let within = row.shifts.iter().filter(|shift| shift.end > range.0 && shift.start < range.1);
        let stretches: Vec<Stretch<'_>> = within
            .map(|shift| Stretch {
                start: shift.start,
                end: shift.end,
                users: &shift.users,
                mark: if shift.hidden_by.is_some() { Mark::Hidden } else { Mark::Plain },
                text: None,
            })
            .collect();
        if stretches.is_empty() {
            continue;
        }
        let name = row.layer.name.to_string();
        let text = kind(guest, row.layer).map_or_else(|| name.clone(), |kind| format!("{name} · {kind}"));
        drawing.texts.push(Text { x: 3, y: y + 14, width: WIDTH - 6, text, class: "name" });
        drawing.bars.extend(bars(guest, palette, stretches, range, (y + LINE, ROW)));
        y += LINE + ROW + BETWEEN;
    }
    drawing.height = y;
    drawing
}

/// The days of a week without anything on them.
fn shaded(subject: &Subject<'_>, first: Date, range: Range) -> Drawing {
    let (guest, own) = (subject.guest, subject.zone());
    let weekend = span(midnight(&guest.zone, day(first, 5)), midnight(&guest.zone, day(first, 7)), range);
    let holidays = subject.holidays(range);
    let holidays =
        holidays.filter_map(|(date, _)| span(midnight(own, date), midnight(own, day(date, 1)), range));
    Drawing {
        bands: weekend.into_iter().chain(holidays).collect(),
        days: (1..7).map(|offset| place(midnight(&guest.zone, day(first, offset)), range)).collect(),
        now: (range.0 <= guest.now && guest.now < range.1).then(|| place(guest.now, range)),
        ..Drawing::default()
    }
}

/// Where the days of the schedule's own zone begin.
fn other_days(zone: &TimeZone, range: Range, y: i64) -> Vec<Text> {
    let first = zone.to_datetime(range.0).date();
    let days = (0..=8).map(|offset| midnight(zone, day(first, offset)));
    let days = days.filter(|at| range.0 <= *at && *at < range.1);
    let text = |at: jiff::Timestamp| format!("┆ {}", at.to_zoned(zone.clone()).strftime("%-m/%-d %H:%M %Z"));
    days.map(|at| Text { x: place(at, range), y, width: DAY_WIDTH, text: text(at), class: "zone" }).collect()
}

/// The overrides of a week in lanes, so that no two of a lane overlap.
fn lanes<'s>(subject: &Subject<'s>, range: Range) -> Vec<Vec<&'s Override>> {
    let schedule = subject.guest.live.config.schedules.schedules.get(subject.id);
    let all = schedule.into_iter().flat_map(|schedule| &schedule.overrides);
    let mut touching: Vec<&Override> = all.filter(|it| it.from < range.1 && it.until > range.0).collect();
    touching.sort_by_key(|change| change.from);
    let mut lanes: Vec<Vec<&Override>> = Vec::new();
    for change in touching {
        let free = lanes.iter().position(|lane| lane.last().is_none_or(|last| last.until <= change.from));
        if free.is_none() && lanes.len() < LANES_MAX {
            lanes.push(Vec::new());
        }
        let lane = free.unwrap_or(lanes.len().saturating_sub(1));
        let fits = |lane: &&mut Vec<&Override>| lane.last().is_none_or(|last| last.until <= change.from);
        lanes.get_mut(lane).filter(fits).into_iter().for_each(|lane| lane.push(change));
    }
    lanes
}

fn people_of(change: &Override) -> &[crate::schedule::UserId] {
    use crate::schedule::OverrideAction::{Add, Replace, Set};
    match &change.action {
        Set(with) | Add(with) | Replace { with, .. } => with,
    }
}

/// Whom an override brings, with the layer if it is of one.
fn in_short(guest: &Guest, change: &Override) -> String {
    let with = names(guest, people_of(change));
    change.layer.as_ref().map_or_else(|| with.clone(), |layer| format!("{with} ({layer})"))
}
