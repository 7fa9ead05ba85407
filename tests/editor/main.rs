//! What an editor shows: the real `yaml-language-server`, where npm's package is installed, on the example company and on
//! what `oncall init` writes. Nothing is fetched: the schemas are files, and the store of schemas is off.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

mod server;

use jiff::{civil::date, tz::TimeZone};
use oncall::cli::starter::{Forge, Starter, files};
use oncall::document::Language;
use serde_json::{Value, json};
use server::Server;
use std::fs;
use std::path::{Path, PathBuf};

/// The mark of the cursor in a text.
const CURSOR: char = '‸';

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("example-config")
}

/// The YAML files below a folder, by path.
fn yaml(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(yaml(&path));
        } else if path.extension().is_some_and(|it| it == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_example_is_fine_completes_and_explains() {
    let root = example();
    let Some(mut server) = Server::start(&root, &json!({})) else { return };
    let files = yaml(&root);
    assert!(files.len() > 25, "{files:?}");
    for path in files {
        let found = server.open(&path, &fs::read_to_string(&path).unwrap());
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        server.close(&path);
    }
    completes(&mut server, &root);
    explains(&mut server, &root);
    marks(&mut server, &root);
}

/// (file, its schema, text with the cursor, what is offered among others)
const COMPLETIONS: [(&str, &str, &str, &[&str]); 14] = [
    ("schedules/new.yaml", "schedule", "‸", &["name", "layers", "time_zone", "apart_from"]),
    (
        "schedules/new.yaml",
        "schedule",
        "name: New\nlayers:\n  - ‸",
        &["name", "rotation", "members", "during", "shadow"],
    ),
    (
        "schedules/new.yaml",
        "schedule",
        "name: New\nlayers:\n  - name: a\n    rotation:\n      ‸",
        &["every", "handoff", "line_ups", "turns", "when_off"],
    ),
    (
        "schedules/new.yaml",
        "schedule",
        "name: New\nlayers:\n  - name: a\n    rotation:\n      every: ‸",
        &["1 week", "1 day", "12 hours"],
    ),
    (
        "schedules/new.yaml",
        "schedule",
        "name: New\nlayers:\n  - name: a\n    rotation:\n      every: 1 week\n      handoff: ‸",
        &["mon 10:00"],
    ),
    (
        "schedules/new.yaml",
        "schedule",
        "name: New\nlayers:\n  - name: a\n    rotation:\n      turns: ‸",
        &["calendar", "active"],
    ),
    ("services/new.yaml", "service", "‸", &["name", "escalation_policy", "runbook", "urgency"]),
    ("services/new.yaml", "service", "name: New\nurgency:\n  - urgency: ‸", &["high", "low", "none"]),
    (
        "services/new.yaml",
        "service",
        "name: New\nurgency:\n  - when:\n      ‸",
        &["severity", "summary", "source"],
    ),
    (
        "overrides/new.yaml",
        "overrides",
        "- ‸",
        &["schedule", "from", "until", "replace", "with", "add", "reason"],
    ),
    (
        "overrides/new.yaml",
        "overrides",
        "- { ‸ }",
        &["schedule", "from", "until", "replace", "with", "add", "reason"],
    ),
    ("users/new.yaml", "user", "name: New\nnotify:\n  high:\n    - by: ‸", &["slack", "call"]),
    (
        "integrations/new.yaml",
        "integration",
        "type: ‸",
        &["alertmanager", "grafana", "cloudwatch", "generic"],
    ),
    ("integrations/new.yaml", "integration", "type: grafana\nsecret:\n  ‸", &["env", "file"]),
];

fn completes(server: &mut Server, root: &Path) {
    for (file, schema, text, expected) in COMPLETIONS {
        let first = format!("# yaml-language-server: $schema=../../schema/{schema}.json\n");
        let labels = server.completions(&root.join(file), &format!("{first}{text}"));
        for label in expected {
            assert!(labels.iter().any(|it| it == label), "{file}: {text}: `{label}` is not among {labels:?}");
        }
    }
}

/// (file, the line, the word in it, what is said about it)
const HOVERS: [(&str, &str, &str, &str); 5] = [
    ("schedules/web-primary.yaml", "every: 1 week", "every", "The length of a shift;"),
    ("schedules/web-primary.yaml", "shadow: true", "shadow", "shown, and told on Slack"),
    (
        "services/checkout.yaml",
        "acknowledgement_timeout: 1h",
        "acknowledgement",
        "How long after an acknowledgement",
    ),
    ("overrides/2026-12.yaml", "replace: tanaka", "replace: tanaka", "takes their place"),
    ("oncall.yaml", "fallback: last-resort", "fallback", "when nobody else can be"),
];

fn explains(server: &mut Server, root: &Path) {
    for (file, line, word, expected) in HOVERS {
        let path = root.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let at = text.find(line).unwrap() + line.find(word).unwrap() + 1;
        let said = server.hover(&path, &text, at);
        assert!(said.contains(expected), "{file}: {line}: {said}");
    }
}

/// What `validate` finds by shape, an editor marks on the same line.
fn marks(server: &mut Server, root: &Path) {
    let cases = [
        ("services/new.yaml", "service", "name: New\nescalation_polcy: web\n", 2),
        (
            "services/new.yaml",
            "service",
            "name: New\nescalation_policy: web\nurgency: [{ urgency: hihg }]\n",
            3,
        ),
        ("users/new.yaml", "user", "name: New\nphone: +8190000001\n", 2),
        ("users/new.yaml", "user", "name: New\nslack:\n", 2),
        (
            "overrides/new.yaml",
            "overrides",
            "- { schedule: a, from: 2026-12-01, until: 2026-12-02, replace: b }\n",
            1,
        ),
    ];
    for (file, schema, text, line) in cases {
        let text = format!("# yaml-language-server: $schema=../../schema/{schema}.json\n{text}");
        let found = server.open(&root.join(file), &text);
        server.close(&root.join(file));
        let lines: Vec<&Value> = found.iter().map(|it| &it["range"]["start"]["line"]).collect();
        assert!(lines.contains(&&json!(line)), "{text}: {found:#?}");
    }
}

/// What `oncall init` writes is fine, and its settings lead an empty file to its schema.
#[test]
fn a_new_repository_is_fine_and_completes_an_empty_file() {
    // Globs of the settings pass over folders whose name begins with a dot, as temporary ones do.
    let folder = tempfile::Builder::new().prefix("config").tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let starter = Starter {
        language: Language::Ja,
        team: "web".to_owned(),
        time_zone: TimeZone::get("Asia/Tokyo").unwrap(),
        forge: Forge::Github,
        source: None,
        people: Vec::new(),
        monitors: vec![oncall::integration::Monitor::named("alertmanager").unwrap()],
        channels: vec![oncall::cli::channel::Channel::Slack],
    };
    let files = files(&starter, date(2026, 11, 24));
    for (path, text) in &files {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    let settings: Value = serde_json::from_str(&files[".vscode/settings.json"]).unwrap();
    let Some(mut server) = Server::start(&root, &settings) else { return };
    for path in yaml(&root) {
        if path.components().any(|part| part.as_os_str() == ".github") {
            continue;
        }
        let found = server.open(&path, &fs::read_to_string(&path).unwrap());
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        server.close(&path);
    }
    for (file, text, expected) in [
        ("services/search.yaml", "‸", "escalation_policy"),
        ("overrides/2027-01.yaml", "- ‸", "schedule"),
        ("schedules/data/primary.yaml", "‸", "layers"),
        ("oncall.yaml", "‸", "fallback"),
    ] {
        let labels = server.completions(&root.join(file), text);
        assert!(labels.iter().any(|it| it == expected), "{file}: {labels:?}");
    }
}
