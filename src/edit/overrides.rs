//! `override add`: a temporary change, written to the right file.
//!
//! If the override overlaps others of the same schedule, it goes into their file, because order matters only within
//! one file. Otherwise it goes into the file of the month in which it begins. Times are in the schedule's zone, with
//! offsets where the config requires them.

use super::splice::append;
use super::writing::{Entries, Style, Value, flow, text};
use super::{Edit, EditError, Proposal, Subject, proved};
use crate::actor::Origin;
use crate::compile::NodeKind;
use crate::language::words::moment;
use crate::language::{commands, edits};
use crate::place::Place;
use crate::schedule::{Override, OverrideAction, Schedule, Schedules, UserId, first_instant};
use jiff::{Timestamp, tz::TimeZone};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The start of the line from which editors find a file's schema.
const SCHEMA: &str = "# yaml-language-server: $schema=";

/// The override to add.
#[derive(Clone, Debug)]
pub struct OverrideWish<'a> {
    /// At least one.
    pub schedules: Vec<&'a str>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// The name of the only layer to change.
    pub layer: Option<&'a str>,
    /// People, in the order in which to write them.
    pub action: OverrideAction,
    pub reason: Option<&'a str>,
}

/// Appends an override.
pub fn add_override(subject: &Subject<'_>, wish: &OverrideWish<'_>) -> Result<Edit, EditError> {
    let schedules = schedules(subject, wish)?;
    let zone = schedules.first().map(|schedule| &schedule.time_zone);
    let zone = zone.unwrap_or(&subject.config.organisation.time_zone);
    let [from, until] = [wish.from, wish.until].map(|at| moment(zone.to_datetime(at)));
    match wish.from.cmp(&wish.until) {
        Ordering::Less => {}
        Ordering::Equal => return subject.no(&edits::same_ends(&from)),
        Ordering::Greater => return subject.no(&edits::swapped(&from, &until)),
    }
    let file = file(subject, &schedules, wish)?;
    let entries = entries(subject, &schedules, zone, wish);
    let mut proposal = Proposal::default();
    match subject.compiled.sources.files.get(&file) {
        Some(source) => {
            let list = source.root.as_ref().filter(|root| matches!(root.kind, NodeKind::Sequence(_)));
            let splices = list.map_or_else(Vec::new, |list| append(&source.text, list, &entries));
            proposal.splices.insert(file.clone(), splices);
        }
        None => {
            let item = flow(&entries, &Style::default());
            proposal
                .created
                .insert(file.to_string(), format!("{}- {item}\n", schema_line(subject, "overrides")));
        }
    }
    let wished = wished(subject, wish, &file);
    proposal.lasts = Some((wish.from, wish.until));
    proved(subject, proposal, &wished)
}

fn schedules<'a>(subject: &Subject<'a>, wish: &OverrideWish<'_>) -> Result<Vec<&'a Schedule>, EditError> {
    let mut schedules = Vec::new();
    for id in &wish.schedules {
        let Some(schedule) = subject.config.schedules.schedules.get(*id) else {
            return subject.no(&commands::unknown(commands::Noun::Schedule, id));
        };
        if let Some(name) = wish.layer.filter(|name| !schedule.has_layer(name)) {
            let names: Vec<String> = schedule.layers.iter().map(|it| format!("`{}`", it.name)).collect();
            return subject.no(&edits::no_layer(id, name, &names.join(", ")));
        }
        schedules.push(schedule);
    }
    Ok(schedules)
}

/// The file of the overrides it overlaps, or of the month.
fn file(
    subject: &Subject<'_>,
    schedules: &[&Schedule],
    wish: &OverrideWish<'_>,
) -> Result<Arc<str>, EditError> {
    let zone = schedules.first().map(|schedule| &schedule.time_zone);
    let zone = zone.unwrap_or(&subject.config.organisation.time_zone);
    let adds = |action: &OverrideAction| matches!(action, OverrideAction::Add(_));
    let all = schedules.iter().flat_map(|schedule| schedule.overrides.iter());
    let same_layer = all.filter(|each| each.layer.as_deref() == wish.layer);
    let overlapping = same_layer.filter(|each| each.from < wish.until && wish.from < each.until);
    let in_its_way = overlapping.filter(|each| !(adds(&each.action) && adds(&wish.action)));
    let in_its_way: Vec<&Override> = in_its_way.collect();
    let files: BTreeSet<Arc<str>> = in_its_way.iter().map(|each| file_of(each)).collect();
    let mut files = files.into_iter();
    match (files.next(), files.next()) {
        (None, _) => {
            let month = zone.to_datetime(wish.from).strftime("%Y-%m").to_string();
            Ok(format!("overrides/{month}.yaml").into())
        }
        (Some(only), None) => Ok(only),
        _ => {
            let places: Vec<String> = in_its_way.iter().map(|each| each.origin.to_string()).collect();
            subject.no(&edits::in_several_files(&places.join(", ")))
        }
    }
}

