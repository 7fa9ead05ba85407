//! How people's tools read: a few at a time, on threads of their own, and not at all what they have already.
//!
//! A list is made from the board and the config in force, so its tag is made of what changes those: a reader that shows the tag
//! is told that nothing is new before anything is made.

use super::refusal::busy;
use super::router::Doors;
use crate::server::board::Board;
use crate::server::inbox::PATIENCE;
use crate::server::live::Live;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many answers are made at once: readers share what the pager leaves them.
pub const READS_MAX: usize = 2;
/// Whoever asks keeps the answer, asks each time whether it is still that, and nobody between keeps it.
const CACHE_CONTROL: &str = "private, no-cache";

/// The slots in which answers are made.
#[derive(Debug)]
pub struct Reads(Arc<Semaphore>);

impl Default for Reads {
    fn default() -> Reads {
        Reads(Arc::new(Semaphore::new(READS_MAX)))
    }
}

/// Makes an answer off the threads that page, when it is its turn.
pub async fn read<T: Send + 'static>(
    doors: &Doors,
    make: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Response> {
    let slot = timeout(PATIENCE, doors.reads.0.clone().acquire_owned()).await;
    let Ok(Ok(slot)) = slot else { return Err(busy()) };
    // The slot is held to the end, even if whoever asked has gone away.
    let made = tokio::task::spawn_blocking(move || {
        let made = make();
        drop(slot);
        made
    });
    made.await.map_err(|_| busy())
}

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
