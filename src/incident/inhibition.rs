//! Inhibition: what one alert explains is not told while people know of that one, and is told if it outlives it.
//!
//! A source mutes only while it fires and people have been told of it, at an urgency at least that of what it mutes; an
//! acknowledgement counts, a snooze for a day. What is held back itself is no source. Of those that mute each other the one
//! whose incident is older wins. When the source is over, what still fires is told after the rule's grace; a day after the
//! source was last heard of, it is told anyway. What people start, what nobody could read and what the server says itself is
//! never muted. All of this is asked of the state at each moment: nothing is remembered but what holds an incident back.

use super::entry::{AlertChange, Change, Entry, EscalationChange, ServerChange};
use super::escalation::later;
use super::inhibiting::{Inhibiting, Members, shared};
use super::noise_change::NoiseChange;
use super::parts::{AlertKey, HeldBack, Hold, Status};
use super::response::ResponseChange;
use super::state::{Alert, Incident};
use super::{Call, HANDLE_MAX, IncidentId};
use crate::actor::Origin;
use crate::alert::{Event, HEARTBEAT_KEY, UNPARSED};
use crate::config::{Inhibition, Urgency, field};
use crate::route::{Decision, OWN_INTEGRATION, PEOPLE};
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// For so long a source mutes without a word of its own, and while somebody has put it aside.
const UNHEARD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How many alerts are looked at for one that mutes another.
const SOURCES_MAX: usize = 100;

/// An alert that may be muted.
struct Target<'t> {
    integration: &'t str,
    dedup_key: &'t str,
    /// `None`: it is about to open.
    incident: Option<IncidentId>,
    urgency: Urgency,
    raise_at: Option<Timestamp>,
}

