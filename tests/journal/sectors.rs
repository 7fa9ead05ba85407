//! Power loss: of the last, unsynced batch any subset of sectors is on disk, and the rest may surface or vanish
//! after the next start.

use crate::{Disk, Entries, payloads};
use proptest::prelude::*;

const SECTOR: usize = 512;

/// One write, by the sectors that it touches.
#[derive(Clone)]
struct Write {
    segment: u64,
    sectors: Vec<(usize, Vec<u8>, Vec<u8>)>,
}

impl Write {
    /// The sectors that writing `bytes` changes, each with its place, its old and its new bytes.
    fn new(disk: &Disk, segment: u64, offset: usize, bytes: &[u8]) -> Write {
        let old = &disk.segments[&segment];
        let mut new = old.clone();
        new[offset..offset + bytes.len()].copy_from_slice(bytes);
        let from = offset / SECTOR * SECTOR;
        let places = (from..offset + bytes.len()).step_by(SECTOR);
        let sectors =
            places.map(|at| (at, old[at..at + SECTOR].to_vec(), new[at..at + SECTOR].to_vec())).collect();
        Write { segment, sectors }
    }

    /// Puts those sectors on disk whose bit is set, and the old bytes of the others.
    fn apply(&self, disk: &mut Disk, subset: u32) {
        let bytes = disk.segments.get_mut(&self.segment).unwrap();
        for (n, (at, old, new)) in self.sectors.iter().enumerate() {
            let sector = if subset >> n & 1 == 1 { new } else { old };
            bytes[*at..at + SECTOR].copy_from_slice(sector);
        }
    }
}

fn unsynced(disk: &Disk, payloads: &[Vec<u8>]) -> (Write, Entries) {
    let (segment, offset, bytes, entries) = disk.unsynced(payloads);
    (Write::new(disk, segment, offset, &bytes), entries)
}

#[test]
fn any_subset_of_the_last_batch_is_all_or_nothing_and_stays_so() {
    let mut disk = Disk::default();
    disk.start();
    let mut synced = disk.sync(&payloads("a", 3, 100));
    synced.extend(disk.sync(&payloads("b", 2, 300)));
    let (write, last) = unsynced(&disk, &payloads("c", 5, 500));
    assert!((5..=10).contains(&write.sectors.len()), "{} sectors", write.sectors.len());
    let full = (1 << write.sectors.len()) - 1;
    let whole: Entries = synced.iter().chain(&last).cloned().collect();
    for subset in 0..=full {
        let mut disk = disk.clone();
        write.apply(&mut disk, subset);
        let (seen, recovered) = disk.start();
        assert_eq!(seen, if subset == full { whole.clone() } else { synced.clone() }, "{subset:b}");
        assert_eq!(recovered.damages, [], "{subset:b}");
        // Its sectors surface late, or what was seen had been in the page cache only and vanishes.
        for later in [0, full, !subset & full, subset >> 1] {
            let mut disk = disk.clone();
            let more = disk.sync(&payloads("d", 2, 10));
            write.apply(&mut disk, later);
            let expected: Entries = seen.iter().chain(&more).cloned().collect();
            for _ in 0..3 {
                let (again, recovered) = disk.start();
                assert_eq!(again, expected, "{subset:b} then {later:b}");
                assert_eq!(recovered.damages, []);
            }
        }
    }
}

#[test]
fn a_torn_tail_is_told_and_starts_go_on() {
    let mut disk = Disk::default();
    disk.start();
    let mut expected = Entries::new();
    for round in 0..3 {
        expected.extend(disk.sync(&payloads("a", 2, 50 * round)));
        let (write, _) = unsynced(&disk, &payloads("torn", 3, 400));
        write.apply(&mut disk, 0b101);
        let (seen, recovered) = disk.start();
        assert_eq!(seen, expected);
        assert_eq!(recovered.damages, []);
        assert!(recovered.torn.is_some());
    }
}

#[test]
fn an_epoch_in_which_nothing_was_written_carries_on() {
    let mut disk = Disk::default();
    disk.start();
    let expected = disk.sync(&payloads("a", 2, 50));
    for _ in 0..4 {
        let (seen, recovered) = disk.start();
        assert_eq!((seen, recovered.opening.next_seq), (expected.clone(), 3));
    }
    assert_eq!(disk.segments.len(), 5);
}

#[derive(Clone, Debug)]
enum Step {
    Sync(u8, u16),
    Roll,
    /// A batch is torn, with these sectors, and a start follows.
    Crash(u8, u16, u32),
    /// Some sectors of an earlier torn batch change.
    Late(usize, u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..4u8, 0..300u16).prop_map(|(count, length)| Step::Sync(count, length)),
        1 => Just(Step::Roll),
        2 => (1..4u8, 0..900u16, any::<u32>()).prop_map(|(c, l, subset)| Step::Crash(c, l, subset)),
        1 => (1..4u8, 0..900u16).prop_map(|(c, l)| Step::Crash(c, l, u32::MAX)),
        2 => (any::<usize>(), any::<u32>()).prop_map(|(which, subset)| Step::Late(which, subset)),
    ]
}

proptest! {
    #[test]
    fn what_was_synced_is_read_by_every_start(steps in prop::collection::vec(step(), 1..25)) {
        let mut disk = Disk::default();
        disk.start();
        let mut model = Entries::new();
        let mut torn: Vec<Write> = Vec::new();
        for step in steps {
            match step {
                Step::Sync(count, length) => {
                    // Segments of this disk do not grow.
                    if disk.live.unwrap().1.offset > 20_000 { disk.roll(); }
                    model.extend(disk.sync(&payloads("s", count.into(), length.into())));
                }
                Step::Roll => disk.roll(),
                Step::Late(which, subset) => {
                    if !torn.is_empty() { torn[which % torn.len()].apply(&mut disk, subset); }
                }
                Step::Crash(count, length, subset) => {
                    if disk.live.unwrap().1.offset > 20_000 { disk.roll(); }
                    let (write, last) = unsynced(&disk, &payloads("u", count.into(), length.into()));
                    write.apply(&mut disk, subset);
                    torn.push(write);
                    let (seen, recovered) = disk.start();
                    prop_assert_eq!(&recovered.damages, &[]);
                    if seen.len() > model.len() { model.extend(last); }
                    prop_assert_eq!(&seen, &model);
                }
            }
        }
        let (seen, recovered) = disk.recover(0);
        prop_assert_eq!(&recovered.damages, &[]);
        prop_assert_eq!(seen, model);
    }
}
