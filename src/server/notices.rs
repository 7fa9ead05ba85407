//! The log's lines of contacts about no incident: planned, dropped, declined, and whose way is shut.

use super::line::Line;
use super::words::{actor, word};
use crate::incident::{NoticeChange, NoticeTo};
use tracing::Level;

pub(super) fn notice(change: &NoticeChange) -> Line<'_> {
    match change {
        NoticeChange::Planned { to, due, .. } => {
            let user = match to {
                NoticeTo::Person { user, .. } => Some(&**user),
                NoticeTo::Room => None,
            };
            Line::new(Level::INFO, "notice_planned", [("user", user.into()), ("due", (*due).into())])
        }
        NoticeChange::Dropped { notice } => {
            Line::new(Level::DEBUG, "notice_dropped", [("notice", (*notice).into())])
        }
        NoticeChange::ShiftsTold { until } => {
            Line::new(Level::DEBUG, "shifts_told", [("until", (*until).into())])
        }
        NoticeChange::Declined { id, user, by, via } => Line::new(
            Level::INFO,
            "cannot",
            [
                ("override", (*id).into()),
                ("user", (&**user).into()),
                ("by", actor(by).into()),
                ("via", word(via).into()),
            ],
        ),
        NoticeChange::OptedOut { user, by, out } => Line::new(
            Level::WARN,
            if *out { "opted_out" } else { "opted_in" },
            [("user", (&**user).into()), ("contact", by.method().name.into())],
        ),
    }
}
