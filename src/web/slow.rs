//! Wrong secrets are answered slowly, the more slowly the more of them come from one address.
//!
//! Only the refusal waits: a request with the right secret is never slowed, for behind a proxy everybody has one address.
//! What waits holds a connection, so only so many do. More are answered at once, and their connections end: what keeps a
//! secret is its length, waits only make guessing dear, and to shut good senders out would be the greater harm.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many addresses are remembered; those whose turn is over go first.
const ADDRESSES_MAX: usize = 10_000;
/// By how much each wrong secret makes the next wait.
const STEP: SignedDuration = SignedDuration::from_millis(250);
/// How long a refusal waits at most.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_secs(8);
/// How many refusals wait at once; few beside the connections that there may be.
pub const WAITING_MAX: usize = 128;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Until when each address has refusals to wait for, and room for those that wait.
#[derive(Debug)]
pub struct Slowed {
    addresses: Mutex<BTreeMap<IpAddr, Timestamp>>,
    room: Semaphore,
}

/// A refusal that waits.
#[derive(Debug)]
pub struct Turn<'s> {
    wait: Duration,
    _room: SemaphorePermit<'s>,
}

impl Turn<'_> {
    /// Waits for it.
    pub async fn come(self) {
        tokio::time::sleep(self.wait).await;
    }
}

impl Default for Slowed {
    fn default() -> Slowed {
        Slowed { addresses: Mutex::default(), room: Semaphore::new(WAITING_MAX) }
    }
}

impl Slowed {
    /// The turn of the refusal of a wrong secret; `None`: too many wait already.
    pub fn turn(&self, peer: IpAddr, now: Timestamp) -> Option<Turn<'_>> {
        let wait = self.wait(peer, now);
        self.room.try_acquire().ok().map(|room| Turn { wait, _room: room })
    }

    /// How long the refusal of a wrong secret from this address waits: a quarter of a second for each before it.
    pub fn wait(&self, peer: IpAddr, now: Timestamp) -> Duration {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
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
pub fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}
