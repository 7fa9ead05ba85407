//! What follows from how a delivery went: another attempt, the person's next way, the next step.
//!
//! Providers never retry: that is decided here.

use super::entry::DeliveryChange;
use super::errand::{Errand, HangUp, Mirror, Stage};
use super::escalation::later;
use super::notice::NOTICE_ATTEMPTS_MAX;
use super::notice_change::Noticed;
use super::planned::{Notification, Purpose};
use super::{Asked, Call, DeliveryId, HANDLE_MAX, IncidentId, Outcome, Reason, Respond, Target};
use crate::actor::{Actor, Via};
use crate::config::{Contact, Follows};
use crate::reason::Fault;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};

/// How often a contact is tried before it is given up.
pub const ATTEMPTS_MAX: u8 = 10;
/// How often a mirror's version is tried before the next version is waited for.
pub const MIRROR_ATTEMPTS_MAX: u8 = 20;
/// The first wait before another attempt; doubled each time.
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(5);
const RETRY_LAST: SignedDuration = SignedDuration::from_mins(5);
/// After so many failures of one contact the next method is tried early.
const FAILURES_BEFORE_NEXT: u8 = 2;

impl Call<'_> {
    /// What became of a delivery. One that is not under way any more changes nothing.
    pub(super) fn outcome(&mut self, delivery: DeliveryId, outcome: &Outcome) {
        let Some(dispatch) = self.state.deliveries.get(&delivery) else { return };
        let stage = dispatch.stage;
        match dispatch.errand {
            Errand::Ask(of) => return self.answered(delivery, of, outcome),
            Errand::Page { .. }
            | Errand::Mirror { .. }
            | Errand::HangUp(_)
            | Errand::Edit { .. }
            | Errand::Notice { .. } => {}
        }
        // The answer to our request was lost, but the provider has called back since: the phone rings.
        if stage != Stage::Leaving && matches!(outcome, Outcome::Unknown { .. }) {
            return;
        }
        // A provider's wish delays what it refused, and no longer than this.
        let retry_at = outcome.retry_after().map(|after| later(self.now, after.min(RETRY_LAST)));
        self.settle(delivery, outcome, retry_at);
    }

    /// What a provider answers to a question counts as if it had told it by itself. A question without an answer changes
    /// nothing.
    fn answered(&mut self, question: DeliveryId, of: DeliveryId, outcome: &Outcome) {
        self.settle(question, outcome, None);
        // Asked every few seconds, it says mostly what is known.
        if self.is_known(of, outcome) {
            return;
        }
        match outcome {
            Outcome::Unknown { .. } => {}
            Outcome::Pressed { key } => self.pressed(of, key, outcome),
            Outcome::Accepted { .. }
            | Outcome::Delivered { .. }
            | Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Ended { .. }
            | Outcome::Rejected { .. }
            | Outcome::Unavailable { .. } => self.outcome(of, outcome),
        }
    }

    /// Whether a provider that is asked again and again tells only what it told before.
    fn is_known(&self, of: DeliveryId, outcome: &Outcome) -> bool {
        let Some(dispatch) = self.state.deliveries.get(&of) else { return false };
        let same = match dispatch.stage {
            Stage::UnderWay => matches!(outcome, Outcome::Accepted { .. }),
            Stage::Answered => matches!(outcome, Outcome::Accepted { .. } | Outcome::Answered),
            Stage::Leaving | Stage::InDoubt | Stage::Taken => false,
        };
        same && dispatch.provider.row().tells_when_asked
    }

    /// A key that a provider told when it was asked: the call is over, and what the key asks for is done.
    fn pressed(&mut self, call: DeliveryId, key: &str, outcome: &Outcome) {
        let called = self.state.deliveries.get(&call).map(|dispatch| &dispatch.errand);
        let Some(Errand::Page { user, .. }) = called else { return };
        let (by, via, target) = (Actor::User(user.clone()), Via::Call, Target::Delivery(call));
        self.outcome(call, outcome);
        let action = match key {
            "4" => Asked::Acknowledge,
            "5" => Asked::Escalate { step: None },
            "6" => Asked::Resolve { reason: None },
            _ => return,
        };
        // Whoever listens still hears the reply.
        self.respond(Respond { target, action, by, via });
    }

    /// `retry_at`: when to try again, if it failed; `None`: by how often it failed before.
    fn settle(&mut self, delivery: DeliveryId, outcome: &Outcome, retry_at: Option<Timestamp>) {
        let Some(dispatch) = self.state.deliveries.get(&delivery).cloned() else { return };
        let (provider, outlet) = (dispatch.provider, dispatch.errand.outlet());
        // A busy line asks for patience with one person, not with the outlet.
        let slowed = outcome.retry_after().is_some() && dispatch.stage == Stage::Leaving;
        let paused_until = retry_at.filter(|_| slowed);
        let change = |retry_at| {
            let outcome = outcome.clone();
            DeliveryChange::Outcome { delivery, provider, outlet, outcome, retry_at, paused_until }
        };
        let (page, max) = match &dispatch.errand {
            Errand::HangUp(call) => {
                self.about_server(change(None));
                return self.hung_up(*call, outcome);
            }
            Errand::Ask(_) => return self.about_server(change(None)),
            Errand::Edit { page, by } => {
                let failed = self.state.directs.get(page).map_or(0, |direct| direct.failed);
                // Another one in a thread must not come twice.
                let doubled =
                    by.method().follows == Follows::Replied && matches!(outcome, Outcome::Unknown { .. });
                let again = outcome.may_work_later() && failed < MIRROR_ATTEMPTS_MAX && !doubled;
                let retry_at = again.then(|| retry_at.unwrap_or_else(|| later(self.now, backoff(failed))));
                return self.about_server(change(retry_at));
            }
            Errand::Notice { notice, .. } => {
                let found = self.state.notices.get(notice).cloned();
                let failed = found.as_ref().map_or(0, |notice| notice.failed);
                let again = outcome.may_work_later() && failed + 1 < NOTICE_ATTEMPTS_MAX;
                let retry_at = again.then(|| retry_at.unwrap_or_else(|| later(self.now, backoff(failed))));
                self.about_server(change(retry_at));
                // A call that was taken goes on; that it rings is all that a test asks.
                if let Some(test) = found.filter(|it| it.what == Noticed::Test && !again) {
                    self.tested(&test.to, outcome);
                }
                return;
            }
            Errand::Page { user, by } => (Some((user, *by)), ATTEMPTS_MAX),
            Errand::Mirror { .. } => (None, MIRROR_ATTEMPTS_MAX),
        };
        for id in dispatch.about.iter().map(|carried| carried.incident) {
            let failed = self.failed(id, delivery);
            let numbers = self.carried(id, delivery);
            // A call in doubt carries nothing any more.
            let others = page.map_or(0, |(_, by)| self.others_than(by, failed));
            let elsewhere = others > 0 && outcome.is_of_provider();
            let again = outcome.may_work_later() || elsewhere;
            let again = again && failed < max && !(page.is_some() && numbers.is_empty());
            let at_once = elsewhere.then_some(self.now);
            let retry_at =
                again.then(|| at_once.or(retry_at).unwrap_or_else(|| later(self.now, backoff(failed))));
            self.about(id, change(retry_at));
            self.drop_who_leaves(id);
            if let Some((user, by)) = page.filter(|_| !elsewhere) {
                self.after_page(id, user, (by, &dispatch.to), &numbers, outcome, failed);
            }
        }
        if let Some((user, by)) = page.filter(|(_, by)| by.method().answers) {
            self.opted_by(user, (by, &dispatch.to), outcome);
        }
        let first = dispatch.about.first().map(|carried| carried.incident);
        if let (Outcome::Accepted { .. }, Some(id)) = (outcome, first) {
            self.hang_up_needless(id, None);
        }
    }

    /// How many providers of a method have still to be tried, after so many attempts that failed: they take turns.
    fn others_than(&self, by: Contact, failed: u8) -> usize {
        let all = self.config.providers_of(by).count().max(1);
        all - 1 - usize::from(failed) % all
    }

    /// How often what this delivery carries had failed before.
    fn failed(&self, id: IncidentId, delivery: DeliveryId) -> u8 {
        let Some(incident) = self.incident(id) else { return 0 };
        let carried = incident.mirrors.iter();
        let flies = |it: &Mirror| it.in_flight.as_ref().is_some_and(|shipment| shipment.delivery == delivery);
        let carried = carried.filter(|mirror| flies(mirror));
        let pages = incident.notifications.iter().filter(|found| found.in_flight == Some(delivery));
        carried.map(|mirror| mirror.failed).chain(pages.map(|found| found.failed)).max().unwrap_or(0)
    }

    /// The notifications of an incident that a delivery carries.
    fn carried(&self, id: IncidentId, delivery: DeliveryId) -> Vec<(u16, Purpose)> {
        let found = self.incident(id).map_or(&[][..], |incident| &incident.notifications);
        found
            .iter()
            .filter(|found| found.in_flight == Some(delivery))
            .map(|found| (found.n, found.purpose))
            .collect()
    }

    fn after_page(
        &mut self,
        id: IncidentId,
        user: &UserId,
        (by, to): (Contact, &Option<String>),
        carried: &[(u16, Purpose)],
        outcome: &Outcome,
        failed_before: u8,
    ) {
        if outcome.is_taken() || !carried.iter().any(|(_, purpose)| purpose.gets_somebody()) {
            return;
        }
        let never = !outcome.may_work_later();
        let Some(why) = outcome.reason().cloned() else { return };
        if never {
            let more = |found: &Notification| {
                found.user == *user && (found.by, &found.to) == (by, to) && found.in_flight.is_none()
            };
            if self.incident(id).is_some_and(|incident| incident.notifications.iter().any(more)) {
                let (user, to, why) = (user.clone(), to.clone(), why.clone());
                self.about(id, DeliveryChange::GaveUp { user, by, to, why });
            }
        }
        // A provider that asks us to wait is not waited for: the person's next way is tried at once.
        let slowed = outcome.retry_after().is_some();
        if never || slowed && failed_before == 0 || failed_before + 1 == FAILURES_BEFORE_NEXT {
            self.hasten(id, user, (by, to), why);
        }
        self.pass_if_unreachable(id);
    }

    /// Tries the next way of a person early: another method, or another phone.
    fn hasten(&mut self, id: IncidentId, user: &UserId, failed: (Contact, &Option<String>), why: Reason) {
        let Some(incident) = self.incident(id) else { return };
        let waiting = incident.notifications.iter().filter(|found| {
            let other = (found.by, &found.to) != failed;
            found.user == *user && other && found.in_flight.is_none() && found.due > self.now
        });
        let next = waiting.filter(|found| found.purpose.gets_somebody() && found.failed == 0);
        if let Some((n, by)) = next.min_by_key(|found| (found.due, found.n)).map(|found| (found.n, found.by))
        {
            self.about(id, DeliveryChange::Hastened { user: user.clone(), by, notification: n, why });
        }
    }

    /// A hang-up that did not work is tried again.
    fn hung_up(&mut self, call: DeliveryId, outcome: &Outcome) {
        if outcome.may_work_later() {
            let state = HangUp::Wanted(later(self.now, RETRY_FIRST));
            self.about_server(DeliveryChange::HangUp { delivery: call, state });
            return;
        }
        // A call's provider tells that it has ended; of what does not ring nobody tells more.
        let quiet = |by: Contact| !by.method().rings;
        let dispatch = self.state.deliveries.get(&call);
        if outcome.is_taken() && dispatch.is_some_and(|it| it.errand.contact().is_some_and(quiet)) {
            self.outcome(call, &Outcome::Ended { reason: Reason::ours(Fault::Cancelled) });
        }
    }

    /// Gives up waiting for answers that are overdue.
    pub(super) fn expire(&mut self) {
        let overdue = self.state.deliveries.iter().filter(|(_, dispatch)| dispatch.expires_at <= self.now);
        let overdue: Vec<(DeliveryId, Stage)> =
            overdue.take(HANDLE_MAX).map(|(id, dispatch)| (*id, dispatch.stage)).collect();
        for (delivery, stage) in overdue {
            let (outcome, retry_at) = match stage {
                Stage::Leaving => (unknown(Fault::NoAnswer), Some(self.now)),
                Stage::InDoubt => (unknown(Fault::NothingHeard), None),
                Stage::Taken | Stage::UnderWay | Stage::Answered => {
                    (Outcome::Ended { reason: Reason::ours(Fault::NoEnd) }, None)
                }
            };
            self.settle(delivery, &outcome, retry_at);
        }
    }
}

