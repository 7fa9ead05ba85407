//! Bodies that were packed on their way (`Content-Encoding: gzip`, `deflate`, `zstd`), within the bounds of any other.
//!
//! A body whose header was lost is known by its first bytes. One that cannot be unpacked stays as it came, to be an alert of its
//! own; of one that becomes too large, the beginning is kept. Nobody may have shown a secret yet: what unpacking takes is bounded.

use axum::body::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;
use std::io::Read;

/// How often a body may be packed.
const PACKED_MAX: usize = 3;
/// The most memory that a frame of zstd may ask for, in bytes: what RFC 8878 (3.1.1.1.2) recommends to allow.
const WINDOW_MAX: u64 = 8 << 20;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A body as its sender wrote it.
#[derive(Debug)]
pub struct Unpacked {
    pub body: Bytes,
    /// More came of it than a body may have.
    pub is_too_large: bool,
}

/// Whether its first bytes say that a body is packed.
pub fn is_packed(body: &[u8]) -> bool {
    body.starts_with(&GZIP) || body.starts_with(&ZSTD)
}

/// Unpacks a body by the value of its `Content-Encoding`, if it has one, else by its first bytes; at most so many bytes of it.
pub fn unpacked(body: Bytes, encoding: Option<&str>, most: usize) -> Unpacked {
    let named: Vec<String> = match encoding {
        Some(encoding) => encoding.split(',').map(|name| name.trim().to_ascii_lowercase()).rev().collect(),
        None if body.starts_with(&GZIP) => vec!["gzip".to_owned()],
        None if body.starts_with(&ZSTD) => vec!["zstd".to_owned()],
        None => Vec::new(),
    };
    let mut unpacked = Unpacked { body, is_too_large: false };
    for name in named.iter().take(PACKED_MAX) {
        // A proxy may have unpacked it and left the header.
        let Some(bytes) = once(&unpacked.body, name, most) else { break };
        unpacked.is_too_large = bytes.len() > most;
        let kept = bytes.len().min(most);
        unpacked.body = Bytes::from(bytes).slice(..kept);
        if unpacked.is_too_large {
            break;
        }
    }
    unpacked
}

/// One step; `None` where it is not packed so. One byte more than a body may have says that it is too large.
fn once(body: &[u8], name: &str, most: usize) -> Option<Vec<u8>> {
    match name {
        "gzip" | "x-gzip" => all(MultiGzDecoder::new(body), most),
        // The name stands for zlib (RFC 9110, 8.4.1.2); some send what is in it alone.
        "deflate" => all(ZlibDecoder::new(body), most).or_else(|| all(DeflateDecoder::new(body), most)),
        "zstd" => frames(body, most),
        _ => None,
    }
}

fn all(packed: impl Read, most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    packed.take(most as u64 + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn frames(mut body: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while !body.is_empty() && bytes.len() <= most {
        window(body).filter(|window| *window <= WINDOW_MAX)?;
        let left = (most + 1 - bytes.len()) as u64;
        let frame = StreamingDecoder::new(&mut body).ok()?;
        frame.take(left).read_to_end(&mut bytes).ok()?;
    }
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

/// How much memory the frame at the beginning asks for (RFC 8878, 3.1.1.1).
fn window(frame: &[u8]) -> Option<u64> {
    let rest = frame.strip_prefix(&ZSTD)?;
    let (descriptor, rest) = rest.split_first()?;
    let is_single = descriptor & 0x20 != 0;
    if !is_single {
        let window = rest.first()?;
        let base = 1_u64.checked_shl(10 + u32::from(window >> 3))?;
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let length = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let size = rest.get(dictionary..dictionary + length)?;
    let number = size.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    Some(if length == 2 { number + 256 } else { number })
}
