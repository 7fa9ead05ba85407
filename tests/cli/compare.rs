//! `oncall dry-run --base`: two versions of a config -> what changes. Tanaka has the even weeks from Monday 2026-10-05 at
//! 10:00 in Tokyo, Suzuki the odd ones; Monday 2026-12-07 begins week 9.

use super::{config, fine, refused, words, write};
use clap::Parser;
use oncall::cli::{self, Arguments, Exit, Output};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

const PRIMARY: &str = "schedules/web/primary.yaml";

/// `oncall dry-run <line> <after>`, against the directory `before` unless the line names a base.
fn dry_run(line: &str, before: Option<&Path>, after: &Path) -> Output {
    // The base speaks Japanese.
    let language = if line.contains("--language") { "" } else { "--language en" };
    let mut words = words(&format!("oncall dry-run {language} {line}"));
    words.extend(before.into_iter().flat_map(|before| ["--base".to_owned(), before.display().to_string()]));
    words.push(after.display().to_string());
    cli::run(Arguments::try_parse_from(words).unwrap().command)
}

fn json(line: &str, before: &Path, after: &Path) -> Value {
    serde_json::from_str(&fine(dry_run(&format!("{line} --format json"), Some(before), after))).unwrap()
}

/// The config of `tests/cli/main.rs`, with other line-ups of its one schedule.
fn with_line_ups(line_ups: &str) -> TempDir {
    let config = config();
    for (user, name) in [("sato", "Sato"), ("kimura", "木村 | 美咲 @all <b>")] {
        write(
            config.path(),
            &format!("users/{user}.yaml"),
            &format!("name: \"{name}\"\nphone: \"+819000000003\"\n"),
        );
    }
    write(config.path(), PRIMARY, &schedule("Web", line_ups));
    config
}

fn schedule(name: &str, line_ups: &str) -> String {
    format!(
        "name: {name}\nlayers:\n  - name: weekly\n    rotation:\n      every: 1 week\n      handoff: mon 10:00\n      line_ups: [{line_ups}]\n"
    )
}

const TWO: &str = "{ from: 2026-10-05, members: [tanaka, suzuki] }";
/// Week 10 begins on 2026-12-14 and would be Tanaka's.
const THREE: &str =
    "{ from: 2026-10-05, members: [tanaka, suzuki] }, { from: 2026-12-14, members: [tanaka, suzuki, sato] }";

/// A repository with these trees as its commits, the last of them checked out in `folder`.
fn repository(folder: &Path, commits: &[&Path]) -> git2::Repository {
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main");
    let git = git2::Repository::init_opts(folder, &options).unwrap();
    for tree in commits {
        copy(tree, folder);
        commit(&git, "HEAD", "A change");
    }
    git
}

fn commit(git: &git2::Repository, reference: &str, message: &str) -> git2::Oid {
    let mut index = git.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let author =
        git2::Signature::new("Sato", "sato@example.com", &git2::Time::new(1_796_000_000, 540)).unwrap();
    let parent = git.revparse_single(reference).ok().map(|found| found.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    git.commit(Some(reference), &author, &author, message, &tree, &parents).unwrap()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if name == ".git" {
            continue;
        }
        if path.is_dir() {
            fs::create_dir_all(to.join(&name)).unwrap();
            copy(&path, &to.join(&name));
        } else {
            fs::copy(&path, to.join(&name)).unwrap();
        }
    }
}

/// What the example company's pull requests since its first commit did, as text and as a comment.
#[test]
fn the_example_company_against_its_first_commit() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (first, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let example = here.join("example-config");
    copy(&example, first.path());
    copy(&here.join("tests/cli/first-commit"), first.path());
    let git = repository(folder.path(), &[first.path(), &example]);
    let id = git.revparse_single("HEAD~1").unwrap().id().to_string();
    for (format, language, name) in [
        ("text", "en", "text"),
        ("markdown", "en", "markdown"),
        ("text", "ja", "text_in_japanese"),
        ("markdown", "ja", "markdown_in_japanese"),
    ] {
        let line = format!("--base HEAD~1 --at '2026-12-23 12:00' --format {format} --language {language}");
        let out = fine(dry_run(&line, None, folder.path()));
        assert!(out.contains(&id[..10]), "{out}");
        let out = out.replace(&id[..10], "0123456789");
        assert!(format == "markdown" || out.lines().all(|line| line.width() <= 80), "{out}");
        insta::assert_snapshot!(format!("the_example_company_as_{name}"), out);
    }
}

