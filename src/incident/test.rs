//! A person tries out one of their own ways: a message or a call by the outlets of every other, that says it is a test.
//!
//! It is a notice. One of a person and a way at a time, and one a minute: what has left stays in mind for so long. How it went is said
//! by another way of theirs.

use super::notice_change::{NoticeChange, NoticeTo, Noticed};
use super::{Call, Outcome, Refused, Reply};
use crate::actor::Actor;
use crate::config::{CONTACTS, Contact, Right};
use crate::schedule::UserId;
use jiff::SignedDuration;

/// How long after a test the next one of the same way is refused.
pub const TEST_EVERY: SignedDuration = SignedDuration::from_mins(1);

impl Call<'_> {
    /// Who may try out this way: the person themselves, also who only looks.
    pub(super) fn may_test(&self, user: &UserId, by: &Actor) -> bool {
        by.user() == Some(user) && self.config.may(by, Right::View, self.now)
    }

    pub(super) fn test(&mut self, user: &UserId, contact: Contact, by: &Actor) {
        self.turn.reply = Some(match self.may_not_be_tested(user, contact, by) {
            Some(refused) => Reply::Refused(refused),
            None => {
                let to = NoticeTo::Person { user: user.clone(), by: contact };
                let (what, due) = (Noticed::Test, self.now);
                self.about_server(NoticeChange::Planned { to, what, due });
                Reply::Testing { contact }
            }
        });
    }

    fn may_not_be_tested(&self, user: &UserId, contact: Contact, by: &Actor) -> Option<Refused> {
        if !self.may_test(user, by) {
            return Some(Refused::MayNot);
        }
        let known = self.config.users.get(user)?;
        let set_up = self.config.providers_of(contact).any(|provider| self.config.organisation.has(provider));
        if !set_up || !known.can_be_told_by(contact) {
            return Some(Refused::CannotBeTold(known.name.clone()));
        }
        let is_same =
            |to: &NoticeTo| matches!(to, NoticeTo::Person { user: it, by } if it == user && *by == contact);
        let tested = self.state.notices.values().any(|it| it.what.is_of_test() && is_same(&it.to));
        tested.then_some(Refused::TestedJustNow)
    }

    /// Says how a test went, by another of the person's ways that does not ring.
    pub(super) fn tested(&mut self, to: &NoticeTo, outcome: &Outcome) {
        let NoticeTo::Person { user, by: contact } = to else { return };
        let Some(known) = self.config.users.get(user) else { return };
        // A message that is there says so itself.
        if outcome.is_taken() && !contact.method().has_course {
            return;
        }
        let quiet = CONTACTS.iter().rev().filter(|method| !method.rings).map(|method| method.contact);
        let serves = |by: &Contact| {
            let mut providers = self.config.providers_of(*by);
            providers.any(|it| self.config.organisation.has(it)) && known.can_be_told_by(*by)
        };
        let Some(by) = quiet.filter(|by| by != contact).find(serves) else { return };
        let why = outcome.reason().filter(|_| !outcome.is_taken()).cloned();
        let (to, due) = (NoticeTo::Person { user: user.clone(), by }, self.now);
        let what = Noticed::Tested { contact: *contact, why };
        self.about_server(NoticeChange::Planned { to, what, due });
    }
}

impl Noticed {
    /// A test, or one that has left.
    pub(super) fn is_of_test(&self) -> bool {
        matches!(self, Noticed::Test | Noticed::TestGone)
    }
}
