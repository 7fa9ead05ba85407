//! `oncall schema`: writes the JSON Schemas that editors use to complete and check files.

use super::Output;
use crate::document::schemas;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Write the JSON Schemas that editors use to complete and check files
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder to write to
    #[arg(value_name = "DIR", default_value = "schema")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let dir = &arguments.dir;
    fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    let schemas = schemas();
    for (name, text) in &schemas {
        let path = dir.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Output::fine(format!("wrote {} schemas to {}\n", schemas.len(), dir.display())))
}
