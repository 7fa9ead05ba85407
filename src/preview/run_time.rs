//! The lines of what people change for now: overrides, silences, absences, and their early end.

use super::timeline::At;
use crate::actor::{Actor, Via};
use crate::incident::{Ended, RunTimeChange};
use crate::language::noise::NoiseLine;
use crate::language::timeline::{NoticeStory, OverrideLine, RunTimeLine, TimelineLine};
use crate::schedule::{OverrideAction, UserId};

/// How many alerts of a silence are named.
const KEYS_NAMED_MAX: usize = 3;

impl At<'_> {
    pub(super) fn run_time(&self, change: &RunTimeChange) -> String {
        match change {
            RunTimeChange::Override(made) => {
                let people = |with: &[UserId]| with.iter().map(ToString::to_string).collect::<Vec<_>>();
                let (with, who) = match &made.action {
                    OverrideAction::Set(with) | OverrideAction::Add(with) => (people(with), None),
                    OverrideAction::Replace { who, with } => (people(with), Some(who)),
                };
                let change = match (&made.action, who) {
                    (OverrideAction::Add(_), _) => OverrideLine::Add(&with),
                    (_, Some(who)) => OverrideLine::Replace(who, &with),
                    (_, None) => OverrideLine::Set(&with),
                };
                let (from, until) = (self.clock(made.from), self.clock(made.until));
                let layer = made.layer.as_ref().map(|layer| format!("{} [{layer}]", made.schedule));
                let schedule = layer.as_deref().unwrap_or(&made.schedule);
                let reason = made.reason.as_deref().unwrap_or_default();
                let line = RunTimeLine::Override { schedule, change, from: &from, until: &until, reason };
                self.made(line, &made.by, made.via)
            }
            RunTimeChange::Silence(made) => {
                let services = made.services.iter().map(ToString::to_string);
                let when = made.when.iter().map(|(key, values)| format!("{key}: {}", values.join(", ")));
                let keys = made.keys.iter().take(KEYS_NAMED_MAX).map(|(_, key)| key.clone());
                let mut scope: Vec<String> = services.chain(when).chain(keys).collect();
                let more = made.keys.len().saturating_sub(KEYS_NAMED_MAX);
                scope.extend((more > 0).then(|| format!("+{more}")));
                if scope.is_empty() {
                    scope.push("*".to_owned());
                }
                let (from, until) = (self.clock(made.from), self.clock(made.until));
                let (from, until, reason) = (from.as_str(), until.as_str(), made.reason.as_str());
                self.made(RunTimeLine::Silence { scope: &scope, from, until, reason }, &made.by, made.via)
            }
            RunTimeChange::SilenceEnds { id, until, fires } => {
                let (id, until, fires) = (*id, &*self.clock(*until), *fires);
                self.says_noise(&NoiseLine::SilenceEnds { id, until, fires })
            }
            RunTimeChange::Absence(made) => {
                let (from, until) = (self.clock(made.from), self.clock(made.until));
                let (user, cover) = (&*made.user, made.cover.as_deref());
                let line = RunTimeLine::Absence { user, cover, from: &from, until: &until };
                self.made(line, &made.by, made.via)
            }
            RunTimeChange::Offer(made) => {
                let to: Vec<String> = made.to.iter().map(ToString::to_string).collect();
                let (from, until) = (self.clock(made.from), self.clock(made.until));
                let (schedule, user, to) = (&*made.schedule, &*made.who, &*to);
                let line = RunTimeLine::Offer { schedule, user, to, from: &from, until: &until };
                self.made(line, &made.by, made.via)
            }
            RunTimeChange::OfferTaken { id, user } => {
                self.say(&TimelineLine::Notice(NoticeStory::OfferTaken { id: *id, user }))
            }
            RunTimeChange::Ended { what, why, by, via } => {
                let what = match what {
                    Ended::RunTime(id) => format!("#{id}"),
                    Ended::File(place) => place.to_string(),
                };
                self.made(RunTimeLine::Ended { what: &what, why }, by, *via)
            }
        }
    }

    fn made(&self, made: RunTimeLine, by: &Actor, via: Via) -> String {
        self.say(&TimelineLine::RunTime { made, by: self.name(by), via })
    }
}
