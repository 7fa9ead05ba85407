//! Schedules: layers, and the schedules they are kept apart from.

use super::code;
use super::diagnostic::{Finding, Part, Spot};
use super::read::File;
use super::resolve::Resolver;
use crate::config::Id;
use crate::document;
use crate::language::words::Words;
use crate::place::Place;
use crate::schedule::{Layer, Overrides, Schedule, Schedules, Turn};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn schedules(&mut self) -> (Schedules, BTreeMap<Id, (String, Place)>) {
        let documents = self.documents;
        let (mut schedules, mut names) = (BTreeMap::new(), BTreeMap::new());
        for file in documents.schedules.values() {
            let Some(document) = &file.document else { continue };
            let schedule = self.schedule(document, &file.at);
            schedules.insert(file.id.clone(), schedule);
            names.insert(file.id.clone(), (document.name.clone(), self.sources.place(&file.at)));
        }
        self.cycles(&schedules);
        self.overrides(&mut schedules);
        let time_off = self.all_time_off();
        (Schedules { schedules, time_off }, names)
    }

    fn schedule(&mut self, document: &document::Schedule, at: &Spot) -> Schedule {
        let organisation = self.zone.clone();
        let time_zone = self.zone_of(document.time_zone.as_ref(), &at.key("time_zone"), &organisation);
        let default = self.organisation_holidays(false);
        let holidays = self.holidays_or(document.holidays.as_deref(), &at.key("holidays"), &default);
        let mut layers = Vec::new();
        for (index, layer) in document.layers.iter().enumerate() {
            let at = at.key("layers").index(index);
            self.layer_name_is_new(document, index, &at);
            layers.extend(self.layer(layer, &at, &time_zone, &holidays));
        }
        let mut apart_from = Vec::new();
        for (index, name) in document.apart_from.iter().flatten().enumerate() {
            apart_from.extend(self.schedule_id(name, &at.key("apart_from").index(index)));
        }
        Schedule { time_zone, layers, overrides: Overrides::default(), apart_from }
    }

    fn layer_name_is_new(&mut self, document: &document::Schedule, index: usize, at: &Spot) {
        let Some(name) = document.layers.get(index).map(|layer| &layer.name) else { return };
        if let Some(first) = document.layers.iter().take(index).position(|layer| layer.name == *name) {
            let finding = Finding::error(
                code::TWICE,
                at.key("name"),
                Words::new(format!("a second layer `{name}`"), format!("レイヤー `{name}` が 2 つあります")),
            );
            let first = at.above_index().index(first).key("name");
            self.findings.push(finding.label(first, Words::new("the first one", "最初のもの")));
        }
    }

    fn layer(
        &mut self,
        layer: &document::Layer,
        at: &Spot,
        zone: &TimeZone,
        holidays: &Arc<BTreeSet<Date>>,
    ) -> Option<Layer> {
        let time_zone = self.zone_of(layer.time_zone.as_ref(), &at.key("time_zone"), zone);
        let holidays = self.holidays_or(layer.holidays.as_deref(), &at.key("holidays"), holidays);
        let during =
            layer.during.as_ref().map(|during| self.during(during, &at.key("during"), &time_zone, &holidays));
        let turn = match (&layer.rotation, &layer.members) {
            (Some(rotation), None) => Turn::Rotation(self.rotation(rotation, &at.key("rotation"))),
            (None, Some(members)) => {
                let members = document::OneOrMany::Many(members.clone());
                Turn::Always(self.people(&members, &at.key("members")).into())
            }
            _ => {
                let message = Words::new(
                    "a layer has either a `rotation` or `members`",
                    "レイヤーには `rotation` か `members` のどちらかを書きます",
                );
                if !self.sources.incomplete(&at.file) {
                    self.error(code::EITHER_OR, at.on(Part::FirstLine), message);
                }
                return None;
            }
        };
        let (from, until) = self.ends_of(layer, at, &time_zone);
        let (shadow, adds) = (layer.shadow.unwrap_or(false), layer.adds.unwrap_or(false));
        if shadow && adds {
            let message = Words::new(
                "a layer of shadows adds nobody: they look on beside whoever it is anyway",
                "`shadow` のレイヤーは誰も加えません。当番の横で見ているだけです",
            );
            let finding = Finding::error(code::ADDS_NOTHING, at.key("adds"), message);
            let finding = finding
                .label(at.key("shadow"), Words::new("it is one of shadows", "`shadow` のレイヤーです"));
            self.findings
                .push(finding.help(Words::new("leave out one of the two", "どちらかを消してください")));
        }
        let place = self.sources.place(at).to_string().into();
        let name = layer.name.as_str().into();
        Some(Layer { name, time_zone, turn, during, from, until, adds, shadow, place })
    }

    /// From when until when there is a layer, in its own zone.
    fn ends_of(
        &mut self,
        layer: &document::Layer,
        at: &Spot,
        zone: &TimeZone,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let (from_at, until_at) = (at.key("from"), at.key("until"));
        let from = layer.from.as_ref().and_then(|from| self.instant(from, &from_at, zone)).map(|it| it.at);
        let until =
            layer.until.as_ref().and_then(|until| self.instant(until, &until_at, zone)).map(|it| it.at);
        if let (Some(from), Some(until)) = (from, until) {
            self.in_order(from, until, (from_at, until_at));
        }
        (from, until)
    }

    /// Reports each cycle of `apart_from` once, at its first schedule.
    fn cycles(&mut self, schedules: &BTreeMap<Id, Schedule>) {
        let mut finished: BTreeSet<&Id> = BTreeSet::new();
        for start in schedules.keys() {
            let mut path: Vec<(&Id, usize)> = vec![(start, 0)];
            while let Some((id, next)) = path.pop() {
                let neighbour = schedules.get(id).and_then(|schedule| schedule.apart_from.get(next));
                let Some(neighbour) = neighbour else {
                    finished.insert(id);
                    continue;
                };
                path.push((id, next + 1));
                if let Some(begin) = path.iter().position(|(on_path, _)| *on_path == neighbour) {
                    let circle: Vec<&Id> = path.iter().skip(begin).map(|(id, _)| *id).collect();
                    self.report_cycle(&circle);
                } else if !finished.contains(neighbour) && schedules.contains_key(neighbour) {
                    path.push((neighbour, 0));
                }
            }
        }
    }

    fn report_cycle(&mut self, circle: &[&Id]) {
        let Some(File { at, .. }) = circle.first().and_then(|id| self.documents.schedules.get(*id)) else {
            return;
        };
        let names: Vec<&str> = circle.iter().chain(circle.first()).map(|id| &***id).collect();
        let message = Words::new(
            format!("schedules are apart from each other in a circle: {}", names.join(" → ")),
            format!("スケジュールの `apart_from` が循環しています: {}", names.join(" → ")),
        );
        let help = Words::new(
            "nobody could be decided first; take one of the references out",
            "どれも先に決められません。参照を 1 つ消してください",
        );
        let mut finding = Finding::error(code::CYCLE, at.key("apart_from"), message).help(help);
        for id in circle.iter().skip(1) {
            if let Some(File { at, .. }) = self.documents.schedules.get(*id) {
                finding = finding.label(
                    at.key("apart_from"),
                    Words::new(format!("`{id}` goes on from here"), format!("`{id}` はここから続きます")),
                );
            }
        }
        self.findings.push(finding);
    }
}
