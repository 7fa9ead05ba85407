//! Escalation policies: whether they would wake anybody.

use super::members::{newest, people_of};
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Config, EscalationPolicy, Id, Notify, Service, Step, Urgency, User};
use crate::language::words::Words;
use jiff::SignedDuration;
use std::collections::BTreeSet;

pub(super) fn never_calls(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    for policy in urgent_policies(config).filter(|policy| !calls_somebody(config, &policy.steps)) {
        let message = Words::new(
            format!("`{}` is for high urgency, but nobody in it is ever called", policy.id),
            format!("`{}` は緊急度が高いものを扱いますが、電話がかかる人が 1 人もいません", policy.id),
        );
        let help = Words::new(
            "give somebody in it a `phone` and a `call` at high urgency, or make its services low",
            "誰かに `phone` と緊急度が高いときの `call` を付けるか、サービスの緊急度を低くしてください",
        );
        let spot = Spot::root(&policy.place.file).key("steps").on(Part::Key);
        found.push(needing_all(config, policy, Found::new(spot, message).help(help)));
    }
    found
}

/// The policies of services whose alerts may be of high urgency.
pub(super) fn urgent_policies(config: &Config) -> impl Iterator<Item = &EscalationPolicy> {
    let urgent: BTreeSet<&Id> = config.services.values().flat_map(urgent_policies_of).collect();
    config.policies.values().filter(move |policy| urgent.contains(&policy.id))
}

/// The policies that alerts of high urgency of a service may run.
fn urgent_policies_of(service: &Service) -> impl Iterator<Item = &Id> {
    let rules = service.urgency.iter();
    let rules = rules.filter(|rule| rule.urgency == Urgency::High || rule.raise_when.is_some());
    let own = may_run_own(service, true).then_some(&service.policy);
    own.into_iter().chain(rules.filter_map(|rule| rule.policy.as_ref()))
}

/// Whether an alert of this service may run the service's own policy, of high urgency or of low.
fn may_run_own(service: &Service, high: bool) -> bool {
    let ends = service.urgency.iter().any(|rule| rule.when.is_none() && rule.during.is_none());
    let mut own = service.urgency.iter().filter(|rule| rule.policy.is_none());
    match high {
        true => !ends || own.any(|rule| rule.urgency == Urgency::High || rule.raise_when.is_some()),
        false => own.any(|rule| rule.urgency == Urgency::Low),
    }
}

/// Whether anybody whom these steps may tell is called at high urgency.
pub(super) fn calls_somebody(config: &Config, steps: &[Step]) -> bool {
    let people = steps.iter().flat_map(|step| people_of(config, step));
    people.filter_map(|id| config.users.get(&id)).any(|user| first_call(user).is_some())
}

/// How long after they are told somebody is first called.
fn first_call(user: &User) -> Option<SignedDuration> {
    User::first_ring(&user.high).filter(|rule| user.can_be_told_by(rule.by)).map(|rule| rule.after)
}

/// Whom a policy calls is written in its own file and in those of its schedules and people, and in `oncall.yaml`.
fn needing_all(config: &Config, policy: &EscalationPolicy, found: Found) -> Found {
    let mut found = found.needs(&policy.place.file).unless_said(None, "notify").unless_said(None, "urgency");
    for step in &policy.steps {
        for notify in &step.notify {
            if let Notify::Schedule(id) = notify
                && let Some((_, place)) = config.schedule_names.get(id)
            {
                found = found.needs(&place.file);
            }
        }
        for id in people_of(config, step) {
            found = match config.users.get(&id) {
                Some(user) => found.needs(&user.place.file),
                None => found.unless_said(None, &id).needs(&format!("users/{id}.yaml").into()),
            };
        }
    }
    found
}

/// Whether an alert of this service may be of high urgency.
pub(super) fn may_be_high(service: &Service) -> bool {
    let ends = service.urgency.iter().any(|rule| rule.when.is_none() && rule.during.is_none());
    let high = service.urgency.iter().any(|rule| rule.urgency == Urgency::High || rule.raise_when.is_some());
    high || !ends
}

