//! What vanishes under a server, what a start cannot read, and what it does without a disk. The entries are those of the
//! day in `tests/journals/0.1`.

use crate::tables::with_format;
use oncall::disk::directory::StateDir;
use oncall::disk::recorder::{Recorder, Written};
use oncall::disk::recover;
use oncall::engine::{Batch, Unwritten};
use oncall::incident::stored::Stored;
use oncall::incident::{Entry, Incidents, State};
use oncall::journal::frame::{self, Header};
use oncall::journal::snapshot;
use oncall::language::Language;
use oncall::language::storage::{Cost, Gone, SnapshotFault, Trouble};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const SEGMENT: u64 = 1 << 20;

/// The lines of the day, one entry each.
fn day() -> Vec<&'static [u8]> {
    include_bytes!("../journals/0.1/a-day.jsonl")
        .split(|byte| *byte == b'\n')
        .filter(|it| !it.is_empty())
        .collect()
}

/// The state after the first so many entries of the day.
fn after(count: usize) -> State {
    let mut state = State::default();
    for line in &day()[..count] {
        state.apply(&serde_json::from_slice::<Entry>(line).unwrap());
    }
    state
}

/// Opens the directory once the threads of the journal before have ended, which nobody waits for when it is dropped.
fn open(state: &Path, accept_loss: bool) -> StateDir {
    for _ in 0..10_000_000 {
        match StateDir::open_despite(state, SEGMENT, accept_loss) {
            Err(error) if error.to_string().starts_with("another oncall server") => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
    panic!("a thread of the journal before goes on for ever");
}

/// A server's journal, without the server.
struct Journal {
    recorder: Recorder,
    told: UnboundedReceiver<Written>,
    next_seq: u64,
}

impl Journal {
    /// With what was lost, in the order in which it is told.
    fn start(state: &Path) -> (Journal, Incidents, Vec<Trouble>) {
        let dir = open(state, false);
        let (incidents, loaded, troubles) = recover::load(&dir).unwrap();
        let (tell, told) = unbounded_channel();
        let (recorder, _) = Recorder::start(&dir, &loaded.opening, tell).unwrap();
        (Journal { recorder, told, next_seq: loaded.opening.next_seq }, incidents, troubles)
    }

    fn write(
        &mut self,
        payloads: &[&[u8]],
        reopen: bool,
        snapshot: Option<Vec<u8>>,
    ) -> Result<(), Unwritten> {
        let payloads: Vec<_> = payloads.iter().map(|it| bytes::Bytes::copy_from_slice(it)).collect();
        let count = payloads.len() as u64;
        let batch = self.recorder.append(Batch { first_seq: self.next_seq, payloads, reopen, snapshot });
        let written = self.told.blocking_recv().unwrap();
        assert_eq!(written.batch, batch);
        self.next_seq += if written.result.is_ok() { count } else { 0 };
        written.result
    }

    /// Writes this much of the day, one batch for each entry.
    fn write_day(&mut self, entries: std::ops::Range<usize>) {
        for line in &day()[entries] {
            self.write(&[line], false, None).unwrap();
        }
    }
}

/// A state directory with so many entries of the day, in two epochs.
fn written(count: usize) -> TempDir {
    let state = TempDir::new().unwrap();
    let (mut journal, ..) = Journal::start(state.path());
    journal.write_day(0..count / 2);
    drop(journal);
    let (mut journal, ..) = Journal::start(state.path());
    journal.write_day(count / 2..count);
    state
}

fn files(state: &Path, extension: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(state.join("journal")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|it| it.extension().is_some_and(|it| it == extension)).collect();
    files.sort();
    files
}

fn set_aside(state: &Path) -> Vec<String> {
    let files = fs::read_dir(state.join("set-aside")).into_iter().flatten();
    let mut names: Vec<_> =
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn snapshot_of(state: &State) -> Vec<u8> {
    snapshot::encode(state.seq, &Stored::from(state))
}

#[test]
fn what_is_written_to_a_file_that_is_gone_is_not_called_written() {
    for what in ["directory", "journal", "lock", "segment", "replaced"] {
        let (state, elsewhere) = (written(20), TempDir::new().unwrap());
        let (mut journal, ..) = Journal::start(state.path());
        journal.write_day(20..22);
        let segment = files(state.path(), "journal").pop().unwrap();
        let shown = segment.display().to_string();
        let expected = match what {
            "directory" => {
                // A thread may be writing the next segment: nothing could be removed under it.
                fs::rename(state.path(), elsewhere.path().join("state")).unwrap();
                Gone::Directory(state.path().display().to_string())
            }
            "journal" => {
                fs::rename(state.path().join("journal"), state.path().join("elsewhere")).unwrap();
                Gone::Journal(state.path().join("journal").display().to_string())
            }
            "lock" => {
                fs::remove_file(state.path().join("lock")).unwrap();
                let second = StateDir::open(state.path(), SEGMENT).unwrap_err().to_string();
                assert!(second.starts_with("another oncall server is using"), "{second}");
                continue;
            }
            "segment" => {
                fs::remove_file(&segment).unwrap();
                Gone::Segment(shown)
            }
            _ => {
                fs::copy(&segment, state.path().join("copy")).unwrap();
                fs::rename(state.path().join("copy"), &segment).unwrap();
                Gone::Segment(shown)
            }
        };
        assert_eq!(journal.write(&[day()[22]], false, None), Err(Unwritten::Gone(expected)), "{what}");
        // An ordinary new segment would follow on nothing.
        assert!(matches!(journal.write(&[day()[22]], true, None), Err(Unwritten::Gone(_))), "{what}");
        journal.next_seq = 24;
        journal.write(&[], true, Some(snapshot_of(&after(23)))).unwrap();
        journal.write_day(23..26);
        let second = StateDir::open(state.path(), SEGMENT).unwrap_err().to_string();
        assert!(second.contains("another oncall server"), "{what}: {second}");
        drop(journal);
        let (_, incidents, troubles) = Journal::start(state.path());
        assert_eq!((incidents.state(), troubles), (&after(26), vec![]), "{what}");
    }
}

#[test]
fn another_journal_in_the_place_of_ours_is_set_aside_whole() {
    let (state, other) = (written(20), written(40));
    let (mut journal, ..) = Journal::start(state.path());
    fs::rename(state.path().join("journal"), state.path().join("ours")).unwrap();
    fs::rename(other.path().join("journal"), state.path().join("journal")).unwrap();
    let foreign = files(state.path(), "journal").len();
    assert!(matches!(journal.write(&[day()[20]], false, None), Err(Unwritten::Gone(Gone::Journal(_)))));
    journal.next_seq = 22;
    journal.write(&[], true, Some(snapshot_of(&after(21)))).unwrap();
    assert_eq!(set_aside(state.path()), ["journal"]);
    let kept = fs::read_dir(state.path().join("set-aside/journal")).unwrap().map(|it| it.unwrap().path());
    assert_eq!(kept.filter(|it| it.extension().is_some_and(|it| it == "journal")).count(), foreign);
    drop(journal);
    let (_, incidents, troubles) = Journal::start(state.path());
    assert_eq!((incidents.state(), troubles), (&after(21), vec![]));
}

#[test]
fn a_start_without_a_disk_goes_on_from_memory_and_writes_everything_once_it_can() {
    let state = written(30);
    let dir = open(state.path(), false);
    let (incidents, loaded, troubles) = recover::load(&dir).unwrap();
    assert_eq!((incidents.state(), troubles), (&after(30), vec![]));
    // The name of the next segment is taken, so none can be made.
    let next = header(&files(state.path(), "journal").pop().unwrap()).number + 1;
    fs::create_dir(state.path().join(format!("journal/{next:08}.tmp"))).unwrap();
    let (tell, told) = unbounded_channel();
    let (recorder, epoch) = Recorder::start_anyway(&dir, &loaded.opening, tell);
    assert!(epoch > next, "the next start would name its incidents alike");
    drop(dir);
    let mut journal = Journal { recorder, told, next_seq: 31 };
    let said = journal.told.blocking_recv().unwrap();
    assert!(matches!(said, Written { batch: 0, result: Err(Unwritten::NotBegun(_)) }), "{said:?}");
    // An entry is decided meanwhile; the last batch of the last server is in no segment that a start trusts.
    journal.next_seq = 32;
    journal.write(&[], true, Some(snapshot_of(&after(31)))).unwrap();
    journal.write_day(31..33);
    drop(journal);
    let (_, incidents, troubles) = Journal::start(state.path());
    assert_eq!((incidents.state(), troubles), (&after(33), vec![]));
}

#[test]
fn a_cut_end_is_told_from_where_to_where_and_since_when() {
    let state = written(30);
    for file in files(state.path(), "journal") {
        match offset_of(&file, 26) {
            Some(offset) => {
                fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(offset as u64).unwrap();
            }
            None if header(&file).first_seq > 26 => fs::remove_file(file).unwrap(),
            None => {}
        }
    }
    let (journal, incidents, troubles) = Journal::start(state.path());
    assert_eq!(incidents.state(), &after(25));
    let [Trouble::Tail { first: 26, last: 30, since, until: Some(_) }] = troubles[..] else {
        panic!("{troubles:?}")
    };
    assert_eq!(since, Some(after(25).at));
    assert_eq!(troubles[0].cost(), Cost::Entries);
    drop(journal);

    // The newest file is gone altogether: its number is not used again.
    let state = written(30);
    let newest = files(state.path(), "journal").pop().unwrap();
    let Header { number, first_seq, .. } = header(&newest);
    fs::remove_file(newest).unwrap();
    let (_journal, incidents, troubles) = Journal::start(state.path());
    assert_eq!(incidents.state(), &after(first_seq as usize - 1));
    let [Trouble::Tail { first, last: 30, .. }] = troubles[..] else { panic!("{troubles:?}") };
    assert_eq!(first, first_seq);
    let next = files(state.path(), "journal").pop().unwrap();
    assert_eq!(header(&next).number, number + 1);
}

fn header(file: &Path) -> Header {
    Header::decode(&fs::read(file).unwrap()).unwrap()
}

/// Where this entry begins in a segment, if it is there.
fn offset_of(file: &Path, seq: u64) -> Option<usize> {
    let (bytes, Header { epoch, first_seq, .. }) = (fs::read(file).unwrap(), header(file));
    frame::frames(&bytes, epoch, frame::DATA_START, first_seq).find_map(|item| match item {
        frame::Item::Frame(frame) if frame.seq == seq => Some(frame.offset),
        _ => None,
    })
}

#[test]
fn nothing_is_called_lost_that_is_there() {
    let state = written(30);
    for said in ["segment 1 entry 30 end\n", "segment 1 entry 27 end\n", "segment 9 entry", "\n", ""] {
        fs::write(state.path().join("alive"), said).unwrap();
        let dir = open(state.path(), false);
        let (incidents, _, troubles) = recover::load(&dir).unwrap();
        assert_eq!((incidents.state(), troubles), (&after(30), vec![]), "{said:?}");
    }
    // The newest file is gone, and nobody said what was in it.
    fs::write(state.path().join("alive"), "segment 9 entry 30 end\n").unwrap();
    let dir = open(state.path(), false);
    let (incidents, _, troubles) = recover::load(&dir).unwrap();
    assert_eq!(incidents.state(), &after(30));
    assert!(matches!(&troubles[..], [Trouble::NewestFile { after: 30, .. }]), "{troubles:?}");
}

#[test]
fn entries_of_a_newer_release_are_counted_and_the_journal_goes_on_after_them() {
    let state = TempDir::new().unwrap();
    let (mut journal, ..) = Journal::start(state.path());
    journal.write_day(0..10);
    let at = after(10).at;
    for seq in 11..=12 {
        let entry = format!(r#"{{"seq":{seq},"at":"{at}","revision":1,"change":{{"postmortem":{{}}}}}}"#);
        journal.write(&[entry.as_bytes()], false, None).unwrap();
    }
    journal.write(&[b"no entry at all"], false, None).unwrap();
    drop(journal);
    let (mut journal, incidents, troubles) = Journal::start(state.path());
    assert_eq!(incidents.state(), &State { seq: 13, ..after(10) });
    let newer = Trouble::Newer { first: 11, last: 12, count: 2, release: None };
    assert_eq!(troubles[0], newer);
    assert!(matches!(&troubles[1..], [Trouble::Entry { seq: 13, .. }]), "{troubles:?}");
    assert_eq!((newer.cost(), troubles[1].cost()), (Cost::Newer, Cost::Entries));
    // The disk is well, and takes the next entry at once.
    journal.write(&[day()[10]], false, None).unwrap();
    assert_eq!(journal.next_seq, 15);
}

#[test]
fn with_loss_accepted_a_newer_journal_is_read_kept_and_replaced() {
    let state = written(30);
    let newest = files(state.path(), "journal").pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    with_format(&mut bytes, 2);
    with_format(&mut bytes[4096..], 2);
    fs::write(&newest, &bytes).unwrap();
    let refused = open(state.path(), false);
    assert!(recover::load(&refused).unwrap_err().to_string().contains("--accept-loss"));
    drop(refused);

    let dir = open(state.path(), true);
    let (incidents, loaded, troubles) = recover::load(&dir).unwrap();
    assert_eq!((incidents.state(), troubles), (&after(30), vec![]));
    let unusable = recover::unusable(&dir, &incidents, &loaded).unwrap().unwrap();
    let (tell, _told) = unbounded_channel();
    let started = Recorder::start(&dir, &loaded.opening, tell).unwrap();
    unusable.set_aside(&dir).unwrap();
    let name = newest.file_name().unwrap().to_str().unwrap();
    assert_eq!(set_aside(state.path()), [name]);
    assert_eq!(fs::read(state.path().join("set-aside").join(name)).unwrap()[..8300], bytes[..8300]);
    drop((started, dir));
    let (_, incidents, troubles) = Journal::start(state.path());
    assert_eq!((incidents.state(), troubles), (&after(30), vec![]), "no flag is needed any more");
}

#[test]
fn a_snapshot_that_cannot_be_used_costs_nothing_and_is_kept() {
    let state = written(30);
    let journal = state.path().join("journal");
    let mut newer = snapshot_of(&after(20));
    with_format(&mut newer, 2);
    let whole = snapshot_of(&after(25));
    let files = [
        ("00000001-00000000000000000020.snapshot", newer, SnapshotFault::Newer),
        (
            "00000002-00000000000000000021.snapshot",
            snapshot::encode(21, &(99_u32, "x")),
            SnapshotFault::Layout,
        ),
        ("00000002-00000000000000000025.snapshot", whole[..whole.len() / 2].to_vec(), SnapshotFault::Damaged),
    ];
    for (name, bytes, _) in &files {
        fs::write(journal.join(name), bytes).unwrap();
    }
    let dir = open(state.path(), false);
    let (incidents, loaded, troubles) = recover::load(&dir).unwrap();
    assert_eq!(incidents.state(), &after(30));
    let expected = files.iter().rev().map(|(name, _, why)| {
        let file = journal.join(name).display().to_string();
        Trouble::Snapshot { file, why: why.clone() }
    });
    assert_eq!(troubles, expected.collect::<Vec<_>>());
    assert!(troubles.iter().all(|it| it.cost() == Cost::Nothing));
    let unusable = recover::unusable(&dir, &incidents, &loaded).unwrap().unwrap();
    // Those of another release are neither counted nor deleted.
    for count in 26..30 {
        dir.write_snapshot(&snapshot_of(&after(count))).unwrap();
    }
    unusable.set_aside(&dir).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, ..)| *name).collect();
    assert_eq!(set_aside(state.path()), names);
    for (name, bytes, _) in &files {
        assert_eq!(&fs::read(state.path().join("set-aside").join(name)).unwrap(), bytes);
    }
}

#[test]
fn a_start_that_has_nothing_left_says_so() {
    let state = written(30);
    files(state.path(), "journal").iter().for_each(|file| fs::remove_file(file).unwrap());
    let name = state.path().join("journal/00000002-00000000000000000030.snapshot");
    fs::write(&name, snapshot::encode(30, &(99_u32, "x"))).unwrap();
    let (_journal, incidents, troubles) = Journal::start(state.path());
    assert_eq!(incidents.state().incidents.len(), 0);
    let file = name.display().to_string();
    let lost = Trouble::Entries { first: 1, last: 30, file, missing: true };
    assert!(troubles.contains(&lost), "{troubles:?}");
}

#[test]
fn every_trouble_has_words_for_people_in_both_languages() {
    let at = Some(after(25).at);
    let file = || "/state/journal/00000002.journal".to_owned();
    let troubles = [
        Trouble::Entries { first: 26, last: 30, file: file(), missing: true },
        Trouble::Entries { first: 26, last: 30, file: file(), missing: false },
        Trouble::Tail { first: 26, last: 30, since: at, until: at },
        Trouble::Tail { first: 26, last: 30, since: None, until: None },
        Trouble::NewestFile { file: file(), after: 26, since: at },
        Trouble::File { file: file() },
        Trouble::Block { file: file(), offset: 26 },
        Trouble::Newer { first: 26, last: 30, count: 4, release: Some("0.9.1".to_owned()) },
        Trouble::Entry { seq: 26, why: "trailing characters".to_owned() },
        Trouble::Snapshot { file: file(), why: SnapshotFault::Damaged },
        Trouble::Gone(Gone::Directory(file())),
        Trouble::Gone(Gone::Lock(file())),
        Trouble::Gone(Gone::Journal(file())),
        Trouble::Gone(Gone::Segment(file())),
    ];
    for trouble in &troubles {
        let (english, japanese) = (trouble.words(Language::En), trouble.words(Language::Ja));
        assert!(english.is_ascii() && !english.contains(['{', '}']), "{english}");
        assert!(!japanese.is_ascii() && !japanese.contains("entr"), "{japanese}");
        for said in [english, japanese] {
            assert!(said.contains("26") || said.contains("/state/journal"), "{said}");
        }
    }
    assert_eq!(
        troubles[2].words(Language::En),
        format!(
            "the end of the journal was cut off or deleted: entries 26 to 30 are lost; they were written between {0} and {0}",
            after(25).at
        )
    );
}
