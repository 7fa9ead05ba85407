//! A bare repository made with git2 in a temporary folder -> what the server's clone makes of it. `file://` only.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

mod branches;
mod clone;
mod same_tree;

use oncall::compile::{FILE_MAX, FILES_MAX, FOLDERS_MAX, TREE_BYTES_MAX, Tree, Unread};
use oncall::git::files::read_dir;
use oncall::git::kept::Kept;
use oncall::git::remote::Credentials;
use oncall::git::repository::{CommitId, Repository};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A remote, and the folder in which the clone is made.
struct World {
    remote: git2::Repository,
    folder: TempDir,
}

impl World {
    fn new() -> World {
        let folder = TempDir::new().unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).initial_head("main");
        let remote = git2::Repository::init_opts(folder.path().join("remote.git"), &options).unwrap();
        World { remote, folder }
    }

    fn with(files: &[(&str, &str)]) -> World {
        let world = World::new();
        world.commit("main", files);
        world
    }

    fn url(&self) -> String {
        format!("file://{}", self.remote.path().display())
    }

    fn clone_dir(&self) -> PathBuf {
        self.folder.path().join("state/config.git")
    }

    fn open(&self, branch: Option<&str>, path: Option<&str>) -> Repository {
        Repository::open(&self.clone_dir(), &self.url(), branch, path, Credentials::default()).unwrap()
    }

    /// Commits these files, and no others, on top of `branch`.
    fn commit(&self, branch: &str, files: &[(&str, &str)]) -> CommitId {
        let reference = format!("refs/heads/{branch}");
        let parent = self.remote.find_reference(&reference).ok().map(|found| found.peel_to_commit().unwrap());
        let entries: Vec<_> = files.iter().map(|(path, text)| (*path, 0o100_644, self.blob(text))).collect();
        self.write(branch, &entries, parent.as_ref())
    }

    fn blob(&self, text: &str) -> git2::Oid {
        self.remote.blob(text.as_bytes()).unwrap()
    }

    /// Makes `branch` a commit of (path, file mode, object) with at most one parent.
    fn write(
        &self,
        branch: &str,
        entries: &[(impl AsRef<[u8]>, u32, git2::Oid)],
        parent: Option<&git2::Commit<'_>>,
    ) -> CommitId {
        let mut index = git2::Index::new().unwrap();
        for (path, mode, id) in entries {
            index.add(&entry(path, *mode, *id)).unwrap();
        }
        let tree = self.remote.find_tree(index.write_tree_to(&self.remote).unwrap()).unwrap();
        let author =
            git2::Signature::new("Sato", "sato@example.com", &git2::Time::new(1_796_000_000, 540)).unwrap();
        let parents: Vec<_> = parent.into_iter().collect();
        let id = self.remote.commit(None, &author, &author, "Change the rotation", &tree, &parents).unwrap();
        self.remote.reference(&format!("refs/heads/{branch}"), id, true, "test").unwrap();
        CommitId::parse(&id.to_string()).unwrap()
    }

    /// Makes it the default branch.
    fn head(&self, branch: &str) {
        self.remote.set_head(&format!("refs/heads/{branch}")).unwrap();
    }

    fn delete(&self, branch: &str) {
        self.remote.find_reference(&format!("refs/heads/{branch}")).unwrap().delete().unwrap();
    }
}

fn entry(path: impl AsRef<[u8]>, mode: u32, id: git2::Oid) -> git2::IndexEntry {
    let zero = git2::IndexTime::new(0, 0);
    let path = path.as_ref().to_vec();
    git2::IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path,
    }
}

fn never() -> bool {
    false
}

fn text(tree: &Tree) -> BTreeMap<&str, &str> {
    assert_eq!(tree.unread, BTreeMap::new());
    tree.files.iter().map(|(path, bytes)| (path.as_str(), std::str::from_utf8(bytes).unwrap())).collect()
}

/// The whole chain of an error, as `{:#}` prints it.
fn chain<T>(result: anyhow::Result<T>) -> String {
    match result {
        Ok(_) => panic!("expected an error"),
        Err(error) => format!("{error:#}"),
    }
}

#[track_caller]
fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

