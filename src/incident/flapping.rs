//! When an alert flaps, and when it is calm.
//!
//! An alert that began to fire so often within a while flaps: its incident stays open, and steps and personal rules run
//! until somebody takes it, whatever the alert says at the moment. A clear hangs nobody up and a fire pages nobody anew, until
//! the alert has not changed for the quiet time: then it is over, or an alert like any other.

use super::entry::Change;
use super::escalation::later;
use super::noise_change::{Flapping, NoiseChange};
use super::parts::{AlertKey, Status};
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{Call, IncidentId};
use crate::actor::{Actor, Via};
use crate::alert::Event;
use crate::config::FlappingRule;
use crate::reason::Why;

impl Call<'_> {
    fn flapping_rule(&self, incident: &Incident) -> Option<&FlappingRule> {
        let service = incident.service.as_ref().and_then(|service| self.config.services.get(service))?;
        service.flapping.as_ref()
    }

    /// Whether an alert that has just begun to fire flaps from now on.
    pub(super) fn flaps(&mut self, id: IncidentId, key: &AlertKey) {
        let Some(incident) = self.incident(id) else { return };
        let Some(rule) = self.flapping_rule(incident) else { return };
        let own = |alert: &&Alert| alert.is(&key.0, &key.1);
        let calm = incident.alerts.iter().find(own).is_some_and(|alert| alert.flapping.is_none());
        let Some(known) = self.state.keys.get(key).filter(|_| calm) else { return };
        let recent = |at: &&jiff::Timestamp| self.now.duration_since(**at) <= rule.within;
        let fires = known.fires.iter().filter(recent).count();
        let Some(first_at) = known.fires.iter().find(recent).copied() else { return };
        if fires < rule.fires as usize {
            return;
        }
        let fires = u32::try_from(fires).unwrap_or(u32::MAX);
        let flapping = self.flapping_since(first_at, fires, rule, self.now);
        let (integration, dedup_key) = key.clone();
        self.about(id, NoiseChange::Flaps { integration, dedup_key, flapping });
    }

    fn flapping_since(
        &self,
        first_at: jiff::Timestamp,
        fires: u32,
        rule: &FlappingRule,
        changed_at: jiff::Timestamp,
    ) -> Flapping {
        Flapping {
            rule: rule.place.clone(),
            first_at,
            fires,
            changed_at,
            quiet_seconds: u32::try_from(rule.quiet.as_secs()).unwrap_or(u32::MAX),
            until: later(changed_at, rule.quiet),
            shown_at: self.now,
        }
    }

    /// An alert that flaps clears: it counts as firing until it is calm. False: it does not flap.
    pub(super) fn clears(
        &mut self,
        id: IncidentId,
        (integration, dedup_key): (&str, &str),
        event: Option<&Event>,
        why: &Why,
    ) -> bool {
        let Some(incident) = self.incident(id) else { return false };
        let own = |alert: &&Alert| alert.is(integration, dedup_key);
        let flapping = incident.alerts.iter().find(own).and_then(|alert| alert.flapping.as_ref());
        let Some(flapping) = flapping.filter(|_| *why != Why::HeartbeatNotExpected) else { return false };
        let until = later(self.now, flapping.quiet());
        let (integration, dedup_key) = (integration.to_owned(), dedup_key.to_owned());
        let (event, why) = (event.cloned().map(Box::new), why.clone());
        self.about(id, NoiseChange::Cleared { integration, dedup_key, event, why, until });
        true
    }

    /// An alert that flapped has not changed for the quiet time.
    pub(super) fn calm(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let due = |alert: &&Alert| alert.flapping.as_ref().is_some_and(|it| it.until <= self.now);
        let Some(key) = incident.alerts.iter().find(due).map(Alert::key) else { return };
        self.calms(id, key, Why::Calm);
    }

    fn calms(&mut self, id: IncidentId, (integration, dedup_key): AlertKey, why: Why) {
        let (by, reason) = (Actor::Integration(integration.clone()), why.clone());
        self.about(id, NoiseChange::Calmed { integration, dedup_key, why });
        let over = |incident: &Incident| !incident.alerts.iter().any(Alert::lasts);
        if self.incident(id).is_some_and(over) {
            let (via, why, event, reason) = (Via::Rule, reason, None, None);
            let resolved: Change = ResponseChange::Resolved { by, via, why, event, reason }.into();
            self.about(id, resolved);
            self.hang_up_needless(id, None);
        }
    }

    /// Follows the config in force: it may have switched flapping off, or changed the quiet time.
    pub(super) fn reconsider_flapping(&mut self, id: IncidentId) {
        let open = |it: &&Incident| it.flapping > 0 && it.status != Status::Resolved;
        let Some(incident) = self.incident(id).filter(open) else { return };
        let flapping: Vec<(AlertKey, Flapping)> = incident
            .alerts
            .iter()
            .filter_map(|alert| Some((alert.key(), alert.flapping.as_deref()?.clone())))
            .collect();
        let rule = self.flapping_rule(incident).cloned();
        for (key, known) in flapping {
            match &rule {
                None => self.calms(id, key, Why::FlappingOff),
                Some(rule) if known.quiet() == rule.quiet => {}
                Some(rule) => {
                    let flapping = self.flapping_since(known.first_at, known.fires, rule, known.changed_at);
                    let (integration, dedup_key) = key;
                    self.about(id, NoiseChange::Flaps { integration, dedup_key, flapping });
                }
            }
        }
    }
}
