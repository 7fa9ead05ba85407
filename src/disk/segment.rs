//! Making segments: under another name until their first bytes are durable, from the spare where there is one.
//!
//! The spare is zero-filled ahead, so that a sync of the live segment has no metadata to write. It is renamed before
//! it is written to, so that what is called `spare` has never held anything but zeros.

use super::directory::{StateDir, create, explain, sync_directory};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// How much of the spare is written between two syncs, in bytes: what a sync of the live segment may wait behind.
const FILL_STEP: usize = 1 << 20;

/// A segment that has just been made.
pub(super) struct Made {
    pub file: File,
    /// Its space is allocated; otherwise it grows as it is written.
    pub filled: bool,
}

/// Makes the segment `number` with these first bytes, durably.
pub(super) fn make(dir: &StateDir, number: u64, bytes: &[u8]) -> anyhow::Result<Made> {
    let temporary = dir.shared.journal.join(format!("{number:08}.tmp"));
    let make = || -> io::Result<Made> {
        let made = match take_spare(dir, &temporary)? {
            Some(file) => Made { file, filled: true },
            None => Made { file: create(&temporary)?, filled: false },
        };
        made.file.write_all_at(bytes, 0)?;
        made.file.sync_all()?;
        std::fs::rename(&temporary, dir.segment_path(number))?;
        sync_directory(&dir.shared.journal)?;
        Ok(made)
    };
    make().map_err(|error| {
        // Failing to remove it is no worse: the next start does.
        let _ = std::fs::remove_file(&temporary);
        explain(&dir.segment_path(number), &error)
    })
}

/// Makes a spare in the background unless there is one. A failure shows up as a slower journal, and when the disk
/// is full as a failed write.
pub(super) fn fill_spare(dir: &StateDir) {
    let mut filler = dir.shared.filler.lock().unwrap_or_else(PoisonError::into_inner);
    let filling = filler.as_ref().is_some_and(|thread| !thread.is_finished());
    if filling || dir.shared.spare_ready.load(Ordering::SeqCst) {
        return;
    }
    let dir = dir.clone();
    let thread = std::thread::Builder::new().name("journal-spare".to_owned());
    *filler = thread.spawn(move || dir.shared.spare_ready.store(fill(&dir).is_ok(), Ordering::SeqCst)).ok();
}

fn take_spare(dir: &StateDir, temporary: &std::path::Path) -> io::Result<Option<File>> {
    dir.shared.spare_ready.store(false, Ordering::SeqCst);
    match std::fs::rename(dir.shared.journal.join("spare"), temporary) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(()) => {
            sync_directory(&dir.shared.journal)?;
            OpenOptions::new().read(true).write(true).open(temporary).map(Some)
        }
    }
}

fn fill(dir: &StateDir) -> io::Result<()> {
    let temporary = dir.temporary("spare");
    let fill = || -> io::Result<()> {
        let file = create(&temporary)?;
        let zeros = vec![0; FILL_STEP];
        let mut at = 0;
        while at < dir.shared.segment_size {
            let step = (dir.shared.segment_size - at).min(FILL_STEP as u64);
            file.write_all_at(&zeros[..step as usize], at)?;
            file.sync_data()?;
            at += step;
        }
        file.sync_all()?;
        std::fs::rename(&temporary, dir.shared.journal.join("spare"))?;
        sync_directory(&dir.shared.journal)
    };
    fill().inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}
