//! Looks for gaps to come, on a task of its own, so that it delays no page.
//!
//! It looks at the config in force with what people made at run time on top, now and then and whenever that changes. What is
//! told, when, and to whom is decided by the state machine.

use super::clock::Clock;
use super::inbox::Inbox;
use super::live::Live;
use crate::check::coverage::{Uncovered, uncovered_by_step};
use crate::engine::Lane;
use crate::incident::{GAPS_MAX, GapAhead, Input};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often is looked, besides whenever the config changes.
const LOOK_EVERY: Duration = Duration::from_secs(15 * 60);
/// How far is looked, so that the end of a gap is known.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Looks until nobody listens.
pub async fn look(mut live: watch::Receiver<Option<Arc<Live>>>, clock: Clock, inbox: Inbox) {
    loop {
        let config = live.borrow_and_update().as_ref().map(|live| live.config.clone());
        if let Some(config) = config {
            let now = clock.now();
            let until = now.checked_add(LOOKED_AT).unwrap_or(Timestamp::MAX);
            let found = tokio::task::spawn_blocking(move || uncovered_by_step(&config, now, until)).await;
            let Ok(found) = found else { return };
            // An engine that is busy is told at the next look.
            let _ = inbox.input(Lane::First, Input::Gaps(ahead(found))).await;
        }
        tokio::select! {
            changed = live.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(clock.span(LOOK_EVERY)) => {}
        }
    }
}

fn ahead(found: Vec<Uncovered>) -> Vec<GapAhead> {
    let gaps = found.into_iter().flat_map(|Uncovered { schedules, gaps }| {
        let names: Vec<&str> = schedules.iter().map(|id| &**id).collect();
        let step = names.join(", ");
        gaps.into_iter().map(move |(from, until)| GapAhead { step: step.clone(), from, until })
    });
    let mut gaps: Vec<GapAhead> = gaps.collect();
    gaps.sort_by_key(|gap| gap.from);
    gaps.truncate(GAPS_MAX);
    gaps
}
