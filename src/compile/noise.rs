//! One alert's noise, as a service or the organisation's `defaults` say: flapping, when an incident is opened again, and holds
//! that would lose a page.

use super::code;
use super::diagnostic::{Finding, Spot};
use super::resolve::Resolver;
use super::value;
use crate::config::{
    Endpoint, EscalationPolicy, FlappingRule, Id, ReopenRule, RouteTarget, Service, Urgency, UrgencyRule,
};
use crate::document::{self, Defaults};
use crate::language::words::Words;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

const FLAPPING_WITHIN_MIN: SignedDuration = SignedDuration::from_secs(10);
const QUIET_MIN: SignedDuration = SignedDuration::from_mins(1);
const REOPEN_MIN: SignedDuration = SignedDuration::from_secs(1);

impl<'a> Resolver<'a> {
    /// The service's own, or the organisation's, or what holds unless something is said; `None`: `never`.
    pub(super) fn flapping_of(&mut self, document: &document::Service, at: &Spot) -> Option<FlappingRule> {
        if let Some(own) = &document.flapping {
            return self.flapping(own, &at.key("flapping"));
        }
        let Some((shared, shared_at)) = self.shared("flapping", |defaults| defaults.flapping.as_ref()) else {
            let (fires, within, quiet) = (FlappingRule::FIRES, FlappingRule::WITHIN, FlappingRule::QUIET);
            return Some(FlappingRule { fires, within, quiet, place: self.sources.place(at) });
        };
        let known = self.findings.len();
        let rule = self.flapping(shared, &shared_at);
        self.findings.truncate(known);
        rule
    }

    pub(super) fn flapping(&mut self, flapping: &document::Flapping, at: &Spot) -> Option<FlappingRule> {
        let document::Flapping::Limits(limits) = flapping else { return None };
        let within_bounds = (FLAPPING_WITHIN_MIN, FlappingRule::WITHIN_MAX);
        let within = limits.within.as_ref().map(|it| self.duration(it, &at.key("within"), within_bounds));
        let quiet_bounds = (QUIET_MIN, FlappingRule::QUIET_MAX);
        let quiet = limits.quiet.as_ref().map(|it| self.duration(it, &at.key("quiet"), quiet_bounds));
        Some(FlappingRule {
            fires: limits.fires.unwrap_or(FlappingRule::FIRES),
            within: within.unwrap_or(FlappingRule::WITHIN),
            quiet: quiet.unwrap_or(FlappingRule::QUIET),
            place: self.sources.place(at),
        })
    }

    /// The service's own, or the organisation's, or what holds unless something is said; `None`: `never`.
    pub(super) fn reopen_of(&mut self, document: &document::Service, at: &Spot) -> Option<ReopenRule> {
        if let Some(own) = &document.reopen_within {
            return self.reopen(own, &at.key("reopen_within"));
        }
        let shared = self.shared("reopen_within", |defaults| defaults.reopen_within.as_ref());
        let Some((shared, shared_at)) = shared else {
            return Some(ReopenRule { within: ReopenRule::WITHIN, place: self.sources.place(at) });
        };
        let known = self.findings.len();
        let rule = self.reopen(shared, &shared_at);
        self.findings.truncate(known);
        rule
    }

    pub(super) fn reopen(&mut self, reopen: &document::ReopenWithin, at: &Spot) -> Option<ReopenRule> {
        let document::ReopenWithin::Within(within) = reopen else { return None };
        let within = self.duration(within, at, (REOPEN_MIN, ReopenRule::WITHIN_MAX));
        Some(ReopenRule { within, place: self.sources.place(at) })
    }

    /// A hold that is no shorter than what comes after it: the first step's wait, or the silence that ends an alert.
    pub(super) fn holds(
        &mut self,
        services: &BTreeMap<Id, Service>,
        policies: &BTreeMap<Id, EscalationPolicy>,
        endpoints: &BTreeMap<Id, Endpoint>,
    ) {
        let mut said = BTreeSet::new();
        for service in services.values() {
            for (rule, hold) in service.urgency.iter().filter_map(|rule| Some((rule, rule.hold?))) {
                let found = [
                    waits_longer(rule, hold, policies.get(&service.policy)),
                    ends_before(hold, rule, endpoints.values().filter(|it| leads_to(it, &service.id))),
                ];
                for finding in found.into_iter().flatten() {
                    // Rules of `defaults` are those of many services.
                    if said.insert((finding.code, rule.place.clone())) {
                        self.findings.push(finding);
                    }
                }
            }
        }
    }

    /// What the organisation's `defaults` say under a key, and where.
    fn shared<T>(&self, key: &str, said: fn(&'a Defaults) -> Option<&'a T>) -> Option<(&'a T, Spot)> {
        let (organisation, at) = self.organisation_document()?;
        let shared = said(organisation.defaults.as_ref()?)?;
        Some((shared, at.key("defaults").key(key)))
    }
}

fn waits_longer(
    rule: &UrgencyRule,
    hold: SignedDuration,
    policy: Option<&EscalationPolicy>,
) -> Option<Finding> {
    let step = policy?.steps.first().filter(|step| hold >= step.wait && rule.urgency == Urgency::High)?;
    let (hold, wait) = (value::duration_text(hold), value::duration_text(step.wait));
    let message = Words::new(
        format!("a hold of {hold} is no shorter than the first step's wait of {wait}"),
        format!("{hold} の保留が、最初のステップの待ち時間 {wait} より短くありません"),
    );
    let help = Words::new(
        "hold for less: people should hear of it sooner than the next step would",
        "保留を短くしてください。次のステップが始まるより先に連絡が行く必要があります",
    );
    let finding = Finding::error(code::HOLD_AND_WAIT, Spot::line(&rule.place), message).help(help);
    Some(finding.label(
        Spot::line(&step.place),
        Words::new(format!("this step waits {wait}"), format!("このステップは {wait} 待ちます")),
    ))
}

fn ends_before<'e>(
    hold: SignedDuration,
    rule: &UrgencyRule,
    endpoints: impl Iterator<Item = &'e Endpoint>,
) -> Option<Finding> {
    let stale = |endpoint: &'e Endpoint| {
        Some((endpoint, endpoint.stale_after?)).filter(|(_, stale_after)| hold >= *stale_after)
    };
    let (endpoint, stale_after) = endpoints.filter_map(stale).next()?;
    let (hold, stale) = (value::duration_text(hold), value::duration_text(stale_after));
    let message = Words::new(
        format!("a hold of {hold} lasts until silence ends the alert after {stale}: nobody would be told"),
        format!("{hold} 保留している間に、{stale} 音沙汰がないとしてアラートが終わり、誰にも連絡されません"),
    );
    let help = Words::new(
        "hold for less, or make `stale_after` longer",
        "保留を短くするか、`stale_after` を長くしてください",
    );
    let finding = Finding::error(code::HOLD_AND_STALE, Spot::line(&rule.place), message).help(help);
    let spot = Spot::root(&endpoint.place.file).key("stale_after");
    Some(finding.label(spot, {
        let id = &endpoint.id;
        Words::new(
            format!("alerts of {id} end after {stale} of silence"),
            format!("{id} のアラートは {stale} 音沙汰がないと終わります"),
        )
    }))
}

/// Whether an integration's alerts may come to this service.
fn leads_to(endpoint: &Endpoint, service: &Id) -> bool {
    endpoint.routes.iter().any(|route| match &route.target {
        RouteTarget::Service(to) => to == service,
        RouteTarget::ServiceFrom(_) => true,
    })
}
