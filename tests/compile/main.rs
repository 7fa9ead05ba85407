//! Trees of files to what `compile` and `check` say about them.
//!
//! A case in `tests/configs/*.case` is a patch of a base, see `case.rs`. The rendered findings are the snapshot beside it.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

mod accepted;
mod case;
mod checks;
mod floods;
mod japanese;
mod masking;
mod places;
mod schemas;
mod torn;
mod tree;
mod verdict;

use case::tree;
use jiff::SignedDuration;
use oncall::compile::{self, Tree};
use oncall::config::Phone;
use oncall::document;
use oncall::schedule::{Every, Turn};
use proptest::prelude::*;
use std::path::Path;
use tree::{diagnostics, example, findings};

#[test]
fn cases() {
    insta::glob!("../configs", "*.case", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../configs", omit_expression => true }, {
            insta::assert_snapshot!(findings(&tree(&text)));
        });
    });
}

#[test]
fn the_base_and_the_example_are_fine() {
    assert_eq!(findings(&tree("")), "0 errors, 0 warnings\n");
    assert_eq!(findings(&example()), "0 errors, 0 warnings\n");
}

/// `UPDATE_SCHEMAS=1 cargo test --test compile` writes them.
#[test]
fn schemas_are_current() {
    for (name, text) in document::schemas() {
        let path = Path::new("schema").join(&name);
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some(&*text), "{name} is not current");
    }
}

/// Byte order mark, carriage returns, quotes or none: all of it is what it looks like.
#[test]
fn spellings_that_are_fine() {
    let text = "--- users/tanaka.yaml\n\u{feff}name: 1.10\\r\nslack: \"U0TANAKA\"\\r\nphone: '+81-90-0000-0001'\\r\n\
        --- users/suzuki.yaml\nname: no\nslack: U0SUZUKI\nphone: \"+81 90 0000 0002\"\nreading: 09:00\n";
    let compiled = compile::compile(&tree(text));
    let warnings: Vec<&str> = diagnostics(&tree(text)).iter().map(|each| each.code).collect();
    assert_eq!(warnings, ["OC212", "OC213"]);
    let users = compiled.config.unwrap().users;
    assert_eq!(users["tanaka"].name, "1.10");
    assert_eq!(users["suzuki"].name, "no");
    assert_eq!(users["suzuki"].reading.as_deref(), Some("09:00"));
    assert!(matches!(&users["tanaka"].phone, Some(Phone::Number(number)) if number == "+819000000001"));
}

/// Expected values by the rules of the language and by New York's changes of the clock on 2026-03-08 and 2026-11-01.
#[test]
fn what_values_mean() {
    let text = include_str!("../configs/values.txt");
    assert!(findings(&tree(text)).contains("\n0 errors, "), "{}", findings(&tree(text)));
    let config = compile::compile(&tree(text)).config.unwrap();
    let overrides = &config.schedules.schedules["primary"].overrides;
    let instants: Vec<String> =
        overrides.iter().map(|each| format!("{} {}", each.from, each.until)).collect();
    // In the gap: its end, 03:00 EDT. Twice: the first, EDT. With an offset: exactly that. A date: its first instant.
    assert_eq!(
        instants,
        [
            "2027-03-14T07:00:00Z 2027-03-14T08:00:00Z",
            "2027-11-07T05:30:00Z 2027-11-07T06:30:00Z",
            "2027-12-01T05:00:00Z 2027-12-01T15:30:00Z",
        ]
    );
    let off = &config.schedules.time_off["suzuki"][0];
    assert_eq!(format!("{} {}", off.from, off.until.unwrap()), "2027-03-14T05:00:00Z 2027-03-15T04:00:00Z");
    let step = &config.policies["team"].steps[0];
    assert_eq!(step.wait, SignedDuration::from_secs(90 * 60 + 30));
    let hours = config.services["web"].urgency[0].during.as_ref().unwrap();
    let windows: Vec<String> = hours[0]
        .windows
        .iter()
        .map(|window| {
            let days: String = window.days.iter().map(|day| day.0.to_string()).collect();
            format!("{days} {} +{} {} {:?}", window.from, window.days_later, window.until, window.holidays)
        })
        .collect();
    assert_eq!(
        windows,
        [
            "0456 10:00:00 +0 19:00:00 Exclude",
            "0123456 22:00:00 +1 06:00:00 Exclude",
            "026 08:00:00 +1 08:00:00 Only",
            "4 18:00:00 +3 10:00:00 Ignore",
            "4 18:00:00 +7 18:00:00 Exclude",
            "4 10:00:00 +0 18:00:00 Exclude",
        ]
    );
    let line_up = match &config.schedules.schedules["primary"].layers[0].turn {
        Turn::Rotation(rotation) => rotation.line_ups[1].clone(),
        Turn::Always(_) => unreachable!("it is a rotation"),
    };
    assert_eq!((line_up.rhythm.every, line_up.starts_with), (Every::Weeks(2), 1));
    assert_eq!(
        config.users["suzuki"].high.iter().map(|rule| rule.after.as_mins()).collect::<Vec<_>>(),
        [0, 0, 3]
    );
}

