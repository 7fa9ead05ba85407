//! Whoever answers STOP to our text messages: carriers and providers let none through until they send START.
//!
//! It is said where their ways are shown and, once, to themselves by another way. Their text messages are still tried, so that the
//! one after START arrives, and each that is refused hastens their next way.

use super::notice_change::{NoticeChange, Noticed};
use super::{Call, Outcome, Reply};
use crate::config::Contact;
use crate::reason::Fault;
use crate::schedule::UserId;

impl Call<'_> {
    /// Somebody said STOP or START; `users`: whose number it is.
    pub(super) fn opt_out(&mut self, users: &[UserId], by: Contact, out: bool) {
        users.iter().for_each(|user| self.opted(user, by, out));
        self.turn.reply = Some(Reply::Noted { incidents: Vec::new() });
    }

    /// What a message that was refused, or arrived, says about it.
    pub(super) fn opted_by(&mut self, user: &UserId, by: Contact, outcome: &Outcome) {
        match outcome {
            Outcome::Rejected { reason } if reason.fault == Fault::OptedOut => self.opted(user, by, true),
            Outcome::Delivered { .. } => self.opted(user, by, false),
            Outcome::Rejected { .. }
            | Outcome::Accepted { .. }
            | Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. }
            | Outcome::Unavailable { .. }
            | Outcome::Unknown { .. } => {}
        }
    }

    fn opted(&mut self, user: &UserId, by: Contact, out: bool) {
        if self.state.unreachable.contains_key(&(user.clone(), by)) == out {
            return;
        }
        self.about_server(NoticeChange::OptedOut { user: user.clone(), by, out });
        if out && self.quiet_way(user).is_some_and(|way| way != by) {
            self.notify(user, None, Noticed::OptedOut { contact: by }, self.now);
        }
    }
}
