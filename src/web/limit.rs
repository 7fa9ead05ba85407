//! How much one integration may say: a bucket of events for each, refilled all the time.
//!
//! An empty bucket folds first: what was taken a moment ago word for word is left out, because it would change nothing.
//! Only what is still too much is refused, for the sender to come again; it is never dropped.

use crate::alert::{EVENTS_MAX, Event};
use crate::config::Id;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// How many events may come at once; more than one request can hold.
pub const BURST_MAX: u32 = 2 * EVENTS_MAX as u32;
/// How many events a second may come in the long run: a data centre that goes dark says 100,000 in a minute. Two cores
/// write ten times as many to disk, so there is room for others.
pub const EVENTS_PER_SECOND_MAX: u32 = 2_000;
/// For how long the same words are the same event, while there is too much: less than any `stale_after`.
const FOLDED_FOR: SignedDuration = SignedDuration::from_secs(20);
/// How many integrations have a bucket; the first by name give way.
const BUCKETS_MAX: usize = 10_000;

/// The buckets of all integrations.
#[derive(Debug, Default)]
pub struct Limits(Mutex<Buckets>);

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

#[derive(Debug, Default)]
struct Buckets {
    of: BTreeMap<Id, Bucket>,
    swept_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Bucket {
    /// Thousandths of an event.
    left: i64,
    filled_at: Timestamp,
    /// What was stored last for each key, lately; bounded by what the bucket lets pass in `FOLDED_FOR`, twice: 100,000 keys.
    recent: BTreeMap<u64, (u64, Timestamp)>,
}

impl Limits {
    /// What of these events of one request may pass now.
    pub fn pass(&self, integration: &Id, now: Timestamp, events: Vec<Event>) -> Result<Passed, TooMuch> {
        // To read much takes a while, for which no other integration need wait.
        let digests = digests(&events);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = buckets.of(integration, now).pass(now, &digests)?;
        drop(buckets);
        let before = events.len();
        let events: Vec<Event> =
            events.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(event, _)| event).collect();
        let digests = digests.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(it, _)| it).collect();
        Ok(Passed { folded: before - events.len(), events, digests })
    }

    /// These are on disk: the same words again may be folded.
    pub fn stored(&self, integration: &Id, now: Timestamp, digests: &[Digest]) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.of.get_mut(integration) {
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

impl Buckets {
    fn of(&mut self, integration: &Id, now: Timestamp) -> &mut Bucket {
        self.sweep(now);
        if self.of.len() >= BUCKETS_MAX && !self.of.contains_key(integration) {
            self.of.pop_first();
        }
        self.of.entry(integration.clone()).or_insert_with(|| Bucket::full(now))
    }

    /// Forgets what is old, of integrations that say nothing any more too.
    fn sweep(&mut self, now: Timestamp) {
        let is_new = |at: Timestamp| now.duration_since(at).abs() < FOLDED_FOR;
        if self.swept_at.is_some_and(is_new) {
            return;
        }
        self.swept_at = Some(now);
        for bucket in self.of.values_mut() {
            bucket.recent.retain(|_, (_, at)| is_new(*at));
        }
    }
}

impl Bucket {
    fn full(now: Timestamp) -> Bucket {
        Bucket { left: i64::from(BURST_MAX) * 1000, filled_at: now, recent: BTreeMap::new() }
    }

    /// Which of the events of a request may pass; they have passed then.
    fn pass(&mut self, now: Timestamp, digests: &[Digest]) -> Result<Vec<bool>, TooMuch> {
        self.fill(now);
        let kept = if self.has(digests.len()) { vec![true; digests.len()] } else { self.news(digests) };
        let count = kept.iter().filter(|kept| **kept).count();
        if !self.has(count) {
            let lacks = count as i64 * 1000 - self.left;
            let seconds = lacks.div_euclid(i64::from(EVENTS_PER_SECOND_MAX) * 1000) + 1;
            return Err(TooMuch { retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) });
        }
        self.left -= count as i64 * 1000;
        // Until they are on disk, nobody knows what was said last of these keys; unless they say what is there already.
        for (digest, _) in digests.iter().zip(&kept).filter(|(_, kept)| **kept) {
            if self.recent.get(&digest.key).is_some_and(|(whole, _)| *whole != digest.whole) {
                self.recent.remove(&digest.key);
            }
        }
        Ok(kept)
    }

    fn has(&self, events: usize) -> bool {
        self.left >= events as i64 * 1000
    }

    fn fill(&mut self, now: Timestamp) {
        // A clock that was set back fills nothing. Whoever asks many times a millisecond must not lose what that brings.
        let passed = i64::try_from(now.duration_since(self.filled_at).as_micros()).unwrap_or(0).max(0);
        let more = passed.saturating_mul(i64::from(EVENTS_PER_SECOND_MAX)) / 1000;
        self.left = self.left.saturating_add(more).min(i64::from(BURST_MAX) * 1000);
        self.filled_at = now;
    }

    /// Those whose words are new. Of a key that has news in this request all are kept, for their order means something.
    fn news(&self, digests: &[Digest]) -> Vec<bool> {
        let is_known =
            |digest: &&Digest| self.recent.get(&digest.key).is_some_and(|(whole, _)| *whole == digest.whole);
        let changed: BTreeSet<u64> =
            digests.iter().filter(|digest| !is_known(digest)).map(|digest| digest.key).collect();
        digests.iter().map(|digest| changed.contains(&digest.key)).collect()
    }
}
