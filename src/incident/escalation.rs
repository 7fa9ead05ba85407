//! Who is told next: steps, the fallback, low urgency, and what falls due.

use super::entry::{EscalationChange, StepStart};
use super::parts::{Escalation, StepAt};
use super::planned::{Again, PlannedContact, Purpose, Recipient};
use super::state::Incident;
use super::step_change::StepsChange;
use super::{Call, IncidentId};
use crate::config::{Config, EscalationPolicy, Id, Notify, Urgency, User};
use crate::reason::{Because, Why};
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

impl Position {
    /// The position in this policy, as it is stored.
    fn of(self, policy: &Id) -> StepAt {
        let step = u32::try_from(self.step).unwrap_or(u32::MAX);
        StepAt { policy: policy.clone(), fallback: self.fallback, step, round: self.round }
    }
}

impl From<&StepAt> for Position {
    fn from(at: &StepAt) -> Position {
        Position { fallback: at.fallback, step: at.step as usize, round: at.round }
    }
}

/// Who is in a step at an instant.
#[derive(Clone, Default)]
pub(super) struct Members {
    /// Each with the reason why.
    pub people: BTreeMap<UserId, Because>,
    /// The same people in the order of the file.
    pub order: Vec<UserId>,
    pub shadows: BTreeMap<UserId, Because>,
}

impl Members {
    fn add(&mut self, user: UserId, because: &Because) {
        if !self.people.contains_key(&user) {
            self.order.push(user.clone());
            self.people.insert(user, because.clone());
        }
    }

    /// Only this person of those who are told.
    fn only(&mut self, user: &UserId) {
        self.people.retain(|known, _| known == user);
        self.order.retain(|known| known == user);
    }
}

