//! Overrides, silences and absences that people make at run time, as the journal keeps them, and the config with them on top.
//!
//! What is in force is always one [`Config`], so that routing, schedules, previews and calendars read one thing. Who may make
//! one, and for how long, is decided by the state machine; what one would break is asked here, so that it can be said before.

use super::{CONTACTS, Config, Id, Matcher, Silence, SilencePeriod, User};
use crate::actor::{Actor, Origin, Via};
use crate::place::Place;
use crate::schedule::{Override, OverrideAction, Shift, TimeOff, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was made at run time, by the number of the entry that made each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTime {
    pub overrides: BTreeMap<u64, RunTimeOverride>,
    pub silences: BTreeMap<u64, RunTimeSilence>,
    pub absences: BTreeMap<u64, RunTimeAbsence>,
    pub offers: BTreeMap<u64, RunTimeOffer>,
    /// Overrides and silences of git that were ended early, and when.
    pub ended: BTreeMap<Place, Timestamp>,
    /// The number of the entry that last changed any of it.
    pub changed_by: u64,
}

/// An override made at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimeOverride {
    pub schedule: Id,
    /// The name of the only layer that it changes.
    #[serde(default)]
    pub layer: Option<String>,
    pub from: Timestamp,
    pub until: Timestamp,
    pub action: OverrideAction,
    pub reason: Option<String>,
    pub by: Actor,
    pub via: Via,
}

/// A silence made at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimeSilence {
    /// Empty: every service that `when` matches.
    pub services: Vec<Id>,
    /// Keys and patterns as they were typed: `labels.env`, `["!prod"]`.
    pub when: Vec<(String, Vec<String>)>,
    pub from: Timestamp,
    pub until: Timestamp,
    pub reason: String,
    pub by: Actor,
    pub via: Via,
    /// Integrations and dedup keys: with any, only these are muted.
    #[serde(default)]
    pub keys: BTreeSet<(String, String)>,
    /// Until the incident with these keys is resolved, and so long at most.
    #[serde(default)]
    pub at_most: Option<Timestamp>,
}

/// Somebody is away, from every schedule and step that names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimeAbsence {
    pub user: UserId,
    pub from: Timestamp,
    pub until: Timestamp,
    pub cover: Option<UserId>,
    pub by: Actor,
    pub via: Via,
}

/// A shift that somebody offers to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimeOffer {
    pub schedule: Id,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Whose shift it is.
    pub who: UserId,
    /// Who may accept it; when it is made, nobody: everybody who takes turns on the schedule.
    pub to: Vec<UserId>,
    pub reason: Option<String>,
    pub by: Actor,
    pub via: Via,
    /// Who has accepted it.
    #[serde(default)]
    pub taken: Option<UserId>,
}

/// An override of git that was made at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InGit {
    pub id: u64,
    pub schedule: Id,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Files say minutes and seconds, and a reviewer may move one of the ends.
const ENDS_ABOUT: SignedDuration = SignedDuration::from_secs(60);

impl InGit {
    /// Whether it is this one. The number alone does not tell: a server that began with an empty state counts anew.
    pub fn is(&self, id: u64, made: &RunTimeOverride) -> bool {
        let near = |one: Timestamp, other: Timestamp| one.duration_since(other).abs() < ENDS_ABOUT;
        let when = near(self.from, made.from) || near(self.until, made.until);
        self.id == id && self.schedule == made.schedule && when
    }
}

/// What a change would break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// Nobody would be on call, where somebody was.
    Gap { schedule: Id, from: Timestamp, until: Timestamp },
    /// Fewer would be on call than before.
    Fewer { schedule: Id, from: Timestamp, until: Timestamp },
    /// Somebody would be on call whom nothing rings.
    NothingRings { user: UserId },
}

impl RunTimeSilence {
    /// Whether it is of every service: of everything, or of what its matchers say.
    pub fn is_broad(&self) -> bool {
        self.services.is_empty() && self.keys.is_empty()
    }
}

impl RunTime {
    pub fn is_empty(&self) -> bool {
        self.overrides.is_empty()
            && self.silences.is_empty()
            && self.absences.is_empty()
            && self.ended.is_empty()
    }

    /// Forgets what ended before an instant.
    pub fn forget_ended(&mut self, before: Timestamp) {
        self.overrides.retain(|_, made| made.until > before);
        self.silences.retain(|_, made| made.until > before);
        self.absences.retain(|_, made| made.until > before);
        self.offers.retain(|_, made| made.from > before);
    }
}

