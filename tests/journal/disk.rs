//! The same on a real directory: lock, starts, rolls, failures, snapshots, compaction, timelines.

use crate::{Entries, payloads, tables::with_format};
use bytes::Bytes;
use oncall::disk::append::{Append, Appended, Journal, JournalAnswer};
use oncall::disk::compaction::{Compacted, compact};
use oncall::disk::directory::{BrokenSnapshot, Loaded, StateDir};
use oncall::disk::entries::read_entries;
use oncall::journal::recovery::{Damage, DamageKind};
use oncall::journal::retention::History;
use oncall::journal::{End, frame, snapshot};
use oncall::language::{Language, storage::SnapshotFault};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

/// Small segments: a few batches fill one.
const SEGMENT: u64 = frame::DATA_START as u64 + 1500;
/// A hang, not a slow machine.
const HANG: Duration = Duration::from_secs(30);

/// The state is the list of all entries, so that it can be compared with what was written.
fn push(state: &mut Entries, seq: u64, payload: &[u8]) {
    state.push((seq, payload.to_vec()));
}

struct Server {
    dir: StateDir,
    journal: Journal,
    answers: Receiver<JournalAnswer>,
    next_seq: u64,
    end: Option<End>,
}

fn open(path: &Path) -> (StateDir, Loaded<Entries>) {
    let dir = StateDir::open(path, SEGMENT).unwrap();
    let loaded = dir.load(Entries::new(), push).unwrap();
    (dir, loaded)
}

impl Server {
    fn start(path: &Path) -> (Server, Loaded<Entries>) {
        let (dir, loaded) = open(path);
        let (send, answers) = channel();
        let journal =
            Journal::start(&dir, &loaded.opening, move |answer| send.send(answer).unwrap()).unwrap();
        let end = Some(journal.end);
        (Server { dir, journal, answers, next_seq: loaded.opening.next_seq, end }, loaded)
    }

    /// A start that has a spare, so that segments end only where they are full.
    fn start_filled(path: &Path) -> Server {
        Server::start(path).0.stop();
        Server::start(path).0
    }

    fn try_append(&mut self, payloads: &[Vec<u8>]) -> Result<Entries, String> {
        let batch = Append {
            first_seq: self.next_seq,
            payloads: payloads.iter().map(|payload| Bytes::copy_from_slice(payload)).collect(),
        };
        self.journal.append(batch).unwrap();
        match self.answers.recv_timeout(HANG).unwrap().result {
            Appended::Failed(reason) => Err(reason),
            Appended::Gone(gone) => Err(gone.words(Language::En)),
            Appended::Durable(end) => {
                let entries: Entries = (self.next_seq..).zip(payloads.iter().cloned()).collect();
                self.next_seq += payloads.len() as u64;
                assert_eq!(end.last_seq + 1, self.next_seq);
                self.end = Some(end);
                Ok(entries)
            }
        }
    }

    fn append(&mut self, tag: &str, count: usize, length: usize) -> Entries {
        self.try_append(&payloads(tag, count, length)).unwrap()
    }

    fn stop(self) {
        self.journal.close();
        self.dir.close();
    }

    fn reopen(&mut self, snapshot: Option<&[u8]>) {
        let (send, answers) = channel();
        let answer = move |answer| send.send(answer).unwrap();
        let journal = Journal::reopen(&self.dir, self.end, snapshot, self.next_seq, answer).unwrap();
        std::mem::replace(&mut self.journal, journal).close();
        self.answers = answers;
    }
}

fn files(path: &Path, extension: &str) -> Vec<PathBuf> {
    let names = fs::read_dir(path.join("journal")).unwrap().map(|file| file.unwrap().path());
    let mut names: Vec<PathBuf> =
        names.filter(|name| name.extension().is_some_and(|it| it == extension)).collect();
    names.sort();
    names
}

/// Compacts so many days after the segments were written.
fn compacted(dir: &StateDir, known: &[Damage], history: &History, days: u64) -> Compacted {
    let written = fs::metadata(std::env::current_exe().unwrap()).unwrap().modified().unwrap();
    let now = written.max(SystemTime::UNIX_EPOCH) + Duration::from_secs(days * 24 * 3600);
    compact(dir, Entries::new(), push, known, (history, now), |_, _| Ok(())).unwrap()
}

