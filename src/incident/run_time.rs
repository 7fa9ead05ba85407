//! What people change for now: overrides, silences, absences, and their early end.
//!
//! Each is a change of the config in force, on top of what git says, and reaches running steps as a config change does. What
//! one would break is said first and done only when it is confirmed. What names something that git has removed ends.

use super::escalation::later;
use super::made::RunTimeChange;
use super::{Call, Ended, Made, Refused, Reply, Warning};
use crate::actor::{Actor, Via};
use crate::config::{
    Break, Config, Id, Matcher, RunTime, RunTimeAbsence, RunTimeOverride, RunTimeSilence, SilencePeriod,
};
use crate::place::Place;
use crate::reason::Why;
use crate::schedule::{OverrideAction, UserId};
use jiff::{SignedDuration, Timestamp};

/// How long an override, an absence and a silence last at most, in hours.
pub(super) const OVERRIDE_HOURS_MAX: u32 = 31 * 24;
const SILENCE_HOURS_MAX: u32 = 7 * 24;
/// The same for a silence that names no service.
const BROAD_HOURS_MAX: u32 = 4;
/// How many of each there are at most.
pub const OVERRIDES_MAX: usize = 1_000;
pub const SILENCES_MAX: usize = 1_000;
/// How many schedules are looked at for what an absence breaks, and how many findings are said.
const SCHEDULES_MAX: usize = 100;
const WARNINGS_MAX: usize = 10;
/// How far a handoff is looked for.
const HANDOFF_WITHIN: SignedDuration = SignedDuration::from_hours(31 * 24);

