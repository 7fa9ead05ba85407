//! One layer: who takes turns, in which zone, limited to which windows.

use super::{Hours, Rotation, UserId};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// One layer of a schedule.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
pub enum Turn {
    Rotation(Rotation),
    /// One set of people, always.
    Always(Arc<[UserId]>),
}