fn file_of(each: &Override) -> Arc<str> {
    each.origin.place().map_or_else(Arc::default, |place| place.file.clone())
}

pub(super) fn entries(
    subject: &Subject<'_>,
    schedules: &[&Schedule],
    zone: &TimeZone,
    wish: &OverrideWish<'_>,
) -> Entries {
    let organisation = &subject.config.organisation.time_zone;
    let exact = schedules.iter().any(|schedule| schedule.time_zone != *organisation);
    let at = |at: Timestamp| Value::Word(instant(at, zone, exact));
    let word = |id: &UserId| Value::Word(id.to_string());
    let set = |ids: &[UserId]| match ids {
        [] => Value::Word("nobody".to_owned()),
        [only] => word(only),
        several => Value::List(several.iter().map(word).collect()),
    };
    let mut entries = vec![
        match &*wish.schedules {
            [only] => ("schedule", Value::Word((*only).to_owned())),
            several => {
                let words = several.iter().map(|id| Value::Word((*id).to_owned()));
                ("schedules", Value::List(words.collect()))
            }
        },
        ("from", at(wish.from)),
        ("until", at(wish.until)),
    ];
    entries.extend(wish.layer.map(|layer| ("layer", Value::Word(text(layer)))));
    match &wish.action {
        OverrideAction::Set(with) => entries.push(("with", set(with))),
        OverrideAction::Add(more) => entries.push(("add", set(more))),
        OverrideAction::Replace { who, with } => {
            entries.extend([("replace", word(who)), ("with", set(with))])
        }
    }
    entries.extend(wish.reason.map(|reason| ("reason", Value::Word(text(reason)))));
    entries
}

/// `2026-12-16 10:00` if that is unambiguous and allowed; otherwise with the offset.
pub(super) fn instant(at: Timestamp, zone: &TimeZone, exact: bool) -> String {
    let zoned = at.to_zoned(zone.clone());
    let clock = if zoned.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    if exact || first_instant(zone, zoned.datetime()) != at {
        return zoned.strftime(&format!("%Y-%m-%dT{clock}%:z")).to_string();
    }
    zoned.strftime(&format!("%Y-%m-%d {clock}")).to_string()
}

/// The schema line of a new file, copied from files of its kind.
pub(super) fn schema_line(subject: &Subject<'_>, kind: &str) -> String {
    let beside = subject.tree.files.iter().filter(|(path, _)| path.matches('/').count() == 1);
    let (nearest, others): (Vec<_>, Vec<_>) =
        beside.partition(|(path, _)| path.starts_with(&format!("{kind}/")));
    let folder = nearest.into_iter().chain(others).find_map(|(_, bytes)| {
        let first = std::str::from_utf8(bytes).ok()?.lines().next()?;
        first.strip_prefix(SCHEMA)?.trim_end().rsplit_once('/').map(|(folder, _)| folder.to_owned())
    });
    format!("{SCHEMA}{}/{kind}.json\n", folder.as_deref().unwrap_or("../schema"))
}

/// People as a config has them, in order and without duplicates.
pub(super) fn sorted(action: &OverrideAction) -> OverrideAction {
    let sorted =
        |ids: &[UserId]| ids.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    match action {
        OverrideAction::Set(with) => OverrideAction::Set(sorted(with)),
        OverrideAction::Add(more) => OverrideAction::Add(sorted(more)),
        OverrideAction::Replace { who, with } => {
            OverrideAction::Replace { who: who.clone(), with: sorted(with) }
        }
    }
}

/// The schedules with the override, which applies after those in earlier files.
fn wished(subject: &Subject<'_>, wish: &OverrideWish<'_>, file: &str) -> Schedules {
    let action = sorted(&wish.action);
    let (from, until) = (wish.from, wish.until);
    let reason = wish.reason.map(str::to_owned);
    let layer = wish.layer.map(Arc::from);
    let one = Override { from, until, layer, action, origin: Origin::File(Place::default()), reason };
    let mut wished = subject.config.schedules.clone();
    for id in &wish.schedules {
        let Some(schedule) = wished.schedules.get_mut(*id) else { continue };
        let at = schedule.overrides.iter().filter(|each| *file_of(each) <= *file).count();
        let mut overrides = schedule.overrides.to_vec();
        overrides.insert(at, one.clone());
        schedule.overrides = overrides.into();
    }
    wished
}
