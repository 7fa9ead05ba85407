//! What each page shows. Every text is in the reader's language already, and every time in their zone.

use super::Assets;
use crate::language::page::PageWords;
use crate::language::standing::StandingWords;
use askama::Template;

/// What stands round every page.
#[derive(Clone, Debug)]
pub struct Shell<'a> {
    pub title: String,
    /// As HTML names it: `ja`, `en`.
    pub lang: &'static str,
    pub assets: &'a Assets,
    /// The name of who is signed in.
    pub user: Option<String>,
    /// Whether they are in `users/`, and not somebody who may only look.
    pub is_member: bool,
    /// Which entry of the menu this is: `incidents`, `on-call`, `me`, `declare` or none.
    pub here: &'static str,
    /// The pages at the foot: address and name.
    pub places: Vec<(&'static str, &'static str)>,
    /// What came of the last command.
    pub said: Option<String>,
    /// Whether it is kept current while somebody looks.
    pub live: bool,
    pub now: String,
    pub zone: String,
    pub commit: String,
    pub refused_commit: bool,
    /// That a silence runs which names no service.
    pub broad: Option<String>,
}

/// A line with an address, or without.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub href: Option<String>,
}

/// An incident in one line, or at the head of its page.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub status: &'static str,
    /// `triggered`, `acknowledged` or `resolved`.
    pub status_class: &'static str,
    pub severity: &'static str,
    /// `critical`, `error`, `warning` or `info`.
    pub severity_class: &'static str,
    pub service: String,
    pub summary: String,
    pub opened: String,
    /// Who has it.
    pub who: Option<String>,
    /// Who is told next, and when.
    pub next: Option<String>,
    /// What holds its pages back, and until when.
    pub held_back: Option<String>,
    /// How often it fires and clears, while it does.
    pub flapping: Option<String>,
    pub may_acknowledge: bool,
}

/// Open incidents, or those that match.
#[derive(Debug, Template)]
#[template(path = "list.html")]
pub struct ListPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub triggered: u32,
    pub acknowledged: u32,
    /// `open`, `mine` or `closed`.
    pub show: &'static str,
    pub services: Vec<String>,
    pub service: String,
    pub people: Vec<Person>,
    pub person: String,
    pub text: String,
    /// Opened from and until, as they were written.
    pub from: String,
    pub until: String,
    pub filtered: bool,
    /// The archive of closed incidents could not be read.
    pub is_unread: bool,
    pub rows: Vec<Row>,
    pub any_to_acknowledge: bool,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Which commands make sense.
#[derive(Clone, Copy, Debug, Default)]
pub struct May {
    pub note: bool,
    pub acknowledge: bool,
    pub unacknowledge: bool,
    pub escalate: bool,
    pub resolve: bool,
    pub reopen: bool,
    pub raise: bool,
    pub lower: bool,
    pub unmerge: bool,
}

/// An alert of an incident.
#[derive(Clone, Debug)]
pub struct RowAlert {
    pub firing: bool,
    pub severity: &'static str,
    pub text: String,
}

/// A line of a timeline, with the rule that decided and where that can be read.
#[derive(Clone, Debug)]
pub struct TimelineLine {
    pub time: String,
    pub text: String,
    pub rule: String,
    pub href: Option<String>,
}

/// A person to choose: id and name.
pub type Person = (String, String);

/// One incident.
#[derive(Debug, Template)]
#[template(path = "incident.html")]
pub struct IncidentPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub o: &'a StandingWords,
    pub row: Row,
    pub urgency: &'static str,
    pub may: May,
    pub runbook: Option<crate::alert::Link>,
    pub description: String,
    pub labels: Vec<(String, String)>,
    pub links: Vec<crate::alert::Link>,
    pub alerts: Vec<RowAlert>,
    pub timeline: Vec<TimelineLine>,
    /// The timeline could not be read.
    pub is_unread: bool,
    pub people: Vec<Person>,
    pub schedules: Vec<Person>,
    pub policies: Vec<String>,
    pub services: Vec<String>,
    /// How many steps its policy has.
    pub steps: usize,
}

/// A question before something is done.
#[derive(Debug, Template)]
#[template(path = "ask.html")]
pub struct Ask<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub heading: String,
    /// What it is about, as an alert says it.
    pub about: Option<String>,
    pub warnings: Vec<String>,
    pub action: String,
    pub hidden: Vec<(String, String)>,
    pub with_reason: bool,
    pub button: &'static str,
    pub back: String,
}

