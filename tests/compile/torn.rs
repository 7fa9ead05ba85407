//! Files of the example that were torn off or lost a line: whatever is left compiles to findings with places in it.

use super::places;
use super::{diagnostics, example};
use oncall::compile::{Compiler, Tree};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Every file without one of its lines, and every file up to the end of one of them.
fn torn(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without = (0..lines.len()).map(|at| [&lines[..at], &lines[at + 1..]].concat().concat());
    let prefixes = (0..lines.len()).map(|at| lines[..=at].concat().trim_end_matches('\n').to_owned());
    without.chain(prefixes).collect()
}

fn cases() -> Vec<(String, String)> {
    let files = example().files.into_iter();
    let files = files.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()));
    // The others are not read at all.
    let yaml = files.filter(|(path, _)| path.ends_with(".yaml"));
    yaml.flat_map(|(path, text)| torn(&text).into_iter().map(move |torn| (path.clone(), torn))).collect()
}

#[test]
fn lines_that_are_gone_and_files_that_end_early() {
    let (cases, next) = (cases(), AtomicUsize::new(0));
    assert!(cases.len() > 500, "{}", cases.len());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (whole, compiler) = (example(), Compiler::new());
                while let Some((path, text)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut tree = Tree { files: whole.files.clone(), ..Tree::default() };
                    tree.files.insert(path.clone(), text.clone().into_bytes());
                    places::inside(&tree, &compiler.compile(&tree).diagnostics);
                }
            });
        }
    });
}

#[test]
fn yaml_that_ends_at_any_character() {
    for (_, bytes) in example().files {
        let text = String::from_utf8(bytes).unwrap();
        text.char_indices().for_each(|(at, _)| places::yaml(&text[..at]));
        places::yaml(&text);
    }
}

/// How long each takes, by hand: `cargo test --release --test compile -- --ignored --nocapture the_slowest`.
#[test]
#[ignore = "a measurement, for a release build"]
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn the_slowest() {
    let whole = example();
    let timed = cases().into_iter().map(|(path, text)| {
        let mut tree = whole.clone();
        tree.files.insert(path.clone(), text.into_bytes());
        let began = std::time::Instant::now();
        let count = diagnostics(&tree).len();
        (began.elapsed(), path, count)
    });
    let mut timed: Vec<_> = timed.collect();
    timed.sort();
    println!("{} cases; the slowest: {:?}", timed.len(), &timed[timed.len() - 3..]);
}
