//! What is wrong with the clone is mended by another one, and meanwhile the last good config is read beside it.

use crate::{World, chain, contains, never, text};
use oncall::git::remote::Credentials;
use oncall::git::repository::{CommitId, Repository};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A clone with a good commit, and the folder of its state directory.
struct Cloned {
    world: World,
    good: CommitId,
}

impl Cloned {
    fn new() -> Cloned {
        let world = World::with(&[("oncall.yaml", "good"), ("users/sato.yaml", "sato")]);
        let clone = world.open(None, None);
        let good = clone.fetch(never).unwrap().commit;
        clone.mark_good(good).unwrap();
        Cloned { world, good }
    }

    /// A copy of the state directory, to be damaged.
    fn copy(&self) -> TempDir {
        let copy = TempDir::new().unwrap();
        copy_folder(&self.world.folder.path().join("state"), copy.path());
        copy
    }

    fn open(&self, state: &TempDir) -> Repository {
        let url = self.world.url();
        Repository::open(&state.path().join("config.git"), &url, None, None, Credentials::default()).unwrap()
    }

    fn away(&self, state: &TempDir) -> Repository {
        let url = self.world.url().replace("remote.git", "nowhere.git");
        let clone =
            Repository::open(&state.path().join("config.git"), &url, None, None, Credentials::default());
        clone.unwrap()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy_folder(&file.path(), &to);
        } else {
            fs::copy(file.path(), to).unwrap();
        }
    }
}

/// Files and folders of the clone, below it.
fn inside(folder: &Path, below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = below.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            found.extend(inside(&file.path(), &path));
        }
        found.push(path);
    }
    found.sort();
    found
}

fn writable(path: &Path) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a copy in a folder of the test's own")]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions).unwrap();
}