/// Without another wish, it is the repository's language.
#[test]
fn it_speaks_the_language_of_the_repository() {
    let (before, now) = (with_line_ups(TWO), with_line_ups("{ from: 2026-10-05, members: [tanaka, sato] }"));
    let mut words = words("oncall dry-run --at '2026-12-08 12:00' --fail-on now-changes --base");
    words.extend([before.path().display().to_string(), now.path().display().to_string()]);
    let found = cli::run(Arguments::try_parse_from(words).unwrap().command);
    let first = "!! web/primary: 【今の当番】が変わります: Suzuki (suzuki) -> Sato (sato)\n";
    assert!(found.out.starts_with(first), "{}", found.out);
    assert_eq!(found.err, "エラー: 今の当番か次の交代が変わります（--fail-on now-changes）\n");
    let same = fine(dry_run("--at '2026-11-24 12:00' --language ja", Some(before.path()), before.path()));
    assert!(same.starts_with("今後 28 日間も、その後の 1 年間も、当番は変わりません。"), "{same}");
}

/// A member joins from Monday 2026-12-14 on: nothing changes before. Until then Tanaka, Suzuki, Tanaka …; from then on
/// Tanaka, Suzuki, Sato, Tanaka …, so that the first shift that moves is the one of 2026-12-28.
#[test]
fn a_member_joins() {
    let (before, after) = (with_line_ups(TWO), with_line_ups(THREE));
    let found = json("--at '2026-12-11 12:00' --days 31", before.path(), after.path());
    let change = |start: &str, end: &str, leave: &str, come: &str| {
        let people = |who: &str| json!({ "users": [who], "shadows": [] });
        json!({ "start": start, "end": end, "leave": people(leave), "come": people(come) })
    };
    let expected = json!([
        change("2026-12-28T01:00:00Z", "2027-01-04T01:00:00Z", "tanaka", "sato"),
        change("2027-01-04T01:00:00Z", "2027-01-11T01:00:00Z", "suzuki", "tanaka"),
        change("2027-01-11T01:00:00Z", "2027-01-11T03:00:00Z", "tanaka", "suzuki"),
    ]);
    let schedule = &found["schedules"][0];
    assert_eq!(schedule["changes"], expected);
    assert_eq!((&schedule["urgent"], &schedule["state"]), (&Value::Null, &json!("changed")));
    // Suzuki before: from Friday 12:00 to Monday 10:00 (70 h), and two weeks from 12-21 and 01-04; after: 70 h, one week
    // from 12-21, and two hours of 01-11.
    let load = |hours: f64, nights: u8, weekends: u8, run: u8| json!({ "hours": hours, "nights": nights, "weekends": weekends, "holidays": 0, "longest_run_days": run });
    let expected = json!([
        { "user": "sato", "before": load(0.0, 0, 0, 0), "after": load(168.0, 7, 1, 8) },
        { "user": "suzuki", "before": load(406.0, 17, 3, 8), "after": load(240.0, 10, 2, 8) },
        { "user": "tanaka", "before": load(338.0, 14, 2, 8), "after": load(336.0, 14, 2, 8) },
    ]);
    assert_eq!(schedule["load"], expected);
    assert_eq!(found["load"], expected, "there is no other schedule");
    let later = fine(dry_run("--at '2026-11-24 12:00'", Some(before.path()), after.path()));
    assert!(later.contains("begins later, on Mon 2026-12-28 10:00."), "{later}");
    let same = fine(dry_run("--at '2026-11-24 12:00'", Some(before.path()), before.path()));
    assert!(same.starts_with("Nobody's shifts change in the next 28 days"), "{same}");
}

