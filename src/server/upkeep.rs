//! The thread that looks after the journal's files, off the live path: snapshots, the archive of closed incidents, and what is too
//! old to keep. It ends with the process, and nothing waits for it.

use super::live::Live;
use crate::disk::compaction::compact;
use crate::disk::directory::StateDir;
use crate::disk::recover::{self, Unusable};
use crate::disk::{archive, keeping, replay};
use crate::incident::stored::Stored;
use crate::journal::recovery::Damage;
use crate::journal::retention::History;
use crate::language::Language;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// How often sealed segments become a snapshot, and old ones are deleted.
const COMPACT_EVERY: Duration = Duration::from_secs(600);
/// How often the archive is brought up to date: what closed since is on the board for days.
const ARCHIVE_EVERY: u32 = 6;
/// How often a start looks whether files that cannot be used may be moved.
const SET_ASIDE_EVERY: Duration = Duration::from_millis(200);

/// What the thread works on.
#[derive(Debug)]
pub struct Upkeep {
    pub dir: StateDir,
    /// Files that this start could not use.
    pub unusable: Option<Unusable>,
    /// The damage that the start found.
    pub known: Vec<Damage>,
}

impl Upkeep {
    /// Starts the thread. How long history is kept is said by the config in force.
    pub fn begin(self, live: watch::Receiver<Option<Arc<Live>>>) {
        let work = move || {
            let Upkeep { dir, unusable, known } = self;
            if let Some(unusable) = unusable {
                set_aside(&dir, unusable);
            }
            for round in 0_u32.. {
                if round.is_multiple_of(ARCHIVE_EVERY) {
                    file_away(&dir);
                }
                std::thread::sleep(COMPACT_EVERY);
                tidy(&dir, &known, &history(&live));
            }
        };
        if let Err(error) = std::thread::Builder::new().name("compaction".into()).spawn(work) {
            tracing::error!("no thread to make snapshots: {error}");
        }
    }
}

/// Until a config says how long, nothing is too old.
fn history(live: &watch::Receiver<Option<Arc<Live>>>) -> History {
    let age = live.borrow().as_ref().map(|live| live.config.organisation.history.unsigned_abs());
    History { age: age.unwrap_or(Duration::MAX), ..History::default() }
}

fn file_away(dir: &StateDir) {
    match archive::bring_up(dir) {
        Ok(files) => tracing::debug!(files, "archived"),
        Err(error) => tracing::warn!(event = "not_archived", error = format!("{error:#}")),
    }
}

fn tidy(dir: &StateDir, known: &[Damage], history: &History) {
    let apply = |state: &mut Stored<'static>, seq: u64, payload: &[u8]| {
        if let Err(why) = replay::apply(state, seq, payload) {
            tracing::warn!("entry {seq} is left out of the snapshot: {why:?}");
        }
    };
    let keep = |segment, last_seq| {
        archive::bring_up(dir)?;
        keeping::keep(dir, segment, last_seq)
    };
    match compact(dir, Stored::default(), apply, known, (history, wall()), keep) {
        Ok(done) if done.damages.is_empty() => {
            tracing::debug!(covered = done.covered, deleted = done.deleted.len(), "compacted");
        }
        Ok(done) => {
            for damage in &done.damages {
                let said = recover::trouble(dir, damage).words(Language::En);
                tracing::error!(event = "no_snapshot", said, "no snapshot was made");
            }
        }
        Err(error) => tracing::warn!(event = "no_snapshot", error = format!("{error:#}")),
    }
}

/// Moves files that no start of this release can use, once what was read of them, and the page about them, is on disk.
fn set_aside(dir: &StateDir, unusable: Unusable) {
    while !dir.has_written() {
        std::thread::sleep(SET_ASIDE_EVERY);
    }
    match unusable.set_aside(dir) {
        Ok(moved) => {
            for (from, to) in moved {
                tracing::warn!(
                    "{} cannot be used by this release, and is kept as {}",
                    from.display(),
                    to.display()
                );
            }
        }
        Err(error) => tracing::error!("a file that this release cannot use stays where it is: {error:#}"),
    }
}

#[expect(clippy::disallowed_methods, reason = "compared with the ages of files")]
/// The time, as files have it.
pub fn wall() -> SystemTime {
    SystemTime::now()
}
