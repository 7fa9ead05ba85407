//! A command line -> what is printed and the exit status, on a small config in a temporary folder.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

mod compare;
mod complete;
mod doctor;
mod dry_run;
mod edits;
mod expect;
mod help;
mod init;
mod japanese;
mod paging;
mod parse;
mod pull;
mod shifts;
mod spoken;
mod times;
mod together;
mod words;

use clap::Parser;
use oncall::cli::{self, Arguments, Exit, Output};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;
use words::words;

const FILES: [(&str, &str); 8] = [
    (
        "oncall.yaml",
        "time_zone: Asia/Tokyo\nlanguage: ja\nfallback: team\nproviders:\n  twilio: { account_sid: AC0, auth_token: { env: TWILIO }, from: \"+815012345678\" }\n",
    ),
    ("users/tanaka.yaml", "name: 田中 太郎\nphone: \"+819000000001\"\n"),
    ("users/suzuki.yaml", "name: Suzuki\nphone: \"+819000000002\"\n"),
    (
        "schedules/web/primary.yaml",
        "name: Web, primary\nlayers:\n  - name: weekly\n    rotation:\n      every: 1 week\n      handoff: mon 10:00\n      line_ups: [{ from: 2026-10-05, members: [tanaka, suzuki] }]\n",
    ),
    (
        "overrides/december.yaml",
        "- { schedule: web/primary, from: 2026-12-09 10:00, until: 2026-12-10 10:00, with: nobody }\n",
    ),
    (
        "escalation-policies/team.yaml",
        "steps:\n  - { notify: [{ schedule: web/primary }, { user: tanaka }], wait: 5m }\n",
    ),
    ("services/web.yaml", "name: Web\nescalation_policy: team\n"),
    (
        "integrations/prometheus.yaml",
        "type: alertmanager\nsecret: { env: ONCALL_TEST_UNSET }\nroutes: [{ service: web }]\n",
    ),
];

