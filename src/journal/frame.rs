//! The bytes of a segment: a header, written twice, and one frame for each entry.
//!
//! A frame's checksum covers its epoch and sequence number, so stale bytes from elsewhere never pass for it. A frame
//! also says how far into its batch it is, so any frame of a batch proves all earlier batches. Zeros end the data.
//! [`recovery`](super::recovery) decides which frames count.
//!
//! The header, little-endian: magic, format u32, checksum of these; number, epoch, first entry, and the predecessor's
//! segment, offset and last entry, u64 each, checksum of all before; then the release that wrote it: length u8, name,
//! checksum of these. A segment of format 1 may lack the release.
//!
//! A frame, little-endian: checksum u32, length u32 (the top bit closes the batch), index in the batch u32, sequence
//! number u64, payload.

use super::End;
use std::fmt;

/// The longest payload of one entry, in bytes.
pub const FRAME_MAX: usize = 8 << 20;
/// The most bytes in one batch, frames included. A segment exceeds its size for one batch rather than split it.
pub const BATCH_MAX: usize = 256 << 20;
/// Where the frames begin. The two copies of the header are before it, in different 4 KiB blocks.
pub const DATA_START: usize = 8192;
/// The format that this release writes; it reads this one and all earlier ones.
pub const FORMAT: u32 = 1;
/// The size of a frame's header, in bytes.
pub const FRAME_HEADER: usize = 20;

const MAGIC: &[u8; 8] = b"oncall-j";
const COPIES: [usize; 2] = [0, 4096];
const HEADER_LENGTH: usize = 68;
/// The release that writes, so that another one can name it.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");
/// The most bytes of a release's name that are read.
const RELEASE_MAX: usize = 64;
const CLOSES: u32 = 1 << 31;
const ZEROS: [u8; 4096] = [0; 4096];

/// What a segment says about itself and its predecessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Also in the file name; from 1 on, never reused.
    pub number: u64,
    /// The number of the segment that began the epoch.
    pub epoch: u64,
    /// The first entry that this segment may contain.
    pub first_seq: u64,
    /// `None` only in the first segment.
    pub predecessor: Option<End>,
}

/// Why a header cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// Both copies are broken or missing.
    Unreadable,
    /// A newer release wrote it; contains its format.
    Newer(u32),
}

/// Why a batch cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLong {
    /// A payload is longer than [`FRAME_MAX`]; contains its sequence number.
    Payload(u64),
    /// The batch is longer than [`BATCH_MAX`].
    Batch,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TooLong::Payload(seq) => write!(f, "entry {seq} is longer than {FRAME_MAX} bytes"),
            TooLong::Batch => write!(f, "the batch is longer than {BATCH_MAX} bytes"),
        }
    }
}

/// One entry, as read from a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    pub seq: u64,
    /// The first sequence number of its batch.
    pub batch: u64,
    /// Whether it is the last of its batch.
    pub closes: bool,
    /// Where the frame begins, in bytes from the start of the segment.
    pub offset: usize,
    pub payload: &'a [u8],
}

/// A frame, or a gap between frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    Frame(Frame<'a>),
    /// No frame between these two offsets is valid.
    Broken(usize, usize),
}

impl Frame<'_> {
    /// Where the next frame begins, in bytes from the start of the segment.
    pub fn end(&self) -> usize {
        self.offset + FRAME_HEADER + self.payload.len()
    }
}

impl Header {
    /// The first [`DATA_START`] bytes of the segment.
    pub fn encode(&self) -> Vec<u8> {
        let mut copy = Vec::with_capacity(HEADER_LENGTH);
        copy.extend_from_slice(MAGIC);
        copy.extend_from_slice(&FORMAT.to_le_bytes());
        copy.extend_from_slice(&crc32c::crc32c(&copy).to_le_bytes());
        let End { segment, offset, last_seq } =
            self.predecessor.unwrap_or(End { segment: 0, offset: 0, last_seq: 0 });
        for field in [self.number, self.epoch, self.first_seq, segment, offset, last_seq] {
            copy.extend_from_slice(&field.to_le_bytes());
        }
        copy.extend_from_slice(&crc32c::crc32c(&copy).to_le_bytes());
        copy.extend_from_slice(&encode_release(RELEASE));
        let mut block = vec![0; DATA_START];
        for at in COPIES {
            block[at..at + copy.len()].copy_from_slice(&copy);
        }
        block
    }

