//! How fast the bodies of strangers are examined: so many bytes a second of each address, and of all of them.
//!
//! To find out who sent a body costs work that a stranger could make us do without end. What turns out to be a known sender's is
//! given back, so that this slows nobody who has a secret.

use super::slow::network;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many bytes of all strangers are examined in a second.
pub const ALL_BYTES_PER_SECOND_MAX: u64 = 32 << 20;
/// How many of one address.
pub const ONE_BYTES_PER_SECOND_MAX: u64 = 8 << 20;
/// How much may come at once before anybody waits: what so long a time allows.
const BURST: SignedDuration = SignedDuration::from_secs(1);
/// How long a body waits at most; beyond that its sender is told to come again.
pub const WAIT_MAX: Duration = Duration::from_secs(4);
/// How many addresses are remembered; those that are over go first.
const ADDRESSES_MAX: usize = 10_000;
/// What a body costs beside its bytes.
const EACH: u64 = 512;

/// Until when what came of each address, and of all, takes.
#[derive(Debug, Default)]
pub struct Pace(Mutex<Paid>);

#[derive(Debug, Default)]
struct Paid {
    all: Timestamp,
    of: BTreeMap<IpAddr, Timestamp>,
}

impl Pace {
    /// How long a body of so many bytes waits for its turn; `None`: too long.
    pub fn wait(&self, peer: IpAddr, bytes: usize, now: Timestamp) -> Option<Duration> {
        let mut paid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let peer = network(peer);
        if paid.of.len() >= ADDRESSES_MAX && !paid.of.contains_key(&peer) {
            paid.of.retain(|_, until| *until > now);
            if paid.of.len() >= ADDRESSES_MAX {
                paid.of.pop_first();
            }
        }
        let one = paid.of.get(&peer).copied().unwrap_or(now);
        let ahead = |until: Timestamp| until.duration_since(now).max(SignedDuration::ZERO);
        let wait = ahead(one).max(ahead(paid.all)) - BURST;
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
        if wait > WAIT_MAX {
            return None;
        }
        let until =
            |until: Timestamp, rate| now.saturating_add(ahead(until) + takes(bytes, rate)).unwrap_or(now);
        let (one, all) = (until(one, ONE_BYTES_PER_SECOND_MAX), until(paid.all, ALL_BYTES_PER_SECOND_MAX));
        paid.all = all;
        paid.of.insert(peer, one);
        Some(wait)
    }

    /// Its sender is known: it counts for nothing.
    pub fn give_back(&self, peer: IpAddr, bytes: usize) {
        let mut paid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let less = |until: Timestamp, rate| until.saturating_sub(takes(bytes, rate)).unwrap_or(until);
        paid.all = less(paid.all, ALL_BYTES_PER_SECOND_MAX);
        if let Some(until) = paid.of.get_mut(&network(peer)) {
            *until = less(*until, ONE_BYTES_PER_SECOND_MAX);
        }
    }
}

/// How long so many bytes take at a rate.
fn takes(bytes: usize, rate: u64) -> SignedDuration {
    let nanos = (bytes as u64 + EACH).saturating_mul(1_000_000_000) / rate;
    SignedDuration::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}