/// A change that a hasty hand makes: cut, paste, repeat.
#[derive(Clone, Debug)]
enum Slip {
    Cut { file: usize, at: usize, length: usize },
    Paste { file: usize, at: usize, text: &'static str },
    Repeat { file: usize, line: usize },
    Move { file: usize, to: usize },
}

const PASTED: &[&str] = &[
    "\n",
    ":",
    " ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "*",
    "&a ",
    "!",
    "|",
    ">",
    "? ",
    "~",
    "\t",
    "\u{feff}",
    "\r",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "null",
    "-1",
    "99999999999999999999",
    "0s",
    "9999-12-31",
    "{}",
    "[[]]",
    "nobody",
    "2026-12-31 25:00",
    "9999999999 weeks",
    "~(((",
    "\u{0}",
    "é",
    "🔔",
    "<<: ",
];

fn slip() -> impl Strategy<Value = Slip> {
    let any = any::<usize>;
    prop_oneof![
        (any(), any(), 0..40usize).prop_map(|(file, at, length)| Slip::Cut { file, at, length }),
        (any(), any(), proptest::sample::select(PASTED)).prop_map(|(file, at, text)| Slip::Paste {
            file,
            at,
            text
        }),
        (any(), any()).prop_map(|(file, line)| Slip::Repeat { file, line }),
        (any(), any()).prop_map(|(file, to)| Slip::Move { file, to }),
    ]
}

impl Slip {
    fn apply(&self, tree: &mut Tree) {
        let count = tree.files.len();
        let (Slip::Cut { file, .. }
        | Slip::Paste { file, .. }
        | Slip::Repeat { file, .. }
        | Slip::Move { file, .. }) = self;
        let name = |index: usize| tree.files.keys().nth(index % count).unwrap().clone();
        let (path, target) =
            (name(*file), if let Slip::Move { to, .. } = self { name(*to) } else { String::new() });
        let body = tree.files.get_mut(&path).unwrap();
        let length = body.len().max(1);
        match self {
            Slip::Cut { at, length: cut, .. } => {
                let start = (at % length).min(body.len());
                drop(body.drain(start..(start + cut).min(body.len())));
            }
            Slip::Paste { at, text, .. } => {
                let at = (at % length).min(body.len());
                body.splice(at..at, text.bytes());
            }
            Slip::Repeat { line, .. } => {
                let lines: Vec<Vec<u8>> =
                    body.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                if let Some(line) = lines.get(line % lines.len().max(1)) {
                    body.extend_from_slice(line);
                }
            }
            Slip::Move { .. } => {
                let body = body.clone();
                tree.files.insert(target, body);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a tree says, it compiles to a config or to findings with places in it, the same on every run.
    #[test]
    fn never_panics(slips in prop::collection::vec(slip(), 1..6)) {
        let mut tree = example();
        slips.iter().for_each(|slip| slip.apply(&mut tree));
        let first = findings(&tree);
        prop_assert_eq!(first, findings(&tree));
        places::inside(&tree, &diagnostics(&tree));
    }
}
