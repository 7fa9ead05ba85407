//! Calendars that were made already: subscribers' programs ask again and again for the same.

use crate::config::CalendarId;
use axum::body::Bytes;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// The most bytes of calendars that are kept.
const KEPT_MAX: usize = 32 << 20;

/// Calendars that were made, for one config and hour.
#[derive(Debug)]
pub struct Calendars {
    kept: Mutex<Kept>,
    pub slot: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Kept {
    commit: String,
    hour: Timestamp,
    bytes: usize,
    made: BTreeMap<CalendarId, Made>,
}

/// A calendar as it is sent.
#[derive(Clone, Debug)]
pub struct Made {
    pub text: Bytes,
    pub tag: String,
}

impl Default for Calendars {
    fn default() -> Calendars {
        Calendars { kept: Mutex::default(), slot: Arc::new(Semaphore::new(1)) }
    }
}

impl Calendars {
    /// The calendar, if it was made for this config and hour.
    pub fn find(&self, commit: &str, hour: Timestamp, id: &CalendarId) -> Option<Made> {
        let kept = self.kept();
        kept.made.get(id).filter(|_| kept.commit == commit && kept.hour == hour).cloned()
    }

    /// Keeps it, if there is room.
    pub fn keep(&self, commit: &str, hour: Timestamp, id: &CalendarId, made: &Made) {
        let mut kept = self.kept();
        if kept.commit != commit || kept.hour != hour {
            *kept = Kept { commit: commit.to_owned(), hour, ..Kept::default() };
        }
        if kept.bytes + made.text.len() <= KEPT_MAX && kept.made.insert(id.clone(), made.clone()).is_none() {
            kept.bytes += made.text.len();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
