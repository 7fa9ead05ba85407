//! Files and a command line -> what changes, in words and as a diff, and who is on call then.
//!
//! The base is a rotation of three by the week, on Mondays at 10:00: Tanaka from 2026-10-05, then Suzuki, then Sato. It
//! is Tuesday 2026-11-24, so Suzuki's week. Expected texts come from the rules of the language, not from the code.
#![allow(clippy::unwrap_used, reason = "a test's own text is right or the test fails")]

mod added;
mod files;
mod leave;
mod line_ups;
mod overrides;
mod properties;
mod world;
mod written;

use world::World;

/// Compares what comes of a command line with what is expected, line by line.
#[track_caller]
fn check(patch: &str, line: &str, expected: &str) {
    let tidy = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned();
    let found = World::new(patch).says(line);
    assert_eq!(tidy(&found), tidy(expected), "{line}\n{found}");
}

/// The command line is refused, and says all of this.
#[track_caller]
fn check_refused(patch: &str, line: &str, parts: &[&str]) {
    let found = World::new(patch).says(line);
    assert!(found.starts_with("refused: ") || found.starts_with("broken:"), "{line}: not refused:\n{found}");
    for part in parts {
        assert!(found.contains(part), "{line}: `{part}` is missing in:\n{found}");
    }
}
