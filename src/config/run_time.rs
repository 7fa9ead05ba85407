//! Overrides and silences that people make at run time, as the journal keeps them, and the config with them laid on top.
//!
//! What is in force is always one [`Config`], so that routing, schedules, previews and calendars read one thing. Who may make
//! one, and for how long, is decided by the state machine.

use super::{Config, Id, Matcher, Silence, SilencePeriod};
use crate::actor::{Actor, Origin, Via};
use crate::schedule::{Override, OverrideAction};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An override made at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimeOverride {
    pub schedule: Id,
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
}

impl Config {
    /// This config with what was made at run time on top, in the order in which it was made. What names a schedule that
    /// is gone, or a pattern that cannot be read, is left out.
    pub fn laid_over(
        &self,
        overrides: &BTreeMap<u64, RunTimeOverride>,
        silences: &BTreeMap<u64, RunTimeSilence>,
    ) -> Config {
        let mut config = self.clone();
        for (id, made) in overrides {
            let Some(schedule) = config.schedules.schedules.get_mut(&made.schedule) else { continue };
            let origin = Origin::RunTime { id: *id, by: made.by.clone(), via: made.via };
            let mut all = schedule.overrides.to_vec();
            all.push(Override {
                from: made.from,
                until: made.until,
                action: made.action.clone(),
                origin,
                reason: made.reason.clone(),
            });
            schedule.overrides = all.into();
        }
        config.silences.extend(silences.iter().filter_map(|(id, made)| {
            let when = Matcher::read(&made.when).ok()?;
            Some(Silence {
                services: made.services.clone(),
                when: (!when.fields.is_empty()).then_some(when),
                period: SilencePeriod::Once { from: made.from, until: made.until },
                reason: made.reason.clone(),
                origin: Origin::RunTime { id: *id, by: made.by.clone(), via: made.via },
            })
        }));
        config
    }
}
