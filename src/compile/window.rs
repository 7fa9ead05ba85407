//! Weekly windows, business hours and holidays.

use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::suggest::nearest;
use super::{code, value};
use crate::config::Id;
use crate::document::{self, During, OneOrMany};
use crate::language::words::{Words, did_you_mean};
use crate::schedule::{Hours, Window, WindowDay, WindowHolidays};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn all_holidays(&mut self) {
        let documents = self.documents;
        for (id, file) in &documents.holidays {
            let (mut dates, mut names) = (BTreeMap::<Date, Spot>::new(), BTreeMap::<Date, Arc<str>>::new());
            for (index, holiday) in file.document.iter().flatten().enumerate() {
                let at = file.at.index(index).key("date");
                let Some(date) = self.date(&holiday.date, &at) else { continue };
                if let Some(first) = dates.get(&date) {
                    let finding = Finding::error(
                        code::TWICE,
                        at,
                        Words::new(format!("{date} is here twice"), format!("{date} が 2 回書かれています")),
                    );
                    self.findings.push(finding.label(first.clone(), Words::new("the first time", "1 回目")));
                } else {
                    dates.insert(date, at);
                    names.insert(date, holiday.name.as_str().into());
                }
            }
            self.holidays.insert(id.clone(), names);
        }
    }

    pub(super) fn all_business_hours(&mut self) {
        let documents = self.documents;
        let default = self.organisation_holidays(true);
        for (id, file) in &documents.business_hours {
            let Some(hours) = &file.document else { continue };
            let organisation = self.zone.clone();
            let time_zone = self.zone_of(hours.time_zone.as_ref(), &file.at.key("time_zone"), &organisation);
            let holidays = self.holidays_or(hours.holidays.as_deref(), &file.at.key("holidays"), &default);
            let windows = OneOrMany::Many(hours.windows.clone());
            let windows = self.windows(&windows, &file.at.key("windows"), WindowHolidays::Exclude);
            self.hours.insert(id.clone(), Hours { time_zone, windows, holidays });
        }
    }

    /// The dates of the organisation's holidays; mistakes in them are reported once.
    pub(super) fn organisation_holidays(&mut self, report: bool) -> Arc<BTreeSet<Date>> {
        let Some((document, at)) = self.organisation_document() else { return Arc::default() };
        let known = self.findings.len();
        let dates = self.holidays_or(document.holidays.as_deref(), &at.key("holidays"), &Arc::default());
        if !report {
            self.findings.truncate(known);
        }
        dates
    }

    /// The holidays of every schedule, by name.
    pub(super) fn schedule_holidays(&self) -> BTreeMap<Id, Arc<BTreeMap<Date, Arc<str>>>> {
        let all = self.documents.schedules.values();
        let read = all.filter_map(|file| Some((file.id.clone(), file.document.as_ref()?)));
        read.map(|(id, document)| (id, self.holiday_names(document))).collect()
    }

    /// The holidays that a schedule and its layers go by. Where two lists name a day, the first does.
    fn holiday_names(&self, document: &document::Schedule) -> Arc<BTreeMap<Date, Arc<str>>> {
        let organisation = self.organisation_document().and_then(|(document, _)| document.holidays.as_ref());
        let own = document.holidays.as_ref().or(organisation);
        let layers = document.layers.iter().filter_map(|layer| layer.holidays.as_ref());
        let mut names: BTreeMap<Date, Arc<str>> = BTreeMap::new();
        let lists = own.into_iter().chain(layers).flatten();
        for (date, name) in lists.filter_map(|id| self.holidays.get(id.as_str())).flatten() {
            names.entry(*date).or_insert_with(|| name.clone());
        }
        Arc::new(names)
    }

    pub(super) fn holidays_or(
        &mut self,
        ids: Option<&[String]>,
        at: &Spot,
        default: &Arc<BTreeSet<Date>>,
    ) -> Arc<BTreeSet<Date>> {
        let Some(ids) = ids else { return default.clone() };
        let mut dates = BTreeSet::new();
        for (index, id) in ids.iter().enumerate() {
            let documents = self.documents;
            if let Some(id) = self.reference(&documents.holidays, "holidays", id, &at.index(index)) {
                dates.extend(self.holidays.get(&id).into_iter().flat_map(BTreeMap::keys));
            }
        }
        Arc::new(dates)
    }

    /// The id of business hours, or windows written in the same file.
    pub(super) fn during(
        &mut self,
        during: &During,
        at: &Spot,
        zone: &TimeZone,
        holidays: &Arc<BTreeSet<Date>>,
    ) -> Vec<Hours> {
        match during {
            During::BusinessHours(name) => {
                let documents = self.documents;
                let id = self.reference(&documents.business_hours, "business hours", name, at);
                id.and_then(|id| self.hours.get(&id).cloned()).into_iter().collect()
            }
            During::Windows(windows) => {
                let windows = self.windows(windows, at, WindowHolidays::Ignore);
                vec![Hours { time_zone: zone.clone(), windows, holidays: holidays.clone() }]
            }
        }
    }

    fn windows(
        &mut self,
        windows: &OneOrMany<document::Window>,
        at: &Spot,
        holidays: WindowHolidays,
    ) -> Vec<Window> {
        spots(windows, at).into_iter().filter_map(|(window, at)| self.window(window, &at, holidays)).collect()
    }

    pub(super) fn window(
        &mut self,
        window: &document::Window,
        at: &Spot,
        default: WindowHolidays,
    ) -> Option<Window> {
        let from = self.day_and_time(&window.from, &at.key("from"));
        let until = self.day_and_time(&window.until, &at.key("until"));
        let days = window.days.as_ref().map(|days| self.days(days, &at.key("days")));
        let (from, until) = (from?, until?);
        let holidays = window.holidays.map_or(default, |holidays| match holidays {
            document::WindowHolidays::Exclude => WindowHolidays::Exclude,
            document::WindowHolidays::Only => WindowHolidays::Only,
            document::WindowHolidays::Ignore => WindowHolidays::Ignore,
        });
        let (days, days_later) = match (days, from.0, until.0) {
            (Some(days), None, None) => (days?, u8::from(until.1 <= from.1)),
            (None, Some(first), Some(last)) => {
                let later = (last.0 - first.0).rem_euclid(7);
                let later = if later == 0 && until.1 <= from.1 { 7 } else { later };
                (BTreeSet::from([first]), u8::try_from(later).unwrap_or(7))
            }
            _ => {
                let message = Words::new(
                    "a window has either `days` with times of day, or a day in both `from` and `until`",
                    "時間帯は、`days` と時刻で書くか、`from` と `until` の両方に曜日を付けて書きます",
                );
                let help = Words::new(
                    "`{ days: mon-fri, from: 22:00, until: 06:00 }` or `{ from: fri 18:00, until: mon 10:00 }`",
                    "`{ days: mon-fri, from: 22:00, until: 06:00 }` または `{ from: fri 18:00, until: mon 10:00 }`",
                );
                self.error_help(code::EITHER_OR, at.clone(), message, help);
                return None;
            }
        };
        Some(Window { days, from: from.1, days_later, until: until.1, holidays })
    }

    fn day_and_time(&mut self, text: &str, at: &Spot) -> Option<(Option<WindowDay>, jiff::civil::Time)> {
        let read = value::day_and_time(text);
        if read.is_none() {
            let help = (text == "24:00").then(|| {
                Words::new(
                    "midnight is `00:00`: it ends on the next day",
                    "深夜 0 時は `00:00` です。翌日に終わることになります",
                )
            });
            let finding = Finding::error(
                code::VALUE,
                at.clone(),
                Words::new(
                    format!("`{text}` is not a time of day"),
                    format!("`{text}` は時刻として読めません"),
                ),
            );
            self.findings.push(finding.maybe_help(help));
        }
        read
    }

    /// `None` if a word cannot be parsed.
    fn days(&mut self, days: &OneOrMany<String>, at: &Spot) -> Option<BTreeSet<WindowDay>> {
        let mut all = BTreeSet::new();
        let mut fine = true;
        for (text, at) in spots(days, at) {
            match value::days(text) {
                Ok(days) => all.extend(days),
                Err(word) => {
                    let help = match nearest(&word, value::day_words()) {
                        Some(near) => did_you_mean(near),
                        None => Words::new(
                            "write `daily`, `mon-fri`, or a list such as `[sat, sun]`",
                            "`daily`、`mon-fri`、または `[sat, sun]` のようなリストで書いてください",
                        ),
                    };
                    self.error_help(
                        code::VALUE,
                        at,
                        Words::new(
                            format!("`{word}` is not a day"),
                            format!("`{word}` は曜日ではありません"),
                        ),
                        help,
                    );
                    fine = false;
                }
            }
        }
        fine.then_some(all)
    }
}
