//! Whoever answers STOP to our text messages: carriers and providers let none through to that number until it sends START. Another
//! number of theirs is another matter.
//!
//! It is said where their ways are shown and, once, to themselves by another way. Their text messages are still tried, so that the
//! one after START arrives, and each that is refused hastens their next way.

use super::notice_change::{NoticeChange, Noticed};
use super::{Call, Outcome, Reply};
use crate::config::Contact;
use crate::reason::Fault;
use crate::schedule::UserId;

impl Call<'_> {
    /// Somebody said STOP or START; `phones`: whose number it is, with the phone's name.
    pub(super) fn opt_out(&mut self, phones: &[(UserId, Option<String>)], by: Contact, out: bool) {
        phones.iter().for_each(|(user, to)| self.opted(user, (by, to), out));
        self.turn.reply = Some(Reply::Noted { incidents: Vec::new() });
    }

    /// What a message that was refused, or arrived, says about it.
    pub(super) fn opted_by(
        &mut self,
        user: &UserId,
        (by, to): (Contact, &Option<String>),
        outcome: &Outcome,
    ) {
        let to = &self.phone_name(user, to.as_deref());
        match outcome {
            Outcome::Rejected { reason } if reason.fault == Fault::OptedOut => {
                self.opted(user, (by, to), true)
            }
            Outcome::Delivered { .. } => self.opted(user, (by, to), false),
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

    /// The same phone has one name, whatever a rule calls it.
    fn phone_name(&self, user: &UserId, to: Option<&str>) -> Option<String> {
        self.config.users.get(user).and_then(|known| known.phone_name(to)).map(str::to_owned)
    }

    fn opted(&mut self, user: &UserId, (by, to): (Contact, &Option<String>), out: bool) {
        let way = (user.clone(), by, to.clone());
        if self.state.unreachable.contains_key(&way) == out {
            return;
        }
        let (user, by, to) = way;
        self.about_server(NoticeChange::OptedOut { user: user.clone(), by, to: to.clone(), out });
        if out && self.quiet_way(&user).is_some_and(|way| way != by) {
            self.notify(&user, None, Noticed::OptedOut { contact: by, to }, self.now);
        }
    }
}