impl Call<'_> {
    /// Starts what the incident's urgency asks for, unless it is silenced or somebody has it.
    pub(super) fn begin(&mut self, id: IncidentId) {
        if !self.silence_begins(id) {
            self.begin_opened(id);
        }
    }

    /// The same for one that has just opened, for which silences were looked up.
    pub(super) fn begin_opened(&mut self, id: IncidentId) {
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
        let Some(incident) = self.incident(id) else { return true };
        let chosen = incident
            .own_policy
            .chosen
            .as_ref()
            .is_some_and(|policy| self.config.policies.contains_key(policy));
        let own = || incident.service.as_ref().is_some_and(|service| self.policy_of(service).is_some());
        !chosen && !own()
    }

    fn policy_of(&self, service: &Id) -> Option<&EscalationPolicy> {
        self.config.policies.get(&self.config.services.get(service)?.policy)
    }

    /// The policy in force for an incident: the one that was chosen for it, else its service's, else the fallback.
    pub(super) fn policy(&self, id: IncidentId, fallback: bool) -> Option<&EscalationPolicy> {
        let incident = self.incident(id)?;
        let chosen = incident.own_policy.chosen.as_ref().and_then(|policy| self.config.policies.get(policy));
        let own = || incident.service.as_ref().and_then(|service| self.policy_of(service));
        chosen
            .or_else(own)
            .filter(|_| !fallback)
            .or_else(|| self.config.policies.get(&self.config.organisation.fallback))
    }

    /// Begins the first step, from `at` on, that reaches somebody.
    fn begin_from(&mut self, id: IncidentId, mut at: Position) {
        let mut passed = 0;
        loop {
            let Some(policy) = self.policy(id, at.fallback) else { return };
            let (length, repeat, named) = (policy.steps.len(), policy.repeat, at.of(&policy.id));
            let last = at.step + 1 >= length;
            let Some(step) = policy.steps.get(at.step).cloned() else { return };
            let mut members = members(self.config, &step.notify, self.now, at.fallback);
            let turn = self.turn_of(id, &step, &named, &members.order, &[]);
            turn.iter().for_each(|turn| members.only(&turn.user));
            let people = self.plans(&members.people, Urgency::High);
            let reaches = people.iter().any(|told| !told.contacts.is_empty());
            if reaches || (at.fallback && last) {
                let wait = if at.fallback && last { fallback_wait(at.round) } else { step.wait };
                let shadows = self.shadow_plans(&members.shadows);
                let (at, rule) = (named, step.place);
                let deadline = later(self.now, wait);
                turn.into_iter().for_each(|turn| self.about(id, StepsChange::Chosen(turn)));
                let step = StepStart { at, people, shadows, deadline, rule };
                return self.about(id, EscalationChange::StepBegan(step));
            }
            let (passed_at, rule, why) = (named, Some(step.place), Why::NobodyCanBeTold);
            self.about(id, EscalationChange::StepPassed { at: passed_at, rule, why });
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
        self.make_urgent(id);
        if self.incident(id).is_some_and(Incident::pages) {
            self.advance(id);
        }
    }

    /// Somebody asks for this step of its policy, counted from 0.
    pub(super) fn escalate_to(&mut self, id: IncidentId, step: u32) {
        self.make_urgent(id);
        if self.incident(id).is_some_and(Incident::pages) {
            let at = Position { fallback: false, step: step as usize, round: 0 };
            self.begin_from(id, at);
        }
    }

    fn make_urgent(&mut self, id: IncidentId) {
        if self.incident(id).is_some_and(|incident| incident.pages() && incident.urgency != Urgency::High) {
            let rule = Why::AskedFor.into();
            self.about(id, EscalationChange::Raised { urgency: Urgency::High, raise_at: None, rule });
        }
    }

    /// Begins that step anew, or the first where there is no such step any more.
    pub(super) fn begin_at(&mut self, id: IncidentId, at: &StepAt) {
        if self.silence_begins(id) {
            return;
        }
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        let gone = !at.fallback && self.has_no_policy(id);
        let known = self.policy(id, at.fallback).is_some_and(|it| (at.step as usize) < it.steps.len());
        if incident.urgency != Urgency::High || gone || !known {
            return self.begin_opened(id);
        }
        self.begin_from(id, Position::from(at));
    }

    /// The running step; where none runs, the first, as if it had been told.
    pub(super) fn running(&self, id: IncidentId) -> Option<Escalation> {
        let incident = self.incident(id)?;
        let running = incident.escalation.as_deref().cloned();
        let first = || {
            let at = Position { fallback: self.has_no_policy(id), step: 0, round: 0 };
            // Where somebody had taken it, the step that ran then.
            let at =
                incident.left_at.as_deref().cloned().or_else(|| Some(at.of(&self.policy(id, false)?.id)))?;
            let (began_at, deadline) = (self.now, self.now);
            Some(Escalation { at, began_at, deadline, told: Vec::new(), reached: Vec::new(), leaving: None })
        };
        running.or_else(first)
    }

    /// How long the running step waits for somebody.
    pub(super) fn wait_of(&self, id: IncidentId, running: &Escalation) -> SignedDuration {
        let at = &running.at;
        let steps = self.policy(id, at.fallback).map_or(&[][..], |policy| &policy.steps);
        match steps.get(at.step as usize).or(steps.last()) {
            Some(step) if !at.fallback || (at.step as usize) + 1 < steps.len() => step.wait,
            Some(_) | None => fallback_wait(at.round),
        }
    }

    /// The step after the running one begins, because its wait has passed or somebody asks for it.
    pub(super) fn advance(&mut self, id: IncidentId) {
        let Some(escalation) = self.running(id) else { return };
        let at = Position::from(&escalation.at);
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
        self.pass_low_if_unreachable(id);
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        let Some(escalation) = incident.escalation.clone().filter(|escalation| !escalation.is_reached())
        else {
            return;
        };
        let pending = |told: &UserId| {
            incident.notifications.iter().any(|found| found.purpose == Purpose::Page && found.user == *told)
        };
        if escalation.told.iter().any(pending) || self.next_in_turn(id, &escalation) {
            return;
        }
        let at = escalation.at;
        let steps = self.policy(id, at.fallback).map_or(&[][..], |policy| &policy.steps);
        let last = at.step as usize + 1 >= steps.len();
        if at.fallback && last {
            return;
        }
        let rule = steps.get(at.step as usize).map(|step| step.place.clone());
        self.about(id, EscalationChange::StepPassed { at, rule, why: Why::EveryContactFailed });
        self.advance(id);
    }

    /// Low urgency: the first step that reaches somebody is told once, by `low` rules; the fallback where none does.
    pub(super) fn tell_low(&mut self, id: IncidentId) {
        let fallback = self.has_no_policy(id);
        self.tell_low_from(id, Position { fallback, step: 0, round: 0 });
    }

    fn tell_low_from(&mut self, id: IncidentId, mut at: Position) {
        loop {
            let Some(policy) = self.policy(id, at.fallback) else { return };
            let (length, position) = (policy.steps.len(), at.of(&policy.id));
            let Some(step) = policy.steps.get(at.step).cloned() else { return };
            let last = at.step + 1 >= length;
            let members = members(self.config, &step.notify, self.now, at.fallback);
            let mut people = self.plans(&members.people, Urgency::Low);
            if at.fallback && last && people.iter().all(|told| told.contacts.is_empty()) {
                // Nobody is left: better by the rules for what is urgent than not at all.
                people = self.plans(&members.people, Urgency::High);
            }
            if (at.fallback && last) || people.iter().any(|told| !told.contacts.is_empty()) {
                let (rule, in_step, low) = (step.place, false, Some(position));
                let purpose = Purpose::Page;
                self.about(id, EscalationChange::Told { people, purpose, in_step, rule: rule.clone(), low });
                let shadows = self.shadow_plans(&members.shadows);
                if !shadows.is_empty() {
                    let purpose = Purpose::Shadow;
                    let people = shadows;
                    self.about(id, EscalationChange::Told { people, purpose, in_step, rule, low: None });
                }
                return;
            }
            let (rule, why) = (Some(step.place), Why::NobodyCanBeTold);
            self.about(id, EscalationChange::StepPassed { at: position, rule, why });
            at = match last {
                true => Position { fallback: true, step: 0, round: 0 },
                false => Position { step: at.step + 1, ..at },
            };
        }
    }

    /// Nobody told at low urgency can be reached: the next step is told.
    fn pass_low_if_unreachable(&mut self, id: IncidentId) {
        let Some(incident) = self.incident(id).filter(|incident| incident.pages()) else { return };
        let Some(low) = incident.low.clone().filter(|low| !low.reached) else { return };
        let waits = incident.notifications.iter().any(|found| found.purpose == Purpose::Page);
        if waits || incident.urgency != Urgency::Low || incident.escalation.is_some() {
            return;
        }
        let at = Position::from(&low.at);
        let steps = self.policy(id, at.fallback).map_or(&[][..], |policy| &policy.steps);
        let (last, rule) = (at.step + 1 >= steps.len(), steps.get(at.step).map(|step| step.place.clone()));
        if at.fallback && last {
            return;
        }
        self.about(id, EscalationChange::StepPassed { at: low.at, rule, why: Why::EveryContactFailed });
        let next = match last {
            true => Position { fallback: true, step: 0, round: 0 },
            false => Position { step: at.step + 1, ..at },
        };
        self.tell_low_from(id, next);
    }

    /// Plans what `inform:` asks for, counted from the incident's opening.
    pub(super) fn inform(&mut self, id: IncidentId) {
        self.inform_since(id, None);
    }

    /// The same for what was not due by then.
    pub(super) fn inform_since(&mut self, id: IncidentId, told_until: Option<Timestamp>) {
        let Some(incident) = self.incident(id) else { return };
        let Some(service) = incident.service.as_ref().and_then(|service| self.config.services.get(service))
        else {
            return;
        };
        let from = incident.opened_at.max(self.now - SignedDuration::from_hours(24 * 365));
        let mut people: BTreeMap<UserId, Recipient> = BTreeMap::new();
        let new = |after| told_until.is_none_or(|until| later(from, after) > until);
        for inform in service.inform.iter().filter(|inform| new(inform.after)) {
            let told = people.entry(inform.user.clone()).or_insert_with(|| Recipient {
                user: inform.user.clone(),
                because: Because::Inform(inform.place.clone()),
                contacts: Vec::new(),
            });
            let due = later(from, inform.after).max(self.now);
            let (by, to, again, rule) = (inform.by, None, None, inform.place.clone());
            told.contacts.push(PlannedContact { by, to, due, again, rule });
        }
        if !people.is_empty() {
            let rule = service.place.clone();
            let people = people.into_values().collect();
            self.about(
                id,
                EscalationChange::Told { people, purpose: Purpose::Inform, in_step: false, rule, low: None },
            );
        }
    }

    /// What each person's rules plan, from now on.
    pub(super) fn plans(&self, people: &BTreeMap<UserId, Because>, urgency: Urgency) -> Vec<Recipient> {
        let known = people.iter().filter_map(|(id, because)| Some((self.config.users.get(id)?, because)));
        known.map(|(user, because)| self.plan(user, because.clone(), urgency)).collect()
    }

    /// Shadows are told only by what does not ring.
    fn shadow_plans(&self, shadows: &BTreeMap<UserId, Because>) -> Vec<Recipient> {
        let mut plans = self.plans(shadows, Urgency::Low);
        plans.iter_mut().for_each(|told| told.contacts.retain(|planned| planned.by.method().tells_shadows));
        plans
    }

    pub(super) fn plan(&self, user: &User, because: Because, urgency: Urgency) -> Recipient {
        let rules = if urgency == Urgency::High { &user.high } else { &user.low };
        let planned = rules.iter().map(|rule| PlannedContact {
            by: rule.by,
            to: rule.to.clone(),
            due: later(self.now, rule.after),
            again: rule.repeat.map(Again::from),
            rule: rule.place.clone(),
        });
        Recipient { user: user.id.clone(), because, contacts: planned.collect() }
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
                    members.add(user.clone(), &Because::Named);
                }
            }
            Notify::Schedule(schedule) => {
                let on_call = config.schedules.on_call(schedule, now);
                let because = match &on_call.source {
                    Source::Nobody => Because::OnCall { schedule: schedule.clone() },
                    Source::Layer(layer) => {
                        Because::Layer { schedule: schedule.clone(), layer: layer.clone() }
                    }
                    Source::Override(origin) => {
                        Because::Override { schedule: schedule.clone(), origin: origin.clone() }
                    }
                };
                for user in on_call.users {
                    members.add(user, &because);
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
