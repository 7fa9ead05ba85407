//! The body of a webhook, from a file or standard input, up to the size the server accepts.

use super::spoken::{caused, told};
use crate::language::failed::{body_too_large, cannot_read};
use crate::web::body::BODY_MAX;
use anyhow::Result;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads a body from a file or from standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let body = if path == Path::new("-") { bounded(io::stdin()) } else { File::open(path).and_then(bounded) };
    let body = body.map_err(|error| caused(cannot_read(&path.display().to_string()), error))?;
    if body.len() > BODY_MAX {
        return Err(told(body_too_large(&path.display().to_string())).into());
    }
    Ok(body)
}

/// Reads at most one byte more than the server accepts.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let bound = u64::try_from(BODY_MAX).unwrap_or(u64::MAX);
    source.take(bound.saturating_add(1)).read_to_end(&mut body)?;
    Ok(body)
}
