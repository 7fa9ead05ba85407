//! One alert's noise, as a service or the organisation's `defaults` say: flapping, and when an incident is opened again.

use super::diagnostic::Spot;
use super::resolve::Resolver;
use crate::config::{FlappingRule, ReopenRule};
use crate::document::{self, Defaults};
use jiff::SignedDuration;

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

    /// What the organisation's `defaults` say under a key, and where.
    fn shared<T>(&self, key: &str, said: fn(&'a Defaults) -> Option<&'a T>) -> Option<(&'a T, Spot)> {
        let (organisation, at) = self.organisation_document()?;
        let shared = said(organisation.defaults.as_ref()?)?;
        Some((shared, at.key("defaults").key(key)))
    }
}
