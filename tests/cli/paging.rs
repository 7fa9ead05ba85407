//! `oncall dry-run --base`: what a change does to paging. Expected from the files of `example-config/`: on Tuesday 2026-12-01
//! Sato is web-primary and Suzuki web-secondary, and Kimura and Nakamura are the third step.

use super::{fine, words, write};
use clap::Parser;
use oncall::cli::{self, Arguments, Exit, Output};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

/// The example company, and a copy of it in which texts of files are replaced.
struct Change {
    before: TempDir,
    after: TempDir,
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if path.is_dir() {
            fs::create_dir_all(to.join(&name)).unwrap();
            copy(&path, &to.join(&name));
        } else {
            fs::copy(&path, to.join(&name)).unwrap();
        }
    }
}

fn change(edits: &[(&str, &str, &str)]) -> Change {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-config");
    let (before, after) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    copy(&example, before.path());
    copy(&example, after.path());
    for (file, old, new) in edits {
        let path = after.path().join(file);
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(old), "{file} has no `{old}`");
        fs::write(path, text.replace(old, new)).unwrap();
    }
    Change { before, after }
}

impl Change {
    fn run(&self, line: &str) -> Output {
        let mut words = words(&format!("oncall dry-run --language en --at '2026-11-30 20:00' {line}"));
        words.extend(["--base".to_owned(), self.before.path().display().to_string()]);
        words.push(self.after.path().display().to_string());
        cli::run(Arguments::try_parse_from(words).unwrap().command)
    }

    /// The first line, and what a terminal shows in all.
    fn first(&self) -> (String, String) {
        let out = fine(self.run(""));
        assert!(out.lines().all(|line| line.width() <= 80), "{out}");
        let first: Vec<&str> = out.lines().take_while(|line| !line.is_empty()).collect();
        (first.join(" ").split_whitespace().collect::<Vec<_>>().join(" "), out)
    }

    fn changes(&self) -> Vec<Value> {
        let value: Value = serde_json::from_str(&fine(self.run("--format json"))).unwrap();
        assert_eq!(value["paging"]["left_out"], 0);
        value["paging"]["changes"].as_array().unwrap().clone()
    }
}

const NIGHT_AND_OFFICE: &str = "at night and in office hours";

#[test]
fn what_stays_is_said_in_a_word() {
    let (first, _) = change(&[]).first();
    assert!(first.contains("Paging stays as it is."), "{first}");
    assert_eq!(change(&[]).changes(), Vec::<Value>::new());
}

#[test]
fn somebody_removed_from_a_policy_is_the_first_line() {
    let policy = "escalation-policies/web.yaml";
    let removed = change(&[(policy, ", { user: nakamura }]", "]")]);
    let (first, out) = removed.first();
    let says = format!(
        "!! nakamura is told NO MORE of critical and error of checkout and search, {NIGHT_AND_OFFICE}"
    );
    // Errors of the night are low, and reach only the first step.
    assert_eq!(first, says);
    assert!(out.contains("Paging changes for 2 services. Nobody's shifts change"), "{out}");
    fine(removed.run("--fail-on unpaged"));
    let comment = fine(removed.run("--format markdown"));
    assert!(comment.contains("> [!CAUTION]\n> **nakamura is told NO MORE of critical"), "{comment}");
    assert!(comment.contains("15 min: kimura, nakamura (call, slack)<br>"), "{comment}");
    let lost = &removed.changes()[0];
    let users = |side: &str| {
        let contacts = lost[side]["contacts"].as_array().unwrap();
        contacts.iter().any(|it| it["user"] == "nakamura")
    };
    assert_eq!((&lost["kind"], users("before"), users("after")), (&json!("lost"), true, false));
}

#[test]
fn critical_that_becomes_low_pages_nobody() {
    let low = change(&[(
        "oncall.yaml",
        "severity: critical }, urgency: high",
        "severity: critical }, urgency: low",
    )]);
    let (first, _) = low.first();
    let says = "!! NOBODY IS PAGED any more for critical of checkout and platform";
    assert_eq!(first, format!("{says}, {NIGHT_AND_OFFICE}: low urgency (oncall.yaml:79)"));
    let failed = low.run("--fail-on unpaged");
    assert!(
        failed.exit == Exit::Config && failed.err.contains("pages nobody (--fail-on unpaged)"),
        "{}",
        failed.err
    );
    // What was only a message, and is none now, is the first line as well, and fails nothing.
    let none = change(&[(
        "oncall.yaml",
        "{ urgency: low }",
        "{ when: { severity: [warning, info] }, urgency: none }",
    )]);
    let (first, _) = none.first();
    assert!(
        first.starts_with("!! NOBODY IS TOLD any more of warning and info of platform,")
            && first.contains("no urgency (oncall.yaml:82)"),
        "{first}"
    );
    // Of checkout, Yamada is informed after half an hour.
    assert!(first.contains("THE FIRST MESSAGE COMES LATER for warning and info of checkout"), "{first}");
    fine(none.run("--fail-on unpaged"));
    // The other way round it is a change for the better.
    let better = Change { before: low.after, after: low.before };
    let out = fine(better.run("--fail-on unpaged"));
    assert!(!out.contains("!!") && out.starts_with("Paging changes for 2 services."), "{out}");
    assert!(better.changes().iter().all(|it| it["kind"] == "better"));
}

