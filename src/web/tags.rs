//! What a reader has already need not be made again: tags of answers, and who shows one.
//!
//! A list is made from the board and the config in force, so its tag is made of what changes those: whoever shows it is told that
//! nothing is new before anything is made.

use crate::server::board::Board;
use crate::server::live::Live;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};

/// Whoever asks keeps the answer, asks each time whether it is still that, and nobody between keeps it.
const CACHE_CONTROL: &str = "private, no-cache";

/// What an answer was made from, as an `ETag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// Of an answer that is made already.
    pub fn of(text: &[u8]) -> Tag {
        let digest = data_encoding::HEXLOWER.encode(digest(&SHA256, text).as_ref());
        Tag(format!("W/\"{}\"", &digest[..32]))
    }

    pub fn headers(&self) -> [(HeaderName, String); 2] {
        [(header::ETAG, self.0.clone()), (header::CACHE_CONTROL, CACHE_CONTROL.to_owned())]
    }
}

/// The tag of what is made of a board and the config in force.
pub fn kept(board: &Board, live: &Live) -> Tag {
    let of = format!("{} {} {} {}", board.epoch, board.refills, board.changed, live.stamp);
    Tag::of(of.as_bytes())
}

/// The answer to whoever has this already.
pub fn fresh(headers: &HeaderMap, tag: &Tag) -> Option<Response> {
    let known = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?;
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let same = known.split(',').any(|one| one.trim() == "*" || bare(one) == bare(&tag.0));
    same.then(|| (StatusCode::NOT_MODIFIED, tag.headers()).into_response())
}
