//! What Tab offers, asked of the binary as the scripts of the shells ask it.

use super::{config, write};
use std::path::Path;
use std::process::Command;

/// The words after `oncall`, the last of which is being typed -> what fish is told, a line each.
fn fish(line: &[&str], folder: &Path) -> Vec<String> {
    let asked = Command::new(env!("CARGO_BIN_EXE_oncall"))
        .current_dir(folder)
        .env("ONCALL_COMPLETE", "fish")
        .args(["--", "oncall"])
        .args(line)
        .output()
        .unwrap();
    assert!(asked.status.success(), "{asked:?}");
    String::from_utf8(asked.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn ids_are_those_of_the_config_that_the_shell_stands_in() {
    let config = config();
    write(config.path(), "schedules/web/secondary.yaml", "name: \"Web, 二番\" # second\n");
    let users = ["suzuki\tSuzuki", "tanaka\t田中 太郎"];
    let (primary, secondary) = ("web/primary\tWeb, primary", "web/secondary\tWeb, 二番");
    for folder in [config.path().to_path_buf(), config.path().join("schedules/web")] {
        assert_eq!(fish(&["override", "add", "web"], &folder), [primary, secondary]);
        assert_eq!(fish(&["override", "add", "web/primary", "--with", ""], &folder), users);
        assert_eq!(fish(&["page", "w"], &folder), ["web\tWeb"]);
        assert_eq!(fish(&["incident", "1-1", "reassign", "--policy", "t"], &folder), ["team"]);
        assert_eq!(fish(&["dry-run", "--integration", "p"], &folder), ["prometheus"]);
    }
    // The second of a list, after its comma.
    let second = fish(&["override", "add", "web/primary", "--add", "suzuki,t"], config.path());
    assert_eq!(second, ["suzuki,tanaka\t田中 太郎"]);
}

/// A config with an error completes as well, and where there is none, nothing is offered.
#[test]
fn what_is_broken_or_missing_stops_nobody() {
    let config = config();
    write(config.path(), "services/db.yaml", ": [");
    assert_eq!(fish(&["page", ""], config.path())[..2], ["db".to_owned(), "web\tWeb".to_owned()]);
    let nowhere = tempfile::TempDir::new().unwrap();
    assert!(fish(&["page", "w"], nowhere.path()).is_empty());
}

#[test]
fn the_scripts_ask_this_program() {
    for shell in ["bash", "zsh", "fish"] {
        let printed =
            Command::new(env!("CARGO_BIN_EXE_oncall")).args(["completions", shell]).output().unwrap();
        let script = String::from_utf8(printed.stdout).unwrap();
        assert!(
            printed.status.success() && script.contains("ONCALL_COMPLETE") && script.contains("oncall"),
            "{script}"
        );
    }
}
