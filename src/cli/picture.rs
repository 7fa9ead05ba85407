//! An alert that was played, as a picture: time to the right, a row for the steps and one for each person.
//!
//! It decides how many minutes a column stands for, and which mark a column gets. Every contact is in its column; a column
//! that holds more than a letter can say has their number. Who is told and when is not decided here, and the words and
//! the seconds are in the lines below the picture ([`told`](super::told)).

use crate::config::{CONTACTS, Contact, Method};
use crate::incident::{Change, EscalationChange, ResponseChange, StepStart};
use crate::language::Language;
use crate::language::played::{MarkMeaning, RowName};
use crate::preview::{Simulated, Told, told};
use crate::provider::{COLUMNS, wrap};
use crate::schedule::UserId;
use jiff::Timestamp;
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// The most of a person's id that is shown, in columns.
const NAME_MAX: usize = 16;
/// Between the names and the first minute, in columns.
const GAP: usize = 2;
/// More than a mark of one column can say.
const MANY: char = '#';
/// Two contacts by different methods.
const BOTH: char = 'B';
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
/// How many minutes a column can stand for, and after how many of them the ruler has the next label.
const SCALES: [Scale; 11] = [
    Scale { column: 1, label: 5 },
    Scale { column: 2, label: 10 },
    Scale { column: 5, label: 30 },
    Scale { column: 10, label: HOUR },
    Scale { column: 15, label: HOUR },
    Scale { column: 30, label: 2 * HOUR },
    Scale { column: HOUR, label: 6 * HOUR },
    Scale { column: 2 * HOUR, label: 12 * HOUR },
    Scale { column: 6 * HOUR, label: DAY },
    Scale { column: 12 * HOUR, label: 2 * DAY },
    Scale { column: DAY, label: 7 * DAY },
];

/// In minutes.
#[derive(Clone, Copy)]
struct Scale {
    column: i64,
    label: i64,
}

/// A name, and the marks by column.
struct Row {
    name: String,
    marks: BTreeMap<usize, char>,
}

