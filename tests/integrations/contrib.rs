//! What we ship for Nagios, as a shell runs it: no notification is lost to its words, nor to a server that is away.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/nagios");

/// What Nagios leaves out of macros, as it comes (`illegal_macro_output_chars`).
const ILLEGAL: &str = "`~$&|'\"<>";

/// What a plugin or a person may say.
const WORDS: [&str; 6] =
    ["C:\\", "a \\\\ b\\", "$(id) `id` ${HOME}", "\"so\" 'it' is & <b>|;", "* ? # ! (x) {y}", "Größe 障害"];

#[test]
fn nagios_hands_over_whatever_a_plugin_says() {
    let config = fs::read_to_string(format!("{FOLDER}/oncall.cfg")).unwrap();
    let lines: Vec<&str> =
        config.lines().filter_map(|line| line.trim().strip_prefix("command_line")).collect();
    assert_eq!(lines.len(), 2);
    for (line, words) in lines.iter().flat_map(|line| WORDS.map(|words| (line.trim(), words))) {
        let said: String = words.chars().filter(|character| !ILLEGAL.contains(*character)).collect();
        // A macro is between dollars.
        let filled: Vec<&str> =
            line.split('$').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { &said }).collect();
        let filled = filled.concat().replace("/usr/local/bin/notify-oncall", "printf '%s\\n'");
        let output = Command::new("sh").args(["-c", &filled]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && error.is_empty(), "{filled}: {error}");
        let expected: Vec<String> = line
            .split('\'')
            .skip(1)
            .step_by(2)
            .map(|field| format!("{}={said}", field.split_once('=').unwrap().0))
            .collect();
        let output = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.lines().collect::<Vec<_>>(), expected, "{filled}");
    }
}

/// A folder of commands in the place of the system's: `curl` succeeds at the given try and writes down when it was tried and
/// what it was given; the clock moves by `sleep` alone.
fn run(succeeds_at: u32) -> (bool, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let command = |name: &str, text: &str| {
        fs::write(at(name), format!("#!/bin/sh\ncd '{}'\n{text}\n", folder.path().display())).unwrap();
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    fs::write(at("clock"), "0\n").unwrap();
    fs::write(at("url"), "https://oncall.example.com/v1/webhooks/nagios/s\nignored\n").unwrap();
    command("date", "cat clock");
    command("sleep", "echo $(($(cat clock) + $1)) >clock.new; mv clock.new clock");
    let curl = format!(
        "cat clock >>tries; {{ cat; printf '%s\\n' \"$@\"; }} >given; [ $(wc -l <tries) -eq {succeeds_at} ]"
    );
    command("curl", &curl);
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let status = Command::new(Path::new(FOLDER).join("notify-oncall"))
        .args(["host=db-2", "output=a b=c\n\"d\""])
        .env("PATH", path)
        .env("ONCALL_URL_FILE", at("url"))
        .status()
        .unwrap();
    let read = |name: &str| fs::read_to_string(at(name)).unwrap();
    (status.success(), read("tries").split_whitespace().collect::<Vec<_>>().join(" "), read("given"))
}

#[test]
fn the_script_tries_again_for_two_minutes() {
    let (told, tries, given) = run(1);
    assert_eq!((told, tries.as_str()), (true, "0"));
    assert!(given.starts_with("url = \"https://oncall.example.com/v1/webhooks/nagios/s\"\n"), "{given}");
    assert!(
        given.ends_with("--data-urlencode\nhost=db-2\n--data-urlencode\noutput=a b=c\n\"d\"\n"),
        "{given}"
    );
    let (told, tries, _) = run(5);
    assert_eq!((told, tries.as_str()), (true, "0 1 3 7 15"));
    let (told, tries, _) = run(1_000);
    assert_eq!((told, tries.as_str()), (false, "0 1 3 7 15 31 47 63 79 95 111 127"));
}
