//! The command line against a running server: what people do at run time, without a browser and without `curl`.

use super::server::Server;
use super::world::{World, patient, secret};
use serde_json::{Value, json};
use std::process::Command;
use unicode_width::UnicodeWidthStr;

/// Exit status, standard output, standard error of `oncall …`, asking the server.
fn oncall(server: &Server, token: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_oncall"))
        .args(arguments)
        .env("ONCALL_URL", &server.url)
        .env("ONCALL_TOKEN", token)
        .env_remove("ONCALL_USER")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let out = text(&output.stdout);
    let json = arguments.contains(&"json");
    assert!(json || out.lines().all(|line| line.width() <= 80), "wider than a terminal:\n{out}");
    (output.status.code().unwrap(), out, text(&output.stderr))
}

/// The same, of what must work.
fn said(server: &Server, arguments: &[&str]) -> String {
    let (status, out, err) = oncall(server, secret("API_TOKEN"), arguments);
    assert_eq!((status, &*err), (0, ""), "{arguments:?}: {out}");
    out
}

fn object(server: &Server, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(server, &[arguments, &["--format", "json"]].concat())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_are_declared_listed_and_acted_upon() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    assert_eq!(said(&server, &["incidents"]), "no incidents\n");
    let made = object(&server, &["page", "web", "orders", "hang", "--description", "all of them"]);
    let id = made["id"].as_str().unwrap();
    world.call_to("smith").await;
    let list = said(&server, &["incidents", "--service", "web"]);
    assert!(list.contains(id) && list.contains("orders hang") && list.contains("triggered"), "{list}");

    assert!(
        said(&server, &["incident", id, "snooze", "30", "minutes"]).starts_with(&format!("{id}: Snoozed"))
    );
    said(&server, &["incident", id, "note", "looking", "at", "it"]);
    said(&server, &["incident", id, "unacknowledge"]);
    said(&server, &["incident", id, "reassign", "kimura"]);
    world.call_to("kimura").await;
    let shown = said(&server, &["incident", id]);
    assert!(shown.contains("all of them") && shown.contains("looking at it"), "{shown}");
    let other = object(&server, &["page", "web", "payments hang"])["id"].as_str().unwrap().to_owned();
    let both = said(&server, &["incident", &format!("{id},{other}"), "resolve", "a", "bad", "deploy"]);
    assert_eq!(both.lines().count(), 2, "{both}");
    assert_eq!(object(&server, &["incident", id])["status"], json!("resolved"));
    assert_eq!(said(&server, &["incidents"]), "no incidents\n");

    for (arguments, exit, words) in [
        (&["incident", id, "acknowledge", "please"][..], 2, "takes no words"),
        (&["incident", id, "merge", "9-9"], 0, ""),
        (&["incident", "9-9", "acknowledge"], 2, "there is no incident 9-9"),
        (&["page", "wbe", "x"], 2, "there is no service `wbe`"),
        (&["incidents", "--status", "closed"], 2, "is not one of open"),
    ] {
        let (status, _, err) = oncall(&server, secret("API_TOKEN"), arguments);
        assert!(status == exit && err.contains(words), "{arguments:?}: {status} {err}");
    }
    let (status, _, err) = oncall(&server, "guessed", &["incidents"]);
    assert!(status == 2 && err.contains("ONCALL_TOKEN is not one of") && !err.contains("guessed"), "{err}");
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_and_silences_are_changed_for_now_and_back() {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let override_add = ["override", "add", "--url", &server.url, "--schedule", "web", "--from", "now"];
    let add = |rest: &[&'static str]| [&override_add[..], rest].concat();
    let (status, _, err) = oncall(&server, secret("API_TOKEN"), &add(&["--until", "2h", "--with", "nobody"]));
    assert!(
        status == 2 && err.contains("Nobody would be on call on Web") && err.contains("--confirm"),
        "{err}"
    );
    assert_eq!(said(&server, &["override", "list"]), "no overrides\n", "a question records nothing");
    said(&server, &add(&["--until", "2h", "--with", "nobody", "--confirm"]));
    let took = object(&server, &["take", "web", "--user", "kimura"]);
    assert_eq!(took["with"], json!(["kimura"]));
    let list = said(&server, &["override", "list"]);
    assert!(list.contains("kimura") && list.contains("nobody"), "{list}");
    // By the organisation's clock: until the handoff at 10:00 in Tokyo.
    assert!(list.contains(" 10:00"), "{list}");
    said(&server, &["override", "end", &took["id"].to_string()]);

    let silence = [
        "silence",
        "add",
        "--service",
        "web",
        "--when",
        "labels.env=staging",
        "--until",
        "2h",
        "--reason",
        "a move",
    ];
    let made = object(&server, &silence);
    assert_eq!(made["when"], json!({ "labels.env": ["staging"] }));
    let list = said(&server, &["silence", "list"]);
    assert!(list.contains("labels.env: staging") && list.contains("a move"), "{list}");
    said(&server, &["silence", "end", &made["id"].to_string()]);
    assert_eq!(said(&server, &["silence", "list"]), "no silences\n");

    said(&server, &["away", "--user", "kimura", "--until", "2h"]);
    said(&server, &["back", "--user", "kimura"]);
    let (status, _, err) = oncall(&server, secret("API_TOKEN"), &["back", "--user", "kimura"]);
    assert_eq!(status, 2, "{err}");
    server.stop();
}

/// What is in git stands in the lists by its place, names nobody, and is not pulled into git again.
#[tokio::test(flavor = "multi_thread")]
async fn what_git_has_is_listed_by_its_place_and_not_pulled() {
    let ours = "- { schedule: web, from: 2030-01-07 10:00, until: 2030-01-08 10:00, with: kimura, reason: a move }\n";
    let quiet = "- { services: [web], from: 2030-01-07 10:00, until: 2030-01-07 12:00, reason: tests }\n";
    let mut world = World::with(&[("overrides/2030.yaml", ours), ("silences/2030.yaml", quiet)]).await;
    let server = world.serve().await;
    let made = object(&server, &["take", "web", "--user", "kimura"]);
    let list = said(&server, &["override", "list"]);
    assert!(
        list.contains("overrides/2030.yaml:1") && list.contains("a move") && list.contains("by ci"),
        "{list}"
    );
    assert!(list.lines().all(|line| line.trim() != "by" && !line.contains('"')), "{list}");
    let silences = said(&server, &["silence", "list"]);
    assert!(silences.contains("silences/2030.yaml:1") && !silences.contains("by"), "{silences}");

    let clone = world.folder.path().join("clone");
    git2::Repository::clone(world.remote_path().to_str().unwrap(), &clone).unwrap();
    object(&server, &["override", "pull", clone.to_str().unwrap()]);
    let pulled = std::fs::read_to_string(clone.join("overrides/run-time.yaml")).unwrap();
    let entries: Vec<&str> = pulled.lines().filter(|line| line.starts_with('-')).collect();
    assert!(entries.len() == 1 && entries[0].contains(&format!("id: {}", made["id"])), "{pulled}");
    server.stop();
}

/// Whoever tries a config out with one secret hears of the alert, and not of the secrets that are not there yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_printed_asks_for_no_secrets() {
    for (print, opened) in [(true, false), (false, true)] {
        let mut world = World::with(&[]).await;
        let mut command = world.command("1s", "");
        command.env_remove("PAGERDUTY_KEY").args(print.then_some("--print"));
        let server = world.serve_by(command).await;
        let ready: Value = server.get("/readyz").await.1;
        assert!(ready["missing_secrets"].to_string().contains("PAGERDUTY_KEY"), "{ready}");
        let list = said(&server, &["incidents"]);
        assert_eq!(list != "no incidents\n", opened, "printed: {print}: {list}");
        server.stop();
    }
}

/// `--layer` at a running server: only that layer is changed, and the list names it.
#[tokio::test(flavor = "multi_thread")]
async fn one_layer_is_overridden_by_its_name() {
    let layers = "name: Web\nlayers:\n  - { name: first, members: [smith] }\n  - { name: beside, members: [sato], adds: true }\n";
    let mut world = World::with(&[("schedules/web.yaml", layers)]).await;
    let server = world.serve().await;
    let add = [
        "override",
        "add",
        "web",
        "--url",
        &server.url,
        "--until",
        "2h",
        "--with",
        "kimura",
        "--confirm",
        "--layer",
    ];
    said(&server, &[&add[..], &["beside"]].concat());
    let list = object(&server, &["override", "list"]);
    assert_eq!(
        (&list["overrides"][0]["layer"], &list["overrides"][0]["with"]),
        (&json!("beside"), &json!(["kimura"]))
    );
    let (status, _, err) = oncall(&server, secret("API_TOKEN"), &[&add[..], &["besides"]].concat());
    assert!(status == 2 && err.contains("besides"), "{err}");
    server.stop();
}
