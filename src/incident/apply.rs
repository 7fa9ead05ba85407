//! The transition: an entry applied to the state. No config, no zone and no clock: entries carry what was decided.
//!
//! Replaying a journal through [`State::apply`] gives the state that was lived (invariant 3), so nothing else
//! changes a [`State`]. What an entry changes of its incident alone is in `transition`.

use super::changes::CHANGES_MAX;
use super::entry::{
    AlertChange, Change, DeliveryChange, Entry, EscalationChange, HeartbeatChange, Opened, ServerChange,
};
use super::errand::{Carried, Dispatch, Errand, HangUp, Paged, Stage};
use super::known::KnownKey;
use super::parts::{AlertKey, Status};
use super::planned::Notification;
use super::response::ResponseChange;
use super::state::{Alert, Heartbeat, Incident, Recent, State};
use super::timer::Timer;
use super::{DeliveryId, IncidentId};
use crate::alert::{Action, Event, HEARTBEAT_KEY};
use crate::config::{Id, Provider};
use crate::reason::Why;
use jiff::{SignedDuration, Timestamp};

/// How long closed incidents, their keys and message ids are remembered.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// How far a sender's clock may be ahead of ours and still decide an order.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How many closed incidents are remembered.
pub const CLOSED_MAX: usize = 10_000;
/// How many pages are remembered, so that an answer that comes late is understood.
pub const PAGES_MAX: usize = 10_000;
/// How many config revisions are remembered.
pub const REVISIONS_MAX: usize = 500;
/// How many keys that are not open, and how many message ids, are remembered.
pub const KEYS_MAX: usize = 200_000;
/// How many entries of its timeline an incident knows.
pub const TIMELINE_KEPT_MAX: usize = 1_000;

impl State {
    /// Applies one entry, and gives back the closed incidents that are forgotten now. Entries about incidents that are
    /// gone change nothing.
    pub fn apply(&mut self, entry: &Entry) -> Vec<Incident> {
        (self.seq, self.at) = (entry.seq, entry.at);
        let forgotten = self.sweep(entry.at);
        self.count_muted(entry);
        match &entry.change {
            Change::Server(change) => self.apply_server(change, entry),
            Change::Heartbeat(change) => self.apply_heartbeat(change, entry.at),
            Change::Alert(change) => self.apply_alert(change, entry),
            Change::Delivery(change) => self.apply_delivery(change, entry),
            Change::Response(change) => self.apply_response(change, entry),
            Change::Noise(change) => self.apply_noise(change, entry),
            Change::RunTime(change) => change.apply_to(&mut self.run_time, entry.seq, entry.at),
            Change::Steps(change) => self.apply_steps(change),
            Change::Notice(change) => self.apply_notice(change, entry),
            Change::Escalation(
                EscalationChange::Raised { .. }
                | EscalationChange::PolicyChosen { .. }
                | EscalationChange::HeldBack(_)
                | EscalationChange::Released { .. }
                | EscalationChange::StepBegan(_)
                | EscalationChange::StepPassed { .. }
                | EscalationChange::Told { .. }
                | EscalationChange::NewcomersWait { .. }
                | EscalationChange::Dropped { .. }
                | EscalationChange::Moved { .. },
            ) => {}
        }
        if let Some(id) = entry.incident {
            self.apply_to_incident(id, entry);
        }
        forgotten
    }

    fn apply_to_incident(&mut self, id: IncidentId, entry: &Entry) {
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        if incident.timeline.len() >= TIMELINE_KEPT_MAX {
            incident.timeline.remove(0);
        }
        // Of most it is recorded that they opened, and nothing else.
        incident.timeline.reserve_exact(usize::from(incident.timeline.is_empty()));
        incident.timeline.push(entry.seq);
        incident.entries = incident.entries.saturating_add(1);
        incident.apply(entry);
    }

    fn apply_server(&mut self, change: &ServerChange, entry: &Entry) {
        match change {
            ServerChange::Revision { commit } => {
                self.revision.number = entry.revision;
                self.revision.commit.clone_from(commit);
                self.revision.since = entry.at;
                self.commits.insert(entry.revision, commit.clone());
                if self.commits.len() > REVISIONS_MAX {
                    self.commits.pop_first();
                }
            }
            ServerChange::Started { epoch, .. } => {
                self.epoch = *epoch;
                self.next_incident = 1;
                self.next_delivery = 1;
                self.deliveries_after_a_start(entry.at);
                // Nothing could be heard while the server was down.
                let expected = self.heartbeats.values_mut().filter(|it| it.due.is_some());
                expected.for_each(|it| it.count_from(entry.at));
                let alerts = self.incidents.values_mut().flat_map(|incident| &mut incident.alerts);
                alerts.for_each(|alert| alert.count_silence_from(entry.at));
            }
            ServerChange::ClockJumped { seconds } => self.shift(SignedDuration::from_secs(*seconds)),
            ServerChange::TroubleBegan { trouble, since } => {
                self.troubles.insert(*trouble, *since);
            }
            ServerChange::TroubleOver { trouble } => {
                self.troubles.remove(trouble);
            }
            ServerChange::IntegrationRenamed { from, to } => self.rename_integration(from, to),
        }
    }