impl Call<'_> {
    pub(super) fn make_override(&mut self, mut made: RunTimeOverride, confirmed: bool) {
        made.from = made.from.max(self.now);
        let refused = self
            .bad_times(made.from, made.until, OVERRIDE_HOURS_MAX)
            .or_else(|| self.bad_override(&made))
            .or_else(|| (self.state.run_time.overrides.len() >= OVERRIDES_MAX).then_some(Refused::TooMany));
        if let Some(refused) = refused {
            return self.refuse(refused);
        }
        let (schedule, from, until) = (made.schedule.clone(), made.from, made.until);
        let after = self.with(|run_time, id| {
            run_time.overrides.insert(id, made.clone());
        });
        let broken = self.config.broken_by(&after, &schedule, from, until);
        if self.asks(broken, confirmed) {
            return;
        }
        let id = self.state.seq + 1;
        self.make(RunTimeChange::Override(Box::new(made.clone())), Made::Override, until);
        self.tell_of_override(id, &made, &after);
    }

    /// The override that gives a schedule, or somebody's shift on it, to `to` until an instant or the next handoff.
    pub(super) fn take(
        &mut self,
        schedule: Id,
        (to, from_whom): (UserId, Option<UserId>),
        until: Option<Timestamp>,
        (by, via): (Actor, Via),
        confirmed: bool,
    ) {
        let on_call = self.config.schedules.on_call(&schedule, self.now);
        let handoff = || self.config.schedules.next_handoff(&schedule, self.now, HANDOFF_WITHIN).until;
        let until = until.unwrap_or_else(handoff);
        let with = vec![to];
        let action = match (from_whom, &on_call.users[..]) {
            (Some(who), _) => OverrideAction::Replace { who, with },
            (None, _) => OverrideAction::Set(with),
        };
        let (layer, from, reason) = (None, self.now, None);
        self.make_override(
            RunTimeOverride { schedule, layer, from, until, action, reason, by, via },
            confirmed,
        );
    }

    pub(super) fn make_silence(&mut self, mut made: RunTimeSilence, everything: bool, confirmed: bool) {
        made.from = made.from.max(self.now);
        let broad = made.services.is_empty();
        let hours = if broad { BROAD_HOURS_MAX } else { SILENCE_HOURS_MAX };
        let unknown = made.services.iter().find(|id| !self.config.services.contains_key(&***id));
        let refused = self
            .bad_times(made.from, made.until, hours)
            .or_else(|| unknown.map(|id| Refused::Unknown(id.to_string())))
            .or_else(|| (broad && made.when.is_empty() && !everything).then_some(Refused::EmptyScope))
            .or_else(|| made.reason.trim().is_empty().then_some(Refused::ReasonMissing))
            .or_else(|| Matcher::read(&made.when).err().map(|bad| Refused::BadPattern(bad.to_string())))
            .or_else(|| (self.state.run_time.silences.len() >= SILENCES_MAX).then_some(Refused::TooMany));
        if let Some(refused) = refused {
            return self.refuse(refused);
        }
        if broad && made.when.is_empty() && !confirmed {
            self.turn.reply = Some(Reply::Confirm(vec![Warning::Everything { until: made.until }]));
            return;
        }
        let (id, until) = (self.state.seq + 1, made.until);
        self.make(RunTimeChange::Silence(Box::new(made)), Made::Silence, until);
        self.tell_of_silence(id);
    }

    pub(super) fn make_absence(&mut self, mut made: RunTimeAbsence, confirmed: bool) {
        made.from = made.from.max(self.now);
        let people = [Some(&made.user), made.cover.as_ref()];
        let unknown = people.into_iter().flatten().find(|user| !self.config.users.contains_key(&***user));
        let refused = self
            .bad_times(made.from, made.until, OVERRIDE_HOURS_MAX)
            .or_else(|| unknown.map(|user| Refused::Unknown(user.to_string())))
            .or_else(|| (made.cover.as_ref() == Some(&made.user)).then_some(Refused::OwnCover))
            .or_else(|| (self.state.run_time.absences.len() >= OVERRIDES_MAX).then_some(Refused::TooMany));
        if let Some(refused) = refused {
            return self.refuse(refused);
        }
        let (from, until) = (made.from, made.until);
        let after = self.with(|run_time, id| {
            run_time.absences.insert(id, made.clone());
        });
        if self.empties_the_fallback(&after, from) {
            return self.refuse(Refused::EmptiesTheFallback);
        }
        let schedules: Vec<Id> =
            self.config.schedules.schedules.keys().take(SCHEDULES_MAX).cloned().collect();
        let broken = schedules.iter().flat_map(|id| self.config.broken_by(&after, id, from, until)).collect();
        if self.asks(broken, confirmed) {
            return;
        }
        self.make(RunTimeChange::Absence(Box::new(made)), Made::Absence, until);
    }

    /// Ends one early; `None` of that kind in force: refused.
    pub(super) fn end_early(&mut self, what: Ended, by: &Actor, via: Via) {
        let runs = |until: Timestamp| self.now < until;
        let known = match &what {
            Ended::RunTime(id) => {
                let made = &self.state.run_time;
                made.overrides.get(id).is_some_and(|made| runs(made.until))
                    || made.silences.get(id).is_some_and(|made| runs(made.until))
                    || made.absences.get(id).is_some_and(|made| runs(made.until))
                    || self.is_offered(*id)
            }
            Ended::File(place) => self.is_in_force(place),
        };
        if !known {
            return self.refuse(Refused::NotInForce);
        }
        self.ends(what, Why::AskedFor, by, via);
        self.turn.reply = Some(Reply::Ended);
    }

    pub(super) fn back(&mut self, user: &UserId, by: &Actor, via: Via) {
        let mine = |(id, made): (&u64, &RunTimeAbsence)| {
            (made.user == *user && self.now < made.until).then_some(*id)
        };
        let ids: Vec<u64> = self.state.run_time.absences.iter().filter_map(mine).collect();
        if ids.is_empty() {
            return self.refuse(Refused::NotInForce);
        }
        for id in ids {
            self.ends(Ended::RunTime(id), Why::AskedFor, by, via);
        }
        self.turn.reply = Some(Reply::Ended);
    }

    /// What names a schedule, a service or a person that git has removed ends, and so does what git has taken over.
    pub(super) fn retire(&mut self) {
        let mut over: Vec<(u64, Why)> = Vec::new();
        let run_time = &self.state.run_time;
        let gone = |user: &UserId| !self.config.users.contains_key(user);
        let left = |user: &UserId| {
            gone(user) || self.config.schedules.is_off(user, self.now).is_some_and(|off| off.until.is_none())
        };
        for (id, made) in run_time.overrides.iter().filter(|(_, made)| self.now < made.until) {
            let unknown = !self.config.schedules.schedules.contains_key(&made.schedule);
            if self.config.retired.iter().any(|git| git.is(*id, made)) {
                over.push((*id, Why::InGit));
            } else if unknown || people(&made.action).iter().any(left) {
                over.push((*id, Why::GoneFromGit));
            }
        }
        for (id, made) in run_time.silences.iter().filter(|(_, made)| self.now < made.until) {
            let known = |service: &Id| self.config.services.contains_key(service);
            if !made.services.is_empty() && !made.services.iter().any(known) {
                over.push((*id, Why::GoneFromGit));
            }
        }
        for (id, made) in run_time.absences.iter().filter(|(_, made)| self.now < made.until) {
            if gone(&made.user) {
                over.push((*id, Why::GoneFromGit));
            }
        }
        for (id, made) in run_time.offers.iter().filter(|(_, made)| self.now < made.from) {
            let unknown = !self.config.schedules.schedules.contains_key(&made.schedule);
            if made.taken.is_none() && (unknown || left(&made.who)) {
                over.push((*id, Why::GoneFromGit));
            }
        }
        for (id, why) in over {
            self.ends(Ended::RunTime(id), why, &Actor::Rule("git".to_owned()), Via::Rule);
        }
    }

    /// The config in force if that were made too.
    fn with(&self, change: impl FnOnce(&mut RunTime, u64)) -> Config {
        let mut run_time = RunTime::default();
        change(&mut run_time, self.state.seq + 1);
        self.config.laid_over(&run_time)
    }

    pub(super) fn make(&mut self, change: RunTimeChange, kind: Made, until: Timestamp) {
        let id = self.state.seq + 1;
        self.about_server(change);
        self.turn.reply = Some(Reply::Made { id, kind, until });
    }

    pub(super) fn refuse(&mut self, refused: Refused) {
        self.turn.reply = Some(Reply::Refused(refused));
    }

    /// Whether it must be confirmed first; then the reply says why.
    fn asks(&mut self, broken: Vec<Break>, confirmed: bool) -> bool {
        let name = |user: &UserId| self.config.users.get(user).map_or(&**user, |user| &user.name).to_owned();
        let warning = |it: Break| match it {
            Break::Gap { schedule, from, until } => Warning::Gap { schedule, from, until },
            Break::Fewer { schedule, from, until } => Warning::Fewer { schedule, from, until },
            Break::NothingRings { user } => Warning::NothingRings { name: name(&user) },
        };
        let warnings: Vec<Warning> = broken.into_iter().map(warning).take(WARNINGS_MAX).collect();
        let asks = !confirmed && !warnings.is_empty();
        if asks {
            self.turn.reply = Some(Reply::Confirm(warnings));
        }
        asks
    }

    pub(super) fn bad_times(&self, from: Timestamp, until: Timestamp, hours: u32) -> Option<Refused> {
        if until <= self.now {
            return Some(Refused::Past);
        }
        if until <= from {
            return Some(Refused::EndsBeforeItBegins);
        }
        let too_long = until > later(self.now.max(from), SignedDuration::from_hours(i64::from(hours)));
        too_long.then_some(Refused::TooLong { hours })
    }

    fn bad_override(&self, made: &RunTimeOverride) -> Option<Refused> {
        let Some(schedule) = self.config.schedules.schedules.get(&made.schedule) else {
            return Some(Refused::Unknown(made.schedule.to_string()));
        };
        if let Some(layer) = made.layer.as_ref().filter(|layer| !schedule.has_layer(layer)) {
            return Some(Refused::Unknown(layer.clone()));
        }
        people(&made.action).iter().find_map(|user| {
            let Some(known) = self.config.users.get(user) else {
                return Some(Refused::Unknown(user.to_string()));
            };
            let off = self.config.schedules.is_off(user, made.from);
            off.is_some_and(|off| off.until.is_none()).then(|| Refused::HasLeft(known.name.clone()))
        })
    }

    /// Whether everybody whom the fallback names would be away.
    fn empties_the_fallback(&self, after: &Config, at: Timestamp) -> bool {
        let Some(policy) = after.policies.get(&after.organisation.fallback) else { return false };
        let notify: Vec<_> = policy.steps.iter().flat_map(|step| step.notify.iter().cloned()).collect();
        let people = super::escalation::members(after, &notify, at, true).people;
        people.keys().all(|user| after.schedules.is_off(user, at).is_some())
    }

    /// Whether git has an override or a silence there that has not ended.
    fn is_in_force(&self, place: &Place) -> bool {
        let schedules = self.config.schedules.schedules.values();
        let mut overrides = schedules.flat_map(|schedule| schedule.overrides.iter());
        let mut silences = self.config.silences.iter();
        let until = |period: &SilencePeriod| match period {
            SilencePeriod::Once { until, .. } | SilencePeriod::Every { until, .. } => *until,
        };
        overrides.any(|it| it.origin.place() == Some(place) && self.now < it.until)
            || silences.any(|it| it.origin.place() == Some(place) && self.now < until(&it.period))
    }
}

/// Everybody whom an override names.
fn people(action: &OverrideAction) -> Vec<UserId> {
    match action {
        OverrideAction::Set(with) | OverrideAction::Add(with) => with.clone(),
        OverrideAction::Replace { who, with } => with.iter().chain([who]).cloned().collect(),
    }
}
