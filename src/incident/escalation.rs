//! Who is told next: steps, the fallback, low urgency, and what falls due.

use super::entry::{Change, Planned, Step, Told};
use super::state::{Escalation, Incident, Purpose, Silenced, Status};
use super::{Call, IncidentId};
use crate::config::{Config, Contact, ContactRule, EscalationPolicy, Id, Notify, Urgency, User};
use crate::route;
use crate::schedule::{Source, UserId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How often the fallback's last step is repeated at first, and how many times.
const FALLBACK_REPEAT: SignedDuration = SignedDuration::from_mins(15);
const FALLBACK_QUICK_MAX: u32 = 4;
/// How often after that.
const FALLBACK_LATER: SignedDuration = SignedDuration::from_hours(1);

/// Where in a policy.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Position {
    fallback: bool,
    step: usize,
    round: u32,
}

/// Who is in a step at an instant.
#[derive(Clone, Default)]
pub(super) struct Members {
    /// Each with the reason why.
    pub people: BTreeMap<UserId, String>,
    pub shadows: BTreeMap<UserId, String>,
}

impl Call<'_> {
    /// Starts what the incident's urgency asks for, unless it is silenced or somebody has it.
    pub(super) fn begin(&mut self, id: IncidentId) {
        if self.silence_begins(id) {
            return;
        }
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        match incident.urgency {
            Urgency::High => {
                let fallback = self.has_no_policy(id);
                self.begin_from(id, Position { fallback, step: 0, round: 0 });
            }
            Urgency::Low => self.tell_low(id),
            Urgency::None => {}
        }
    }

    /// Whether its service or the policy of that is gone, so that only the fallback can answer.
    pub(super) fn has_no_policy(&self, id: IncidentId) -> bool {
        let service = self.incident(id).and_then(|incident| incident.service.as_ref());
        service.is_none_or(|service| self.policy_of(service).is_none())
    }

    fn policy_of(&self, service: &Id) -> Option<&EscalationPolicy> {
        self.config.policies.get(&self.config.services.get(service)?.policy)
    }

    /// The policy in force for an incident; the fallback where its service or policy is gone.
    pub(super) fn policy(&self, id: IncidentId, fallback: bool) -> Option<&EscalationPolicy> {
        let own = self.incident(id)?.service.as_ref().and_then(|service| self.policy_of(service));
        own.filter(|_| !fallback).or_else(|| self.config.policies.get(&self.config.organisation.fallback))
    }

    /// Begins the first step, from `at` on, that reaches somebody.
    fn begin_from(&mut self, id: IncidentId, mut at: Position) {
        let mut passed = 0;
        loop {
            let Some(policy) = self.policy(id, at.fallback) else { return };
            let (length, repeat) = (policy.steps.len(), policy.repeat);
            let last = at.step + 1 >= length;
            let Some(step) = policy.steps.get(at.step).cloned() else { return };
            let members = members(self.config, &step.notify, self.now, at.fallback);
            let people = self.plans(&members.people, Urgency::High);
            let reaches = people.iter().any(|told| !told.contacts.is_empty());
            if reaches || (at.fallback && last) {
                let wait = if at.fallback && last { fallback_wait(at.round) } else { step.wait };
                let shadows = self.shadow_plans(&members.shadows);
                let policy = policy.id.clone();
                let step = Step {
                    policy,
                    fallback: at.fallback,
                    step: at.step as u32,
                    round: at.round,
                    people,
                    shadows,
                    deadline: later(self.now, wait),
                    rule: step.place.to_string(),
                };
                return self.about(id, Change::StepBegan(step));
            }
            let why = "nobody in it can be told".to_owned();
            let (policy, rule) = (policy.id.clone(), step.place.to_string());
            let (fallback, round) = (at.fallback, at.round);
            self.about(id, Change::StepPassed { policy, fallback, step: at.step as u32, round, rule, why });
            passed += 1;
            at = match following(at, length, repeat) {
                // A whole policy that reaches nobody is not repeated.
                next if passed >= length && !at.fallback && !next.fallback => {
                    Position { fallback: true, step: 0, round: 0 }
                }
                next => next,
            };
        }
    }

    /// Somebody asks for the next step: what was not urgent has become so.
    pub(super) fn escalate(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        if incident.urgency != Urgency::High {
            let rule = "asked for".to_owned();
            self.about(id, Change::Raised { urgency: Urgency::High, raise_at: None, rule });
        }
        self.advance(id);
    }

    /// The running step; where none runs, the first, as if it had been told.
    pub(super) fn running(&self, id: IncidentId) -> Option<Escalation> {
        let running = self.incident(id)?.escalation.clone();
        let first = || {
            let policy = self.policy(id, false)?.id.clone();
            let fallback = self.has_no_policy(id);
            let (began_at, deadline) = (self.now, self.now);
            Some(Escalation {
                policy,
                fallback,
                step: 0,
                round: 0,
                began_at,
                deadline,
                told: Vec::new(),
                reached: false,
            })
        };
        running.or_else(first)
    }

    /// How long the running step waits for somebody.
    pub(super) fn wait_of(&self, id: IncidentId, running: &Escalation) -> SignedDuration {
        let steps = self.policy(id, running.fallback).map_or(&[][..], |policy| &policy.steps);
        let step = steps.get(running.step as usize).or(steps.last());
        match step {
            Some(step) if !running.fallback || (running.step as usize) + 1 < steps.len() => step.wait,
            _ => fallback_wait(running.round),
        }
    }

    /// The step after the running one begins, because its wait has passed or somebody asks for it.
    pub(super) fn advance(&mut self, id: IncidentId) {
        let Some(escalation) = self.running(id) else { return };
        let at = Position {
            fallback: escalation.fallback,
            step: escalation.step as usize,
            round: escalation.round,
        };
        let Some(policy) = self.policy(id, at.fallback) else { return };
        let next = following(at, policy.steps.len(), policy.repeat);
        self.begin_from(id, next);
    }

    /// The service or its policy is gone: the fallback answers.
    pub(super) fn advance_to_fallback(&mut self, id: IncidentId) {
        self.begin_from(id, Position { fallback: true, step: 0, round: 0 });
    }

    /// Nobody told in the running step can be reached any more: the next begins at once.
    pub(super) fn pass_if_unreachable(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        let Some(escalation) = incident.escalation.clone().filter(|escalation| !escalation.reached) else {
            return;
        };
        let pending = |told: &UserId| {
            incident.notifications.iter().any(|found| found.purpose == Purpose::Page && found.user == *told)
        };
        let last = self
            .policy(id, escalation.fallback)
            .is_none_or(|policy| escalation.step as usize + 1 >= policy.steps.len());
        if escalation.told.iter().any(pending) || (escalation.fallback && last) {
            return;
        }
        let rule = self
            .policy(id, escalation.fallback)
            .and_then(|policy| policy.steps.get(escalation.step as usize))
            .map_or_else(String::new, |step| step.place.to_string());
        let why = "every contact of everybody in it failed".to_owned();
        let (policy, fallback) = (escalation.policy, escalation.fallback);
        let (step, round) = (escalation.step, escalation.round);
        self.about(id, Change::StepPassed { policy, fallback, step, round, rule, why });
        self.advance(id);
    }

    /// Low urgency: the first step is told once, by `low` rules.
    fn tell_low(&mut self, id: IncidentId) {
        let Some(policy) = self.policy(id, false) else { return };
        let Some(step) = policy.steps.first().cloned() else { return };
        let members = members(self.config, &step.notify, self.now, false);
        let people = self.plans(&members.people, Urgency::Low);
        let rule = step.place.to_string();
        self.about(id, Change::Told { people, purpose: Purpose::Page, in_step: false, rule });
        let shadows = self.shadow_plans(&members.shadows);
        if !shadows.is_empty() {
            let rule = step.place.to_string();
            self.about(id, Change::Told { people: shadows, purpose: Purpose::Shadow, in_step: false, rule });
        }
    }

    /// Plans what `inform:` asks for, counted from the incident's opening.
    pub(super) fn inform(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let Some(service) = incident.service.as_ref().and_then(|service| self.config.services.get(service))
        else {
            return;
        };
        let from = incident.opened_at.max(self.now - SignedDuration::from_hours(24 * 365));
        let mut people: BTreeMap<UserId, Told> = BTreeMap::new();
        for inform in &service.inform {
            let rule = inform.place.to_string();
            let told = people.entry(inform.user.clone()).or_insert_with(|| Told {
                user: inform.user.clone(),
                because: format!("inform ({rule})"),
                contacts: Vec::new(),
            });
            told.contacts.push(Planned { by: inform.by, due: later(from, inform.after).max(self.now), rule });
        }
        if !people.is_empty() {
            let rule = service.place.to_string();
            let people = people.into_values().collect();
            self.about(id, Change::Told { people, purpose: Purpose::Inform, in_step: false, rule });
        }
    }

    /// What each person's rules plan, from now on.
    pub(super) fn plans(&self, people: &BTreeMap<UserId, String>, urgency: Urgency) -> Vec<Told> {
        let known = people.iter().filter_map(|(id, because)| Some((self.config.users.get(id)?, because)));
        known.map(|(user, because)| self.plan(user, because, urgency)).collect()
    }

    /// Shadows are told by Slack, never called.
    fn shadow_plans(&self, shadows: &BTreeMap<UserId, String>) -> Vec<Told> {
        let mut plans = self.plans(shadows, Urgency::Low);
        plans.iter_mut().for_each(|told| told.contacts.retain(|planned| planned.by == Contact::Slack));
        plans
    }

    pub(super) fn plan(&self, user: &User, because: &str, urgency: Urgency) -> Told {
        let rules: &[ContactRule] = if urgency == Urgency::High { &user.high } else { &user.low };
        let planned = rules.iter().map(|rule| Planned {
            by: rule.by,
            due: later(self.now, rule.after),
            rule: rule.place.to_string(),
        });
        Told { user: user.id.clone(), because: because.to_owned(), contacts: planned.collect() }
    }

    /// One thing about an incident that has fallen due.
    pub(super) fn due_incident(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id) else { return };
        let past = |at: Option<Timestamp>| at.is_some_and(|at| at <= self.now);
        let stale = incident.alerts.iter().any(|alert| alert.firing && past(alert.stale_at));
        if stale {
            self.stale(id);
        } else if past(incident.quiet_at()) {
            let why = "acknowledged, and no event since".to_owned();
            self.resolve_by_rule(id, "auto_resolve_after".to_owned(), why);
        } else if incident.silenced.as_ref().is_some_and(|silenced| silenced.until <= self.now) {
            self.reconsider_silence(id);
        } else if past(incident.acknowledged_until) {
            let why = "acknowledged, but not resolved in time".to_owned();
            let rule = self.service_rule(id);
            self.about(id, Change::Retriggered { why, rule });
            self.begin(id);
        } else if !self.silence_begins(id) {
            match self.incident(id).and_then(|incident| incident.raise_at).filter(|at| *at <= self.now) {
                Some(_) => self.raise(id),
                None => self.advance(id),
            }
        }
    }

    fn service_rule(&self, id: IncidentId) -> String {
        let service =
            self.incident(id).and_then(|incident| self.config.services.get(incident.service.as_ref()?));
        service.map_or_else(String::new, |service| service.place.to_string())
    }

    fn silence(&self, id: IncidentId) -> Option<Silenced> {
        let incident = self.incident(id)?;
        let found =
            route::silence(self.config, incident.service.as_deref(), |key| incident.field(key), self.now);
        let (silence, until) = found?;
        Some(Silenced { rule: silence.place.to_string(), reason: silence.reason.clone(), until })
    }

    /// Before anything more is told: whether a silence has begun since.
    pub(super) fn silence_begins(&mut self, id: IncidentId) -> bool {
        let heard = |incident: &Incident| incident.status != Status::Resolved && incident.silenced.is_none();
        let may = self.incident(id).is_some_and(heard);
        let Some(silenced) = self.silence(id).filter(|_| may) else { return false };
        self.about(id, Change::Silenced(silenced));
        self.hang_up_needless(id, None);
        true
    }

    /// Whether what silences it still does, or another silence: if none, what still fires is paged now.
    pub(super) fn reconsider_silence(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|it| it.status != Status::Resolved) else { return };
        let Some(held) = incident.silenced.clone() else { return };
        match self.silence(id) {
            Some(silenced) if silenced == held => {}
            Some(silenced) => self.about(id, Change::Silenced(silenced)),
            None => {
                let ticket = self.ticket_at(incident, incident.severity);
                self.about(id, Change::Unsilenced { rule: held.rule, ticket });
                self.begin(id);
            }
        }
    }
}

