//! The command line of somebody who reads Japanese: its help, what is wrong with what was typed, and who decides the language.

use clap::{Arg, Command};
use oncall::cli;
use oncall::language::{Language, help::help};
use std::process::{self, Stdio};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

/// The binary, in a folder, with these variables; no other variable decides the language.
fn oncall(folder: &str, variables: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let output = process::Command::new(env!("CARGO_BIN_EXE_oncall"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "80")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn in_japanese(arguments: &[&str]) -> (i32, String, String) {
    oncall(env!("CARGO_MANIFEST_DIR"), &[("ONCALL_LANGUAGE", "ja")], arguments)
}

/// Three or more English words in a row outside of backticks, quotes, options and lines that are set in.
fn english(text: &str) -> Vec<String> {
    let set_in = ["  oncall ", "  bash ", "  zsh ", "  fish ", "使い方: ", "        oncall ", "例: oncall "];
    let prose = text.lines().filter(|line| !set_in.iter().any(|start| line.starts_with(start)));
    let prose = prose.map(|line| line.split('`').step_by(2).collect::<Vec<_>>().join("・"));
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let mut found = Vec::new();
    for line in prose {
        let words: Vec<&str> = line.split(' ').collect();
        found.extend(words.windows(3).filter(|three| three.iter().all(is_word)).map(|three| three.join(" ")));
    }
    found
}

/// Every command and each below it, with how it is called.
fn commands(command: &Command, called: &[String], into: &mut Vec<(Vec<String>, Command)>) {
    into.push((called.to_vec(), command.clone()));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let mut called = called.to_vec();
        called.push(below.get_name().to_owned());
        commands(below, &called, into);
    }
}

fn all() -> Vec<(Vec<String>, Command)> {
    let mut root = cli::command(Language::En);
    root.build();
    let mut found = Vec::new();
    commands(&root, &[], &mut found);
    assert!(found.len() > 40, "{}", found.len());
    found
}

#[test]
fn every_command_argument_and_value_has_its_help_in_japanese() {
    let mut lacks = Vec::new();
    for (called, command) in all() {
        let of_values =
            |arg: &Arg| arg.get_possible_values().into_iter().filter_map(|it| it.get_help().cloned());
        let texts = [command.get_about(), command.get_long_about(), command.get_after_help()];
        let mut texts: Vec<_> = texts.into_iter().flatten().cloned().collect();
        for arg in command.get_arguments() {
            texts.extend(arg.get_help().cloned());
            texts.extend(of_values(arg));
        }
        for text in texts {
            let text = text.to_string();
            lacks.extend(
                text.split("\n\n").filter(|it| help(it).is_none()).map(|it| format!("{called:?}: {it}")),
            );
        }
    }
    assert!(lacks.is_empty(), "`src/language/help_*.rs` lack:\n{}", lacks.join("\n"));
}

#[test]
fn the_help_in_japanese_fits_the_terminal_and_leaves_no_english_sentence() {
    for (called, _) in all() {
        let mut words: Vec<&str> = called.iter().map(String::as_str).collect();
        words.push("--help");
        let (status, text, err) = in_japanese(&words);
        assert_eq!((status, &*err), (0, ""), "{words:?}");
        assert!(text.contains("使い方: oncall"), "{words:?}: {text}");
        let wide: Vec<&str> = text.lines().filter(|line| line.width() > 80).collect();
        assert!(wide.is_empty(), "{words:?}: wider than a terminal: {wide:#?}");
        assert_eq!(english(&text), Vec::<String>::new(), "{words:?}:\n{text}");
    }
}

#[test]
fn what_is_wrong_with_the_command_line_is_said_in_japanese() {
    let cases: [(&[&str], &str); 14] = [
        (&["validat"], "`validat` というコマンドはありません\n\n  `validate` のことですか？"),
        (&["who", "--schedul", "x"], "`--schedul` という引数はありません"),
        (&["who", "--schedule"], "`--schedule <ID>` の値を指定してください"),
        (&["shifts", "web", "--from", "2026-12-01"], "次の引数が必要です:\n  --until <T>"),
        (
            &["validate", "--format", "xml"],
            "`xml` は `--format <FORMAT>` の値として使えません\n  [使える値: human, json, github, sarif]",
        ),
        (&["user", "leave", "sato", "--date", "12/24"], "`12/24` は `--date <DATE>` の値として使えません: "),
        (&["dry-run", "--days", "0"], "日数は 1 から 400 までの数で書いてください"),
        (&["urls", "--calendars", "--integration", "x"], "同時に指定できません:\n  --integration <ID>"),
        (&["validate", "--strict", "--strict"], "`--strict` は 1 回だけ指定できます"),
        (&["who", "none-such"], "ディレクトリ none-such はありません"),
        (&["who", "src"], "src に oncall.yaml がありません"),
        (
            &["parse", "--integration", "batch", "none-such", "example-config"],
            "none-such を読めません: 見つかりません",
        ),
        (&["explain", "OC999"], "`OC999` というコードはありません"),
        (&["incidents", "--url", "http://127.0.0.1:1"], "ONCALL_TOKEN が設定されていません"),
    ];
    for (arguments, expected) in cases {
        let (status, out, err) = in_japanese(arguments);
        assert_eq!((status, &*out), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("エラー: ") && err.contains(expected), "{arguments:?}: {err}");
        assert_eq!(english(&err), Vec::<String>::new(), "{arguments:?}: {err}");
    }
}

#[test]
fn a_server_that_is_away_is_said_in_japanese() {
    let token = [("ONCALL_LANGUAGE", "ja"), ("ONCALL_TOKEN", "x")];
    let arguments = ["incidents", "--url", "http://127.0.0.1:1"];
    let (status, _, err) = oncall(env!("CARGO_MANIFEST_DIR"), &token, &arguments);
    let said = "エラー: サーバー http://127.0.0.1:1 に接続できません。起動しているか、URL が正しいかを確かめてください: \
                接続を拒否されました\n";
    assert_eq!((status, &*err), (2, said));
}

/// Where somebody stands, the variables, what they type, and whether they are answered in Japanese.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], &'c [&'c str], bool);

/// `--language` before ONCALL_LANGUAGE, that before the repository that is named or around, and that before the terminal.
#[test]
fn the_language_is_that_of_the_option_the_variable_the_repository_or_the_terminal() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("oncall.yaml"), "language: ja\n").unwrap();
    let (ja, nowhere) = (folder.path().to_str().unwrap(), env!("CARGO_MANIFEST_DIR"));
    let (spoken, terminal) = (("ONCALL_LANGUAGE", "ja"), ("LANG", "ja_JP.UTF-8"));
    let cases: [Case<'_>; 9] = [
        (nowhere, &[], &["who", "--at"], false),
        (nowhere, &[terminal], &["who", "--at"], true),
        (nowhere, &[terminal, ("LC_ALL", "C")], &["who", "--at"], false),
        (nowhere, &[spoken], &["who", "--at"], true),
        (ja, &[], &["who", "--at"], true),
        (ja, &[("ONCALL_LANGUAGE", "en")], &["who", "--at"], false),
        (ja, &[spoken], &["who", "--language", "en", "--at"], false),
        (nowhere, &[], &["who", "--language=ja", "--at"], true),
        (nowhere, &[], &["who", ja, "--at"], true),
    ];
    for (folder, variables, arguments, japanese) in cases {
        let (_, _, err) = oncall(folder, variables, arguments);
        assert_eq!(err.starts_with("エラー: "), japanese, "{folder} {variables:?} {arguments:?}: {err}");
        assert_eq!(err.starts_with("error: "), !japanese, "{folder} {variables:?} {arguments:?}: {err}");
    }
}
