//! Whether the state directory is still where it was, and that this server is alive.
//!
//! What vanished is made again, and what somebody put in its place is set aside, never deleted. When to look is decided by
//! [`recorder`](super::recorder).

use super::alive;
use super::directory::StateDir;
use super::files::{explain, names};
use super::held::{self, Held, LOCK, is_at, lock_directory, lock_file, make_directories, sync_ancestors};
use crate::language::storage::Gone;
use anyhow::Result;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::SystemTime;

impl StateDir {
    /// For how many seconds no server ran before `now`; `None` where no server has run here, or the clock was set back.
    pub fn gap_seconds(&self, now: SystemTime) -> Option<u64> {
        let touched = alive::touched(&self.shared.path)?;
        now.duration_since(touched).ok().map(|gap| gap.as_secs())
    }

    /// Touches the file, and writes how far the journal is. A disk that fails is told of by the journal.
    pub(super) fn touch(&self) {
        let shared = &self.shared;
        let (segment, seq) = (shared.live.load(Ordering::SeqCst), shared.durable.load(Ordering::SeqCst));
        // Before this process has written anything, what the last one said stays: a start that is cut short tells of no loss.
        let text = match (segment, shared.before) {
            (0, None) => "\n".to_owned(),
            (0, Some(before)) => alive::words(before.segment, before.seq),
            _ => alive::words(segment, seq),
        };
        let _ = alive::file(&shared.path).and_then(|file| file.write_all_at(text.as_bytes(), 0));
    }

    /// Whether everything is still there that was; otherwise what is not.
    pub(super) fn look(&self) -> Result<(), Gone> {
        let held = self.held();
        let path = &self.shared.path;
        let shown = |path: &Path| path.display().to_string();
        let gone = |path: &Path, file: &Option<File>| file.as_ref().is_some_and(|file| !is_at(path, file));
        let lock = path.join(LOCK);
        if gone(path, &held.directory) {
            return Err(Gone::Directory(shown(path)));
        }
        if gone(&self.shared.journal, &held.journal) {
            return Err(Gone::Journal(shown(&self.shared.journal)));
        }
        if gone(&lock, &held.lock) {
            return Err(Gone::Lock(shown(&lock)));
        }
        match &held.live {
            Some((path, file)) if !is_at(path, file) => Err(Gone::Segment(shown(path))),
            _ => Ok(()),
        }
    }

    /// Makes again what vanished. A journal that somebody put in the place of ours is set aside.
    pub(super) fn restore(&self) -> Result<()> {
        let shared = &self.shared;
        let mut held = self.held();
        let failed = |error| explain(&shared.path, &error);
        make_directories(&shared.journal).map_err(failed)?;
        if !held.directory.as_ref().is_some_and(|file| is_at(&shared.path, file)) {
            let directory = File::open(&shared.path).map_err(failed)?;
            lock_directory(&shared.path, &directory)?;
            held.directory = Some(directory);
        }
        let lock = shared.path.join(LOCK);
        if !held.lock.as_ref().is_some_and(|file| is_at(&lock, file)) {
            held.lock = Some(lock_file(&shared.path)?);
        }
        if !held.journal.as_ref().is_some_and(|file| is_at(&shared.journal, file)) {
            let found = names(&shared.journal).map_err(failed)?;
            shared.number.fetch_max(found.newest_number() + 1, Ordering::SeqCst);
            if !found.is_empty() {
                held::set_aside(&shared.path, &shared.journal)?;
                make_directories(&shared.journal).map_err(failed)?;
            }
            shared.incomplete.store(true, Ordering::SeqCst);
            shared.spare_ready.store(false, Ordering::SeqCst);
            sync_ancestors(&shared.journal);
        }
        if held.live.take_if(|(path, file)| !is_at(path, file)).is_some() {
            shared.incomplete.store(true, Ordering::SeqCst);
        }
        held.journal = Some(File::open(&shared.journal).map_err(failed)?);
        Ok(())
    }

    /// Remembers the segment being written, to notice when it vanishes.
    pub(super) fn hold_live(&self, number: u64, file: &File) -> Result<()> {
        self.held().live = Some((self.segment_path(number), file.try_clone()?));
        Ok(())
    }

    /// Fails if the path of this segment does not lead to this file any more: nobody would read what was written.
    pub(super) fn is_written_to(&self, number: u64, file: &File) -> Result<(), Gone> {
        let path = self.segment_path(number);
        if is_at(&path, file) { Ok(()) } else { Err(Gone::Segment(path.display().to_string())) }
    }

    /// Moves a file of the journal out of the way, where it is kept; returns its new path.
    pub fn set_aside(&self, file: &Path) -> Result<PathBuf> {
        held::set_aside(&self.shared.path, file)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.shared.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
