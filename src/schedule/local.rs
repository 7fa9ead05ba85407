//! Local (wall-clock) time to instants, including local times that do not exist or exist twice.
//!
//! All schedule arithmetic is done on the clock and calendar of a zone; only these two functions turn a local time
//! into an instant. Both are monotonic: a later local time never gives an earlier instant. Anything outside jiff's
//! range becomes its first or last instant.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The transition that made a gap is the next one, but a zone's data may first list a few that do not move the clock.
const TRANSITIONS_MAX: usize = 4;

/// The instant of a local time: the first if it occurs twice, the first after the gap if it does not exist.
pub fn first_instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => at_offset(offset, local),
        AmbiguousOffset::Fold { before, .. } => at_offset(before, local),
        AmbiguousOffset::Gap { before, after } => end_of_gap(zone, local, before, after),
    }
}

/// The instant of a local time: the last if it occurs twice, the first after the gap if it does not exist.
pub fn last_instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Fold { after, .. } => at_offset(after, local),
        _ => first_instant(zone, local),
    }
}

/// `at` plus `by`, clamped to the last instant.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// This many whole calendar days.
pub(super) fn days(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count.saturating_mul(24 * 60 * 60))
}

fn at_offset(offset: Offset, local: DateTime) -> Timestamp {
    let outside = if local.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    offset.to_timestamp(local).unwrap_or(outside)
}

/// With the offset after the gap, a skipped time lies just before the transition, so the next transition is the right
/// one.
fn end_of_gap(zone: &TimeZone, local: DateTime, before: Offset, after: Offset) -> Timestamp {
    let just_before = at_offset(after, local);
    let mut transitions = zone.following(just_before).take(TRANSITIONS_MAX);
    transitions.find(|it| it.offset() == after).map_or(at_offset(before, local), |it| it.timestamp())
}
