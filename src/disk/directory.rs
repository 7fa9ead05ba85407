//! The state directory: its lock, its files, and what a start reads from it.
//!
//! `lock` contains the pid of the server that holds it. `journal/` contains `00000012.journal` (a segment), `spare`
//! (zeros, for the next segment), `00000012-00000000000000004711.snapshot` (made while segment 12 was the newest,
//! containing all entries up to 4711) and `*.tmp` (unfinished; removed at start). [`journal`](crate::journal) decides
//! what the bytes mean; [`segment`](super::segment) creates segments, and [`append`](super::append) writes them.

use crate::journal::frame::{self, DATA_START, Header, HeaderError};
use crate::journal::recovery::{Damage, DamageKind, Listed, Opening, Part, Recovery, Torn, plan};
use crate::journal::snapshot::{self, SnapshotError};
use anyhow::{Context, anyhow, bail};
use serde::de::DeserializeOwned;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The size of a segment, in bytes.
pub const SEGMENT_SIZE: u64 = 64 << 20;
/// How many snapshots are kept.
pub const SNAPSHOTS_MAX: usize = 2;

/// The most unreadable places in one segment before we give up on the rest of it.
const READ_ERRORS_MAX: usize = 16;
/// The unit in which disks fail, in bytes.
const READ_BLOCK: usize = 4096;

/// The state directory; locked while any clone of this exists.
#[derive(Clone, Debug)]
pub struct StateDir {
    pub(super) shared: Arc<Shared>,
}

/// State shared by the threads that use the directory.
#[derive(Debug)]
pub(super) struct Shared {
    /// The directory of segments and snapshots.
    pub journal: PathBuf,
    pub segment_size: u64,
    /// The number of the next segment.
    pub number: AtomicU64,
    /// The epoch that may write. A thread of another epoch has stalled and was abandoned, so it stops.
    pub epoch: AtomicU64,
    pub spare_ready: AtomicBool,
    /// The thread that makes the next spare.
    pub filler: Mutex<Option<JoinHandle<()>>>,
    /// Unfinished files of earlier processes.
    pub stale: Vec<String>,
    temporary: AtomicU64,
    _lock: File,
}

/// What a start knows.
#[derive(Debug)]
pub struct Loaded<S> {
    pub state: S,
    /// Where the new segment continues; for [`Journal::start`](super::append::Journal::start).
    pub opening: Opening,
    /// The last entry in the snapshot.
    pub covered: u64,
    /// How many entries were replayed after it.
    pub replayed: u64,
    pub damages: Vec<Damage>,
    pub torn: Option<Torn>,
    /// Snapshots that could not be used, newest first, each with the reason.
    pub broken_snapshots: Vec<String>,
}

/// The newest usable snapshot.
pub(super) struct NewestSnapshot<S> {
    pub covered: u64,
    pub state: S,
    pub broken: Vec<String>,
}

/// The files of the journal, each kind in ascending order.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub segments: Vec<u64>,
    /// The last entry in each, and the newest segment's number when it was made.
    pub snapshots: Vec<(u64, u64)>,
    pub temporaries: Vec<String>,
}

