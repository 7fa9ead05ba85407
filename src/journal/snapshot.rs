//! The envelope around a state: which entries it covers, and whether its bytes are intact.
//!
//! The state is serialized with postcard, which does not describe itself. A release that changes the state's layout
//! must still read the older one, so `T` should be an enum with one variant for each layout, the newest last. An
//! unreadable snapshot loses nothing while the previous one and all later entries are kept, see
//! [`retention`](super::retention).
//!
//! The envelope, little-endian: magic, format u32, checksum of these; covered u64, checksum of the state u32,
//! checksum of these; the state.

use super::frame::{decode_format, u32_at, u64_at};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// The envelope format that this release writes; it reads this one and all earlier ones.
pub const FORMAT: u32 = 1;

const MAGIC: &[u8; 8] = b"oncall-s";
const BODY: usize = 32;

/// Why a snapshot cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// Truncated, overwritten, or not a snapshot at all.
    Broken,
    /// A newer release wrote it; contains its format.
    Newer(u32),
    /// The bytes are intact but are not a `T`; contains postcard's reason.
    State(String),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::Broken => write!(f, "its checksum is wrong"),
            SnapshotError::Newer(format) => {
                write!(f, "written by a newer oncall (format {format}; this one reads up to {FORMAT})")
            }
            SnapshotError::State(reason) => write!(f, "its state has another layout: {reason}"),
        }
    }
}

/// The bytes of a snapshot that covers all entries up to `covered`. Empty if `T` cannot be serialized; readers and
/// writers refuse that.
pub fn encode<T: Serialize>(covered: u64, state: &T) -> Vec<u8> {
    let Ok(mut bytes) = postcard::to_io(state, vec![0; BODY]) else { return Vec::new() };
    let body_sum = crc32c::crc32c(&bytes[BODY..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    let format_sum = crc32c::crc32c(&bytes[..12]);
    bytes[12..16].copy_from_slice(&format_sum.to_le_bytes());
    bytes[16..24].copy_from_slice(&covered.to_le_bytes());
    bytes[24..28].copy_from_slice(&body_sum.to_le_bytes());
    let head_sum = crc32c::crc32c(&bytes[..28]);
    bytes[28..BODY].copy_from_slice(&head_sum.to_le_bytes());
    bytes
}

/// The last entry that the snapshot covers, after checking that its bytes are intact.
pub fn covered(bytes: &[u8]) -> Result<u64, SnapshotError> {
    open(bytes).map(|(covered, _)| covered)
}

/// The last entry that the snapshot covers, and its state.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<(u64, T), SnapshotError> {
    let (covered, body) = open(bytes)?;
    match postcard::take_from_bytes(body) {
        Ok((state, [])) => Ok((covered, state)),
        Ok((_, rest)) => Err(SnapshotError::State(format!("{} bytes are left over", rest.len()))),
        Err(error) => Err(SnapshotError::State(error.to_string())),
    }
}

fn open(bytes: &[u8]) -> Result<(u64, &[u8]), SnapshotError> {
    let format = decode_format(bytes, MAGIC).ok_or(SnapshotError::Broken)?;
    if format > FORMAT {
        return Err(SnapshotError::Newer(format));
    }
    verified(bytes).ok_or(SnapshotError::Broken)
}

fn verified(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let body = bytes.get(BODY..)?;
    let head = u32_at(bytes, 28)? == crc32c::crc32c(&bytes[..28]);
    let right = head && u32_at(bytes, 24)? == crc32c::crc32c(body);
    right.then_some((u64_at(bytes, 16)?, body))
}
