//! Which commit is in force, and who hears why, by the real binary.

use super::server::Server;
use super::world::{World, called, number, patient, policy, posted};
use oncall::git::repository::CommitId;
use serde_json::{Value, json};

/// Who is never called: `validate` refuses that (OC103).
const QUIET: &str = "name: Emma Smith\nslack: U0SMITH\nnotify: { high: [{ by: slack }] }\n";

fn last_good(world: &World, commit: &str) {
    let clone = git2::Repository::open_bare(world.state().join("config.git")).unwrap();
    let url = format!("file://{}", world.remote_path().display());
    clone.remote_anonymous(&url).unwrap().fetch(&["+refs/heads/main:refs/heads/x"], None, None).unwrap();
    let id = git2::Oid::from_str(commit).unwrap();
    let names: Vec<String> = clone
        .references_glob("refs/oncall/last-good/*")
        .unwrap()
        .map(|found| found.unwrap().name().unwrap().to_owned())
        .collect();
    assert!(CommitId::parse(commit).is_ok() && !names.is_empty());
    names
        .iter()
        .for_each(|name| drop(clone.reference(name, id, true, "as an older release had it").unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_validate_refuses_is_refused_and_what_was_in_force_stays_so() {
    let alone = "steps:\n  - { notify: [{ user: smith }], wait: 1h }\n";
    let mut world = World::with(&[("escalation-policies/web.yaml", alone)]).await;
    let mut server = world.serve().await;
    let quiet = world.push(&[("users/smith.yaml", QUIET)]);
    server.line("is refused").await;
    let (_, ready) = server.get("/readyz").await;
    assert_eq!(ready["refused"]["commit"], json!(quiet), "{ready}");
    assert!(ready["refused"]["findings"].as_str().unwrap().contains("OC103"), "{ready}");
    let since = ready["refused"]["since"].clone();
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("smith").await;
    server.kill();

    // It is refused since when it was refused first, not since the last start.
    let server = world.serve().await;
    world
        .until("since when it is refused", async || {
            server.get("/readyz").await.1["refused"]["since"] == since
        })
        .await;
    server.stop();

    // An older release had put it into force: this one does not take it back.
    last_good(&world, &quiet);
    let server = world.serve().await;
    let (status, ready) = server.get("/readyz").await;
    assert_eq!((status, &ready["commit"], &ready["refused"]), (200, &json!(quiet), &Value::Null), "{ready}");
    assert!(ready["in_force_with_errors"].as_str().unwrap().contains("OC103"), "{ready}");
    world
        .next("that it is told", |seen| {
            posted(seen, "C0INCIDENTS") && seen.body.to_string().contains("refuses it")
        })
        .await;
    let mended =
        world.push(&[("users/smith.yaml", "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\n")]);
    world.until("the mended commit", async || server.get("/readyz").await.1["commit"] == json!(mended)).await;
    assert_eq!(server.get("/readyz").await.1["in_force_with_errors"], Value::Null);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_while_no_server_ran_reaches_the_running_step() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    server.unanswered(&call).await;
    server.kill();
    world.push(&[("escalation-policies/web.yaml", &patient("kimura"))]);
    let server = world.serve().await;
    world.call_to("kimura").await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_branch_that_is_another_one_is_told() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &policy("smith"))]).await;
    let mut server = world.serve().await;
    let main = world.remote.find_reference("refs/heads/main").unwrap().target().unwrap();
    world.remote.reference("refs/heads/trunk", main, true, "renamed").unwrap();
    world.remote.set_head("refs/heads/trunk").unwrap();
    server.line("default branch is `trunk` and was `main`").await;
    let told = world.next("that it is told", |seen| posted(seen, "C0INCIDENTS")).await;
    assert!(told.body.to_string().contains("trunk"), "{told:?}");
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.next("a call", |seen| called(seen).is_some()).await;
    assert_eq!(called(&call), Some(number("smith")));
    server.stop();
}

/// Otherwise a server that is restarted now and then would never tell the fallback, who hears of it after half an hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_cannot_be_read_has_been_so_since_before_the_start() {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let (remote, away) = (world.remote_path(), world.folder.path().join("away"));
    std::fs::rename(&remote, &away).unwrap();
    let since = async |server: &Server| server.get("/v1/config").await.1["unreachable"]["since"].clone();
    world.until("that it is away", async || since(&server).await != Value::Null).await;
    let began = since(&server).await;
    // Whatever came before an accepted alert is on disk.
    assert_eq!(server.event("trigger", "disk").await, 202);
    server.kill();
    let server = world.serve().await;
    assert_eq!(since(&server).await, began);
    std::fs::rename(&away, &remote).unwrap();
    world.until("that it is back", async || since(&server).await == Value::Null).await;
    server.stop();
    let server = world.serve().await;
    std::fs::rename(&remote, &away).unwrap();
    world.until("that it is away again", async || since(&server).await != Value::Null).await;
    assert_ne!(since(&server).await, began, "this is another time");
    server.stop();
}
