//! Branches that go, move, or are written anew.

use super::{World, chain, contains, never, text};
use std::collections::BTreeMap;

#[test]
fn a_deleted_branch_says_so_and_names_the_others() {
    let world = World::with(&[("oncall.yaml", "1")]);
    world.commit("live", &[("oncall.yaml", "2")]);
    let clone = world.open(Some("live"), None);
    let tip = clone.fetch(never).unwrap().commit;
    world.delete("live");
    contains(&chain(clone.fetch(never)), &["no branch `live` (any more)", "it has: main"]);
    assert_eq!(text(&clone.tree(tip).unwrap()), BTreeMap::from([("oncall.yaml", "2")]));
}

#[test]
fn without_a_default_branch_one_must_be_named() {
    let world = World::new();
    world.commit("live", &[("oncall.yaml", "2")]);
    contains(&chain(world.open(None, None).fetch(never)), &["HEAD names no branch", "--branch"]);
}

#[test]
fn rewritten_history_is_followed_and_told() {
    let world = World::with(&[("oncall.yaml", "1")]);
    let clone = world.open(None, None);
    clone.fetch(never).unwrap();
    let lost = world.commit("main", &[("oncall.yaml", "2")]);
    assert_eq!(clone.fetch(never).unwrap().rewritten, None);
    let blob = world.blob("3");
    let forced = world.write("main", &[("oncall.yaml", 0o100_644, blob)], None);
    let fetched = clone.fetch(never).unwrap();
    assert_eq!((fetched.commit, fetched.rewritten), (forced, Some(lost)));
    assert_eq!(clone.fetch(never).unwrap().rewritten, None, "told once");
    assert_eq!(text(&clone.tree(lost).unwrap()), BTreeMap::from([("oncall.yaml", "2")]));
}

#[test]
fn a_default_branch_that_is_another_one_is_told_once_and_by_the_next_process_too() {
    let world = World::with(&[("oncall.yaml", "a")]);
    assert_eq!(world.open(None, None).fetch(never).unwrap().moved, None, "the first is no change");
    world.commit("trunk", &[("oncall.yaml", "b")]);
    world.head("trunk");
    let moved = world.open(None, None).fetch(never).unwrap().moved;
    assert_eq!(moved, Some(("main".to_owned(), "trunk".to_owned())));
    assert_eq!(world.open(None, None).fetch(never).unwrap().moved, None, "told once");
    world.head("main");
    let named = world.open(Some("trunk"), None);
    assert_eq!(named.fetch(never).unwrap().moved, None, "whoever names a branch follows that");
}
