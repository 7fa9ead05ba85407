//! How many bytes of bodies are in memory at once: those of strangers in a small room, those of known senders in a larger one.
//!
//! Nobody takes a room alone: one address, integration or token has a share. The last quarter is for small bodies, so that a few
//! large ones that come slowly keep no ordinary alert out.

use crate::config::Id;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The bytes of all bodies whose senders are not known yet.
pub const STRANGERS_BYTES_MAX: usize = 32 << 20;
/// The bytes of all bodies of known senders, until they are answered.
pub const KNOWN_BYTES_MAX: usize = 96 << 20;
/// Which part of a room one sender may have.
pub const SHARE_OF_ONE: usize = 4;
/// What is small, in bytes.
pub const SMALL: usize = 64 << 10;
/// How often it is looked whether there is room by now. To wake all that wait whenever a byte is given back would cost more.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Whose bytes they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Network(IpAddr),
    Integration(Id),
    Token(String),
}

/// A room for bytes.
#[derive(Debug)]
pub struct Room {
    most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    of: BTreeMap<Whose, usize>,
}

/// Bytes that one body may have, until this is dropped.
#[derive(Debug)]
pub struct Hold {
    room: Arc<Room>,
    whose: Whose,
    bytes: usize,
}

impl Room {
    pub fn new(most: usize) -> Arc<Room> {
        Arc::new(Room { most, held: Mutex::default() })
    }

    pub fn hold(self: &Arc<Self>, whose: Whose) -> Hold {
        Hold { room: self.clone(), whose, bytes: 0 }
    }

    /// How many bytes are taken.
    pub fn taken(&self) -> usize {
        self.held().all
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes room for so many bytes in all; waits until there is. To give up is to drop this future.
    pub async fn grow(&mut self, bytes: usize) {
        while !self.try_grow(bytes) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn try_grow(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let most = if bytes <= SMALL { self.room.most } else { self.room.most / 4 * 3 };
        let mut held = self.room.held();
        let own = held.of.get(&self.whose).copied().unwrap_or_default();
        if held.all + more > most || own + more > self.room.most / SHARE_OF_ONE {
            return false;
        }
        held.all += more;
        if more > 0 {
            *held.of.entry(self.whose.clone()).or_default() += more;
        }
        self.bytes += more;
        true
    }

    /// Gives back what is beyond so many bytes.
    pub fn shrink(&mut self, bytes: usize) {
        let less = self.bytes.saturating_sub(bytes);
        if less == 0 {
            return;
        }
        let mut held = self.room.held();
        held.all = held.all.saturating_sub(less);
        if let Some(own) = held.of.get_mut(&self.whose) {
            *own = own.saturating_sub(less);
            if *own == 0 {
                held.of.remove(&self.whose);
            }
        }
        drop(held);
        self.bytes -= less;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shrink(0);
    }
}
