//! Wrong secrets are answered slowly, the more slowly the more of them come from one address.
//!
//! Only the refusal waits: a request with the right secret is never slowed, for behind a proxy everybody has one address.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many addresses are remembered; those whose turn is over go first.
const ADDRESSES_MAX: usize = 10_000;
/// By how much each wrong secret makes the next wait.
const STEP: SignedDuration = SignedDuration::from_millis(250);
/// How long a refusal waits at most.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_secs(8);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Until when each address has refusals to wait for.
#[derive(Debug, Default)]
pub struct Slowed(Mutex<BTreeMap<IpAddr, Timestamp>>);

impl Slowed {
    /// How long the refusal of a wrong secret from this address waits: a quarter of a second for each before it.
    pub fn wait(&self, peer: IpAddr, now: Timestamp) -> Duration {
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let peer = network(peer);
        if addresses.len() >= ADDRESSES_MAX && !addresses.contains_key(&peer) {
            addresses.retain(|_, until| *until > now);
            if addresses.len() >= ADDRESSES_MAX {
                addresses.pop_first();
            }
        }
        let until = addresses.entry(peer).or_insert(now);
        let wait = until.duration_since(now).clamp(SignedDuration::ZERO, WAIT_MAX);
        *until = now.saturating_add((wait + STEP).min(WAIT_MAX)).unwrap_or(now);
        Duration::try_from(wait).unwrap_or(Duration::ZERO)
    }
}

/// One customer has a whole /64 of IPv6.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}
