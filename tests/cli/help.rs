//! What `--help` shows in a terminal of 80 columns, and exit statuses, of the binary itself.

use std::process::{Command, Output, Stdio};
use unicode_width::UnicodeWidthStr;

const COMMANDS: [&str; 34] = [
    "init",
    "validate",
    "explain",
    "who",
    "shifts",
    "dry-run",
    "expect",
    "parse",
    "line-up",
    "team",
    "user",
    "service",
    "override",
    "incidents",
    "incident",
    "page",
    "silence",
    "take",
    "offer",
    "away",
    "back",
    "test-me",
    "contacts",
    "serve",
    "urls",
    "slack",
    "doctor",
    "healthcheck",
    "send",
    "sign-in-link",
    "schema",
    "demo",
    "completions",
    "man",
];

/// The commands of a command.
const NESTED: [(&str, &str); 17] = [
    ("line-up", "add"),
    ("line-up", "remove"),
    ("line-up", "replace"),
    ("team", "add"),
    ("user", "add"),
    ("user", "leave"),
    ("service", "add"),
    ("override", "add"),
    ("override", "list"),
    ("override", "end"),
    ("offer", "add"),
    ("offer", "accept"),
    ("silence", "add"),
    ("silence", "list"),
    ("silence", "end"),
    ("slack", "manifest"),
    ("contacts", "vcard"),
];

fn oncall(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oncall"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "80")
        .env_remove("ONCALL_GIT_SSH_KEY")
        .env_remove("ONCALL_LANGUAGE")
        .env_remove("ONCALL_LOG_FORMAT")
        .env_remove("ONCALL_URL")
        .env_remove("ONCALL_USER")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn help(arguments: &[&str]) -> String {
    let output = oncall(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let wide: Vec<&str> = text.lines().filter(|line| line.width() > 80).collect();
    assert!(wide.is_empty(), "{arguments:?}: wider than a terminal: {wide:?}");
    text
}

#[test]
fn every_command_explains_itself() {
    insta::assert_snapshot!("help", help(&["--help"]));
    for command in COMMANDS {
        insta::assert_snapshot!(format!("help-{command}"), help(&[command, "--help"]));
    }
    for (command, nested) in NESTED {
        insta::assert_snapshot!(format!("help-{command}-{nested}"), help(&[command, nested, "--help"]));
    }
}

#[test]
fn the_list_of_commands_is_whole() {
    let text = help(&["--help"]);
    let listed =
        text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let listed: Vec<&str> = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, [COMMANDS.as_slice(), &["help"]].concat());
}

#[test]
fn exit_statuses_are_those_of_the_config_page() {
    let cases: [(&[&str], i32); 9] = [
        (&["validate", "example-config"], 0),
        (&["who", "--at", "2026-12-08T12:00:00+09:00", "example-config"], 0),
        (&["validate", "tests"], 2),
        (&["who", "--at", "yesterday", "example-config"], 2),
        (&["who", "--schedule", "nobody", "example-config"], 2),
        (&["validate", "--format", "xml", "example-config"], 2),
        (&["nothing"], 2),
        (
            &[
                "dry-run",
                "--alert",
                "-",
                "--integration",
                "grafana",
                "--at",
                "2026-12-08 02:00",
                "example-config",
            ],
            0,
        ),
        (&["serve", "--config", "example-config", "--state", "Cargo.toml"], 3),
    ];
    for (arguments, expected) in cases {
        let output = oncall(arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {err}");
        assert_eq!(err.is_empty(), expected == 0, "{arguments:?}: {err}");
    }
}

#[test]
fn the_example_company_is_valid() {
    let output = oncall(&["validate", "--format", "json", "example-config"]);
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let errors: Vec<_> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_oncall_lines_of_the_readmes_run() {
    for (path, fewest) in
        [("README.md", 8), ("README.ja.md", 8), ("docs/use.md", 8), ("example-config/README.md", 6)]
    {
        let text =
            std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let lines = commands(&text);
        assert!(lines.len() >= fewest, "{path}: {lines:?}");
        for line in lines {
            let words = super::words(&line);
            let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
            let output = oncall(&arguments);
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{path}: {line}\n{err}");
        }
    }
}

/// The lines of `sh` blocks that begin with `oncall`, but for those that start a server or ask the providers.
fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<String> = blocks
        .flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let elsewhere = ["oncall serve", "oncall doctor"];
    let command = |line: &String| {
        line.starts_with("oncall ") && !elsewhere.iter().any(|command| line.starts_with(command))
    };
    lines.into_iter().filter(command).map(|line| line.split(" #").next().unwrap_or("").to_owned()).collect()
}
