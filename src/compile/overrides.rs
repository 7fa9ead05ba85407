//! Overrides: temporary changes to schedules, in the order of files and lines.

use super::diagnostic::{Finding, Spot};
use super::read::File;
use super::resolve::Resolver;
use super::{code, value};
use crate::actor::Origin;
use crate::config::{Id, InGit};
use crate::document;
use crate::schedule::{Override, OverrideAction, Schedule};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What was made at run time and pulled into git: it lies on top of the other files and may overlap them.
const PULLED: &str = "overrides/run-time.yaml";

/// The files in the order in which their overrides apply.
fn in_order<T>(files: &[File<T>]) -> impl Iterator<Item = &File<T>> {
    let pulled = |file: &&File<T>| *file.at.file == *PULLED;
    files.iter().filter(move |file| !pulled(file)).chain(files.iter().filter(pulled))
}

/// An override of one schedule, kept while the others are read.
struct Placed {
    from: Timestamp,
    until: Timestamp,
    adds: bool,
    at: Spot,
}

impl Resolver<'_> {
    pub(super) fn overrides(&mut self, schedules: &mut BTreeMap<Id, Schedule>) {
        let documents = self.documents;
        let mut placed: BTreeMap<Id, Vec<Placed>> = BTreeMap::new();
        let mut all: BTreeMap<Id, Vec<Override>> = BTreeMap::new();
        for file in in_order(&documents.overrides) {
            for (index, one) in file.document.iter().flatten().enumerate() {
                let at = file.at.index(index);
                let Some((id, compiled)) = self.one_override(one, &at, schedules) else { continue };
                let adds = matches!(compiled.action, OverrideAction::Add(_));
                let (from, until) = (compiled.from, compiled.until);
                let schedule = id.clone();
                self.retired.extend(one.id.map(|id| InGit { id, schedule, from, until }));
                placed.entry(id.clone()).or_default().push(Placed { from, until, adds, at });
                all.entry(id).or_default().push(compiled);
            }
        }
        for (id, overrides) in all {
            if let Some(schedule) = schedules.get_mut(&id) {
                schedule.overrides = overrides.into();
            }
        }
        for (id, mut placed) in placed {
            placed.sort_by_key(|each| (each.from, each.until));
            self.overlapping(&id, &placed);
        }
    }

    fn one_override(
        &mut self,
        one: &document::Override,
        at: &Spot,
        schedules: &BTreeMap<Id, Schedule>,
    ) -> Option<(Id, Override)> {
        let id = self.schedule_id(&one.schedule, &at.key("schedule"));
        let action = self.override_action(one, at);
        let zone =
            id.as_ref().and_then(|id| schedules.get(id)).map_or(&self.zone, |schedule| &schedule.time_zone);
        let zone = zone.clone();
        if zone != self.zone {
            self.needs_offset(&one.from, &at.key("from"), &zone);
            self.needs_offset(&one.until, &at.key("until"), &zone);
        }
        let (from, until) = self.range((&one.from, at.key("from")), (&one.until, at.key("until")), &zone)?;
        let origin = Origin::File(self.sources.place(at));
        Some((id?, Override { from, until, action: action?, origin, reason: one.reason.clone() }))
    }

    fn override_action(&mut self, one: &document::Override, at: &Spot) -> Option<OverrideAction> {
        match (&one.replace, &one.with, &one.add) {
            (None, Some(with), None) => Some(OverrideAction::Set(self.people(with, &at.key("with")))),
            (None, None, Some(add)) => Some(OverrideAction::Add(self.people(add, &at.key("add")))),
            (Some(replace), Some(with), None) => {
                let who = self.user(replace, &at.key("replace"));
                let with = self.people(with, &at.key("with"));
                Some(OverrideAction::Replace { who: who?, with })
            }
            _ => {
                let message = "an override is `with`, or `replace` and `with`, or `add`";
                self.error(code::EITHER_OR, at.clone(), message);
                None
            }
        }
    }

    fn needs_offset(&mut self, instant: &document::Instant, at: &Spot, zone: &jiff::tz::TimeZone) {
        if value::instant(&instant.0, zone).is_none_or(|read| read.exact) {
            return;
        }
        let name = zone.iana_name().unwrap_or("another zone");
        let message =
            format!("the schedule is in {name}, not in the organisation's zone: an offset is required");
        let help = value::instant(&instant.0, zone).map(|read| {
            format!("in {name} this is `{}`", read.at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M%:z"))
        });
        self.findings.push(Finding::error(code::OFFSET_REQUIRED, at.clone(), message).maybe_help(help));
    }

    /// Two overrides of one schedule overlap in different files, so their order is undefined.
    fn overlapping(&mut self, schedule: &Id, placed: &[Placed]) {
        for (index, first) in placed.iter().enumerate() {
            for second in placed.iter().skip(index + 1).take_while(|second| second.from < first.until) {
                let pulled = [first, second].iter().any(|each| *each.at.file == *PULLED);
                if pulled || first.at.file == second.at.file || (first.adds && second.adds) {
                    continue;
                }
                let message =
                    format!("two overrides of `{schedule}` overlap, and they are in different files");
                let finding = Finding::error(code::OVERRIDES_OVERLAP, second.at.clone(), message)
                    .label(first.at.clone(), "this is the other one")
                    .help("order matters only within one file: put them into one");
                self.findings.push(finding);
                return;
            }
        }
    }
}
