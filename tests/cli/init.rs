//! `oncall init`: what it writes is a config without a finding, in each language, on any day; it overwrites nothing.

use super::{Exit, fine, refused, write};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use oncall::check::{self, expectations::unmet};
use oncall::cli::starter::{Forge, Starter, files};
use oncall::compile::{self, Tree};
use oncall::document::Language;
use std::{fs, path::Path};
use tempfile::TempDir;

/// A Monday, days around New Year and around Japan's longest row of holidays, a leap day, both ends of the clock change.
const DAYS: [Date; 9] = [
    date(2026, 11, 23),
    date(2026, 11, 24),
    date(2026, 12, 27),
    date(2027, 1, 3),
    date(2027, 3, 28),
    date(2027, 4, 30),
    date(2027, 10, 31),
    date(2028, 2, 29),
    date(2028, 9, 1),
];

fn starter(language: Language, zone: &str, forge: Forge) -> Starter {
    let time_zone = TimeZone::get(zone).unwrap();
    Starter { language, team: "web".to_owned(), time_zone, forge, source: None }
}

#[test]
fn what_it_writes_has_no_finding() {
    for (language, zone) in
        [(Language::Ja, "Asia/Tokyo"), (Language::En, "Asia/Tokyo"), (Language::En, "America/New_York")]
    {
        for day in DAYS {
            {
                let time = jiff::civil::time(0, 0, 0, 0);
                let starter = starter(language, zone, Forge::Github);
                let files = files(&starter, day);
                let left = files.iter().find(|(path, text)| path.contains("__") || left_over(text));
                assert!(left.is_none(), "{left:?}");
                let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
                let tree = Tree { files, ..Tree::default() };
                let compiled = compile::compile(&tree);
                let now = day.to_datetime(time).to_zoned(starter.time_zone.clone()).unwrap().timestamp();
                let mut findings = compiled.diagnostics.clone();
                findings.extend(check::run(&compiled, Some(now)));
                findings.extend(unmet(&compiled));
                let said = compile::render_human(&tree, &findings, oncall::language::Language::En, false);
                assert_eq!(said, "0 errors, 0 warnings\n", "{language:?} {zone} {day} {time}");
                assert_eq!(compiled.expectations.len(), 3);
            }
        }
    }
}

/// A word that stands for something.
fn left_over(text: &str) -> bool {
    text.split("__")
        .skip(1)
        .step_by(2)
        .any(|word| !word.is_empty() && word.bytes().all(|it| it.is_ascii_uppercase() || it == b'_'))
}

/// Whoever removes the `#` has a config without an error, and each way that the line before them names can be used.
#[test]
fn what_is_commented_out_is_right_too() {
    for language in [Language::Ja, Language::En] {
        let mut files = files(&starter(language, "Asia/Tokyo", Forge::None), DAYS[0]);
        let text = files.get_mut("oncall.yaml").unwrap();
        let keys = ["mail", "ntfy", "pushover", "google_chat"];
        for key in keys {
            assert!(text.contains(&format!("\n  # {key}: ")), "{key}: {text}");
            *text = text.replace(&format!("\n  # {key}: "), &format!("\n  {key}: "));
        }
        let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        let compiled = compile::compile(&Tree { files, ..Tree::default() });
        let findings = [compiled.diagnostics.clone(), check::run(&compiled, None)].concat();
        let said = findings.iter().map(|found| found.code).collect::<Vec<_>>();
        // What is set up and used by nobody yet is no finding either.
        assert!(said.is_empty(), "{language:?}: {findings:?}");
        let organisation = compiled.config.unwrap().organisation;
        assert!(
            organisation.mail.is_some() && organisation.ntfy.is_some() && organisation.pushover.is_some()
        );
        assert!(organisation.google_chat.is_some());
    }
}

#[test]
fn both_languages_have_the_same_places() {
    let paths = |language, forge| -> Vec<String> {
        let files = files(&starter(language, "Asia/Tokyo", forge), DAYS[0]);
        files.into_keys().filter(|path| !path.starts_with("users/")).collect()
    };
    assert_eq!(paths(Language::Ja, Forge::Github), paths(Language::En, Forge::Github));
    let gitlab = paths(Language::Ja, Forge::Gitlab);
    assert!(gitlab.iter().any(|path| path == ".gitlab-ci.yml"), "{gitlab:?}");
    assert!(!gitlab.iter().any(|path| path.starts_with(".github")), "{gitlab:?}");
}