impl Outcome {
    /// Whether it certainly did not leave for a reason that is the provider's own: another one may take it.
    fn is_of_provider(&self) -> bool {
        match self {
            Outcome::Unavailable { reason, .. } => reason.fault != Fault::Busy,
            Outcome::Rejected { reason } => matches!(
                reason.fault,
                Fault::NotSetUp
                    | Fault::SecretMissing
                    | Fault::CredentialsRefused
                    | Fault::Forbidden
                    | Fault::AccountUnknown
                    | Fault::TrialAccount
                    | Fault::CallerRefused
                    | Fault::CountryRefused
                    | Fault::NumberRefused
                    | Fault::UrlRefused
            ),
            Outcome::Accepted { .. }
            | Outcome::Delivered { .. }
            | Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. }
            | Outcome::Unknown { .. } => false,
        }
    }

    /// Whether another attempt may work.
    fn may_work_later(&self) -> bool {
        match self {
            Outcome::Unavailable { .. } | Outcome::Unknown { .. } => true,
            Outcome::Accepted { .. }
            | Outcome::Delivered { .. }
            | Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. }
            | Outcome::Rejected { .. } => false,
        }
    }

    /// For how long the provider asks us to wait.
    fn retry_after(&self) -> Option<SignedDuration> {
        match self {
            Outcome::Unavailable { retry_after, .. } => {
                retry_after.map(|seconds| SignedDuration::from_secs(i64::from(seconds)))
            }
            Outcome::Accepted { .. }
            | Outcome::Delivered { .. }
            | Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. }
            | Outcome::Rejected { .. }
            | Outcome::Unknown { .. } => None,
        }
    }
}

fn unknown(fault: Fault) -> Outcome {
    Outcome::Unknown { reason: Reason::ours(fault) }
}

/// The wait before another attempt, after so many that failed.
fn backoff(failed: u8) -> SignedDuration {
    (RETRY_FIRST * 2i32.pow(u32::from(failed.min(10)))).min(RETRY_LAST)
}
