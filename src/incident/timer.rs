//! What falls due on an incident by itself: every timer in one enum.
//!
//! When a timer is due, what a jump of the clock does to it, and what happens then (in `due`) each match all of them, so
//! that a new one cannot be forgotten.

use super::errand::HangUp;
use super::parts::{Hold, Status};
use super::state::Incident;
use crate::config::Urgency;
use jiff::{SignedDuration, Timestamp};

/// How long a step that was told after its alerts had gone stale is left to the people in it.
const STALE_WAITS: SignedDuration = SignedDuration::from_mins(1);

/// Something that falls due on an incident, in the order in which what is due at one instant happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Acknowledged, and no event for so long.
    Quiet,
    /// An alert that flapped has not changed for its quiet time.
    Calm,
    /// A silence or an inhibition ends.
    Silence,
    /// A wait before anybody is told ends.
    Hold,
    /// An acknowledgement runs out.
    Acknowledgement,
    /// A snooze ends.
    Snooze,
    /// Somebody has it, and others of its step have not acknowledged.
    Each,
    /// Somebody was paged too, and has not answered.
    Also,
    /// Alerts that joined an incident that somebody took, or that was told once, are told.
    Newcomers,
    /// What is held as low becomes high.
    Raise,
    /// The next step begins.
    Step,
    /// An alert whose source repeats has been silent for too long.
    Stale,
}

impl Timer {
    pub const ALL: [Timer; 12] = [
        Timer::Quiet,
        Timer::Calm,
        Timer::Silence,
        Timer::Hold,
        Timer::Acknowledgement,
        Timer::Snooze,
        Timer::Each,
        Timer::Also,
        Timer::Newcomers,
        Timer::Raise,
        Timer::Step,
        Timer::Stale,
    ];
}

impl Incident {
    /// When a timer of an open incident is due; `None`: it does not run.
    pub fn due_at(&self, timer: Timer) -> Option<Timestamp> {
        let held = |waits: bool| {
            let held = self.held_back.as_ref().filter(|held| (held.by == Hold::Wait) == waits);
            held.map(|held| held.until)
        };
        let taken = |snoozed: bool| {
            self.acknowledgement.as_ref().filter(|held| held.snoozed == snoozed).and_then(|held| held.until)
        };
        match timer {
            Timer::Stale if self.storm.as_ref().is_some_and(|storm| !storm.falls_silent) => None,
            Timer::Stale => {
                let firing = self.alerts.iter().filter(|alert| alert.firing);
                let stale = firing.filter_map(|alert| alert.stale_at).min()?;
                // Nobody has answered: the next step is told, and has a moment, before silence ends the incident.
                let step = self.escalation.as_ref().filter(|_| self.pages());
                Some(match step {
                    Some(step) if step.began_at <= stale && stale < step.deadline => step.deadline,
                    Some(step) if stale < step.began_at => {
                        step.began_at.saturating_add(STALE_WAITS).unwrap_or(Timestamp::MAX)
                    }
                    Some(_) | None => stale,
                })
            }
            // Who acknowledges has it for that long, however old the last event is.
            Timer::Quiet => {
                let taken = self.status == Status::Acknowledged;
                // Nobody has it: it ends where it will not be told any more, and nothing holds it back.
                let idle =
                    !taken && self.pages() && self.urgency != Urgency::High && self.rare.raise_at.is_none();
                let quiet = self.quiet_seconds.filter(|_| taken).or(self.idle_seconds.filter(|_| idle))?;
                let taken = self.acknowledgement.as_ref().map_or(Timestamp::MIN, |held| held.at);
                self.last_event_at.max(taken).checked_add(SignedDuration::from_secs(i64::from(quiet))).ok()
            }
            Timer::Calm if self.flapping == 0 => None,
            Timer::Calm => self.alerts.iter().filter_map(|it| Some(it.flapping.as_ref()?.until)).min(),
            Timer::Silence => held(false),
            Timer::Hold => held(true),
            Timer::Acknowledgement => taken(false),
            Timer::Snooze => taken(true),
            Timer::Each => self.rare.awaited.as_ref().filter(|_| self.held_back.is_none()).map(|it| it.due),
            Timer::Also => self.rare.also.iter().map(|asked| asked.due).min(),
            Timer::Newcomers => self.rare.newcomers_due.filter(|_| self.held_back.is_none()),
            Timer::Raise => self.rare.raise_at.filter(|_| self.pages()),
            Timer::Step => self.escalation.as_ref().filter(|_| self.pages()).map(|it| it.deadline),
        }
    }

    /// When the first timer is due.
    pub fn deadline(&self) -> Option<Timestamp> {
        let open = self.status != Status::Resolved;
        Timer::ALL.iter().filter(|_| open).filter_map(|timer| self.due_at(*timer)).min()
    }

    /// The timer whose turn it is among those due at `now`.
    pub fn due(&self, now: Timestamp) -> Option<Timer> {
        let open = self.status != Status::Resolved;
        let due = |timer: &Timer| self.due_at(*timer).is_some_and(|at| at <= now);
        Timer::ALL.into_iter().filter(|_| open).find(due)
    }

    /// Moves a timer with a clock that jumped. What the config or a person fixed to an instant stays.
    pub(super) fn shift(&mut self, timer: Timer, by: SignedDuration) {
        let moved = |at: &mut Timestamp| *at = at.saturating_add(by).unwrap_or(*at);
        match timer {
            Timer::Stale => {
                let alerts = self.alerts.iter_mut();
                alerts
                    .flat_map(|it| [Some(&mut it.heard_at), Some(&mut it.since), it.stale_at.as_mut()])
                    .flatten()
                    .for_each(moved);
            }
            Timer::Quiet => moved(&mut self.last_event_at),
            Timer::Calm => self.shift_flapping(by),
            Timer::Acknowledgement => {
                if let Some(held) = &mut self.acknowledgement {
                    moved(&mut held.at);
                    held.until.iter_mut().filter(|_| !held.snoozed).for_each(moved);
                }
            }
            Timer::Step => {
                let running = self.escalation.iter_mut();
                running.flat_map(|it| [&mut it.began_at, &mut it.deadline]).for_each(moved);
            }
            Timer::Newcomers => {
                let rare = self.rare.filled().into_iter();
                rare.flat_map(|it| [it.newcomers_told_at.as_mut(), it.newcomers_due.as_mut()])
                    .flatten()
                    .for_each(moved);
            }
            Timer::Hold => {
                let waits = self.held_back.iter_mut().filter(|held| held.by == Hold::Wait);
                waits.map(|held| &mut held.until).for_each(moved);
            }
            Timer::Each => {
                let awaited = self.rare.filled().and_then(|rare| rare.awaited.as_mut());
                awaited.into_iter().for_each(|awaited| moved(&mut awaited.due));
            }
            Timer::Also => {
                let asked = self.rare.filled().into_iter().flat_map(|rare| &mut rare.also);
                asked.for_each(|asked| moved(&mut asked.due));
            }
            // By when the source was heard of, or is over.
            Timer::Silence => {
                let muted = self.held_back.iter_mut().filter(|held| held.by == Hold::Inhibition);
                muted.map(|held| &mut held.until).for_each(moved);
            }
            Timer::Snooze | Timer::Raise => {}
        }
    }
}

impl HangUp {
    /// Moves the wish for a hang-up with a clock that jumped.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        match self {
            HangUp::Wanted(at) => *at = at.saturating_add(by).unwrap_or(*at),
            HangUp::No | HangUp::InFlight => {}
        }
    }
}
