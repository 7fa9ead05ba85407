//! The rules of an integration, at an event and at a commit: what is dropped, and what a new rule closes.
//!
//! A rule drops only what fires; what resolves or acknowledges an open key always passes. An open alert that a rule drops
//! from now on is over by that rule's name: when a commit brings the rule, and where its monitor says it again. What the
//! rules make of an event is decided in [`route`](crate::route).

use super::alerts::REPEAT_RECORDED;
use super::entry::AlertChange;
use super::parts::{AlertKey, Status};
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{Call, IncidentId};
use crate::actor::{Actor, Via};
use crate::alert::{Event, HEARTBEAT_KEY};
use crate::config::{Config, EventRule};
use crate::reason::{Rule, Why};
use crate::route::{Ruled, rules, why_dropped};

impl Call<'_> {
    /// An event as the rules of its integration make it; `None`: it is dropped, which is said.
    pub(super) fn ruled(&mut self, open: Option<IncidentId>, event: Event) -> Option<Event> {
        let Ruled { event, dropped } = rules(self.config, event);
        match dropped {
            None => Some(event),
            Some(why) => {
                self.drop_event(open, event, why);
                None
            }
        }
    }

    /// An update by the rules: they see the words that it leaves as they were, and change none of those.
    pub(super) fn update_by_rules(&self, incident: &Incident, update: Event) -> Event {
        let known = |new: &str, known: &str| if new.is_empty() { known.to_owned() } else { new.to_owned() };
        let mut seen = update.clone();
        seen.summary = known(&update.summary, &incident.summary);
        seen.description = known(&update.description, &incident.description);
        seen.source = known(&update.source, &incident.source);
        for (name, value) in incident.labels.iter() {
            seen.labels.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        let Event { summary, description, source, severity, labels, by_rules, .. } =
            rules(self.config, seen).event;
        let said = |new: String, update: &str| if update.is_empty() { String::new() } else { new };
        Event {
            summary: said(summary, &update.summary),
            description: said(description, &update.description),
            source: said(source, &update.source),
            severity: severity.filter(|_| update.severity.is_some()),
            labels,
            by_rules,
            ..update
        }
    }

    fn drop_event(&mut self, open: Option<IncidentId>, event: Event, why: Why) {
        let key = (event.integration.clone(), event.dedup_key.clone());
        let known = self.state.keys.get(&key);
        let recorded = known.and_then(|known| known.dropped_at.as_deref().copied());
        let often = recorded.is_some_and(|at| self.now.duration_since(at) < REPEAT_RECORDED);
        let fires = open.filter(|id| self.incident(*id).is_some_and(|incident| fires(incident, &key)));
        if often && fires.is_none() {
            return;
        }
        let rule_why = why.clone();
        self.record(open, AlertChange::Ignored { event: Box::new(event), why });
        if let Some(id) = fires {
            self.over_by_rule_of_integration(id, key, rule_why);
        }
    }

    /// The alerts of an incident that fire and that a rule drops which `previous` did not have are over.
    pub(super) fn drop_what_is_open(&mut self, id: IncidentId, previous: Option<&Config>) {
        let Some(previous) = previous else { return };
        let Some(incident) = self.incident(id).filter(|it| it.status != Status::Resolved && !it.unread)
        else {
            return;
        };
        let firing = incident.alerts.iter().filter(|alert| alert.lasts() && alert.dedup_key != HEARTBEAT_KEY);
        let dropped: Vec<(AlertKey, Why)> = firing
            .filter_map(|alert| Some((alert.key(), self.dropped_by_a_new_rule(incident, alert, previous)?)))
            .collect();
        for (key, why) in dropped {
            self.over_by_rule_of_integration(id, key, why);
        }
    }

    /// By its words as they are kept: those that older rules have made.
    fn dropped_by_a_new_rule(&self, incident: &Incident, alert: &Alert, previous: &Config) -> Option<Why> {
        let rules_of =
            |config: &'_ Config| config.endpoints.get(alert.integration.as_str()).map(|it| it.rules.clone());
        let now = self.config.endpoints.get(alert.integration.as_str())?;
        if now.rules.is_empty() {
            return None;
        }
        let before: Vec<EventRule> = rules_of(previous).unwrap_or_default();
        let is_new = |rule: &&EventRule| {
            let mut known = before.iter().filter(|known| known.drops().is_some());
            rule.drops().is_some() && !known.any(|known| known.when == rule.when)
        };
        let drops = |rule: &&EventRule| {
            let when = rule.when.as_ref();
            when.is_some_and(|when| when.mutes(|key| incident.field_of(alert, key)))
        };
        now.rules.iter().filter(is_new).find(drops).and_then(why_dropped)
    }

    /// One of its alerts is over, and the incident where no other fires, in the name of the rule.
    fn over_by_rule_of_integration(&mut self, id: IncidentId, key: AlertKey, why: Why) {
        let Some(incident) = self.incident(id) else { return };
        let others = incident.alerts.iter().any(|other| other.lasts() && !other.is(&key.0, &key.1));
        let (integration, dedup_key) = key;
        if others {
            return self.about(id, AlertChange::Over { integration, dedup_key, event: None, why });
        }
        let rule = Rule::from(why.clone()).place().map(ToString::to_string);
        let (by, via) = (Actor::Rule(rule.unwrap_or(integration)), Via::Rule);
        self.about(id, ResponseChange::Resolved { by, via, why, event: None, reason: None });
        self.hang_up_needless(id, None);
    }
}

fn fires(incident: &Incident, key: &AlertKey) -> bool {
    incident.alerts.iter().any(|alert| alert.lasts() && alert.is(&key.0, &key.1))
}
