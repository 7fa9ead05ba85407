//! The state directory: its files, and what a start reads from it.
//!
//! `lock` contains the pid of the server that holds it (`presence`), `alive` how far the journal went
//! (`alive`), `set-aside/` what no start could use. `journal/` contains `00000012.journal` (a segment), `spare`
//! (zeros, for the next segment), `00000012-00000000000000004711.snapshot` (made while segment 12 was the newest,
//! containing all entries up to 4711) and `*.tmp` (unfinished; removed at start). [`journal`](crate::journal) decides
//! what the bytes mean; [`segment`](super::segment) creates segments, and [`append`](super::append) writes them.

use super::alive::{self, Watermark};
use super::files::{Names, archived, create, explain, names, sync_directory};
use super::held::Held;
use crate::journal::frame::{self, DATA_START, Header, HeaderError};
use crate::journal::recovery::{Damage, DamageKind, Listed, Opening, Part, Recovery, Torn, plan};
use crate::journal::snapshot::{self, SnapshotError};
use crate::language::storage::SnapshotFault;
use anyhow::{Context, anyhow, bail};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// The path of `--state`.
    pub path: PathBuf,
    /// The directory of segments and snapshots.
    pub journal: PathBuf,
    pub held: Mutex<Held>,
    /// Entries that were on disk are gone from it: nothing is written before a snapshot has them again.
    pub incomplete: AtomicBool,
    /// How far the journal went when the last server was alive, if it said so.
    pub before: Option<Watermark>,
    /// The segment of this process's last durable entry; 0 before the first.
    pub live: AtomicU64,
    /// Its last durable entry.
    pub durable: AtomicU64,
    /// Go on with what this release can read of a newer one's files.
    accept_loss: bool,
    /// Snapshots that this start could not use: they are not counted, and not deleted.
    unusable: Mutex<BTreeSet<(u64, u64)>>,
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
    /// Snapshots that could not be used, newest first.
    pub broken_snapshots: Vec<BrokenSnapshot>,
    /// Which release wrote the segments that say so: their first entries, ascending.
    pub releases: Vec<(u64, String)>,
}

/// A snapshot that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenSnapshot {
    pub path: PathBuf,
    /// The last entry in it, by its name.
    pub covered: u64,
    pub why: SnapshotFault,
}

/// The newest usable snapshot.
pub(super) struct NewestSnapshot<S> {
    pub covered: u64,
    pub state: S,
    pub broken: Vec<BrokenSnapshot>,
}

impl StateDir {
    /// Creates the directory if it is missing, and locks it; each error says how to fix it. `segment_size` is in
    /// bytes, [`SEGMENT_SIZE`] outside tests. On a disk that takes nothing new, this reads what is there.
    pub fn open(path: &Path, segment_size: u64) -> anyhow::Result<StateDir> {
        StateDir::open_despite(path, segment_size, false)
    }

    /// The same; with `accept_loss`, segments of a newer release are read as far as possible, where
    /// [`load`](StateDir::load) would fail.
    pub fn open_despite(path: &Path, segment_size: u64, accept_loss: bool) -> anyhow::Result<StateDir> {
        if path.exists() && !path.is_dir() {
            bail!(
                "{} is not a directory: give --state a directory, or a name that is still free",
                path.display()
            );
        }
        StateDir::with(path, segment_size, accept_loss, Held::take(path)?)
    }

    /// Looks at a directory that a server may be using: takes no lock, makes nothing, and is not written to.
    pub fn read_only(path: &Path) -> anyhow::Result<StateDir> {
        StateDir::with(path, SEGMENT_SIZE, false, Held::default())
    }

    fn with(path: &Path, segment_size: u64, accept_loss: bool, held: Held) -> anyhow::Result<StateDir> {
        let journal = path.join("journal");
        let names = names(&journal).map_err(|error| explain(&journal, &error))?;
        let before = alive::read(path);
        // A number is never used again, even if its file was deleted.
        let newest = names.newest_number().max(before.map_or(0, |before| before.segment));
        let shared = Shared {
            path: path.to_owned(),
            held: Mutex::new(held),
            incomplete: AtomicBool::new(false),
            before,
            live: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            accept_loss,
            unusable: Mutex::default(),
            number: AtomicU64::new(newest + 1),
            epoch: AtomicU64::new(0),
            spare_ready: AtomicBool::new(journal.join("spare").exists()),
            filler: Mutex::new(None),
            stale: names.temporaries,
            temporary: AtomicU64::new(0),
            journal,
            segment_size,
        };
        Ok(StateDir { shared: Arc::new(shared) })
    }

