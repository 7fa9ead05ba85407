//! `oncall validate`: checks shape, references, rules and expectations; reports all findings in one pass.

use super::directory::{Directory, now};
use super::report::{github, human, sarif};
use super::{Exit, Output};
use crate::check::{self, expectations::unmet};
use crate::compile::{Severity, render_json};
use anyhow::Result;

/// Check the config: shape, references, rules and expectations, all in one pass
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Exit with 1 at warnings, too
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// With the lines they point to
    Human,
    /// An array of findings
    Json,
    /// Annotations on a pull request, in a GitHub workflow
    Github,
    /// For code scanning (SARIF 2.1.0)
    Sarif,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let mut findings = loaded.findings(now());
    let unmet = unmet(&loaded.compiled);
    let warned = arguments.strict && findings.iter().any(|it| it.severity == Severity::Warning);
    let wrong = warned || !check::errors(&loaded.compiled).is_empty() || !unmet.is_empty();
    findings.extend(unmet);
    findings.sort_by(|a, b| a.place().cmp(&b.place()));
    let (dir, language) = (&arguments.directory.dir, loaded.compiled.language);
    let out = match arguments.format {
        Format::Human => human(&loaded.tree, &findings, language),
        Format::Json => format!("{}\n", render_json(&findings, language)),
        Format::Github => github(dir, &findings, language),
        Format::Sarif => sarif(dir, &findings, language),
    };
    Ok(Output { out, err: String::new(), exit: if wrong { Exit::Config } else { Exit::Fine } })
}