pub(super) fn same_people(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for policy in subject.config.policies.values() {
        for (before, step) in policy.steps.iter().zip(policy.steps.iter().skip(1)) {
            if same_targets(before, step) && !step.round_robin {
                let message = Words::new(
                    "this step tells the same people as the step before",
                    "このステップは、前のステップと同じ人に連絡します",
                );
                let help = Words::new(
                    "name others, or leave it out and let `repeat` or the people's own rules call again",
                    "別の人にするか、このステップを消して `repeat` や各自のルールで呼び直してください",
                );
                let found_here = Found::new(Spot::line(&step.place), message).help(help);
                found.push(
                    found_here
                        .label(Spot::line(&before.place), Words::new("the step before", "前のステップ")),
                );
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
            let message = Words::new(
                "this is shorter than the first step's wait: whoever acknowledged is told again almost at once",
                "最初のステップの待ち時間より短いので、対応した人にすぐまた連絡が行きます",
            );
            found.push(
                Found::new(spot, message)
                    .label(Spot::line(&step.place), Words::new("the first step", "最初のステップ")),
            );
        }
    }
    found
}

/// Nobody is called before the policy has run this long.
const FIRST_CALL_MAX: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn late_first_call(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    for policy in urgent_policies(config) {
        let mut begins = SignedDuration::ZERO;
        let mut first: Option<(SignedDuration, &Step)> = None;
        for step in &policy.steps {
            let people = people_of(config, step);
            let soonest = people.iter().filter_map(|id| first_call(config.users.get(id)?)).min();
            let at = soonest.map(|after| begins + after);
            if let Some(at) = at.filter(|at| first.is_none_or(|(known, _)| *at < known)) {
                first = Some((at, step));
            }
            begins += step.wait;
        }
        if let Some((at, step)) = first.filter(|(at, _)| *at > FIRST_CALL_MAX) {
            let message = Words::new(
                format!("at high urgency, the first call of `{}` comes after {at:#}", policy.id),
                format!("緊急度が高いとき、`{}` で最初の電話がかかるのは {at:#} 後です", policy.id),
            );
            let help = Words::new(
                "call somebody in an earlier step, or wait less between the steps",
                "早いステップで誰かに電話するか、ステップの間の待ち時間を短くしてください",
            );
            let spot = Spot::root(&policy.place.file).key("steps").on(Part::Key);
            let one = Found::new(spot, message).help(help).label(
                Spot::line(&step.place),
                Words::new("this step calls first", "最初に電話するのはこのステップです"),
            );
            found.push(needing_all(config, policy, one));
        }
    }
    found
}

/// Only schedules that a policy tells: the others are unused.
pub(super) fn nobody_ever(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for step in config.policies.values().flat_map(|policy| &policy.steps) {
        for notify in &step.notify {
            let Notify::Schedule(id) = notify else { continue };
            let Some((_, place)) = config.schedule_names.get(id) else { continue };
            if has_nobody(config, id) && seen.insert(id) {
                let message = Words::new(
                    format!("nobody is ever on call on `{id}`: it has only shadows, or `nobody`"),
                    format!("`{id}` は誰も当番になりません。`shadow` か `nobody` しかありません"),
                );
                let one = Found::new(Spot::root(&place.file).key("layers").on(Part::Key), message);
                let one = one.help(Words::new(
                    "add a layer of people who are called, without `shadow`",
                    "`shadow` のない、呼び出される人のレイヤーを加えてください",
                ));
                found.push(
                    one.label(
                        Spot::line(&step.place),
                        Words::new("this step reaches nobody", "このステップは誰にも届きません"),
                    )
                    .needs(&place.file),
                );
            }
        }
    }
    found
}

/// Whether nobody is on call on a schedule, by its newest line-ups and without overrides.
pub(super) fn has_nobody(config: &Config, id: &Id) -> bool {
    config
        .schedules
        .schedules
        .get(id)
        .is_some_and(|schedule| schedule.layers.iter().all(|layer| layer.shadow || newest(layer).is_empty()))
}

/// The last step of the fallback, if nobody in it is called and it is not the only one.
pub(super) fn quiet_last_step(config: &Config) -> Option<(&EscalationPolicy, &Step)> {
    let policy = config.policies.get(&config.organisation.fallback)?;
    let last = policy.steps.last().filter(|_| policy.steps.len() > 1)?;
    (!calls_somebody(config, std::slice::from_ref(last))).then_some((policy, last))
}

pub(super) fn quiet_end(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let Some((policy, last)) = quiet_last_step(config) else { return Vec::new() };
    let message = Words::new(
        "the last step of the fallback, which repeats, calls nobody",
        "繰り返される最終連絡先の最後のステップで、誰にも電話がかかりません",
    );
    let one = Found::new(Spot::line(&last.place), message);
    let one = one.help(Words::new(
        "put somebody with a `phone` and a `call` at high urgency into it",
        "`phone` があり、緊急度が高いときに `call` で呼ばれる人を入れてください",
    ));
    let spot = Spot::root(&"oncall.yaml".into()).key("fallback");
    vec![needing_all(config, policy, one.label(spot, Words::new("it is the fallback", "最終連絡先です")))]
}

/// Low urgency tells the first step once, and no other.
pub(super) fn low_only(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    for policy in config.policies.values().filter(|policy| policy.id != config.organisation.fallback) {
        let mut users = config.services.values().filter(|it| it.policies().any(|used| *used == policy.id));
        let (Some(second), Some(service)) = (policy.steps.get(1), users.next()) else { continue };
        if urgent_policies(config).any(|urgent| urgent.id == policy.id) {
            continue;
        }
        let message = Words::new(
            "this step is never reached: every service here is of low urgency",
            "このステップまで進むことはありません。使っているサービスの緊急度はすべて低です",
        );
        let help = Words::new(
            "low urgency tells only the first step: leave the others out, or let some alerts be high",
            "緊急度が低いと最初のステップだけに連絡します。ほかを消すか、一部のアラートの緊急度を高くしてください",
        );
        let spot = Spot::root(&service.place.file).on(Part::FirstLine);
        let one = Found::new(Spot::line(&second.place), message)
            .help(help)
            .label(spot, Words::new("it uses this policy", "このポリシーを使っています"));
        found.push(one.unless_said(None, "urgency").unless_said(None, &policy.id));
    }
    found
}

pub(super) fn low_tells_nobody(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    for policy in config.policies.values() {
        let low = config.services.values().find(|service| {
            let mut low = service.urgency.iter().filter(|rule| rule.urgency == Urgency::Low);
            low.any(|rule| rule.policy.as_ref().unwrap_or(&service.policy) == &policy.id)
        });
        let (Some(service), Some(step)) = (low, policy.steps.first()) else { continue };
        let people: Vec<&User> =
            people_of(config, step).iter().filter_map(|id| config.users.get(id)).collect();
        if people.is_empty() || people.iter().any(|user| !user.low.is_empty()) {
            continue;
        }
        let message = Words::new(
            "low urgency tells nobody: none of this step's people has rules for `low`",
            "緊急度が低いとき、誰にも連絡が行きません。このステップの人に `low` のルールがありません",
        );
        let help = Words::new(
            "`notify: { low: [{ by: slack }] }` for them, or under `defaults:` in `oncall.yaml`",
            "各自のファイルか `oncall.yaml` の `defaults:` に `notify: { low: [{ by: slack }] }` を加えてください",
        );
        let one = Found::new(Spot::line(&step.place), message).help(help);
        let spot = Spot::root(&service.place.file).on(Part::FirstLine);
        found.push(needing_all(
            config,
            policy,
            one.label(
                spot,
                Words::new("its alerts may be low", "このサービスのアラートは緊急度が低いことがあります"),
            ),
        ));
    }
    found
}

pub(super) fn resolved_before(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for service in subject.config.services.values() {
        let (Some(timeout), Some(auto)) = (service.acknowledgement_timeout, service.auto_resolve_after)
        else {
            continue;
        };
        if auto <= timeout {
            let spot = Spot::root(&service.place.file).key("acknowledgement_timeout");
            let message = Words::new(
                "this never comes: an incident without new alerts is resolved before",
                "この期限は来ません。新しいアラートのないインシデントは、その前に終わります",
            );
            let auto = Spot::root(&service.place.file).key("auto_resolve_after");
            let one = Found::new(spot, message)
                .label(auto, Words::new("resolved after this time", "この時間で終わります"));
            found.push(one.help(Words::new(
                "let `auto_resolve_after` be the longer one",
                "`auto_resolve_after` のほうを長くしてください",
            )));
        }
    }
    found
}
