//! What every door needs, and the config in force.

use super::calendars_kept::Calendars;
use super::limit::Limits;
use super::refusal::no_config;
use super::slow::Slowed;
use super::strangers::Entrance;
use super::tally::Tallies;
use crate::disk::directory::StateDir;
use crate::server::clock::Clock;
use crate::server::delivery::Client;
use crate::server::desk::Desk;
use crate::server::inbox::{Inbox, PATIENCE};
use crate::server::live::{Live, Origin, Status};
use crate::server::metrics::Metrics;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What every door needs.
#[derive(Debug)]
pub struct Doors {
    pub live: watch::Receiver<Option<Arc<Live>>>,
    pub status: watch::Receiver<Status>,
    pub inbox: Inbox,
    pub client: Client,
    /// Where people in Slack are answered.
    pub desk: Arc<Desk>,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    pub state_dir: Arc<StateDir>,
    pub origin: Origin,
    /// Wakes the thread that fetches the config repository.
    pub pull: std::sync::mpsc::SyncSender<()>,
    pub certificates: Mutex<BTreeMap<String, Vec<u8>>>,
    pub calendars: Calendars,
    pub tallies: Tallies,
    pub limits: Limits,
    pub slowed: Slowed,
    pub entrance: Entrance,
}

pub type Shared = State<Arc<Doors>>;

/// The config in force. That of a start is worth waiting for: many senders do not come again at once.
pub(super) async fn in_force(doors: &Doors) -> Result<Arc<Live>, Response> {
    let mut live = doors.live.clone();
    match tokio::time::timeout(PATIENCE, live.wait_for(Option::is_some)).await {
        Ok(Ok(live)) => live.clone().ok_or_else(no_config),
        _ => Err(no_config()),
    }
}
