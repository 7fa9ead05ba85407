//! The clone on disk: opened, made anew beside a damaged one, and its packs joined.
//!
//! It is only a copy of the remote, so whatever is wrong with it is mended by another one. Each step may be the last of this
//! process: a clone takes its place by one renaming, and until then the old one stays. When a clone counts as damaged is
//! decided by [`repository`](super::repository).

use anyhow::{Context, Result};
use git2::{Error, ErrorClass, Odb, Repository, RepositoryInitOptions};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How many packs lie in the clone before they are joined. Each fetch brings one, and each is an open file.
pub const PACKS_MAX: usize = 20;
/// How deep a start looks for what was left behind.
const FOLDERS_MAX: usize = 8;

/// Opens the clone, or creates an empty one. Nothing is written where nothing is new, so that a full disk is no obstacle.
pub(super) fn open_or_create(dir: &Path) -> Result<Repository, Error> {
    let git = if dir.join("HEAD").exists() {
        Repository::open_bare(dir)?
    } else {
        let mut options = RepositoryInitOptions::new();
        Repository::init_opts(dir, options.bare(true).mkpath(true).external_template(false))?
    };
    // After a power cut, no reference may point to objects that were never written.
    let mut config = git.config()?.open_level(git2::ConfigLevel::Local)?;
    if !config.get_bool("core.fsyncObjectFiles").unwrap_or(false) {
        // On a full disk the next start sets it.
        let _ = config.set_bool("core.fsyncObjectFiles", true);
    }
    Ok(git)
}

/// An empty clone in the place of one that cannot be opened; that one is kept until the next is damaged.
pub(super) fn replace(dir: &Path) -> Result<Repository> {
    let damaged = with(dir, "damaged");
    remove(&damaged)?;
    fs::rename(dir, &damaged).with_context(|| format!("cannot move {} away", dir.display()))?;
    Ok(open_or_create(dir)?)
}

/// An empty clone beside the one in `dir`.
pub(super) fn beside(dir: &Path) -> Result<Repository> {
    let new = with(dir, "new");
    remove(&new)?;
    Ok(open_or_create(&new)?)
}

/// Puts the clone that was made beside into the place of the old one, which is kept as when it is replaced.
pub(super) fn exchange(dir: &Path) -> Result<()> {
    let (new, damaged) = (with(dir, "new"), with(dir, "damaged"));
    remove(&damaged)?;
    let exchange = || {
        if dir.exists() {
            fs::rename(dir, &damaged)?;
        }
        fs::rename(&new, dir)
    };
    exchange().with_context(|| format!("cannot put {} into its place", new.display()))
}

/// Removes what a clone beside left behind.
pub(super) fn give_up_beside(dir: &Path) {
    // The next one removes it before it begins.
    let _ = remove(&with(dir, "new"));
}

/// Whether this error is about the clone and not about the remote or the network.
pub(super) fn is_local(error: &Error) -> bool {
    use ErrorClass::{Callback, Http, Net, Ssh, Ssl};
    !matches!(error.class(), Net | Http | Ssh | Ssl | Callback)
}

/// Joins all packs but the largest into one, once there are more than [`PACKS_MAX`]. Whether it did.
pub(super) fn join_packs(git: &Repository) -> Result<bool> {
    let folder = git.path().join("objects/pack");
    let mut packs = packs(&folder)?;
    if packs.len() <= PACKS_MAX {
        return Ok(false);
    }
    packs.sort_unstable();
    packs.pop();
    // The small ones alone, as a store of their own, say which objects are in them.
    let store = git.path().join("joining");
    remove(&store)?;
    fs::create_dir_all(store.join("pack"))?;
    for (_, pack) in &packs {
        for file in [pack.clone(), pack.with_extension("idx")] {
            fs::hard_link(&file, store.join("pack").join(file.file_name().unwrap_or_default()))?;
        }
    }
    let small = Odb::new()?;
    small.add_disk_alternate(&store.to_string_lossy())?;
    let mut objects = Vec::new();
    small.foreach(|id| {
        objects.push(*id);
        true
    })?;
    drop(small);
    let mut joined = git.packbuilder()?;
    for id in objects {
        joined.insert_object(id, None)?;
    }
    joined.write(&folder, 0o444)?;
    let name = joined.name()?.map(|name| format!("pack-{name}.pack"));
    for (_, pack) in packs {
        if pack.file_name().and_then(|it| it.to_str()) != name.as_deref() {
            // Without its index a pack is not looked at.
            fs::remove_file(pack.with_extension("idx"))?;
            fs::remove_file(&pack)?;
        }
    }
    remove(&store)?;
    Ok(true)
}

/// The whole packs in `folder`, with their sizes.
fn packs(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut packs = Vec::new();
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(packs),
        files => files?,
    };
    for file in files {
        let file = file?;
        let path = file.path();
        if path.extension().is_some_and(|it| it == "pack") && path.with_extension("idx").exists() {
            packs.push((file.metadata()?.len(), path));
        }
    }
    Ok(packs)
}

/// A name beside the clone's: `config.damaged`.
fn with(dir: &Path, extension: &str) -> PathBuf {
    dir.with_extension(extension)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes what a process that was killed left: locks, which nobody holds at a start, and packs cut short.
pub(super) fn tidy(dir: &Path) {
    let mut folders = vec![(dir.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = file.path();
            let name = file.file_name().to_string_lossy().into_owned();
            let unfinished = folder.ends_with("objects/pack") && !name.starts_with("pack-");
            if file.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth < FOLDERS_MAX {
                    folders.push((path, depth + 1));
                }
            } else if name.ends_with(".lock") || unfinished {
                // One that stays fails the next fetch, which makes another clone.
                let _ = fs::remove_file(path);
            }
        }
    }
}
