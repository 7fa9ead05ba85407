//! An incident that a person declares: as if an alert of the built-in integration `people` had come, for the service that they
//! named. Nothing silences, groups or folds it.

use super::{Call, Declare, IncidentId, Refused, Reply, message};
use crate::alert::{Action, Event, SUMMARY_MAX, Severity};
use crate::config::field;
use crate::reason::Why;
use crate::route::{self, Decision, PEOPLE, Routed};

/// The most of a description that is taken, in characters.
const DESCRIPTION_MAX: usize = 10_000;
/// The most of an idempotency key that counts, in characters.
const IDEMPOTENCY_KEY_MAX: usize = 200;

impl Call<'_> {
    pub(super) fn declare(&mut self, declare: Declare) {
        let Declare { service, summary, description, severity, by, via, idempotency_key } = declare;
        let summary = message::cut(summary.trim(), SUMMARY_MAX);
        let refused = match self.config.services.get(&service) {
            None => Some(Refused::Unknown(service.to_string())),
            Some(_) => summary.is_empty().then_some(Refused::Nothing),
        };
        if let Some(refused) = refused {
            self.turn.reply = Some(Reply::Refused(refused));
            return;
        }
        let key = match &idempotency_key {
            Some(key) => format!("key/{}", message::cut(key, IDEMPOTENCY_KEY_MAX)),
            None => format!("declared/{}", self.state.seq + 1),
        };
        if let Some(known) = self.declared(&key) {
            self.turn.reply = Some(Reply::Taken { opened: vec![known] });
            return;
        }
        let event = Event {
            integration: PEOPLE.to_owned(),
            dedup_key: key,
            severity: Some(severity.unwrap_or(Severity::Critical)),
            summary,
            description: message::cut(description.trim(), DESCRIPTION_MAX),
            ..Event::blank(Action::Trigger)
        };
        let severity = severity.unwrap_or(Severity::Critical);
        let known = self.config.services.get(&service);
        let urgency = route::urgency(known, severity, |key| field(&event, severity, key), self.now);
        let routed = Routed { service: Some(service), severity, rule: Why::Declared.into() };
        let decision = Decision { routed, urgency, silence: None };
        let id = self.opened(event, decision, (None, None, None), Some((by, via)));
        self.turn.reply = Some(Reply::Taken { opened: vec![id] });
    }

    /// The incident that was declared with this key within a day.
    fn declared(&self, key: &str) -> Option<IncidentId> {
        let known = self.state.keys.get(&(PEOPLE.to_owned(), key.to_owned()))?;
        known.open.or(known.last.as_ref().map(|last| last.0))
    }
}
