//! Damage: cut at every byte, flipped at every byte, holes, missing segments. Never a panic, never a wrong entry, and
//! whatever is lost is said to be lost.

use crate::{Disk, Entries, payloads};
use oncall::journal::frame::{DATA_START, FRAME_HEADER, Header};
use oncall::journal::recovery::{Damage, DamageKind, Opening, Recovered};
use proptest::prelude::*;

/// Three segments: one of an older epoch, one rolled, one live; and where each batch of the live one ends.
fn three() -> (Disk, Entries, Vec<(usize, u64)>) {
    let mut disk = Disk::default();
    disk.start();
    let mut all = disk.sync(&payloads("a", 2, 20));
    all.extend(disk.sync(&payloads("b", 1, 20)));
    disk.start();
    all.extend(disk.sync(&payloads("c", 3, 5)));
    all.extend(disk.sync(&payloads("d", 2, 9)));
    disk.roll();
    let mut ends = Vec::new();
    for tag in ["e", "f", "g"] {
        all.extend(disk.sync(&payloads(tag, 2, 11)));
        let end = disk.live.unwrap().1;
        ends.push((end.offset as usize, end.last_seq));
    }
    (disk, all, ends)
}

/// What is read is right and ascends; what is not read is in a damage, or in the last batch when that is torn.
fn check(disk: &Disk, all: &Entries, last_batch: u64, what: &str) -> (Entries, Recovered) {
    let (seen, recovered) = disk.recover(0);
    for (seq, payload) in all {
        let lost = |it: &Damage| it.lost.is_some_and(|(first, last)| (first..=last).contains(seq));
        match seen.iter().find(|(found, _)| found == seq) {
            Some((_, found)) => assert_eq!(found, payload, "{what}"),
            None => {
                assert!(*seq >= last_batch || recovered.damages.iter().any(lost), "{what}: {seq} vanished")
            }
        }
    }
    assert!(seen.is_sorted_by(|a, b| a.0 < b.0), "{what}");
    assert!(seen.iter().all(|entry| all.contains(entry)), "{what}");
    (seen, recovered)
}

#[test]
fn the_live_segment_cut_at_every_byte() {
    let (disk, all, ends) = three();
    for length in 0..=ends[2].0 {
        let mut disk = disk.clone();
        disk.segments.get_mut(&3).unwrap().truncate(length);
        let (seen, recovered) = disk.recover(0);
        // Whole batches before the cut, and all of them when the header is not cut off.
        let last = ends.iter().rev().find(|(end, _)| *end <= length).map_or(8, |(_, last)| *last);
        assert_eq!(seen, all[..last as usize], "{length}");
        assert_eq!(recovered.damages.is_empty(), length >= 68, "{length}");
        disk.start();
        let more = disk.sync(&payloads("after", 1, 1));
        assert_eq!(disk.recover(0).0, [&all[..last as usize], &more].concat(), "{length}");
    }
}

#[test]
fn a_sealed_segment_cut_at_every_byte() {
    let (disk, all, _) = three();
    for number in [1, 2] {
        for length in 0..disk.segments[&number].len() {
            let mut cut = disk.clone();
            cut.segments.get_mut(&number).unwrap().truncate(length);
            let (seen, recovered) = check(&cut, &all, 15, "cut");
            assert_eq!(seen.len() == all.len(), recovered.damages.is_empty(), "segment {number} at {length}");
        }
    }
}

#[test]
fn a_bit_flipped_at_every_byte() {
    let (disk, all, ends) = three();
    for number in 1..=3 {
        for at in 0..disk.segments[&number].len().min(ends[2].0 + 50) {
            let mut flipped = disk.clone();
            flipped.segments.get_mut(&number).unwrap()[at] ^= 1 << (at % 8);
            let (seen, recovered) =
                check(&flipped, &all, ends[1].1 + 1, &format!("segment {number} at {at}"));
            // One copy of the header is enough, and one broken frame costs one entry; the last batch is not proven.
            let last_batch = number == 3 && at >= ends[1].0;
            assert!(seen.len() >= all.len() - if last_batch { 2 } else { 1 }, "segment {number} at {at}");
            assert_eq!(recovered.torn.is_some(), last_batch, "segment {number} at {at}");
        }
    }
}

#[test]
fn both_copies_of_a_header() {
    let (mut disk, all, _) = three();
    let bytes = disk.segments.get_mut(&2).unwrap();
    bytes[20] ^= 1;
    bytes[4096 + 20] ^= 1;
    let (seen, recovered) = disk.recover(0);
    // The last batch of segment 1 was carried into segment 2, and is still in both.
    let expected: Entries = all.iter().filter(|(seq, _)| !(4..=8).contains(seq)).cloned().collect();
    assert_eq!(seen, expected);
    let header = Damage { segment: 2, offset: 0, lost: None, what: DamageKind::Header, covered: false };
    let missing =
        Damage { segment: 3, offset: 0, lost: Some((4, 8)), what: DamageKind::Missing, covered: false };
    assert_eq!(recovered.damages, [header, missing]);
    // Once a snapshot has it all, it is worth a warning only.
    let (seen, recovered) = disk.recover(8);
    assert_eq!(seen, all[8..]);
    assert_eq!(recovered.damages, [Damage { covered: true, ..header }]);
}