    /// Reads the newest usable snapshot, or starts from `empty`, and applies all later entries in order. Changes
    /// nothing on disk, so it can be repeated once a running journal has answered everything it was given; only
    /// `opening` is useless then. Fails if a newer release wrote a segment, or if the directory cannot be read.
    pub fn load<S: DeserializeOwned>(
        &self,
        empty: S,
        mut apply: impl FnMut(&mut S, u64, &[u8]),
    ) -> anyhow::Result<Loaded<S>> {
        let NewestSnapshot { covered, mut state, broken } = self.base(empty)?;
        let plan = plan(&self.list()?, covered);
        let mut recovery = Recovery::after(covered, &plan);
        let mut replayed = 0;
        let (mut unreadable, mut releases) = (Vec::new(), Vec::new());
        for part in &plan.parts {
            let bytes = self.read_part(part, covered, &mut unreadable)?;
            releases.extend(frame::release(&bytes).map(|release| (part.header.first_seq, release)));
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
            releases,
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
        usable.retain(|name| self.is_usable(*name));
        Ok(usable.into_iter().map(|(covered, _)| covered).collect())
    }

    pub(super) fn base<S: DeserializeOwned>(&self, empty: S) -> anyhow::Result<NewestSnapshot<S>> {
        let mut broken = Vec::new();
        for name in self.names()?.snapshots.into_iter().rev() {
            let path = self.snapshot_path(name);
            let why = match std::fs::read(&path).map(|bytes| snapshot::decode(&bytes)) {
                Ok(Ok((covered, state))) => return Ok(NewestSnapshot { covered, state, broken }),
                Ok(Err(SnapshotError::Newer(_))) => SnapshotFault::Newer,
                Ok(Err(SnapshotError::State(_))) => SnapshotFault::Layout,
                Ok(Err(SnapshotError::Broken)) => SnapshotFault::Damaged,
                Err(error) => SnapshotFault::Unreadable(error.to_string()),
            };
            self.unusable().insert(name);
            broken.push(BrokenSnapshot { path, covered: name.0, why });
        }
        Ok(NewestSnapshot { covered: 0, state: empty, broken })
    }

    /// The segments with their headers, ascending. Fails if a newer release wrote one, unless loss is accepted.
    pub(super) fn list(&self) -> anyhow::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        for number in self.names()?.segments {
            let start = self.read_start(number);
            let header = match Header::decode(&start) {
                Err(HeaderError::Newer(_)) if self.shared.accept_loss => {
                    Header::decode_any_format(&start).ok_or(HeaderError::Unreadable)
                }
                Err(HeaderError::Newer(format)) => {
                    bail!(newer(&self.segment_path(number), format, frame::release(&start)))
                }
                header => header,
            };
            listed.push(Listed { number, header });
        }
        Ok(listed)
    }

    /// The segments that a newer release wrote.
    pub fn newer_segments(&self) -> anyhow::Result<Vec<PathBuf>> {
        let newer =
            |number: &u64| matches!(Header::decode(&self.read_start(*number)), Err(HeaderError::Newer(_)));
        let numbers = self.names()?.segments.into_iter().filter(newer);
        Ok(numbers.map(|number| self.segment_path(number)).collect())
    }

    /// How far the journal went when the last server was alive.
    pub(super) fn before(&self) -> Option<Watermark> {
        self.shared.before
    }

    /// Whether this segment is there.
    pub(super) fn has_segment(&self, number: u64) -> anyhow::Result<bool> {
        Ok(self.names()?.segments.contains(&number))
    }

    /// Whether an entry of this process is on disk.
    pub fn has_written(&self) -> bool {
        self.shared.live.load(Ordering::SeqCst) > 0
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

    /// The path of `--state`.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The last entry of this process that is on disk; 0 before the first.
    pub fn durable(&self) -> u64 {
        self.shared.durable.load(Ordering::SeqCst)
    }

    /// The folder of what is derived from segments.
    pub(super) fn archive(&self) -> PathBuf {
        self.shared.path.join("archive")
    }

    /// The closed incidents of a segment.
    pub(super) fn archive_path(&self, segment: u64) -> PathBuf {
        self.archive().join(format!("{segment:08}.closed"))
    }

    /// The segments that have such a file, ascending.
    pub(super) fn archived(&self) -> anyhow::Result<Vec<u64>> {
        archived(&self.archive()).map_err(|error| explain(&self.archive(), &error))
    }

    /// The newest usable snapshot that ends before an entry: its last entry, and the state.
    pub(super) fn snapshot_before<S: DeserializeOwned>(&self, seq: u64) -> anyhow::Result<Option<(u64, S)>> {
        let names = self.names()?.snapshots.into_iter().rev().filter(|(covered, _)| *covered < seq);
        let mut read =
            names.filter_map(|name| snapshot::decode(&std::fs::read(self.snapshot_path(name)).ok()?).ok());
        Ok(read.next())
    }

    /// Where a segment is.
    pub fn segment_path(&self, number: u64) -> PathBuf {
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

    /// The first bytes of a segment, as far as the disk can read them.
    fn read_start(&self, number: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(DATA_START);
        if let Ok(file) = File::open(self.segment_path(number)) {
            // The first half of the header region is enough if the disk cannot read the second.
            let _ = file.take(DATA_START as u64).read_to_end(&mut bytes);
        }
        bytes
    }

    fn is_usable(&self, name: (u64, u64)) -> bool {
        !self.unusable().contains(&name)
            && std::fs::read(self.snapshot_path(name)).is_ok_and(|bytes| snapshot::covered(&bytes).is_ok())
    }

    fn unusable(&self) -> MutexGuard<'_, BTreeSet<(u64, u64)>> {
        self.shared.unusable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prune_snapshots(&self) -> anyhow::Result<()> {
        let mut usable = 0;
        for name in self.names()?.snapshots.into_iter().rev() {
            let path = self.snapshot_path(name);
            // Of those that cannot be used, none is deleted: another release may read them.
            if !self.is_usable(name) {
                continue;
            }
            usable += 1;
            if usable > SNAPSHOTS_MAX {
                std::fs::remove_file(&path).map_err(|error| explain(&path, &error))?;
            }
        }
        Ok(())
    }
}

/// What to do about a segment of a newer release.
fn newer(path: &Path, format: u32, release: Option<String>) -> String {
    let release = release.filter(|release| release != frame::RELEASE);
    let by =
        release.map_or_else(|| "a newer oncall".to_owned(), |release| format!("a newer oncall, {release}"));
    format!(
        "{}: written by {by} (format {format}; this one, {}, reads up to {}): start that release again, go on with what \
         this one can read by `oncall serve --accept-loss`, which keeps every file, or give --state another directory",
        path.display(),
        frame::RELEASE,
        frame::FORMAT
    )
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