fn config() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in FILES {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs `oncall <line> <folder>`.
fn oncall(line: &str, folder: &Path) -> Output {
    let mut words = words(&format!("oncall {line}"));
    words.push(folder.to_str().unwrap().to_owned());
    cli::run(Arguments::try_parse_from(words).unwrap().command)
}

#[track_caller]
fn fine(output: Output) -> String {
    assert_eq!((output.err.as_str(), output.exit), ("", Exit::Fine));
    output.out
}

#[track_caller]
fn refused(output: &Output, exit: Exit, parts: &[&str]) {
    assert_eq!((output.out.as_str(), output.exit), ("", exit));
    for part in parts {
        assert!(output.err.contains(part), "`{part}` is missing in: {}", output.err);
    }
}

#[test]
fn who_names_the_person_the_layer_the_handover_and_the_next() {
    let config = config();
    insta::assert_snapshot!(fine(oncall("who --language en --at '2026-12-08 02:00'", config.path())), @"
    Tue 2026-12-08 02:00 (Asia/Tokyo)

    Schedule     On call
    web/primary  Suzuki (suzuki)
                 layer weekly, schedules/web/primary.yaml:7
                 until Wed 2026-12-09 10:00, then nobody
    ");
    insta::assert_snapshot!(fine(oncall("who --at '2026-12-08 02:00'", config.path())), @"
    2026-12-08（火）02:00（Asia/Tokyo）

    スケジュール  当番
    web/primary   Suzuki (suzuki)
                  レイヤー weekly、schedules/web/primary.yaml:7
                  2026-12-09（水）10:00 まで、次は なし
    ");
    let json: Value = serde_json::from_str(&fine(oncall(
        "who --at 2026-12-08T02:00:00+09:00 --format json",
        config.path(),
    )))
    .unwrap();
    let expected = json!([{
        "schedule": "web/primary", "users": ["suzuki"], "shadows": [], "source": "layer/weekly",
        "place": "schedules/web/primary.yaml:7", "reason": null, "away": [],
        "until": "2026-12-09T01:00:00Z",
        "next": { "users": [], "shadows": [], "source": "overrides/december.yaml:1" },
    }]);
    assert_eq!(json, expected);
}

#[test]
fn shifts_tile_the_range_as_the_config_page_says() {
    let config = config();
    let line = "shifts web/primary --from 2026-12-08 --until '2026-12-14 12:00' --format json";
    let json: Value = serde_json::from_str(&fine(oncall(line, config.path()))).unwrap();
    let shift = |start: &str, end: &str, users: Value, source: &str| json!({ "start": start, "end": end, "users": users, "shadows": [], "source": source });
    let expected = json!([
        shift("2026-12-07T15:00:00Z", "2026-12-09T01:00:00Z", json!(["suzuki"]), "layer/weekly"),
        shift("2026-12-09T01:00:00Z", "2026-12-10T01:00:00Z", json!([]), "overrides/december.yaml:1"),
        shift("2026-12-10T01:00:00Z", "2026-12-14T01:00:00Z", json!(["suzuki"]), "layer/weekly"),
        shift("2026-12-14T01:00:00Z", "2026-12-14T03:00:00Z", json!(["tanaka"]), "layer/weekly"),
    ]);
    assert_eq!(json, expected);
}

#[test]
fn tables_are_aligned_in_japanese_and_no_wider_than_a_terminal() {
    let config = config();
    let text = fine(oncall("shifts web/primary --from 2026-11-30 --until 2027-01-10", config.path()));
    assert!(text.contains("田中 太郎 ") && text.contains("Suzuki (suzuki)"), "{text}");
    let columns: Vec<usize> =
        text.lines().filter_map(|line| line.find("layer/weekly").map(|at| line[..at].width())).collect();
    assert!(columns.len() > 4 && columns.iter().all(|column| *column == columns[0]), "{columns:?}\n{text}");
    assert!(text.lines().all(|line| line.width() <= 80), "{text}");
}

#[test]
fn instants_are_local_or_exact() {
    let zone = |name: &str| jiff::tz::TimeZone::get(name).unwrap();
    let cases = [
        ("2026-12-05 10:00", "Asia/Tokyo", "2026-12-05T01:00:00Z"),
        ("2026-12-05T10:00", "Asia/Tokyo", "2026-12-05T01:00:00Z"),
        ("2026-12-05", "Asia/Tokyo", "2026-12-04T15:00:00Z"),
        ("2026-12-05T10:00:00-05:00", "Asia/Tokyo", "2026-12-05T15:00:00Z"),
        ("2026-12-05T10:00Z", "Asia/Tokyo", "2026-12-05T10:00:00Z"),
        // A gap is its first instant after, a fold its first occurrence.
        ("2026-03-08 02:30", "America/New_York", "2026-03-08T07:00:00Z"),
        ("2026-11-01 01:30", "America/New_York", "2026-11-01T05:30:00Z"),
    ];
    for (text, name, expected) in cases {
        assert_eq!(
            cli::instant(text, &zone(name), oncall::language::Language::En).unwrap().to_string(),
            expected,
            "{text}"
        );
    }
    let cases = [
        ("2026-13-05", "a month is 01 to 12"),
        ("2027-02-29", "February has only 28 days in 2027"),
        ("2028-02-30 10:00", "February has only 29 days in 2028"),
        ("2026-12-05 25:00", "a time of day is 00:00 to 23:59"),
        ("2026-12-05 10:00 Asia/Tokyo x", "a time of day is 00:00 to 23:59"),
    ];
    for (text, expected) in cases {
        let error =
            cli::instant(text, &zone("Asia/Tokyo"), oncall::language::Language::En).unwrap_err().to_string();
        assert!(error.contains(&format!("is not an instant: {expected}")), "{error}");
    }
    for (text, asked) in
        [("", "is not a time"), ("tomorrow", "say a time too"), ("10", "may mean two things")]
    {
        let error =
            cli::instant(text, &zone("Asia/Tokyo"), oncall::language::Language::En).unwrap_err().to_string();
        assert!(error.contains(asked), "{error}");
    }
    let error =
        cli::instant("handoff", &zone("Asia/Tokyo"), oncall::language::Language::En).unwrap_err().to_string();
    assert!(error.contains("give a time, not handoff"), "{error}");
}

#[test]
fn mistakes_name_the_thing_and_the_way_out() {
    let config = config();
    let usage = [
        ("who --language en --schedule web/primry", "did you mean `web/primary`?"),
        ("who --language en --at yesterday", "`yesterday` is not a time"),
        ("shifts --language en web --from 2026-12-01 --until 2026-12-02", "there is no schedule `web`"),
        ("shifts --language en web/primary --from 2026-12-02 --until 2026-12-02", "is not after --from"),
        ("shifts --language en web/primary --from 2026-12-02 --until 2126-12-02", "in parts"),
    ];
    for (line, expected) in usage {
        refused(&oncall(line, config.path()), Exit::Usage, &[expected]);
    }
    for line in ["who", "validate", "urls", "shifts a --from 2026-12-01 --until 2026-12-02"] {
        refused(
            &oncall(line, "/nowhere/at/all".as_ref()),
            Exit::Usage,
            &["/nowhere/at/all", "no directory", "the last argument is the config directory"],
        );
        refused(
            &oncall(line, TempDir::new().unwrap().path()),
            Exit::Usage,
            &["no oncall.yaml", "last argument"],
        );
    }
}

#[test]
fn a_config_with_an_error_answers_nothing_but_the_error() {
    let config = config();
    write(config.path(), "services/web.yaml", "name: Web\nescalation_policy: teem\n");
    for line in ["who", "urls", "shifts web/primary --from 2026-12-01 --until 2026-12-02"] {
        refused(
            &oncall(line, config.path()),
            Exit::Config,
            &["teem", "services/web.yaml:2", "`team` のことですか？"],
        );
    }
}

#[test]
fn validate_answers_people_programs_github_and_code_scanning() {
    let config = config();
    write(config.path(), "services/web.yaml", "name: Web\nescalation_policy: teem\n");
    let dir = config.path().to_str().unwrap().to_owned();
    let validate = |format: &str| {
        let output = oncall(&format!("validate --format {format}"), config.path());
        assert_eq!((output.err.as_str(), output.exit), ("", Exit::Config));
        output.out
    };
    let is_error = |it: &&Value| it["code"] == "OC015" || it["ruleId"] == "OC015";
    let human = validate("human");
    assert!(
        human.contains("services/web.yaml:2:20") && human.contains("`team` はここで定義されています"),
        "{human}"
    );
    let hints: Vec<&str> =
        human.lines().filter(|line| line.starts_with("詳しくは `oncall explain OC")).collect();
    assert_eq!((hints.len(), human.lines().last()), (1, hints.first().copied()), "{human}");
    let json: Value = serde_json::from_str(&validate("json")).unwrap();
    let finding = json.as_array().unwrap().iter().find(is_error).unwrap();
    assert_eq!((&finding["location"]["line"], &finding["severity"]), (&json!(2), &json!("error")));
    let label = &finding["labels"][0];
    assert_eq!(label["location"]["file"], json!("escalation-policies/team.yaml"), "{label}");
    assert_eq!(label["message"], json!("`team` はここで定義されています"));
    let github = validate("github");
    let line = format!("::error file={dir}/services/web.yaml,line=2,col=20,title=OC015::");
    let line = github.lines().find(|it| it.starts_with(&line)).unwrap_or_else(|| panic!("{github}"));
    let other = format!("%0A{dir}/escalation-policies/team.yaml:1: `team` はここで定義されています");
    assert!(line.ends_with(&format!("%0A`team` のことですか？{other}")), "{line}");
    let sarif: Value = serde_json::from_str(&validate("sarif")).unwrap();
    let run = &sarif["runs"][0];
    let result = run["results"].as_array().unwrap().iter().find(is_error).unwrap();
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], json!(format!("{dir}/services/web.yaml")));
    assert_eq!(place["region"], json!({ "startLine": 2, "startColumn": 20 }));
    let related = &result["relatedLocations"][0];
    assert_eq!(related["message"]["text"], json!("`team` はここで定義されています"));
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!((&rule["id"], &rule["defaultConfiguration"]["level"]), (&json!("OC015"), &json!("error")));
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("綴りを誤ると"), "{rule}");
}

