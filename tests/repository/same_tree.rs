//! `validate` reads a directory and the server a commit: one content gives one tree.

use super::{World, directory, entry, never};
use oncall::compile::{FILE_MAX, FILES_MAX, FOLDERS_MAX, Unread};
use oncall::git::files::read_dir;
use std::collections::BTreeSet;
use std::fs;

/// One content, in a work tree and committed from it: links of every kind, a submodule that is there and one that is not, files
/// in Git LFS as a checkout shows them, names and depths that are not read. (The index says what is where, as after a clone.)
#[cfg(unix)]
#[test]
fn a_nasty_folder_gives_the_same_as_its_commit() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    const LFS: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n";
    let deep = format!("services{}/x.yaml", "/a".repeat(FOLDERS_MAX));
    let large = "#".repeat(FILE_MAX + 1);
    let world = World::new();
    let folder = directory(&[
        ("oncall.yaml", "a"),
        ("users.yaml", "sorts before users/"),
        ("users/web/sato.yaml", "b"),
        ("users/large.yaml", &large),
        ("..2026/schedules/web.yaml", "c"),
        (".hidden/users.yaml", "d"),
        (&deep, "e"),
        ("policies/inside/.git", "gitdir: elsewhere"),
        ("policies/inside/x.yaml", "not of this repository"),
        ("services/nested/.git/HEAD", "ref: refs/heads/main"),
        ("services/nested/x.yaml", "nor this"),
        (".gitattributes", "runbooks/*.md filter=lfs\ndocs/* filter=lfs\n"),
        ("runbooks/web.md", "what the pointer stands for"),
        ("docs/logo.png", "no config"),
        ("holidays/pointer.yaml", LFS),
    ]);
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("escalation-policies/not-there")).unwrap();
    let links = [
        ("..data", "..2026"),
        ("schedules", "..data/schedules"),
        ("users/above.yaml", "../../outside.yaml"),
        ("users/inside.yaml", "web/sato.yaml"),
        ("users/absolute.yaml", "/etc/hostname"),
        ("users/nowhere.yaml", "..data/nothing.yaml"),
        ("users/round.yaml", "round.yaml"),
        ("users/kept.yaml", "../..data/schedules/web.yaml"),
        ("business-hours", "../.."),
    ];
    for (path, target) in links {
        symlink(target, at(path)).unwrap();
    }
    fs::write(folder.path().join("users").join(std::ffi::OsStr::from_bytes(b"\xff.yaml")), "f").unwrap();

    let submodule = git2::Oid::from_str("5c3b1b0e6f0b9d3c2a1f4e5d6c7b8a9f0e1d2c3b").unwrap();
    let files: [(&str, u32, git2::Oid); 12] = [
        ("oncall.yaml", 0o100_644, world.blob("a")),
        ("users.yaml", 0o100_644, world.blob("sorts before users/")),
        ("users/web/sato.yaml", 0o100_644, world.blob("b")),
        ("users/large.yaml", 0o100_644, world.blob(&large)),
        ("..2026/schedules/web.yaml", 0o100_644, world.blob("c")),
        (&deep, 0o100_644, world.blob("e")),
        ("policies/inside", 0o160_000, submodule),
        ("services/nested", 0o160_000, submodule),
        ("escalation-policies/not-there", 0o160_000, submodule),
        ("runbooks/web.md", 0o100_644, world.blob(LFS)),
        ("docs/logo.png", 0o100_644, world.blob("no config")),
        ("holidays/pointer.yaml", 0o100_644, world.blob(LFS)),
    ];
    let links = links.map(|(path, target)| (path, 0o120_000, world.blob(target)));
    let entries = files.into_iter().chain(links).map(|(path, mode, id)| (path.as_bytes(), mode, id));
    let not_text: &[u8] = b"users/\xff.yaml";
    let entries: Vec<_> = entries.chain([(not_text, 0o100_644, world.blob("f"))]).collect();
    let tip = world.write("main", &entries, None);
    let clone = world.open(None, None);
    clone.fetch(never).unwrap();
    let committed = clone.tree(tip).unwrap();
    let git = git2::Repository::init(folder.path()).unwrap();
    let mut index = git.index().unwrap();
    index.add(&entry("escalation-policies/not-there", 0o160_000, submodule)).unwrap();
    index.write().unwrap();
    let read = read_dir(folder.path()).unwrap();
    assert_eq!(read.unread, committed.unread);
    assert_eq!(read.files.keys().collect::<Vec<_>>(), committed.files.keys().collect::<Vec<_>>());
    assert!(read == committed, "the same bytes");
    let whys: BTreeSet<Unread> = read.unread.into_values().collect();
    let expected = [Unread::Link, Unread::Submodule, Unread::LfsPointer, Unread::Name];
    assert!(expected.iter().all(|why| whys.contains(why)), "{whys:?}");
    assert_eq!(committed.files.get("users/kept.yaml").map(Vec::as_slice), Some(&b"c"[..]));
}

/// What goes beyond a limit is cut off at the same place, whatever order the disk has.
#[test]
fn a_directory_beyond_a_limit_is_cut_off_where_its_commit_is() {
    let names: Vec<String> = (0..=FILES_MAX).map(|n| format!("services/{}/{n}.yaml", n % 7)).collect();
    let world = World::new();
    let blob = world.blob("x");
    let entries: Vec<_> = names.iter().map(|path| (path.as_str(), 0o100_644, blob)).collect();
    let tip = world.write("main", &entries, None);
    let clone = world.open(None, None);
    clone.fetch(never).unwrap();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let (read, committed) = (read_dir(directory(&files).path()).unwrap(), clone.tree(tip).unwrap());
    assert_eq!(read.unread, committed.unread);
    assert!(read == committed, "the same files");
}
