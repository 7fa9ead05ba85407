//! `oncall demo`: a night in Tokyo, sixty times as fast.

use super::Output;
use anyhow::{Result, bail};

/// Watch a Tuesday at 02:00 in Tokyo, sixty times as fast: an alert, a call, an escalation
#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub(super) fn run(_: &Arguments) -> Result<Output> {
    bail!("`demo` is not part of this build")
}
