//! Escalation policies: whether they would wake anybody.

use super::people::people_of;
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Contact, Id, Service, Step, Urgency, User};
use std::collections::BTreeSet;

pub(super) fn never_calls(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let urgent: BTreeSet<&Id> =
        config.services.values().filter(|service| may_be_high(service)).map(|s| &s.policy).collect();
    let callable =
        |user: &User| user.phone.is_some() && user.high.iter().any(|rule| rule.by == Contact::Call);
    let mut found = Vec::new();
    for policy in config.policies.values().filter(|policy| urgent.contains(&policy.id)) {
        let people = policy.steps.iter().flat_map(|step| people_of(config, step));
        if people.filter_map(|id| config.users.get(&id)).any(callable) {
            continue;
        }
        let message = format!("`{}` is for high urgency, but nobody in it is ever called", policy.id);
        let help = "give somebody in it a `phone` and a `call` at high urgency, or make its services low";
        found.push(
            Found::new(Spot::root(&policy.place.file).key("steps").on(crate::compile::Part::Key), message)
                .help(help),
        );
    }
    found
}

/// Whether an alert of this service may be of high urgency.
fn may_be_high(service: &Service) -> bool {
    let ends = service.urgency.iter().any(|rule| rule.when.is_none() && rule.during.is_none());
    let high = service.urgency.iter().any(|rule| rule.urgency == Urgency::High || rule.raise_when.is_some());
    high || !ends
}

pub(super) fn same_people(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for policy in subject.config.policies.values() {
        for (before, step) in policy.steps.iter().zip(policy.steps.iter().skip(1)) {
            if same_targets(before, step) {
                let message = "this step tells the same people as the step before";
                let help =
                    "name others, or leave it out and let `repeat` or the people's own rules call again";
                let found_here = Found::new(Spot::line(&step.place), message).help(help);
                found.push(found_here.label(Spot::line(&before.place), "the step before"));
            }
        }
    }
    found
}

/// In whatever order.
pub(super) fn same_targets(before: &Step, step: &Step) -> bool {
    before.notify.len() == step.notify.len()
        && step.notify.iter().all(|notify| before.notify.contains(notify))
}

pub(super) fn short_timeout(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for service in subject.config.services.values() {
        let first = subject.config.policies.get(&service.policy).and_then(|policy| policy.steps.first());
        let (Some(timeout), Some(step)) = (service.acknowledgement_timeout, first) else { continue };
        if timeout < step.wait {
            let spot = Spot::root(&service.place.file).key("acknowledgement_timeout");
            let message = "this is shorter than the first step's wait: whoever acknowledged is told again almost at once";
            found.push(Found::new(spot, message).label(Spot::line(&step.place), "the first step"));
        }
    }
    found
}