#[test]
fn those_on_call_today_come_first_and_may_fail_a_pull_request() {
    let before = with_line_ups(TWO);
    let now = with_line_ups("{ from: 2026-10-05, members: [tanaka, sato] }");
    let line = "--at '2026-12-08 12:00' --fail-on now-changes";
    let found = dry_run(line, Some(before.path()), now.path());
    assert!(
        found.out.starts_with("!! web/primary: who is on call NOW changes: Suzuki (suzuki) -> Sato (sato)\n"),
        "{}",
        found.out
    );
    assert!(found.err.contains("--fail-on now-changes"), "{}", found.err);
    assert_eq!(found.exit, Exit::Config);
    let next = with_line_ups("{ from: 2026-10-05, members: [sato, suzuki] }");
    let found =
        dry_run("--at '2026-12-11 12:00' --fail-on now-changes,gaps", Some(before.path()), next.path());
    assert!(
        found.out.starts_with("!! web/primary: the NEXT HANDOFF changes: Mon 2026-12-14 10:00 to "),
        "{}",
        found.out
    );
    assert_eq!(found.exit, Exit::Config);
    let comment =
        fine(dry_run("--at '2026-12-11 12:00' --format markdown", Some(before.path()), next.path()));
    assert!(comment.contains("> [!CAUTION]\n> **web/primary: the NEXT HANDOFF changes"), "{comment}");
}

#[test]
fn gaps_are_told_apart_from_those_on_purpose() {
    let (before, after) =
        (with_line_ups(TWO), with_line_ups("{ from: 2026-10-05, members: [tanaka, nobody] }"));
    write(
        after.path(),
        "overrides/december.yaml",
        "- { schedule: web/primary, from: 2026-12-16 10:00, until: 2026-12-17 10:00, with: nobody }\n",
    );
    let line = "--at '2026-12-08 12:00' --days 14";
    let found = json(line, before.path(), after.path());
    let schedule = &found["schedules"][0];
    // Of the week of 2026-12-07, the day from the 9th on was a gap already.
    let expected = json!([
        { "start": "2026-12-08T03:00:00Z", "end": "2026-12-09T01:00:00Z", "on_purpose": null },
        { "start": "2026-12-10T01:00:00Z", "end": "2026-12-14T01:00:00Z", "on_purpose": null },
        { "start": "2026-12-16T01:00:00Z", "end": "2026-12-17T01:00:00Z", "on_purpose": "overrides/december.yaml:1" },
        { "start": "2026-12-21T01:00:00Z", "end": "2026-12-22T03:00:00Z", "on_purpose": null },
    ]);
    assert_eq!(schedule["gaps_opened"], expected);
    let back = json(line, after.path(), before.path());
    assert_eq!(back["schedules"][0]["gaps_closed"].as_array().unwrap().len(), 4);
    let fails = dry_run(&format!("{line} --fail-on gaps"), Some(before.path()), after.path());
    assert_eq!(fails.exit, Exit::Config);
    assert!(
        fails.out.contains("!! a gap opens: Wed 2026-12-16 10:00 until Thu 2026-12-17 10:00, on purpose"),
        "{}",
        fails.out
    );
    let purpose = with_line_ups(TWO);
    write(
        purpose.path(),
        "overrides/december.yaml",
        "- { schedule: web/primary, from: 2026-12-16 10:00, until: 2026-12-17 10:00, with: nobody }\n",
    );
    fine(dry_run(&format!("{line} --fail-on gaps"), Some(before.path()), purpose.path()));
}

#[test]
fn schedules_come_and_go() {
    let (one, two) = (with_line_ups(TWO), with_line_ups(TWO));
    write(two.path(), "schedules/night.yaml", &schedule("Night", TWO));
    let line = "--at '2026-12-08 12:00' --days 7";
    let found = json(line, one.path(), two.path());
    let states = |found: &Value| {
        (
            found["schedules"][0]["state"].clone(),
            found["schedules"][0]["urgent"].clone(),
            found["unchanged"].clone(),
        )
    };
    assert_eq!(states(&found), (json!("new"), Value::Null, json!(["web/primary"])));
    assert_eq!(
        states(&json(line, two.path(), one.path())),
        (json!("removed"), json!("now"), json!(["web/primary"]))
    );
    let text = fine(dry_run(line, Some(two.path()), one.path()));
    assert!(
        text.contains("night: who is on call NOW changes: Suzuki (suzuki) -> nobody (the schedule is\n")
            && text.contains("night (Night): removed"),
        "{text}"
    );
}

