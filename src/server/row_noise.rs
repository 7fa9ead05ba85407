//! One alert's noise in a row of the board: an incident that opens again, alerts that flap, and how many fire.

use super::row::{Names, Row, RowAlert};
use crate::alert::Severity;
use crate::incident::{Flapping, NoiseChange, Reopened, StormSize};
use jiff::{SignedDuration, Timestamp};

impl Row {
    pub(super) fn noise(&mut self, change: &NoiseChange, at: Timestamp, names: &mut Names) {
        match change {
            NoiseChange::Reopened(reopened) => self.open_again(reopened, at, names),
            NoiseChange::Flaps { integration, dedup_key, flapping } => {
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    alert.flapping = Some(Box::new(flapping.clone()));
                }
            }
            NoiseChange::Cleared { integration, dedup_key, .. } => {
                self.last_event_at = at;
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    alert.firing = false;
                    alert.flapping.iter_mut().for_each(|flapping| flapping.changes(at));
                }
            }
            NoiseChange::Calmed { integration, dedup_key, .. } => {
                if let Some(alert) = self.alert_mut(integration, dedup_key) {
                    alert.flapping = None;
                }
            }
        }
    }

    pub(super) fn alert_mut(&mut self, integration: &str, dedup_key: &str) -> Option<&mut RowAlert> {
        self.alerts.iter_mut().find(|alert| alert.is(integration, dedup_key))
    }

    /// Only the alert that opens it again fires; how urgent that is, is decided anew.
    fn open_again(&mut self, it: &Reopened, at: Timestamp, names: &mut Names) {
        self.trigger_again();
        (self.resolved_by, self.held_back) = (None, None);
        (self.severity, self.urgency) = (it.severity, it.urgency);
        self.storm.iter_mut().for_each(|beyond| (beyond.alerts, beyond.critical) = (0, 0));
        self.hear_again(&it.event, it.severity, at, names);
    }

    /// How many of its alerts fire.
    pub fn firing(&self) -> usize {
        self.alerts.iter().filter(|alert| alert.lasts()).count()
    }

    /// How many alerts fire in it, or had come when it closed; `None`: it is no storm, or stands for one alert alone.
    pub fn storm_size(&self) -> Option<StormSize> {
        let beyond = self.storm?;
        let known = self.alerts.iter().filter(|alert| alert.lasts() || !self.is_open());
        let critical = known.clone().filter(|alert| alert.severity == Severity::Critical);
        let critical = critical.count() + beyond.critical as usize;
        let size = StormSize { alerts: known.count() + beyond.alerts as usize, critical };
        Some(size).filter(|size| size.alerts > 1)
    }

    /// The alert that flaps, of several the one that has fired most often.
    pub fn flaps(&self) -> Option<&Flapping> {
        self.alerts.iter().filter_map(|alert| alert.flapping.as_deref()).max_by_key(|flapping| flapping.fires)
    }

    pub(super) fn shift_flapping(&mut self, by: SignedDuration) {
        let flapping = self.alerts.iter_mut().filter_map(|alert| alert.flapping.as_deref_mut());
        flapping.for_each(|flapping| flapping.shift(by));
    }
}

impl RowAlert {
    /// Whether it counts as firing: it does, or it flaps.
    pub fn lasts(&self) -> bool {
        self.firing || self.flapping.is_some()
    }

    /// It fires once more while it flaps.
    pub(super) fn flaps_once_more(&mut self, at: Timestamp) {
        if !self.firing {
            self.flapping.iter_mut().for_each(|flapping| {
                flapping.fires(at);
            });
        }
    }
}
