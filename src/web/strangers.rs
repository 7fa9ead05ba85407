//! What bounds the memory and the work that strangers can make us spend.

use super::pace::Pace;
use super::room::{KNOWN_BYTES_MAX, Room, STRANGERS_BYTES_MAX};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many bodies of strangers are examined at once.
const EXAMINED_MAX: usize = 2;

/// The rooms for bodies, and what bounds the work that strangers make.
#[derive(Debug)]
pub struct Entrance {
    pub strangers: Arc<Room>,
    pub known: Arc<Room>,
    pub pace: Pace,
    pub examined: Semaphore,
}

impl Default for Entrance {
    fn default() -> Entrance {
        Entrance {
            strangers: Room::new(STRANGERS_BYTES_MAX),
            known: Room::new(KNOWN_BYTES_MAX),
            pace: Pace::default(),
            examined: Semaphore::new(EXAMINED_MAX),
        }
    }
}
