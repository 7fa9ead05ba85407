//! The transition: an entry applied to the state. No config, no zone and no clock: entries carry what was decided.
//!
//! Replaying a journal through [`State::apply`] gives the state that was lived (invariant 3), so nothing else
//! changes a [`State`].

use super::changes::CHANGES_MAX;
use super::entry::{Change, Entry, Opened};
use super::state::{
    Alert, AlertKey, Dispatch, HangUp, Heartbeat, Incident, Paged, Recent, Stage, State, Status, What,
};
use super::{CALL_LASTS_MAX, DeliveryId, IncidentId, Outcome};
use crate::alert::{Action, Event, HEARTBEAT_KEY};
use crate::config::{Contact, Id};
use jiff::{SignedDuration, Timestamp};

/// How long closed incidents, their keys and message ids are remembered.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// How many closed incidents are remembered.
pub const CLOSED_MAX: usize = 10_000;
/// How many pages are remembered, so that an answer that comes late is understood.
pub const PAGES_MAX: usize = 10_000;
/// How many config revisions are remembered.
pub const REVISIONS_MAX: usize = 500;
/// How many keys and message ids are remembered.
pub const KEYS_MAX: usize = 200_000;
/// How many entries of its timeline an incident knows.
pub const TIMELINE_KEPT_MAX: usize = 1_000;

impl State {
    /// Applies one entry, and gives back the closed incidents that are forgotten now. Entries about incidents that are
    /// gone change nothing.
    pub fn apply(&mut self, entry: &Entry) -> Vec<Incident> {
        (self.seq, self.at) = (entry.seq, entry.at);
        let forgotten = self.sweep(entry.at);
        match entry.incident {
            None => self.apply_to_server(entry),
            Some(id) => {
                if let Change::Opened(opened) = &entry.change {
                    self.open(id, entry.at, opened);
                }
                self.apply_to_incident(id, entry);
            }
        }
        forgotten
    }

    fn apply_to_server(&mut self, entry: &Entry) {
        match &entry.change {
            Change::Revision { commit } => {
                self.revision.number = entry.revision;
                self.revision.commit.clone_from(commit);
                self.revision.since = entry.at;
                self.commits.insert(entry.revision, commit.clone());
                if self.commits.len() > REVISIONS_MAX {
                    self.commits.pop_first();
                }
            }
            Change::Started { epoch } => {
                self.epoch = *epoch;
                self.next_incident = 1;
                self.next_delivery = 1;
                let leaving = |it: &&mut Dispatch| it.stage == Stage::Leaving;
                self.deliveries.values_mut().filter(leaving).for_each(|it| it.expires_at = entry.at);
                // Nothing could be heard while the server was down.
                let expected = self.heartbeats.values_mut().filter(|it| it.due.is_some());
                expected.for_each(|it| it.count_from(entry.at));
                let alerts = self.incidents.values_mut().flat_map(|incident| &mut incident.alerts);
                alerts.for_each(|alert| alert.count_silence_from(entry.at));
            }
            Change::ClockJumped { seconds } => self.shift(SignedDuration::from_secs(*seconds)),
            Change::HeartbeatExpected { .. }
            | Change::HeartbeatHeard { .. }
            | Change::HeartbeatMissed { .. }
            | Change::HeartbeatForgotten { .. } => self.apply_to_heartbeat(entry),
            Change::Ignored { event, .. } => self.remember(event, entry.at),
            Change::Noted { event, service } => {
                self.remember(event, entry.at);
                service.iter().for_each(|service| self.keep_change(service, event, entry.at));
            }
            Change::HangUp { delivery, state } => self.hang_up(*delivery, *state),
            Change::Sent { delivery, what, expires_at, .. } => {
                self.sent(*delivery, what, None, (entry.at, *expires_at));
            }
            Change::Outcome { delivery, channel, paused_until, .. } => {
                self.paused.extend(paused_until.map(|until| (*channel, until)));
                self.deliveries.remove(delivery);
            }
            _ => {}
        }
    }

    fn apply_to_heartbeat(&mut self, entry: &Entry) {
        let fresh = Heartbeat { since: entry.at, heard_at: None, patience_seconds: 0, due: Some(entry.at) };
        match &entry.change {
            Change::HeartbeatExpected { integration, patience_seconds } => {
                let heartbeat = self.heartbeats.entry(integration.clone()).or_insert(fresh);
                heartbeat.patience_seconds = *patience_seconds;
                if heartbeat.due.is_some() {
                    heartbeat.count_from(entry.at);
                }
            }
            Change::HeartbeatHeard { integration, at, patience_seconds } => {
                let heartbeat = self.heartbeats.entry(integration.clone()).or_insert(fresh);
                heartbeat.patience_seconds = *patience_seconds;
                heartbeat.heard_at = Some(*at);
                heartbeat.count_from(*at);
            }
            Change::HeartbeatMissed { integration } => {
                self.heartbeats.entry(integration.clone()).and_modify(|it| it.due = None);
            }
            Change::HeartbeatForgotten { integration } => {
                self.heartbeats.remove(integration);
            }
            _ => {}
        }
    }

