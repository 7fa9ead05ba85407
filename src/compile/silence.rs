//! Silences and maintenance windows.

use super::code;
use super::diagnostic::{Part, Spot};
use super::resolve::Resolver;
use crate::actor::Origin;
use crate::config::{Silence, SilencePeriod};
use crate::document;
use crate::language::words::Words;
use crate::schedule::{Hours, WindowHolidays};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

impl Resolver<'_> {
    pub(super) fn silences(&mut self) -> Vec<Silence> {
        let documents = self.documents;
        let mut silences = Vec::new();
        for file in &documents.silences {
            for (index, silence) in file.document.iter().flatten().enumerate() {
                silences.extend(self.silence(silence, &file.at.index(index)));
            }
        }
        silences
    }

    fn silence(&mut self, silence: &document::Silence, at: &Spot) -> Option<Silence> {
        let organisation = self.zone.clone();
        let zone = self.zone_of(silence.time_zone.as_ref(), &at.key("time_zone"), &organisation);
        let mut services = Vec::new();
        for (index, name) in silence.services.iter().flatten().enumerate() {
            services.extend(self.service_id(name, &at.key("services").index(index)));
        }
        let when = self.maybe_matcher(silence.when.as_ref(), &at.key("when"));
        if silence.services.is_none() && silence.when.is_none() && !self.sources.incomplete(&at.file) {
            let message = Words::new(
                "a silence needs a scope: `services`, or `when`, or both",
                "サイレンスには範囲が必要です。`services`、`when`、またはその両方を書きます",
            );
            self.error(code::EITHER_OR, at.on(Part::FirstLine), message);
        }
        let period = self.silence_period(silence, at, &zone)?;
        let origin = Origin::File(self.sources.place(at));
        Some(Silence {
            services,
            when,
            period,
            reason: silence.reason.clone(),
            origin,
            keys: BTreeSet::new(),
        })
    }

    fn silence_period(
        &mut self,
        silence: &document::Silence,
        at: &Spot,
        zone: &TimeZone,
    ) -> Option<SilencePeriod> {
        let (from_at, until_at) = (at.key("from"), at.key("until"));
        let Some(every) = &silence.every else {
            let Some(from) = &silence.from else {
                if !self.sources.incomplete(&at.file) {
                    let message = Words::new("`from` is missing", "`from` がありません");
                    let help = Words::new(
                        "a silence begins at `from`, or comes again and again with `every`",
                        "サイレンスは `from` で始まるか、`every` で繰り返します",
                    );
                    self.error_help(code::MISSING_KEY, at.on(Part::FirstLine), message, help);
                }
                return None;
            };
            let (from, until) = self.range((from, from_at), (&silence.until, until_at), zone)?;
            return Some(SilencePeriod::Once { from, until });
        };
        let window = self.window(every, &at.key("every"), WindowHolidays::Ignore);
        let holidays = self.organisation_holidays(false);
        let until = self.instant(&silence.until, &until_at, zone)?.at;
        let from = match &silence.from {
            Some(from) => Some(self.range((from, from_at), (&silence.until, until_at), zone)?.0),
            None => None,
        };
        let hours = Hours { time_zone: zone.clone(), windows: vec![window?], holidays };
        Some(SilencePeriod::Every { hours, from, until })
    }
}
