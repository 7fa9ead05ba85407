//! What changed and not every thread and ticket has said: an incident's lines, and when a mirror may say them.
//!
//! The first change of a quiet incident is said at once, what follows waits to be said as one. Whether somebody has it, and whether
//! it is over, is never waited for. How a line reads is decided in `thread`, when a mirror leaves in `dispatch`.

use super::entry::{AlertChange, Change, Entry, EscalationChange};
use super::errand::{Mirror, Shipment};
use super::news::{Deed, Happened, News};
use super::noise_change::NoiseChange;
use super::planned::Recipient;
use super::reader::NAMES_MAX;
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{DeliveryId, Outcome};
use crate::actor::{Actor, Via};
use crate::alert::{Event, Severity};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};

/// How many lines an incident keeps; the others are counted.
pub const LINES_MAX: usize = 20;
/// How long a mirror says nothing after it said something, unless somebody takes it or it is over.
const QUIET: SignedDuration = SignedDuration::from_mins(1);

impl Incident {
    /// What an entry changes that people want to know, seen from before it is applied.
    pub(super) fn happens(&self, entry: &Entry) -> Option<Happened> {
        if self.mirrors.is_empty() {
            return None;
        }
        match &entry.change {
            Change::Alert(change) => self.alert_happens(change),
            Change::Escalation(change) => self.escalation_happens(change, entry.at),
            // The thread has it already.
            Change::Response(
                ResponseChange::Noted { via: Via::Thread, .. }
                | ResponseChange::Remarked { via: Via::Thread, .. },
            ) => None,
            Change::Response(change) => Some(response_happens(change)),
            Change::Noise(change) => self.noise_happens(change),
            Change::Steps(change) => change.happens(),
            Change::Server(_)
            | Change::Heartbeat(_)
            | Change::Delivery(_)
            | Change::Notice(_)
            | Change::RunTime(_) => None,
        }
    }

    fn alert_happens(&self, change: &AlertChange) -> Option<Happened> {
        match change {
            AlertChange::Joined { event, severity, .. } | AlertChange::Updated { event, severity, .. } => {
                self.said(event, *severity)
            }
            AlertChange::Moved(moved) => Some(Happened::Moved(moved.service.clone())),
            AlertChange::Left { integration, dedup_key, why } => {
                let leaves = self.alerts.iter().find(|alert| alert.is(integration, dedup_key));
                let words = leaves.map_or_else(|| dedup_key.clone(), |alert| self.name_of(alert));
                let alert = (integration.clone(), dedup_key.clone());
                Some(Happened::Left { alert, words, why: why.clone() })
            }
            AlertChange::Over { integration, dedup_key, .. } => {
                let others = self.alerts.iter().filter(|it| it.lasts() && !it.is(integration, dedup_key));
                let firing = u32::try_from(others.count()).unwrap_or(u32::MAX);
                Some(Happened::Over { alert: (integration.clone(), dedup_key.clone()), firing })
            }
            AlertChange::Opened(_)
            | AlertChange::Counted { .. }
            | AlertChange::Ignored { .. }
            | AlertChange::Noted { .. }
            | AlertChange::Repeated { .. } => None,
        }
    }

    /// A number that changes in a summary is not news.
    fn said(&self, event: &Event, severity: Severity) -> Option<Happened> {
        let key = (event.integration.clone(), event.dedup_key.clone());
        let Some(alert) = self.alerts.iter().find(|alert| alert.is_of(event)) else {
            return Some(Happened::Joined(key));
        };
        let known = alert.own.as_ref().map_or(&self.summary, |own| &own.summary);
        if !alert.lasts() {
            return Some(Happened::FiresAgain(key));
        }
        if severity > self.severity {
            return Some(Happened::Worse { alert: key, severity });
        }
        let flaps = alert.flapping.is_some() && !alert.firing;
        (!flaps && !same_but_for_numbers(known, &event.summary)).then_some(Happened::Renamed(key))
    }

    fn noise_happens(&self, change: &NoiseChange) -> Option<Happened> {
        let key = |integration: &String, dedup_key: &String| (integration.clone(), dedup_key.clone());
        match change {
            NoiseChange::Reopened(it) => {
                Some(Happened::Reopened(key(&it.event.integration, &it.event.dedup_key)))
            }
            NoiseChange::Flaps { integration, dedup_key, flapping } => {
                let within = u32::try_from(flapping.lasted().as_secs()).unwrap_or(u32::MAX);
                let (alert, fires, quiet) =
                    (key(integration, dedup_key), flapping.fires, flapping.quiet_seconds);
                Some(Happened::Flaps { alert, fires, within, quiet })
            }
            // Nobody reads each change of what flaps.
            NoiseChange::Cleared { .. } => None,
            NoiseChange::Calmed { integration, dedup_key, .. } => {
                let fires = |alert: &Alert| alert.is(integration, dedup_key) && alert.firing;
                let fires = self.alerts.iter().any(fires);
                Some(Happened::Calmed { alert: key(integration, dedup_key), fires })
            }
        }
    }