#[test]
fn a_second_server_is_refused_until_the_first_has_ended() {
    let state = tempfile::tempdir().unwrap();
    let first = StateDir::open(state.path(), SEGMENT).unwrap();
    let mode = fs::metadata(state.path().join("journal")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let error = StateDir::open(state.path(), SEGMENT).unwrap_err().to_string();
    let expected = format!(
        "another oncall server (pid {}) is using {}: stop it, or give --state another directory",
        std::process::id(),
        state.path().display()
    );
    assert_eq!(error, expected);
    drop(first);
    StateDir::open(state.path(), SEGMENT).unwrap();
}

#[test]
fn a_state_directory_that_is_a_file() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("file");
    fs::write(&file, "").unwrap();
    let error = StateDir::open(&file, SEGMENT).unwrap_err().to_string();
    assert!(
        error.ends_with("is not a directory: give --state a directory, or a name that is still free"),
        "{error}"
    );
    let error = StateDir::open(&file.join("below"), SEGMENT).unwrap_err().to_string();
    assert!(error.ends_with("a part of it is a file: give --state another directory"), "{error}");
}

#[test]
fn a_directory_of_a_newer_release() {
    let state = tempfile::tempdir().unwrap();
    Server::start(state.path()).0.stop();
    let segment = files(state.path(), "journal").remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    with_format(&mut bytes, 2);
    with_format(&mut bytes[4096..], 2);
    fs::write(&segment, bytes).unwrap();
    let load =
        || StateDir::open(state.path(), SEGMENT).unwrap().load(Entries::new(), push).unwrap_err().to_string();
    let advice = "start that release again, go on with what this one can read by `oncall serve --accept-loss`, which keeps \
                  every file, or give --state another directory";
    let newer = |by: &str| {
        format!("written by a newer oncall{by} (format 2; this one, 0.1.0, reads up to 1): {advice}")
    };
    assert_eq!(load(), format!("{}: {}", segment.display(), newer("")));

    // The header says which release it was.
    let mut bytes = fs::read(&segment).unwrap();
    for at in [68, 4096 + 68] {
        bytes[at..at + 6].copy_from_slice(b"\x050.9.1");
        let sum = crc32c::crc32c(&bytes[at..at + 6]).to_le_bytes();
        bytes[at + 6..at + 10].copy_from_slice(&sum);
    }
    fs::write(&segment, bytes).unwrap();
    assert_eq!(load(), format!("{}: {}", segment.display(), newer(", 0.9.1")));
}

#[test]
fn starts_and_rolls_over_small_segments() {
    let state = tempfile::tempdir().unwrap();
    let mut expected = Entries::new();
    let mut epochs = Vec::new();
    for start in 0..4 {
        let (mut server, loaded) = Server::start(state.path());
        assert_eq!(loaded.state, expected);
        assert_eq!((loaded.damages, loaded.torn), (vec![], None));
        epochs.push(server.journal.epoch);
        for _ in 0..start * 3 {
            expected.extend(server.append("a", 3, 150));
        }
        server.stop();
    }
    assert!(epochs.is_sorted_by(|a, b| a < b), "{epochs:?}");
    let segments: Vec<Vec<u8>> =
        files(state.path(), "journal").iter().map(|file| fs::read(file).unwrap()).collect();
    assert!(segments.len() > 6);
    // What a start has ended is as long as its successor says.
    for pair in segments.windows(2) {
        let header = frame::Header::decode(&pair[1]).unwrap();
        let end = header.predecessor.unwrap().offset;
        assert!(header.epoch != header.number || pair[0].len() as u64 == end);
    }
    assert_eq!(open(state.path()).1.state, expected);
}

#[test]
fn a_batch_longer_than_a_segment() {
    let state = tempfile::tempdir().unwrap();
    let (mut server, _) = Server::start(state.path());
    let mut expected = server.append("a", 1, 10);
    expected.extend(server.append("long", 4, 2000));
    expected.extend(server.append("b", 1, 10));
    server.stop();
    assert_eq!(open(state.path()).1.state, expected);
}