type Harm = (&'static str, fn(&Path));

const HARM: [Harm; 4] =
    [
        ("gone", |path| {
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }),
        ("empty", |path| {
            if path.is_file() {
                writable(path);
                fs::write(path, "").unwrap();
            }
        }),
        ("half", |path| {
            if path.is_file() {
                writable(path);
                let bytes = fs::read(path).unwrap();
                fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }),
        ("garbled", |path| {
            if path.is_file() {
                writable(path);
                let mut bytes = fs::read(path).unwrap();
                let middle = bytes.len() / 4..bytes.len() * 3 / 4;
                bytes[middle].iter_mut().for_each(|byte| *byte ^= 0x5a);
                fs::write(path, &bytes).unwrap();
            }
        }),
    ];

#[test]
fn whatever_is_damaged_the_next_fetch_brings_the_newest_commit() {
    let cloned = Cloned::new();
    let inside = inside(&cloned.world.clone_dir(), Path::new(""));
    assert!(inside.len() > 10, "{inside:?}");
    let newest = cloned.world.commit("main", &[("oncall.yaml", "newest"), ("users/sato.yaml", "sato")]);
    for (how, harm) in HARM {
        for path in &inside {
            let state = cloned.copy();
            harm(&state.path().join("config.git").join(path));
            let clone = cloned.open(&state);
            let fetched = clone.fetch(never);
            let told = fetched.as_ref().map_or_else(|error| format!("{error:#}"), |_| String::new());
            assert_eq!(fetched.map(|it| it.commit).ok(), Some(newest), "{} is {how}: {told}", path.display());
            let tree = clone.tree(newest).unwrap();
            assert_eq!(text(&tree)["oncall.yaml"], "newest", "{} is {how}", path.display());
            clone.mark_good(newest).unwrap();
            // The handle that reads is not the one that fetched.
            let other = cloned.open(&state);
            assert_eq!((other.good(), other.tree(newest).unwrap()), (Some(newest), tree));
        }
    }
}

#[test]
fn whatever_is_damaged_a_start_without_the_remote_has_the_last_good_config() {
    let cloned = Cloned::new();
    for (how, harm) in HARM {
        for path in inside(&cloned.world.clone_dir(), Path::new("")) {
            let state = cloned.copy();
            harm(&state.path().join("config.git").join(&path));
            let remote = cloned.world.remote.path();
            let hidden = remote.with_file_name("hidden.git");
            fs::rename(remote, &hidden).unwrap();
            let clone = cloned.open(&state);
            contains(&chain(clone.fetch(never)), &["cannot fetch file://"]);
            assert_eq!(clone.good(), Some(cloned.good), "{} is {how}", path.display());
            let expected = BTreeMap::from([("oncall.yaml", "good"), ("users/sato.yaml", "sato")]);
            assert_eq!(text(&clone.tree(cloned.good).unwrap()), expected, "{} is {how}", path.display());
            fs::rename(hidden, remote).unwrap();
        }
    }
}

#[test]
fn the_files_that_are_kept_are_those_of_this_remote_alone() {
    let cloned = Cloned::new();
    let state = cloned.copy();
    fs::remove_dir_all(state.path().join("config.git")).unwrap();
    assert_eq!(cloned.away(&state).good(), None);
    assert_eq!(cloned.open(&state).good(), Some(cloned.good));
}

#[test]
fn a_lock_that_a_killed_process_left_stops_nothing() {
    let cloned = Cloned::new();
    let newest = cloned.world.commit("main", &[("oncall.yaml", "newest")]);
    for path in inside(&cloned.world.clone_dir(), Path::new("")) {
        let state = cloned.copy();
        let path = state.path().join("config.git").join(path);
        let lock = PathBuf::from(format!("{}.lock", path.display()));
        fs::write(&lock, "").unwrap();
        let clone = cloned.open(&state);
        assert_eq!(clone.fetch(never).unwrap().commit, newest, "{}", lock.display());
        clone.mark_good(newest).unwrap();
        assert!(!lock.exists(), "{}", lock.display());
    }
}

#[test]
fn a_damaged_clone_is_kept_until_the_next_one() {
    let cloned = Cloned::new();
    let state = cloned.copy();
    fs::write(state.path().join("config.git/refs/oncall/tip"), "nonsense").unwrap();
    let fetched = cloned.open(&state).fetch(never).unwrap();
    assert!(fetched.renewed);
    assert_eq!(fs::read_to_string(state.path().join("config.damaged/refs/oncall/tip")).unwrap(), "nonsense");
    assert!(!state.path().join("config.new").exists());
    assert!(!cloned.open(&state).fetch(never).unwrap().renewed, "the new one is whole");
}

#[test]
fn packs_do_not_pile_up_and_every_commit_is_still_there() {
    let world = World::with(&[("oncall.yaml", "first")]);
    let clone = world.open(None, None);
    let reader = world.open(None, None);
    let packs = || {
        let folder = fs::read_dir(world.clone_dir().join("objects/pack")).unwrap();
        folder.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|it| it == "pack")).count()
    };
    let (mut commits, mut most, mut renewed) = (vec![clone.fetch(never).unwrap().commit], 0, 0);
    for n in 0..60 {
        commits.push(world.commit("main", &[("oncall.yaml", &n.to_string())]));
        let fetched = clone.fetch(never).unwrap();
        assert_eq!(Some(&fetched.commit), commits.last());
        if fetched.renewed {
            reader.reopen().unwrap();
            renewed += 1;
        }
        assert_eq!(text(&reader.tree(fetched.commit).unwrap())["oncall.yaml"], n.to_string());
        most = most.max(packs());
    }
    assert!(most <= 20 && renewed == 3, "{most} packs, joined {renewed} times");
    let all = reader.log(None, commits[60], 100).unwrap();
    assert_eq!(all.iter().rev().map(|commit| commit.id).collect::<Vec<_>>(), commits);
    assert_eq!(text(&reader.tree(commits[0]).unwrap())["oncall.yaml"], "first");
    assert!(!world.clone_dir().join("joining").exists());
}