/// At most 80 columns, with a line end after the last line; empty where nobody is told.
pub(super) fn picture(from: Timestamp, simulated: &Simulated, language: Language) -> String {
    let contacts = told(simulated);
    if contacts.is_empty() {
        return String::new();
    }
    let steps = instants(simulated, |change| match change {
        Change::Escalation(EscalationChange::StepBegan(step)) => Some(step_mark(step)),
        _ => None,
    });
    let ends = instants(simulated, |change| {
        matches!(change, Change::Response(ResponseChange::Acknowledged { .. })).then_some('^')
    });
    let users = in_order(&contacts);
    let (step, acknowledged) = (language.row_name(RowName::Step), language.row_name(RowName::Acknowledged));
    let names =
        users.iter().map(|user| name(user)).chain((!ends.is_empty()).then(|| acknowledged.to_owned()));
    let width = names.map(|name| name.width()).max().unwrap_or(0).max(step.width());
    let room = COLUMNS - width - GAP;
    let shown = contacts.iter().map(|it| it.at).chain(steps.iter().chain(&ends).map(|(at, _)| *at));
    let last = shown.map(|at| minutes(from, at)).max().unwrap_or(0);
    let scale = scale(last, room);

    let people: Vec<Row> = users.iter().map(|user| person(user, from, scale, &contacts)).collect();
    let steps = marked(step, from, scale, &steps);
    let ends = marked(acknowledged, from, scale, &ends);
    let end = index(last / scale.column);
    let mut lines = vec![format!("{:width$}  {}", "", scale.ruler(end, room))];
    for row in steps.iter().chain(&people).chain(&ends) {
        let room = width.saturating_sub(row.name.width());
        lines.push(format!("{}{:room$}  {}", row.name, "", scale.cells(end, row)));
    }
    lines.extend(wrap(&legend(steps.as_ref(), &people, &contacts, (scale, language)), COLUMNS - 2));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

impl Scale {
    fn column_of(self, from: Timestamp, at: Timestamp) -> usize {
        index(minutes(from, at) / self.column)
    }

    /// `0m   5m   10m`, as far as there is room.
    fn ruler(self, end: usize, room: usize) -> String {
        let mut out = String::new();
        for column in (0..=end).step_by(self.columns_of_label()) {
            let label = clock(i64::try_from(column).unwrap_or(i64::MAX).saturating_mul(self.column));
            if column + label.len() <= room && (out.is_empty() || out.len() < column) {
                out.push_str(&format!("{:gap$}{label}", "", gap = column - out.len()));
            }
        }
        out
    }

    /// The marks, and a dot under a label where there is none.
    fn cells(self, end: usize, row: &Row) -> String {
        let cell = |column| match row.marks.get(&column) {
            Some(mark) => *mark,
            None if column % self.columns_of_label() == 0 => '.',
            None => ' ',
        };
        (0..=end).map(cell).collect()
    }

    fn columns_of_label(self) -> usize {
        index(self.label / self.column).max(1)
    }
}

/// The finest that shows the last minute within so many columns.
fn scale(last: i64, room: usize) -> Scale {
    let fits = |scale: &&Scale| index(last / scale.column) < room;
    SCALES.iter().find(fits).copied().unwrap_or_else(|| {
        let days = last / DAY / i64::try_from(room).unwrap_or(1) + 1;
        Scale { column: days * DAY, label: 7 * days * DAY }
    })
}

/// Every instant of the changes that have a mark.
fn instants(simulated: &Simulated, mark: impl Fn(&Change) -> Option<char>) -> Vec<(Timestamp, char)> {
    simulated.entries.iter().filter_map(|entry| Some((entry.at, mark(&entry.change)?))).collect()
}

fn step_mark(step: &StepStart) -> char {
    if step.at.fallback { 'F' } else { char::from_digit(step.at.step + 1, 10).unwrap_or(MANY) }
}

/// Everybody, in the order in which they are first told.
fn in_order(contacts: &[Told]) -> Vec<&UserId> {
    let mut users: Vec<&UserId> = Vec::new();
    for told in contacts {
        if !users.contains(&&told.user) {
            users.push(&told.user);
        }
    }
    users
}

/// `None` without a mark. Two marks in one column are [`MANY`].
fn marked(name: &str, from: Timestamp, scale: Scale, instants: &[(Timestamp, char)]) -> Option<Row> {
    let mut marks = BTreeMap::new();
    for (at, mark) in instants {
        marks.entry(scale.column_of(from, *at)).and_modify(|it| *it = MANY).or_insert(*mark);
    }
    (!marks.is_empty()).then(|| Row { name: name.to_owned(), marks })
}

fn person(user: &UserId, from: Timestamp, scale: Scale, contacts: &[Told]) -> Row {
    let mut by_column: BTreeMap<usize, Vec<Contact>> = BTreeMap::new();
    for told in contacts.iter().filter(|told| told.user == *user) {
        by_column.entry(scale.column_of(from, told.at)).or_default().push(told.by);
    }
    let marks = by_column.into_iter().map(|(column, contacts)| (column, contact_mark(&contacts)));
    Row { name: name(user), marks: marks.collect() }
}

fn contact_mark(contacts: &[Contact]) -> char {
    match contacts {
        [one] => one.method().letter,
        [one, other] if one != other => BOTH,
        several => u32::try_from(several.len()).ok().and_then(|n| char::from_digit(n, 10)).unwrap_or(MANY),
    }
}

/// What the marks of these rows mean, and no others.
fn legend(
    steps: Option<&Row>,
    people: &[Row],
    told: &[Told],
    (scale, language): (Scale, Language),
) -> String {
    let contacts: Vec<char> = people.iter().flat_map(|row| row.marks.values().copied()).collect();
    let steps: Vec<char> = steps.iter().flat_map(|row| row.marks.values().copied()).collect();
    let used = CONTACTS.iter().filter(|method| contacts.contains(&method.letter));
    let mut meanings: Vec<String> =
        used.map(|method| format!("{} {}", method.letter, noun(method, language))).collect();
    let nouns = CONTACTS.iter().filter(|method| told.iter().any(|it| it.by == method.contact));
    let nouns: Vec<&str> = nouns.map(|method| noun(method, language)).collect();
    let both = match nouns[..] {
        [one, other] => MarkMeaning::Both { one, other },
        _ => MarkMeaning::TwoKinds,
    };
    let minutes = clock(scale.column);
    let rest = [
        (contacts.contains(&BOTH), both),
        (contacts.iter().any(char::is_ascii_digit), MarkMeaning::SoMany),
        (steps.contains(&'F'), MarkMeaning::Fallback),
        (contacts.contains(&MANY) || steps.contains(&MANY), MarkMeaning::More),
        (true, MarkMeaning::Column { minutes: &minutes }),
    ];
    let rest = rest.into_iter().filter(|(used, _)| *used);
    meanings.extend(rest.map(|(_, meaning)| language.mark_meaning(meaning)));
    language.list(&meanings)
}

fn noun(method: &Method, language: Language) -> &'static str {
    if language == Language::Ja { language.contact_sent(method.way) } else { method.noun.0 }
}

fn name(user: &UserId) -> String {
    crate::alert::cut(user, NAME_MAX)
}

/// Whole minutes.
fn minutes(from: Timestamp, at: Timestamp) -> i64 {
    at.duration_since(from).as_mins()
}

fn index(columns: i64) -> usize {
    usize::try_from(columns).unwrap_or(0)
}

/// `0m`, `50m`, `1h`, `1h10`, `2d`.
fn clock(minutes: i64) -> String {
    match (minutes / HOUR, minutes % HOUR) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) if hours % 24 == 0 => format!("{}d", hours / 24),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes:02}"),
    }
}