#[test]
fn a_comment_is_bounded_and_names_do_no_harm() {
    let (before, after) =
        (with_line_ups(TWO), with_line_ups("{ from: 2026-10-05, members: [kimura, sato] }"));
    for number in 0..60 {
        for config in [&before, &after] {
            let text = fs::read_to_string(config.path().join(PRIMARY)).unwrap();
            let text = text.replace("1 week", "1 hour").replace("mon 10:00", "10:00");
            write(config.path(), &format!("schedules/s{number}.yaml"), &text);
        }
    }
    let comment = fine(dry_run(
        "--at '2026-12-08 12:00' --days 90 --format markdown",
        Some(before.path()),
        after.path(),
    ));
    assert!(comment.len() <= 60_000, "{} bytes", comment.len());
    assert!(
        comment.starts_with("<!-- oncall dry-run -->\n") && comment.trim_end().ends_with("</sub>"),
        "it is whole"
    );
    let small = dry_run(
        "--at '2026-12-08 12:00' --format markdown",
        Some(with_line_ups(TWO).path()),
        with_line_ups("{ from: 2026-10-05, members: [tanaka, kimura] }").path(),
    );
    let small = fine(small);
    assert!(small.contains("木村 &#124; 美咲 @\u{200b}all &#60;b&#62; (kimura)"), "{small}");
    assert!(!small.contains("<b>") && !small.contains("@all"), "{small}");
    assert_eq!(small.matches("<details>").count(), small.matches("</details>").count());
}

/// What others merged since is not taken for undone by this branch; without `--base`, it is origin's branch.
#[test]
fn a_revision_is_where_the_branch_left_it() {
    let folder = TempDir::new().unwrap();
    let git = repository(folder.path(), &[with_line_ups(TWO).path()]);
    let forked = git.head().unwrap().target().unwrap();
    git.reference("refs/heads/others", forked, true, "test").unwrap();
    write(folder.path(), "schedules/night.yaml", &schedule("Night", TWO));
    git.set_head("refs/heads/others").unwrap();
    commit(&git, "HEAD", "Night is new");
    let others = git.head().unwrap().target().unwrap();
    git.reference("refs/remotes/origin/main", others, true, "test").unwrap();
    git.set_head("refs/heads/main").unwrap();
    git.reset(&git.find_object(forked, None).unwrap(), git2::ResetType::Hard, None).unwrap();
    write(folder.path(), PRIMARY, &schedule("Web", THREE));
    for line in ["", "--base others", "--base origin/main"] {
        let text = fine(dry_run(&format!("{line} --at '2026-12-11 12:00'"), None, folder.path()));
        let left = format!("Compared with {}, where this branch left", &forked.to_string()[..10]);
        assert!(text.contains(&left) && text.contains("Shifts change in 1 schedule;"), "{text}");
    }
    let exactly = fine(dry_run("--base main --at '2026-12-11 12:00'", None, folder.path()));
    assert!(exactly.contains(&format!("main at {}", &forked.to_string()[..10])), "{exactly}");
}

#[test]
fn what_there_is_nothing_to_compare_with() {
    let (good, bad) = (with_line_ups(TWO), with_line_ups(TWO));
    write(bad.path(), PRIMARY, &schedule("Web", "{ from: 2026-10-05, members: [tanaka, suzuky] }"));
    refused(
        &dry_run("", Some(bad.path()), good.path()),
        Exit::Config,
        &["the other side", "`suzuki` のことですか？"],
    );
    refused(&dry_run("", Some(good.path()), bad.path()), Exit::Config, &["`suzuki` のことですか？"]);
    refused(&dry_run("--base main", None, good.path()), Exit::Usage, &["is in no git repository", "--base"]);
    let folder = TempDir::new().unwrap();
    let git = repository(folder.path(), &[good.path()]);
    refused(
        &dry_run("--base no-such", None, folder.path()),
        Exit::Usage,
        &["no revision `no-such`", "full history"],
    );
    refused(
        &dry_run("--alert x --integration prometheus --format markdown", None, folder.path()),
        Exit::Usage,
        &["x"],
    );
    // A folder that the other side does not have: everything is new.
    let below = folder.path().join("team");
    fs::create_dir(&below).unwrap();
    copy(good.path(), &below);
    let text = fine(dry_run("--base main --at '2026-12-08 12:00'", None, &below));
    assert!(
        text.contains("where there is no config yet") && text.contains("web/primary (Web): a new schedule"),
        "{text}"
    );
    drop(git);
}

