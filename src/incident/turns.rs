//! `round_robin`: one person of a step for each incident, in turn.
//!
//! The next after the last one chosen, by name, in the order of the file, over restarts and commits. Only who can be called now has
//! a turn; whoever has something else to do is passed over, unless all have. What comes at once is for one person. A
//! step that begins again in the same round tells the same person; in a later round, one that was not told yet.

use super::entry::EscalationChange;
use super::escalation::members;
use super::parts::{Chosen, Escalation, Status, StepAt};
use super::planned::Purpose;
use super::state::{Incident, State};
use super::step_change::{StepsChange, TurnTaken};
use super::{Call, IncidentId};
use crate::actor::Actor;
use crate::config::{CONTACTS, Method, Step, Urgency};
use crate::schedule::UserId;
use std::collections::BTreeMap;

/// How many people that were chosen for it an incident remembers.
pub const CHOSEN_MAX: usize = 100;
/// Of how many steps it is remembered whose turn was last.
pub const TURNS_MAX: usize = 10_000;

impl State {
    pub(super) fn turn_taken(&mut self, turn: &TurnTaken) {
        self.turns.insert((turn.at.policy.clone(), turn.at.step), turn.user.clone());
        while self.turns.len() > TURNS_MAX {
            self.turns.pop_first();
        }
    }
}

impl Incident {
    pub(super) fn keep_chosen(&mut self, chosen: Chosen) {
        if self.rare.chosen.len() >= CHOSEN_MAX {
            self.rare.chosen.remove(0);
        }
        self.rare.chosen.push(chosen);
    }
}

impl Call<'_> {
    /// Whose turn it is in a step that begins; `None`: it tells everybody. `order`: who is in it. `not`: who is told in it
    /// and cannot be reached.
    pub(super) fn turn_of(
        &mut self,
        id: IncidentId,
        step: &Step,
        at: &StepAt,
        order: &[UserId],
        not: &[UserId],
    ) -> Option<TurnTaken> {
        let incident = self.incident(id).filter(|_| step.round_robin)?;
        let can: Vec<&UserId> = self.who_can(order).into_iter().filter(|user| !not.contains(user)).collect();
        let lane = (at.policy.clone(), at.step);
        let before = incident.rare.chosen.iter().rev().find(|chosen| chosen.at == *at);
        let told = |user: &UserId| {
            let now = incident.escalation.iter().flat_map(|running| &running.told);
            incident.rare.chosen.iter().map(|chosen| &chosen.user).chain(now).any(|known| known == user)
        };
        let bundled = self.bundle.get(&lane).filter(|user| !told(user));
        let same = before.map(|chosen| &chosen.user).or(bundled).filter(|user| can.contains(user));
        let (user, busy) = match same {
            Some(user) => (user.clone(), Vec::new()),
            None => {
                let last = self.state.turns.get(&lane);
                let first = last.and_then(|last| order.iter().position(|user| user == last));
                let first = first.map_or(0, |last| last + 1);
                let turns: Vec<&UserId> = order
                    .iter()
                    .cycle()
                    .skip(first)
                    .take(order.len())
                    .filter(|user| can.contains(user))
                    .collect();
                let fresh: Vec<&UserId> = turns.iter().copied().filter(|user| !told(user)).collect();
                let turns = if fresh.is_empty() { turns } else { fresh };
                let free = turns.iter().position(|user| !self.is_busy(user, id));
                let user = turns.get(free.unwrap_or(0)).copied()?.clone();
                let busy = turns.iter().take(free.unwrap_or(0)).map(|user| (*user).clone()).collect();
                (user, busy)
            }
        };
        self.bundle.insert(lane, user.clone());
        Some(TurnTaken { at: at.clone(), user, busy, rule: step.place.clone() })
    }

    /// Whom a phone rings; where it rings nobody, who can be told at all.
    fn who_can<'o>(&self, order: &'o [UserId]) -> Vec<&'o UserId> {
        let told_by = |user: &UserId, wanted: fn(&Method) -> bool| {
            let serves = |method: &&Method| self.config.providers_of(method.contact).next().is_some();
            let mut ways = CONTACTS.iter().filter(|method| wanted(method)).filter(serves);
            let known = self.config.users.get(user);
            known.is_some_and(|known| {
                ways.any(|way| {
                    known.high.iter().any(|rule| rule.by == way.contact) && known.can_be_told_by(way.contact)
                })
            })
        };
        let rung: Vec<&UserId> = order.iter().filter(|user| told_by(user, |method| method.rings)).collect();
        match rung.is_empty() {
            true => order.iter().filter(|user| told_by(user, |_| true)).collect(),
            false => rung,
        }
    }

    /// Whether somebody is being called, or has another incident: one that is put aside does not count.
    fn is_busy(&self, user: &UserId, but: IncidentId) -> bool {
        let ringing = CONTACTS.iter().filter(|method| method.rings);
        if ringing.into_iter().any(|method| self.state.busy(method.contact).contains(user)) {
            return true;
        }
        let by = |actor: &Actor| actor.user() == Some(user);
        self.state.incidents.values().filter(|incident| incident.id != but).any(|incident| {
            match incident.status {
                Status::Triggered => {
                    let running = incident.escalation.as_ref().filter(|_| incident.urgency == Urgency::High);
                    running.is_some_and(|running| running.told.contains(user))
                }
                Status::Acknowledged => {
                    let held = incident.acknowledgement.as_ref().filter(|held| !held.snoozed);
                    held.is_some_and(|held| held.by.iter().any(by))
                }
                Status::Resolved => false,
            }
        })
    }

    /// Whoever had the turn in the running step cannot be reached: the next of them is told. False where nobody is left.
    pub(super) fn next_in_turn(&mut self, id: IncidentId, running: &Escalation) -> bool {
        let Some(step) = self.step_at(id, &running.at).filter(|step| step.round_robin) else { return false };
        let members = members(self.config, &step.notify, self.now, running.at.fallback);
        let left: Vec<UserId> =
            members.order.iter().filter(|user| !running.told.contains(user)).cloned().collect();
        let Some(turn) = self.turn_of(id, &step, &running.at, &members.order, &running.told) else {
            return false;
        };
        if !left.contains(&turn.user) {
            return false;
        }
        let because: BTreeMap<_, _> =
            members.people.into_iter().filter(|(user, _)| *user == turn.user).collect();
        let people = self.plans(&because, Urgency::High);
        self.about(id, StepsChange::Chosen(turn));
        let (purpose, in_step, rule, low) = (Purpose::Page, true, step.place, None);
        self.about(id, EscalationChange::Told { people, purpose, in_step, rule, low });
        true
    }

    /// The step at a position, in the config in force.
    pub(super) fn step_at(&self, id: IncidentId, at: &StepAt) -> Option<Step> {
        self.policy(id, at.fallback)?.steps.get(at.step as usize).cloned()
    }
}

impl From<&TurnTaken> for Chosen {
    fn from(turn: &TurnTaken) -> Chosen {
        Chosen { at: turn.at.clone(), user: turn.user.clone() }
    }
}
