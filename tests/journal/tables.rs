//! Retention, snapshots' envelopes, formats of newer releases, and bounds, as tables.

use oncall::journal::End;
use oncall::journal::frame::{self, FRAME_MAX, Header, HeaderError, TooLong};
use oncall::journal::retention::{History, SEGMENTS_MAX, Segment, expired};
use oncall::journal::snapshot::{self, SnapshotError};
use std::time::Duration;

const DAY: u64 = 24 * 3600;

#[test]
fn which_segments_are_deleted() {
    let history = History { age: Duration::from_secs(90 * DAY), size: 1000 };
    // Segments 1 to 5, ten entries each.
    type Case = (&'static str, [u64; 5], u64, &'static [u64], &'static [u64]);
    // The segments' ages in days, the size of each, the snapshots, what is deleted.
    let table: &[Case] = &[
        ("no snapshot", [200, 190, 180, 170, 160], 1, &[], &[]),
        ("only one snapshot, which may be broken", [200, 190, 180, 170, 160], 1, &[50], &[]),
        ("old and covered", [200, 190, 91, 90, 10], 1, &[50, 50], &[1, 2, 3]),
        ("covered by the older snapshot only counts", [200, 190, 180, 170, 160], 1, &[20, 50], &[1, 2]),
        ("the older of two among three", [200, 190, 180, 170, 160], 1, &[10, 30, 50], &[1, 2, 3]),
        ("half covered is not covered", [200, 190, 180, 170, 160], 1, &[19, 50], &[1]),
        ("young", [5, 4, 3, 2, 1], 1, &[50, 50], &[]),
        ("beyond the size", [5, 4, 3, 2, 1], 300, &[50, 50], &[1, 2]),
        ("exactly the size", [5, 4, 3, 2, 1], 200, &[50, 50], &[]),
        ("beyond the size, but needed", [5, 4, 3, 2, 1], 300, &[10, 50], &[1]),
        ("a young one keeps the older ones behind it", [200, 1, 180, 170, 160], 1, &[50, 50], &[1]),
    ];
    for (name, ages, size, snapshots, deleted) in table {
        let segments: Vec<Segment> = (1..)
            .zip(ages)
            .map(|(number, days)| Segment {
                number,
                last_seq: number * 10,
                age: Duration::from_secs(days * DAY),
                size: *size,
            })
            .collect();
        assert_eq!(expired(&segments, snapshots, &history), *deleted, "{name}");
    }
}

#[test]
fn a_crash_loop_does_not_fill_the_directory() {
    let segment = |number| Segment { number, last_seq: 7, age: Duration::ZERO, size: 10 };
    let segments: Vec<Segment> = (1..=SEGMENTS_MAX as u64 + 3).map(segment).collect();
    assert_eq!(expired(&segments, &[7, 9], &History::default()), [1, 2, 3]);
}

#[test]
fn a_snapshot_is_read_back_or_refused() {
    let state = (String::from("state"), vec![1_u64, 2, 3]);
    let bytes = snapshot::encode(4711, &state);
    assert_eq!(snapshot::decode(&bytes), Ok((4711, state)));
    for length in 0..bytes.len() {
        assert_eq!(snapshot::covered(&bytes[..length]), Err(SnapshotError::Broken), "cut at {length}");
    }
    for at in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        assert_eq!(snapshot::covered(&flipped), Err(SnapshotError::Broken), "bit {at}");
    }
    assert!(matches!(snapshot::decode::<(u8,)>(&bytes), Err(SnapshotError::State(_))));
    assert!(matches!(snapshot::decode::<[u64; 9]>(&bytes), Err(SnapshotError::State(_))));
}

#[test]
fn a_state_that_cannot_be_serialized_makes_no_snapshot() {
    // Postcard wants a sequence's length beforehand.
    struct Endless;
    impl serde::Serialize for Endless {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serde::ser::SerializeSeq::end(serializer.serialize_seq(None)?)
        }
    }
    assert_eq!(snapshot::encode(1, &Endless), Vec::<u8>::new());
}