/// A pull request may bring a folder, or a link, of the revision's name along.
#[test]
fn a_name_that_is_both_a_folder_and_a_revision_is_refused() {
    let folder = TempDir::new().unwrap();
    let git = repository(folder.path(), &[with_line_ups(TWO).path()]);
    let tip = git.head().unwrap().target().unwrap();
    git.reference("refs/heads/example-config", tip, true, "test").unwrap();
    // Relative names are those of the tests' own folder, which has one of this name.
    let here = Path::new("example-config");
    assert!(here.is_dir());
    refused(
        &dry_run("--base example-config", None, folder.path()),
        Exit::Usage,
        &["`example-config` is both a directory and a revision", "./example-config", "git rev-parse"],
    );
}

/// Main is broken, and this repairs it: green, and compared with the last commit that loads.
#[test]
fn a_base_that_does_not_load_gives_way_to_the_last_that_does() {
    let (good, bad) = (with_line_ups(TWO), with_line_ups(TWO));
    write(bad.path(), PRIMARY, &schedule("Web", "{ from: 2026-10-05, members: [tanaka, suzuky] }"));
    let folder = TempDir::new().unwrap();
    let git = repository(folder.path(), &[good.path(), bad.path(), bad.path()]);
    let first = git.revparse_single("HEAD~2").unwrap().id().to_string();
    let line = "--base main --at '2026-12-08 12:00' --fail-on now-changes";
    write(folder.path(), PRIMARY, &schedule("Web", TWO));
    let text = fine(dry_run(line, None, folder.path()));
    let says = format!("does not load: compared with {}, the", &first[..10]);
    let unwrapped = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.starts_with("!! main at ") && unwrapped.contains(&says), "{text}");
    assert!(text.contains("Nobody's shifts change"), "{text}");

    // A job's log does not show its comment: there the log says so too.
    let comment = dry_run(&format!("{line} --format markdown"), None, folder.path());
    assert!(comment.exit == Exit::Fine && comment.err.starts_with("warning: main at "), "{}", comment.err);
    assert!(comment.err.contains(&says), "{}", comment.err);

    // A repair that changes who is on call fails like any other change.
    write(folder.path(), PRIMARY, &schedule("Web", "{ from: 2026-10-05, members: [tanaka, sato] }"));
    let found = dry_run(line, None, folder.path());
    assert!(found.exit == Exit::Config && found.err.contains("now-changes"), "{}{}", found.out, found.err);

    // Nothing before loads either: the first line says so, and what --fail-on asks is not known.
    let never = TempDir::new().unwrap();
    repository(never.path(), &[bad.path()]);
    write(never.path(), PRIMARY, &schedule("Web", TWO));
    let found = dry_run(line, None, never.path());
    assert!(found.out.starts_with("!! Nothing to compare with: main at "), "{}", found.out);
    assert!(found.exit == Exit::Config && found.err.contains("not known"), "{}", found.err);
    fine(dry_run("--base main", None, never.path()));
}

#[test]
fn a_config_that_is_moved_away_is_the_first_line() {
    let good = with_line_ups(TWO);
    let folder = TempDir::new().unwrap();
    repository(folder.path(), &[good.path()]);
    let below = folder.path().join("ops");
    fs::create_dir(&below).unwrap();
    copy(good.path(), &below);
    fs::remove_file(folder.path().join("oncall.yaml")).unwrap();
    let found = dry_run("--base main --format markdown --fail-on now-changes", None, &below);
    assert!(found.out.contains("Nothing to compare with: in main at"), "{}", found.out);
    assert!(found.out.contains("the config is at oncall.yaml"), "{}", found.out);
    assert_eq!(found.exit, Exit::Config);
}
