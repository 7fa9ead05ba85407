//! A file that may hold a secret, read within a bound.

use crate::config::SECRET_MAX;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// A file that may hold a secret, if it is not too large.
pub(super) fn bounded(path: impl AsRef<Path>) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(SECRET_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > SECRET_MAX {
        return Err(io::Error::other(format!("it has more than {SECRET_MAX} bytes")));
    }
    Ok(text)
}