    fn apply_heartbeat(&mut self, change: &HeartbeatChange, now: Timestamp) {
        let fresh = Heartbeat { since: now, heard_at: None, patience_seconds: 0, due: Some(now) };
        match change {
            HeartbeatChange::Expected { integration, patience_seconds } => {
                let heartbeat = self.heartbeats.entry(integration.clone()).or_insert(fresh);
                heartbeat.patience_seconds = *patience_seconds;
                if heartbeat.due.is_some() {
                    heartbeat.count_from(now);
                }
            }
            HeartbeatChange::Heard { integration, at, patience_seconds } => {
                let heartbeat = self.heartbeats.entry(integration.clone()).or_insert(fresh);
                heartbeat.patience_seconds = *patience_seconds;
                heartbeat.heard_at = Some(*at);
                heartbeat.count_from(*at);
            }
            HeartbeatChange::Missed { integration } => {
                self.heartbeats.entry(integration.clone()).and_modify(|it| it.due = None);
            }
            HeartbeatChange::Forgotten { integration } => {
                self.heartbeats.remove(integration);
            }
        }
    }

    fn apply_alert(&mut self, change: &AlertChange, entry: &Entry) {
        match change {
            AlertChange::Opened(opened) => {
                if let Some(id) = entry.incident {
                    self.open_with(id, entry.at, opened);
                }
            }
            AlertChange::Joined { event, folded, .. } => {
                self.remember(event, entry.at);
                self.fires(event, entry.at);
                if let Some(id) = entry.incident {
                    self.known(event, entry.at).open = Some(id);
                    if folded.is_some() {
                        self.arrived_in(id, event, entry.at);
                    }
                }
            }
            AlertChange::Counted { event, .. } => {
                self.remember(event, entry.at);
                entry.incident.iter().for_each(|id| self.arrived_in(*id, event, entry.at));
            }
            AlertChange::Ignored { event, why: Why::Dropped { .. } } => {
                self.remember(event, entry.at);
                self.known(event, entry.at).dropped_at = Some(Box::new(entry.at));
            }
            AlertChange::Updated { event, .. } => {
                self.remember(event, entry.at);
                self.fires_again(entry.incident, event, entry.at);
            }
            AlertChange::Ignored { event, .. } => self.remember(event, entry.at),
            AlertChange::Noted { event, service } => {
                // A change of a service is repeated in the timelines of its incidents.
                if entry.incident.is_none() || event.action == Action::Note {
                    self.remember(event, entry.at);
                }
                service.iter().for_each(|service| self.keep_change(service, event, entry.at));
            }
            AlertChange::Moved(moved) => self.remember(&moved.event, entry.at),
            AlertChange::Left { integration, dedup_key, .. } => {
                let key = (integration.clone(), dedup_key.clone());
                if let Some(known) = self.keys.get_mut(&key) {
                    (known.open, known.heard_at) = (None, entry.at);
                }
            }
            AlertChange::Over { event, .. } => {
                event.iter().for_each(|event| self.remember(event, entry.at));
            }
            AlertChange::Repeated { .. } => {}
        }
    }

