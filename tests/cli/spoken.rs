//! What commands say of a repository in Japanese: no sentence of English is left, and `--language en` asks for English.
//!
//! `example-config/` is in Japanese. Names, ids, keys and YAML stay as they are, so what is looked for is the English that
//! sentences are made of.

use super::words;
use clap::Parser;
use oncall::cli::{self, Arguments, Output};
use oncall::integration::MONITORS;
use oncall::language::Language;
use std::path::Path;

/// Words of which English sentences consist; none is an id, a key, a flag or a name in the example.
const ENGLISH: [&str; 21] = [
    " the ", " and ", " is ", " are ", " of ", " it ", " to ", " no ", " with ", " until ", " then ",
    " they ", " was ", " does ", " from ", "Nothing", "Nobody", " nobody ", "error:", "There", " who ",
];

fn run(line: &str) -> Output {
    let line = line
        .replace("HERE", &Path::new(env!("CARGO_MANIFEST_DIR")).join("example-config").display().to_string());
    cli::run(Arguments::try_parse_from(words(&format!("oncall {line}"))).unwrap().command)
}

fn plain(output: &Output) -> String {
    anstream::adapter::strip_str(&format!("{}{}", output.out, output.err)).to_string()
}

/// Without the diff, which is YAML, what is set in to be pasted, and the names of expectations.
fn sentences(output: &Output) -> String {
    let text = plain(output);
    let text: String = text.split_inclusive('\n').filter(|line| !line.starts_with("OK  ")).collect();
    let yaml = |line: &&str| !line.starts_with(['+', '-', '@', ' ']) || line.chars().any(|c| c > '\u{3000}');
    text.lines().filter(yaml).map(|line| format!(" {line} \n")).collect()
}

#[track_caller]
fn is_japanese(line: &str) {
    let text = sentences(&run(line));
    let english: Vec<&&str> = ENGLISH.iter().filter(|word| text.contains(**word)).collect();
    assert!(english.is_empty(), "{line}: {english:?} in\n{text}");
    assert!(plain(&run(line)).chars().any(|c| ('\u{3041}'..='\u{9fff}').contains(&c)), "{line}: no Japanese");
}

#[test]
fn edits_are_told_in_the_language_of_the_repository() {
    for line in [
        "line-up add nakamura --schedule web-secondary --after sato HERE",
        "line-up remove sato --schedule web-secondary HERE",
        "line-up replace sato --with nakamura --schedule web-secondary HERE",
        "user leave suzuki --date 2027-03-31 HERE",
        "user add 'Emma Weber <weber@example.com>' --schedule web-secondary HERE",
        "team add payments --members tanaka,nakamura HERE",
        "service add orders --policy web HERE",
        "silence add --service search --from '2027-12-05 02:00' --until '2027-12-05 04:00' --reason 更新 --dry-run HERE",
        "override add --schedule web-primary --from '2026-12-16 10:00' --until '2026-12-17 10:00' --replace suzuki \
         --with sato HERE",
        "override add web-primary --from '2026-12-16 10:00' --for 2h --with tanaka HERE",
    ] {
        is_japanese(line);
    }
}

#[test]
fn refusals_are_told_in_the_language_of_the_repository() {
    for line in [
        "line-up add nakamura --schedule web-secondry HERE",
        "line-up add none-such --schedule web-secondary HERE",
        "line-up add tanaka --schedule web-secondary --from 2020-01-01 HERE",
        "user leave none-such --date 2027-03-31 HERE",
        "override add web-primary --from '2026-12-16 10:00' --until '2026-12-16 10:00' --with tanaka HERE",
        "override add web-primary --from '2026-12-16 10:00' --until '2026-12-15 10:00' --with tanaka HERE",
        "override add web-primary --from '2026-12-16 10:00' --until handoff --with tanaka,tanaka HERE",
        "override add web-primary --layer none-such --from '2026-12-16 10:00' --for 2h --with tanaka HERE",
        "override add web-primary --from 25:00 --for 2h --with tanaka HERE",
        "shifts web-primary --from 2026-12-21 --until 2026-12-07 HERE",
        "who --schedule none-such HERE",
        "parse --integration none-such example-config/samples/batch.json HERE",
    ] {
        is_japanese(line);
    }
}

#[test]
fn what_is_asked_of_the_config_is_answered_in_its_language() {
    assert!(plain(&run("expect HERE")).lines().any(|line| line.starts_with("OK    ")));
    for line in [
        "urls HERE",
        "parse --integration batch --at '2026-12-08 02:00' example-config/samples/batch.json HERE",
        "shifts --user tanaka --from 2026-12-07 --until 2026-12-21 HERE",
        "who --at '2026-12-08 02:00' HERE",
    ] {
        is_japanese(line);
    }
}

#[test]
fn english_where_it_is_asked_for() {
    let edit = run("user leave suzuki --date 2027-03-31 --language en HERE");
    assert!(edit.out.contains("2027-03-31 is the first day without them."), "{}", edit.out);
    assert!(edit.out.contains("Nothing was written; add --write."), "{}", edit.out);
    let refused = run("line-up add none-such --schedule web-secondary --language en HERE");
    assert!(refused.err.starts_with("error: there is no user `none-such`: did you mean"), "{}", refused.err);
    assert!(run("expect --language en HERE").out.starts_with("ok    "), "the marks are in English");
    let parsed = run("parse --language en --integration batch example-config/samples/batch.json HERE");
    assert!(parsed.out.starts_with("action      trigger\n"), "{}", parsed.out);
}

/// The words stay in the repository's language where the answer is asked for in another: they are files for everybody.
#[test]
fn what_is_written_stays_in_the_language_of_the_repository() {
    let english = plain(&run("team add payments --members tanaka,nakamura --language en HERE"));
    assert!(english.contains("The team `payments` is added"), "{english}");
    let ja =
        english.lines().any(|line| line.starts_with('+') && line.chars().any(|c| ('ぁ'..='ん').contains(&c)));
    assert!(ja, "the files are not in Japanese:\n{english}");
}

/// A monitor whose setup gets a new line of words needs the Japanese beside it.
#[test]
fn what_to_do_at_each_monitor_is_said_in_japanese() {
    for monitor in MONITORS {
        let lines = monitor.setup.lines().chain(monitor.setup_by_sns.lines());
        for line in lines.filter(|line| !line.starts_with(' ') && !line.is_empty()) {
            let ja = Language::Ja.setup(line);
            assert_ne!(ja, line, "{}: `src/language/setups.rs` lacks this line", monitor.name);
            for name in ["{url}", "{base}", "{secret}"] {
                assert_eq!(line.contains(name), ja.contains(name), "{}: {name} in {line}", monitor.name);
            }
        }
    }
}
