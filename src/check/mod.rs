//! The semantic checks: what is valid and yet, most likely, not meant.
//!
//! [`CHECKS`] is the table. A check sees a whole config that compiled, and the date where there is one; it decides
//! nothing about validity, which depends on the tree alone ([`compile`](crate::compile)).

use crate::compile::{Compiled, Diagnostic, Finding, Severity};
use crate::config::Config;
use jiff::Timestamp;

/// One check of the table.
#[derive(Debug)]
pub struct Check {
    /// Stable, from `OC101`.
    pub code: &'static str,
    pub severity: Severity,
    /// What it finds, in one line.
    pub doc: &'static str,
    run: fn(&Subject<'_>) -> Vec<Finding>,
}

/// What a check looks at.
#[derive(Debug)]
pub struct Subject<'a> {
    pub compiled: &'a Compiled,
    pub config: &'a Config,
    /// `None`: what depends on the date is not looked at.
    pub today: Option<Timestamp>,
}

/// Every check.
pub const CHECKS: &[Check] = &[];

/// Runs every check; sorted by file and position. Without a config, there is nothing to check.
pub fn run(compiled: &Compiled, today: Option<Timestamp>) -> Vec<Diagnostic> {
    let Some(config) = &compiled.config else { return Vec::new() };
    let subject = Subject { compiled, config, today };
    let findings = CHECKS.iter().flat_map(|check| (check.run)(&subject)).collect();
    compiled.sources.locate(findings)
}
