//! Makes segments: under another name until their first bytes are durable, and from the spare if there is one.
//!
//! The spare is filled with zeros in advance, so that syncing the live segment writes no metadata. It is renamed
//! before it is written to, so a file named `spare` never contains anything but zeros.

use super::directory::StateDir;
use super::files::{create, explain, sync_directory};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// How much of the spare is written between two syncs, in bytes; a sync of the live segment may have to wait for that
/// much.
const FILL_STEP: usize = 1 << 20;

/// A newly made segment.
pub(super) struct NewSegment {
    pub file: File,
    /// Whether its space is preallocated; otherwise it grows while it is written.
    pub filled: bool,
}

/// Makes the segment `number` with these first bytes, durably.
pub(super) fn make(dir: &StateDir, number: u64, bytes: &[u8]) -> anyhow::Result<NewSegment> {
    let temporary = dir.shared.journal.join(format!("{number:08}.tmp"));
    let make = || -> io::Result<NewSegment> {
        let made = match take_spare(dir, &temporary)? {
            Some(file) => NewSegment { file, filled: true },
            None => NewSegment { file: create(&temporary)?, filled: false },
        };
        made.file.write_all_at(bytes, 0)?;
        made.file.sync_all()?;
        std::fs::rename(&temporary, dir.segment_path(number))?;
        sync_directory(&dir.shared.journal)?;
        Ok(made)
    };
    make().map_err(|error| {
        // If it cannot be removed, the next start removes it.
        let _ = std::fs::remove_file(&temporary);
        explain(&dir.segment_path(number), &error)
    })
}

/// Makes a spare in the background unless there is one. A failure shows up as a slower journal, or, if the disk is
/// full, as a failed write.
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
