//! What names a row and its alerts: keys, and the words that lists show, a summary and labels up to a bound.

use super::row::{Row, RowAlert};
use crate::alert::Event;
use crate::incident::{AlertKey, Incident, Labels, OwnWords};

/// The most of one alert's labels that lists show, in bytes.
pub const LABELS_SHOWN_MAX: usize = 2_048;

/// The words of an alert that did not open its incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWords {
    pub summary: Box<str>,
    /// `None`: they are more than lists show.
    pub labels: Option<Labels>,
}

impl RowWords {
    fn of(event: &Event) -> RowWords {
        RowWords { summary: event.summary.as_str().into(), labels: shown(Labels::new(&event.labels)) }
    }
}

impl From<&OwnWords> for RowWords {
    fn from(own: &OwnWords) -> RowWords {
        RowWords { summary: own.summary.clone(), labels: shown(own.labels.clone()) }
    }
}

impl Row {
    /// What an event says is what the incident says.
    pub(super) fn says(&mut self, event: &Event) {
        self.speaks(RowWords::of(event));
    }

    pub(super) fn speaks(&mut self, words: RowWords) {
        (self.summary, self.labels) = (words.summary, words.labels);
    }

    pub(super) fn words(&self) -> RowWords {
        RowWords { summary: self.summary.clone(), labels: self.labels.clone() }
    }

    /// The labels of an incident in the state.
    pub(super) fn labels_of(incident: &Incident) -> Option<Labels> {
        shown(incident.labels.clone())
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

fn shown(labels: Labels) -> Option<Labels> {
    Some(labels).filter(|labels| labels.size() <= LABELS_SHOWN_MAX)
}