    fn apply_to_incident(&mut self, id: IncidentId, entry: &Entry) {
        match &entry.change {
            Change::Noted { event, .. } if event.action == Action::Note => self.remember(event, entry.at),
            Change::Ignored { event, .. } | Change::Joined { event, .. } | Change::Updated { event, .. } => {
                self.remember(event, entry.at);
                let key = (event.integration.clone(), event.dedup_key.clone());
                if matches!(entry.change, Change::Joined { .. }) {
                    self.open.insert(key, id);
                }
            }
            Change::Sent { delivery, what, expires_at, .. } => {
                self.sent(*delivery, what, Some(id), (entry.at, *expires_at))
            }
            Change::Outcome { delivery, channel, outcome, paused_until, .. } => {
                self.paused.extend(paused_until.map(|until| (*channel, until)));
                self.settle(*delivery, outcome, entry.at);
            }
            Change::AlertResolved { event: Some(event), .. }
            | Change::Acknowledged { event: Some(event), .. } => {
                self.remember(event, entry.at);
            }
            Change::Resolved { event, .. } => {
                event.iter().for_each(|event| self.remember(event, entry.at));
                self.close(id, entry.at);
            }
            _ => {}
        }
        let served = matches!(&entry.change, Change::Sent { what: What::Page { .. }, .. });
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        if let (true, Some(service)) = (served, &incident.service) {
            self.served.insert(service.clone(), entry.seq);
        }
        if incident.timeline.len() >= TIMELINE_KEPT_MAX {
            incident.timeline.remove(0);
        }
        incident.timeline.push(entry.seq);
        incident.entries = incident.entries.saturating_add(1);
        incident.apply(entry);
    }

    fn open(&mut self, id: IncidentId, at: Timestamp, opened: &Opened) {
        self.remember(&opened.event, at);
        self.next_incident = self.next_incident.max(id.n.saturating_add(1));
        self.open.insert((opened.event.integration.clone(), opened.event.dedup_key.clone()), id);
        self.incidents.insert(id, Incident::new(id, at, opened));
    }

    fn keep_change(&mut self, service: &Id, event: &Event, at: Timestamp) {
        let recent = self.changes.entry(service.clone()).or_default();
        if recent.len() >= CHANGES_MAX {
            recent.remove(0);
        }
        recent.push(Recent {
            at,
            integration: event.integration.clone(),
            dedup_key: event.dedup_key.clone(),
            summary: event.summary.clone(),
            links: event.links.clone(),
        });
    }

    /// Keeps what tells a later event that it is old, or the same.
    fn remember(&mut self, event: &Event, at: Timestamp) {
        let key = (event.integration.clone(), event.dedup_key.clone());
        if let Some(message) = &event.message_id {
            self.messages.insert(message_key(event, message), at);
        }
        if let Some(changed) = event.changed_at {
            let known = self.changed.entry(key).or_insert((changed, at));
            *known = (known.0.max(changed), at);
        }
    }

    fn close(&mut self, id: IncidentId, at: Timestamp) {
        let Some(incident) = self.incidents.get(&id) else { return };
        for alert in &incident.alerts {
            self.open.remove(&(alert.integration.clone(), alert.dedup_key.clone()));
            if alert.dedup_key == HEARTBEAT_KEY
                && let Some(missed) =
                    self.heartbeats.get_mut(&alert.integration).filter(|it| it.due.is_none())
            {
                // Closed by hand while it is still silent: that is not the end of it.
                missed.count_from(at);
            }
        }
        self.closed.push_back((at, id));
    }

    fn sent(
        &mut self,
        delivery: DeliveryId,
        what: &What,
        about: Option<IncidentId>,
        (at, expires_at): (Timestamp, Timestamp),
    ) {
        self.next_delivery = self.next_delivery.max(delivery.n.saturating_add(1));
        if let What::HangUp(call) = what {
            self.hang_up(*call, HangUp::InFlight);
        }
        let dispatch = self.deliveries.entry(delivery).or_insert_with(|| Dispatch {
            what: what.clone(),
            incidents: Vec::new(),
            reference: None,
            expires_at,
            hang_up: HangUp::No,
            stage: Stage::Leaving,
        });
        dispatch.incidents.extend(about);
        if let What::Page { user, .. } = what {
            let none = || Paged { at, user: user.clone(), incidents: Vec::new() };
            self.pages.entry(delivery).or_insert_with(none).incidents.extend(about);
        }
    }