impl Call<'_> {
    /// What an entry means for the inhibitions in force.
    pub(super) fn follow_inhibitions(&mut self, entry: &Entry) {
        if self.inhibiting.is_idle() {
            return;
        }
        if matches!(entry.change, Change::Server(ServerChange::IntegrationRenamed { .. })) {
            self.inhibiting.forget();
            return self.inhibiting.keep(&self.config.inhibitions, self.state);
        }
        let Some(incident) = entry.incident.and_then(|id| self.state.incidents.get(&id)) else { return };
        let inhibiting = &mut *self.inhibiting;
        match &entry.change {
            Change::Alert(change) => match change {
                AlertChange::Opened(opened) => learn(inhibiting, incident, &opened.event),
                AlertChange::Moved(moved) => learn(inhibiting, incident, &moved.event),
                AlertChange::Joined { event, .. } | AlertChange::Updated { event, .. } => {
                    learn(inhibiting, incident, event);
                }
                AlertChange::Over { integration, dedup_key, .. }
                | AlertChange::Left { integration, dedup_key, .. } => {
                    inhibiting.touch(&(integration.clone(), dedup_key.clone()));
                }
                AlertChange::Counted { .. }
                | AlertChange::Repeated { .. }
                | AlertChange::Ignored { .. }
                | AlertChange::Noted { .. } => {}
            },
            Change::Escalation(change) => match change {
                EscalationChange::Raised { .. }
                | EscalationChange::PolicyChosen { .. }
                | EscalationChange::HeldBack(_)
                | EscalationChange::Released { .. }
                | EscalationChange::StepBegan(_)
                | EscalationChange::Told { .. } => inhibiting.touch_all(incident),
                EscalationChange::StepPassed { .. }
                | EscalationChange::NewcomersWait { .. }
                | EscalationChange::Dropped { .. }
                | EscalationChange::Moved { .. } => {}
            },
            Change::Response(change) => follow_response(inhibiting, incident, change),
            Change::Noise(change) => follow_noise(inhibiting, incident, change),
            Change::Server(_)
            | Change::Heartbeat(_)
            | Change::Delivery(_)
            | Change::RunTime(_)
            | Change::Steps(_)
            | Change::Notice(_) => {}
        }
    }

    /// Looks anew at what a changed source may mute, or no longer mutes; what remains comes up in the next call.
    pub(super) fn inhibit(&mut self) {
        let mut room = HANDLE_MAX;
        while room > 0 {
            let targets = self.inhibiting.next_targets(room);
            if targets.is_empty() {
                return;
            }
            room -= targets.len();
            let open: BTreeSet<IncidentId> = targets.iter().filter_map(|key| self.state.open(key)).collect();
            open.into_iter().for_each(|id| self.reconsider_inhibition(id));
        }
    }

    fn reconsider_inhibition(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        match &incident.held_back {
            Some(held) if held.by == Hold::Inhibition => self.reconsider_hold(id),
            Some(_) => {}
            // Whoever has it goes on having it; it is muted when it would be told again.
            None if incident.pages() => _ = self.silence_begins(id),
            None => {}
        }
    }

    /// What mutes an alert that is about to open.
    pub(super) fn inhibition_of_event(&self, event: &Event, decision: &Decision) -> Option<HeldBack> {
        let own = event.labels.contains_key(UNPARSED)
            || event.dedup_key == HEARTBEAT_KEY
            || event.integration == OWN_INTEGRATION;
        let target = Target {
            integration: &event.integration,
            dedup_key: &event.dedup_key,
            incident: None,
            urgency: decision.urgency.urgency,
            raise_at: decision.urgency.raise_at,
        };
        let value = |key: &str| field(event, decision.routed.severity, key);
        (!own).then(|| self.muted_by(&target, value)).flatten()
    }

    /// What mutes one alert of an incident.
    pub(super) fn inhibition_of(&self, incident: &Incident, alert: &Alert) -> Option<HeldBack> {
        if !may_be_muted(incident, alert) {
            return None;
        }
        let own = self.urgency_of(incident, alert).urgency;
        let target = Target {
            integration: &alert.integration,
            dedup_key: &alert.dedup_key,
            incident: Some(incident.id),
            urgency: if incident.lowered { incident.urgency } else { incident.urgency.max(own) },
            raise_at: incident.rare.raise_at,
        };
        self.muted_by(&target, |key: &str| incident.field_of(alert, key))
    }

    /// The source that mutes for longest.
    fn muted_by<'v>(&self, target: &Target, value: impl Fn(&str) -> Cow<'v, str>) -> Option<HeldBack> {
        if target.urgency == Urgency::None {
            return None;
        }
        let mut longest: Option<HeldBack> = None;
        for (n, rule) in self.config.inhibitions.iter().enumerate() {
            let Some(members) = self.met(n, rule, target.integration, &value) else { continue };
            let known = members.sources.iter().take(SOURCES_MAX);
            let others = known.filter(|key| !(key.0 == target.integration && key.1 == target.dedup_key));
            for (incident, alert) in others.filter_map(|key| self.firing(key)) {
                // An incident is quiet only while others mute all of it: what tells of itself would be held back by itself.
                if target.incident == Some(incident.id) {
                    continue;
                }
                let Some(until) = self.mutes_until(incident, alert, target) else { continue };
                if longest.as_ref().is_some_and(|held| held.until >= until) {
                    continue;
                }
                let older = target.incident.is_some_and(|own| own <= incident.id);
                if older && self.leads_back(&value, incident, alert) {
                    continue;
                }
                longest = Some(HeldBack {
                    by: Hold::Inhibition,
                    origin: Origin::File(rule.place.clone()),
                    reason: rule.reason.clone(),
                    until,
                    source: Some(incident.id),
                });
            }
        }
        longest
    }

    /// The alerts that share with this one what the rule asks for, if the rule mutes it.
    fn met<'v>(
        &self,
        n: usize,
        rule: &Inhibition,
        integration: &str,
        value: impl Fn(&str) -> Cow<'v, str>,
    ) -> Option<&Members> {
        let is_target = rule.mutes.mutes(&value);
        let shared = is_target.then(|| shared(n, rule, integration, &value)).flatten()?;
        self.inhibiting.members(&shared)
    }

    fn firing(&self, key: &AlertKey) -> Option<(&Incident, &Alert)> {
        let incident = self.incident(self.state.open(key)?)?;
        let alert = incident.alerts.iter().find(|alert| alert.lasts() && alert.is(&key.0, &key.1))?;
        Some((incident, alert))
    }

    /// Until when an alert mutes another as far as is known now, if people know of it and it is as urgent.
    fn mutes_until(&self, incident: &Incident, alert: &Alert, target: &Target) -> Option<Timestamp> {
        let aside = told(incident)?;
        let alone = incident.alerts.iter().filter(|other| other.lasts()).count() == 1;
        let urgency = match alone {
            true => incident.urgency,
            false => incident.urgency.min(self.urgency_of(incident, alert).urgency),
        };
        let raised = target.raise_at.filter(|_| urgency < Urgency::High);
        let until = later(alert.heard_at, UNHEARD_MAX).min(aside).min(raised.unwrap_or(Timestamp::MAX));
        (urgency >= target.urgency && until > self.now).then_some(until)
    }

    /// Whether an alert mutes, by rules one after the other, the source that would mute it.
    fn leads_back<'v>(
        &self,
        value: impl Fn(&str) -> Cow<'v, str>,
        incident: &Incident,
        source: &Alert,
    ) -> bool {
        let rules = &self.config.inhibitions;
        let of_source = |key: &str| incident.field_of(source, key);
        let mut reached: BTreeSet<usize> =
            (0..rules.len()).filter(|n| rules.get(*n).is_some_and(|it| it.source.matches(&value))).collect();
        // Each round reaches another rule, or is the last.
        for _ in 0..=rules.len() {
            let known: Vec<&Inhibition> = reached.iter().filter_map(|n| rules.get(*n)).collect();
            if known.iter().any(|rule| rule.mutes.mutes(of_source)) {
                return true;
            }
            let next = |rule: &Inhibition| known.iter().any(|known| known.mutes.may_overlap(&rule.source));
            let more: Vec<usize> = (0..rules.len())
                .filter(|n| !reached.contains(n) && rules.get(*n).is_some_and(next))
                .collect();
            if more.is_empty() {
                return false;
            }
            reached.extend(more);
        }
        true
    }

    /// Until when what an inhibition held back still waits, where its source is over; `None`: it is told now.
    pub(super) fn grace(&self, incident: &Incident, held: &HeldBack) -> Option<Timestamp> {
        if held.by != Hold::Inhibition || held.until <= self.now {
            return None;
        }
        let mut until = held.until;
        for alert in incident.alerts.iter().filter(|alert| alert.lasts()) {
            if self.muted(incident, alert).is_none() {
                until = until.min(later(self.now, self.grace_after_source(incident, alert)?));
            }
        }
        Some(until)
    }

    /// The shortest grace of the rules that mute an alert, none of whose sources fires any more.
    fn grace_after_source(&self, incident: &Incident, alert: &Alert) -> Option<SignedDuration> {
        if !may_be_muted(incident, alert) {
            return None;
        }
        let value = |key: &str| incident.field_of(alert, key);
        let mut shortest = None;
        for (n, rule) in self.config.inhibitions.iter().enumerate() {
            if !rule.mutes.mutes(value) || shared(n, rule, &alert.integration, value).is_none() {
                continue;
            }
            let members = self.met(n, rule, &alert.integration, value);
            let sources = members.iter().flat_map(|members| &members.sources).take(SOURCES_MAX);
            if sources.filter(|key| **key != alert.key()).any(|key| self.firing(key).is_some()) {
                return None;
            }
            shortest = Some(shortest.map_or(rule.grace, |known: SignedDuration| known.min(rule.grace)));
        }
        shortest
    }
}