#[test]
fn the_default_branch_is_fetched_and_read_without_a_checkout() {
    let world = World::new();
    world.commit("develop", &[("oncall.yaml", "not this")]);
    let tip =
        world.commit("main", &[("oncall.yaml", "a"), ("users/web/sato.yaml", "b"), (".github/ci.yml", "c")]);
    let clone = world.open(None, None);
    let fetched = clone.fetch(never).unwrap();
    assert_eq!((fetched.commit, fetched.rewritten), (tip, None));
    let files = clone.tree(tip).unwrap();
    assert_eq!(text(&files), BTreeMap::from([("oncall.yaml", "a"), ("users/web/sato.yaml", "b")]));
    assert!(!world.clone_dir().join("oncall.yaml").exists());
}

#[test]
fn a_branch_and_a_folder_are_followed() {
    let world = World::with(&[("oncall.yaml", "main")]);
    let first = world.commit("live", &[("ops/oncall/oncall.yaml", "1"), ("src/main.c", "int x;")]);
    let clone = world.open(Some("live"), Some("/ops/./oncall/"));
    assert_eq!(clone.fetch(never).unwrap().commit, first);
    assert_eq!(text(&clone.tree(first).unwrap()), BTreeMap::from([("oncall.yaml", "1")]));
    let second = world.commit("live", &[("ops/oncall/oncall.yaml", "2")]);
    assert_eq!(clone.fetch(never).unwrap().commit, second);
    assert_eq!(text(&clone.tree(second).unwrap()), BTreeMap::from([("oncall.yaml", "2")]));
    assert_eq!(text(&clone.tree(first).unwrap()), BTreeMap::from([("oncall.yaml", "1")]), "history is kept");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let world = World::with(&[("oncall.yaml", "x")]);
    for (path, expected) in [("ops", "there is no folder ops"), ("oncall.yaml", "is not a folder")] {
        let clone = world.open(None, Some(path));
        let tip = clone.fetch(never).unwrap().commit;
        contains(&chain(clone.tree(tip)), &[expected, &tip.to_string()]);
    }
    let out =
        Repository::open(&world.clone_dir(), &world.url(), None, Some("a/../../b"), Credentials::default());
    contains(&chain(out), &["leaves the repository"]);
}

#[test]
fn the_last_good_commit_outlives_the_remote_and_the_process() {
    let world = World::with(&[("oncall.yaml", "good")]);
    let clone = world.open(None, None);
    assert_eq!(clone.good(), None);
    let good = clone.fetch(never).unwrap().commit;
    clone.mark_good(good).unwrap();
    world.commit("main", &[("oncall.yaml", "bad")]);
    clone.fetch(never).unwrap();
    drop(clone);
    fs::remove_dir_all(world.remote.path()).unwrap();

    let clone = world.open(None, None);
    contains(&chain(clone.fetch(never)), &["cannot fetch file://", "remote.git"]);
    assert_eq!(clone.good(), Some(good));
    assert_eq!(text(&clone.tree(good).unwrap()), BTreeMap::from([("oncall.yaml", "good")]));
}

#[test]
fn the_last_good_commit_of_another_branch_or_folder_is_not_ours() {
    let world = World::with(&[("oncall.yaml", "1"), ("team/oncall.yaml", "2")]);
    world.commit("staging", &[("oncall.yaml", "3")]);
    let staging = world.open(Some("staging"), None);
    staging.mark_good(staging.fetch(never).unwrap().commit).unwrap();
    for (branch, path) in [(Some("main"), None), (None, None), (Some("staging"), Some("team"))] {
        assert_eq!(world.open(branch, path).good(), None, "{branch:?} {path:?}");
    }
    assert!(world.open(Some("staging"), None).good().is_some());
}