#[test]
fn the_first_line_of_each_file_leads_to_its_schema() {
    let files = files(&starter(Language::Ja, "Asia/Tokyo", Forge::None), DAYS[0]);
    let mut seen = 0;
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let first = text.lines().next().unwrap();
        let schema = first
            .strip_prefix("# yaml-language-server: $schema=")
            .unwrap_or_else(|| panic!("{path}: {first}"));
        let folder = path.split_once('/').map(|(folder, _)| folder);
        let name = schema.strip_prefix(if folder.is_some() { "../schema/" } else { "schema/" }).unwrap();
        let kind = oncall::document::Kind::ALL
            .into_iter()
            .find(|kind| kind.folder() == folder.unwrap_or(""))
            .unwrap();
        assert_eq!(name, format!("{}.json", kind.schema_name()), "{path}");
        assert!(files.contains_key(&format!("schema/{name}")), "{path}");
        seen += 1;
    }
    assert!(seen > 12, "{seen}");
}

#[test]
fn holidays_are_those_of_the_place() {
    let of = |language, zone| {
        let files = files(&starter(language, zone, Forge::None), date(2026, 11, 24));
        let (path, text) = files.into_iter().find(|(path, _)| path.starts_with("holidays/")).unwrap();
        (path, text)
    };
    let (path, text) = of(Language::En, "Asia/Tokyo");
    assert_eq!(path, "holidays/japan.yaml");
    assert!(text.contains("- { date: 2027-03-22, name: Holiday }\n"), "{text}");
    assert!(text.lines().filter(|line| line.starts_with('-')).all(|line| line.is_ascii()), "{text}");
    let (path, text) = of(Language::En, "Europe/London");
    assert_eq!(path, "holidays/company.yaml");
    let days: Vec<&str> = text.lines().filter(|line| line.starts_with('-')).collect();
    assert_eq!(days.len(), 3);
    assert_eq!(days[2], "- { date: 2028-01-01, name: New Year's Day }");
}

fn init(line: &str, folder: &Path) -> oncall::cli::Output {
    super::oncall(&format!("init {line}"), folder)
}

#[test]
fn it_writes_and_says_what_is_next() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("oncall-config");
    let said = fine(init("--language ja --team payments --source https://git.example.org/oncall.git", &dir));
    assert!(said.contains("  schedules/payments-primary.yaml\n") && said.contains("Next:\n  1. "), "{said}");
    let workflow = fs::read_to_string(dir.join(".github/workflows/oncall.yml")).unwrap();
    assert!(workflow.contains("source: https://git.example.org/oncall.git\n"), "{workflow}");
    assert_eq!(fine(super::oncall("validate", &dir)), "エラー 0 件、警告 0 件\n");
    let who = fine(super::oncall("who", &dir));
    assert!(who.contains("payments-primary") && !who.contains("nobody"), "{who}");
}

#[test]
fn it_overwrites_nothing_and_names_what_stands_in_the_way() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(folder.path(), "LICENSE", "MIT\n");
    write(folder.path(), "README.md", "# Ours\n");
    write(folder.path(), "users/tanaka.yaml", "name: Tanaka\n");
    let output = init("--language en", folder.path());
    refused(&output, Exit::Usage, &["  users/\n", "  README.md\n", "Nothing was written"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    fs::remove_file(folder.path().join("README.md")).unwrap();
    fs::remove_dir_all(folder.path().join("users")).unwrap();
    fine(init("--language en --time-zone Europe/London", folder.path()));
    let again = init("--language en --time-zone Europe/London", folder.path());
    refused(&again, Exit::Usage, &["  schedules/\n", "more"]);
}

#[test]
fn teams_zones_and_sources_are_looked_at() {
    for line in [
        "--team Web",
        "--team nobody",
        "--team last-resort",
        "--team 12",
        "--team no",
        "--time-zone Tokyo",
        "--source 'https://x y'",
        "--source '{{ x }}'",
        "--language de",
        "--ci jenkins",
    ] {
        let words = super::words(&format!("oncall init {line}"));
        assert!(<oncall::cli::Arguments as clap::Parser>::try_parse_from(words).is_err(), "{line}");
    }
}

/// The `oncall` lines of the README that it writes run in what it writes.
#[test]
fn its_readme_runs() {
    for language in ["ja", "en"] {
        let folder = TempDir::new().unwrap();
        fine(init(&format!("--language {language} --time-zone Asia/Tokyo"), folder.path()));
        let text = fs::read_to_string(folder.path().join("README.md")).unwrap();
        let blocks =
            text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().replace("\\\n", " "));
        let lines: Vec<String> =
            blocks.flat_map(|it| it.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        assert!(lines.len() >= 7, "{lines:?}");
        for line in lines {
            let line = line
                .strip_prefix("oncall ")
                .unwrap()
                .replace("samples/", &format!("{}/samples/", folder.path().display()));
            let out = fine(super::oncall(&line, folder.path()));
            assert!(!out.is_empty(), "{line}");
        }
    }
}