impl StateDir {
    /// Creates the directory if it is missing, and locks it; each error says how to fix it. `segment_size` is in
    /// bytes, [`SEGMENT_SIZE`] outside tests.
    pub fn open(path: &Path, segment_size: u64) -> anyhow::Result<StateDir> {
        if path.exists() && !path.is_dir() {
            bail!(
                "{} is not a directory: give --state a directory, or a name that is still free",
                path.display()
            );
        }
        let journal = path.join("journal");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&journal)
            .map_err(|error| explain(path, &error))?;
        sync_ancestors(&journal);
        let lock = lock(path)?;
        let names = names(&journal).map_err(|error| explain(&journal, &error))?;
        let shared = Shared {
            number: AtomicU64::new(names.newest_number() + 1),
            epoch: AtomicU64::new(0),
            spare_ready: AtomicBool::new(journal.join("spare").exists()),
            filler: Mutex::new(None),
            stale: names.temporaries,
            temporary: AtomicU64::new(0),
            journal,
            segment_size,
            _lock: lock,
        };
        Ok(StateDir { shared: Arc::new(shared) })
    }

    /// Reads the newest usable snapshot, or starts from `empty`, and applies all later entries in order. Changes
    /// nothing on disk, so it can be repeated once a running journal has answered everything it was given; only
    /// `opening` is useless then. Fails if a newer release wrote any of it, or if the directory cannot be read.
    pub fn load<S: DeserializeOwned>(
        &self,
        empty: S,
        mut apply: impl FnMut(&mut S, u64, &[u8]),
    ) -> anyhow::Result<Loaded<S>> {
        let NewestSnapshot { covered, mut state, broken } = self.base(empty)?;
        let plan = plan(&self.list()?, covered);
        let mut recovery = Recovery::after(covered, &plan);
        let mut replayed = 0;
        let mut unreadable = Vec::new();
        for part in &plan.parts {
            let bytes = self.read_part(part, covered, &mut unreadable)?;
            recovery.read(part, &bytes, &mut |seq, payload| {
                replayed += 1;
                apply(&mut state, seq, payload);
            });
        }
        let mut recovered = recovery.finish();
        recovered.damages.extend(unreadable);
        Ok(Loaded {
            state,
            opening: recovered.opening,
            covered,
            replayed,
            damages: recovered.damages,
            torn: recovered.torn,
            broken_snapshots: broken,
        })
    }

    /// Waits for the directory's own background work. If all journals are closed and all other clones are dropped,
    /// the lock is then free.
    pub fn close(self) {
        let filler = self.shared.filler.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic there costs only the spare.
        let _ = filler.map(JoinHandle::join);
    }

    /// Writes a snapshot atomically, and deletes all but the two newest usable ones. `bytes` are those of
    /// [`snapshot::encode`].
    pub fn write_snapshot(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let covered = snapshot::covered(bytes).map_err(|error| anyhow!("cannot make a snapshot: {error}"))?;
        let number = self.shared.number.load(Ordering::SeqCst) - 1;
        let temporary = self.temporary("snapshot");
        let write = || -> io::Result<()> {
            let mut file = create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&temporary, self.snapshot_path((covered, number)))?;
            sync_directory(&self.shared.journal)
        };
        let written = write().map_err(|error| explain(&self.shared.journal, &error));
        if written.is_err() {
            // If it cannot be removed, the next start removes it.
            let _ = std::fs::remove_file(&temporary);
        }
        written.context("cannot write a snapshot")?;
        self.prune_snapshots()
    }

    /// The usable snapshots among the files, ascending: the last entry in each.
    pub(super) fn usable_snapshots(&self) -> anyhow::Result<Vec<u64>> {
        let mut usable = self.names()?.snapshots;
        usable.retain(|name| {
            std::fs::read(self.snapshot_path(*name)).is_ok_and(|bytes| snapshot::covered(&bytes).is_ok())
        });
        Ok(usable.into_iter().map(|(covered, _)| covered).collect())
    }

    pub(super) fn base<S: DeserializeOwned>(&self, empty: S) -> anyhow::Result<NewestSnapshot<S>> {
        let mut broken = Vec::new();
        for name in self.names()?.snapshots.into_iter().rev() {
            let path = self.snapshot_path(name);
            let reason = match std::fs::read(&path).map(|bytes| snapshot::decode(&bytes)) {
                Ok(Ok((covered, state))) => return Ok(NewestSnapshot { covered, state, broken }),
                Ok(Err(newer @ SnapshotError::Newer(_))) => {
                    bail!("{}: {newer}: {NEWER}", path.display())
                }
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            broken.push(format!("{}: {reason}", path.display()));
        }
        Ok(NewestSnapshot { covered: 0, state: empty, broken })
    }

    /// The segments with their headers, ascending. Fails if a newer release wrote one.
    pub(super) fn list(&self) -> anyhow::Result<Vec<Listed>> {
        let listed: Vec<Listed> = self
            .names()?
            .segments
            .into_iter()
            .map(|number| Listed { number, header: self.read_header(number) })
            .collect();
        for Listed { number, header } in &listed {
            if let Err(HeaderError::Newer(format)) = header {
                let path = self.segment_path(*number);
                let ours = frame::FORMAT;
                let path = path.display();
                bail!(
                    "{path}: written by a newer oncall (format {format}; this one reads up to {ours}): {NEWER}"
                );
            }
        }
        Ok(listed)
    }

    /// The bytes of a segment, as far as they count. Bytes that the disk cannot read become zeros and are reported as
    /// damage.
    pub(super) fn read_part(
        &self,
        part: &Part,
        covered: u64,
        unreadable: &mut Vec<Damage>,
    ) -> anyhow::Result<Vec<u8>> {
        let segment = part.header.number;
        let path = self.segment_path(segment);
        let file = File::open(&path).map_err(|error| explain(&path, &error))?;
        let length = file.metadata().map_err(|error| explain(&path, &error))?.len();
        let length = part.end.map_or(length, |end| end.offset.min(length));
        let (bytes, errors) = read_around(&file, usize::try_from(length)?);
        let covered = part.end.is_some_and(|end| end.last_seq <= covered);
        let damage = |offset| Damage { segment, offset, lost: None, what: DamageKind::Frames, covered };
        unreadable.extend(errors.into_iter().map(damage));
        Ok(bytes)
    }

    pub(super) fn names(&self) -> anyhow::Result<Names> {
        names(&self.shared.journal).map_err(|error| explain(&self.shared.journal, &error))
    }

    pub(super) fn segment_path(&self, number: u64) -> PathBuf {
        self.shared.journal.join(format!("{number:08}.journal"))
    }

    /// A name for an unfinished file.
    pub(super) fn temporary(&self, kind: &str) -> PathBuf {
        let n = self.shared.temporary.fetch_add(1, Ordering::Relaxed);
        self.shared.journal.join(format!("{kind}-{n}.tmp"))
    }

    fn snapshot_path(&self, (covered, number): (u64, u64)) -> PathBuf {
        self.shared.journal.join(format!("{number:08}-{covered:020}.snapshot"))
    }

    fn read_header(&self, number: u64) -> Result<Header, HeaderError> {
        let mut bytes = Vec::with_capacity(DATA_START);
        let file = File::open(self.segment_path(number)).map_err(|_| HeaderError::Unreadable)?;
        // The first half of the header region is enough if the disk cannot read the second.
        let _ = file.take(DATA_START as u64).read_to_end(&mut bytes);
        Header::decode(&bytes)
    }

    fn prune_snapshots(&self) -> anyhow::Result<()> {
        let mut usable = 0;
        for name in self.names()?.snapshots.into_iter().rev() {
            let path = self.snapshot_path(name);
            if usable == SNAPSHOTS_MAX {
                std::fs::remove_file(&path).map_err(|error| explain(&path, &error))?;
            } else if std::fs::read(&path).is_ok_and(|bytes| snapshot::covered(&bytes).is_ok()) {
                usable += 1;
            }
        }
        Ok(())
    }
}

