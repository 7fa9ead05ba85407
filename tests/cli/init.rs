//! `oncall init`: what it writes is a config without a finding, in each language, on any day; it overwrites nothing.

use super::{Exit, fine, refused, write};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use oncall::check::{self, expectations::unmet};
use oncall::cli::channel::Channel;
use oncall::cli::starter::{Forge, Starter, files};
use oncall::compile::{self, Tree};
use oncall::document::Language;
use oncall::integration::Monitor;
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
    Starter {
        language,
        team: "web".to_owned(),
        time_zone,
        forge,
        source: None,
        people: Vec::new(),
        monitors: vec![Monitor::named("alertmanager").unwrap()],
        channels: vec![Channel::Slack, Channel::Call],
    }
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

fn found(starter: &Starter, day: Date) -> Vec<String> {
    let files = files(starter, day);
    let left = files.iter().find(|(path, text)| path.contains("__") || left_over(text));
    assert!(left.is_none(), "{left:?}");
    let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let compiled = compile::compile(&Tree { files, ..Tree::default() });
    let now = day.to_datetime(jiff::civil::time(0, 0, 0, 0));
    let now = now.to_zoned(starter.time_zone.clone()).unwrap().timestamp();
    let mut findings = compiled.diagnostics.clone();
    findings.extend(check::run(&compiled, Some(now)));
    findings.extend(unmet(&compiled));
    findings.iter().map(|it| format!("{} {}: {}", it.code, it.location.file, it.message.en)).collect()
}

/// Whatever monitor is chosen, and whoever takes turns.
#[test]
fn every_monitor_and_any_people_make_a_config_without_a_finding() {
    for language in [Language::Ja, Language::En] {
        for monitor in oncall::integration::MONITORS {
            let starter = Starter { monitors: vec![monitor], ..starter(language, "Asia/Tokyo", Forge::None) };
            assert_eq!(found(&starter, DAYS[0]), Vec::<String>::new(), "{}", monitor.name);
        }
        let monitors = oncall::integration::MONITORS.iter().collect();
        let starter = |zone: &str| starter(language, zone, Forge::None);
        assert_eq!(found(&Starter { monitors, ..starter("Asia/Tokyo") }, DAYS[0]), Vec::<String>::new());
        for (zone, people) in
            [("Asia/Tokyo", 1), ("Asia/Tokyo", 2), ("Asia/Tokyo", 50), ("Europe/London", 50)]
        {
            let people = (0..people).map(|number| newcomer(&format!("人 {number} <p{number}@example.com>")));
            let starter = Starter { people: people.collect(), ..starter(zone) };
            // Somebody who is alone is on call every day, and that is said.
            let alone = |said: &String| starter.people.len() == 1 && said.starts_with("OC129 ");
            let found: Vec<String> = found(&starter, DAYS[0]).into_iter().filter(|it| !alone(it)).collect();
            assert_eq!(found, Vec::<String>::new(), "{zone} {}", starter.people.len());
        }
    }
}

fn newcomer(said: &str) -> oncall::edit::Newcomer {
    oncall::edit::Newcomer::read(said, oncall::language::Language::En).unwrap()
}

/// The fallback must be called, so the phone is there whatever is chosen.
#[test]
fn every_choice_of_channels_makes_a_config_without_a_finding() {
    use Channel::{Call, Email, Ntfy, Pushover, Slack, Sms};
    let choices: [&[Channel]; 8] = [
        &[Slack],
        &[Sms],
        &[Email],
        &[Call],
        &[Pushover],
        &[Ntfy],
        &[Slack, Email],
        &[Slack, Pushover, Ntfy, Sms, Email, Call],
    ];
    for language in [Language::Ja, Language::En] {
        for channels in choices {
            let base = starter(language, "Asia/Tokyo", Forge::None);
            let found = found(&Starter { channels: channels.to_vec(), ..base }, DAYS[0]);
            assert_eq!(found, Vec::<String>::new(), "{channels:?}");
        }
    }
}

#[test]
fn people_are_written_as_given_and_what_is_not_known_is_a_sample() {
    let folder = TempDir::new().unwrap();
    let line = "--language ja --team web --people '田中 太郎 <tanaka@example.com>, 鈴木 花子 <hanako.suzuki@example.com> +81 90 1234 0001 U012AB3CD' --monitor datadog,grafana --ci none";
    fine(init(line, folder.path()));
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let suzuki = read("users/hanako-suzuki.yaml");
    assert!(suzuki.ends_with("name: 鈴木 花子\nemail: hanako.suzuki@example.com\nslack: U012AB3CD\nphone: \"+81 90 1234 0001\"\n"), "{suzuki}");
    assert!(read("users/tanaka.yaml").contains("phone: \"+81 90 0000 0001\"  # 見本です"));
    assert!(read("schedules/web-primary.yaml").contains("members: [tanaka, hanako-suzuki]"));
    assert!(read("integrations/datadog.yaml").contains("secret: { env: DATADOG_WEBHOOK_SECRET }"));
    assert!(folder.path().join("integrations/grafana.yaml").exists());
    assert!(!folder.path().join("integrations/alertmanager.yaml").exists());
}

#[test]
fn what_would_be_invalid_is_not_written_and_a_dry_run_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let output = init("--language en --people 'Jo <jo@example.com> +1'", folder.path());
    refused(&output, Exit::Config, &["this would be no valid config", "users/jo.yaml"]);
    let output = init("--language ja --people '田中 太郎'", folder.path());
    refused(&output, Exit::Usage, &["メールアドレスがありません"]);
    let output = init("--language en --people 'A <a@example.com>,B <a@example.org>'", folder.path());
    refused(&output, Exit::Usage, &["two people would have the id `a`"]);
    let shown = fine(init("--language en --dry-run", folder.path()));
    assert!(
        shown.starts_with("nothing was written; there would be ") && shown.contains("  users/alice.yaml\n"),
        "{shown}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
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
    assert!(
        said.contains("  schedules/payments-primary.yaml\n") && said.contains("次にすること:\n  1. "),
        "{said}"
    );
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
        "--monitor datadogs",
        "--channel fax",
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
    let given = ["", "--people 'Al <al@example.com>'", "--people 'Al <al@example.com>,Bo <bo@example.com>'"];
    for (language, given) in [("ja", given[0]), ("en", given[0]), ("ja", given[1]), ("en", given[2])] {
        let folder = TempDir::new().unwrap();
        fine(init(&format!("--language {language} --time-zone Asia/Tokyo {given}"), folder.path()));
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