impl Config {
    /// This config with what was made at run time on top, in the order in which it was made. What names a schedule that
    /// is gone, or a pattern that cannot be read, is left out.
    pub fn laid_over(&self, made: &RunTime) -> Config {
        let mut config = self.clone();
        config.end_early(&made.ended);
        let mut added: BTreeMap<&Id, Vec<Override>> = BTreeMap::new();
        for (id, made) in &made.overrides {
            added.entry(&made.schedule).or_default().push(Override {
                from: made.from,
                until: made.until,
                layer: made.layer.as_deref().map(Into::into),
                action: made.action.clone(),
                origin: Origin::RunTime { id: *id, by: made.by.clone(), via: made.via },
                reason: made.reason.clone(),
            });
        }
        for (id, added) in added {
            let Some(schedule) = config.schedules.schedules.get_mut(id) else { continue };
            let all: Vec<Override> = schedule.overrides.iter().cloned().chain(added).collect();
            schedule.overrides = all.into();
        }
        config.silences.extend(made.silences.iter().filter_map(|(id, made)| {
            let when = Matcher::read(&made.when).ok()?;
            Some(Silence {
                services: made.services.clone(),
                when: (!when.fields.is_empty()).then_some(when),
                period: SilencePeriod::Once { from: made.from, until: made.until },
                reason: made.reason.clone(),
                origin: Origin::RunTime { id: *id, by: made.by.clone(), via: made.via },
                keys: made.keys.clone(),
            })
        }));
        for (id, made) in &made.absences {
            let origin = Origin::RunTime { id: *id, by: made.by.clone(), via: made.via };
            let all = config.schedules.time_off.entry(made.user.clone()).or_default();
            let (until, cover) = (Some(made.until), made.cover.clone());
            all.push(TimeOff {
                from: made.from,
                until,
                every: None,
                cover,
                place: origin.to_string().into(),
            });
        }
        config
    }

    /// Cuts short what git says and somebody ended.
    fn end_early(&mut self, ended: &BTreeMap<Place, Timestamp>) {
        if ended.is_empty() {
            return;
        }
        let end = |origin: &Origin, until: Timestamp| {
            let at = origin.place().and_then(|place| ended.get(place));
            at.map_or(until, |at| until.min(*at))
        };
        for schedule in self.schedules.schedules.values_mut() {
            let mut all = schedule.overrides.to_vec();
            all.iter_mut().for_each(|it| it.until = end(&it.origin, it.until).max(it.from));
            all.retain(|it| it.from < it.until);
            schedule.overrides = all.into();
        }
        for silence in &mut self.silences {
            match &mut silence.period {
                SilencePeriod::Once { until, .. } | SilencePeriod::Every { until, .. } => {
                    *until = end(&silence.origin, *until);
                }
            }
        }
    }

    /// What becomes worse on a schedule when this config gives way to `after`, over `[from, until)`.
    pub fn broken_by(&self, after: &Config, schedule: &Id, from: Timestamp, until: Timestamp) -> Vec<Break> {
        let then = after.schedules.shifts(schedule, from, until);
        let now = self.schedules.shifts(schedule, from, until);
        let mut broken: Vec<Break> = Vec::new();
        let mut on_call: BTreeSet<&UserId> = BTreeSet::new();
        for (shift, before) in overlaps(&then, &now) {
            let (start, end) = (shift.start.max(before.start), shift.end.min(before.end));
            let (has, had) = (shift.on_call.users.len(), before.on_call.users.len());
            let new = |user: &&UserId| !before.on_call.users.contains(user);
            on_call.extend(shift.on_call.users.iter().filter(new));
            let schedule = schedule.clone();
            match broken.last_mut() {
                Some(Break::Gap { until, .. }) if has == 0 && had > 0 && *until == start => *until = end,
                Some(Break::Fewer { until, .. }) if 0 < has && has < had && *until == start => *until = end,
                _ if has == 0 && had > 0 => broken.push(Break::Gap { schedule, from: start, until: end }),
                _ if has < had => broken.push(Break::Fewer { schedule, from: start, until: end }),
                _ => {}
            }
        }
        let rings = |user: &&&UserId| !after.users.get(&***user).is_some_and(|user| after.rings(user));
        let silent = on_call.iter().filter(rings).map(|user| Break::NothingRings { user: (*user).clone() });
        let any_rings = after.users.values().any(|user| after.rings(user));
        let silent: Vec<Break> = silent.filter(|_| any_rings).collect();
        broken.extend(silent);
        broken
    }

    /// Whether a rule of theirs for what is urgent rings.
    fn rings(&self, user: &User) -> bool {
        let ringing = CONTACTS.iter().filter(|row| row.rings);
        let mut ways = ringing.filter(|row| self.providers_of(row.contact).next().is_some());
        ways.any(|row| {
            user.high.iter().any(|rule| rule.by == row.contact) && user.can_be_told_by(row.contact)
        })
    }
}

/// Every pair of shifts that have time in common, in order.
fn overlaps<'s>(then: &'s [Shift], now: &'s [Shift]) -> impl Iterator<Item = (&'s Shift, &'s Shift)> {
    then.iter().flat_map(move |shift| {
        let common = move |other: &&Shift| other.start < shift.end && shift.start < other.end;
        now.iter().filter(common).map(move |other| (shift, other))
    })
}
