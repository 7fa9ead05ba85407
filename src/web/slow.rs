//! Wrong secrets are answered slowly, the more slowly the more of them come from one address.
//!
//! Only the refusal waits: a request with the right secret is never slowed, for behind a proxy that nobody named everybody has
//! one address. What waits holds a connection. So that guesses shut no good sender out, those of one address may hold only a
//! part of the connections that it may have; when one more comes, the one that has waited longest is answered, and its
//! connection ends.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How many connections are open at once.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Which part of them one address may have; behind a proxy that is all there are.
pub const SHARE_OF_ONE_ADDRESS: usize = 4;
/// How many addresses are remembered; those whose turn is over go first.
const ADDRESSES_MAX: usize = 10_000;
/// By how much each wrong secret makes the next wait.
const STEP: SignedDuration = SignedDuration::from_millis(250);
/// How long a refusal waits at most.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_secs(8);
/// How many refusals wait at once, of all addresses: half of the connections that there may be.
pub const WAITING_MAX: usize = CONNECTIONS_MAX / 2;
/// How many of one address: three quarters of the connections that it may have.
pub const WAITING_OF_ONE_MAX: usize = CONNECTIONS_MAX / SHARE_OF_ONE_ADDRESS * 3 / 4;

/// The address that a request comes from: that of the connection, or what a trusted proxy says.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Until when each address has refusals to wait for, and those that wait.
#[derive(Debug)]
pub struct Slowed {
    waits: Mutex<Waits>,
    /// How many may wait, of all addresses and of one.
    most: (usize, usize),
}

#[derive(Debug, Default)]
struct Waits {
    addresses: BTreeMap<IpAddr, Address>,
    waiting: usize,
    next: u64,
}

#[derive(Debug)]
struct Address {
    until: Timestamp,
    /// In the order in which they came.
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

/// A refusal that waits.
#[derive(Debug)]
pub struct Turn<'s> {
    wait: Duration,
    /// Where it stands in line, if it waits at all.
    place: Option<(&'s Slowed, IpAddr, u64, oneshot::Receiver<()>)>,
}

impl Turn<'_> {
    /// Whether it is worth a line of the log: not where the address goes on and on.
    pub fn is_told(&self) -> bool {
        self.wait + STEP.unsigned_abs() < WAIT_MAX.unsigned_abs()
    }

    /// Waits for it; false if it was let go before its time, because others came.
    pub async fn come(mut self) -> bool {
        let Some((_, _, _, let_go)) = &mut self.place else { return true };
        tokio::time::timeout(self.wait, let_go).await.is_err()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some((slowed, peer, number, _)) = &self.place else { return };
        let mut waits = slowed.waits();
        let Some(address) = waits.addresses.get_mut(peer) else { return };
        let before = address.waiting.len();
        address.waiting.retain(|(of, _)| of != number);
        waits.waiting -= before - address.waiting.len();
    }
}

impl Default for Slowed {
    fn default() -> Slowed {
        Slowed::of(CONNECTIONS_MAX)
    }
}

impl Slowed {
    /// Where there may be so many connections.
    pub fn of(connections: usize) -> Slowed {
        let most = (connections / 2, connections / SHARE_OF_ONE_ADDRESS * 3 / 4);
        Slowed { waits: Mutex::default(), most }
    }

    /// The turn of the refusal of a wrong secret; `None`: too many wait already.
    pub fn turn(&self, peer: IpAddr, now: Timestamp) -> Option<Turn<'_>> {
        let wait = self.wait(peer, now);
        if wait.is_zero() {
            return Some(Turn { wait, place: None });
        }
        let (peer, mut waits) = (network(peer), self.waits());
        let is_full = waits.waiting >= self.most.0;
        let number = waits.next;
        let address = waits.addresses.get_mut(&peer)?;
        if is_full || address.waiting.len() >= self.most.1 {
            // Nobody else gives way to this address.
            let (_, longest) = address.waiting.pop_front()?;
            let _ = longest.send(());
            waits.waiting -= 1;
        }
        let (let_go, gone) = oneshot::channel();
        waits.addresses.get_mut(&peer)?.waiting.push_back((number, let_go));
        waits.waiting += 1;
        waits.next += 1;
        Some(Turn { wait, place: Some((self, peer, number, gone)) })
    }

    /// How long the refusal of a wrong secret from this address waits: a quarter of a second for each before it.
    pub fn wait(&self, peer: IpAddr, now: Timestamp) -> Duration {
        let mut waits = self.waits();
        let addresses = &mut waits.addresses;
        let peer = network(peer);
        if addresses.len() >= ADDRESSES_MAX && !addresses.contains_key(&peer) {
            addresses.retain(|_, address| address.until > now || !address.waiting.is_empty());
            if addresses.len() >= ADDRESSES_MAX {
                let first = addresses.iter().find(|(_, address)| address.waiting.is_empty());
                first.map(|(peer, _)| *peer).map(|peer| addresses.remove(&peer));
            }
        }
        let address =
            addresses.entry(peer).or_insert_with(|| Address { until: now, waiting: VecDeque::new() });
        let wait = address.until.duration_since(now).clamp(SignedDuration::ZERO, WAIT_MAX);
        address.until = now.saturating_add((wait + STEP).min(WAIT_MAX)).unwrap_or(now);
        Duration::try_from(wait).unwrap_or(Duration::ZERO)
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One customer has a whole /64 of IPv6.
pub fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}
