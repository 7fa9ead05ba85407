//! Accepts connections, within bounds of number and time, and ends them kindly.

use super::proxy::{self, Network};
use super::refusal::busy;
use super::slow::{CONNECTIONS_MAX, Peer, SHARE_OF_ONE_ADDRESS, network};
use crate::server::metrics::Metrics;
use axum::Router;
use axum::extract::Request;
use axum::serve::{Listener, ListenerExt};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpSocket;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// How many more wait in the kernel's queue.
const WAITING_MAX: u32 = 4_096;
/// How many file descriptors are kept for the journal, git and what leaves.
const FILES_KEPT: usize = 512;
/// The largest head of a request, in bytes, and how much of a connection is read ahead.
pub const HEAD_MAX: usize = 32 << 10;
/// How long the head of a request may take to arrive, and a connection may be silent between two.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a connection lasts before it is told to end.
pub const CONNECTION_TIME_MAX: Duration = Duration::from_mins(10);
/// How long it then has to finish, which whoever reads no answers does not; no request takes so long.
pub const LAST_REQUEST_TIME_MAX: Duration = Duration::from_mins(2);

/// Listens on an address, or a free port of it.
pub fn bind(address: SocketAddr) -> io::Result<impl Listener<Addr = SocketAddr>> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A start right after a stop must not wait until the old connections are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    // Small answers must not wait for more to send; a failure only costs time.
    Ok(socket.listen(WAITING_MAX)?.tap_io(|stream| drop(stream.set_nodelay(true))))
}

/// How many connections there may be: as many as the process may have files open, less those that it needs itself. Raises
/// the soft limit where that is too low: who fills all connections must not keep a page from leaving.
pub fn connections_max() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = (CONNECTIONS_MAX + FILES_KEPT) as u64;
    let raised = Rlimit { current: Some(limit.maximum.unwrap_or(wanted).min(wanted)), ..limit };
    if limit.current.is_some_and(|files| files < wanted) && setrlimit(Resource::Nofile, raised).is_err() {
        tracing::warn!("the limit on open files cannot be raised");
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    let connections = files.saturating_sub(FILES_KEPT).max(files / 2).clamp(1, CONNECTIONS_MAX);
    if connections < CONNECTIONS_MAX {
        tracing::warn!(
            "{connections} connections at once, because only {files} files may be open (ulimit -n)"
        );
    }
    connections
}

/// Serves at most so many connections at once until told to stop; then requests under way are finished and no more are
/// taken.
pub async fn accept<L>(
    mut listener: L,
    router: Router,
    connections: usize,
    trusted: Vec<Network>,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) where
    L: Listener<Addr = SocketAddr>,
{
    let slots = Arc::new(Semaphore::new(connections));
    let most = (connections / SHARE_OF_ONE_ADDRESS).max(1);
    let peers = Arc::new(Peers { trusted, most, counts: Mutex::default() });
    loop {
        let accepted = async { (slots.clone().acquire_owned().await, listener.accept().await) };
        let (slot, (stream, address)) = tokio::select! {
            accepted = accepted => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some(place) = peers.connected(address.ip()) else {
            metrics.refused("connections");
            tracing::debug!("one address has too many connections: {}", address.ip());
            continue;
        };
        let (router, metrics, stop, peers) = (router.clone(), metrics.clone(), stop.clone(), peers.clone());
        tokio::spawn(async move {
            converse(stream, address.ip(), router, peers, &metrics, stop).await;
            drop((place, slot));
        });
    }
    drop(listener);
    // When all slots are free, all connections have ended.
    let _ = slots.acquire_many(u32::try_from(connections).unwrap_or(u32::MAX)).await;
}

/// One connection, from its first request to its last.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: IpAddr,
    router: Router,
    peers: Arc<Peers>,
    metrics: &Metrics,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        let client = proxy::client(peer, request.headers(), &peers.trusted);
        request.extensions_mut().insert(Peer(client));
        // What comes by a proxy is counted here, for its connections are those of all its clients.
        let place = peers.asked(peer, client);
        let router = router.clone();
        async move {
            match place {
                Some(_place) => router.oneshot(request).await,
                None => Ok(busy()),
            }
        }
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX).max_buf_size(HEAD_MAX);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        // What has come is answered, whatever comes at the same time.
        biased;
        ended = &mut connection => Ok(ended),
        () = async { tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            () = sleep(CONNECTION_TIME_MAX) => {}
        } } => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            timeout(LAST_REQUEST_TIME_MAX, &mut connection).await
        }
    };
    let Ok(Err(error)) = ended else { return };
    tracing::debug!("a connection ended: {error}");
    if error.is_parse() {
        metrics.refused("bad_head");
    } else if error.is_timeout() && !connection.into_parts().read_buf.is_empty() {
        // Without a byte of a head it was only silent.
        metrics.refused("slow_head");
    }
}

/// How many connections each address has; of clients behind a trusted proxy, how many requests.
#[derive(Debug)]
struct Peers {
    trusted: Vec<Network>,
    most: usize,
    counts: Mutex<BTreeMap<IpAddr, usize>>,
}

/// One of them, until it is dropped; none where it does not count.
#[derive(Debug)]
struct Place {
    of: Option<(Arc<Peers>, IpAddr)>,
}

impl Peers {
    /// A connection. A trusted proxy may have as many as there are.
    fn connected(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let is_trusted = self.trusted.iter().any(|network| network.contains(peer));
        if is_trusted { Some(Place { of: None }) } else { self.place(peer) }
    }

    /// A request of a client; by its own connection, which is counted already, or by a proxy's.
    fn asked(self: &Arc<Self>, peer: IpAddr, client: IpAddr) -> Option<Place> {
        if client == peer.to_canonical() || client == peer {
            Some(Place { of: None })
        } else {
            self.place(client)
        }
    }

    fn place(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let peer = network(peer);
        let mut counts = self.counts();
        let count = counts.entry(peer).or_default();
        (*count < self.most).then(|| {
            *count += 1;
            Place { of: Some((self.clone(), peer)) }
        })
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((peers, peer)) = &self.of else { return };
        let mut counts = peers.counts();
        if let Some(count) = counts.get_mut(peer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(peer);
            }
        }
    }
}