    fn apply_delivery(&mut self, change: &DeliveryChange, entry: &Entry) {
        match change {
            DeliveryChange::Sent { delivery, provider, errand, to, notifications, expires_at, .. } => {
                let about = entry.incident.map(|id| (id, notifications.as_slice()));
                self.sent((*delivery, *provider), (errand, to), about, (entry.at, *expires_at));
                let incident = entry.incident.and_then(|id| self.incidents.get(&id));
                match (errand, incident.and_then(|it| it.service.clone())) {
                    (Errand::Page { .. }, Some(service)) => _ = self.served.insert(service, entry.seq),
                    (Errand::Mirror { kind, .. }, Some(service)) => {
                        self.shown.insert((*kind, service), entry.seq);
                    }
                    (
                        Errand::Page { .. }
                        | Errand::Mirror { .. }
                        | Errand::Edit { .. }
                        | Errand::Notice { .. }
                        | Errand::HangUp(_)
                        | Errand::Ask(_),
                        _,
                    ) => {}
                }
            }
            DeliveryChange::Outcome { delivery, provider, outlet, outcome, retry_at, paused_until } => {
                self.paused.extend(paused_until.map(|until| ((*provider, *outlet), until)));
                self.settle(*delivery, outcome, *retry_at, entry.at);
            }
            DeliveryChange::HangUp { delivery, state } => self.hang_up(*delivery, *state),
            DeliveryChange::Hastened { .. }
            | DeliveryChange::GaveUp { .. }
            | DeliveryChange::Waits { .. } => {}
        }
    }

    fn apply_response(&mut self, change: &ResponseChange, entry: &Entry) {
        match change {
            ResponseChange::Acknowledged { event, .. } => {
                event.iter().for_each(|event| self.remember(event, entry.at));
            }
            ResponseChange::Resolved { event, .. } => {
                event.iter().for_each(|event| self.remember(event, entry.at));
                if let Some(id) = entry.incident {
                    self.close(id, entry.at);
                }
            }
            ResponseChange::Escalated { delivery, .. } => {
                if let Some(page) = delivery.and_then(|delivery| self.pages.get_mut(&delivery)) {
                    page.escalated = true;
                }
            }
            ResponseChange::Reopened { .. } => {
                if let Some(id) = entry.incident {
                    self.open_again(id, entry.at);
                }
            }
            ResponseChange::TookOver { from, .. } => {
                if let Some(id) = entry.incident {
                    self.hand_over(*from, id);
                }
            }
            ResponseChange::Merged { .. } => {
                self.closed.extend(entry.incident.map(|id| (entry.at, id)));
            }
            ResponseChange::Unmerged { from, .. } => {
                if let Some(id) = entry.incident {
                    self.hand_back(*from, id, entry.at);
                }
            }
            ResponseChange::Retriggered { .. }
            | ResponseChange::Reassigned { .. }
            | ResponseChange::AlsoAcknowledged { .. }
            | ResponseChange::Remarked { .. }
            | ResponseChange::GivenBack { .. }
            | ResponseChange::PagedAlso { .. }
            | ResponseChange::UrgencyChosen { .. }
            | ResponseChange::LetThrough { .. }
            | ResponseChange::MovedTo(_)
            | ResponseChange::Noted { .. }
            | ResponseChange::GaveBack { .. } => {}
        }
    }

    fn open_with(&mut self, id: IncidentId, at: Timestamp, opened: &Opened) {
        self.remember(&opened.event, at);
        self.next_incident = self.next_incident.max(id.n.saturating_add(1));
        self.known(&opened.event, at).open = Some(id);
        self.fires(&opened.event, at);
        self.incidents.insert(id, Box::new(Incident::new(id, at, opened)));
        self.arrived_in(id, &opened.event, at);
    }

