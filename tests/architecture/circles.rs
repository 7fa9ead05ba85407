//! Files that use each other in a circle can only be read together: there is none.
//!
//! A file uses another by what it names of it, wherever that is re-exported. A folder's `mod.rs` is its door: that it opens onto its
//! own files is no use of them, but that they use what stands in it is.

use crate::source::{CodePath, Source};
use std::collections::{BTreeMap, BTreeSet};

type Module = Vec<String>;

/// Each circle, as the files of it in order.
pub fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let files: BTreeMap<Module, &Source> = sources.iter().map(|source| (module(source), source)).collect();
    let exports: BTreeMap<(Module, String), Module> =
        files.iter().flat_map(|(at, it)| exports(at, it)).collect();
    let uses: BTreeMap<&Module, BTreeSet<Module>> = files
        .iter()
        .map(|(at, source)| {
            let named = source.paths().into_iter().filter_map(|path| absolute(at, source, &path));
            let used = named.filter_map(|path| home(&files, &exports, &path, 8));
            let door = source.stem() == "mod";
            (at, used.filter(|other| other != at && !(door && other.starts_with(at))).collect())
        })
        .collect();
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        uses.keys().map(|at| (*at, beyond(&uses, at))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (at, there) in &reached {
        if there.contains(at) {
            let circle = there.iter().filter(|other| reached[**other].contains(at));
            found.insert(circle.map(|other| files[*other].path.clone()).collect());
        }
    }
    found.into_iter().collect()
}

/// `["incident", "state"]` for `src/incident/state.rs`, and `["incident"]` for its `mod.rs`.
fn module(source: &Source) -> Module {
    let below = source.path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Module = below.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// The names that a file passes on, and where each comes from.
fn exports(at: &Module, source: &Source) -> Vec<((Module, String), Module)> {
    let tokens = source.tokens();
    let mut lines = BTreeSet::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_public = tokens[..index].iter().rev().take(4).any(|before| before.text == "pub");
        let begins =
            tokens[..index].last().is_none_or(|before| [";", "}", "pub", ")"].contains(&before.text));
        if token.text == "use" && is_public && begins {
            let rest = tokens[index..].iter().take_while(|token| token.text != ";");
            lines.extend(rest.map(|token| token.line));
        }
    }
    let paths = source.paths().into_iter().filter(|path| lines.contains(&path.line));
    let named = paths.filter_map(|path| {
        let name = path.segments.last()?.clone();
        Some(((at.clone(), name), absolute(at, source, &path)?))
    });
    named.collect()
}

/// From the root of the crate; `None`: it is of another crate, or of something that is named in the file.
fn absolute(at: &Module, source: &Source, path: &CodePath) -> Option<Module> {
    let first = path.segments.first()?;
    let mut module = at.clone();
    let mut rest = &path.segments[..];
    match first.as_str() {
        "crate" => (module, rest) = (Module::new(), &rest[1..]),
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|next| next == "super") {
                module.pop()?;
                rest = &rest[1..];
            }
        }
        _ if ["mod", "lib"].contains(&source.stem()) => {}
        _ => return None,
    }
    Some(module.into_iter().chain(rest.iter().cloned()).collect())
}

/// The file in which what a path names stands.
fn home(
    files: &BTreeMap<Module, &Source>,
    exports: &BTreeMap<(Module, String), Module>,
    path: &[String],
    hops: u8,
) -> Option<Module> {
    let length = (1..=path.len()).rev().find(|length| files.contains_key(&path[..*length]))?;
    let (module, rest) = (path[..length].to_vec(), &path[length..]);
    let passed_on = rest.first().and_then(|name| exports.get(&(module.clone(), name.clone())));
    match passed_on.filter(|_| hops > 0) {
        Some(target) => home(files, exports, target, hops - 1),
        None => Some(module),
    }
}

/// All that is used by a file, and by what it uses.
fn beyond<'a>(uses: &'a BTreeMap<&Module, BTreeSet<Module>>, at: &Module) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&Module> = uses[at].iter().collect();
    while let Some(other) = next.pop() {
        if reached.insert(other) {
            next.extend(uses.get(other).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let found: Vec<String> = circles(&crate::sources()).iter().map(|circle| circle.join(" · ")).collect();
    let way_out = "move what both need into a file below them";
    assert!(found.is_empty(), "{} circles; way out: {way_out}\n{}\n", found.len(), found.join("\n"));
}

#[test]
fn a_circle_is_found_through_a_door_and_a_door_alone_is_none() {
    let house = |last: &str| {
        let files = [
            ("src/lib.rs", "pub mod room;"),
            (
                "src/room/mod.rs",
                "mod a;\nmod b;\npub use b::{B, C as D};\npub struct Here;\nfn f() { a::g() }",
            ),
            ("src/room/a.rs", "use super::{B, Here};\npub fn g() {}"),
            ("src/room/b.rs", last),
        ];
        circles(&files.map(|(path, text)| Source::new(path, text)))
    };
    assert_eq!(house("use super::Here;\npub struct B;"), Vec::<Vec<String>>::new());
    let circle = ["src/room/a.rs", "src/room/b.rs"].map(str::to_owned).to_vec();
    assert_eq!(house("use super::a::g;\npub struct B;"), std::slice::from_ref(&circle));
    assert_eq!(house("pub struct B;\nfn f() { crate::room::a::g() }"), [circle]);
}