    /// A call that was taken stays until it ends, and one that may have been taken for as long as it may last: whoever
    /// answers it presses a key. All else is done with.
    fn settle(&mut self, delivery: DeliveryId, outcome: &Outcome, at: Timestamp) {
        let Some(dispatch) = self.deliveries.get_mut(&delivery) else { return };
        let call = matches!(dispatch.what, What::Page { by: Contact::Call, .. });
        let leaves = dispatch.stage == Stage::Leaving;
        let stage = match outcome {
            Outcome::Accepted { .. } | Outcome::Answered if call => Stage::Taken,
            Outcome::Unknown { .. } if call && (leaves || dispatch.expires_at > at) => Stage::InDoubt,
            _ => {
                self.deliveries.remove(&delivery);
                return;
            }
        };
        if leaves {
            let until = dispatch.expires_at.max(at);
            dispatch.expires_at = until.saturating_add(CALL_LASTS_MAX).unwrap_or(Timestamp::MAX);
        }
        if let Outcome::Accepted { reference } = outcome {
            dispatch.reference = Some(reference.clone());
        }
        dispatch.stage = stage;
    }

    fn hang_up(&mut self, call: DeliveryId, state: HangUp) {
        if let Some(dispatch) = self.deliveries.get_mut(&call) {
            dispatch.hang_up = state;
        }
    }

    /// Moves every open deadline with the clock.
    fn shift(&mut self, by: SignedDuration) {
        let moved = |at: &mut Timestamp| *at = at.saturating_add(by).unwrap_or(*at);
        for incident in self.incidents.values_mut() {
            // Closed ones may still have to be shown as closed.
            let mirrors = [&mut incident.channel, &mut incident.ticket].into_iter().flatten();
            mirrors.filter_map(|mirror| mirror.not_before.as_mut()).for_each(moved);
            if incident.status == Status::Resolved {
                continue;
            }
            let escalation = incident.escalation.iter_mut().flat_map(|e| [&mut e.began_at, &mut e.deadline]);
            let alerts = incident.alerts.iter_mut();
            let stale = alerts.flat_map(|it| [Some(&mut it.heard_at), it.stale_at.as_mut()]).flatten();
            let waiting = incident.notifications.iter_mut().map(|notification| &mut notification.due);
            let rest = incident.acknowledged_until.iter_mut().chain([&mut incident.last_event_at]);
            escalation.chain(stale).chain(waiting).chain(rest).for_each(moved);
        }
        for dispatch in self.deliveries.values_mut() {
            moved(&mut dispatch.expires_at);
            if let HangUp::Wanted(at) = &mut dispatch.hang_up {
                moved(at);
            }
        }
        self.paused.values_mut().for_each(moved);
        for heartbeat in self.heartbeats.values_mut() {
            heartbeat.heard_at.iter_mut().chain(heartbeat.due.as_mut()).for_each(moved);
        }
    }

    /// Forgets what is older than a day, at most once a minute, and what is over the bounds.
    fn sweep(&mut self, now: Timestamp) -> Vec<Incident> {
        let every = SignedDuration::from_mins(1);
        let mut forgotten = Vec::new();
        if self.swept_at.is_some_and(|swept| now.duration_since(swept).abs() < every) {
            return forgotten;
        }
        self.swept_at = Some(now);
        let old = |at: Timestamp| now.duration_since(at) > REMEMBERED;
        while let Some((at, id)) = self.closed.front().copied() {
            if !old(at) && self.closed.len() <= CLOSED_MAX {
                break;
            }
            self.closed.pop_front();
            forgotten.extend(self.incidents.remove(&id));
        }
        self.messages.retain(|_, at| !old(*at));
        self.pages.retain(|_, page| !old(page.at));
        while self.pages.len() > PAGES_MAX {
            self.pages.pop_first();
        }
        let open = &self.open;
        self.changed.retain(|key, (_, heard)| !old(*heard) || open.contains_key(key));
        while self.messages.len() > KEYS_MAX {
            self.messages.pop_first();
        }
        while self.changed.len() > KEYS_MAX {
            self.changed.pop_first();
        }
        self.paused.retain(|_, until| *until > now);
        self.changes.values_mut().for_each(|recent| recent.retain(|change| !old(change.at)));
        self.changes.retain(|_, recent| !recent.is_empty());
        forgotten
    }
}

impl Heartbeat {
    /// It is late when nothing is heard for so long after `at`.
    fn count_from(&mut self, at: Timestamp) {
        let patience = SignedDuration::from_secs(i64::from(self.patience_seconds));
        self.due = Some(at.saturating_add(patience).unwrap_or(Timestamp::MAX));
    }
}

impl Alert {
    /// Where silence becomes a resolve, it is as if the alert were heard `at` this moment.
    fn count_silence_from(&mut self, at: Timestamp) {
        if let Some(stale_at) = self.stale_at {
            let after = stale_at.duration_since(self.heard_at);
            (self.heard_at, self.stale_at) = (at, at.checked_add(after).ok());
        }
    }
}

/// The key under which a message is remembered: one message may hold several alerts.
pub fn message_key(event: &Event, message: &str) -> AlertKey {
    (event.integration.clone(), format!("{message} {}", event.dedup_key))
}
