//! The key that signs sessions and sign-in links: made once, and kept in the state directory, readable by its owner alone.

use ring::rand::{SecureRandom, SystemRandom};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

const FILE: &str = "web.key";
const LENGTH: usize = 32;

/// The key, read or made. Where the disk takes nothing new there is one for this process only, and sessions end with it.
pub fn read_or_make(state: &Path) -> Zeroizing<Vec<u8>> {
    read(state).or_else(|_| make(state)).or_else(|_| read(state)).unwrap_or_else(|_| random())
}

/// The key of a server that has run here.
pub fn read(state: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(Vec::new());
    std::fs::File::open(state.join(FILE))?.take(LENGTH as u64 + 1).read_to_end(&mut key)?;
    if key.len() == LENGTH { Ok(key) } else { Err(io::Error::new(ErrorKind::InvalidData, "it is not a key")) }
}

fn make(state: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let key = random();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(state.join(FILE))?;
    file.write_all(&key)?;
    file.sync_all()?;
    Ok(key)
}

fn random() -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; LENGTH]);
    // Without randomness nothing that is signed may be believed: an empty key opens nothing.
    if SystemRandom::new().fill(&mut key).is_err() {
        key.clear();
    }
    key
}
