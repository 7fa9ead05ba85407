//! An alert of a row: its key, and the words that lists show, a summary and labels up to a bound.

use crate::alert::{Event, Severity};
use crate::incident::{AlertKey, Flapping, Labels, OwnWords};
use jiff::Timestamp;
use std::sync::Arc;

/// The most of one alert's labels that lists show, in bytes.
pub const LABELS_SHOWN_MAX: usize = 2_048;

/// An alert of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowAlert {
    pub integration: Arc<str>,
    pub dedup_key: Box<str>,
    pub firing: bool,
    /// It fired until the incident was closed.
    pub fired_to_the_end: bool,
    pub severity: Severity,
    pub since: Timestamp,
    /// It fires and clears again and again, and counts as firing until it is calm.
    pub flapping: Option<Box<Flapping>>,
    /// Its words, where they are not the incident's.
    pub own: Option<Box<RowWords>>,
}

/// The words of an alert that did not open its incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWords {
    pub summary: Box<str>,
    /// `None`: they are more than lists show.
    pub labels: Option<Labels>,
}

impl RowWords {
    /// Labels as far as lists show them.
    pub(super) fn shown(labels: Labels) -> Option<Labels> {
        Some(labels).filter(|labels| labels.size() <= LABELS_SHOWN_MAX)
    }

    pub(super) fn of(event: &Event) -> RowWords {
        RowWords {
            summary: event.summary.as_str().into(),
            labels: RowWords::shown(Labels::new(&event.labels)),
        }
    }
}

impl From<&OwnWords> for RowWords {
    fn from(own: &OwnWords) -> RowWords {
        RowWords { summary: own.summary.clone(), labels: RowWords::shown(own.labels.clone()) }
    }
}

impl RowAlert {
    pub fn is(&self, integration: &str, dedup_key: &str) -> bool {
        *self.dedup_key == *dedup_key && *self.integration == *integration
    }

    pub fn key(&self) -> AlertKey {
        (self.integration.to_string(), self.dedup_key.to_string())
    }

    /// What an event says is its own, where it does not speak for the incident.
    pub(super) fn says(&mut self, event: &Event) {
        self.own.iter_mut().for_each(|own| **own = RowWords::of(event));
    }

    /// The words of an alert that joins others.
    pub(super) fn own_of(event: &Event) -> Option<Box<RowWords>> {
        Some(Box::new(RowWords::of(event)))
    }
}