#[test]
fn a_code_is_explained_however_it_is_written() {
    let explain = |line: &str| {
        let arguments =
            Arguments::try_parse_from(format!("oncall explain {line}").split_whitespace()).unwrap();
        cli::run(arguments.command)
    };
    let text = fine(explain("OC124"));
    assert!(
        text.starts_with("warning[OC124]: nobody is on call") && text.contains("\nWrong:\n\n    # "),
        "{text}"
    );
    assert!(!text.contains("```") && text.ends_with("    # oncall: allow OC124 the reason\n"), "{text}");
    for other in ["oc124", "124", "Oc124"] {
        assert_eq!(fine(explain(other)), text, "{other}");
    }
    assert!(fine(explain("15")).starts_with("error[OC015]: "));
    let table = fine(explain(""));
    assert!(table.lines().count() >= 50 && table.contains("OC101  warning  somebody"), "{table}");
    let config = config();
    let text = fine(explain(&format!("OC124 {}", config.path().display())));
    assert!(
        text.starts_with("警告[OC124]: これから 28 日の間に") && text.contains("\n誤った例:\n\n    # "),
        "{text}"
    );
    refused(&explain("OC1244"), Exit::Usage, &["did you mean `OC124`?"]);
    refused(&explain("what"), Exit::Usage, &["`oncall explain` lists all of them"]);
}

