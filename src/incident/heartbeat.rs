//! Monitors that fall silent: an integration that must be heard from, and was not.
//!
//! Being late is an ordinary event of the integration and the next heartbeat an ordinary resolve, so routes, silences,
//! escalation and restarts are those of any alert. How late is late comes from the config; that a down time of our own
//! pages nobody, from `apply`, where a start counts anew.

use super::entry::HeartbeatChange;
use super::{Call, HANDLE_MAX};
use crate::alert::{Action, Event, HEARTBEAT, HEARTBEAT_KEY, Severity, UNPARSED};
use crate::config::field;
use crate::language::Notice;
use crate::reason::Why;
use crate::route;
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Heartbeats of one integration are recorded at most this often.
const HEARD_RECORDED: SignedDuration = SignedDuration::from_mins(1);

impl Call<'_> {
    /// For how long nothing more may be heard, where an event is a heartbeat; `None`: it is an event like any other.
    pub(super) fn heartbeat_of(&self, event: &Event) -> Option<SignedDuration> {
        let heartbeat = self.config.endpoints.get(event.integration.as_str())?.heartbeat.as_ref()?;
        let is_beat = match &heartbeat.when {
            None => event.action == Action::Beat,
            // That a watchdog no longer fires is no sign of life; nor is what cannot be read.
            Some(when) if event.action == Action::Trigger && !event.labels.contains_key(UNPARSED) => {
                let severity = route::route(self.config, event, self.now).severity;
                when.matches(|key| field(event, severity, key))
            }
            Some(_) => false,
        };
        is_beat.then(|| heartbeat.patience())
    }

    pub(super) fn beat(&mut self, integration: String, patience: SignedDuration) {
        let known = self.state.heartbeats.get(&integration);
        let missed = known.is_some_and(|heartbeat| heartbeat.due.is_none());
        let heard_at = known.and_then(|heartbeat| heartbeat.heard_at);
        let recently = heard_at.is_some_and(|at| self.now.duration_since(at) < HEARD_RECORDED);
        if recently && !missed {
            self.beats.insert(integration, self.now);
            return;
        }
        self.heard(integration.clone(), self.now, patience);
        let key = (integration, HEARTBEAT_KEY.to_owned());
        if let Some(id) = self.state.open(&key).filter(|_| missed) {
            let (integration, dedup_key) = key;
            let summary = self
                .config
                .organisation
                .language
                .notice(&Notice::HeartbeatBack { integration: &integration });
            self.alert_over(id, Event { integration, dedup_key, summary, ..Event::blank(Action::Resolve) });
        }
    }

    /// Whatever should have been heard by now.
    pub(super) fn miss_heartbeats(&mut self) {
        let now = self.now;
        let late = self.state.heartbeats.iter().filter(|(_, it)| it.due.is_some_and(|due| due <= now));
        let late: Vec<String> = late.map(|(integration, _)| integration.clone()).take(HANDLE_MAX).collect();
        for integration in late {
            self.miss(integration);
        }
    }

    fn miss(&mut self, integration: String) {
        let Some(known) = self.state.heartbeats.get(&integration).cloned() else { return };
        // What was heard in the meantime is recorded only now.
        let heard = self.beats.remove(&integration);
        if let Some(at) = heard.filter(|at| known.heard_at.is_none_or(|recorded| recorded < *at)) {
            return self.heard(integration, at, SignedDuration::from_secs(i64::from(known.patience_seconds)));
        }
        self.about_server(HeartbeatChange::Missed { integration: integration.clone() });
        let minutes = |since| u64::try_from(self.now.duration_since(since).as_mins()).unwrap_or(0);
        let notice = match known.heard_at {
            Some(at) => Notice::NoHeartbeat { integration: &integration, minutes: minutes(at) },
            None => Notice::NeverAHeartbeat { integration: &integration, minutes: minutes(known.since) },
        };
        let event = Event {
            summary: self.config.organisation.language.notice(&notice),
            dedup_key: HEARTBEAT_KEY.to_owned(),
            severity: Some(Severity::Critical),
            source: integration.clone(),
            labels: BTreeMap::from([(HEARTBEAT.to_owned(), "late".to_owned())]),
            started_at: known.due,
            integration,
            ..Event::blank(Action::Trigger)
        };
        self.event(event);
    }

    fn heard(&mut self, integration: String, at: jiff::Timestamp, patience: SignedDuration) {
        self.beats.remove(&integration);
        let patience_seconds = seconds(patience);
        self.about_server(HeartbeatChange::Heard { integration, at, patience_seconds });
    }

    /// Brings what is expected in line with the config in force.
    pub(super) fn expect_heartbeats(&mut self) {
        let config = self.config;
        let expected = config.endpoints.values().filter_map(|endpoint| {
            let heartbeat = endpoint.heartbeat.as_ref()?;
            Some((endpoint.id.to_string(), seconds(heartbeat.patience())))
        });
        let expected: BTreeMap<String, u32> = expected.collect();
        let known = self.state.heartbeats.keys();
        let gone: Vec<String> = known.filter(|known| !expected.contains_key(*known)).cloned().collect();
        for (integration, patience_seconds) in expected {
            let known = self.state.heartbeats.get(&integration);
            if known.is_none_or(|known| known.patience_seconds != patience_seconds) {
                self.about_server(HeartbeatChange::Expected { integration, patience_seconds });
            }
        }
        gone.into_iter().for_each(|integration| self.forget(integration));
    }

    fn forget(&mut self, integration: String) {
        let missed = self.state.heartbeats.get(&integration).is_some_and(|it| it.due.is_none());
        self.beats.remove(&integration);
        self.about_server(HeartbeatChange::Forgotten { integration: integration.clone() });
        let key = (integration, HEARTBEAT_KEY.to_owned());
        if let Some(id) = self.state.open(&key).filter(|_| missed) {
            let (integration, dedup_key) = key;
            let why = Why::HeartbeatNotExpected;
            self.alert_over_by_rule(id, integration, dedup_key, why);
        }
    }
}

fn seconds(patience: SignedDuration) -> u32 {
    u32::try_from(patience.as_secs()).unwrap_or(u32::MAX)
}
