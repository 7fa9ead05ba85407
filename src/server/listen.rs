//! Accepts connections, within bounds, and ends them kindly.

use super::slow::Peer;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

/// How many connections are open at once; more wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// How long the head of a request may take to arrive.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// After an error of `accept` (too many open files) it is tried again so much later.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves until told to stop; then requests under way are finished and no more are taken.
pub async fn accept(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    // Telling the versions apart waits for ever for the first bytes; a head has its time.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        // Small answers must not wait for more to send; a failure only costs time.
        let _ = stream.set_nodelay(true);
        let peer = Peer(peer.ip());
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(slot);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}