/// Makes the bytes those of another format, with the right checksum.
pub fn with_format(bytes: &mut [u8], format: u32) {
    bytes[8..12].copy_from_slice(&format.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[..12]).to_le_bytes();
    bytes[12..16].copy_from_slice(&sum);
}

#[test]
fn formats_of_newer_releases_are_told_from_damage() {
    let mut bytes = snapshot::encode(1, &1_u8);
    with_format(&mut bytes, 7);
    let error = snapshot::covered(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "written by a newer oncall (format 7; this one reads up to 1)");

    let header = Header { number: 3, epoch: 2, first_seq: 9, predecessor: None };
    let mut bytes = header.encode();
    assert_eq!(Header::decode(&bytes), Ok(header));
    with_format(&mut bytes, 2);
    with_format(&mut bytes[4096..], 2);
    assert_eq!(Header::decode(&bytes), Err(HeaderError::Newer(2)));
    bytes[8] ^= 4;
    bytes[4096 + 8] ^= 4;
    assert_eq!(Header::decode(&bytes), Err(HeaderError::Unreadable));
}

#[test]
fn payloads_have_a_bound() {
    let mut out = vec![1];
    let long = vec![b'x'; FRAME_MAX + 1];
    assert_eq!(frame::encode(1, 5, &[&b"a"[..], &long], &mut out), Err(TooLong::Payload(6)));
    assert_eq!(out, [1]);
    let longest = &long[..FRAME_MAX];
    assert_eq!(frame::encode(1, 5, &[longest], &mut out), Ok(()));
    let many = vec![longest; 33];
    assert_eq!(frame::encode(1, 5, &many, &mut Vec::new()), Err(TooLong::Batch));
}

/// CRC-32C bit by bit, as RFC 3720 defines it.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// A journal that one release accepted, every later one accepts: these bytes never change.
#[test]
fn the_format_byte_by_byte() {
    assert_eq!(crc(b"123456789"), 0xe306_9283);

    let mut frames = Vec::new();
    frame::encode(5, 0x0102, &["{}", "[1]"], &mut frames).unwrap();
    let first = b"\x02\0\0\0\0\0\0\0\x02\x01\0\0\0\0\0\0{}";
    let second = b"\x03\0\0\x80\x01\0\0\0\x03\x01\0\0\0\0\0\0[1]";
    let sum = |frame: &[u8]| crc(&[&[5, 0, 0, 0, 0, 0, 0, 0], frame].concat()).to_le_bytes();
    assert_eq!(frames, [&sum(first)[..], first, &sum(second), second].concat());

    let end = End { segment: 8, offset: 10_000, last_seq: 11 };
    let header = Header { number: 9, epoch: 5, first_seq: 12, predecessor: Some(end) }.encode();
    let mut copy = b"oncall-j\x01\0\0\0".to_vec();
    copy.extend(crc(&copy).to_le_bytes());
    for field in [9_u64, 5, 12, 8, 10_000, 11] {
        copy.extend(field.to_le_bytes());
    }
    copy.extend(crc(&copy).to_le_bytes());
    copy.extend(b"\x050.1.0");
    copy.extend(crc(b"\x050.1.0").to_le_bytes());
    let zeros = |length| vec![0; length - copy.len()];
    assert_eq!(header, [&copy[..], &zeros(4096), &copy, &zeros(4096)].concat());

    let body = [3, b'a', b'b', b'c'];
    let mut bytes = b"oncall-s\x01\0\0\0".to_vec();
    bytes.extend(crc(&bytes).to_le_bytes());
    bytes.extend(4711_u64.to_le_bytes());
    bytes.extend(crc(&body).to_le_bytes());
    bytes.extend(crc(&bytes).to_le_bytes());
    assert_eq!(snapshot::encode(4711, &"abc"), [&bytes[..], &body].concat());
}
