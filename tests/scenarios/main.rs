//! A scripted day in text to the timeline in text, through one `check(script, expected)`.
//!
//! The world of `base.txt` may be patched at the top of a script (`--- path` begins a file), a variant of it for a
//! later `config <name>` follows `=== <name>`, and the day itself follows `=== day`. It is Tuesday 2026-12-08 in
//! Tokyo; a time earlier than the one before is the next day. Expected lines come from the design, not from the code.
//! After every day the journal is replayed and the invariants are looked at.

#![allow(clippy::unwrap_used)]
mod alerts;
mod alone;
mod company;
mod courses;
mod crashes;
mod deliveries;
mod directs;
mod escalation;
mod heartbeats;
mod many;
mod people;
mod providers;
mod pushes;
mod random;
mod reloads;
mod run_time;
mod silences;
mod stored;
mod storms;
mod strangers;
mod threads;
mod world;

use world::World;

/// Plays the script and compares the lines.
#[track_caller]
fn check(script: &str, expected: &str) {
    let actual = World::play(script);
    let tidy = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let (actual, expected) = (tidy(&actual), tidy(expected));
    if actual != expected {
        panic!(
            "expected:\n{expected}\n\nactual:\n{actual}\n\nfirst difference:\n{}",
            difference(&expected, &actual)
        );
    }
}

fn difference(expected: &str, actual: &str) -> String {
    let (mut expected, mut actual) = (expected.lines(), actual.lines());
    loop {
        match (expected.next(), actual.next()) {
            (Some(wanted), Some(got)) if wanted == got => {}
            (wanted, got) => return format!("- {}\n+ {}", wanted.unwrap_or("(end)"), got.unwrap_or("(end)")),
        }
    }
}
