//! Escalation policies.

use super::diagnostic::Spot;
use super::read::File;
use super::resolve::Resolver;
use crate::config::{EscalationPolicy, Id, Notify, Step};
use crate::document;
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// The shortest wait of a step, so that somebody has time to answer.
const WAIT_MIN: SignedDuration = SignedDuration::from_secs(10);
/// The longest wait of a step, so that the next one is told within a day.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);

impl Resolver<'_> {
    pub(super) fn policies(&mut self) -> BTreeMap<Id, EscalationPolicy> {
        let documents = self.documents;
        let mut policies = BTreeMap::new();
        for file in documents.policies.values() {
            if let Some(policy) = self.policy(file) {
                policies.insert(file.id.clone(), policy);
            }
        }
        policies
    }

    fn policy(&mut self, file: &File<document::EscalationPolicy>) -> Option<EscalationPolicy> {
        let document = file.document.as_ref()?;
        let at = file.at.key("steps");
        let steps = document.steps.iter().enumerate().map(|(index, step)| self.step(step, &at.index(index)));
        let steps = steps.collect();
        let place = self.sources.place(&file.at);
        Some(EscalationPolicy { id: file.id.clone(), steps, repeat: document.repeat.unwrap_or(0), place })
    }

    fn step(&mut self, step: &document::Step, at: &Spot) -> Step {
        let mut notify = Vec::new();
        for (index, target) in step.notify.iter().enumerate() {
            let at = at.key("notify").index(index);
            let found = self.target(target.schedule.as_deref(), target.user.as_deref(), &at);
            notify.extend(found);
        }
        let wait = self.duration(&step.wait, &at.key("wait"), (WAIT_MIN, WAIT_MAX));
        Step { notify, wait, place: self.sources.place(at) }
    }

    /// Exactly one of `schedule` and `user`.
    pub(super) fn target(&mut self, schedule: Option<&str>, user: Option<&str>, at: &Spot) -> Option<Notify> {
        match (schedule, user) {
            (Some(schedule), None) => self.schedule_id(schedule, &at.key("schedule")).map(Notify::Schedule),
            (None, Some(user)) => self.user(user, &at.key("user")).map(Notify::User),
            _ => {
                self.error(super::code::EITHER_OR, at.clone(), "one of `schedule` and `user`");
                None
            }
        }
    }
}