    /// What is known of an event's key; it is heard of now.
    pub(super) fn known(&mut self, event: &Event, at: Timestamp) -> &mut KnownKey {
        let known = self.keys.known(&event.integration, &event.dedup_key);
        known.heard_at = at;
        known
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
    pub(super) fn remember(&mut self, event: &Event, at: Timestamp) {
        if let Some(message) = &event.message_id {
            self.messages.insert(message_key(event, message), at);
        }
        // A time in our future says nothing about order: one clock that was ahead would mute its key for good.
        if let Some(changed) = event.changed_at.filter(|changed| changed.duration_since(at) <= AHEAD_MAX) {
            let known = self.known(event, at);
            known.changed_at = Some(known.changed_at.map_or(changed, |last| last.max(changed)));
        }
    }

    fn close(&mut self, id: IncidentId, at: Timestamp) {
        let Some(incident) = self.incidents.get(&id) else { return };
        for alert in &incident.alerts {
            if let Some(known) = self.keys.get_mut(&alert.key()) {
                known.open = None;
                known.last = Some(Box::new((id, at)));
                known.heard_at = known.heard_at.max(at);
            }
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
        (delivery, provider): (DeliveryId, Provider),
        (errand, to): (&Errand, &Option<String>),
        about: Option<(IncidentId, &[u16])>,
        (at, expires_at): (Timestamp, Timestamp),
    ) {
        self.next_delivery = self.next_delivery.max(delivery.n.saturating_add(1));
        match errand {
            Errand::HangUp(call) => self.hang_up(*call, HangUp::InFlight),
            Errand::Ask(of) => self.asks(*of),
            Errand::Edit { page, .. } => self.edit_sent(*page, delivery),
            Errand::Notice { notice, .. } => self.notice_sent(*notice, delivery),
            Errand::Mirror { place, .. } => self.count_post(about.map(|(id, _)| id), provider, place, at),
            Errand::Page { .. } => {}
        }
        let known = about.and_then(|(id, carried)| Some((self.incidents.get(&id)?, carried)));
        let carried = known.map(|(known, numbers)| {
            let step = known.escalation.as_ref().map(|it| it.at.clone());
            let asks = |found: &Notification| numbers.contains(&found.n) && found.purpose.gets_somebody();
            let asks = known.notifications.iter().any(asks);
            Carried { incident: known.id, step, status: known.status, asks }
        });
        let dispatch = self.deliveries.entry(delivery).or_insert_with(|| Dispatch {
            provider,
            errand: errand.clone(),
            to: to.clone(),
            about: Vec::new(),
            reference: None,
            expires_at,
            hang_up: HangUp::No,
            ask_at: None,
            asked: 0,
            stage: Stage::Leaving,
        });
        dispatch.about.extend(carried.clone());
        if let Errand::Page { user, by } = errand {
            let answers = by.method().answers && !self.pages.contains_key(&delivery);
            let code = answers.then(|| self.reply_code(delivery, user, at)).flatten();
            let none =
                || Paged { at, user: user.clone(), by: *by, about: Vec::new(), escalated: false, code };
            self.pages.entry(delivery).or_insert_with(none).about.extend(carried);
        }
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
            let mirrors = incident.mirrors.iter_mut();
            let waiting = mirrors.flat_map(|mirror| [mirror.not_before.as_mut(), mirror.said_at.as_mut()]);
            waiting.flatten().for_each(moved);
            if incident.status != Status::Resolved {
                let waiting = incident.notifications.iter_mut().map(|notification| &mut notification.due);
                waiting.for_each(moved);
                Timer::ALL.iter().for_each(|timer| incident.shift(*timer, by));
                incident.shift_storm(by);
            }
        }
        for dispatch in self.deliveries.values_mut() {
            moved(&mut dispatch.expires_at);
            dispatch.ask_at.iter_mut().for_each(moved);
            dispatch.hang_up.shift(by);
        }
        self.troubles.values_mut().for_each(moved);
        // One that was tried waits by our clock; what begins at an instant of the calendar does not move.
        let tried = self.notices.values_mut().filter(|notice| notice.failed > 0);
        tried.for_each(|notice| moved(&mut notice.due));
        self.paused.values_mut().chain(self.pages.values_mut().map(|page| &mut page.at)).for_each(moved);
        self.arrivals.values_mut().flatten().for_each(moved);
        self.shift_rooms(by);
        let keys = self.keys.values_mut();
        keys.flat_map(|it| it.fires.iter_mut().chain(it.last.as_mut().map(|last| &mut last.1)))
            .for_each(moved);
        self.directs.values_mut().filter_map(|direct| direct.not_before.as_mut()).for_each(moved);
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
            forgotten.extend(self.incidents.remove(&id).map(|incident| *incident));
        }
        self.messages.retain(|_, at| !old(*at));
        self.pages.retain(|_, page| !old(page.at));
        while self.pages.len() > PAGES_MAX {
            self.pages.pop_first();
        }
        while self.messages.len() > KEYS_MAX {
            self.messages.pop_first();
        }
        self.forget_keys(now);
        self.forget_muted(now);
        self.forget_rooms(now);
        self.paused.retain(|_, until| *until > now);
        self.changes.values_mut().for_each(|recent| recent.retain(|change| !old(change.at)));
        self.changes.retain(|_, recent| !recent.is_empty());
        self.forget_arrivals(now);
        forgotten
    }
}

impl State {
    /// Forgets keys that are not open: the old ones, and of the rest what is beyond the bound.
    fn forget_keys(&mut self, now: Timestamp) {
        let mut idle = 0_usize;
        self.keys.retain(|known| {
            let keep = known.open.is_some() || now.duration_since(known.heard_at) <= REMEMBERED;
            idle += usize::from(keep && known.open.is_none());
            keep
        });
        let mut beyond = idle.saturating_sub(KEYS_MAX);
        if beyond > 0 {
            self.keys.retain(|known| {
                let goes = beyond > 0 && known.open.is_none();
                beyond -= usize::from(goes);
                !goes
            });
        }
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