#[test]
fn the_last_good_directory_outlives_a_crash_while_it_is_kept() {
    let state = TempDir::new().unwrap();
    let tree =
        |text: &str| Tree { files: [("users/a.yaml".to_owned(), text.into())].into(), ..Tree::default() };
    let kept = Kept::of(state.path(), Path::new("/config"));
    assert_eq!(kept.read(), None);
    kept.write("one", &tree("1")).unwrap();
    assert_eq!(kept.read(), Some(("one".to_owned(), tree("1"))));
    assert_eq!(Kept::of(state.path(), Path::new("/elsewhere")).read(), None);

    // It ended between taking the old one away and renaming the new one; then while writing the new one.
    let folder = fs::read_dir(state.path()).unwrap().next().unwrap().unwrap().path();
    fs::rename(&folder, folder.with_extension("new")).unwrap();
    assert_eq!(kept.read(), Some(("one".to_owned(), tree("1"))));
    kept.write("two", &tree("2")).unwrap();
    fs::create_dir_all(folder.with_extension("new")).unwrap();
    assert_eq!(kept.read(), Some(("two".to_owned(), tree("2"))));
    kept.write("three", &tree("3")).unwrap();
    assert_eq!(kept.read(), Some(("three".to_owned(), tree("3"))));
}

#[test]
fn an_empty_repository_says_so() {
    let world = World::new();
    contains(&chain(world.open(None, None).fetch(never)), &["is empty", "push a first commit"]);
    contains(&chain(world.open(Some("main"), None).fetch(never)), &["is empty"]);
}

#[test]
fn a_fetch_that_takes_too_long_is_stopped_and_the_next_one_works() {
    let world = World::with(&[("oncall.yaml", "1")]);
    let clone = world.open(None, None);
    contains(&chain(clone.fetch(|| true)), &["took too long"]);
    assert!(clone.fetch(never).is_ok());
}

#[test]
fn what_is_no_file_is_an_error_in_the_config_and_passed_over_elsewhere() {
    let world = World::new();
    let (link, lfs) =
        (world.blob("../etc/passwd"), world.blob("version https://git-lfs.github.com/spec/v1\noid x\n"));
    let large = world.blob(&"#".repeat(FILE_MAX + 1));
    let submodule = git2::Oid::from_str("5c3b1b0e6f0b9d3c2a1f4e5d6c7b8a9f0e1d2c3b").unwrap();
    let cases = [
        (0o120_000, link, Unread::Link),
        (0o160_000, submodule, Unread::Submodule),
        (0o100_644, lfs, Unread::LfsPointer),
        (0o100_644, large, Unread::TooLarge(1_048_577)),
    ];
    for (mode, id, expected) in cases {
        for path in ["users/sato.yaml", "oncall.yaml", "runbooks/web/checkout.md", "users"] {
            let tip = world.write("main", &[(path, mode, id)], None);
            let clone = world.open(None, None);
            clone.fetch(never).unwrap();
            let unread = clone.tree(tip).unwrap().unread;
            assert_eq!(unread, BTreeMap::from([(path.to_owned(), expected)]));
        }
        let tip = world.write("main", &[("docs/logo.png", mode, id), ("README.md", mode, id)], None);
        let clone = world.open(None, None);
        clone.fetch(never).unwrap();
        assert_eq!(clone.tree(tip).unwrap(), Tree::default(), "{expected:?}");
    }
}

#[test]
fn a_folder_of_the_config_that_is_a_link_is_not_followed() {
    let world = World::new();
    let link = world.blob("../..");
    let files = [("ops/config", 0o120_000, link), ("oncall.yaml", 0o100_644, link)];
    let tip = world.write("main", &files, None);
    for (path, expected) in [("ops/config", "is not a folder"), ("ops/config/etc", "there is no folder")] {
        let clone = world.open(None, Some(path));
        clone.fetch(never).unwrap();
        contains(&chain(clone.tree(tip)), &[expected, path]);
    }
}

#[test]
fn an_executable_file_is_a_file() {
    let world = World::new();
    let tip = world.write("main", &[("users/sato.yaml", 0o100_755, world.blob("x"))], None);
    let clone = world.open(None, None);
    clone.fetch(never).unwrap();
    assert_eq!(text(&clone.tree(tip).unwrap()), BTreeMap::from([("users/sato.yaml", "x")]));
}

#[test]
fn too_many_files_are_refused_with_the_way_out() {
    let world = World::new();
    let blob = world.blob("x");
    let paths: Vec<String> = (0..=FILES_MAX).map(|n| format!("src/{n}")).collect();
    let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), 0o100_644, blob)).collect();
    let tip = world.write("main", &entries, None);
    let clone = world.open(None, None);
    clone.fetch(never).unwrap();
    let unread = clone.tree(tip).unwrap().unread;
    assert_eq!(unread.into_values().collect::<Vec<_>>(), [Unread::TooMany]);
}

