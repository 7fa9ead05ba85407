//! Our own heartbeat, so that somebody outside notices when we stop.
//!
//! The engine's task calls [`OwnHeartbeat::beat`] in its rounds, so none leaves when it makes no progress, and says itself
//! whether the journal answers. One is on its way at a time; a failure is logged and counted, and pages nobody.

use super::delivery::Client;
use super::live::Live;
use super::metrics::Metrics;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// When the next one is due, and the one on its way.
#[derive(Debug, Default)]
pub struct OwnHeartbeat {
    next: Option<Timestamp>,
    under_way: Option<JoinHandle<()>>,
}

impl OwnHeartbeat {
    /// When [`OwnHeartbeat::beat`] must be called again; `None`: the config wants none.
    pub fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// Sends one if it is due and all is well.
    pub fn beat(&mut self, now: Timestamp, live: &Live, client: &Client, metrics: &Arc<Metrics>, well: bool) {
        let Some(wanted) = &live.config.organisation.heartbeat else {
            self.next = None;
            return;
        };
        let after = now.saturating_add(wanted.every).unwrap_or(Timestamp::MAX);
        // A clock that was set back, or a config that wants it more often, must not make it wait for longer.
        if self.next.is_some_and(|next| now < next && next <= after) {
            return;
        }
        self.next = Some(after);
        let withheld = |why: &str| {
            metrics.heartbeat("withheld");
            tracing::warn!(event = "own_heartbeat", "our own heartbeat is withheld: {why}");
        };
        if !well {
            return withheld("decisions do not reach the disk");
        }
        if self.under_way.as_ref().is_some_and(|task| !task.is_finished()) {
            return withheld("the one before is still on its way");
        }
        let Some(url) = live.secrets.get(&wanted.url).cloned() else {
            return withheld("its URL is a secret that does not resolve");
        };
        let (client, metrics) = (client.clone(), metrics.clone());
        self.under_way = Some(tokio::spawn(async move {
            match client.beat(&url).await {
                Ok(()) => metrics.heartbeat("sent"),
                Err(why) => {
                    metrics.heartbeat("failed");
                    tracing::warn!(
                        event = "own_heartbeat",
                        "our own heartbeat did not reach its watcher: {why}"
                    );
                }
            }
        }));
    }
}