    fn escalation_happens(&self, change: &EscalationChange, at: Timestamp) -> Option<Happened> {
        match change {
            EscalationChange::Raised { urgency, .. } => {
                (*urgency > self.urgency).then_some(Happened::Raised(*urgency))
            }
            EscalationChange::HeldBack(held) => Some(Happened::HeldBack(held.clone())),
            EscalationChange::Released { held, .. } => Some(Happened::Released(held.by)),
            EscalationChange::StepBegan(step) => {
                let waited = self.escalation.as_ref().is_some_and(|running| running.deadline <= at);
                let told = names(&step.people);
                Some(Happened::Step { at: step.at.clone(), told, next: step.deadline, waited })
            }
            EscalationChange::StepPassed { .. }
            | EscalationChange::PolicyChosen { .. }
            | EscalationChange::Told { .. }
            | EscalationChange::NewcomersWait { .. }
            | EscalationChange::Dropped { .. }
            | EscalationChange::Moved { .. } => None,
        }
    }

    /// In whose words it is closed stands in the thread before that it is.
    pub(super) fn keep_reason(&mut self, entry: &Entry) {
        if let Change::Response(ResponseChange::Resolved { by, via, reason: Some(reason), .. }) =
            &entry.change
        {
            self.keep(entry.seq, did(Deed::Noted(reason.clone()), by, *via));
        }
    }

    /// Keeps a line for the mirrors that will say it. Where there are too many, one about an alert gives way.
    pub(super) fn keep(&mut self, seq: u64, what: Happened) {
        if what.is_urgent() {
            self.mirrors.iter_mut().for_each(Mirror::wait_no_more);
        }
        if self.mirrors.iter().all(|mirror| mirror.says_all_from() > seq) {
            return;
        }
        if self.lines.len() >= LINES_MAX {
            let about_alert = self.lines.iter().position(|line| line.what.alert().is_some());
            let dropped = self.lines.remove(about_alert.unwrap_or(0));
            self.mirrors.iter_mut().for_each(|mirror| mirror.leave_out(dropped.seq));
        }
        self.lines.push(News { seq, what });
    }

    /// Forgets what every mirror has said.
    fn forget_lines(&mut self) {
        let said = self.mirrors.iter().map(Mirror::says_all_from).min().unwrap_or(u64::MAX);
        self.lines.retain(|line| line.seq >= said);
        if self.lines.is_empty() {
            self.lines = Vec::new();
        }
    }

    /// When a mirror may say what it has not said; `None` where there is nothing.
    fn lines_due(&self, mirror: &Mirror) -> Option<Timestamp> {
        mirror.reference.as_ref()?;
        self.unsaid(mirror).next()?;
        let after = |at: Timestamp| at.saturating_add(QUIET).unwrap_or(Timestamp::MAX);
        let waits = !self.says_at_once(mirror);
        Some(mirror.said_at.filter(|_| waits).map_or(Timestamp::MIN, after))
    }

    fn unsaid<'a>(&'a self, mirror: &Mirror) -> impl Iterator<Item = &'a News> {
        let said = mirror.said.max(mirror.refused);
        self.lines.iter().filter(move |line| line.seq > said)
    }

    /// Whether what a mirror shows has to say that the incident stands elsewhere now.
    pub(super) fn says_at_once(&self, mirror: &Mirror) -> bool {
        mirror.reference.is_some() && self.unsaid(mirror).any(|line| line.what.is_urgent())
    }

    /// Whether a mirror says what it has not said, when it leaves at this instant.
    pub(super) fn has_news_for(&self, mirror: &Mirror, at: Timestamp) -> bool {
        self.lines_due(mirror).is_some_and(|due| due <= at)
    }

    /// From when on a mirror may be brought up to date; `None` where it shows what it should, or is under way.
    pub fn mirror_due(&self, mirror: &Mirror) -> Option<Timestamp> {
        if mirror.in_flight.is_some() {
            return None;
        }
        let shows = mirror.reference.is_none() || mirror.provider.row().edits_mirrors;
        let behind = (shows && mirror.shown < self.version).then_some(Timestamp::MIN);
        let due = [behind, self.lines_due(mirror)].into_iter().flatten().min()?;
        Some(due.max(mirror.not_before.unwrap_or(Timestamp::MIN)))
    }

    /// A mirror leaves: what is new is told by showing it, what is there says its lines.
    pub(super) fn ship(&mut self, n: usize, delivery: DeliveryId, seq: u64, at: Timestamp) {
        let version = self.version;
        let says = self.mirrors.get(n).is_some_and(|mirror| self.has_news_for(mirror, at));
        let Some(mirror) = self.mirrors.get_mut(n) else { return };
        if says {
            mirror.said_at = Some(at);
        }
        let told = (says || mirror.reference.is_none()).then_some(seq);
        let left_out = if told.is_some() { mirror.left_out } else { 0 };
        mirror.in_flight = Some(Box::new(Shipment { delivery, version, says: told, left_out }));
        mirror.not_before = None;
    }

    /// What became of an update of a mirror.
    pub(super) fn settle_mirrors(
        &mut self,
        delivery: DeliveryId,
        outcome: &Outcome,
        retry_at: Option<Timestamp>,
    ) {
        for mirror in &mut self.mirrors {
            if let Some(shipment) = mirror.in_flight.take_if(|it| it.delivery == delivery) {
                mirror.settle(&shipment, outcome, retry_at);
            }
        }
        self.forget_lines();
    }
}