#[test]
fn a_process_killed_while_it_wrote() {
    let state = tempfile::tempdir().unwrap();
    let (mut server, _) = Server::start(state.path());
    let mut expected = server.append("a", 2, 100);
    let End { segment, offset, .. } = server.end.unwrap();
    server.stop();
    let mut torn = Vec::new();
    frame::encode(segment, 3, &payloads("torn", 2, 100), &mut torn).unwrap();
    let name = state.path().join(format!("journal/{segment:08}.journal"));
    let mut bytes = fs::read(&name).unwrap();
    bytes.resize(offset as usize, 0);
    bytes.extend_from_slice(&torn[..torn.len() - 1]);
    fs::write(&name, &bytes).unwrap();
    fs::write(state.path().join("journal/00000007.tmp"), "half a segment").unwrap();

    let (mut server, loaded) = Server::start(state.path());
    assert_eq!((&loaded.state, &loaded.damages), (&expected, &vec![]));
    assert!(loaded.torn.is_some());
    assert_eq!(server.journal.epoch, 8, "a number is never used twice");
    assert_eq!(files(state.path(), "tmp").iter().filter(|it| it.ends_with("00000007.tmp")).count(), 0);
    expected.extend(server.append("b", 2, 100));
    server.stop();
    assert_eq!(open(state.path()).1.state, expected);
}

#[test]
fn a_full_disk_and_then_room_again() {
    let state = tempfile::tempdir().unwrap();
    let (mut server, _) = Server::start(state.path());
    let mut expected = server.append("a", 2, 100);
    // The next segment is made of the spare, and this one has no room.
    let spare = state.path().join("journal/spare");
    let reason = loop {
        // In one step, since the thread that makes spares may be making one now.
        let full = state.path().join("full");
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        fs::rename(&full, &spare).unwrap();
        match server.try_append(&payloads("b", 2, 300)) {
            Ok(more) => expected.extend(more),
            Err(reason) => break reason,
        }
    };
    assert!(reason.contains("free 200 MiB there, or give --state a larger disk"), "{reason}");
    let again = server.try_append(&payloads("c", 1, 1)).unwrap_err();
    assert!(again.starts_with("the segment has failed before"), "{again}");

    let epoch = server.journal.epoch;
    server.reopen(None);
    assert!(server.journal.epoch > epoch);
    expected.extend(server.append("d", 2, 100));
    server.stop();
    let (mut server, loaded) = Server::start(state.path());
    assert_eq!((&loaded.state, loaded.damages), (&expected, vec![]));

    // Entries were dropped meanwhile: only the snapshot has them.
    expected.extend(server.append("e", 1, 1));
    expected.extend([(server.next_seq, b"in memory only".to_vec())]);
    let bytes = snapshot::encode(server.next_seq, &expected);
    server.next_seq += 1;
    server.reopen(Some(&bytes));
    expected.extend(server.append("f", 1, 1));
    server.stop();
    let loaded = open(state.path()).1;
    assert_eq!((&loaded.state, loaded.damages, loaded.replayed), (&expected, vec![], 1));
}

#[test]
fn a_batch_that_does_not_follow_on_and_a_journal_that_was_given_up() {
    let state = tempfile::tempdir().unwrap();
    let (mut server, _) = Server::start(state.path());
    let expected = server.append("a", 2, 100);
    server.next_seq = 7;
    let reason = server.try_append(&payloads("b", 1, 1)).unwrap_err();
    assert_eq!(reason, "entry 7 does not follow on: 3 is next");
    server.stop();

    let (mut server, _) = Server::start(state.path());
    let (send, _answers) = channel();
    let newer = move |answer| send.send(answer).unwrap();
    let journal = Journal::reopen(&server.dir, server.end, None, 3, newer).unwrap();
    let epoch = server.journal.epoch;
    let reason = server.try_append(&payloads("late", 1, 1)).unwrap_err();
    assert_eq!(reason, format!("epoch {epoch} was given up"));
    journal.close();
    server.stop();
    assert_eq!(open(state.path()).1.state, expected);
}

