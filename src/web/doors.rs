//! What every door needs, and the config in force.

use super::calendars_kept::Calendars;
use super::kept::Vouchers;
use super::limit::Limits;
use super::reading::Reads;
use super::refusal::no_config;
use super::session::Sessions;
use super::slow::Slowed;
use super::strangers::Entrance;
use super::tally::Tallies;
use crate::disk::directory::StateDir;
use crate::page::Assets;
use crate::server::clock::Clock;
use crate::server::delivery::Client;
use crate::server::desk::Desk;
use crate::server::inbox::{Inbox, PATIENCE};
use crate::server::keeping::Boards;
use crate::server::live::{Live, Origin, Status};
use crate::server::metrics::Metrics;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What every door needs: what stands behind it, and what the doors share.
#[derive(Debug)]
pub struct Doors {
    behind: Behind,
    pub certificates: Mutex<BTreeMap<String, Vec<u8>>>,
    pub calendars: Calendars,
    pub tallies: Tallies,
    pub limits: Limits,
    pub slowed: Slowed,
    pub entrance: Entrance,
    pub reads: Reads,
    /// Who is signed in.
    pub sessions: Sessions,
    /// Those who vouch for people.
    pub vouchers: Vouchers,
    /// The addresses of the pages' files.
    pub assets: Assets,
}

/// What stands behind the doors.
#[derive(Debug)]
pub struct Behind {
    pub live: watch::Receiver<Option<Arc<Live>>>,
    pub status: watch::Receiver<Status>,
    pub inbox: Inbox,
    /// What lists read.
    pub board: Boards,
    pub client: Client,
    /// Where people in Slack are answered.
    pub desk: Arc<Desk>,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    pub state_dir: Arc<StateDir>,
    pub origin: Origin,
    /// Wakes the thread that fetches the config repository.
    pub pull: std::sync::mpsc::SyncSender<()>,
}

impl Doors {
    /// The doors of a server that takes at most so many connections; `key` signs sessions.
    pub fn open(behind: Behind, connections: usize, key: &[u8]) -> Doors {
        Doors {
            behind,
            certificates: Mutex::default(),
            calendars: Calendars::default(),
            tallies: Tallies::default(),
            limits: Limits::default(),
            slowed: Slowed::of(connections),
            entrance: Entrance::default(),
            reads: Reads::default(),
            sessions: Sessions::new(key),
            vouchers: Vouchers::default(),
            assets: Assets::default(),
        }
    }
}

/// A door reaches what is behind it as if it were its own.
impl Deref for Doors {
    type Target = Behind;

    fn deref(&self) -> &Behind {
        &self.behind
    }
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
