//! Accepts connections, within bounds of number and time, and ends them kindly.

use super::slow::{Peer, network};
use crate::server::metrics::Metrics;
use axum::Router;
use axum::extract::Request;
use axum::serve::{Listener, ListenerExt};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
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

/// How many connections are open at once.
pub const CONNECTIONS_MAX: usize = 4_096;
/// How many more wait in the kernel's queue.
const WAITING_MAX: u32 = 4_096;
/// Which part of them one address may have; behind a proxy that is all there are.
pub const SHARE_OF_ONE_ADDRESS: usize = 4;
/// How many file descriptors are kept for the journal, git and what leaves.
const FILES_KEPT: usize = 512;
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
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) where
    L: Listener<Addr = SocketAddr>,
{
    let (slots, peers) = (Arc::new(Semaphore::new(connections)), Arc::new(Peers::default()));
    loop {
        let accepted = async { (slots.clone().acquire_owned().await, listener.accept().await) };
        let (slot, (stream, address)) = tokio::select! {
            accepted = accepted => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some(place) = peers.place(address.ip(), (connections / SHARE_OF_ONE_ADDRESS).max(1)) else {
            metrics.refused("connections");
            tracing::debug!("one address has too many connections: {}", address.ip());
            continue;
        };
        let (router, metrics, stop) = (router.clone(), metrics.clone(), stop.clone());
        tokio::spawn(async move {
            converse(stream, Peer(address.ip()), router, &metrics, stop).await;
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
    peer: Peer,
    router: Router,
    metrics: &Metrics,
    mut stop: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request
    }));
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
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

/// How many connections each address has.
#[derive(Debug, Default)]
struct Peers(Mutex<BTreeMap<IpAddr, usize>>);

/// One of them, until it is dropped.
#[derive(Debug)]
struct Place {
    peers: Arc<Peers>,
    peer: IpAddr,
}

impl Peers {
    fn place(self: &Arc<Self>, peer: IpAddr, most: usize) -> Option<Place> {
        let peer = network(peer);
        let mut counts = self.counts();
        let count = counts.entry(peer).or_default();
        (*count < most).then(|| {
            *count += 1;
            Place { peers: self.clone(), peer }
        })
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.peers.counts();
        if let Some(count) = counts.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.peer);
            }
        }
    }
}
