//! One layer: who takes turns, in which zone, limited to which windows.

use super::absence::Absence;
use super::window::{any_contains, any_next_edge};
use super::{Hours, Rotation, UserId};
use jiff::{Timestamp, tz::TimeZone};
use std::sync::Arc;

/// One layer of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: Arc<str>,
    pub time_zone: TimeZone,
    pub turn: Turn,
    /// Limits the layer to windows; `None`: always. Several: any of them.
    pub during: Option<Vec<Hours>>,
    /// Shown and told by Slack, never called and never counted as cover.
    pub shadow: bool,
}

/// Who fills a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    Rotation(Rotation),
    /// One set of people, always.
    Always(Arc<[UserId]>),
}

impl Layer {
    /// Whom the layer has at `at`, absences considered; empty outside its windows.
    pub(super) fn people(&self, at: Timestamp, absence: &Absence<'_>) -> Vec<UserId> {
        if self.during.as_deref().is_some_and(|hours| !any_contains(hours, at)) {
            return Vec::new();
        }
        match &self.turn {
            Turn::Rotation(rotation) => rotation.people(&self.time_zone, self.during.as_deref(), at, absence),
            Turn::Always(people) => absence.fill(people),
        }
    }

    /// An instant after `after` until which the layer stays as it is, absences left aside.
    pub(super) fn next_edge(&self, after: Timestamp) -> Timestamp {
        let window = self.during.as_deref().map_or(Timestamp::MAX, |hours| any_next_edge(hours, after));
        match &self.turn {
            Turn::Rotation(rotation) => window.min(rotation.next_handoff(&self.time_zone, after)),
            Turn::Always(_) => window,
        }
    }
}