/// `at` and so much later, as far as time goes.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn fallback_wait(round: u32) -> SignedDuration {
    if round < FALLBACK_QUICK_MAX { FALLBACK_REPEAT } else { FALLBACK_LATER }
}

/// The position after this one. A policy runs `1 + repeat` times, then the fallback; the fallback's last step repeats.
fn following(at: Position, length: usize, repeat: u32) -> Position {
    let last = at.step + 1 >= length;
    match (last, at.fallback) {
        (false, _) => Position { step: at.step + 1, ..at },
        (true, true) => Position { step: length.saturating_sub(1), round: at.round.saturating_add(1), ..at },
        (true, false) if at.round < repeat => Position { step: 0, round: at.round + 1, ..at },
        (true, false) => Position { fallback: true, step: 0, round: 0 },
    }
}

/// Who is in a step at an instant. In the fallback somebody who is off is told all the same.
pub(super) fn members(config: &Config, notify: &[Notify], now: Timestamp, fallback: bool) -> Members {
    let mut members = Members::default();
    for target in notify {
        match target {
            Notify::User(user) => {
                if fallback || config.schedules.is_off(user, now).is_none() {
                    members.people.entry(user.clone()).or_insert_with(|| "named in the step".to_owned());
                }
            }
            Notify::Schedule(schedule) => {
                let on_call = config.schedules.on_call(schedule, now);
                let because = match &on_call.source {
                    Source::Nobody => format!("on call on {schedule}"),
                    Source::Layer(layer) => format!("on call on {schedule} (layer {layer})"),
                    Source::Override(place) => format!("on call on {schedule} (override {place})"),
                };
                for user in on_call.users {
                    members.people.entry(user).or_insert_with(|| because.clone());
                }
                for user in on_call.shadows {
                    members.shadows.entry(user).or_insert_with(|| because.clone());
                }
            }
        }
    }
    let people = &members.people;
    members.shadows.retain(|user, _| !people.contains_key(user));
    members
}
