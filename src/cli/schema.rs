//! `oncall schema`: writes the JSON Schemas that editors use to complete and check files.

use super::Output;
use super::spoken::caused;
use crate::document::schemas;
use crate::language::failed::{cannot_make_folder, cannot_write};
use anyhow::Result;
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
    fs::create_dir_all(dir).map_err(|error| caused(cannot_make_folder(&dir.display().to_string()), error))?;
    let schemas = schemas();
    for (name, text) in &schemas {
        let path = dir.join(name);
        fs::write(&path, text).map_err(|error| caused(cannot_write(&path.display().to_string()), error))?;
    }
    Ok(Output::fine(format!("wrote {} schemas to {}\n", schemas.len(), dir.display())))
}