#[test]
fn compaction_keeps_what_replays() {
    let state = tempfile::tempdir().unwrap();
    let mut expected = Entries::new();
    let history = History { age: Duration::from_secs(90 * 24 * 3600), size: 1 << 30 };
    for round in 0..4 {
        let (mut server, loaded) = Server::start(state.path());
        assert_eq!((&loaded.state, &loaded.damages), (&expected, &vec![]), "{round}");
        let sealed = server.next_seq - 1;
        expected.extend(server.append("a", 2, 100));
        // The last batch before the start was carried into the live segment, which is not read.
        let done = compacted(&server.dir, &[], &history, 1);
        assert_eq!(done.covered, (sealed > 2).then(|| sealed - 2), "{round}");
        assert_eq!((done.deleted, done.damages), (vec![], vec![]));
        server.stop();
    }
    assert_eq!(files(state.path(), "snapshot").len(), 2);

    // A year later, everything that the older snapshot covers goes.
    let (server, _) = Server::start(state.path());
    let before = files(state.path(), "journal").len();
    let done = compacted(&server.dir, &[], &history, 365);
    assert!(!done.deleted.is_empty());
    assert_eq!(files(state.path(), "journal").len(), before - done.deleted.len());
    server.stop();
    assert_eq!(open(state.path()).1.state, expected);

    // The newest snapshot breaks: the one before it and the segments since are enough.
    let newest = files(state.path(), "snapshot").pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&newest, bytes).unwrap();
    let (dir, loaded) = open(state.path());
    assert_eq!((loaded.state, loaded.damages), (expected, vec![]));
    let covered = newest.file_stem().unwrap().to_str().unwrap().split_once('-').unwrap().1.parse().unwrap();
    let broken = BrokenSnapshot { path: newest, covered, why: SnapshotFault::Damaged };
    assert_eq!(loaded.broken_snapshots, [broken]);
    // A broken snapshot is not one of the two that are kept.
    assert_eq!(compacted(&dir, &[], &history, 365).deleted, Vec::<u64>::new());
}

#[test]
fn compaction_leaves_new_damage_to_those_who_remember() {
    let state = tempfile::tempdir().unwrap();
    let mut server = Server::start_filled(state.path());
    let all = server.append("a", 3, 10);
    server.append("b", 1, 10);
    server.stop();
    let (server, _) = Server::start(state.path());
    let first = files(state.path(), "journal").remove(1);
    let mut bytes = fs::read(&first).unwrap();
    let at = bytes.windows(6).position(|it| it == b"{\"a\":1").unwrap();
    bytes[at] ^= 1;
    fs::write(&first, bytes).unwrap();
    let done = compacted(&server.dir, &[], &History::default(), 1);
    assert_eq!(done.covered, None);
    let offset = (frame::DATA_START + frame::FRAME_HEADER + all[0].1.len()) as u64;
    let number = first.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let damage =
        Damage { segment: number, offset, lost: Some((2, 2)), what: DamageKind::Frames, covered: false };
    assert_eq!(done.damages, [damage]);
    // A server that started with it has nothing better.
    assert_eq!(compacted(&server.dir, &[damage], &History::default(), 1).covered, Some(3));
}

#[test]
fn timelines_are_read_while_the_journal_is_written() {
    let state = tempfile::tempdir().unwrap();
    let mut server = Server::start_filled(state.path());
    let mut all = Entries::new();
    for n in 0..8 {
        all.extend(server.append("a", 1 + n % 3, 150));
    }
    server.stop();
    let (mut server, _) = Server::start(state.path());
    all.extend(server.append("b", 3, 20));
    let last = server.next_seq - 1;
    let seqs: Vec<u64> = (1..=last).collect();
    assert_eq!(read_entries(&server.dir, &seqs, last).unwrap(), all);
    assert_eq!(read_entries(&server.dir, &seqs, last - 2).unwrap(), all[..all.len() - 2]);
    let some: Vec<u64> = vec![last + 5, last, 3, 3, 9];
    let expected = [3, 9, last].map(|seq| all[seq as usize - 1].clone());
    assert_eq!(read_entries(&server.dir, &some, last + 9).unwrap(), expected);

    // A damaged frame costs itself only, and a segment that is gone its entries.
    let first = files(state.path(), "journal").remove(1);
    let mut bytes = fs::read(&first).unwrap();
    bytes[frame::DATA_START + 5] ^= 0xff;
    fs::write(&first, bytes).unwrap();
    assert_eq!(read_entries(&server.dir, &seqs, last).unwrap(), all[1..]);
    fs::remove_file(first).unwrap();
    let left = read_entries(&server.dir, &seqs, last).unwrap();
    assert!(!left.is_empty() && all.ends_with(&left) && left.len() < all.len() - 1);
}