#[test]
fn a_missing_middle_segment_and_what_a_snapshot_makes_good() {
    let (mut disk, all, _) = three();
    disk.segments.remove(&2);
    let (seen, recovered) = disk.recover(0);
    let expected: Entries = all.iter().filter(|(seq, _)| !(4..=8).contains(seq)).cloned().collect();
    assert_eq!(seen, expected);
    let missing =
        Damage { segment: 3, offset: 0, lost: Some((4, 8)), what: DamageKind::Missing, covered: false };
    assert_eq!(recovered.damages, [missing]);
    // The next start goes on from there, and says so again.
    disk.start();
    let more = disk.sync(&payloads("h", 1, 1));
    assert_eq!(more[0].0, 15);
    let (seen, recovered) = disk.start();
    assert_eq!((seen.len(), recovered.damages), (all.len() - 5 + 1, vec![missing]));
    for covered in 8..=14 {
        let (seen, recovered) = disk.recover(covered);
        assert_eq!(seen[..(14 - covered) as usize], all[covered as usize..]);
        assert_eq!(recovered.damages, []);
    }
}

#[test]
fn a_hole_of_zeros_in_a_sealed_segment() {
    let (mut disk, all, _) = three();
    let (start, entries) = (DATA_START, &all[..3]);
    let second = start + FRAME_HEADER + entries[0].1.len();
    let third = second + FRAME_HEADER + entries[1].1.len();
    disk.segments.get_mut(&1).unwrap()[second..third].fill(0);
    let (seen, recovered) = disk.recover(0);
    assert_eq!(seen.iter().map(|it| it.0).collect::<Vec<_>>(), [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    let damage = Damage {
        segment: 1,
        offset: second as u64,
        lost: Some((2, 2)),
        what: DamageKind::Frames,
        covered: false,
    };
    assert_eq!(recovered.damages, [damage]);
    // Covered, but in a segment that is still read: a warning.
    let bytes = disk.segments.get_mut(&3).unwrap();
    bytes[DATA_START] ^= 1;
    assert_eq!(disk.recover(9).1.damages.iter().map(|it| it.covered).collect::<Vec<_>>(), [true]);
    assert_eq!(disk.recover(8).1.damages.iter().map(|it| it.covered).collect::<Vec<_>>(), [false]);
}

#[test]
fn the_last_frame_of_a_segment_of_which_all_else_is_gone() {
    let (mut disk, all, _) = three();
    let header = Header::decode(&disk.segments[&3]).unwrap();
    let last = header.predecessor.unwrap().offset as usize - FRAME_HEADER - all[7].1.len();
    disk.segments.get_mut(&2).unwrap()[DATA_START..last].fill(0xaa);
    let (seen, recovered) = disk.recover(0);
    let expected: Entries = all.iter().filter(|(seq, _)| !(3..=7).contains(seq)).cloned().collect();
    assert_eq!(seen, expected);
    assert_eq!(recovered.damages.iter().map(|it| it.lost).collect::<Vec<_>>(), [Some((3, 7))]);
}

#[test]
fn damage_in_the_live_segment_before_its_last_batch_is_no_torn_tail() {
    let (mut disk, all, ends) = three();
    // The opening frame of the last batch and the closing one of the batch before it, in one go.
    let from = ends[1].0 - 30;
    disk.segments.get_mut(&3).unwrap()[from..from + 60].fill(0xff);
    let (seen, recovered) = disk.recover(0);
    assert_eq!(seen, all[..11]);
    assert_eq!(recovered.damages.iter().map(|it| it.lost).collect::<Vec<_>>(), [Some((12, 12))]);
    assert!(recovered.torn.is_some());
    // The numbers go on behind what is lost.
    assert_eq!(recovered.opening.next_seq, 13);
}

#[test]
fn a_thread_given_up_that_made_a_segment_after_all() {
    let (mut disk, mut all, _) = three();
    let (_, given_up) = disk.live.unwrap();
    let mut other = disk.clone();
    let opening =
        Opening { predecessor: Some(given_up), carried: Vec::new(), next_seq: given_up.last_seq + 1 };
    disk.open(&opening);
    all.extend(disk.sync(&payloads("answered", 2, 3)));
    other.roll();
    other.sync(&payloads("late", 4, 3));
    let mut late = other.segments.remove(&4).unwrap();
    let header = Header::decode(&late).unwrap();
    late[..DATA_START].copy_from_slice(&Header { number: 5, ..header }.encode());
    disk.segments.insert(5, late);
    let (seen, recovered) = disk.recover(0);
    assert_eq!((seen, recovered.damages), (all, vec![]));
}

proptest! {
    #[test]
    fn any_damage_gives_no_wrong_entry_and_a_start_goes_on(
        spots in prop::collection::vec((1..4u64, 0..9000usize, prop::collection::vec(any::<u8>(), 1..40)), 1..8),
        covered in 0..20u64,
    ) {
        let (mut disk, all, _) = three();
        for (number, at, bytes) in spots {
            disk.segments.get_mut(&number).unwrap()[at..at + bytes.len()].copy_from_slice(&bytes);
        }
        let (seen, recovered) = disk.recover(covered);
        prop_assert!(seen.iter().all(|entry| entry.0 > covered && all.contains(entry)));
        prop_assert!(seen.is_sorted_by(|a, b| a.0 < b.0));
        prop_assert!(recovered.opening.next_seq > covered.max(seen.last().map_or(0, |entry| entry.0)));
        // What one start replayed, every later one replays, with what was written since.
        disk.open(&recovered.opening);
        let more = disk.sync(&payloads("after", 2, 1));
        for _ in 0..2 {
            let (again, recovered) = disk.recover(covered);
            prop_assert_eq!(&again, &[&seen[..], &more].concat());
            disk.open(&recovered.opening);
        }
    }
}
