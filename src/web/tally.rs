//! What came through each door since the start: for `GET /v1/integrations/<id>`.

use crate::alert::{Event, UNPARSED};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many integrations are counted; the first by name give way.
const INTEGRATIONS_MAX: usize = 10_000;

/// The counts of every integration.
#[derive(Debug, Default)]
pub struct Tallies(Mutex<BTreeMap<String, Tally>>);

/// Of one integration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Requests whose events are on disk.
    pub requests: u64,
    /// Events that were read from them.
    pub events: u64,
    /// Bodies that could not be read, each of which is an alert.
    pub unparsed: u64,
    /// Repeats that changed nothing and were left out because there was too much.
    pub folded: u64,
    /// Requests that were refused, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    pub last_event: Option<Last>,
    pub last_error: Option<Failed>,
}

/// The last event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Last {
    pub at: Timestamp,
    pub action: crate::alert::Action,
    pub dedup_key: String,
    pub summary: String,
}

/// The last refusal or body that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    pub at: Timestamp,
    /// The word that the metrics use.
    pub reason: &'static str,
    pub message: String,
}

impl Tally {
    /// Of one request.
    pub fn of(events: &[Event], folded: usize, at: Timestamp) -> Tally {
        let mut unparsed = events.iter().filter(|event| event.labels.contains_key(UNPARSED));
        let failed = |event: &Event| Failed { at, reason: "unparsed", message: event.summary.clone() };
        let last = |event: &Event| Last {
            at,
            action: event.action,
            dedup_key: event.dedup_key.clone(),
            summary: event.summary.clone(),
        };
        Tally {
            requests: 1,
            events: events.len() as u64,
            unparsed: unparsed.clone().count() as u64,
            folded: folded as u64,
            refused: BTreeMap::new(),
            last_event: events.last().map(last),
            last_error: unparsed.next_back().map(failed),
        }
    }
}

impl Tallies {
    pub fn of(&self, integration: &str) -> Tally {
        self.all().get(integration).cloned().unwrap_or_default()
    }

    /// What a request said, once it is on disk.
    pub fn taken(&self, integration: &str, said: Tally) {
        let mut all = self.all();
        let tally = tally(&mut all, integration);
        tally.requests += said.requests;
        tally.events += said.events;
        tally.unparsed += said.unparsed;
        tally.folded += said.folded;
        tally.last_event = said.last_event.or(tally.last_event.take());
        tally.last_error = said.last_error.or(tally.last_error.take());
    }

    pub fn refused(&self, integration: &str, now: Timestamp, reason: &'static str, message: &str) {
        let mut all = self.all();
        let tally = tally(&mut all, integration);
        *tally.refused.entry(reason).or_default() += 1;
        tally.last_error = Some(Failed { at: now, reason, message: message.to_owned() });
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Tally>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tally<'t>(all: &'t mut BTreeMap<String, Tally>, integration: &str) -> &'t mut Tally {
    if all.len() >= INTEGRATIONS_MAX && !all.contains_key(integration) {
        all.pop_first();
    }
    all.entry(integration.to_owned()).or_default()
}
