//! Whom people give an incident to: instead of whoever is told now, or beside them.

use super::escalation::{later, members};
use super::parts::{Escalation, StepAt};
use super::planned::Recipient;
use super::response::ResponseChange;
use super::{Assignee, Call, IncidentId};
use crate::actor::{Actor, Via};
use crate::config::{Id, Notify, Urgency};
use crate::reason::Because;
use crate::schedule::UserId;
use std::collections::BTreeSet;

impl Call<'_> {
    /// These are told as if they were the running step; after its wait the policy goes on. A policy is the incident's own
    /// from now on, from its first step.
    pub(super) fn reassign(&mut self, id: IncidentId, to: &[Assignee], by: Actor, via: Via) {
        self.let_through(id, &by, via, false);
        let Some(incident) = self.incident(id) else { return };
        let urgency = incident.urgency;
        let policy = to.iter().find_map(|assignee| match assignee {
            Assignee::Policy(policy) => Some(policy.clone()),
            Assignee::User(_) | Assignee::Schedule(_) => None,
        });
        let recipients: Vec<Recipient> = self
            .chosen(to)
            .iter()
            .filter_map(|user| {
                let known = self.config.users.get(user)?;
                let because = || Because::Reassigned(by.clone());
                let planned = self.plan(known, because(), urgency);
                // Without rules for what can wait, those for what is urgent.
                let urgent = || self.plan(known, because(), Urgency::High);
                Some(if planned.contacts.is_empty() { urgent() } else { planned })
            })
            .collect();
        let running = match &policy {
            Some(policy) => Some(self.first_step(policy)),
            None => self.running(id),
        };
        let escalation = running.filter(|_| urgency == Urgency::High).map(|running| {
            let mut told = running.told.clone();
            for person in &recipients {
                if !told.contains(&person.user) {
                    told.push(person.user.clone());
                }
            }
            let fresh = |user: &&UserId| !recipients.iter().any(|person| person.user == **user);
            let reached = running.reached.iter().filter(fresh).cloned().collect();
            let deadline = later(self.now, self.wait_of(id, &running));
            Escalation { began_at: self.now, deadline, told, reached, leaving: None, ..running }
        });
        let only_a_policy = recipients.is_empty();
        let begins = policy.is_some() && only_a_policy;
        let escalation = escalation.filter(|_| !begins);
        self.about(id, ResponseChange::Reassigned { to: recipients, by, via, escalation, policy });
        self.hang_up_needless(id, None);
        if begins {
            self.begin(id);
        } else {
            self.pass_if_unreachable(id);
        }
    }

    /// These are told too, by their rules for what is urgent, whether somebody has it or not.
    pub(super) fn page_also(&mut self, id: IncidentId, to: &[Assignee], by: Actor, via: Via) {
        let mut people = self.chosen(to);
        for assignee in to {
            if let Assignee::Policy(policy) = assignee
                && let Some(step) = self.config.policies.get(policy).and_then(|policy| policy.steps.first())
            {
                people.extend(members(self.config, &step.notify, self.now, false).people.into_keys());
            }
        }
        let known = people.iter().filter_map(|user| self.config.users.get(user));
        let because = || Because::Reassigned(by.clone());
        let to = known.map(|user| self.plan(user, because(), Urgency::High)).collect();
        self.about(id, ResponseChange::PagedAlso { to, by, via });
    }

    /// The people who are named, and those on call on the schedules that are.
    fn chosen(&self, to: &[Assignee]) -> BTreeSet<UserId> {
        let named = to.iter().filter_map(|assignee| match assignee {
            Assignee::User(user) => Some(Notify::User(user.clone())),
            Assignee::Schedule(schedule) => Some(Notify::Schedule(schedule.clone())),
            Assignee::Policy(_) => None,
        });
        let named: Vec<Notify> = named.collect();
        members(self.config, &named, self.now, true).people.into_keys().collect()
    }

    fn first_step(&self, policy: &Id) -> Escalation {
        let at = StepAt { policy: policy.clone(), fallback: false, step: 0, round: 0 };
        let (began_at, deadline) = (self.now, self.now);
        Escalation { at, began_at, deadline, told: Vec::new(), reached: Vec::new(), leaving: None }
    }
}