#[test]
fn a_silence_over_everything_is_the_first_line() {
    let all =
        "- { when: { severity: \"*\" }, from: 2026-12-01 00:00, until: 2026-12-05 00:00, reason: quiet }\n";
    let silenced = change(&[]);
    write(silenced.after.path(), "silences/all.yaml", all);
    let (first, _) = silenced.first();
    let until = "silenced until Sat 2026-12-05 00:00 (silences/all.yaml:1)";
    assert!(first.starts_with("!! NOBODY IS TOLD any more of every severity of every service,"), "{first}");
    assert!(first.ends_with(&format!(": {until}")), "{first}");
    assert_eq!(silenced.run("--fail-on unpaged").exit, Exit::Config);
    // One that begins later is tried when it begins, with the labels that it asks for.
    let later = "- { services: [search], when: { labels.env: \"~stag.*|dev\" }, from: 2026-12-12 00:00, until: 2026-12-13 00:00, reason: x }\n";
    let silenced = change(&[]);
    write(silenced.after.path(), "silences/later.yaml", later);
    let (first, _) = silenced.first();
    assert!(
        first.starts_with("!! NOBODY IS TOLD any more of critical, error and warning of search (labels.env="),
        "{first}"
    );
    assert!(first.contains("on Sat 2026-12-12 00:00 (silences/later.yaml:1)"), "{first}");
}

#[test]
fn a_person_without_a_phone_is_not_called() {
    let phone = change(&[("users/sato.yaml", "phone:", "# phone:")]);
    let (first, _) = phone.first();
    let says = "!! THE FIRST PAGE COMES LATER for critical of checkout and search";
    let held =
        "!! THE FIRST PAGE COMES LATER for error of checkout, in office hours: after 6 min, not after 1 min";
    assert_eq!(first, format!("{says}, {NIGHT_AND_OFFICE}: after 5 min, not at once {held}"));
}

#[test]
fn other_shifts_are_no_change_of_paging() {
    let swapped = change(&[]);
    let shift =
        "- { schedule: web-primary, from: 2026-11-30 21:00, until: 2026-12-01 20:00, with: tanaka }\n";
    write(swapped.after.path(), "overrides/swap.yaml", shift);
    let (_, out) = swapped.first();
    assert!(out.contains("Shifts change in 1 schedule"), "{out}");
    assert!(out.split_whitespace().collect::<Vec<_>>().join(" ").contains("Paging stays as it is."), "{out}");
}

#[test]
fn what_an_integration_no_longer_lets_through() {
    let integration = "integrations/prometheus.yaml";
    let routed = change(&[(integration, "- { service_from: labels.service }", "# by label")]);
    let (first, _) = routed.first();
    assert!(
        first.starts_with(
            "!! ROUTED ELSEWHERE: every severity of integration prometheus (labels.service=checkout)"
        ) && first.ends_with(": to platform, not checkout"),
        "{first}"
    );
    let gone = change(&[]);
    fs::remove_file(gone.after.path().join(integration)).unwrap();
    fs::remove_dir_all(gone.after.path().join("expectations")).unwrap();
    let (first, _) = gone.first();
    assert!(
        first.starts_with("!! NOBODY IS TOLD any more of every severity of integration prometheus,")
            && first.ends_with("there is no such integration, so it is refused"),
        "{first}"
    );
    assert_eq!(gone.run("--fail-on unpaged").exit, Exit::Config);
}

/// Until 19:00 before, until 17:00 after: an error at 17:00 was high, and waits until the next morning.
#[test]
fn hours_that_shrink_are_tried_where_they_end() {
    let hours = change(&[("business-hours/office.yaml", "19:00", "17:00")]);
    let changes = hours.changes();
    assert!(changes.iter().all(|it| it["kind"] == "unpaged"), "{changes:#?}");
    // The rules of search name the hours for what is critical, those of the others for errors.
    let severities: Vec<&Value> = changes.iter().map(|it| &it["severities"]).collect();
    assert!(severities.contains(&&json!(["critical"])) && severities.contains(&&json!(["error"])));
    let (first, _) = hours.first();
    assert!(first.contains("on Tue 2026-12-01 17:00 ("), "{first}");
}

#[test]
fn there_is_nothing_to_fail_on_without_a_word_for_it() {
    let line = format!("oncall dry-run --fail-on paged {}", env!("CARGO_MANIFEST_DIR"));
    let parsed = Arguments::try_parse_from(words(&line));
    assert!(parsed.unwrap_err().to_string().contains("now-changes, gaps, unpaged"));
}