    /// Decodes the header at the start of a segment; the first [`DATA_START`] bytes are enough.
    pub fn decode(segment: &[u8]) -> Result<Header, HeaderError> {
        let copies = COPIES.map(|at| decode_copy(segment.get(at..).unwrap_or_default()));
        let readable = copies.iter().find(|copy| copy.is_ok());
        let newer = copies.iter().find(|copy| matches!(copy, Err(HeaderError::Newer(_))));
        *readable.or(newer).unwrap_or(&Err(HeaderError::Unreadable))
    }

    /// The header whatever its format, as far as its fields are where this release has them: their checksum is right, or
    /// both copies agree. Frames have checksums of their own.
    pub fn decode_any_format(segment: &[u8]) -> Option<Header> {
        let copies = COPIES.map(|at| {
            let copy = segment.get(at..at + HEADER_LENGTH)?;
            decode_format(copy, MAGIC).map(|_| copy)
        });
        let intact = copies.iter().flatten().find_map(|copy| decode_fields(copy));
        let agree = || match copies {
            [Some(first), Some(second)] if first == second => read_fields(first),
            _ => None,
        };
        intact.or_else(agree)
    }
}

/// The release that wrote the segment, if it says so. Like the format, it has a checksum of its own.
pub fn release(segment: &[u8]) -> Option<String> {
    COPIES.iter().find_map(|at| {
        let copy = segment.get(*at..)?;
        decode_format(copy, MAGIC)?;
        let said = copy.get(HEADER_LENGTH..)?;
        let length = usize::from(*said.first()?);
        let name = said.get(1..=length).filter(|name| (1..=RELEASE_MAX).contains(&name.len()))?;
        let right = u32_at(said, 1 + length)? == crc32c::crc32c(&said[..=length]);
        let plain = right && name.iter().all(u8::is_ascii_graphic);
        plain.then(|| String::from_utf8_lossy(name).into_owned())
    })
}

fn encode_release(name: &str) -> Vec<u8> {
    let name = &name.as_bytes()[..name.len().min(RELEASE_MAX)];
    let mut said = vec![name.len() as u8];
    said.extend_from_slice(name);
    said.extend_from_slice(&crc32c::crc32c(&said).to_le_bytes());
    said
}

/// Appends the frames of one batch to `out`. On error (a payload or the batch is too long), `out` keeps its length.
pub fn encode<P: AsRef<[u8]>>(
    epoch: u64,
    first_seq: u64,
    payloads: &[P],
    out: &mut Vec<u8>,
) -> Result<(), TooLong> {
    let mut length = 0;
    for (seq, payload) in (first_seq..).zip(payloads) {
        if payload.as_ref().len() > FRAME_MAX {
            return Err(TooLong::Payload(seq));
        }
        length += FRAME_HEADER + payload.as_ref().len();
    }
    if length > BATCH_MAX {
        return Err(TooLong::Batch);
    }
    out.reserve(length);
    let last = payloads.len().saturating_sub(1);
    for (index, payload) in payloads.iter().enumerate() {
        encode_frame(epoch, first_seq, (index as u32, index == last), payload.as_ref(), out);
    }
    Ok(())
}

/// The frames of `segment` (all its bytes) from `offset` on; `seq` is the first one expected.
pub fn frames(segment: &[u8], epoch: u64, offset: usize, seq: u64) -> Frames<'_> {
    Frames { segment, epoch, offset, seq }
}

/// Iterates over the frames of a segment and the damage between them.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    segment: &'a [u8],
    epoch: u64,
    offset: usize,
    seq: u64,
}

impl<'a> Iterator for Frames<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        if let Some(frame) = self.at(self.offset) {
            self.offset = frame.end();
            self.seq = frame.seq + 1;
            return Some(Item::Frame(frame));
        }
        nonzero(self.segment, self.offset)?;
        let from = self.offset;
        (self.offset, self.seq) = self.resync();
        Some(Item::Broken(from, self.offset))
    }
}

impl<'a> Frames<'a> {
    fn at(&self, offset: usize) -> Option<Frame<'a>> {
        // The rest of the segment has room for at most this many lost frames.
        let room = self.segment.len().checked_sub(self.offset)? / FRAME_HEADER;
        decode(self.segment, self.epoch, offset, self.seq..=self.seq.saturating_add(room as u64))
    }

    /// The offset and number of the next valid frame, or the end. Payloads are text without NUL bytes and a sequence
    /// number contains some, so a payload cannot pass for a frame.
    fn resync(&self) -> (usize, u64) {
        let mut offset = self.offset + 1;
        while let Some(data) = nonzero(self.segment, offset) {
            // A sequence number is not zero, so a frame's first nonzero byte is in its header.
            offset = offset.max(data.saturating_sub(FRAME_HEADER - 1));
            if let Some(frame) = self.at(offset) {
                return (offset, frame.seq);
            }
            offset += 1;
        }
        (self.segment.len(), self.seq)
    }
}

