//! What people make and choose at run time, as entries hold it: overrides, silences, absences, another service.

use super::Ended;
use super::errand::NewMirror;
use crate::actor::{Actor, Via};
use crate::config::{Id, RunTime, RunTimeAbsence, RunTimeOffer, RunTimeOverride, RunTimeSilence, Urgency};
use crate::reason::{Rule, Why};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What people change for now, beside git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunTimeChange {
    Override(Box<RunTimeOverride>),
    Silence(Box<RunTimeSilence>),
    Absence(Box<RunTimeAbsence>),
    Offer(Box<RunTimeOffer>),
    /// Somebody has accepted an offer.
    OfferTaken {
        id: u64,
        user: UserId,
    },
    /// A silence until an incident is resolved ends then: one of its alerts fires, or none does any more.
    SilenceEnds {
        id: u64,
        until: Timestamp,
        fires: bool,
    },
    /// It ends now, before its time.
    Ended {
        what: Ended,
        why: Why,
        by: Actor,
        via: Via,
    },
}

/// A service that somebody chose for an incident, and what its rules say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedTo {
    pub service: Id,
    pub urgency: Urgency,
    pub urgency_rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_at: Option<Timestamp>,
    /// The policy that the urgency rule names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<NewMirror>,
    pub by: Actor,
    pub via: Via,
}

impl RunTimeChange {
    /// Changes what was made at run time, as the entry with this number and time does.
    pub fn apply_to(&self, made: &mut RunTime, seq: u64, at: Timestamp) {
        made.changed_by = seq;
        match self {
            RunTimeChange::Override(new) => {
                made.overrides.insert(seq, (**new).clone());
            }
            RunTimeChange::Silence(new) => {
                made.silences.insert(seq, (**new).clone());
            }
            RunTimeChange::Absence(new) => {
                made.absences.insert(seq, (**new).clone());
            }
            RunTimeChange::Offer(new) => {
                made.offers.insert(seq, (**new).clone());
            }
            RunTimeChange::OfferTaken { id, user } => {
                made.offers.entry(*id).and_modify(|made| made.taken = Some(user.clone()));
            }
            RunTimeChange::SilenceEnds { id, until, .. } => {
                made.silences.entry(*id).and_modify(|made| made.until = *until);
            }
            RunTimeChange::Ended { what: Ended::RunTime(id), .. } => {
                made.offers.remove(id);
                let overrides = made.overrides.get_mut(id).map(|made| &mut made.until);
                let silences = made.silences.get_mut(id).map(|made| &mut made.until);
                let absences = made.absences.get_mut(id).map(|made| &mut made.until);
                let all = [overrides, silences, absences];
                all.into_iter().flatten().for_each(|until| *until = (*until).min(at));
            }
            RunTimeChange::Ended { what: Ended::File(place), .. } => {
                made.ended.insert(place.clone(), at);
            }
        }
    }
}
