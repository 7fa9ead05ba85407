//! One alert's noise, applied: an incident that opens again, an alert that flaps.
//!
//! When an alert opens its incident again is decided in `again`, when it flaps and when it is calm in `flapping`.

use super::IncidentId;
use super::entry::Entry;
use super::noise_change::{Flapping, NoiseChange, Reopened};
use super::state::{Alert, Incident, State};
use crate::alert::Event;
use crate::config::FlappingRule;
use jiff::{SignedDuration, Timestamp};

/// How many of the last times at which a key began to fire are remembered: as many as a rule may ask for.
pub const FIRES_MAX: usize = FlappingRule::FIRES_MAX as usize;
/// How often the number of an alert that flaps is shown anew.
const SHOWN_EVERY: SignedDuration = SignedDuration::from_mins(1);

impl Flapping {
    /// How long it has been flapping, up to its last change.
    pub fn lasted(&self) -> SignedDuration {
        self.changed_at.duration_since(self.first_at).max(SignedDuration::ZERO)
    }

    pub(super) fn quiet(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.quiet_seconds))
    }

    /// Counts from a change of what its alert says.
    pub fn changes(&mut self, at: Timestamp) {
        self.changed_at = at;
        self.until = at.saturating_add(self.quiet()).unwrap_or(Timestamp::MAX);
    }

    /// Its alert fires once more. Whether the number is to be shown anew.
    pub fn fires(&mut self, at: Timestamp) -> bool {
        self.fires = self.fires.saturating_add(1);
        self.changes(at);
        let shows = at.duration_since(self.shown_at) >= SHOWN_EVERY;
        if shows {
            self.shown_at = at;
        }
        shows
    }

    pub fn shift(&mut self, by: SignedDuration) {
        let all = [&mut self.first_at, &mut self.changed_at, &mut self.until, &mut self.shown_at];
        all.into_iter().for_each(|at| *at = at.saturating_add(by).unwrap_or(*at));
    }
}

impl Alert {
    /// Whether it counts as firing: it does, or it flaps.
    pub fn lasts(&self) -> bool {
        self.firing || self.flapping.is_some()
    }

    /// It fires once more while it flaps. Whether its number is to be shown anew.
    pub(super) fn flaps_once_more(&mut self, at: Timestamp) -> bool {
        let clear = !self.firing;
        self.flapping.as_mut().is_some_and(|flapping| clear && flapping.fires(at))
    }
}

impl Incident {
    pub(super) fn apply_noise(&mut self, change: &NoiseChange, at: Timestamp) {
        match change {
            NoiseChange::Reopened(reopened) => self.open_again(reopened, at),
            NoiseChange::Flaps { integration, dedup_key, flapping } => {
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    alert.flapping = Some(Box::new(flapping.clone()));
                    self.version += 1;
                }
            }
            NoiseChange::Cleared { integration, dedup_key, .. } => {
                self.last_event_at = at;
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    (alert.firing, alert.stale_at) = (false, None);
                    alert.flapping.iter_mut().for_each(|flapping| flapping.changes(at));
                }
            }
            NoiseChange::Calmed { integration, dedup_key, .. } => {
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    alert.flapping = None;
                    self.version += 1;
                }
            }
        }
        self.count_flapping();
    }

    fn alert_mut(&mut self, integration: &str, dedup_key: &str) -> Option<&mut Alert> {
        self.alerts.iter_mut().find(|alert| alert.is(integration, dedup_key))
    }

    /// Keeps the number of alerts that flap in step with the alerts.
    pub(super) fn count_flapping(&mut self) {
        let count = self.alerts.iter().filter(|alert| alert.flapping.is_some()).count();
        self.flapping = u32::try_from(count).unwrap_or(u32::MAX);
    }

    /// The alert that flaps, of several the one that has fired most often.
    pub fn flaps(&self) -> Option<&Flapping> {
        if self.flapping == 0 {
            return None;
        }
        self.alerts.iter().filter_map(|alert| alert.flapping.as_deref()).max_by_key(|flapping| flapping.fires)
    }

    pub(super) fn shift_flapping(&mut self, by: SignedDuration) {
        let flapping = self.alerts.iter_mut().filter_map(|alert| alert.flapping.as_deref_mut());
        flapping.for_each(|flapping| flapping.shift(by));
    }

    /// Only the alert that opens it again fires; how urgent that is, is decided anew.
    fn open_again(&mut self, it: &Reopened, at: Timestamp) {
        self.trigger_again();
        (self.resolved_by, self.left_at, self.low, self.held_back) = (None, None, None, None);
        (self.rare.newcomers_told_at, self.rare.newcomers_due) = (None, None);
        (self.severity, self.urgency) = (it.severity, it.urgency);
        self.urgency_rule.clone_from(&it.urgency_rule);
        (self.rare.raise_at, self.lowered, self.let_through) = (it.raise_at, false, false);
        // What a person chose stays.
        if self.own_policy.chosen == self.own_policy.by_rule {
            self.own_policy.chosen.clone_from(&it.policy);
        }
        self.own_policy.by_rule.clone_from(&it.policy);
        self.storm.iter_mut().for_each(|storm| storm.nothing_is_counted());
        self.hear_again(&it.event, it.severity, it.stale_at, at);
        self.show_in(&it.mirrors);
    }
}

impl State {
    pub(super) fn apply_noise(&mut self, change: &NoiseChange, entry: &Entry) {
        match change {
            NoiseChange::Reopened(reopened) => {
                self.remember(&reopened.event, entry.at);
                self.fires(&reopened.event, entry.at);
                entry.incident.iter().for_each(|id| self.open_again(*id, entry.at));
            }
            NoiseChange::Cleared { event, .. } => {
                event.iter().for_each(|event| self.remember(event, entry.at));
            }
            NoiseChange::Flaps { .. } | NoiseChange::Calmed { .. } => {}
        }
    }

    /// Remembers that a key begins to fire.
    pub(super) fn fires(&mut self, event: &Event, at: Timestamp) {
        let known = self.known(event, at);
        if known.fires.len() >= FIRES_MAX {
            known.fires.remove(0);
        }
        known.fires.reserve_exact(1);
        known.fires.push(at);
    }

    /// The same, if its alert did not fire.
    pub(super) fn fires_again(&mut self, id: Option<IncidentId>, event: &Event, at: Timestamp) {
        let incident = id.and_then(|id| self.incidents.get(&id));
        let clear = |alert: &Alert| alert.is_of(event) && !alert.firing;
        if incident.is_some_and(|incident| incident.alerts.iter().any(clear)) {
            self.fires(event, at);
        }
    }
}
