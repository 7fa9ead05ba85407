//! How much one integration may say: a bucket of events for each, refilled all the time.
//!
//! An empty bucket folds first: what was taken a moment ago word for word is left out, because it would change nothing.
//! Only what is still too much is refused, for the sender to come again; it is never dropped.

use crate::alert::{EVENTS_MAX, Event};
use crate::config::Id;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// How many events may come at once; more than one request can hold.
pub const BURST_MAX: u32 = 2 * EVENTS_MAX as u32;
/// How many events a second may come in the long run.
pub const EVENTS_PER_SECOND_MAX: u32 = 200;
/// For how long the same words are the same event, while there is too much: less than any `stale_after`.
const FOLDED_FOR: SignedDuration = SignedDuration::from_secs(20);
/// How many integrations have a bucket; the first by name give way.
const BUCKETS_MAX: usize = 10_000;

/// The buckets of all integrations.
#[derive(Debug, Default)]
pub struct Limits(Mutex<BTreeMap<Id, Bucket>>);

/// What may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub events: Vec<Event>,
    /// How many repeats were left out.
    pub folded: usize,
    /// What [`Limits::stored`] must be told.
    pub digests: Vec<Digest>,
}

/// An event in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    key: u64,
    whole: u64,
}

/// Too much: come again after so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch {
    pub retry_after: u32,
}

#[derive(Debug)]
struct Bucket {
    /// Thousandths of an event.
    left: i64,
    filled_at: Timestamp,
    /// What was stored last for each key, lately; bounded by what the bucket lets pass in `FOLDED_FOR`, twice.
    recent: BTreeMap<u64, (u64, Timestamp)>,
    swept_at: Timestamp,
}

impl Limits {
    /// What of these events of one request may pass now.
    pub fn pass(&self, integration: &Id, now: Timestamp, events: Vec<Event>) -> Result<Passed, TooMuch> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(integration) {
            buckets.pop_first();
        }
        buckets.entry(integration.clone()).or_insert_with(|| Bucket::full(now)).pass(now, events)
    }

    /// These are on disk: the same words again may be folded.
    pub fn stored(&self, integration: &Id, now: Timestamp, digests: &[Digest]) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(integration) {
            bucket.recent.extend(digests.iter().map(|digest| (digest.key, (digest.whole, now))));
        }
    }
}

/// What makes an event the same as another of its key.
fn digests(events: &[Event]) -> Vec<Digest> {
    events.iter().map(|event| Digest { key: hash(&event.dedup_key), whole: hash(event) }).collect()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Bucket {
    fn full(now: Timestamp) -> Bucket {
        Bucket { left: i64::from(BURST_MAX) * 1000, filled_at: now, recent: BTreeMap::new(), swept_at: now }
    }

    fn pass(&mut self, now: Timestamp, events: Vec<Event>) -> Result<Passed, TooMuch> {
        self.fill(now);
        let before = events.len();
        let events = if self.has(before) { events } else { self.news(events) };
        if !self.has(events.len()) {
            let lacks = events.len() as i64 * 1000 - self.left;
            let seconds = lacks.div_euclid(i64::from(EVENTS_PER_SECOND_MAX) * 1000) + 1;
            return Err(TooMuch { retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) });
        }
        self.left -= events.len() as i64 * 1000;
        // Until they are on disk, nobody knows what was said last of these keys.
        let digests = digests(&events);
        for digest in &digests {
            self.recent.remove(&digest.key);
        }
        Ok(Passed { folded: before - events.len(), events, digests })
    }

    fn has(&self, events: usize) -> bool {
        self.left >= events as i64 * 1000
    }

    fn fill(&mut self, now: Timestamp) {
        // A clock that was set back fills nothing.
        let passed = i64::try_from(now.duration_since(self.filled_at).as_millis()).unwrap_or(0).max(0);
        let more = passed.saturating_mul(i64::from(EVENTS_PER_SECOND_MAX));
        self.left = self.left.saturating_add(more).min(i64::from(BURST_MAX) * 1000);
        self.filled_at = now;
        if now.duration_since(self.swept_at).abs() >= FOLDED_FOR {
            self.recent.retain(|_, (_, at)| now.duration_since(*at).abs() < FOLDED_FOR);
            self.swept_at = now;
        }
    }

    /// Those whose words are new, in their order. Of a key that has news in this request all are kept, for their order
    /// means something.
    fn news(&self, events: Vec<Event>) -> Vec<Event> {
        let last = |digest: &Digest| self.recent.get(&digest.key).map(|(whole, _)| *whole);
        let known: Vec<bool> =
            digests(&events).iter().map(|digest| last(digest) == Some(digest.whole)).collect();
        let news = events.iter().zip(&known).filter(|(_, known)| !**known);
        let changed: std::collections::BTreeSet<String> =
            news.map(|(event, _)| event.dedup_key.clone()).collect();
        events.into_iter().filter(|event| changed.contains(&event.dedup_key)).collect()
    }
}
