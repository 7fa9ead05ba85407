//! What a silence would mute, before it is made: what is open now, and what paged in the last seven days.
//!
//! What is open, and what closed within a day, the board names; what is older stands in the archive. All of it is read off the
//! engine's task, within bounds, and is left out where it takes too long: a preview delays no silence.

use super::board::Board;
use super::inbox::{Inbox, PAGE_MAX};
use crate::config::{RunTimeSilence, Urgency};
use crate::disk::archive;
use crate::disk::directory::StateDir;
use crate::incident::{Incident, IncidentId};
use crate::preview::effect::{WEEK, would_mute};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long is looked at most.
const LOOKED_MAX: Duration = Duration::from_millis(1_500);
/// How many incidents of the board, and of the archive, are looked at.
const KNOWN_MAX: usize = 1_000;
const ARCHIVED_MAX: usize = 5_000;

/// The incidents that it would mute, or would have muted; `None`: that could not be found out in time.
pub async fn by_silence(
    inbox: &Inbox,
    board: &Board,
    dir: Arc<StateDir>,
    made: &RunTimeSilence,
    now: Timestamp,
) -> Option<Vec<Incident>> {
    let scope = |service: Option<&str>| {
        made.services.is_empty() || service.is_some_and(|id| made.services.iter().any(|it| **it == *id))
    };
    let high = board.rows().filter(|row| row.urgency == Urgency::High && scope(row.service.as_deref()));
    let mut ids: Vec<IncidentId> = high.map(|row| row.id).collect();
    ids.sort_by(|one, other| other.cmp(one));
    ids.truncate(KNOWN_MAX);
    let looked = async {
        let mut found = Vec::new();
        for page in ids.chunks(PAGE_MAX) {
            found.extend(inbox.several(page.to_vec()).await.ok()?);
        }
        let (made, known): (_, BTreeSet<IncidentId>) = (made.clone(), ids.iter().copied().collect());
        let old = tokio::task::spawn_blocking(move || archived(&dir, &made, now, &known)).await;
        found.extend(old.ok()?);
        Some(found)
    };
    timeout(LOOKED_MAX, looked).await.ok().flatten()
}

fn archived(
    dir: &StateDir,
    made: &RunTimeSilence,
    now: Timestamp,
    known: &BTreeSet<IncidentId>,
) -> Vec<Incident> {
    let recent = |incident: &Incident| now.duration_since(incident.opened_at) <= WEEK;
    let takes =
        |incident: &Incident| recent(incident) && !known.contains(&incident.id) && would_mute(made, incident);
    // An archive that cannot be read is told by whoever looks after it.
    let page = archive::page(dir, u64::MAX, ARCHIVED_MAX, takes).unwrap_or_default();
    page.rows.into_iter().map(|row| row.incident).collect()
}
