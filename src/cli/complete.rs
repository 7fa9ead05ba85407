//! What Tab offers for an id: the files of the config that the shell stands in, or in a folder above.
//!
//! Only names are read, so that it is quick, and so that a config with an error completes as well.

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// How many folders above are looked at, and how many deep below a kind's folder.
const ABOVE_MAX: usize = 16;
const DEPTH_MAX: usize = 6;
/// The most ids that are offered.
const OFFERED_MAX: usize = 2_000;
/// How much of a file is read for its name, in bytes.
const READ_MAX: usize = 4_096;

pub(super) fn users() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered("users"))
}

pub(super) fn schedules() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered("schedules"))
}

pub(super) fn services() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered("services"))
}

pub(super) fn policies() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered("escalation-policies"))
}

pub(super) fn integrations() -> ArgValueCandidates {
    ArgValueCandidates::new(|| offered("integrations"))
}

fn offered(kind: &str) -> Vec<CompletionCandidate> {
    let Some(root) = env::current_dir().ok().and_then(|here| root(&here)) else { return Vec::new() };
    let found = ids(&root, kind)
        .into_iter()
        .map(|(id, name)| CompletionCandidate::new(id).help(name.map(Into::into)));
    found.collect()
}

/// The nearest folder with an oncall.yaml.
pub(super) fn root(here: &Path) -> Option<PathBuf> {
    here.ancestors()
        .take(ABOVE_MAX)
        .find(|folder| folder.join("oncall.yaml").is_file())
        .map(Path::to_path_buf)
}

/// Ids of a kind, each with its `name:`; sorted.
fn ids(root: &Path, kind: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut folders = vec![(root.join(kind), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            if path.is_dir() && depth < DEPTH_MAX {
                folders.push((path, format!("{prefix}{name}/"), depth + 1));
            } else if let Some(stem) = name.strip_suffix(".yaml").filter(|_| found.len() < OFFERED_MAX) {
                found.push((format!("{prefix}{stem}"), title(&path)));
            }
        }
    }
    found.sort();
    found
}

/// What stands behind `name:` at the beginning of a line.
fn title(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(bytes.get(..READ_MAX.min(bytes.len()))?).into_owned();
    let name = text.lines().find_map(|line| line.strip_prefix("name:"))?.split(" #").next()?;
    Some(name.trim().trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty())
}
