//! Fetches on its own thread, so that a remote that hangs holds nothing up.
//!
//! libgit2 limits each silence of a remote, and asks whether to continue while data arrives
//! ([`remote`](super::remote)), but does not limit the sum of many small answers. So callers wait for a fetch only
//! for a limited time. At most one fetch is running: if its result comes late, the next check of the repository finds
//! it.

use super::remote::TOOK_TOO_LONG;
use super::repository::{Fetched, Repository};
use anyhow::{Context, Result, anyhow};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// The thread that fetches.
#[derive(Debug)]
pub struct Fetcher {
    ask: SyncSender<()>,
    told: Receiver<Result<Fetched>>,
    under_way: bool,
    /// The longest time one fetch may take.
    longest: Duration,
    remote: String,
}

impl Fetcher {
    /// Starts the thread; after this is dropped, the thread ends with its current fetch.
    pub fn start(repository: Repository, longest: Duration) -> Result<Fetcher> {
        let (ask, asked) = sync_channel(1);
        let (tell, told) = sync_channel(1);
        let remote = repository.remote().to_owned();
        let work = move || {
            for () in asked {
                let began = began();
                if tell.send(repository.fetch(|| began.elapsed() > longest)).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("fetch".into())
            .spawn(work)
            .context("cannot start the thread that fetches the config")?;
        Ok(Fetcher { ask, told, under_way: false, longest, remote })
    }

    /// The branch's current commit, if the remote answers within `patience` and the time limit of a fetch. Fails as
    /// [`Repository::fetch`] does, and when the remote is too slow; the fetch then continues, and the next call waits
    /// for it.
    pub fn fetch(&mut self, patience: Duration) -> Result<Fetched> {
        let ended = || anyhow!("the thread that fetches the config has ended");
        if !self.under_way {
            self.ask.send(()).map_err(|_| ended())?;
            self.under_way = true;
        }
        match self.told.recv_timeout(patience.min(self.longest)) {
            Ok(fetched) => {
                self.under_way = false;
                fetched
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(anyhow!(TOOK_TOO_LONG)).with_context(|| format!("cannot fetch {}", self.remote))
            }
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "bounds a fetch, decides nothing")]
fn began() -> Instant {
    Instant::now()
}
