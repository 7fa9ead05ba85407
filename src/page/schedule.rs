//! What the page of a schedule shows: pictures of its weeks, and the same in words.

use super::{Line, Moment, Shell, ShiftRow};
use crate::language::page::PageWords;
use crate::language::schedule::ScheduleWords;
use askama::Template;

/// A picture of some days, 1,000 wide: time from left to right, and a row for each schedule or layer.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    pub height: i64,
    /// Days that are shaded: weekends and holidays.
    pub bands: Vec<Span>,
    /// What is written: dates, names of rows.
    pub texts: Vec<Text>,
    pub bars: Vec<Bar>,
    /// Where a day begins.
    pub days: Vec<i64>,
    /// Where now is.
    pub now: Option<i64>,
}

/// A part of the width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub x: i64,
    pub width: i64,
}

/// A text, cut off at its width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub x: i64,
    /// Its base line.
    pub y: i64,
    pub width: i64,
    pub text: String,
    /// `tick`, `sat`, `sun`, `zone` or `name`.
    pub class: &'static str,
}

/// People over a time.
#[derive(Clone, Debug)]
pub struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub text: String,
    /// One of eight colours.
    pub tone: usize,
    pub is_gap: bool,
    pub is_override: bool,
    pub is_hidden: bool,
    /// The nights of those people.
    pub nights: Vec<Span>,
}

/// A week: what holds in the end, and below it the layers of which that is made.
#[derive(Clone, Debug)]
pub struct Week {
    pub last: Drawing,
    pub layers: Drawing,
}

/// Which days are shown, as a choice.
#[derive(Clone, Debug)]
pub struct Range {
    pub query: String,
    pub text: &'static str,
    pub is_shown: bool,
}

/// A day as a phone shows it.
#[derive(Clone, Debug)]
pub struct Day {
    pub date: String,
    pub holidays: Vec<String>,
    pub is_today: bool,
    pub is_past: bool,
    pub parts: Vec<Part>,
}

/// Who is on call from some time of a day on.
#[derive(Clone, Debug)]
pub struct Part {
    /// `None`: since before that day.
    pub from: Option<String>,
    pub people: String,
    pub is_gap: bool,
    pub is_mine: bool,
    pub is_override: bool,
}

/// A layer in words.
#[derive(Clone, Debug)]
pub struct LayerTable {
    pub name: String,
    pub place: Line,
    /// What it does that is not usual: it adds, or shadows.
    pub kind: Option<&'static str>,
    pub shifts: Vec<LayerLine>,
    pub more: Option<String>,
}

/// A stretch of a layer; times in the reader's zone and, where it is another, in the schedule's.
#[derive(Clone, Debug)]
pub struct LayerLine {
    pub from: Moment,
    pub until: Moment,
    pub people: String,
    pub hidden: Option<String>,
}

/// An override in words.
#[derive(Clone, Debug)]
pub struct OverrideLine {
    pub from: Moment,
    pub until: Moment,
    pub change: String,
    pub layer: Option<String>,
    pub made_by: Line,
    pub reason: Option<String>,
}

/// What somebody has of the time that is shown.
#[derive(Clone, Debug)]
pub struct LoadLine {
    pub person: String,
    pub hours: i64,
    pub nights: usize,
    pub weekends: usize,
    pub holidays: usize,
}

/// A schedule over some weeks.
#[derive(Debug, Template)]
#[template(path = "schedule.html")]
pub struct SchedulePage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub s: &'a ScheduleWords,
    pub path: String,
    pub name: String,
    /// Where it is written.
    pub place: Line,
    /// Its first and its last day.
    pub days_shown: String,
    pub ranges: [Range; 3],
    pub earlier: String,
    pub later: String,
    /// The same range around today.
    pub now: String,
    /// That times have a second line.
    pub own_zone: Option<String>,
    pub gaps: Vec<String>,
    pub weeks: Vec<Week>,
    pub days: Vec<Day>,
    pub shifts: Vec<ShiftRow>,
    pub overrides: Vec<OverrideLine>,
    pub more_overrides: Option<String>,
    pub layers: Vec<LayerTable>,
    pub holidays: Vec<String>,
    pub loads: Vec<LoadLine>,
}
