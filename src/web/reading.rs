//! Where answers of people's tools are made: a few at a time, on threads of their own, so that nobody's page waits for readers.

use super::refusal::busy;
use crate::server::inbox::PATIENCE;
use axum::response::Response;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many answers are made at once: readers share what the pager leaves them.
pub const READS_MAX: usize = 2;

/// The slots in which answers are made.
#[derive(Debug)]
pub struct Reads(Arc<Semaphore>);

impl Default for Reads {
    fn default() -> Reads {
        Reads(Arc::new(Semaphore::new(READS_MAX)))
    }
}

impl Reads {
    /// Makes an answer off the threads that page, when it is its turn.
    pub async fn make<T: Send + 'static>(
        &self,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Response> {
        let slot = timeout(PATIENCE, self.0.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = slot else { return Err(busy()) };
        // The slot is held to the end, even if whoever asked has gone away.
        let made = tokio::task::spawn_blocking(move || {
            let made = make();
            drop(slot);
            made
        });
        made.await.map_err(|_| busy())
    }
}
