//! What identity providers say of themselves, kept for a while: it is asked for anew after an hour or when a key is not known, at most
//! once a minute, and what is old still counts for a day while nobody answers.

use crate::sign_in::keys::Key;
use crate::sign_in::oidc::Discovery;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, Semaphore};

/// How long it is not asked for again, unless something is missing in it.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// How long it counts while nobody answers.
const KEPT_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How soon it is asked for again at the earliest.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// The same where there is nothing yet.
const FIRST_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// How many addresses are kept.
const ADDRESSES_MAX: usize = 32;

/// How many codes are exchanged for tokens at once.
const EXCHANGES_MAX: usize = 8;

/// What is kept of those who vouch for people.
#[derive(Debug)]
pub struct Vouchers {
    pub discoveries: Kept<Discovery>,
    pub keys: Kept<Vec<Key>>,
    pub exchanges: Semaphore,
}

impl Default for Vouchers {
    fn default() -> Vouchers {
        let exchanges = Semaphore::new(EXCHANGES_MAX);
        Vouchers { discoveries: Kept::default(), keys: Kept::default(), exchanges }
    }
}

/// What was fetched, by address.
#[derive(Debug)]
pub struct Kept<T> {
    all: Mutex<BTreeMap<String, Entry<T>>>,
}

#[derive(Debug)]
struct Entry<T> {
    asked: Timestamp,
    got: Option<(Timestamp, Arc<T>)>,
    /// Why the last time brought nothing.
    why: String,
}

impl<T> Default for Kept<T> {
    fn default() -> Kept<T> {
        Kept { all: Mutex::default() }
    }
}

impl<T> Kept<T> {
    /// What is at an address: as it is kept, or by `fetch`. `newer`: what is kept has not been enough.
    pub async fn get(
        &self,
        url: &str,
        now: Timestamp,
        newer: bool,
        fetch: impl Future<Output = Result<T, String>>,
    ) -> Result<Arc<T>, String> {
        let mut all = self.all.lock().await;
        let mut old = None;
        if let Some(entry) = all.get_mut(url) {
            let asked = now.duration_since(entry.asked);
            match &entry.got {
                Some((at, value)) if now.duration_since(*at) < KEPT_MAX => {
                    if asked < AGAIN || !newer && now.duration_since(*at) < FRESH {
                        return Ok(value.clone());
                    }
                    old = Some(value.clone());
                }
                Some(_) | None if asked < FIRST_AGAIN && !entry.why.is_empty() => {
                    return Err(entry.why.clone());
                }
                Some(_) | None => {}
            }
            entry.asked = now;
        }
        // Whoever has something that counts does not wait for whoever asks.
        let fetched = if old.is_some() && !newer {
            drop(all);
            let fetched = fetch.await;
            all = self.all.lock().await;
            fetched
        } else {
            fetch.await
        };
        keep(&mut all, url, now, fetched).or_else(|why| old.ok_or(why))
    }
}

fn keep<T>(
    all: &mut BTreeMap<String, Entry<T>>,
    url: &str,
    now: Timestamp,
    fetched: Result<T, String>,
) -> Result<Arc<T>, String> {
    if all.len() >= ADDRESSES_MAX && !all.contains_key(url) {
        // What holds something goes last: whoever makes up addresses must not push it out.
        let first = all.iter().min_by_key(|(_, entry)| (entry.got.is_some(), entry.asked));
        first.map(|(url, _)| url.clone()).and_then(|url| all.remove(&url));
    }
    let entry =
        all.entry(url.to_owned()).or_insert_with(|| Entry { asked: now, got: None, why: String::new() });
    entry.asked = now;
    match fetched {
        Ok(value) => {
            let value = Arc::new(value);
            entry.got = Some((now, value.clone()));
            entry.why.clear();
            Ok(value)
        }
        Err(why) => {
            entry.why.clone_from(&why);
            Err(why)
        }
    }
}
