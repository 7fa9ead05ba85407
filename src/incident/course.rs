//! The course of a delivery that a provider took: how long it is waited for, and when its provider is asked about it.
//!
//! A provider tells by itself how a call or a text message goes on. What it tells may be lost: then it is asked, a bounded
//! number of times, and its answer counts as if it had told it. When a question leaves is decided in `dispatch`, what
//! follows from an answer in `outcome`.

use super::errand::{Dispatch, Errand, Stage};
use super::state::State;
use super::{DeliveryId, Outcome};
use crate::config::{Contact, Provider};
use jiff::{SignedDuration, Timestamp};

/// How often a provider is asked about one delivery, by whichever method.
pub const ASKED_MAX: u8 = 120;
/// How soon one is asked that tells nothing by itself: a key is heard at the next question.
const ASKED_EVERY: SignedDuration = SignedDuration::from_secs(3);
/// How often it is asked about a call that somebody picked up.
const ANSWERED_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// How long before we stop waiting it is asked once more: a request takes no longer.
const LAST_QUESTION: SignedDuration = SignedDuration::from_secs(10);

impl State {
    /// A page whose method has a course stays until that ends, and one that may have left stays for as long as it may
    /// last: the person can still answer it. All else is done with.
    pub(super) fn settle(
        &mut self,
        delivery: DeliveryId,
        outcome: &Outcome,
        retry_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        let Some(dispatch) = self.deliveries.get_mut(&delivery) else { return };
        if outcome.is_taken() {
            // It takes pages again.
            self.paused.remove(&(dispatch.provider, dispatch.errand.outlet()));
        }
        let asked = match &dispatch.errand {
            Errand::Ask(of) => Some(*of),
            Errand::Page { .. }
            | Errand::Mirror { .. }
            | Errand::HangUp(_)
            | Errand::Edit { .. }
            | Errand::Notice { .. } => None,
        };
        match dispatch.stage_after(outcome, at) {
            Some(stage) => dispatch.go_on(stage, outcome, at),
            None => {
                let done = self.deliveries.remove(&delivery);
                done.iter().for_each(|done| self.done_with(delivery, done, outcome, (retry_at, at)));
            }
        }
        if let Some(of) = asked.and_then(|of| self.deliveries.get_mut(&of)) {
            of.ask_next(at);
        }
    }

    /// What a delivery that is over leaves behind: a message to a person goes on following its incidents.
    fn done_with(
        &mut self,
        delivery: DeliveryId,
        done: &Dispatch,
        outcome: &Outcome,
        (retry_at, at): (Option<Timestamp>, Timestamp),
    ) {
        match &done.errand {
            Errand::Edit { page, .. } => self.edit_settled(*page, outcome, retry_at),
            Errand::Notice { notice, .. } => self.notice_settled(*notice, outcome, retry_at, at),
            Errand::Page { .. } => self.follow(delivery, done, outcome),
            Errand::Mirror { .. } | Errand::HangUp(_) | Errand::Ask(_) => {}
        }
    }

    /// What one provider is to be asked about, and from when on.
    pub(super) fn questions(
        &self,
        provider: Provider,
        serves: impl Fn(Contact) -> bool,
    ) -> impl Iterator<Item = (Timestamp, DeliveryId, Contact)> {
        self.deliveries.iter().filter_map(move |(id, dispatch)| {
            let at = dispatch.ask_at.filter(|_| dispatch.provider == provider)?;
            let by = dispatch.errand.contact().filter(|by| serves(*by))?;
            Some((at, *id, by))
        })
    }

    /// The provider of a delivery is being asked about it.
    pub(super) fn asks(&mut self, of: DeliveryId) {
        if let Some(dispatch) = self.deliveries.get_mut(&of) {
            dispatch.ask_at = None;
            dispatch.asked = dispatch.asked.saturating_add(1);
        }
    }

    /// What was on its way may or may not have left; of what a provider took, something may have been told meanwhile.
    pub(super) fn deliveries_after_a_start(&mut self, at: Timestamp) {
        for dispatch in self.deliveries.values_mut() {
            match dispatch.stage {
                Stage::Leaving => dispatch.expires_at = at,
                Stage::InDoubt => {}
                Stage::Taken | Stage::UnderWay | Stage::Answered => {
                    if dispatch.may_be_asked() {
                        dispatch.ask_at = Some(at);
                        dispatch.expires_at = dispatch.expires_at.max(after(at, LAST_QUESTION));
                    }
                }
            }
        }
    }
}

impl Dispatch {
    /// How far it has come; `None`: it is over.
    fn stage_after(&self, outcome: &Outcome, at: Timestamp) -> Option<Stage> {
        self.errand.contact().map(Contact::method).filter(|method| method.has_course)?;
        let leaves = self.stage == Stage::Leaving;
        match outcome {
            Outcome::Accepted { .. } => Some(match self.stage {
                Stage::Leaving | Stage::InDoubt => Stage::Taken,
                Stage::Taken | Stage::UnderWay => Stage::UnderWay,
                // A call that was answered does not go back to ringing.
                Stage::Answered => Stage::Answered,
            }),
            Outcome::Answered | Outcome::ByMachine => Some(Stage::Answered),
            Outcome::Unknown { .. } if leaves || self.expires_at > at => Some(Stage::InDoubt),
            Outcome::Unknown { .. }
            | Outcome::Delivered { .. }
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. }
            | Outcome::Rejected { .. }
            | Outcome::Unavailable { .. } => None,
        }
    }

    fn go_on(&mut self, stage: Stage, outcome: &Outcome, at: Timestamp) {
        let before = std::mem::replace(&mut self.stage, stage);
        if let Outcome::Accepted { reference } = outcome {
            self.reference = Some(reference.clone());
        }
        let Some(method) = self.errand.contact().map(Contact::method).filter(|_| before != stage) else {
            return;
        };
        self.expires_at = match stage {
            Stage::Leaving => self.expires_at,
            Stage::InDoubt | Stage::Answered => after(at, method.lasts_max),
            // Without a word since, it is over when the phone has stopped ringing.
            Stage::Taken => after(at, method.unheard_max),
            Stage::UnderWay => self.expires_at.max(after(at, method.rings_max)),
        };
        self.ask_next(at);
    }

    fn may_be_asked(&self) -> bool {
        let tells_when_asked = self.provider.row().tells_when_asked;
        let most =
            |by: Contact| if tells_when_asked { ASKED_MAX } else { by.method().asks_max.min(ASKED_MAX) };
        let asks = |by: Contact| by.method().ask_after.is_some() && self.asked < most(by);
        self.errand.contact().is_some_and(asks) && self.reference.is_some()
    }

    /// Plans the next question, where there is time for one.
    fn ask_next(&mut self, now: Timestamp) {
        let first = self.errand.contact().and_then(|by| by.method().ask_after);
        let every = self.errand.contact().and_then(|by| by.method().ask_every);
        let last = after(self.expires_at, -LAST_QUESTION);
        let next = match self.stage {
            Stage::Leaving | Stage::InDoubt => None,
            Stage::Taken | Stage::UnderWay | Stage::Answered if self.provider.row().tells_when_asked => {
                Some(after(now, ASKED_EVERY).min(last))
            }
            Stage::Taken if self.asked == 0 => first.map(|first| after(now, first).min(last)),
            Stage::Taken | Stage::UnderWay => Some(every.map_or(last, |every| after(now, every).min(last))),
            Stage::Answered => Some(after(now, ANSWERED_EVERY).min(last)),
        };
        self.ask_at = next.filter(|next| *next > now && self.may_be_asked());
    }
}

fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
