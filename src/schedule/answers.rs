//! What can be asked of [`Schedules`]: who is on call at an instant or over a range, why, and who follows.
//!
//! An instant is decided in `instant.rs`, a range is cut into pieces in `expansion.rs`.

use super::expansion::Pieces;
use super::instant::Cursor;
use super::local;
use super::{Handover, OnCall, Overrides, Reason, Schedules, Shift};
use jiff::{SignedDuration, Timestamp};

impl Schedules {
    /// Who is on call at an instant; nobody if the schedule is unknown.
    pub fn on_call(&self, schedule: &str, at: Timestamp) -> OnCall {
        Cursor::new(self, at).on_call(schedule)
    }

    /// The shifts that cover `[from, until)` without holes, clipped to it, with equal neighbours merged. Empty if
    /// `until` is not after `from`; a single empty shift if the schedule is unknown.
    pub fn shifts(&self, schedule: &str, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let merged = Pieces::new(self, schedule, from, until).merged(|_| ());
        merged.into_iter().map(|(shift, ())| shift).collect()
    }

    /// The same shifts, each with the reason at its start.
    pub fn shifts_with_reasons<'a>(
        &'a self,
        schedule: &'a str,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<(Shift, Reason<'a>)> {
        Pieces::new(self, schedule, from, until).merged(Pieces::reason)
    }

    /// Why [`on_call`](Schedules::on_call) gives these people.
    pub fn reason(&self, schedule: &str, at: Timestamp) -> Reason<'_> {
        Cursor::new(self, at).reason(schedule)
    }

    /// Who is on call at `at`, how long the same people stay on call (for any reason), and who follows. Looks ahead
    /// by `horizon`.
    pub fn next_handover(&self, schedule: &str, at: Timestamp, horizon: SignedDuration) -> Handover {
        let on_call = self.on_call(schedule, at);
        let end = local::later(at, horizon);
        let next = Pieces::new(self, schedule, at, end).find(|it| it.on_call.users != on_call.users);
        let until = next.as_ref().map_or(end, |it| it.start);
        Handover { on_call, until, next: next.map(|it| it.on_call) }
    }

    /// The same by the layers alone: when whoever is on call would next be relieved, overrides of this schedule aside.
    pub fn next_handoff(&self, schedule: &str, at: Timestamp, horizon: SignedDuration) -> Handover {
        let mut layers = self.clone();
        if let Some(schedule) = layers.schedules.get_mut(schedule) {
            schedule.overrides = Overrides::default();
        }
        layers.next_handover(schedule, at, horizon)
    }
}
