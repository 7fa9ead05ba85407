//! Closed incidents that the board holds no more: lists go on in the archive, and old links are found there.
//!
//! The archive is read on the threads that make answers, and nothing of it is asked of the engine.

use super::doors::Doors;
use crate::disk::archive;
use crate::disk::directory::StateDir;
use crate::incident::{IncidentId, Status};
use crate::server::board::Board;
use crate::server::inbox::Found;
use crate::server::page::Filter;
use crate::server::row::{Names, Row};
use anyhow::{Context, Result};
use axum::response::Response;

/// A part of a list that goes on in the archive.
#[derive(Clone, Debug, Default)]
pub struct Past {
    pub rows: Vec<Row>,
    /// Where the next page begins, as a cursor.
    pub next: Option<String>,
}

/// Whether a filter may take closed incidents.
pub fn is_asked(filter: &Filter) -> bool {
    !filter.open && matches!(filter.status, None | Some(Status::Resolved))
}

/// The place in the archive that a cursor names: `closed.4711`.
pub fn place(cursor: &str) -> Option<u64> {
    cursor.strip_prefix("closed.")?.parse().ok()
}

/// Closed incidents that a filter takes and the board does not have, the last closed first; from the newest where no place is given.
pub fn closed(
    dir: &StateDir,
    board: &Board,
    filter: &Filter,
    before: Option<u64>,
    limit: usize,
) -> Result<Past> {
    let mut names = Names::default();
    let takes = |incident: &_| {
        let row = Row::of(incident, &mut Names::default());
        board.get(row.id).is_none() && filter.takes(&row)
    };
    let page =
        archive::page(dir, before.unwrap_or(u64::MAX), limit, takes).context("cannot read the archive")?;
    let rows = page.rows.iter().map(|row| Row::of(&row.incident, &mut names)).collect();
    Ok(Past { rows, next: page.next.map(|next| format!("closed.{next}")) })
}

/// An incident that the engine knows, or one of the archive.
pub async fn find(doors: &Doors, id: IncidentId) -> Result<Option<Found>, Response> {
    if let Some(found) = doors.inbox.find(id).await.map_err(|_| super::refusal::busy())? {
        return Ok(Some(found));
    }
    let dir = doors.state_dir.clone();
    let old = doors.reads.make(move || archive::find(&dir, id)).await?;
    let old = old.unwrap_or_else(|error| {
        tracing::warn!(event = "unread", incident = %id, error = format!("{error:#}"));
        None
    });
    Ok(old.map(|old| Found { incident: old.incident, durable: old.durable, commits: old.commits }))
}