impl Mirror {
    /// The first entry whose line it still has to say: what is not there yet shows all that was before it left.
    fn says_all_from(&self) -> u64 {
        let next = |said: u64| said.saturating_add(1);
        match (&self.reference, &self.in_flight) {
            (Some(_), _) => next(self.said),
            (None, Some(shipment)) => shipment.says.map_or(u64::MAX, next),
            (None, None) => u64::MAX,
        }
    }

    /// A line that it has not said is not kept.
    fn leave_out(&mut self, seq: u64) {
        if self.says_all_from() > seq {
            return;
        }
        self.left_out = self.left_out.saturating_add(1);
        if let Some(shipment) = self.in_flight.as_mut().filter(|it| it.says.is_some_and(|said| said >= seq)) {
            shipment.left_out = shipment.left_out.saturating_add(1);
        }
    }

    fn settle(&mut self, shipment: &Shipment, outcome: &Outcome, retry_at: Option<Timestamp>) {
        let doubt = match outcome {
            Outcome::Delivered { reference, .. } | Outcome::Accepted { reference } => {
                self.reference = Some(reference.clone());
                (self.shown, self.failed) = (shipment.version, 0);
                (self.not_before, self.doubtful) = (None, false);
                self.said = shipment.says.unwrap_or(self.said);
                self.left_out = self.left_out.saturating_sub(shipment.left_out);
                return;
            }
            Outcome::Unknown { .. } => true,
            Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. }
            | Outcome::Rejected { .. }
            | Outcome::Unavailable { .. } => false,
        };
        if retry_at.is_none() {
            self.shown = shipment.version;
            self.refused = shipment.says.unwrap_or(self.refused);
            self.failed = 0;
        } else {
            self.failed = self.failed.saturating_add(1);
            self.doubtful |= doubt;
            self.not_before = retry_at;
            // What was to be said at once is still to be said at once.
            if shipment.says.is_some() {
                self.said_at = None;
            }
        }
    }
}

fn response_happens(change: &ResponseChange) -> Happened {
    match change {
        ResponseChange::Acknowledged { by, via, until: Some(until), snoozed: true, .. } => {
            did(Deed::Snoozed(*until), by, *via)
        }
        ResponseChange::Acknowledged { by, .. } => Happened::Acknowledged(by.clone()),
        ResponseChange::AlsoAcknowledged { by, .. } => Happened::AlsoAcknowledged(by.clone()),
        ResponseChange::Remarked { by, remark, .. } => {
            Happened::Remarked { by: by.clone(), remark: remark.clone() }
        }
        ResponseChange::Escalated { by, .. } => Happened::Escalated(by.clone()),
        ResponseChange::Retriggered { why, .. } => Happened::Retriggered(why.clone()),
        ResponseChange::Reassigned { to, by, .. } => Happened::Reassigned { to: names(to), by: by.clone() },
        ResponseChange::Resolved { by, .. } => Happened::Resolved(by.clone()),
        ResponseChange::GaveBack { to } => Happened::GaveBack(*to),
        ResponseChange::GivenBack { by, via } => did(Deed::GivenBack, by, *via),
        ResponseChange::Reopened { by, via } => did(Deed::Reopened, by, *via),
        ResponseChange::PagedAlso { to, by, via } => did(Deed::PagedAlso(names(to)), by, *via),
        ResponseChange::UrgencyChosen { urgency, by, via } => did(Deed::UrgencyChosen(*urgency), by, *via),
        ResponseChange::LetThrough { held, by, via, .. } => did(Deed::LetThrough(held.by), by, *via),
        ResponseChange::MovedTo(moved) => {
            did(Deed::MovedTo(moved.service.clone(), moved.urgency), &moved.by, moved.via)
        }
        ResponseChange::Noted { text, by, via } => did(Deed::Noted(text.clone()), by, *via),
        ResponseChange::TookOver { from, by, via } => did(Deed::TookOver(*from), by, *via),
        ResponseChange::Merged { into, by, via } => did(Deed::Merged(*into), by, *via),
        ResponseChange::Unmerged { from, by, via } => did(Deed::Unmerged(*from), by, *via),
    }
}

fn did(deed: Deed, by: &Actor, via: Via) -> Happened {
    Happened::Did { deed, by: by.clone(), via }
}

fn names(people: &[Recipient]) -> Vec<UserId> {
    people.iter().take(NAMES_MAX).map(|told| told.user.clone()).collect()
}

/// Whether two texts differ only in words that have a digit: `queue is 120` and `queue is 131`.
fn same_but_for_numbers(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let words = |text: &str| -> Vec<String> {
        let number = |word: &str| word.contains(|c: char| c.is_numeric());
        text.split_whitespace().map(|it| if number(it) { "#".to_owned() } else { it.to_owned() }).collect()
    };
    words(one) == words(other)
}
