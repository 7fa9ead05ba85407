//! The semantic checks: what is valid and yet, most likely, not meant.
//!
//! [`CHECKS`] is the table. A check sees a whole config that compiled, and the date where there is one; it decides
//! nothing about validity, which depends on the tree alone ([`compile`](crate::compile)). An error here fails
//! `validate`, and so the pull request; it never stops a reload.

mod allowances;
mod coverage;
mod dates;
pub mod expectations;
mod line_ups;
mod overrides;
mod people;
mod policies;
mod providers;
mod rules;
mod turns;
mod unused;

use crate::compile::{Compiled, Diagnostic, Finding, Severity, Spot};
use crate::config::{Config, Id};
use crate::schedule::Shift;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One check of the table.
#[derive(Debug)]
pub struct Check {
    /// Stable, from `OC101`.
    pub code: &'static str,
    pub severity: Severity,
    /// What it finds depends on the date: it comes and goes by itself.
    pub dated: bool,
    /// What it finds, in one line.
    pub doc: &'static str,
    run: fn(&Subject<'_>) -> Vec<Found>,
}

/// What a check looks at.
#[derive(Debug)]
pub struct Subject<'a> {
    pub compiled: &'a Compiled,
    pub config: &'a Config,
    /// `None`: what depends on the date is not looked at.
    pub today: Option<Timestamp>,
    /// The shifts of the next four weeks of every schedule that a policy tells; none without a date.
    shifts: BTreeMap<Id, Vec<Shift>>,
}

/// What a check found; the table adds the code and the severity.
#[derive(Debug)]
struct Found {
    spot: Spot,
    message: String,
    labels: Vec<(Spot, String)>,
    help: Option<String>,
}

/// Every check.
pub const CHECKS: &[Check] = &[
    warning("OC101", "somebody who may be called has no phone", people::no_phone),
    warning("OC102", "somebody who may be told by Slack has no Slack id", people::no_slack),
    error("OC103", "a policy of high urgency never calls anybody", policies::never_calls),
    warning("OC104", "a step tells the same people as the step before", policies::same_people),
    warning("OC105", "a rule is never reached", rules::never_reached),
    error("OC106", "a runbook does not exist", rules::no_runbook),
    error("OC107", "a contact method is used whose provider is not configured", providers::not_configured),
    dated("OC108", "an override is past", dates::past_override),
    dated("OC109", "a silence is past", dates::past_silence),
    dated("OC110", "a list of holidays ends soon", dates::holidays_end),
    warning("OC111", "two integrations have the same secret", providers::same_secret),
    warning("OC112", "somebody is first called only after the next step begins", people::late_call),
    warning(
        "OC113",
        "an acknowledgement lapses before the first step's wait is over",
        policies::short_timeout,
    ),
    warning("OC114", "nothing uses an escalation policy", unused::policies),
    warning("OC115", "nothing uses a schedule", unused::schedules),
    warning("OC116", "nobody's schedule or policy names a user", unused::users),
    warning("OC117", "no route leads to a service", unused::services),
    warning("OC118", "a window never opens", rules::never_open),
    warning("OC119", "no public_url, so that buttons and keys cannot come back", providers::no_public_url),
    warning("OC120", "a list of negations matches everything", rules::matches_everything),
    warning("OC121", "a line-up breaks the order of turns", line_ups::order_of_turns),
    dated("OC122", "somebody who has left is still in the line-up or named by a step", dates::has_left),
    warning("OC123", "an override puts somebody on call who is off then", dates::override_of_absent),
    dated("OC124", "nobody is on call at times in the next 28 days", coverage::gaps_soon),
    dated(
        "OC125",
        "nobody is on call at times that come again within 400 days",
        coverage::gaps_that_come_again,
    ),
    warning("OC126", "shifts change hands inside a window", turns::cut_by_a_handoff),
    dated("OC127", "an absence spans several of a person's turns", turns::given_away_twice),
    dated(
        "OC128",
        "a step reaches the same people as the step before, at times",
        coverage::same_people_at_times,
    ),
    dated("OC129", "somebody is on call for more than 15 days in a row", coverage::long_runs),
    warning("OC130", "somebody's turns never come", turns::that_never_come),
    dated("OC131", "an override changes nothing", overrides::without_effect),
    dated("OC132", "an override makes one person of a pair", overrides::pair_into_one),
    warning(
        "OC230",
        "a heartbeat is expected of what speaks only once per change",
        rules::heartbeat_of_changes,
    ),
    warning("OC133", "an allowance allows nothing, or says no reason", |_| Vec::new()),
];

/// Runs every check; sorted by file and position. Without a config, there is nothing to check.
pub fn run(compiled: &Compiled, today: Option<Timestamp>) -> Vec<Diagnostic> {
    let Some(config) = &compiled.config else { return Vec::new() };
    let subject = Subject { compiled, config, today, shifts: coverage::shifts(config, today) };
    let findings = CHECKS.iter().flat_map(|check| {
        (check.run)(&subject).into_iter().map(|found| Finding {
            code: check.code,
            severity: check.severity,
            message: found.message,
            spot: found.spot,
            labels: found.labels,
            help: found.help,
        })
    });
    let located = compiled.sources.locate(findings.collect());
    allowances::apply(&compiled.sources, located)
}

const fn warning(code: &'static str, doc: &'static str, run: fn(&Subject<'_>) -> Vec<Found>) -> Check {
    Check { code, severity: Severity::Warning, dated: false, doc, run }
}

const fn dated(code: &'static str, doc: &'static str, run: fn(&Subject<'_>) -> Vec<Found>) -> Check {
    Check { code, severity: Severity::Warning, dated: true, doc, run }
}

const fn error(code: &'static str, doc: &'static str, run: fn(&Subject<'_>) -> Vec<Found>) -> Check {
    Check { code, severity: Severity::Error, dated: false, doc, run }
}

impl Found {
    fn new(spot: Spot, message: impl Into<String>) -> Found {
        Found { spot, message: message.into(), labels: Vec::new(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Found {
        self.help = Some(help.into());
        self
    }

    fn label(mut self, spot: Spot, message: impl Into<String>) -> Found {
        self.labels.push((spot, message.into()));
        self
    }
}
