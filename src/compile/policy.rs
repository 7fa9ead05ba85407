//! Escalation policies.

use super::code;
use super::diagnostic::{Finding, Part, Spot};
use super::read::File;
use super::resolve::Resolver;
use crate::config::{EscalationPolicy, Id, Notify, Step};
use crate::document;
use crate::language::words::Words;
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
            notify.extend(self.targets(target, &at));
        }
        let wait = self.duration(&step.wait, &at.key("wait"), (WAIT_MIN, WAIT_MAX));
        let round_robin = step.round_robin.unwrap_or(false);
        let each = step.acknowledge == Some(document::Acknowledges::Each);
        if each && round_robin {
            let message = Words::new(
                "one of them is told, in turn: there is nobody else who could acknowledge",
                "順番に 1 人だけに連絡するので、ほかに対応できる人がいません",
            );
            let finding = Finding::error(code::EACH, at.key("acknowledge").on(Part::Key), message);
            let finding = finding.label(
                at.key("round_robin").on(Part::Key),
                Words::new("one of them for each incident", "1 件ごとに 1 人です"),
            );
            self.findings.push(finding.help(Words::new(
                "leave out one of `acknowledge: each` and `round_robin`",
                "`acknowledge: each` と `round_robin` のどちらかを消してください",
            )));
        }
        Step { notify, wait, round_robin, each, place: self.sources.place(at) }
    }

    /// One target, or several people as one.
    fn targets(&mut self, target: &document::Target, at: &Spot) -> Vec<Notify> {
        let document::Target { schedule, user, users } = target;
        let Some(users) = users else {
            return self.target(schedule.as_deref(), user.as_deref(), at).into_iter().collect();
        };
        let mut people: Vec<Notify> = Vec::new();
        for (index, name) in users.iter().enumerate() {
            let at = at.key("users").index(index);
            let Some(user) = self.user(name, &at).map(Notify::User) else { continue };
            if people.contains(&user) {
                self.error(
                    code::TWICE,
                    at,
                    Words::new(format!("`{name}` is here twice"), format!("`{name}` が 2 回書かれています")),
                );
            } else {
                people.push(user);
            }
        }
        people
    }

    /// The fallback repeats until somebody acknowledges: it cannot wait for each.
    pub(super) fn fallback_asks_each(&mut self, policy: &EscalationPolicy) {
        for (index, _) in policy.steps.iter().enumerate().filter(|(_, step)| step.each) {
            let step = Spot::root(&policy.place.file).key("steps").index(index);
            let message = Words::new(
                "the fallback is told until one of them acknowledges: it cannot ask each",
                "最終連絡先には誰か 1 人が対応するまで連絡するので、全員に対応を求めることはできません",
            );
            let finding = Finding::error(code::EACH, step.key("acknowledge").on(Part::Key), message);
            self.findings.push(finding.help(Words::new(
                "leave `acknowledge: each` out here, and put it into the policy of the service",
                "ここの `acknowledge: each` は消して、サービスのポリシーに書いてください",
            )));
        }
    }

    /// Exactly one of `schedule` and `user`.
    pub(super) fn target(&mut self, schedule: Option<&str>, user: Option<&str>, at: &Spot) -> Option<Notify> {
        match (schedule, user) {
            (Some(schedule), None) => self.schedule_id(schedule, &at.key("schedule")).map(Notify::Schedule),
            (None, Some(user)) => self.user(user, &at.key("user")).map(Notify::User),
            _ => {
                self.error(
                    code::EITHER_OR,
                    at.clone(),
                    Words::new("one of `schedule` and `user`", "`schedule` か `user` のどちらか 1 つです"),
                );
                None
            }
        }
    }
}
