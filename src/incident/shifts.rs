//! Which shifts are told: to who comes, as long before as they want, and to who leaves, when it is over.
//!
//! What falls due is looked up in the schedules when it may have come, and told once: the state keeps until when. What fell
//! due while nobody ran is told only if that was not long ago.

use super::Call;
use super::escalation::later;
use super::notice_change::{NoticeChange, Noticed};
use crate::config::Id;
use crate::schedule::{Shift, UserId};
use jiff::{SignedDuration, Timestamp};

/// How late a notice may be.
const LATE_MAX: SignedDuration = SignedDuration::from_mins(30);
/// How far beyond the longest wish it is looked ahead, before it is looked again.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// How far the end of a shift is looked for.
const SHIFT_MAX: SignedDuration = SignedDuration::from_hours(62 * 24);
/// How many schedules are looked at.
const SCHEDULES_MAX: usize = 1_000;

/// People change on a schedule.
struct Handing {
    at: Timestamp,
    schedule: Id,
    comes: Vec<UserId>,
    leaves: Vec<UserId>,
}

impl Call<'_> {
    /// Plans what has fallen due, and says when to look again.
    pub(super) fn tell_shifts(&mut self) -> Timestamp {
        let wishes = self.config.users.values().flat_map(|user| &user.shifts);
        let Some(longest) = wishes.map(|rule| rule.before).max() else { return Timestamp::MAX };
        let Some(told) = self.state.shifts_told_until else {
            // What was before we looked for the first time is nobody's news.
            let until = self.now;
            self.about_server(NoticeChange::ShiftsTold { until });
            return self.now;
        };
        let late = later(self.now, -LATE_MAX);
        let (mut next, mut due) = (later(self.now, AHEAD), Vec::new());
        for handing in self.handings(told.max(late), later(self.now, longest + AHEAD)) {
            for (user, comes) in handing.everybody() {
                let Some(known) = self.config.users.get(user) else { continue };
                let mut before: Vec<SignedDuration> = known.shifts.iter().map(|rule| rule.before).collect();
                if !comes && !before.is_empty() {
                    before = vec![SignedDuration::ZERO];
                }
                for before in before {
                    let at = later(handing.at, -before);
                    if self.now < at {
                        next = next.min(at);
                    } else if told < at && late <= at {
                        due.push((
                            user.clone(),
                            comes,
                            handing.at,
                            handing.schedule.clone(),
                            handing.leaves.clone(),
                        ));
                    }
                }
            }
        }
        if told < self.now && (!due.is_empty() || later(told, AHEAD) < self.now) {
            let until = self.now;
            self.about_server(NoticeChange::ShiftsTold { until });
        }
        for (user, comes, from, schedule, after) in due {
            let handover = self.config.schedules.next_handover(&schedule, from, SHIFT_MAX);
            let what = if comes {
                let before = handover.next.map(|next| next.users).unwrap_or_default();
                Noticed::ShiftComes { schedule, from, until: handover.until, after, before }
            } else {
                Noticed::ShiftOver { schedule, next: handover.on_call.users }
            };
            let now = self.now;
            self.notify(&user, None, what, now);
        }
        next
    }

    /// Every instant after `from` at which people change, of every schedule that somebody wants to hear of.
    fn handings(&self, from: Timestamp, until: Timestamp) -> Vec<Handing> {
        let mut found = Vec::new();
        for schedule in self.config.schedules.schedules.keys().take(SCHEDULES_MAX) {
            let shifts =
                self.config.schedules.shifts(schedule, later(from, -SignedDuration::from_secs(1)), until);
            for (before, now) in shifts.iter().zip(shifts.iter().skip(1)) {
                let (comes, leaves) = (beyond(now, before), beyond(before, now));
                if !comes.is_empty() || !leaves.is_empty() {
                    found.push(Handing { at: now.start, schedule: schedule.clone(), comes, leaves });
                }
            }
        }
        found
    }
}

impl Handing {
    /// Who comes, and who leaves.
    fn everybody(&self) -> impl Iterator<Item = (&UserId, bool)> {
        self.comes.iter().map(|user| (user, true)).chain(self.leaves.iter().map(|user| (user, false)))
    }
}

/// Who is in one shift and not in the other.
fn beyond(one: &Shift, other: &Shift) -> Vec<UserId> {
    one.on_call.users.iter().filter(|user| !other.on_call.users.contains(user)).cloned().collect()
}