fn follow_response(inhibiting: &mut Inhibiting, incident: &Incident, change: &ResponseChange) {
    match change {
        ResponseChange::Resolved { .. } => inhibiting.leave(incident),
        ResponseChange::Reopened { .. }
        | ResponseChange::TookOver { .. }
        | ResponseChange::Unmerged { .. }
        | ResponseChange::GaveBack { .. } => inhibiting.learn_all(incident),
        ResponseChange::Acknowledged { .. }
        | ResponseChange::Retriggered { .. }
        | ResponseChange::Reassigned { .. }
        | ResponseChange::GivenBack { .. }
        | ResponseChange::UrgencyChosen { .. }
        | ResponseChange::LetThrough { .. }
        | ResponseChange::MovedTo(_) => inhibiting.touch_all(incident),
        ResponseChange::AlsoAcknowledged { .. }
        | ResponseChange::Remarked { .. }
        | ResponseChange::Escalated { .. }
        | ResponseChange::PagedAlso { .. }
        | ResponseChange::Noted { .. }
        | ResponseChange::Merged { .. } => {}
    }
}

fn follow_noise(inhibiting: &mut Inhibiting, incident: &Incident, change: &NoiseChange) {
    match change {
        NoiseChange::Reopened(_) => inhibiting.learn_all(incident),
        NoiseChange::Flaps { integration, dedup_key, .. }
        | NoiseChange::Cleared { integration, dedup_key, .. }
        | NoiseChange::Calmed { integration, dedup_key, .. } => {
            inhibiting.touch(&(integration.clone(), dedup_key.clone()));
        }
    }
}

fn learn(inhibiting: &mut Inhibiting, incident: &Incident, event: &Event) {
    let alert = incident.alerts.iter().find(|alert| alert.is_of(event));
    alert.into_iter().for_each(|alert| inhibiting.learn(incident, alert));
}

fn may_be_muted(incident: &Incident, alert: &Alert) -> bool {
    let own = [OWN_INTEGRATION, PEOPLE].contains(&alert.integration.as_str());
    !incident.unread && !own && alert.dedup_key != HEARTBEAT_KEY
}

/// Whether people have been told of an incident, and until when that counts.
fn told(incident: &Incident) -> Option<Timestamp> {
    match incident.status {
        Status::Resolved => None,
        Status::Acknowledged => {
            let aside = incident.acknowledgement.as_ref().filter(|held| held.snoozed);
            Some(aside.map_or(Timestamp::MAX, |held| later(held.at, UNHEARD_MAX)))
        }
        Status::Triggered if incident.held_back.is_some() => None,
        Status::Triggered => {
            let told = match incident.urgency {
                Urgency::High => incident.escalation.as_ref().is_some_and(|step| !step.told.is_empty()),
                Urgency::Low => incident.low.is_some() && incident.rare.newcomers_due.is_none(),
                Urgency::None => false,
            };
            told.then_some(Timestamp::MAX)
        }
    }
}
