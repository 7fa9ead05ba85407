//! `override pull`: what was made at a running server becomes entries of `overrides/run-time.yaml`, with their `id:`.
//!
//! The file lies on top of the others and may overlap them. Entries that are there stay as they are written, with their
//! comments, until they have been over for a while. What the server has is asked for by the command line.

use super::overrides::{entries, schema_line, sorted};
use super::text::line_start;
use super::writing::{Style, Value, flow};
use super::{Edit, EditError, OverrideWish, Proposal, Subject, proved};
use crate::actor::Origin;
use crate::alert::cut;
use crate::compile::{Node, NodeKind, SourceFile};
use crate::config::RunTimeOverride;
use crate::language::edits;
use crate::place::Place;
use crate::schedule::{Override, OverrideAction, Schedules, UserId};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// The file.
pub const PULLED: &str = "overrides/run-time.yaml";
/// For how long past entries stay.
const PAST_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The longest name of a maker in a comment, in characters.
const NAME_MAX: usize = 60;
/// What the file says of itself.
const ABOUT: &str = "\
# Made at run time, and written here by `oncall override pull`. This file lies on top of the others. When an entry is in
# force, the server's own copy with the same id ends. Past entries are dropped after 90 days.
";

/// One that a server has.
#[derive(Clone, Debug)]
pub struct Pulled {
    pub id: u64,
    pub made: RunTimeOverride,
}

/// The edit, or `None` where the file has it all; and what could not be taken, in sentences.
pub fn pull(subject: &Subject<'_>, pulled: &[Pulled]) -> Result<(Option<Edit>, Vec<String>), EditError> {
    let (new, left_out) = wanted(subject, pulled);
    let before = subject.now.checked_sub(PAST_KEPT).unwrap_or(Timestamp::MIN);
    let past = |each: &Override| in_file(each).is_some() && each.until <= before;
    let dropped: Vec<u32> = of_file(subject).filter(|each| past(each)).filter_map(in_file).collect();
    if new.is_empty() && dropped.is_empty() {
        return Ok((None, left_out));
    }
    let text = text(subject, &new, &dropped)?;
    let mut wished = subject.config.schedules.clone();
    for schedule in wished.schedules.values_mut() {
        let kept: Vec<Override> = schedule.overrides.iter().filter(|each| !past(each)).cloned().collect();
        schedule.overrides = kept.into();
    }
    for one in &new {
        add(&mut wished, one);
    }
    let mut proposal = Proposal::default();
    proposal.created.insert(PULLED.to_owned(), text);
    proposal.said.extend((!new.is_empty()).then(|| subject.say(&edits::pulled(new.len()))));
    proposal.said.extend((!dropped.is_empty()).then(|| subject.say(&edits::dropped(dropped.len()))));
    let from = new.iter().map(|one| one.made.from).min();
    proposal.lasts = from.zip(new.iter().map(|one| one.made.until).max());
    proved(subject, proposal, &wished).map(|edit| (Some(edit), left_out))
}

/// Those that are not over, not there yet, and of this config; to the second, as files say it.
fn wanted(subject: &Subject<'_>, pulled: &[Pulled]) -> (Vec<Pulled>, Vec<String>) {
    let (mut new, mut left_out) = (Vec::new(), Vec::new());
    let config = subject.config;
    for Pulled { id, made } in pulled {
        let is_there = config.retired.iter().any(|git| git.is(*id, made));
        if is_there || made.until <= subject.now {
            continue;
        }
        let users = people(&made.action);
        let gone = users.iter().find(|user| !config.users.contains_key(&***user));
        let schedule = config.schedules.schedules.get(&made.schedule);
        let layer = made.layer.as_ref().filter(|name| schedule.is_some_and(|it| !it.has_layer(name)));
        let why = match gone {
            _ if !config.schedules.schedules.contains_key(&made.schedule) => Some(made.schedule.to_string()),
            gone => gone.map(|user| user.to_string()).or(layer.cloned()),
        };
        match why {
            Some(gone) => left_out.push(subject.say(&edits::left_out(*id, &gone))),
            None => {
                let [from, until] = [made.from, made.until].map(seconds);
                new.push(Pulled { id: *id, made: RunTimeOverride { from, until, ..made.clone() } });
            }
        }
    }
    new.sort_by_key(|one| one.id);
    (new, left_out)
}

fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn people(action: &OverrideAction) -> Vec<&UserId> {
    match action {
        OverrideAction::Set(with) | OverrideAction::Add(with) => with.iter().collect(),
        OverrideAction::Replace { who, with } => with.iter().chain([who]).collect(),
    }
}

fn of_file<'s>(subject: &Subject<'s>) -> impl Iterator<Item = &'s Override> {
    let all = subject.config.schedules.schedules.values();
    all.flat_map(|schedule| schedule.overrides.iter()).filter(|each| in_file(each).is_some())
}

/// The line of one that stands in the file.
fn in_file(each: &Override) -> Option<u32> {
    each.origin.place().filter(|place| &*place.file == PULLED).map(|place| place.line)
}

/// The file without the entries at some lines, and with new ones at its end.
fn text(subject: &Subject<'_>, new: &[Pulled], dropped: &[u32]) -> Result<String, EditError> {
    let source = subject.compiled.sources.files.get(PULLED);
    let mut text = match source {
        None => format!("{}{ABOUT}", schema_line(subject, "overrides")),
        Some(source) => kept(subject, source, dropped)?,
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for one in new {
        text.push_str(&line(subject, one));
    }
    let has_entries = text.lines().any(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty());
    Ok(if has_entries { text } else { text + "[]\n" })
}

/// What stays of the file: an entry goes with the comments below it.
fn kept(subject: &Subject<'_>, source: &SourceFile, dropped: &[u32]) -> Result<String, EditError> {
    let text = &source.text;
    let items = source.root.as_ref().map_or(&[][..], |root| root.items());
    let Some(first) = items.first() else {
        let comments = text.lines().filter(|line| line.trim_start().starts_with('#'));
        return Ok(comments.map(|line| format!("{line}\n")).collect());
    };
    let braces = |item: &Node| matches!(item.kind, NodeKind::Mapping(_));
    let starts: Vec<usize> = items.iter().map(|item| line_start(text, item.span.start)).collect();
    let on_own_lines = starts.windows(2).all(|pair| pair[0] < pair[1]);
    let dashed = text.get(line_start(text, first.span.start)..).is_some_and(|it| it.starts_with('-'));
    if !on_own_lines || !dashed || !items.iter().all(braces) {
        return subject.no(&edits::entries_on_own_lines(PULLED));
    }
    let mut out = text.get(..starts[0]).unwrap_or_default().to_owned();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(text.len());
        let line = text.get(..*start).unwrap_or_default().matches('\n').count() + 1;
        if !u32::try_from(line).is_ok_and(|line| dropped.contains(&line)) {
            out.push_str(text.get(*start..end).unwrap_or_default());
        }
    }
    Ok(out)
}

/// `- { schedule: web-primary, …, id: 4211 } # made by Sato`
fn line(subject: &Subject<'_>, one: &Pulled) -> String {
    let made = &one.made;
    let Some(schedule) = subject.config.schedules.schedules.get(&made.schedule) else { return String::new() };
    let wish = OverrideWish {
        schedules: vec![&*made.schedule],
        from: made.from,
        until: made.until,
        layer: made.layer.as_deref(),
        action: made.action.clone(),
        reason: made.reason.as_deref(),
    };
    let mut entries = entries(subject, &[schedule], &schedule.time_zone, &wish);
    entries.push(("id", Value::Word(one.id.to_string())));
    let name: String = made.by.stored_name().chars().filter(|c| !c.is_control()).collect();
    format!("- {} # made by {}\n", flow(&entries, &Style::default()), cut(name.trim(), NAME_MAX))
}

/// On top of all others, as the file lies.
fn add(schedules: &mut Schedules, one: &Pulled) {
    let made = &one.made;
    let Some(schedule) = schedules.schedules.get_mut(&made.schedule) else { return };
    let added = Override {
        from: made.from,
        until: made.until,
        layer: made.layer.as_deref().map(Into::into),
        action: sorted(&made.action),
        origin: Origin::File(Place { file: Arc::from(PULLED), line: 0 }),
        reason: made.reason.clone(),
    };
    schedule.overrides = schedule.overrides.iter().cloned().chain([added]).collect::<Vec<_>>().into();
}