/// The sequence number and payload length from the frame header at the start of `bytes`, unverified.
pub fn peek(bytes: &[u8; FRAME_HEADER]) -> (u64, usize) {
    let length = u32_at(bytes, 4).unwrap_or_default() & !CLOSES;
    (u64_at(bytes, 12).unwrap_or_default(), length as usize)
}

/// The frame at `offset`, if its sequence number is in `seqs` and its checksum is right.
pub fn decode(
    segment: &[u8],
    epoch: u64,
    offset: usize,
    seqs: std::ops::RangeInclusive<u64>,
) -> Option<Frame<'_>> {
    let header: &[u8; FRAME_HEADER] = segment.get(offset..)?.first_chunk()?;
    let (seq, length) = peek(header);
    if length > FRAME_MAX || seq == 0 || !seqs.contains(&seq) {
        return None;
    }
    let payload = segment.get(offset + FRAME_HEADER..)?.get(..length)?;
    if u32_at(header, 0)? != checksum(epoch, &header[4..], payload) {
        return None;
    }
    let batch = seq.checked_sub(u64::from(u32_at(header, 8)?)).filter(|batch| *batch > 0)?;
    let closes = u32_at(header, 4)? & CLOSES != 0;
    Some(Frame { seq, batch, closes, offset, payload })
}

fn encode_frame(epoch: u64, first_seq: u64, (index, closes): (u32, bool), payload: &[u8], out: &mut Vec<u8>) {
    let mut header = [0; FRAME_HEADER];
    let length = payload.len() as u32 | if closes { CLOSES } else { 0 };
    header[4..8].copy_from_slice(&length.to_le_bytes());
    header[8..12].copy_from_slice(&index.to_le_bytes());
    header[12..].copy_from_slice(&(first_seq + u64::from(index)).to_le_bytes());
    let sum = checksum(epoch, &header[4..], payload);
    header[..4].copy_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(payload);
}

fn checksum(epoch: u64, header: &[u8], payload: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&epoch.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(sum, header), payload)
}

fn decode_copy(bytes: &[u8]) -> Result<Header, HeaderError> {
    let format = decode_format(bytes, MAGIC).ok_or(HeaderError::Unreadable)?;
    if format > FORMAT {
        return Err(HeaderError::Newer(format));
    }
    decode_fields(bytes).ok_or(HeaderError::Unreadable)
}

/// The format number after `magic`. It has its own checksum, so that every release can read any other's.
pub(super) fn decode_format(bytes: &[u8], magic: &[u8; 8]) -> Option<u32> {
    let right = bytes.starts_with(magic) && u32_at(bytes, 12)? == crc32c::crc32c(bytes.get(..12)?);
    right.then_some(u32_at(bytes, 8)?)
}

fn decode_fields(bytes: &[u8]) -> Option<Header> {
    if u32_at(bytes, HEADER_LENGTH - 4)? != crc32c::crc32c(bytes.get(..HEADER_LENGTH - 4)?) {
        return None;
    }
    read_fields(bytes)
}

fn read_fields(bytes: &[u8]) -> Option<Header> {
    let end = End { segment: u64_at(bytes, 40)?, offset: u64_at(bytes, 48)?, last_seq: u64_at(bytes, 56)? };
    let predecessor = (end.segment != 0).then_some(end);
    let (number, epoch, first_seq) = (u64_at(bytes, 16)?, u64_at(bytes, 24)?, u64_at(bytes, 32)?);
    (number > 0 && first_seq > 0).then_some(Header { number, epoch, first_seq, predecessor })
}

/// The offset of the first nonzero byte at or after `offset`.
fn nonzero(bytes: &[u8], offset: usize) -> Option<usize> {
    let rest = bytes.get(offset..)?;
    let full = rest.chunks(ZEROS.len()).position(|chunk| *chunk != ZEROS[..chunk.len()])? * ZEROS.len();
    let within = rest[full..].iter().position(|byte| *byte != 0)?;
    Some(offset + full + within)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|field| u64::from_le_bytes(*field))
}
