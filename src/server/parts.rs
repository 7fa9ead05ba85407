//! What the engine's task is given: the engine's state, the queues in and out, and where deliveries go.

use super::clock::Clock;
use super::delivery::Client;
use super::feed::Feed;
use super::follow::News;
use super::inbox::Message;
use super::live::{Live, Status};
use super::metrics::Metrics;
use crate::disk::directory::StateDir;
use crate::disk::recorder::{Recorder, Written};
use crate::incident::{Delivery, Entry, Incidents};
use crate::language::storage::Trouble;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Where deliveries go.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// To the providers.
    Providers(Client),
    /// To whoever watches, instead of being sent.
    Watcher,
}

/// Something for a terminal, in the order in which it happened.
#[derive(Clone, Debug)]
pub enum Shown {
    /// An entry that is on disk.
    Entry(Entry),
    /// A delivery, as people read it.
    Delivery(Delivery, String),
}

/// Everything the engine's task is given.
#[derive(Debug)]
pub struct Parts {
    pub clock: Clock,
    pub incidents: Incidents,
    pub epoch: u32,
    /// For how many seconds no server ran before this start, as far as known.
    pub gap_seconds: Option<u64>,
    pub damage: Vec<Trouble>,
    pub recorder: Recorder,
    pub state_dir: Arc<StateDir>,
    pub written: mpsc::UnboundedReceiver<Written>,
    pub first: mpsc::Receiver<Message>,
    pub alerts: mpsc::Receiver<Message>,
    pub news: mpsc::Receiver<News>,
    pub live: watch::Sender<Option<Arc<Live>>>,
    pub status: watch::Sender<Status>,
    pub metrics: Arc<Metrics>,
    /// Where entries leave for those who read.
    pub feed: Feed,
    pub carrier: Carrier,
    /// Whoever watches; it must keep up, for nothing waits for it.
    pub watcher: Option<mpsc::UnboundedSender<Shown>>,
    pub stop: watch::Receiver<bool>,
}
