//! A silence until an incident is resolved: of its alerts' keys only, for a day at most.
//!
//! It is a silence like any other that people make, so that lists, timelines and an early end know it. While one of its
//! keys is in an open incident it lasts; then it ends, unless one of them fires again within `reopen_within`.

use super::entry::EscalationChange;
use super::escalation::later;
use super::made::RunTimeChange;
use super::parts::{AlertKey, HeldBack, Hold, Status};
use super::state::{Alert, Incident};
use super::{Call, IncidentId, message};
use crate::actor::{Actor, Origin, Via};
use crate::config::RunTimeSilence;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long such a silence lasts at most.
const UNTIL_RESOLVED_MAX: SignedDuration = SignedDuration::from_hours(24);

impl Call<'_> {
    pub(super) fn silence_until_resolved(
        &mut self,
        id: IncidentId,
        reason: Option<&str>,
        by: Actor,
        via: Via,
    ) {
        let Some(incident) = self.incident(id) else { return };
        let keys: BTreeSet<AlertKey> = incident.alerts.iter().map(Alert::key).collect();
        let (from, until) = (self.now, later(self.now, UNTIL_RESOLVED_MAX));
        let reason = message::cut(reason.unwrap_or_default().trim(), super::NOTE_MAX);
        let made = RunTimeSilence {
            services: Vec::new(),
            when: Vec::new(),
            from,
            until,
            reason: reason.clone(),
            by: by.clone(),
            via,
            keys,
            at_most: Some(until),
        };
        let origin = Origin::RunTime { id: self.state.seq + 1, by, via };
        self.about_server(RunTimeChange::Silence(Box::new(made)));
        self.end_hold(id);
        let held = HeldBack { by: Hold::Silence, origin, reason, until, source: None };
        self.about(id, EscalationChange::HeldBack(held));
        self.hang_up_needless(id, None);
    }

    /// Who silenced it until it is resolved, if somebody did.
    pub(super) fn silenced_until_resolved_by(&self, incident: &Incident) -> Option<Actor> {
        let held = incident.held_back.as_ref()?;
        let Origin::RunTime { id, by, .. } = &held.origin else { return None };
        let made = self.state.run_time.silences.get(id)?;
        made.at_most.is_some().then(|| by.clone())
    }

    /// Brings the end of every such silence in step with its alerts.
    pub(super) fn follow_silences(&mut self) {
        if self.turn.entries.is_empty() {
            return;
        }
        let run_time = &self.state.run_time;
        let running = run_time.silences.iter().filter(|(_, made)| self.now < made.until);
        let ends: Vec<(u64, Timestamp, bool)> = running
            .filter_map(|(id, made)| {
                let at_most = made.at_most?;
                let (until, fires) = match self.last_end(made) {
                    None => (at_most, true),
                    Some(_) if made.until < at_most => return None,
                    Some(until) => (until.min(at_most), false),
                };
                (until != made.until).then_some((*id, until, fires))
            })
            .collect();
        for (id, until, fires) in ends {
            self.about_server(RunTimeChange::SilenceEnds { id, until, fires });
            if fires {
                self.goes_on(id, until);
            }
        }
    }

    /// When a silence ends of which no key is in an open incident; `None`: one is.
    fn last_end(&self, made: &RunTimeSilence) -> Option<Timestamp> {
        let mut last: Option<IncidentId> = None;
        for known in made.keys.iter().filter_map(|key| self.state.keys.get(key)) {
            if known.open.is_some() {
                return None;
            }
            last = last.max(known.last.as_ref().map(|last| last.0));
        }
        let service = last.and_then(|id| self.incident(id)?.service.clone());
        let service = service.and_then(|service| self.config.services.get(&service));
        let within = service.and_then(|service| service.reopen.as_ref()).map(|rule| rule.within);
        Some(later(self.now, within.unwrap_or_default()))
    }

    /// The incidents of a silence that goes on are quiet for as long as it lasts.
    fn goes_on(&mut self, silence: u64, until: Timestamp) {
        let Some(made) = self.state.run_time.silences.get(&silence) else { return };
        let open: BTreeSet<IncidentId> = made.keys.iter().filter_map(|key| self.state.open(key)).collect();
        for id in open {
            let held = self.incident(id).filter(|it| it.status != Status::Resolved);
            let Some(held) = held.and_then(|it| it.held_back.as_deref().cloned()) else { continue };
            if matches!(held.origin, Origin::RunTime { id: by, .. } if by == silence) {
                self.about(id, EscalationChange::HeldBack(HeldBack { until, ..held }));
            }
        }
    }
}