#[test]
fn urls_show_no_secret_unless_asked() {
    let config = config();
    write(config.path(), "secret", "s3cret\n");
    let file = config.path().join("secret");
    write(
        config.path(),
        "integrations/prometheus.yaml",
        &format!(
            "type: alertmanager\nsecret: {{ file: {} }}\nroutes: [{{ service: web }}]\n",
            file.display()
        ),
    );
    let hidden = fine(oncall("urls --language en", config.path()));
    assert!(!hidden.contains("s3cret") && hidden.contains(file.to_str().unwrap()), "{hidden}");
    assert!(hidden.contains("no public_url"), "{hidden}");
    let one = fine(oncall("urls --language en --integration prometheus", config.path()));
    assert!(one.starts_with("prometheus (Prometheus Alertmanager)\n") && hidden.starts_with(&one), "{one}");
    refused(
        &oncall("urls --language en --integration prometheuss", config.path()),
        Exit::Usage,
        &["did you mean `prometheus`?"],
    );
    let shown = fine(oncall("urls --language en --reveal", config.path()));
    assert!(shown.contains("/v1/webhooks/prometheus/s3cret\n"), "{shown}");
    // Whatever is in it, it can be pasted: in a URL it is escaped, as a key of its own it is not.
    write(config.path(), "secret", "s3+c/r=e#t?\"%41\n");
    let shown = fine(oncall("urls --language en --reveal", config.path()));
    assert!(shown.contains("/v1/webhooks/prometheus/s3+c/r=e%23t%3F%22%2541\n"), "{shown}");
    assert!(shown.contains(r#"credentials: "s3+c/r=e#t?\"%41" }"#), "{shown}");
    write(
        config.path(),
        "integrations/prometheus.yaml",
        &format!("type: pagerduty\nsecret: {{ file: {} }}\nroutes: [{{ service: web }}]\n", file.display()),
    );
    let shown = fine(oncall("urls --language en --reveal --integration prometheus", config.path()));
    assert!(shown.contains(r#"routing_key: "s3+c/r=e#t?\"%41""#), "{shown}");
}

/// Whatever the type, the steps are filled in and fit; only what holds a URL or a secret may be longer.
#[test]
fn urls_say_what_to_do_at_each_monitor() {
    let topics = "topics: [\"arn:aws:sns:eu-west-1:123456789012:alarms\"]\n";
    let ways = oncall::integration::MONITORS.iter().flat_map(|monitor| match monitor.sns {
        oncall::integration::Sns::Never => vec![(monitor, "")],
        oncall::integration::Sns::MayBe => vec![(monitor, ""), (monitor, topics)],
        oncall::integration::Sns::Always => vec![(monitor, topics)],
    });
    for (monitor, topics) in ways {
        let config = config();
        let text = format!(
            "type: {}\nsecret: {{ env: DOOR }}\n{topics}severity: [{{ severity: error }}]\nroutes: [{{ service: web }}]\n",
            monitor.name
        );
        write(config.path(), "integrations/door.yaml", &text);
        let shown = fine(oncall("urls --language en", config.path()));
        let entry = shown.split("\n\n").find(|entry| entry.starts_with("door (")).unwrap();
        assert!(entry.lines().count() >= 3, "{entry}");
        for word in ["{url}", "{base}", "{id}", "{secret}", "{url_secret}", "{topic}"] {
            assert!(!entry.contains(word), "{entry}");
        }
        let subscribes =
            entry.contains("aws sns subscribe --topic-arn arn:aws:sns:eu-west-1:123456789012:alarms");
        assert!(topics.is_empty() || subscribes, "{entry}");
        let managed = match monitor.name {
            "alertmanager" => "Amazon Managed Prometheus",
            "grafana" | "opsgenie" => "Amazon Managed Grafana",
            _ => "",
        };
        assert!(topics.is_empty() && monitor.name != "opsgenie" || entry.contains(managed), "{entry}");
        let long = entry.lines().find(|line| line.width() > 80 && !line.contains("https://"));
        assert_eq!(long, None, "{entry}");
    }
}

/// Nothing is sent where it would not arrive, or to whom nobody asked it.
#[test]
fn send_says_what_is_missing() {
    let config = config();
    let line = "send --integration prometheus --url http://127.0.0.1:1";
    refused(
        &oncall(line, config.path()),
        Exit::Usage,
        &["エラー: prometheus のシークレットが、ここで設定されていません", "環境変数 ONCALL_TEST_UNSET"],
    );
    refused(
        &oncall("send --integration prometheus", config.path()),
        Exit::Usage,
        &["public_url がありません", "`--url`"],
    );
    let own = "type: generic\nsecret: { env: ONCALL_TEST_UNSET }\nfields: { summary: /t }\nroutes: [{ service: web }]\n";
    write(config.path(), "integrations/own.yaml", own);
    let line = "send --integration own --url http://127.0.0.1:1";
    refused(
        &oncall(line, config.path()),
        Exit::Usage,
        &["own には `fields` がありますが、発生を知らせる `sample` がありません"],
    );
}

#[test]
fn the_schemas_are_written_as_they_are_here() {
    let folder = TempDir::new().unwrap();
    fine(oncall("schema", folder.path()));
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for entry in fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let written = fs::read_to_string(folder.path().join(&name)).unwrap();
        assert_eq!(written, fs::read_to_string(here.join(&name)).unwrap(), "{name:?}: run `oncall schema`");
    }
    // That of the API describes no file of a config.
    let here =
        fs::read_dir(&here).unwrap().filter(|file| file.as_ref().unwrap().file_name() != "openapi.json");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), here.count());
}

#[test]
fn command_lines_are_read() {
    let good = [
        "serve --config . --state s",
        "serve --git file:///x --branch main --path a/b --interval 10s --state s --listen 127.0.0.1:0 --print",
        "serve --git git@host:x --ssh-key a --ssh-key b --state s",
        "dry-run --alert a.json --integration grafana --acknowledge-after 7m example-config",
        "line-up add kimura --schedule web/primary --from 2026-12-14 --after sato --layer weekly --write dir",
        "line-up add kimura --schedule web --first",
        "line-up remove kimura --schedule web dir",
        "line-up replace kimura --with sato --schedule web",
        "user leave kimura --date 2026-12-14 --write",
        "override add --schedule web --from 2026-12-14 --until 2026-12-15 --replace sato --with kimura,ito dir",
        "override add --schedule web --from 2026-12-14 --until 2026-12-15 --with nobody --reason x",
        "override add --schedule web --from 2026-12-14 --until 2026-12-15 --add kimura",
        "parse --integration batch - example-config",
        "send --integration prometheus --sample resolved --url http://127.0.0.1:1 --yes .",
        "urls --integration prometheus",
        "serve --state s",
        "completions zsh",
        "demo",
    ];
    for line in good {
        Arguments::try_parse_from(format!("oncall {line}").split(' '))
            .unwrap_or_else(|error| panic!("{error}"));
    }
    let bad = [
        "serve --state s --branch main",
        "serve --config . --git file:///x --state s",
        "serve --config .",
        "serve --config . --branch main --state s",
        "serve --git file:///x --state s --interval 0s",
        "serve --git file:///x --state s --interval 3weeks",
        "serve --git file:///x --state s --listen 8080",
        "dry-run --integration grafana",
        "validate --format xml",
        "parse a.json",
        "send",
        "send --integration a --sample broken",
        "urls --calendars --integration a",
        "shifts web",
        "line-up add kimura",
        "line-up add kimura --schedule web --first --after sato",
        "line-up add kimura --schedule web --from monday",
        "line-up replace kimura --schedule web",
        "user leave kimura",
        "override add --schedule web --from 2026-12-14 --until 2026-12-15",
        "override add --schedule web --from 2026-12-14 --until 2026-12-15 --replace sato",
        "override add --schedule web --from 2026-12-14 --until 2026-12-15 --add sato --with kimura",
        "nothing",
    ];
    for line in bad {
        assert!(Arguments::try_parse_from(format!("oncall {line}").split(' ')).is_err(), "{line}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let arguments = Arguments::try_parse_from(["oncall", "completions", shell]).unwrap();
        assert!(fine(cli::run(arguments.command)).contains("ONCALL_COMPLETE"));
    }
    assert!(cli::version().contains("(tzdata 20"), "{}", cli::version());
}
