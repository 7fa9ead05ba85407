//! `oncall service`: another service in the repository.

use super::edited::{self, Options, refused};
use super::known::known;
use super::{Output, complete};
use crate::edit::{Edit, EditError, ServiceWish, Subject, add_service};
use crate::language::commands::Noun;
use anyhow::Result;

/// Add a service
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the file of another service, and begin its runbook
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The service's id: lower-case letters, digits and `-`
    #[arg(value_name = "ID")]
    id: String,
    /// The name that people read [default: the id]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The escalation policy that decides who is told [default: the only one beside the fallback]
    #[arg(add = complete::policies(), long, value_name = "ID")]
    policy: Option<String>,
    /// The runbook: a URL, or a file in runbooks/ [default: a new one]
    #[arg(long, value_name = "URL|FILE")]
    runbook: Option<String>,
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let Command::Add(add) = &arguments.command;
    edited::run(&add.options, |subject| arguments.edit(subject))
}

impl Arguments {
    pub(super) fn edit(&self, subject: &Subject<'_>) -> Result<Edit, EditError> {
        let Command::Add(Add { id, name, policy, runbook, .. }) = &self.command;
        if let Some(policy) = policy {
            known(subject.compiled.language, Noun::EscalationPolicy, &subject.config.policies, policy)
                .map_err(|error| refused(&error))?;
        }
        let (name, policy, runbook) = (name.as_deref(), policy.as_deref(), runbook.as_deref());
        add_service(subject, &ServiceWish { id, name, policy, runbook })
    }
}