const NEWER: &str = "start that release again, or give --state another directory";

impl Names {
    fn newest_number(&self) -> u64 {
        let unfinished = self.temporaries.iter().filter_map(|name| name.strip_suffix(".tmp")?.parse().ok());
        let snapshots = self.snapshots.iter().map(|(_, number)| *number);
        self.segments.iter().copied().chain(unfinished).chain(snapshots).max().unwrap_or_default()
    }
}

/// What went wrong with `path`, and how to fix it.
pub(super) fn explain(path: &Path, error: &io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free 200 MiB there, or give --state a larger disk"
        }
        ErrorKind::PermissionDenied => {
            "make the user that runs oncall its owner, or give --state another directory"
        }
        ErrorKind::ReadOnlyFilesystem => "mount it writable, or give --state another directory",
        ErrorKind::FileTooLarge => "raise the limit on the size of files (ulimit -f)",
        ErrorKind::NotADirectory => "a part of it is a file: give --state another directory",
        _ => return anyhow!("{}: {error}", path.display()),
    };
    anyhow!("{}: {error}: {advice}", path.display())
}

pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Makes the names in the directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the directory itself durable. We did not create the parents we may not open.
fn sync_ancestors(path: &Path) {
    for directory in path.canonicalize().iter().flat_map(|path| path.ancestors()) {
        let _ = sync_directory(directory);
    }
}

fn lock(path: &Path) -> anyhow::Result<File> {
    let name = path.join("lock");
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = options.open(&name).map_err(|error| explain(&name, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let (pid, path) = (pid.trim(), path.display());
            bail!(
                "another oncall server (pid {pid}) is using {path}: stop it, or give --state another directory"
            );
        }
        Err(TryLockError::Error(error)) => return Err(explain(&name, &error)),
    }
    // The pid is only for people; a full disk must not stop a pager from starting.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

fn names(journal: &Path) -> io::Result<Names> {
    let mut names = Names::default();
    for file in std::fs::read_dir(journal)? {
        let Ok(name) = file?.file_name().into_string() else { continue };
        match name.rsplit_once('.') {
            Some((stem, "journal")) => names.segments.extend(segment_name(stem)),
            Some((stem, "snapshot")) => names.snapshots.extend(snapshot_name(stem)),
            Some((_, "tmp")) => names.temporaries.push(name),
            _ => {}
        }
    }
    names.segments.sort_unstable();
    names.snapshots.sort_unstable();
    Ok(names)
}

/// A copy of a segment whose number is spelled differently does not count.
fn segment_name(stem: &str) -> Option<u64> {
    let number = stem.parse().ok()?;
    (stem == format!("{number:08}")).then_some(number)
}

fn snapshot_name(stem: &str) -> Option<(u64, u64)> {
    let (number, covered) = stem.split_once('-')?;
    Some((covered.parse().ok()?, number.parse().ok()?))
}

/// Reads `length` bytes, with zeros for those the disk cannot read; also returns where that is.
fn read_around(file: &File, length: usize) -> (Vec<u8>, Vec<u64>) {
    let mut bytes = vec![0; length];
    let mut errors = Vec::new();
    let mut at = 0;
    while at < length && errors.len() < READ_ERRORS_MAX {
        match file.read_at(&mut bytes[at..], at as u64) {
            Ok(0) => break,
            Ok(n) => at += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => {
                errors.push(at as u64);
                at = (at / READ_BLOCK + 1) * READ_BLOCK;
            }
        }
    }
    (bytes, errors)
}
