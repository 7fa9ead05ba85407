//! Overrides: temporary changes to schedules, in the order of files and lines.

use super::diagnostic::{Finding, Part, Spot};
use super::read::File;
use super::resolve::Resolver;
use super::suggest::nearest;
use super::{code, value};
use crate::actor::Origin;
use crate::config::{Id, InGit};
use crate::document;
use crate::language::words::{Words, did_you_mean};
use crate::schedule::{Override, OverrideAction, Schedule};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeMap;
use std::sync::Arc;

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
        let mut placed: BTreeMap<(Id, Option<Arc<str>>), Vec<Placed>> = BTreeMap::new();
        let mut all: BTreeMap<Id, Vec<Override>> = BTreeMap::new();
        for file in in_order(&documents.overrides) {
            for (index, one) in file.document.iter().flatten().enumerate() {
                let at = file.at.index(index);
                for (id, compiled) in self.one_override(one, &at, schedules) {
                    let adds = matches!(compiled.action, OverrideAction::Add(_));
                    let (from, until, at) = (compiled.from, compiled.until, at.clone());
                    let schedule = id.clone();
                    self.retired.extend(one.id.map(|id| InGit { id, schedule, from, until }));
                    let of = (id.clone(), compiled.layer.clone());
                    placed.entry(of).or_default().push(Placed { from, until, adds, at });
                    all.entry(id).or_default().push(compiled);
                }
            }
        }
        for (id, list) in all {
            if let Some(schedule) = schedules.get_mut(&id) {
                schedule.overrides = list.into();
            }
        }
        for ((id, _), mut placed) in placed {
            placed.sort_by_key(|each| (each.from, each.until));
            self.overlapping(&id, &placed);
        }
    }

    /// One for each of its schedules.
    fn one_override(
        &mut self,
        one: &document::Override,
        at: &Spot,
        schedules: &BTreeMap<Id, Schedule>,
    ) -> Vec<(Id, Override)> {
        let ids = self.schedules_named(one, at);
        let action = self.override_action(one, at);
        let found: Vec<(&Id, &Schedule)> = ids.iter().filter_map(|id| schedules.get_key_value(id)).collect();
        let elsewhere =
            found.iter().map(|(_, schedule)| &schedule.time_zone).find(|zone| **zone != self.zone);
        if let Some(zone) = elsewhere {
            self.needs_offset(&one.from, &at.key("from"), zone);
            self.needs_offset(&one.until, &at.key("until"), zone);
        }
        let organisation = self.zone.clone();
        let zones: Vec<&TimeZone> = found.iter().map(|(_, schedule)| &schedule.time_zone).collect();
        let mut ranges = Vec::new();
        for zone in if zones.is_empty() { vec![&organisation] } else { zones } {
            let known = self.findings.len();
            ranges.push(self.range((&one.from, at.key("from")), (&one.until, at.key("until")), zone));
            if ranges.len() > 1 {
                self.findings.truncate(known);
            }
        }
        let origin = Origin::File(self.sources.place(at));
        let mut compiled = Vec::new();
        for ((id, schedule), range) in found.into_iter().zip(ranges) {
            let layer =
                one.layer.as_ref().and_then(|name| self.layer_named(name, (id, schedule), &at.key("layer")));
            let known = one.layer.is_none() || layer.is_some();
            let (Some((from, until)), Some(action), true) = (range, action.clone(), known) else { continue };
            let (origin, reason) = (origin.clone(), one.reason.clone());
            compiled.push((id.clone(), Override { from, until, layer, action, origin, reason }));
        }
        compiled
    }

    fn schedules_named(&mut self, one: &document::Override, at: &Spot) -> Vec<Id> {
        match (&one.schedule, &one.schedules) {
            (Some(name), None) => self.schedule_id(name, &at.key("schedule")).into_iter().collect(),
            (None, Some(names)) => {
                let mut ids: Vec<Id> = Vec::new();
                for (index, name) in names.iter().enumerate() {
                    let at = at.key("schedules").index(index);
                    let Some(id) = self.schedule_id(name, &at) else { continue };
                    if ids.contains(&id) {
                        self.error(
                            code::TWICE,
                            at,
                            Words::new(
                                format!("`{id}` is here twice"),
                                format!("`{id}` が 2 回書かれています"),
                            ),
                        );
                    } else {
                        ids.push(id);
                    }
                }
                ids
            }
            _ => {
                if !self.sources.incomplete(&at.file) {
                    let message = Words::new(
                        "an override names its `schedule`, or several `schedules`",
                        "オーバーライドには `schedule` か `schedules` を書きます",
                    );
                    self.error(code::EITHER_OR, at.on(Part::FirstLine), message);
                }
                Vec::new()
            }
        }
    }

    fn layer_named(&mut self, name: &str, (id, schedule): (&Id, &Schedule), at: &Spot) -> Option<Arc<str>> {
        let names = || schedule.layers.iter().map(|layer| &*layer.name);
        if let Some(layer) = schedule.layers.iter().find(|layer| *layer.name == *name) {
            return Some(layer.name.clone());
        }
        let help = match nearest(name, names()) {
            Some(near) => did_you_mean(near),
            None => {
                let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                Words::new(
                    format!("its layers are {}", all.join(", ")),
                    format!("レイヤーは {} です", all.join(", ")),
                )
            }
        };
        self.error_help(
            code::REFERENCE,
            at.clone(),
            Words::new(
                format!("`{id}` has no layer `{name}`"),
                format!("`{id}` に `{name}` というレイヤーはありません"),
            ),
            help,
        );
        None
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
                let message = Words::new(
                    "an override is `with`, or `replace` and `with`, or `add`",
                    "オーバーライドは `with` だけ、`replace` と `with`、または `add` で書きます",
                );
                self.error(code::EITHER_OR, at.clone(), message);
                None
            }
        }
    }

    fn needs_offset(&mut self, instant: &document::Instant, at: &Spot, zone: &TimeZone) {
        if value::instant(&instant.0, zone).is_none_or(|read| read.exact) {
            return;
        }
        let name = zone.iana_name().unwrap_or("another zone");
        let message = Words::new(
            format!("the schedule is in {name}, not in the organisation's zone: an offset is required"),
            format!("スケジュールは組織のタイムゾーンではなく {name} なので、時差を書く必要があります"),
        );
        let help = value::instant(&instant.0, zone).map(|read| {
            Words::new(
                format!(
                    "in {name} this is `{}`",
                    read.at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M%:z")
                ),
                format!(
                    "{name} では `{}` です",
                    read.at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M%:z")
                ),
            )
        });
        self.findings.push(Finding::error(code::OFFSET_REQUIRED, at.clone(), message).maybe_help(help));
    }

    /// Two overrides of one schedule, or of one layer of it, overlap in different files, so their order is undefined.
    fn overlapping(&mut self, schedule: &Id, placed: &[Placed]) {
        for (index, first) in placed.iter().enumerate() {
            for second in placed.iter().skip(index + 1).take_while(|second| second.from < first.until) {
                let pulled = [first, second].iter().any(|each| *each.at.file == *PULLED);
                if pulled || first.at.file == second.at.file || (first.adds && second.adds) {
                    continue;
                }
                let message = Words::new(
                    format!("two overrides of `{schedule}` overlap, and they are in different files"),
                    format!("`{schedule}` の 2 つのオーバーライドが重なっていて、別々のファイルにあります"),
                );
                let finding = Finding::error(code::OVERRIDES_OVERLAP, second.at.clone(), message)
                    .label(first.at.clone(), Words::new("this is the other one", "もう一方"))
                    .help(Words::new(
                        "order matters only within one file: put them into one",
                        "順番に意味があるのは 1 つのファイルの中だけです。同じファイルにまとめてください",
                    ));
                self.findings.push(finding);
                return;
            }
        }
    }
}