#[test]
fn too_many_bytes_and_too_deep_folders_are_refused() {
    let world = World::new();
    let blob = world.blob(&"x".repeat(FILE_MAX));
    let most = TREE_BYTES_MAX / FILE_MAX as u64;
    let paths: Vec<String> = (0..=most).map(|n| format!("users/{n}.yaml")).collect();
    let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), 0o100_644, blob)).collect();
    let bytes = world.write("main", &entries, None);
    let deep = format!("users{}.yaml", "/a".repeat(FOLDERS_MAX));
    let depth = world.write("deep", &[(deep.as_str(), 0o100_644, blob)], None);
    for (branch, tip, expected) in [("main", bytes, Unread::TooMuch), ("deep", depth, Unread::TooDeep)] {
        let clone = world.open(Some(branch), None);
        clone.fetch(never).unwrap();
        assert_eq!(clone.tree(tip).unwrap().unread.into_values().collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn the_log_names_the_commits_in_between_newest_first() {
    let world = World::new();
    let commits: Vec<_> =
        ["1", "2", "3", "4"].map(|text| world.commit("main", &[("oncall.yaml", text)])).into();
    let clone = world.open(None, None);
    clone.fetch(never).unwrap();
    let ids = |from, max| -> Vec<CommitId> {
        clone.log(from, commits[3], max).unwrap().iter().map(|commit| commit.id).collect()
    };
    assert_eq!(ids(Some(commits[1]), 10), [commits[3], commits[2]]);
    assert_eq!(ids(None, 3), [commits[3], commits[2], commits[1]]);
    assert_eq!(ids(Some(commits[3]), 10), []);
    let unknown = CommitId::parse("5c3b1b0e6f0b9d3c2a1f4e5d6c7b8a9f0e1d2c3b").unwrap();
    assert_eq!(ids(Some(unknown), 10).len(), 4, "a start that is gone");
    let last = &clone.log(None, commits[3], 1).unwrap()[0];
    assert_eq!((last.author.as_str(), last.summary.as_str()), ("Sato", "Change the rotation"));
    assert_eq!(last.committed_at, 1_796_000_000);
}

#[test]
fn a_commit_that_is_not_in_the_clone_is_named() {
    let world = World::with(&[("oncall.yaml", "1")]);
    let clone = world.open(None, None);
    let unknown = CommitId::parse("5c3b1b0e6f0b9d3c2a1f4e5d6c7b8a9f0e1d2c3b").unwrap();
    contains(&chain(clone.tree(unknown)), &["5c3b1b0e6f", "not in the clone"]);
    assert!(clone.mark_good(unknown).is_err());
    assert!(CommitId::parse("main").is_err());
    assert!(CommitId::parse("5c3b1b0").is_err());
}

#[test]
fn urls_that_are_not_safe_or_not_urls_are_refused_before_anything_is_asked() {
    let cases = [
        ("http://git.example.com/oncall.git", "not encrypted"),
        ("git://git.example.com/oncall.git", "not encrypted"),
        ("https://bot:hunter2@git.example.com/oncall.git", "ONCALL_GIT_TOKEN"),
        ("ssh://git:hunter2@git.example.com/oncall.git", "ONCALL_GIT_TOKEN"),
        ("file://oncall.git", "file:///path/to/repository"),
        ("/srv/oncall.git", "write file:///srv/oncall.git"),
        ("oncall.git", "is not a URL"),
        ("ftp://git.example.com/x", "is not a URL"),
        ("https:///x", "is not a URL"),
        ("", "is not a URL"),
    ];
    let folder = TempDir::new().unwrap();
    for (url, expected) in cases {
        let error =
            chain(Repository::open(&folder.path().join("c"), url, None, None, Credentials::default()));
        contains(&error, &[expected]);
        assert!(!error.contains("hunter2"), "{error}");
        assert!(!folder.path().join("c").exists(), "{url}");
    }
    for url in
        ["https://git.example.com/x", "ssh://git@git.example.com:2222/x", "git@git.example.com:team/x.git"]
    {
        Repository::open(&folder.path().join("c"), url, None, None, Credentials::default()).unwrap();
    }
}

#[test]
fn a_branch_that_cannot_be_one_is_refused() {
    let world = World::with(&[("oncall.yaml", "1")]);
    for branch in ["", "a b", "*", "a..b", "main:refs/oncall/good"] {
        let opened =
            Repository::open(&world.clone_dir(), &world.url(), Some(branch), None, Credentials::default());
        contains(&chain(opened), &["cannot be a branch"]);
    }
}

#[test]
fn credentials_are_not_shown() {
    let credentials = Credentials { token: Some("ghp_secret".into()), ..Credentials::default() };
    assert!(!format!("{credentials:?}").contains("ghp_secret"));
}

/// Where people put tokens into a URL: as the user, as the password, in the query. Some of these URLs are refused.
#[test]
fn tokens_in_a_url_are_not_shown() {
    let world = World::with(&[("oncall.yaml", "a")]);
    for url in [
        "https://s3cr3t@git.invalid/config.git",
        "https://someone:s3cr3t@git.invalid/config.git",
        "https://git.invalid/config.git?token=s3cr3t",
        "https://git.invalid/config.git?private_token=s3cr3t#x",
        "http://s3cr3t@git.invalid/config.git",
        "http://git.invalid/config.git?token=s3cr3t",
        "ftp://someone:s3cr3t@git.invalid/config.git",
        "git://git.invalid/config.git?access_token=s3cr3t",
        "s3cr3t@git.invalid",
    ] {
        let opened = Repository::open(&world.clone_dir(), url, None, None, Credentials::default());
        let said = match opened {
            Ok(repository) => {
                let fetched = repository.fetch(never).map(|_| ()).unwrap_err();
                format!("{repository:?} {} {fetched:#}", repository.remote())
            }
            Err(refused) => format!("{refused:#} {refused:?}"),
        };
        assert!(said.contains("git.invalid") && !said.contains("s3cr3t"), "{url}: {said}");
    }
}

#[test]
fn a_directory_gives_the_same_files_as_a_commit() {
    let written =
        [("oncall.yaml", "a"), ("users/web/sato.yaml", "b"), ("docs/x.txt", "c"), (".github/ci.yml", "d")];
    let world = World::with(&written);
    let clone = world.open(None, None);
    let tip = clone.fetch(never).unwrap().commit;
    let folder = directory(&written);
    assert_eq!(read_dir(folder.path()).unwrap(), clone.tree(tip).unwrap());
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[cfg(unix)]
#[test]
fn links_of_a_directory_are_refused_except_those_of_kubernetes() {
    use std::os::unix::fs::symlink;
    let outside = directory(&[("sato.yaml", "secret")]);
    let folder = directory(&[("..2026_12_05/oncall.yaml", "a"), ("..2026_12_05/users/sato.yaml", "b")]);
    symlink("..2026_12_05", folder.path().join("..data")).unwrap();
    symlink("..data/oncall.yaml", folder.path().join("oncall.yaml")).unwrap();
    symlink("..data/users", folder.path().join("users")).unwrap();
    symlink(outside.path(), folder.path().join("docs")).unwrap();
    let files = read_dir(folder.path()).unwrap();
    assert_eq!(text(&files), BTreeMap::from([("oncall.yaml", "a"), ("users/sato.yaml", "b")]));

    for target in [outside.path().join("sato.yaml"), "nowhere".into(), "../oncall.yaml".into()] {
        let folder = directory(&[("oncall.yaml", "a"), ("users/suzuki.yaml", "b")]);
        symlink(target, folder.path().join("users/sato.yaml")).unwrap();
        let tree = read_dir(folder.path()).unwrap();
        assert_eq!(tree.unread, BTreeMap::from([("users/sato.yaml".to_owned(), Unread::Link)]));
    }
}

#[test]
fn a_directory_that_is_not_there_or_too_large_is_named() {
    contains(&chain(read_dir("/nowhere/at/all".as_ref())), &["/nowhere/at/all", "does it exist?"]);
    let folder = directory(&[("users/sato.yaml", &"#".repeat(FILE_MAX + 1))]);
    let unread = read_dir(folder.path()).unwrap().unread;
    assert_eq!(unread, BTreeMap::from([("users/sato.yaml".to_owned(), Unread::TooLarge(1_048_577))]));
}