/// An incident behind the link of a message.
#[derive(Clone, Debug)]
pub struct LinkRow {
    pub id: String,
    /// Where it stands, and by whom.
    pub status: String,
    pub status_class: &'static str,
    pub headline: String,
    pub opened: String,
    /// When the next step begins.
    pub next: Option<String>,
    /// Where its runbook is read, for who is signed in.
    pub runbook: Option<String>,
}

/// What a message was about, and what its person may do without signing in.
#[derive(Debug, Template)]
#[template(path = "link.html")]
pub struct LinkPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub rows: Vec<LinkRow>,
    /// How many more there are.
    pub more: Option<String>,
    /// Where the form posts to.
    pub action: String,
    /// The word of the button, where it can be acknowledged.
    pub acknowledge: Option<&'static str>,
    pub escalate: bool,
    /// Why the link does nothing.
    pub why_not: Option<String>,
    /// Whom it acts for.
    pub name: String,
    /// Whoever looks has a session beside the link.
    pub signed_in: bool,
}

/// A few words, and perhaps one thing to do.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct Message<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub text: String,
    /// Where a button posts to, and its words.
    pub action: Option<(String, String)>,
    /// Where a link leads, and its words.
    pub link: Option<(String, String)>,
}

/// A schedule in the list of who is on call.
#[derive(Clone, Debug)]
pub struct OnCallRow {
    /// Its id as a path.
    pub path: String,
    pub name: String,
    pub people: String,
    pub is_gap: bool,
    /// How they are reached.
    pub ways: String,
    /// The override that put them there.
    pub why: Option<Line>,
    pub until: String,
    pub next: Option<String>,
}

/// Who is on call, for every schedule.
#[derive(Debug, Template)]
#[template(path = "on_call.html")]
pub struct OnCallPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub o: &'a StandingWords,
    pub schedules: Vec<OnCallRow>,
    /// Overrides, silences and absences that run, or that people made for later.
    pub standing: Vec<Standing>,
    /// How many more there are.
    pub more: Option<String>,
    /// Whether whoever looks may take over a schedule, or end what runs.
    pub may: bool,
}

/// An override, a silence or an absence that may be ended early.
#[derive(Clone, Debug)]
pub struct Standing {
    pub what: String,
    pub when: String,
    pub made_by: Line,
    pub reason: Option<String>,
    /// What the form to end it names: a number, or a place in git.
    pub name: String,
    /// Whoever looks is put on call by it, and may say that they cannot.
    pub puts_me: bool,
}

/// A time in the reader's zone and, where it is another, in the schedule's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub text: String,
    pub own: Option<String>,
}

/// A shift as a row.
#[derive(Clone, Debug)]
pub struct ShiftRow {
    pub from: Moment,
    pub until: Moment,
    pub people: String,
    pub is_gap: bool,
    pub is_mine: bool,
    pub why: Option<Line>,
    /// The schedule's id as a path, and its name.
    pub path: String,
    pub name: String,
}

/// Somebody's own shifts, and how they are reached.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub name: String,
    pub shifts: Vec<ShiftRow>,
    pub high: Vec<String>,
    pub low: Vec<String>,
    /// The ways that can be tried out: the word of each, and how it is called.
    pub tests: Vec<(&'static str, String)>,
    pub people: Vec<Person>,
    /// Shifts of others that one may accept: the number, and words.
    pub offers: Vec<(u64, String)>,
    /// The schedules of which one may offer a shift.
    pub schedules: Vec<Person>,
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub label: String,
    pub value: String,
    pub required: bool,
    pub kind: FieldKind,
    /// What can be chosen, value and text.
    pub options: Vec<(String, String)>,
    /// What is chosen, where several can be.
    pub chosen: Vec<String>,
}

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Line,
    Lines,
    One,
    Several,
    /// Yes, or left out.
    Flag,
}

/// A form that makes something.
#[derive(Debug, Template)]
#[template(path = "new.html")]
pub struct NewPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub lead: Option<String>,
    pub wrong: Option<String>,
    pub action: String,
    pub fields: Vec<Field>,
    pub button: &'static str,
    pub back: String,
}
